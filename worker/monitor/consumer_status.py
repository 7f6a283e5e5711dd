"""Progress of webhooks and sinks, in the hash `<prefix>:readers`.

A status remains there when its process ends, like a consumer group: its lag keeps growing, and is seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from worker.monitor.records import read_records, redis_time, write_records
from worker.schema.fleet import ConsumerStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from redis.asyncio import Redis

MAX_CONSUMERS: Final = 50
"""Bound of the webhooks and sinks shown, and thereby of the metrics' labels."""


def consumers_key(prefix: str) -> str:
    """Return the key of the hash of statuses, by consumer name."""
    return f"{prefix}:readers"


async def publish_consumer_status(client: Redis, prefix: str, statuses: Iterable[ConsumerStatus]) -> None:
    """Write the statuses, replacing earlier ones of the same names; `at` is set to Redis' time."""
    at = await redis_time(client)
    encoded = {status.name: msgspec.json.encode(replace(status, at=at)) for status in statuses}
    await write_records(client, consumers_key(prefix), encoded)


async def read_consumer_statuses(client: Redis, prefix: str) -> list[ConsumerStatus]:
    """Return the last status of each webhook and sink, sorted by name, at most `MAX_CONSUMERS`."""
    found = await read_records(client, consumers_key(prefix), ConsumerStatus)
    return sorted(found, key=lambda status: status.name)[:MAX_CONSUMERS]
