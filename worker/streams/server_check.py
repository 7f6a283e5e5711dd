"""Check that a Redis or Valkey server is supported: version, topology, eviction policy, durability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import Redis
from redis.exceptions import (
    ConnectionError,  # noqa: A004 - the name that every caller of redis-py expects
    NoPermissionError,
    RedisError,
)

from worker.errors import UsageError
from worker.streams.client import server_address

if TYPE_CHECKING:
    from collections.abc import Mapping

BASELINE: Final = (6, 2)
"""Oldest supported version: XPENDING IDLE and exclusive ranges came with Redis 6.2.

Valkey reports the Redis version that it is compatible with.
"""


async def check_server(client: Redis) -> None:
    """Raise UsageError unless the server is supported, ConnectionError where it cannot be reached."""
    try:
        info = await client.info()
    except NoPermissionError as e:
        raise UsageError(f"the user given for Redis at {server_address(client)} lacks a permission: {e}") from None
    except (RedisError, OSError) as e:
        raise ConnectionError(f"cannot use Redis at {server_address(client)}: {e}") from None
    if why := why_unsupported(info):
        raise UsageError(f"Redis at {server_address(client)} {why}")


def why_unsupported(info: Mapping[str, Any]) -> str | None:
    """Return why a server with this INFO reply is unsupported, as a predicate ("is …"); None where it is supported."""
    mode = info.get("redis_mode", info.get("server_mode"))  # Valkey's own name for it
    policy = info.get("maxmemory_policy", "noeviction")
    if mode == "sentinel":
        return "is a Sentinel: name the primary that it monitors"
    if mode == "cluster" or info.get("cluster_enabled"):
        return "is a cluster, which cannot change keys on several servers in one atomic step: name a single server"
    if _version(info) < BASELINE:
        return f"is version {info['redis_version']}: 6.2 or later is needed"
    if evicts_keys(info):
        return (
            f"drops keys when its memory is full (maxmemory-policy {policy}), tasks and events among them: "
            "set maxmemory-policy noeviction"
        )
    return None


def evicts_keys(info: Mapping[str, Any]) -> bool:
    """Return whether a server with this INFO reply (section memory) drops keys when its memory is full."""
    return int(info.get("maxmemory", 0)) > 0 and info.get("maxmemory_policy", "noeviction") != "noeviction"


def _version(info: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(n) for n in str(info["redis_version"]).split(".")[:2])


async def is_durable(client: Redis) -> bool:
    """Return whether the server writes an append-only file.

    Without one, a crash of the server loses all writes since its last snapshot.
    """
    return bool((await client.info("persistence")).get("aof_enabled"))
