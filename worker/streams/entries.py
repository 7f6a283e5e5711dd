"""Entries of streams: what one is, in which order they stand, and reading them without a group."""

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
    """One entry to be added to a stream, which is then trimmed to about `maxlen` entries."""

    stream: str
    fields: Mapping[str, str | bytes]
    maxlen: int


class Entry(NamedTuple):
    """One stream entry; `fields` is None where the entry is pending but was deleted or trimmed away."""

    stream: str
    id: str
    fields: dict[bytes, bytes] | None


class StreamTail(NamedTuple):
    """How far a stream reaches."""

    last_id: str
    """Id last given out, also where that entry is gone; "0-0" where there is no stream."""
    entries_added: int | None
    """Entries ever added, also those that were trimmed away; None where the server does not count (before Redis 7)."""


async def read_entries(client: Redis, after: Mapping[str, str], *, count: int, block_s: float = 0.0) -> list[Entry]:
    """Read up to `count` entries behind an id of each stream; waits as `read_group` does."""
    return parse_entries(await client.xread(positions(after), count=count, block=block_ms(block_s)))


async def range_entries(
    client: Redis, stream: str, *, first: str = "-", last: str = "+", count: int, newest_first: bool = False
) -> list[Entry]:
    """Return up to `count` entries from id `first` to `last`, "(" before an id excludes it; touches no group."""
    found: Any = await (
        client.xrevrange(stream, last, first, count) if newest_first else client.xrange(stream, first, last, count)
    )
    return parse_entries([(stream.encode(), found)])


async def stream_tails(client: Redis, streams: Collection[str]) -> dict[str, StreamTail]:
    """Return how far each stream reaches."""
    pipe = client.pipeline(transaction=False)
    for stream in streams:
        pipe.xinfo_stream(stream)
    return dict(zip(streams, map(parse_stream_tail, await pipe.execute(raise_on_error=False)), strict=True))


def parse_stream_tail(info: Any) -> StreamTail:
    """Make one of what XINFO STREAM answers, an error among it."""
    if isinstance(info, ResponseError) and "no such key" in str(info):
        return StreamTail("0-0", 0)
    if isinstance(info, Exception):
        raise info
    return StreamTail(str(info["last-generated-id"].decode()), info.get("entries-added"))


def positions(after: Mapping[str, str]) -> dict[Any, Any]:
    """Return it as redis-py takes it, which types its keys as an invariant union."""
    return dict(after)


def block_ms(block_s: float) -> int | None:
    """Return it as BLOCK takes it: None does not wait, where 0 would wait for ever."""
    return max(1, round(block_s * 1000)) if block_s > 0 else None


def parse_entries(answer: Any) -> list[Entry]:
    """Make entries of what XREAD and XREADGROUP answer (None when nothing came)."""
    return [
        Entry(stream.decode(), entry_id.decode(), fields or None)
        for stream, items in answer or []
        for entry_id, fields in items
    ]


def id_key(entry_id: str) -> tuple[int, int]:
    """Return what stream ids sort by: milliseconds, then sequence number."""
    ms, _, sequence = entry_id.partition("-")
    return int(ms), int(sequence or 0)


def previous_id(entry_id: str) -> str:
    """Return the greatest id below an entry id; "0-0" for "0-0", which has none."""
    ms, sequence = id_key(entry_id)
    if sequence:
        return f"{ms}-{sequence - 1}"
    return f"{ms - 1}-{MAX_SEQUENCE}" if ms else "0-0"
