"""Sizes of streams in memory, and trimming that frees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Collection

    from redis.asyncio import Redis

SAMPLED_NODES: Final = 50
"""Nodes of a stream (up to 4 kB or one larger entry each) that MEMORY USAGE measures; others count as the mean."""
MAX_TRIMMED: Final = 10_000
"""Most entries that one command removes, which bounds the time for which it occupies the server."""

_ABOVE_ALL: Final = str(2**64 - 1)
"""An entry id above that of any entry."""


class StreamSize(NamedTuple):
    """Size of one stream."""

    entries: int
    bytes: int
    """Estimate of its memory, consumer groups included."""
    added: int
    """Number of entries ever added; before Redis 7, which does not count them, those present."""

    @property
    def bytes_per_entry(self) -> float:
        """Return the mean size of an entry; 0 for an empty stream."""
        return self.bytes / self.entries if self.entries else 0.0


async def stream_sizes(client: Redis, streams: Collection[str]) -> dict[str, StreamSize]:
    """Measure streams in one round trip and in constant time; a stream that does not exist has size 0."""
    pipe = client.pipeline(transaction=False)
    for stream in streams:
        pipe.memory_usage(stream, samples=SAMPLED_NODES)
        pipe.xinfo_stream(stream)
    replies = await pipe.execute(raise_on_error=False)
    return {stream: _parse_size(*replies[2 * i : 2 * i + 2]) for i, stream in enumerate(streams)}


def _parse_size(used: Any, info: Any) -> StreamSize:
    if isinstance(info, ResponseError) and "no such key" in str(info):
        return StreamSize(0, 0, 0)
    for reply in (used, info):
        if isinstance(reply, Exception):
            raise reply
    return StreamSize(info["length"], int(used or 0), info.get("entries-added", info["length"]))


async def trim_oldest(client: Redis, stream: str, count: int, keep_from: str | None = None) -> int:
    """Remove about `count` of the oldest entries, at most MAX_TRIMMED, and return their number.

    Entries from id `keep_from` on are kept (None: of any id may be removed).  Only whole nodes of the stream are
    removed, so the number may be smaller.
    """
    if count <= 0:
        return 0
    command = ("XTRIM", stream, "MINID", "~", keep_from or _ABOVE_ALL, "LIMIT", min(count, MAX_TRIMMED))
    return int(await client.execute_command(*command))  # type: ignore[no-untyped-call]
