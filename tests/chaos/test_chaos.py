"""Short forms of the scenarios of `make chaos`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.chaos import __main__ as chaos
from tests.chaos.failover import failover, promotion
from tests.chaos.row import Row, table

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 300.0
"""Longest time of a scenario: far more than it takes, since the machine may be busy."""


@pytest.mark.slow
async def test_a_failover_loses_nothing_if_producers_wait_for_the_replica(tmp_path: Path) -> None:
    row = await failover(tmp_path, 1, SECONDS, wait_replicas=1)
    assert not row.failures, table([row])
    assert row.lost == 0


@pytest.mark.slow
async def test_a_promotion_by_hand_loses_and_repeats_nothing(tmp_path: Path) -> None:
    row = await promotion(tmp_path, 1, SECONDS)
    assert not row.failures, table([row])


def test_a_row_shows_figures_notes_and_failures() -> None:
    good = Row(scenario="one", tried=3, fired=2, urls=10, notes=["proof"])
    bad = msgspec.structs.replace(good, scenario="another", lost=1, failures=["1 lost"])
    assert table([good, bad]).splitlines() == [
        "scenario    faults     urls     lost  doubled    stuck   missed repeated  seconds  result",
        "one           2/3       10        0        0        0        0        0        0  ok",
        "    proof",
        "another       2/3       10        1        0        0        0        0        0  FAILED",
        "    proof",
        "    FAILED: 1 lost",
    ]


async def test_a_scenario_that_raises_or_takes_too_long_fails_and_the_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(_folder: Path, _seed: int, _seconds: float) -> Row:
        await asyncio.Event().wait()
        raise AssertionError

    async def broken(_folder: Path, _seed: int, _seconds: float) -> Row:
        raise OSError("no port")

    async def fine(_folder: Path, seed: int, _seconds: float) -> Row:
        return Row(scenario="fine", urls=seed)

    monkeypatch.setattr(chaos, "CLEAN_UP_S", 0.0)
    monkeypatch.setattr(chaos, "SCENARIOS", {"slow": (0.01, slow), "broken": (9.0, broken), "fine": (9.0, fine)})
    rows = await chaos.run_all(["slow", "broken", "fine"], 7, tmp_path)
    assert [row.failures for row in rows] == [["not finished within 0 s"], ["OSError: no port"], []]
    assert rows[2].urls == 7


async def test_scenarios_for_which_no_time_is_left_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chaos, "LIMIT_S", 0.0)
    rows = await chaos.run_all(["faults", "mutants"], 1, tmp_path)
    assert [row.failures for row in rows] == [["no time left"]] * 2
