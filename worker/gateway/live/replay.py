"""Read the history of the event streams between two cursors, in chunks, in the merged order or backwards."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from worker.gateway.live.event import KeyedEntry, SortKey, StreamEvent, key_entry, merge_in_order
from worker.schema import KINDS, Kind, event_stream
from worker.streams import id_key, parse_entries, previous_id, retry_while_unavailable
from worker.subscribe.cursor import Cursor, position_of, replace_positions
from worker.subscribe.stream_events import find_reset_streams, may_have_lost_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.streams import Entry

REPLAY_CHUNK: Final = 300
"""Entries of one stream in one round trip."""

Bounds = tuple[str, str]
"""Two entry ids: the range excludes the first and includes the second."""


class KindChunk(NamedTuple):
    """The entries of one kind that one round trip has read."""

    entries: list[KeyedEntry]
    oldest: list[Entry]
    """The oldest entry of the stream at that instant, as a list of one; empty for an empty stream."""
    is_last: bool
    """Whether the range holds no entries beyond those of this chunk."""


class ReplayReader:
    """Reads the event streams of one key prefix by entry ids.  Stateless: the position is kept by a `ReplayWindow`."""

    def __init__(self, client: Redis, prefix: str) -> None:
        """`client`: a Redis client that returns bytes.  `prefix`: key prefix of the streams.  Nothing is read yet."""
        self.client = client
        self._streams = {kind: event_stream(prefix, kind) for kind in KINDS}

    def window(
        self, kinds: tuple[Kind, ...], low: Cursor, high: Cursor, chunk_size: int = REPLAY_CHUNK
    ) -> ReplayWindow:
        """Return a window on the entries of `kinds` after `low`, up to and including `high`."""
        return ReplayWindow(self, kinds, low, high, chunk_size)

    async def read_chunks(self, bounds: dict[Kind, Bounds], count: int, *, newest: bool) -> dict[Kind, KindChunk]:
        """Return, for each kind of `bounds`, the `count` oldest entries in its bounds, or with `newest` the newest."""
        replies = await retry_while_unavailable(self.client, lambda: self._read_ranges(bounds, count, newest=newest))
        return {
            kind: KindChunk(
                [key_entry(entry, kind) for entry in self._entries(kind, items)],
                self._entries(kind, oldest),
                is_last=len(items) < count,
            )
            for kind, items, oldest in zip(bounds, replies[::2], replies[1::2], strict=True)
        }

    def _entries(self, kind: Kind, reply: Any) -> list[Entry]:
        return parse_entries([(self._streams[kind].encode(), reply)])

    async def _read_ranges(self, bounds: dict[Kind, Bounds], count: int, *, newest: bool) -> list[Any]:
        """Read, at one instant, the range of each kind and the oldest entry of its stream."""
        pipe = self.client.pipeline(transaction=True)
        for kind, (low, high) in bounds.items():
            if newest:
                pipe.xrevrange(self._streams[kind], high, f"({low}", count)
            else:
                pipe.xrange(self._streams[kind], f"({low}", high, count)
            pipe.xrange(self._streams[kind], count=1)
        return await pipe.execute()

    async def find_gaps(self, kinds: tuple[Kind, ...], after: Cursor) -> list[Kind]:
        """Return those of `kinds` of which events after `after` may have been trimmed away."""
        return [kind for kind in kinds if await self._may_have_gap(self._streams[kind], position_of(after, kind))]

    async def _may_have_gap(self, stream: str, after: str) -> bool:
        return await retry_while_unavailable(self.client, lambda: may_have_lost_entries(self.client, stream, after))

    async def find_resets(self, kinds: tuple[Kind, ...], after: Cursor) -> dict[Kind, str]:
        """Return the kinds whose stream ends before `after`, each with the id at which its stream ends."""
        positions = {self._streams[kind]: position_of(after, kind) for kind in kinds}
        tails = await retry_while_unavailable(self.client, lambda: find_reset_streams(self.client, positions))
        return {kind: tails[self._streams[kind]].last_id for kind in kinds if self._streams[kind] in tails}


class ReplayWindow:
    """The events between two cursors that are still to be read.

    Every chunk narrows the window, always from below or always from above.  A chunk ends at the last entry read of the
    first stream that may have more, because that stream's next entry may precede later entries of the other streams.
    """

    def __init__(self, reader: ReplayReader, kinds: tuple[Kind, ...], low: Cursor, high: Cursor, size: int) -> None:
        """`low` and `high`: cursors that bound the window.  `size`: initial `chunk_size`.  Nothing is read yet.

        Called by `ReplayReader.window` only.
        """
        self.low = low
        self.high = high
        self.chunk_size = size
        """Entries of one stream in one round trip; may be changed between chunks."""
        self._reader = reader
        self._kinds = kinds
        self._prefetch: asyncio.Task[dict[Kind, KindChunk]] | None = None
        """The read for the next chunk, already under way."""
        self._unreturned: dict[Kind, list[KeyedEntry]] = {kind: [] for kind in kinds}
        self._incomplete = set(kinds)
        """Kinds that may have more entries than were read."""
        self._started: set[Kind] = set()
        self.lost: set[Kind] = set()
        """Kinds of which events may have been trimmed away between two chunks from below."""

    def extend(self, high: Cursor) -> None:
        """Move the upper bound to a later cursor."""
        self.high = high
        self._incomplete = set(self._kinds)

    @property
    def exhausted(self) -> bool:
        """Whether every event in the window has been returned."""
        return not self._incomplete and not any(self._unreturned.values())

    async def next_oldest(self) -> list[StreamEvent]:
        """Return the next events from below, in order; empty only if none are left."""
        events = merge_in_order(await self._read_chunk(newest=False), self.low)
        if events:
            self.low = events[-1].cursor
        if self.exhausted:
            self.low = self._low_at_high()
        else:
            await self._start_prefetch()
        return events

    async def next_newest(self) -> list[StreamEvent]:
        """Return the next events from above, the newest first; empty only if none are left."""
        high, entries = self.high, await self._read_chunk(newest=True)
        events = merge_in_order(entries, self._before_first(high, entries))
        if events:
            self.high = self._before_first(high, entries)
        events.reverse()
        return events

    async def aclose(self) -> None:
        """Cancel the read for the next chunk."""
        if self._prefetch:
            self._prefetch.cancel()
            await asyncio.gather(self._prefetch, return_exceptions=True)

    async def _start_prefetch(self) -> None:
        """Start the read for the next chunk, so that Redis works on it while the caller sends this chunk."""
        if bounds := self._bounds_to_read():
            self._prefetch = asyncio.create_task(self._reader.read_chunks(bounds, self.chunk_size, newest=False))
            await asyncio.sleep(0)  # let the task send its command

    # ------------------------------------------------------------ cursors
    def _low_at_high(self) -> Cursor:
        """Return the cursor `self.low`, with the position of each kind of this window raised to that in `self.high`.

        A position that is already later is unchanged.
        """
        later = {
            kind: position_of(self.high, kind)
            for kind in self._kinds
            if id_key(position_of(self.high, kind)) > id_key(position_of(self.low, kind))
        }
        return replace_positions(self.low, later)

    @staticmethod
    def _before_first(high: Cursor, entries: list[KeyedEntry]) -> Cursor:
        """Return the upper bound for the next read from above, after `entries` have been returned.

        `high`, in which the position in each kind of `entries` becomes that before the kind's first entry.
        """
        first: dict[Kind, str] = {}
        for keyed in sorted(entries, reverse=True):
            first[keyed.kind] = previous_id(keyed.entry.id)
        return replace_positions(high, first)

    # ------------------------------------------------------------ chunks
    async def _read_chunk(self, *, newest: bool) -> list[KeyedEntry]:
        await self._read_missing(newest=newest)
        ends = [read[-1].key for kind, read in self._unreturned.items() if kind in self._incomplete]
        if not ends:
            return self._take(None, newest=newest)
        return self._take(max(ends) if newest else min(ends), newest=newest)

    def _take(self, end: SortKey | None, *, newest: bool) -> list[KeyedEntry]:
        """Remove and return the entries read so far, up to key `end` or, with `newest`, down to it; None: all."""

        def is_within(keyed: KeyedEntry) -> bool:
            return end is None or (keyed.key >= end if newest else keyed.key <= end)

        taken = [keyed for keyed in chain.from_iterable(self._unreturned.values()) if is_within(keyed)]
        self._unreturned = {
            kind: [keyed for keyed in read if not is_within(keyed)] for kind, read in self._unreturned.items()
        }
        return taken

    async def _read_missing(self, *, newest: bool) -> None:
        """Read on in the streams that have no entry waiting to be returned."""
        bounds = self._bounds_to_read()
        if not bounds:
            return
        prefetch, self._prefetch = self._prefetch, None
        chunks = await (prefetch or self._reader.read_chunks(bounds, self.chunk_size, newest=newest))
        for kind, chunk in chunks.items():
            self._unreturned[kind] = chunk.entries
            if chunk.is_last:
                self._incomplete.discard(kind)
            if kind in self._started and any(id_key(entry.id) > id_key(bounds[kind][0]) for entry in chunk.oldest):
                self.lost.add(kind)
            self._started.add(kind)

    def _bounds_to_read(self) -> dict[Kind, Bounds]:
        """Return, for each kind without an entry waiting to be returned, the range still to be read."""
        bounds = {kind: self._bounds(kind) for kind in self._kinds if self._needs_read(kind)}
        self._incomplete -= {kind for kind, (low, high) in bounds.items() if id_key(low) >= id_key(high)}
        return {kind: both for kind, both in bounds.items() if kind in self._incomplete}

    def _needs_read(self, kind: Kind) -> bool:
        return kind in self._incomplete and not self._unreturned[kind]

    def _bounds(self, kind: Kind) -> Bounds:
        return position_of(self.low, kind), position_of(self.high, kind)
