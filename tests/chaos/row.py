"""The row of a scenario in the table of `make chaos`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.faults.fault_run import Report
    from tests.faults.judge import Verdict

COLUMNS: Final = ("urls", "lost", "doubled", "stuck", "missed", "repeated", "seconds")


class Row(Struct, frozen=True, kw_only=True):
    """The result of one scenario."""

    scenario: str
    tried: int = 0
    fired: int = 0
    urls: int = 0
    """URLs whose enqueueing was acknowledged."""
    lost: int = 0
    doubled: int = 0
    stuck: int = 0
    missed: int = 0
    """Events that the subscriber did not receive."""
    repeated: int = 0
    """Events that the subscriber received again."""
    seconds: float = 0.0
    failures: list[str] = []
    """Why the scenario failed; empty if its promises hold."""
    notes: list[str] = []
    """Proofs that the faults fired, and figures without a column."""

    @classmethod
    def of(cls, scenario: str, verdict: Verdict, **more: object) -> Self:
        """Return the row of a verdict."""
        figures = {name: getattr(verdict, name) for name in ("lost", "doubled", "stuck", "missed", "repeated")}
        return cls(scenario=scenario, **figures, **more)  # type: ignore[arg-type]

    @classmethod
    def of_report(cls, scenario: str, report: Report) -> Self:
        """Return the row of a fault run, with a note for each fault."""
        injector = report.injector
        return cls.of(
            scenario, report.verdict, tried=injector.tried.total(), fired=injector.fired.total(), urls=report.urls,
            seconds=report.took_s, failures=report.failures, notes=injector.lines(),
        )  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """Return all rows as lines of text, the notes and failures of each below it."""
    width = max(len(row.scenario) for row in rows)
    head = "".join(f"{name:>9}" for name in COLUMNS)
    lines = [f"{'scenario':{width}} {'faults':>9}{head}  result"]
    for row in rows:
        figures = "".join(f"{round(getattr(row, name)):>9}" for name in COLUMNS)
        faults = f"{row.fired}/{row.tried}"
        lines.append(f"{row.scenario:{width}} {faults:>9}{figures}  {'FAILED' if row.failures else 'ok'}")
        lines += [f"    {note}" for note in row.notes]
        lines += [f"    FAILED: {failure}" for failure in row.failures]
    return "\n".join(lines)
