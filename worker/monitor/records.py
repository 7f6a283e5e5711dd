"""Records that processes publish about themselves: JSON in a Redis hash, one field per process or consumer."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from worker.streams import Call, Script

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

T = TypeVar("T")
_REPLACE: Final = Script("""
for i = 1, #ARGV, 2 do redis.call('HDEL', KEYS[1], ARGV[i]) end
return redis.call('HSET', KEYS[1], unpack(ARGV))
""")
"""A full Redis rejects HSET, but not after a write of the same script that it accepts, as it does HDEL."""


async def read_records(client: Redis, key: str, record_type: type[T]) -> list[T]:
    """Return all values of the hash that decode; values that a later version wrote may not, and are skipped."""
    reply: Any = client.hvals(key)  # redis-py's type is "awaitable or not"
    found = []
    for value in await reply:
        with suppress(msgspec.DecodeError):
            found.append(msgspec.json.decode(value, type=record_type))
    return found


async def write_records(client: Redis, key: str, records: Mapping[str, bytes]) -> None:
    """Set fields of the hash, also while the memory of Redis is full; the hash does not grow by a replaced field."""
    if records:
        await _REPLACE.run_once(client, Call([key], [word for field in records.items() for word in field]))


async def redis_time(client: Redis) -> datetime:
    """Return the time by Redis' clock, in UTC."""
    s, us = await client.time()
    return datetime.fromtimestamp(s + us / 1e6, UTC)
