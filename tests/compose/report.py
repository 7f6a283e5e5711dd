"""The steps of a run: progress while it runs, and a table of all at the end."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.compose.judge import Verdict


class Step(Struct, kw_only=True):
    """One line of the table."""

    name: str
    seconds: float = 0.0
    verdict: Verdict | None = None
    """The events up to here; None for a step that publishes none."""
    at_least_once: bool = False
    """Whether events may be found more than once."""
    note: str = ""
    failure: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing failed and no event is missing, doubled or unknown."""
        if self.verdict is None:
            return not self.failure
        return not self.failure and (self.verdict.delivered if self.at_least_once else self.verdict.holds)

    def check(self, condition: bool, failure: str) -> None:
        """Fail the step, which goes on, unless a condition holds."""
        if not condition:
            self.failure = f"{self.failure}; {failure}".removeprefix("; ")


class Report:
    """All steps so far."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.broken = False
        """Whether the run ended before its last step, or left something behind."""

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Time a step and print it; an exception fails it and ends the run."""
        step, begun = Step(name=name), time.monotonic()
        self.steps.append(step)
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201 - its output
        try:
            yield step
        except BaseException as error:
            step.check(False, f"{type(error).__name__}: {error}".splitlines()[0])
            raise
        finally:
            step.seconds = time.monotonic() - begun
            print(f"  {step.seconds:.0f} s  {_result(step)}", file=sys.stderr, flush=True)  # noqa: T201

    @property
    def holds(self) -> bool:
        """Whether the run was complete and all steps hold."""
        return bool(self.steps) and not self.broken and all(step.holds for step in self.steps)

    def table(self) -> str:
        """Return the steps as a Markdown table."""
        lines = ["| step | s | events | missing | doubled | result |", "|---|---|---|---|---|---|"]
        lines += [
            f"| {step.name} | {step.seconds:.0f} | {_counts(step.verdict)} | {_result(step)} |" for step in self.steps
        ]
        return "\n".join(lines)


def _counts(verdict: Verdict | None) -> str:
    if verdict is None:
        return "- | - | -"
    return f"{verdict.expected:,} | {verdict.missing:,} | {verdict.doubled:,}"


def _result(step: Step) -> str:
    if step.holds:
        return step.note or "holds"
    unknown = f"{step.verdict.unknown:,} unknown events" if step.verdict and step.verdict.unknown else ""
    return "; ".join(part for part in ("FAILED", step.failure, unknown, step.note) if part)
