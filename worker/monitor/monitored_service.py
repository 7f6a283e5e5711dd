"""Monitoring of a running service: its heartbeat in Redis, fleet gauges, HTTP endpoints; trimming of the streams."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog
from redis.exceptions import RedisError

from worker.lifecycle import cancel_and_wait, sleep_until
from worker.monitor.fleet_collector import FLEET_COLLECTOR
from worker.monitor.health_server import health_server
from worker.monitor.heartbeat import Heartbeat
from worker.monitor.snapshot import take_snapshot
from worker.monitor.stream_trimmer import TRIM_INTERVAL_S, StreamTrimmer
from worker.queue import UrlQueue, process_consumer_name
from worker.schema.fleet import HEARTBEAT_INTERVAL_S, FleetSnapshot
from worker.streams import connect
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

if TYPE_CHECKING:
    from worker.settings import Settings

log = structlog.get_logger()

EVENT_LOOP_INTERVAL_S: Final = 1.0
"""Interval of the heartbeat of the event loop."""
POLLS_PER_SNAPSHOT: Final = 2
"""A new snapshot of the fleet is taken with every second heartbeat; Prometheus reads it every 15 s."""
SERVICE_LOOPS: Final = {
    "loop": LoopSpec(max_silence_s=GRACE_S, critical=True),
    "redis": LoopSpec(max_silence_s=GRACE_S),
}
"""Loops that every service has: the event loop, and the fleet poller, whose heartbeat needs an answer of Redis."""

PollHook = Callable[[], Awaitable[None]]
"""Called after each heartbeat."""


@contextlib.asynccontextmanager
async def monitored_service(
    settings: Settings, redis_url: str, service: str, liveness: LivenessMonitor, on_poll: PollHook | None = None
) -> AsyncIterator[int | None]:
    """Monitor a service for the duration of the block, and deregister it at the end.

    `on_poll` is awaited after every heartbeat, for state that only this service knows.  Yields the port of
    the HTTP endpoints, None if the settings have no port.  UsageError if the server cannot listen there.
    """
    metrics.init_series()
    liveness.register(SERVICE_LOOPS)
    async with connect(redis_url) as client, contextlib.AsyncExitStack() as stack:
        queue = UrlQueue(redis_url, settings)  # only read from: it is not entered, so it creates no consumer group
        stack.push_async_callback(queue.aclose)
        prefix = settings.redis.key_prefix
        heartbeat = Heartbeat(client, prefix, service, liveness, clock=time.monotonic, name=process_consumer_name())
        poller = FleetPoller(lambda: take_snapshot(client, queue, settings), heartbeat, liveness, on_poll)
        FLEET_COLLECTOR.add_service(service, liveness, poller.last_snapshot)
        stack.callback(FLEET_COLLECTOR.remove_service, service)
        port = stack.enter_context(health_server(settings.metrics, liveness))
        await stack.enter_async_context(background_tasks(liveness, poller, StreamTrimmer(client, settings)))
        yield port


class FleetPoller:
    """Sends the heartbeat of the service and takes snapshots of the fleet, for the gauges that another thread reads."""

    def __init__(
        self,
        take: Callable[[], Awaitable[FleetSnapshot]],
        heartbeat: Heartbeat,
        liveness: LivenessMonitor,
        on_poll: PollHook | None,
    ) -> None:
        self._take = take
        self._heartbeat = heartbeat
        self._liveness = liveness
        self._on_poll = on_poll
        self._snapshot: FleetSnapshot | None = None
        self._polls = 0

    def last_snapshot(self) -> FleetSnapshot | None:
        """Return the last snapshot; None before the first, and while Redis is unavailable."""
        return self._snapshot

    async def poll(self) -> None:
        """Send a heartbeat, and take a snapshot if it is time.

        If Redis is unavailable, drop the last snapshot and log that once.
        """
        try:
            await self._heartbeat.send()
            if self._snapshot is None or self._polls % POLLS_PER_SNAPSHOT == 0:
                self._snapshot = await self._take()
            self._polls += 1
            if self._on_poll:
                await self._on_poll()
            self._liveness.record_heartbeat("redis")
        except (RedisError, OSError) as e:
            if self._snapshot is not None:
                log.warning("redis unavailable", error=str(e))
            self._snapshot = None

    async def deregister(self) -> None:
        """Delete the heartbeat, unless Redis is unavailable."""
        with contextlib.suppress(RedisError, OSError):
            await self._heartbeat.deregister()


@contextlib.asynccontextmanager
async def background_tasks(
    liveness: LivenessMonitor, poller: FleetPoller, trimmer: StreamTrimmer
) -> AsyncIterator[None]:
    """Record heartbeats of the event loop, poll the fleet and trim the streams in the block, then deregister."""
    stop = asyncio.Event()

    async def repeat(interval_s: float, step: Callable[[], Awaitable[None]]) -> None:
        while not stop.is_set():
            await step()
            await sleep_until(stop, interval_s)

    async def record_event_loop() -> None:
        liveness.record_heartbeat("loop")

    tasks = [
        asyncio.create_task(repeat(EVENT_LOOP_INTERVAL_S, record_event_loop)),
        asyncio.create_task(repeat(HEARTBEAT_INTERVAL_S, poller.poll)),
        asyncio.create_task(repeat(TRIM_INTERVAL_S, trimmer.poll)),
    ]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait(tasks, timeout=EVENT_LOOP_INTERVAL_S)
        await cancel_and_wait(tasks)
        for task in tasks:
            if not task.cancelled():
                task.result()  # raises what ended it early: a bug here, and its loop was overdue since
        await poller.deregister()
