"""The whole pipeline in one process: URLs in, one consumer, events to an observer.

It uses the same parts as a fleet (queue, streams, subscription), all in one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from worker.consume import TaskResult, open_consumer
from worker.queue import UrlQueue
from worker.schema import Event
from worker.settings import Settings
from worker.subscribe import Subscription, subscribe
from worker.telemetry.liveness import LivenessMonitor

UrlSource = Callable[[UrlQueue, str, asyncio.Event], Awaitable[None]]
"""Enqueues tasks until it has no more or the event is set. The string is the URL of the Redis that holds the queue."""

POLL_INTERVAL_S = 0.1
"""Seconds between two calls of the observer's `on_tick`, and between two checks whether the queue is empty."""


class RunObserver(Protocol):
    """Receives the progress of a run: `worker.terminal.live_view.LiveView`, or a printer of JSON lines."""

    def on_event(self, event: Event) -> None:
        """Handle one published event."""

    def on_outcome(self, url: str, outcome: str, reason: str | None = None) -> None:
        """Handle an outcome of a URL; "put_off" and "handed_back" are not final."""

    def on_tick(self, now_s: float, backlog: int | None = None) -> None:
        """Handle the passing of time: `now_s` of a monotonic clock, and the number of tasks not yet started."""


async def run_locally(
    settings: Settings,
    redis_url: str,
    source: UrlSource,
    observer: RunObserver,
    stop: asyncio.Event,
    *,
    liveness: LivenessMonitor | None = None,
) -> None:
    """Process the tasks that `source` enqueues, until all are finished or `stop` is set.

    Tasks in progress are then drained, and the observer has received every published event before this returns.
    """

    def report(result: TaskResult) -> None:
        observer.on_outcome(result.url, result.outcome, result.reason)

    over = asyncio.Event()  # an event and no cancellation: see `Consumer._until_over`
    subscription = subscribe(redis_url, prefix=settings.redis.key_prefix, stop=over)
    async with (
        open_consumer(settings, redis_url, report, liveness) as worker,
        UrlQueue(redis_url, settings) as queue,
        subscription,
    ):
        drained = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_tick(queue, observer, over))
            group.create_task(_forward_events(subscription, observer))
            work = group.create_task(worker.run(drained))
            try:
                await _until_finished(queue, source(queue, redis_url, stop), stop)
                drained.set()
                await work
                await subscription.caught_up()
            finally:
                over.set()


async def _until_finished(queue: UrlQueue, enqueueing: Awaitable[None], stop: asyncio.Event) -> None:
    """Wait until every task has been enqueued and processed, or `stop` is set; errors of `enqueueing` propagate."""
    stopping, finishing = asyncio.create_task(stop.wait()), asyncio.create_task(_until_empty(queue, enqueueing))
    try:
        await asyncio.wait({stopping, finishing}, return_when=asyncio.FIRST_COMPLETED)
        if finishing.done():
            finishing.result()
    finally:
        stopping.cancel()
        finishing.cancel()


async def _until_empty(queue: UrlQueue, enqueueing: Awaitable[None]) -> None:
    await enqueueing
    while (depth := await queue.depth()).backlog + depth.pending + depth.delayed:  # noqa: ASYNC110 - state is in Redis
        await asyncio.sleep(POLL_INTERVAL_S)


async def _tick(queue: UrlQueue, observer: RunObserver, over: asyncio.Event) -> None:
    while not over.is_set():
        depth = await queue.depth()
        observer.on_tick(time.monotonic(), depth.backlog + depth.delayed)
        await asyncio.sleep(POLL_INTERVAL_S)


async def _forward_events(subscription: Subscription, observer: RunObserver) -> None:
    async for event in subscription:
        observer.on_event(event)
