"""Deliveries in, and every one ends settled, put off or buried.

`loop` takes as many as there are free slots and keeps their leases, `handling` brings each to its end, `settling`
writes what is finished, `retry` decides what follows a failure.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator, Callable

import structlog

from worker.consume.loop import Consumer, worker_loops
from worker.consume.retry import next_try
from worker.consume.task_result import TaskResult
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.pool import Pool
from worker.queue import UrlQueue, process_name
from worker.settings import Settings
from worker.streams import connect, is_durable
from worker.telemetry.liveness import LivenessMonitor

__all__ = ["Consumer", "TaskResult", "next_try", "open_consumer", "worker_loops"]

log = structlog.get_logger()


@contextlib.asynccontextmanager
async def open_consumer(
    settings: Settings,
    redis_url: str,
    report: Callable[[TaskResult], None] = lambda _: None,
    liveness: LivenessMonitor | None = None,
) -> AsyncIterator[Consumer]:
    """Put a consumer together with its neighbours; they are closed in the end."""
    async with (
        UrlQueue(redis_url, settings, process_name()) as queue,
        connect(redis_url) as client,
        Fetcher(settings.fetch, threads=settings.worker.concurrency) as fetcher,
        Pool(settings.pool, preload="worker.pipeline.preload") as pool,
    ):
        if not await is_durable(client):
            log.warning("redis_forgets", detail="no append-only file: a crash loses all since the last snapshot")
        politeness = Politeness(client, fetcher, settings)
        yield Consumer(
            settings, queue, politeness, fetcher, pool, jitter=random.random, report=report, liveness=liveness
        )
