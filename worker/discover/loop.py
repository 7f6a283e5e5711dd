"""The loop: every source that is due is asked, some at the same time; one that fails spoils no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from worker.discover.feed_poller import FeedPoller, PollResult, Queue
from worker.discover.poll_schedule import SLEEP_S, PollSchedule, lease_s
from worker.discover.sources import Source
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.lifecycle import run_until
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

if TYPE_CHECKING:
    from redis.asyncio import Redis

LEAST_PAUSE_S: Final = 0.05
TOGETHER: Final = 8
"""Sources asked at the same time by one process."""


def discover_loops(settings: Settings) -> dict[str, LoopSpec]:
    """Return the loop of a discover whose silence means something: it beats with every source that it has asked."""
    return {"ask": LoopSpec(max_silence_s=lease_s(settings) + SLEEP_S + GRACE_S, critical=True)}


class Discovery:
    """Asks `sources` and feeds `queue`; `client` is a Redis client that answers bytes."""

    def __init__(
        self,
        sources: Sequence[Source],
        settings: Settings,
        *,
        client: Redis,
        fetcher: Fetcher,
        politeness: Politeness,
        queue: Queue,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        liveness: LivenessMonitor | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._sleep = sleep
        self._liveness = liveness or LivenessMonitor()
        self._turns = PollSchedule(client, settings)
        self._asking = FeedPoller(
            settings,
            self._turns,
            fetcher=fetcher,
            politeness=politeness,
            queue=queue,
            now=now,
            sleep=sleep,
            liveness=self._liveness,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Ask whatever is due, again and again, until `stop` is set; what is under way then is dropped, safely."""
        await run_until(stop, self._for_ever())

    async def _for_ever(self) -> None:
        while True:
            asked = await self.poll_all(due_only=True)
            self._liveness.record_heartbeat("ask")
            await self._sleep(max(LEAST_PAUSE_S, min((SLEEP_S, *(a.next_s for a in asked)))))

    async def update_gauges(self) -> None:
        """Set the gauges that tell how the sources stand."""
        states = await self._turns.states(self._sources)
        counts = {
            "all": len(states),
            "due": sum(state.due_in_s <= 0 for state in states),
            "failing": sum(state.failures > 0 for state in states),
        }
        for name, count in counts.items():
            metrics.SOURCES.labels(name).set(count)
        for state in states:
            metrics.SOURCE_FAILURES.labels(state.source).set(state.failures)
            metrics.NEW_URLS.labels(state.source)  # begins at zero

    async def poll_all(self, *, due_only: bool = False) -> list[PollResult]:
        """Ask every source (or only those that are due) and tell what came of each, in the order of the file."""
        together = asyncio.Semaphore(TOGETHER)

        async def ask(source: Source) -> PollResult:
            async with together:
                return await self._asking.ask(source, due_only=due_only)

        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(ask(source)) for source in self._sources]
        return [task.result() for task in tasks]
