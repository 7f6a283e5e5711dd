"""All faults in random order over several thousand URLs; also with TLS and the user of docs/operating.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.chaos.row import Row
from tests.faults.fault_run import run
from tests.faults.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path


async def mixed_faults(
    folder: Path, seed: int, seconds: float, *, secure: bool = False, urls: int = 2_500, least_fired: int = 2
) -> Row:
    """Let every fault fire at least `least_fired` times."""
    plan = Plan(
        urls=urls, hosts=40, workers=3, seconds=seconds, pause_s=0.7, seed=seed, secure=secure, least_fired=least_fired,
    )  # fmt: skip
    report = await run(plan, folder)
    return Row.of_report("all faults, TLS and ACL" if secure else "all faults", report)
