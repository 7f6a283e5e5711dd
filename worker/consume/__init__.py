"""The worker: read tasks from the queue and finish each one: settle it, put it back, retry it later, or dead-letter it.

`loop` reads as many deliveries as there are free slots and renews their leases, `task_handler` processes one delivery,
`settle_batcher` writes the results, `retry` decides what follows a failure.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Callable

import structlog

from worker.consume.loop import Consumer, worker_loops
from worker.consume.page_reader import PageReader
from worker.consume.retry import next_step
from worker.consume.task_handler import TaskHandler
from worker.consume.task_result import TaskResult
from worker.fetch.client import open_fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.pool import Pool
from worker.queue import Hosts, UrlQueue, process_consumer_name
from worker.settings import Settings
from worker.streams import connect, is_durable
from worker.telemetry.liveness import LivenessMonitor

__all__ = ["Consumer", "PageReader", "TaskHandler", "TaskResult", "next_step", "open_consumer", "worker_loops"]

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_consumer(
    settings: Settings,
    redis_url: str,
    on_result: Callable[[TaskResult], None] = lambda _: None,
    liveness: LivenessMonitor | None = None,
) -> AsyncIterator[Consumer]:
    """Yield a Consumer with its connections and processes; close both at the end of the block.

    `on_result` is called with the result of every delivery.  Logs a warning if Redis has no append-only file.
    """
    async with (
        UrlQueue(redis_url, settings, process_consumer_name()) as queue,
        connect(redis_url) as client,
        open_fetcher(Hosts(client, settings), settings) as fetcher,
        Pool(settings.pool, preload="worker.pipeline.preload") as pool,
    ):
        if not await is_durable(client):
            log.warning(
                "redis_not_durable", detail="no append-only file: a crash loses all writes since the last snapshot"
            )
        reader = PageReader(
            Politeness(client, fetcher, settings), fetcher, pool, settings.pool.max_events, queue.reading
        )
        handler = TaskHandler(settings, queue, reader, Hosts(client, settings), jitter=random.random)
        yield Consumer(settings, queue, handler, on_result=on_result, liveness=liveness)
