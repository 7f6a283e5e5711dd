"""The loop: every source that is due is asked, some at the same time; one that fails spoils no other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from worker.discover.asking import Asked, Asking, Queue
from worker.discover.sources import Source
from worker.discover.turns import SLEEP_S, Turns, lease_s
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import MARGIN_S, Part, Pulse

if TYPE_CHECKING:
    from redis.asyncio import Redis

LEAST_PAUSE_S: Final = 0.05
TOGETHER: Final = 8
"""Sources asked at the same time by one process."""


def discover_parts(settings: Settings) -> dict[str, Part]:
    """Return the loop of a discover whose silence means something: it beats with every source that it has asked."""
    return {"ask": Part(limit_s=lease_s(settings) + SLEEP_S + MARGIN_S, vital=True)}


class Discover:
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
        pulse: Pulse | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._sleep = sleep
        self._pulse = pulse or Pulse()
        self._turns = Turns(client, settings)
        self._asking = Asking(
            settings,
            self._turns,
            fetcher=fetcher,
            politeness=politeness,
            queue=queue,
            now=now,
            sleep=sleep,
            pulse=self._pulse,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Ask whatever is due, again and again, until `stop` is set; what is under way then is dropped, safely."""
        asking, stopping = asyncio.create_task(self._for_ever()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({asking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                asking.result()  # nothing but an error ends it
        finally:
            asking.cancel()
            stopping.cancel()
            await asyncio.wait({asking, stopping})

    async def _for_ever(self) -> None:
        while True:
            asked = await self.once(due_only=True)
            self._pulse.beat("ask")
            await self._sleep(max(LEAST_PAUSE_S, min((SLEEP_S, *(a.next_s for a in asked)))))

    async def show(self) -> None:
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

    async def once(self, *, due_only: bool = False) -> list[Asked]:
        """Ask every source (or only those that are due) and tell what came of each, in the order of the file."""
        together = asyncio.Semaphore(TOGETHER)

        async def ask(source: Source) -> Asked:
            async with together:
                return await self._asking.ask(source, due_only=due_only)

        async with asyncio.TaskGroup() as asking:
            tasks = [asking.create_task(ask(source)) for source in self._sources]
        return [task.result() for task in tasks]
