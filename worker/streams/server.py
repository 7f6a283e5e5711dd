"""Whether a server can be used: new enough, and keeps what it is given."""

from __future__ import annotations

from typing import Final

from redis.asyncio import Redis
from redis.exceptions import (
    ConnectionError,  # noqa: A004 - the name that every caller of redis-py expects
    RedisError,
)

from worker.errors import UsageError
from worker.streams.connection import address

BASELINE: Final = (6, 2)
"""XPENDING IDLE and exclusive ranges came with Redis 6.2; Valkey reports the Redis version it answers to."""


async def check_server(client: Redis) -> None:
    """Raise UsageError unless the server is new enough and keeps what it is given; ConnectionError where it is away."""
    try:
        info = await client.info()
    except (RedisError, OSError) as e:
        raise ConnectionError(f"cannot use Redis at {address(client)}: {e}") from None
    version = tuple(int(n) for n in str(info["redis_version"]).split(".")[:2])
    if version < BASELINE:
        raise UsageError(f"Redis at {address(client)} is version {info['redis_version']}: 6.2 or later is needed")
    policy = info.get("maxmemory_policy", "noeviction")
    if info.get("maxmemory", 0) > 0 and policy != "noeviction":
        raise UsageError(
            f"Redis at {address(client)} drops keys when its memory is full (maxmemory-policy {policy}), "
            "tasks and events among them: set maxmemory-policy noeviction"
        )
