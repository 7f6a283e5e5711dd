"""Short forms of the scenarios in which something must be found: a power failure, a mutant, a loop without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.chaos.durability import CASES, durability
from tests.chaos.mutants import CASES as MUTANTS
from tests.chaos.mutants import mutants
from tests.chaos.row import table
from tests.chaos.tutorial import tutorial_loop

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SECONDS = 300.0
"""Longest time of a scenario: far more than it takes, since the machine may be busy."""


async def test_a_power_failure_loses_at_most_the_last_second(tmp_path: Path) -> None:
    row = await durability(tmp_path, 1, SECONDS, case=CASES[2])
    assert not row.failures, table([row])


async def test_a_mutant_is_noticed(tmp_path: Path) -> None:
    row = await mutants(tmp_path, 1, SECONDS, cases=(MUTANTS[1],), each_s=SECONDS)
    assert not row.failures, table([row])


async def test_a_loop_that_acknowledges_in_a_second_step_doubles(tmp_path: Path) -> None:
    row = await tutorial_loop(tmp_path, 1, SECONDS)
    assert not row.failures, table([row])
