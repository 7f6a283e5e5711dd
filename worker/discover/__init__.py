"""Discovery: poll the feeds that are due, and enqueue a task for every link that has not been seen before.

`sources` loads the list of feeds, `poll_schedule` decides which process polls a feed and when, `feed_poller` polls one,
`loop` polls all of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from worker.discover.feed_poller import PollResult, TaskQueue
from worker.discover.loop import Discovery, discover_loops
from worker.discover.sources import Source, load_sources
from worker.fetch.client import open_fetcher
from worker.fetch.politeness import Politeness
from worker.queue import Hosts
from worker.settings import Settings
from worker.streams import connect
from worker.telemetry.liveness import LivenessMonitor

__all__ = ["Discovery", "PollResult", "Source", "discover_loops", "load_sources", "open_discovery"]


@asynccontextmanager
async def open_discovery(
    sources: Sequence[Source],
    settings: Settings,
    redis_url: str,
    queue: TaskQueue,
    liveness: LivenessMonitor | None = None,
) -> AsyncIterator[Discovery]:
    """Yield a Discovery of `sources` with its connections; close them at the end of the block.

    New links are enqueued in `queue`; `liveness` None: the loop is not monitored.
    """
    async with connect(redis_url) as client, open_fetcher(Hosts(client, settings), settings) as fetcher:
        politeness = Politeness(client, fetcher, settings)
        yield Discovery(
            sources, settings, client=client, fetcher=fetcher, politeness=politeness, queue=queue, liveness=liveness
        )
