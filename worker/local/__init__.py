"""The whole pipeline in one process: URLs in, one consumer, events to an observer.

It uses the same parts as a fleet (queue, streams, subscription), all in one event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from worker.consume import TaskResult, open_consumer
from worker.discover import Source, open_discovery
from worker.errors import Permanent
from worker.lifecycle import run_until
from worker.local.own_tasks import OwnTasks
from worker.queue import QueueFull, UrlQueue
from worker.schema import Event, Retraction, Task
from worker.settings import RedisSettings, Settings
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server
from worker.subscribe import Subscription, subscribe
from worker.telemetry.liveness import LivenessMonitor
from worker.urls import canonicalise

UrlSource = Callable[[OwnTasks, str, asyncio.Event], Awaitable[None]]
"""Enqueues tasks until it has no more or the event is set. The string is the URL of the Redis that holds the queue."""

POLL_INTERVAL_S = 0.1
"""Seconds between two calls of the observer's `on_tick`, and between two checks whether the tasks are finished."""
SEARCH_INTERVAL_S = 2.0
"""Seconds between two searches for tasks that another worker has finished."""


class RunObserver(Protocol):
    """Receives the progress of a run: `worker.terminal.live_view.LiveView`, or a printer of JSON lines."""

    def on_event(self, event: Event) -> None:
        """Handle one published event."""

    def on_outcome(self, url: str, outcome: str, reason: str | None = None, detail: str | None = None) -> None:
        """Handle an outcome of a URL; "put_off" and "handed_back" are not final. `detail`: text for people."""

    def on_tick(self, now_s: float, backlog: int | None = None) -> None:
        """Handle the passing of time: `now_s` of a monotonic clock, and the number of tasks not yet started."""


@contextlib.asynccontextmanager
async def redis_server(redis: RedisSettings, data_dir: Path) -> AsyncIterator[str]:
    """Yield the configured Redis URL; without one, run a private server in `data_dir` during the block."""
    if redis.url:
        yield redis.url
    else:
        async with run_embedded_server(data_dir) as redis_url:
            yield redis_url


# ---------------------------------------------------------------- sources of URLs
def url_list_source(urls: Iterable[str], observer: RunObserver) -> UrlSource:
    """Return a source that enqueues a list of URLs.

    It reports an invalid URL as "dead", and one that an earlier run has read as "seen".
    """

    async def enqueue(queue: OwnTasks, _: str, stop: asyncio.Event) -> None:
        for url in urls:
            try:
                task = Task.of(canonicalise(url), put_at=datetime.now(UTC))
                if not stop.is_set() and not await _put_when_possible(queue, task):
                    observer.on_outcome(url, "seen")
            except Permanent as e:
                observer.on_outcome(url, "dead", e.reason, e.detail)

    return enqueue


async def _put_when_possible(queue: OwnTasks, task: Task) -> bool:
    """Put a task and return whether it is new or unfinished; while the queue is full, wait for the consumer."""
    while True:
        with contextlib.suppress(QueueFull):
            return await queue.put(task)
        await asyncio.sleep(POLL_INTERVAL_S)


def feed_source(feeds: Sequence[Source], settings: Settings, observer: RunObserver, *, once: bool) -> UrlSource:
    """Return a source that polls feeds until it is stopped, or `once` each and then reports failed feeds as "dead"."""

    async def enqueue(queue: OwnTasks, redis_url: str, stop: asyncio.Event) -> None:
        tasks = queue if once else queue.without_end()
        async with open_discovery(feeds, settings, redis_url, tasks) as discovery:
            if not once:
                await discovery.run(stop)
                return
            for result in await discovery.poll_all():
                if result.outcome == "failed":
                    observer.on_outcome(result.source, "dead", result.reason, result.detail)

    return enqueue


# ---------------------------------------------------------------- the run
async def run_locally(
    settings: Settings,
    redis_url: str,
    source: UrlSource,
    observer: RunObserver,
    stop: asyncio.Event,
    *,
    liveness: LivenessMonitor | None = None,
) -> None:
    """Process the tasks that `source` enqueues, until these are finished or `stop` is set.

    Other tasks of the queue are processed meanwhile, and their outcomes are not reported.  Tasks in progress are then
    drained, and the observer has received every published event before this returns.
    """
    own: OwnTasks | None = None

    def report(result: TaskResult) -> None:
        if own and own.record(result):
            observer.on_outcome(result.url, result.outcome, result.reason, result.detail)

    over = asyncio.Event()  # instead of a cancellation, which Python 3.11 may lose: see `worker.lifecycle`
    subscription = subscribe(redis_url, prefix=settings.redis.key_prefix, stop=over)
    async with (
        open_consumer(settings, redis_url, report, liveness) as worker,
        UrlQueue(redis_url, settings) as queue,
        connect(redis_url) as client,
        subscription,
    ):
        own = OwnTasks(queue, client)
        drained = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(_tick(queue, observer, over))
            group.create_task(_forward_events(subscription, observer))
            work = group.create_task(worker.run(drained))
            try:
                await run_until(stop, _until_finished(own, queue, source(own, redis_url, stop), observer))
                drained.set()
                await work
                await subscription.caught_up()
            finally:
                over.set()


async def _until_finished(own: OwnTasks, queue: UrlQueue, enqueueing: Awaitable[None], observer: RunObserver) -> None:
    """Wait until every task has been enqueued and has reached its final outcome, in this process or in another."""

    def on_dead(url: str, reason: str) -> None:
        observer.on_outcome(url, "dead", reason)

    await enqueueing
    searched_s = time.monotonic()
    while not own.are_finished and (await queue.depth()).unfinished:
        await asyncio.sleep(POLL_INTERVAL_S)
        if time.monotonic() - searched_s >= SEARCH_INTERVAL_S:
            await own.settle_elsewhere(on_dead)
            searched_s = time.monotonic()


async def _tick(queue: UrlQueue, observer: RunObserver, over: asyncio.Event) -> None:
    while not over.is_set():
        depth = await queue.depth()
        observer.on_tick(time.monotonic(), depth.unfinished - depth.pending)
        await asyncio.sleep(POLL_INTERVAL_S)


async def _forward_events(subscription: Subscription, observer: RunObserver) -> None:
    async for event in subscription:
        if not isinstance(event, Retraction):
            observer.on_event(event)
