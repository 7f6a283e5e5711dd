"""One event of the merged stream, with everything that is computed once and shared by all clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from worker.filters.facets import Facets
from worker.schema import KIND_INDEX, RETRACTION, Event, Retraction
from worker.streams import Entry, id_key, previous_id
from worker.subscribe.cursor import Cursor, position_of, replace_positions
from worker.subscribe.stream_events import UndecodableEntryError, UnknownTypeError, decode_entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from worker.filters import Filter
    from worker.schema import Kind

SortKey = tuple[int, int, int]
"""Order of entries of several streams: Unix ms, sequence number, and the index of the kind where both are equal."""


class KeyedEntry(NamedTuple):
    """A stream entry with its place in the merged order."""

    key: SortKey
    kind: Kind
    entry: Entry


def key_entry(entry: Entry, kind: Kind) -> KeyedEntry:
    """Return an entry of the stream of `kind` with its sort key."""
    return KeyedEntry((*id_key(entry.id), KIND_INDEX[kind]), kind, entry)


class StreamEvent:
    """A published event or retraction: its entry, decoded, its cursor, and each encoding, made at the first demand."""

    __slots__ = (
        *("_encodings", "_facets", "cursor", "data", "decode_error", "event", "fields", "kind", "published_ms"),
        *("stream", "unknown_type"),
    )

    def __init__(self, keyed: KeyedEntry, cursor: Cursor) -> None:
        """`keyed`: the entry, which is decoded at once.  `cursor`: the position just after it."""
        self.kind = keyed.kind
        """Kind of the stream."""
        self.stream = keyed.entry.stream
        self.published_ms = keyed.key[0]
        """Unix time of publication in ms, by Redis' clock."""
        self.cursor = cursor
        self.fields = keyed.entry.fields or {}
        self.data = self.fields.get(b"data", b"")
        """The event or retraction as published: JSON."""
        self.event: Event | Retraction | None = None
        """None if the entry does not decode (`decode_error` then says why), or its type is unknown."""
        self.decode_error = ""
        self.unknown_type = ""
        """Type of an entry that no client gets, because its type is unknown; otherwise ""."""
        self._facets: Facets | None = None
        self._encodings: dict[Callable[[StreamEvent], bytes], bytes] = {}
        try:
            self.event = decode_entry(keyed.entry)
        except UnknownTypeError as e:
            self.unknown_type = str(e)
        except UndecodableEntryError as e:
            self.decode_error = f"{keyed.entry.stream}: entry {keyed.entry.id} does not decode: {e}"

    @property
    def type(self) -> str:
        """Type of the frame: the kind of an event, or "retraction"."""
        return RETRACTION if isinstance(self.event, Retraction) else self.kind

    @property
    def cursor_before(self) -> Cursor:
        """The cursor just before this event."""
        return replace_positions(self.cursor, {self.kind: previous_id(position_of(self.cursor, self.kind))})

    def matches(self, wanted: Filter) -> bool:
        """Return whether a client with this filter gets the event.

        An entry that does not decode is reported to every client that wants its kind; a retraction is sent to each of
        them.  An entry of an unknown type is sent to none.
        """
        if self.unknown_type:
            return False
        if self.event is None or isinstance(self.event, Retraction):
            return self.kind in wanted.kinds
        if self._facets is None:
            self._facets = Facets(self.event)
        return wanted.matches(self.event, self._facets)

    def encoded(self, encode: Callable[[StreamEvent], bytes]) -> bytes:
        """Return `encode(self)`; computed once per function, and shared by all clients."""
        if (encoding := self._encodings.get(encode)) is None:
            encoding = self._encodings[encode] = encode(self)
        return encoding


def merge_in_order(entries: Iterable[KeyedEntry], cursor: Cursor) -> list[StreamEvent]:
    """Return the events of `entries` in merged order, each with its cursor.

    `cursor`: position before the first of them.
    """
    positions, merged = list(cursor), []
    for keyed in sorted(entries, key=_sort_key):
        positions[keyed.key[2]] = keyed.entry.id
        merged.append(StreamEvent(keyed, tuple(positions)))
    return merged


def _sort_key(keyed: KeyedEntry) -> SortKey:
    return keyed.key
