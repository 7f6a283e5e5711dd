"""Prometheus' own tools as judges: what a real service said, held against the rules as they are deployed.

They are looked for on the PATH and in the folder PROMETHEUS_BIN (Debian: `apt-get install prometheus`); without them
the tests that need them are skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
RULES = DEPLOY / "alerts.yml"
STEP_S = 15
Series = Mapping[str, float]
"""What one scrape brought: `name{label="value"}` -> value."""


def tool(name: str) -> str | None:
    """Path of `promtool` or `prometheus`, None where it is not installed."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PROMETHEUS_BIN", ""), os.environ["PATH"]]))


def needs(name: str) -> pytest.MarkDecorator:
    why = f"no {name}: install Debian's package prometheus, or set PROMETHEUS_BIN to the folder that has it"
    return pytest.mark.skipif(tool(name) is None, reason=why)


def promtool(*words: str) -> str:
    """Run it and return what it says; fails where it does."""
    program = tool("promtool")
    assert program
    ended = subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def series(exposition: str, instance: str, job: str = "communique") -> dict[str, float]:
    """Make of a scraped page what Prometheus makes of it: every series with its target's labels, and `up`."""
    target = {"instance": instance, "job": job}
    found = {_spelt("up", target): 1.0}
    for family in text_string_to_metric_families(exposition):
        found |= {_spelt(sample.name, {**sample.labels, **target}): sample.value for sample in family.samples}
    return found


def down(instance: str, job: str = "communique") -> dict[str, float]:
    """What a failed scrape leaves."""
    return {_spelt("up", {"instance": instance, "job": job}): 0.0}


def _spelt(name: str, labels: Mapping[str, str]) -> str:
    words = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{words}}}"


class Phase(NamedTuple):
    """A time in which every scrape brought the same."""

    minutes: int
    scraped: Series


def firing(alert: str, phases: Sequence[Phase], folder: Path, *, step_s: int = STEP_S, **labels: str) -> list[bool]:
    """Tell for the end of each phase whether the alert fires, as `promtool test rules` evaluates the rules.

    A scrape and an evaluation come every `step_s`.
    """
    wanted = ",".join(
        f'{name}="{value}"' for name, value in {"alertname": alert, "alertstate": "firing", **labels}.items()
    )
    asked = f"(count(ALERTS{{{wanted}}}) or vector(0)) > bool 0"
    ends = [sum(phase.minutes for phase in phases[: i + 1]) for i in range(len(phases))]
    return [_holds(asked, 60 * end - step_s, _inputs(phases, step_s), step_s, folder) for end in ends]


def _holds(expression: str, second: int, inputs: list[dict[str, str]], step_s: int, folder: Path) -> bool:
    """Tell whether an expression is 1 at that time."""
    asked = {"expr": expression, "eval_time": f"{second}s", "exp_samples": [{"labels": "{}", "value": 1}]}
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": f"{step_s}s",
        "tests": [{"interval": f"{step_s}s", "input_series": inputs, "promql_expr_test": [asked]}],
    }
    file = folder / "rules.test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    program = tool("promtool")
    assert program
    ended = subprocess.run([program, "test", "rules", file], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 0 or "exp:" in ended.stdout + ended.stderr, ended.stdout + ended.stderr
    return ended.returncode == 0


def _inputs(phases: Sequence[Phase], step_s: int) -> list[dict[str, str]]:
    names = dict.fromkeys(name for phase in phases for name in phase.scraped)
    return [{"series": name, "values": " ".join(_values(phase, name, step_s) for phase in phases)} for name in names]


def _values(phase: Phase, name: str, step_s: int) -> str:
    steps = phase.minutes * 60 // step_s
    value = phase.scraped.get(name)
    return f"_x{steps}" if value is None else f"{value:f}+0x{steps - 1}"
