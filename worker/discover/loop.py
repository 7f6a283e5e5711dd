"""Poll all sources as they become due, each in a task of its own: no source fails or waits because of another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from worker.discover.feed_poller import FeedPoller, PollResult, TaskQueue
from worker.discover.feed_reader import FeedReader
from worker.discover.poll_schedule import MAX_HOST_WAIT_S, PollSchedule, poll_lease_s
from worker.discover.sources import Source
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.lifecycle import cancel_and_wait, run_until
from worker.settings import FetchSettings, Settings
from worker.streams import waiting_for_memory
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

if TYPE_CHECKING:
    from redis.asyncio import Redis

MIN_PAUSE_S: Final = 0.05
"""Shortest pause between two polls of a source."""


def discover_loops(fetch: FetchSettings) -> dict[str, LoopSpec]:
    """Return the monitored loop of discovery, which reports after every source that it has polled."""
    return {"ask": LoopSpec(max_silence_s=poll_lease_s(fetch) + MAX_HOST_WAIT_S + GRACE_S, critical=True)}


class Discovery:
    """Polls `sources` and enqueues their new links; `client` is a Redis client that yields bytes."""

    def __init__(
        self,
        sources: Sequence[Source],
        settings: Settings,
        *,
        client: Redis,
        fetcher: Fetcher,
        politeness: Politeness,
        queue: TaskQueue,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        liveness: LivenessMonitor | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._sleep = sleep
        self._liveness = liveness or LivenessMonitor()
        self._schedule = PollSchedule(client, settings)
        self._poller = FeedPoller(
            settings.discover,
            self._schedule,
            reader=FeedReader(fetcher, politeness, now=now, sleep=sleep),
            queue=queue,
            now=now,
            liveness=self._liveness,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Poll the sources as they become due, until `stop` is set.

        Polls in progress are then cancelled, which is safe.  While the memory of Redis is full, they wait.
        """
        with waiting_for_memory(stop):
            await run_until(stop, self._poll_forever())

    async def _poll_forever(self) -> None:
        polling = [asyncio.create_task(self._poll_repeatedly(source)) for source in self._sources]
        try:
            await asyncio.gather(*polling)
        finally:
            await cancel_and_wait(polling)

    async def _poll_repeatedly(self, source: Source) -> None:
        """Poll one source whenever it is due.  Another process may poll it, so the time is checked every minute."""
        while True:
            result = await self._poller.poll(source, due_only=True)
            self._liveness.record_heartbeat("ask")
            await self._sleep(max(MIN_PAUSE_S, min(MAX_HOST_WAIT_S, result.next_s)))

    async def update_gauges(self) -> None:
        """Set the gauges of the sources: how many there are, are due, and fail; the consecutive failures of each."""
        states = await self._schedule.states(self._sources)
        counts = {
            "all": len(states),
            "due": sum(state.due_in_s <= 0 for state in states),
            "failing": sum(state.failures > 0 for state in states),
        }
        for name, count in counts.items():
            metrics.SOURCES.labels(name).set(count)
        for state in states:
            metrics.SOURCE_FAILURES.labels(state.source).set(state.failures)
            metrics.NEW_URLS.labels(state.source)  # creates the series with value 0

    async def poll_all(self, *, due_only: bool = False) -> list[PollResult]:
        """Poll every source, or only those that are due, and return the results in the order of the file."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._poller.poll(source, due_only=due_only)) for source in self._sources]
        return [task.result() for task in tasks]
