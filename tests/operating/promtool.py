"""Evaluation of the deployed rules by promtool on metrics that real services exported.

promtool and prometheus are searched on the PATH and in the directory PROMETHEUS_BIN (Debian: `apt-get install
prometheus`); without them the tests that need them are skipped.
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
"""Samples of one scrape: `name{label="value"}` -> value."""


def find_program(name: str) -> str | None:
    """Return the path of `promtool` or `prometheus`; None if it is not installed."""
    return shutil.which(name, path=os.pathsep.join([os.environ.get("PROMETHEUS_BIN", ""), os.environ["PATH"]]))


def requires(name: str) -> pytest.MarkDecorator:
    why = f"no {name}: install Debian's package prometheus, or set PROMETHEUS_BIN to the folder that has it"
    return pytest.mark.skipif(find_program(name) is None, reason=why)


def promtool(*words: str) -> str:
    """Run promtool and return its output; its failure fails the test."""
    program = find_program("promtool")
    assert program
    result = subprocess.run([program, *words], capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def series(exposition: str, instance: str, job: str = "communique") -> dict[str, float]:
    """Return the samples of an exposition with the labels of its target, plus `up`, as Prometheus stores them."""
    target = {"instance": instance, "job": job}
    found = {series_name("up", target): 1.0}
    for family in text_string_to_metric_families(exposition):
        found |= {series_name(sample.name, {**sample.labels, **target}): sample.value for sample in family.samples}
    return found


def down(instance: str, job: str = "communique") -> dict[str, float]:
    """Return the samples of a failed scrape."""
    return {series_name("up", {"instance": instance, "job": job}): 0.0}


def series_name(name: str, labels: Mapping[str, str]) -> str:
    words = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{words}}}"


class Phase(NamedTuple):
    """A period in which every scrape had the same samples."""

    minutes: int
    scraped: Series


def alert_states(
    alert: str, phases: Sequence[Phase], folder: Path, *, step_s: int = STEP_S, **labels: str
) -> list[bool]:
    """Return for the end of each phase whether the alert fires, as evaluated by `promtool test rules`.

    Scrapes and evaluations are `step_s` apart.
    """
    labels_of_alert = ",".join(
        f'{name}="{value}"' for name, value in {"alertname": alert, "alertstate": "firing", **labels}.items()
    )
    query = f"(count(ALERTS{{{labels_of_alert}}}) or vector(0)) > bool 0"
    ends = [sum(phase.minutes for phase in phases[: i + 1]) for i in range(len(phases))]
    return [_is_true(query, 60 * end - step_s, _inputs(phases, step_s), step_s, folder) for end in ends]


def _is_true(expression: str, second: int, inputs: list[dict[str, str]], step_s: int, folder: Path) -> bool:
    """Return whether an expression has the value 1 at that second."""
    sample = {"expr": expression, "eval_time": f"{second}s", "exp_samples": [{"labels": "{}", "value": 1}]}
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": f"{step_s}s",
        "tests": [{"interval": f"{step_s}s", "input_series": inputs, "promql_expr_test": [sample]}],
    }
    file = folder / "rules.test.yml"
    file.write_text(yaml.safe_dump(test), encoding="utf-8")
    program = find_program("promtool")
    assert program
    result = subprocess.run([program, "test", "rules", file], capture_output=True, text=True, timeout=300, check=False)
    assert result.returncode == 0 or "exp:" in result.stdout + result.stderr, result.stdout + result.stderr
    return result.returncode == 0


def _inputs(phases: Sequence[Phase], step_s: int) -> list[dict[str, str]]:
    names = dict.fromkeys(name for phase in phases for name in phase.scraped)
    return [{"series": name, "values": " ".join(_values(phase, name, step_s) for phase in phases)} for name in names]


def _values(phase: Phase, name: str, step_s: int) -> str:
    steps = phase.minutes * 60 // step_s
    value = phase.scraped.get(name)
    return f"_x{steps}" if value is None else f"{value:f}+0x{steps - 1}"
