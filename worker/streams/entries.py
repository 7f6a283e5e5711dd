"""Stream entries: their types and order, and reading them without a consumer group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import Struct
from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from redis.asyncio import Redis

MAX_SEQUENCE: Final = 2**64 - 1
"""Greatest sequence number of an entry id."""


class StreamWrite(Struct, frozen=True, kw_only=True):
    """One entry to be added to a stream, which is then trimmed to approximately `maxlen` entries."""

    stream: str
    fields: Mapping[str, str | bytes]
    maxlen: int


class Entry(NamedTuple):
    """One entry of a stream; `fields` is None for an entry that is still pending but has been deleted or trimmed."""

    stream: str
    id: str
    fields: dict[bytes, bytes] | None


class StreamTail(NamedTuple):
    """End of a stream."""

    last_id: str
    """Highest id ever added, even if that entry has been deleted since; "0-0" for a stream that does not exist."""
    entries_added: int | None
    """Number of entries ever added, trimmed ones included; None before Redis 7, which does not count them."""


async def read_entries(client: Redis, after: Mapping[str, str], *, count: int, block_s: float = 0.0) -> list[Entry]:
    """Read up to `count` entries of each stream after a given id (XREAD); `after` maps a stream to that id.

    Waits up to `block_s` seconds for the first entry; 0 does not wait.
    """
    return parse_entries(await client.xread(read_positions(after), count=count, block=block_ms(block_s)))


async def range_entries(
    client: Redis, stream: str, *, first: str = "-", last: str = "+", count: int, newest_first: bool = False
) -> list[Entry]:
    """Return up to `count` entries from id `first` to `last` (XRANGE, XREVRANGE), oldest first by default.

    "-" and "+" are the ends of the stream; a "(" before an id excludes it.  Consumer groups are not affected.
    """
    reply: Any = await (
        client.xrevrange(stream, last, first, count) if newest_first else client.xrange(stream, first, last, count)
    )
    return parse_entries([(stream.encode(), reply)])


async def stream_tails(client: Redis, streams: Collection[str]) -> dict[str, StreamTail]:
    """Return the last id and the number of entries ever added of each stream, in one round trip."""
    pipe = client.pipeline(transaction=False)
    for stream in streams:
        pipe.xinfo_stream(stream)
    return dict(zip(streams, map(parse_stream_tail, await pipe.execute(raise_on_error=False)), strict=True))


def parse_stream_tail(info: Any) -> StreamTail:
    """Convert a reply of XINFO STREAM, which may be an error: "no such key" is an empty stream, any other is raised."""
    if isinstance(info, ResponseError) and "no such key" in str(info):
        return StreamTail("0-0", 0)
    if isinstance(info, Exception):
        raise info
    return StreamTail(str(info["last-generated-id"].decode()), info.get("entries-added"))


def read_positions(after: Mapping[str, str]) -> dict[Any, Any]:
    """Return `after` (stream -> entry id) in the type that redis-py expects: a dict with an invariant key type."""
    return dict(after)


def block_ms(block_s: float) -> int | None:
    """Return the value of the option BLOCK, in ms.

    None (no option) does not wait, whereas BLOCK 0 would wait for ever.
    """
    return max(1, round(block_s * 1000)) if block_s > 0 else None


def parse_entries(reply: Any) -> list[Entry]:
    """Convert a reply of XREAD or XREADGROUP to entries; empty for None, the reply if there are no entries."""
    return [
        Entry(stream.decode(), entry_id.decode(), fields or None)
        for stream, items in reply or []
        for entry_id, fields in items
    ]


def id_key(entry_id: str) -> tuple[int, int]:
    """Return the sort key of a stream id: milliseconds, sequence number (0 where the id has none)."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)


def previous_id(entry_id: str) -> str:
    """Return the greatest id below an entry id; "0-0" for "0-0", which has none."""
    ms, sequence = id_key(entry_id)
    if sequence:
        return f"{ms}-{sequence - 1}"
    return f"{ms - 1}-{MAX_SEQUENCE}" if ms else "0-0"
