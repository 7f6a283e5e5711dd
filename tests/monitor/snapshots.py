"""Snapshots of the fleet, taken with a queue that creates no consumer group."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from worker.monitor.snapshot import take_snapshot
from worker.queue import UrlQueue
from worker.schema.fleet import FleetSnapshot
from worker.settings import Settings

AGE_S = 600


def old_entry_id(sequence: int = 0) -> str:
    """Return the id of a stream entry that is `AGE_S` old."""
    return f"{round((time.time() - AGE_S) * 1000)}-{sequence}"


@asynccontextmanager
async def unentered_queue(settings: Settings) -> AsyncIterator[UrlQueue]:
    queue = UrlQueue(settings.redis.url or "", settings)
    try:
        yield queue
    finally:
        await queue.aclose()


async def snapshot(redis: Redis, settings: Settings, *, dead_letters: int = 0) -> FleetSnapshot:
    async with unentered_queue(settings) as queue:
        return await take_snapshot(redis, queue, settings, dead_letters=dead_letters)
