"""Everything on one machine: URLs and sources in, one consumer, and the events handed to a screen as they come.

It goes the way a fleet goes (queue, streams, subscription), only with all its parts in one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from worker.consume import Report, consumer
from worker.queue import UrlQueue
from worker.schema import Event
from worker.settings import Settings
from worker.subscribe import Subscription, subscribe
from worker.telemetry.liveness import Pulse

Feed = Callable[[UrlQueue, str, asyncio.Event], Awaitable[None]]
"""Puts tasks into a queue, which is on the Redis of that URL, until it has no more, or until the event is set."""

POLL_S = 0.1
"""How often the screen is redrawn and the queue asked whether it is empty."""


class Screen(Protocol):
    """Who is shown a run: `worker.terminal.LiveView`, or a printer of JSON lines."""

    def event(self, event: Event) -> None:
        """Take one event as it comes."""

    def outcome(self, url: str, outcome: str, reason: str | None = None) -> None:
        """Take how the work on a URL ended, for now ("put_off") or for good."""

    def tick(self, now_s: float, backlog: int | None = None) -> None:
        """Let time pass."""


async def run(
    settings: Settings,
    redis_url: str,
    feed: Feed,
    screen: Screen,
    stop: asyncio.Event,
    *,
    pulse: Pulse | None = None,
) -> None:
    """Consume what `feed` puts into the queue, and show it, until all of it has ended or `stop` is set.

    Then what is under way is drained, and every event that was published is shown before this returns.
    """

    def report(ended: Report) -> None:
        screen.outcome(ended.url, ended.outcome, ended.reason)

    over = asyncio.Event()  # told, not cancelled: see `Consumer._until_over`
    listening = subscribe(redis_url, prefix=settings.key_prefix, stop=over)
    async with (
        consumer(settings, redis_url, report, pulse) as worker,
        UrlQueue(redis_url, settings) as queue,
        listening,
    ):
        drained = asyncio.Event()
        async with asyncio.TaskGroup() as parts:
            parts.create_task(_tick(queue, screen, over))
            parts.create_task(_listen(listening, screen))
            work = parts.create_task(worker.run(drained))
            try:
                await _until_fed_and_empty(queue, feed(queue, redis_url, stop), stop)
                drained.set()
                await work
                await listening.caught_up()
            finally:
                over.set()


async def _until_fed_and_empty(queue: UrlQueue, feeding: Awaitable[None], stop: asyncio.Event) -> None:
    stopping, emptying = asyncio.create_task(stop.wait()), asyncio.create_task(_feed_and_wait(queue, feeding))
    try:
        await asyncio.wait({stopping, emptying}, return_when=asyncio.FIRST_COMPLETED)
        if emptying.done():
            emptying.result()
    finally:
        stopping.cancel()
        emptying.cancel()


async def _feed_and_wait(queue: UrlQueue, feeding: Awaitable[None]) -> None:
    await feeding
    while (depth := await queue.depth()).backlog + depth.pending + depth.delayed:  # noqa: ASYNC110 - Redis is asked
        await asyncio.sleep(POLL_S)


async def _tick(queue: UrlQueue, screen: Screen, over: asyncio.Event) -> None:
    while not over.is_set():
        depth = await queue.depth()
        screen.tick(time.monotonic(), depth.backlog + depth.delayed)
        await asyncio.sleep(POLL_S)


async def _listen(listening: Subscription, screen: Screen) -> None:
    async for event in listening:
        screen.event(event)
