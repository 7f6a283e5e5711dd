"""The memory of Redis and of the streams in it, with their budget; read without changing anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from worker.monitor.stream_budget import StreamBudget, stream_budget
from worker.schema import KINDS, article_stream, event_stream
from worker.streams import evicts_keys, stream_sizes

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


class MemoryUse(Struct, frozen=True, kw_only=True):
    """Use of memory, and its limits, in bytes."""

    used_bytes: int
    limit_bytes: int
    """`maxmemory` of Redis; 0 if there is no limit."""
    stream_bytes: dict[str, int]
    """Name of a stream ("article", or a kind of event) -> its estimated memory."""
    budget: StreamBudget
    eviction_policy: str | None
    """`maxmemory-policy` if it makes Redis drop keys when its memory is full; else None."""


def product_streams(prefix: str) -> dict[str, str]:
    """Return key -> name ("article", or a kind of event) of the streams that the budget covers."""
    return {article_stream(prefix): "article"} | {event_stream(prefix, kind): str(kind) for kind in KINDS}


async def read_memory_use(client: Redis, settings: Settings) -> MemoryUse:
    """Read the memory of Redis and measure the streams; may raise RedisError."""
    info: Any = await client.info("memory")
    streams = product_streams(settings.redis.key_prefix)
    sizes = await stream_sizes(client, streams)
    limit = int(info.get("maxmemory", 0))
    return MemoryUse(
        used_bytes=int(info.get("used_memory", 0)),
        limit_bytes=limit,
        stream_bytes={streams[key]: size.bytes for key, size in sizes.items()},
        budget=stream_budget(settings.redis, limit),
        eviction_policy=info["maxmemory_policy"] if evicts_keys(info) else None,
    )
