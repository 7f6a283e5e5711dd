"""Short runs of the scenarios with real workers; bounds on durations are not checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.frontier import scenarios
from tests.frontier.scenarios import Figure, Ground

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from worker.settings import Settings


@pytest.fixture
def ground(settings: Settings, tmp_path: Path) -> Ground:
    return Ground(settings, tmp_path)


def failing(figures: Sequence[Figure]) -> list[Figure]:
    """Return the figures that violate their bounds, except durations, which depend on the speed of the machine."""
    return [it for it in figures if not it.holds and not it.name.startswith("time")]


async def test_no_request_is_sent_before_its_time_and_no_more_are_in_flight_than_allowed(ground: Ground) -> None:
    assert failing(await scenarios.pace(ground, hosts=5, urls=40, workers=2, busy=0)) == []


async def test_hosts_that_never_answer_do_not_stop_the_others(ground: Ground) -> None:
    long_timeouts = {"read_timeout_s": "900", "total_timeout_s": "900", "concurrency": "8"}
    assert await scenarios.time_of_healthy_hosts(ground, 40, 200, 1, host_delay_s="0.05", **long_timeouts) < 300


async def test_an_outage_loses_no_article_and_counts_no_attempt(ground: Ground) -> None:
    assert failing(await scenarios.outage(ground, down_s=4.0, urls=8, workers=2)) == []


async def test_a_page_that_kills_its_worker_does_not_affect_other_pages(ground: Ground) -> None:
    figures = await scenarios.poison(ground, neighbours=40, lease_s="1.5", host_delay_s="0.05", total_timeout_s="5")
    assert failing(figures) == []
    kills = next(it.seen for it in figures if it.name == "workers killed")
    assert kills >= 2
