"""Mutants of the protocol: workers with a changed Lua script, which a fault run must notice."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tests.chaos.row import Row
from tests.faults.fault_run import run
from tests.faults.plan import MUTANT, Plan
from tests.queue.test_host_mutants import MUTANTS as HOST_MUTANTS
from tests.queue.test_queue_mutants import MUTANTS as QUEUE_MUTANTS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.faults.fault_run import Report

CHANGES: Final = {name: (script, right, wrong) for name, script, right, wrong, _ in (*QUEUE_MUTANTS, *HOST_MUTANTS)}
"""Name of a mutant of the tests of the queue -> its change."""
SECONDS: Final = 25.0
"""Longest time of one mutant."""


def stuck(report: Report) -> int:
    """Return the number of tasks that are left, or miscounted, although all URLs are published."""
    return report.verdict.stuck if report.verdict.published == report.urls else 0


class Case(Struct, frozen=True, kw_only=True):
    """Mutants that are applied together, the faults on which they show, and what is then found."""

    names: tuple[str, ...]
    faults: tuple[str, ...] = ()
    found: Callable[[Report], int]
    what: str
    host_delay_s: float = 0.05


CASES: Final = (
    Case(
        names=("settled without a fence",), faults=("settle after the lease",),
        found=lambda report: report.injector.usurped, what="written after the lease was claimed",
    ),
    Case(
        names=("settled without a fence", "no marker is read"), faults=("settle after the lease",),
        found=lambda report: report.verdict.doubled, what="doubled",
    ),
    Case(names=("no deletion",), found=stuck, what="stuck"),
    Case(
        names=("released and still counted as waiting",), found=stuck, what="stuck",
    ),
    Case(
        names=("released before the delay is over", "no delay"), host_delay_s=0.2,
        found=lambda report: int(report.shortest_gap_s < report.host_delay_s),
        what="request before the delay was over",
    ),
)  # fmt: skip
"""One mutant alone is not enough where two parts of the protocol protect against the same error."""


async def mutants(
    folder: Path, seed: int, seconds: float, *, cases: tuple[Case, ...] = CASES, each_s: float = SECONDS
) -> Row:
    """Run every case for at most `each_s` seconds; the row fails if a mutant survives."""
    begun, notes, failures = time.monotonic(), [], []
    for number, case in enumerate(cases):
        left = min(each_s, seconds - (time.monotonic() - begun))
        report = await run_mutant(folder / f"mutant-{number}", seed, left, case)
        name, found = " + ".join(case.names), case.found(report)
        notes.append(f"{name}: {found} {case.what}")
        if not found:
            idle = [fault for fault in case.faults if not report.injector.fired[fault]]
            failures.append(f"the mutant survives: {name}" + (f" (did not fire: {', '.join(idle)})" if idle else ""))
    killed = len(cases) - len(failures)
    return Row(
        scenario="mutants of the protocol", tried=len(cases), fired=killed, seconds=time.monotonic() - begun,
        failures=failures, notes=notes,
    )  # fmt: skip


async def run_mutant(folder: Path, seed: int, seconds: float, case: Case) -> Report:
    """Run workers with the changed scripts."""
    folder.mkdir(parents=True)  # noqa: ASYNC240 - a moment
    environ = {MUTANT: json.dumps([CHANGES[name] for name in case.names])}
    plan = Plan(
        urls=300, hosts=20, workers=2, seconds=seconds, pause_s=0.2, seed=seed, faults=case.faults,
        least_fired=2 if case.faults else 0, environ=environ, unchanged_s=3.0, host_delay_s=case.host_delay_s,
    )  # fmt: skip
    return await run(plan, folder)
