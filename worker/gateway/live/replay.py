"""The past: what lies between two positions, read in chunks, in the order in which it was sent live, or backwards."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from worker.gateway.cursor import Cursor, replace_positions
from worker.gateway.live.event import KeyedEntry, StreamEvent, key_entry, merge_in_order
from worker.schema import KINDS, Kind, event_stream
from worker.streams import (
    MAX_SEQUENCE,
    id_key,
    parse_entries,
    previous_id,
    range_entries,
    retry_while_unavailable,
    stream_tails,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.streams import Entry

CHUNK: Final = 300
"""Entries of one stream in one round trip."""


Bounds = tuple[str, str]
"""Ids of entries: behind the first, up to the second."""


class Read(NamedTuple):
    """What one read found of one kind."""

    key_entry: list[KeyedEntry]
    oldest: list[Entry]
    """The oldest that is kept, if any."""
    is_last: bool
    """Whether there is no more."""


class ReplayReader:
    """Reads the event streams of one prefix by their ids; keeps no place of its own."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """Read with a client that answers bytes."""
        self.client = client
        self._stream = {kind: event_stream(prefix, kind) for kind in KINDS}

    def window(self, kinds: tuple[Kind, ...], low: Cursor, high: Cursor, chunk: int = CHUNK) -> ReplayWindow:
        """Look at the entries of some kinds behind `low`, up to `high`."""
        return ReplayWindow(self, kinds, low, high, chunk)

    async def read(self, bounds: dict[Kind, Bounds], count: int, *, newest: bool) -> dict[Kind, Read]:
        """Return up to `count` entries of each kind behind the first bound, up to the second; from either end."""
        found = await retry_while_unavailable(self.client, lambda: self._ranges(bounds, count, newest=newest))
        return {
            kind: Read(
                [key_entry(entry, kind) for entry in self._entries(kind, items)],
                self._entries(kind, first),
                is_last=len(items) < count,
            )
            for kind, items, first in zip(bounds, found[::2], found[1::2], strict=True)
        }

    def _entries(self, kind: Kind, answer: Any) -> list[Entry]:
        return parse_entries([(self._stream[kind].encode(), answer)])

    async def _ranges(self, bounds: dict[Kind, Bounds], count: int, *, newest: bool) -> list[Any]:
        """Read the range of each kind, and with it, at the same instant, the oldest entry that is kept."""
        pipe = self.client.pipeline(transaction=True)
        for kind, (low, high) in bounds.items():
            if newest:
                pipe.xrevrange(self._stream[kind], high, f"({low}", count)
            else:
                pipe.xrange(self._stream[kind], f"({low}", high, count)
            pipe.xrange(self._stream[kind], count=1)
        return await pipe.execute()

    async def gaps(self, kinds: tuple[Kind, ...], after: Cursor) -> list[Kind]:
        """Return the kinds of which something behind `after` may have been trimmed away.

        Streams lose their head: not while anything up to `after`, or the very next id, is the oldest kept.  Where it is
        not, a server from Redis 7 on knows whether it ever dropped an entry; an older one cannot tell.
        """
        return [kind for kind in kinds if await self._trimmed(self._stream[kind], after[KINDS.index(kind)])]

    async def beyond(self, kinds: tuple[Kind, ...], after: Cursor) -> dict[Kind, str]:
        """Return the kinds whose stream ends before `after`, with its end; a time to come is no place beyond."""
        at = {self._stream[kind]: after[KINDS.index(kind)] for kind in kinds}
        found = await retry_while_unavailable(self.client, lambda: stream_tails(self.client, at))
        return {
            kind: found[self._stream[kind]].last_id
            for kind in kinds
            if id_key(found[self._stream[kind]].last_id) < (asked := id_key(at[self._stream[kind]]))
            and asked[1] != MAX_SEQUENCE
        }

    async def _trimmed(self, stream: str, at: str) -> bool:
        if id_key(at) == (0, 0):
            return False
        oldest = await retry_while_unavailable(self.client, lambda: range_entries(self.client, stream, count=1))
        if not oldest or id_key(previous_id(oldest[0].id)) <= id_key(at):
            return False
        info: Any = await retry_while_unavailable(self.client, lambda: self.client.xinfo_stream(stream))
        return bool(info.get("entries-added") != info["length"])


class ReplayWindow:
    """What is left to be read between two positions.  Each chunk narrows it, from below or from above, never both.

    A chunk ends where the first of the streams that may have more ends: what comes next in another stream may lie
    behind that.
    """

    def __init__(self, history: ReplayReader, kinds: tuple[Kind, ...], low: Cursor, high: Cursor, count: int) -> None:
        """Made by `History.window`."""
        self.low = low
        self.high = high
        self.count = count
        """Entries of one stream in one round trip; may be changed between chunks."""
        self._history = history
        self._kinds = kinds
        self._ahead: asyncio.Task[dict[Kind, Read]] | None = None
        """What the next chunk needs, being read already."""
        self._read: dict[Kind, list[KeyedEntry]] = {kind: [] for kind in kinds}
        self._more = set(kinds)
        self._begun: set[Kind] = set()
        self.lost: set[Kind] = set()
        """Kinds of which, since the first chunk from below, something may have been trimmed away before it was read."""

    def widen(self, high: Cursor) -> None:
        """Let it reach up to a later position."""
        self.high = high
        self._more = set(self._kinds)

    @property
    def exhausted(self) -> bool:
        """Whether nothing is left."""
        return not self._more and not any(self._read.values())

    async def oldest(self) -> list[StreamEvent]:
        """Return the next items from below; none only where none are left."""
        items = merge_in_order(await self._chunk(newest=False), self.low)
        if items:
            self.low = items[-1].position
        if self.exhausted:
            self.low = self._joined()
        else:
            await self._look_ahead()
        return items

    async def _look_ahead(self) -> None:
        """Let Redis work on the next chunk while this one is being sent."""
        if bounds := self._wanted():
            self._ahead = asyncio.create_task(self._history.read(bounds, self.count, newest=False))
            await asyncio.sleep(0)  # until it has asked

    async def aclose(self) -> None:
        """Give up what is being read ahead."""
        if self._ahead:
            self._ahead.cancel()
            await asyncio.gather(self._ahead, return_exceptions=True)

    async def newest(self) -> list[StreamEvent]:
        """Return the next items from above, the newest first; each item's position is just behind it."""
        top, found = self.high, await self._chunk(newest=True)
        items = merge_in_order(found, self._below(top, found))
        if items:
            self.high = self._below(top, found)
        items.reverse()
        return items

    def _joined(self) -> Cursor:
        """Everything up to `high` is passed, of the kinds looked at."""
        ends = {kind: high for kind, high in zip(KINDS, self.high, strict=True) if kind in self._kinds}
        at = dict(zip(KINDS, self.low, strict=True))
        return replace_positions(self.low, {kind: end for kind, end in ends.items() if id_key(end) > id_key(at[kind])})

    @staticmethod
    def _below(top: Cursor, found: list[KeyedEntry]) -> Cursor:
        """Return the position just before the first of the entries in each stream."""
        first: dict[Kind, str] = {}
        for place in sorted(found, reverse=True):
            first[place.kind] = previous_id(place.entry.id)
        return replace_positions(top, first)

    async def _chunk(self, *, newest: bool) -> list[KeyedEntry]:
        await self._fill(newest=newest)
        ends = [read[-1].key for kind, read in self._read.items() if kind in self._more]
        if not ends:
            return self._take(None, newest=newest)
        return self._take(max(ends) if newest else min(ends), newest=newest)

    def _take(self, end: tuple[int, int, int] | None, *, newest: bool) -> list[KeyedEntry]:
        """Take what has been read, up to a key."""

        def within(place: KeyedEntry) -> bool:
            return end is None or (place.key >= end if newest else place.key <= end)

        taken = [place for place in chain.from_iterable(self._read.values()) if within(place)]
        self._read = {kind: [place for place in read if not within(place)] for kind, read in self._read.items()}
        return taken

    async def _fill(self, *, newest: bool) -> None:
        """Read on in the streams of which nothing is at hand."""
        bounds = self._wanted()
        if not bounds:
            return
        ahead, self._ahead = self._ahead, None
        found = await (ahead or self._history.read(bounds, self.count, newest=newest))
        for kind, read in found.items():
            self._read[kind] = read.key_entry
            if read.is_last:
                self._more.discard(kind)
            if kind in self._begun and any(id_key(entry.id) > id_key(bounds[kind][0]) for entry in read.oldest):
                self.lost.add(kind)
            self._begun.add(kind)

    def _wanted(self) -> dict[Kind, Bounds]:
        """Return what to read next: of the kinds that may have more, and of which nothing is at hand."""
        bounds = {kind: self._bounds(kind) for kind in self._kinds if kind in self._more and not self._read[kind]}
        self._more -= {kind for kind, (low, high) in bounds.items() if id_key(low) >= id_key(high)}
        return {kind: both for kind, both in bounds.items() if kind in self._more}

    def _bounds(self, kind: Kind) -> tuple[str, str]:
        at = KINDS.index(kind)
        return self.low[at], self.high[at]
