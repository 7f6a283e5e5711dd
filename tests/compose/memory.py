"""Redis with little memory: many times as many articles as fit, then a shortage that blocks every write."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from redis.exceptions import RedisError

from tests.compose.faults import judge_received
from tests.compose.fleet import wait_until
from tests.compose.judge import PREFIX
from tests.compose.profiles import alert_state
from worker.schema import KINDS, event_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.compose.fleet import Fleet
    from tests.compose.group_reader import GroupReader
    from tests.compose.report import Report

MB: Final = 1 << 20
FULL: Final = "CommuniqueRedisFull"
FILLER: Final = "filler"
SAMPLE_S: Final = 2.0
FILLING: Final = 8_000
"""Articles of which half fill the budget of the streams."""


class Sample(Struct, frozen=True):
    """Memory of Redis at one time."""

    at_s: float
    used_bytes: int
    articles: int
    """Number of articles published so far."""


class MemorySampler:
    """Samples the memory of Redis in a thread."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.samples: list[Sample] = []

    def _run(self) -> None:
        while not self._stop.wait(SAMPLE_S):
            try:
                with self._fleet.client() as client:
                    info: Any = client.info("memory")
            except (RedisError, OSError):
                continue
            self.samples.append(Sample(time.monotonic(), int(info["used_memory"]), self._fleet.published()))

    def start(self) -> None:
        """Begin to sample."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(timeout=60)


def highest(samples: Sequence[Sample], first: float, last: float) -> int:
    """Return the most memory (bytes) between two shares of the articles published at the end; 0 without a sample."""
    total = samples[-1].articles
    return max((it.used_bytes for it in samples if first * total <= it.articles <= last * total), default=0)


@contextmanager
def sampling(fleet: Fleet) -> Iterator[MemorySampler]:
    """Sample until the block ends."""
    sampler = MemorySampler(fleet)
    sampler.start()
    try:
        yield sampler
    finally:
        sampler.stop()


def check_budget(fleet: Fleet, report: Report, group: GroupReader, count: int, limit_bytes: int) -> None:
    """Publish many times as many articles as fit; no worker may end, and the memory must stay flat."""
    with report.step(f"{count:,} articles, maxmemory {limit_bytes // MB} MB") as step, sampling(fleet) as sampler:
        before = _starts(fleet)
        fleet.put(count)
        fleet.wait_for_all()
        quarters = [highest(sampler.samples, q / 4, (q + 1) / 4) for q in range(4)]
        step.note = f"most memory in each quarter: {', '.join(f'{it / MB:.1f}' for it in quarters)} MB"
        step.check(max(quarters) < limit_bytes, "maxmemory was reached")
        if count >= FILLING:
            step.check(max(quarters[2:]) <= 1.15 * max(quarters[:2]), "the memory grows")
        step.check(_starts(fleet) == before, "a worker ended")
    check_group(fleet, report, group)


def check_group(fleet: Fleet, report: Report, group: GroupReader) -> None:
    """Compare what the group has read with the direct reading."""
    with report.step("group that reads along") as step:
        judge_received(fleet, step, group.ids, "events of the group")
        with fleet.client() as client:
            kept = sum(client.xlen(event_stream(PREFIX, kind)) for kind in KINDS)
        step.note = f"{len(group.ids):,} delivered, {kept:,} still in the streams"


def check_shortage(fleet: Fleet, report: Report, group: GroupReader, count: int) -> None:
    """Fill the memory under load: workers must wait, the alert fire, and both end when there is room again."""
    before = _starts(fleet)
    with report.step("memory filled by another client") as step:
        fleet.put(count)
        fleet.wait_for_some_of(count)
        begun = time.monotonic()
        with fleet.client() as client:
            _fill(client)
        try:
            wait_until(lambda: alert_state(fleet, FULL) == "firing", lambda: alert_state(fleet, FULL), f"{FULL} fires")
        finally:
            with fleet.client() as client:
                client.delete(FILLER)
        step.note = f"{FULL} fired after {time.monotonic() - begun:.0f} s"
        step.check(_starts(fleet) == before, "a worker ended")
    with report.step("memory free again") as step:
        begun = time.monotonic()
        wait_until(lambda: alert_state(fleet, FULL) == "inactive", lambda: 0, f"{FULL} is cleared")
        step.note = f"{FULL} cleared after {time.monotonic() - begun:.0f} s"
        fleet.wait_for_all()
        step.check(_starts(fleet) == before, "a worker ended")
    check_group(fleet, report, group)


def _fill(client: Any) -> None:
    """Allocate memory until Redis is above its limit: a write that begins below the limit may exceed it."""
    info = client.info("memory")
    client.setrange(FILLER, info["maxmemory"] - info["used_memory"] + 8 * MB, b"x")


def _starts(fleet: Fleet) -> list[tuple[str, str, int]]:
    """Return container, time of its start and number of its restarts for each worker."""
    return sorted((it["Id"], it["State"]["StartedAt"], it["RestartCount"]) for it in fleet.states("worker"))
