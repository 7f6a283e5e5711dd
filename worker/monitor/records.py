"""Records that processes publish about themselves: JSON in a Redis hash, one field per process or consumer."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")


async def read_records(client: Redis, key: str, record_type: type[T]) -> list[T]:
    """Return all values of the hash that decode; values that a later version wrote may not, and are skipped."""
    reply: Any = client.hvals(key)  # redis-py's type is "awaitable or not"
    found = []
    for value in await reply:
        with suppress(msgspec.DecodeError):
            found.append(msgspec.json.decode(value, type=record_type))
    return found


async def redis_time(client: Redis) -> datetime:
    """Return the time by Redis' clock, in UTC."""
    s, us = await client.time()
    return datetime.fromtimestamp(s + us / 1e6, UTC)
