"""One event of a stream, with everything that all who are sent it share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from worker.filters.facets import Facets
from worker.gateway.cursor import Cursor
from worker.schema import KINDS, Event
from worker.streams import Entry, id_key, previous_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.filters import Filter
    from worker.schema import Kind

DECODER: Final = msgspec.json.Decoder(Event)

Key = tuple[int, int, int]
"""What entries of several streams are ordered by: milliseconds, sequence number, and the kind where both are equal."""


class KeyedEntry(NamedTuple):
    """A stream entry and where it stands among those of all streams."""

    key: Key
    kind: Kind
    entry: Entry


def key_entry(entry: Entry, kind: Kind) -> KeyedEntry:
    """Say where an entry of the stream of this kind stands."""
    return KeyedEntry((*id_key(entry.id), KINDS.index(kind)), kind, entry)


class StreamEvent:
    """A published event: its entry, where it stands, and each form it is sent in, made once."""

    __slots__ = ("_facets", "_forms", "data", "event", "fields", "kind", "ms", "position", "trouble")

    def __init__(self, place: KeyedEntry, position: Cursor) -> None:
        """Decode; an entry that is no event has None for one, and its `trouble` says why."""
        self.kind = place.kind
        self.ms = place.key[0]
        """Unix time of publication."""
        self.position = position
        """Just behind this event."""
        self.fields = place.entry.fields or {}
        self.data = self.fields.get(b"data", b"")
        """The event as it was published: JSON."""
        self.event: Event | None = None
        self.trouble = ""
        self._facets: Facets | None = None
        self._forms: dict[Callable[[StreamEvent], bytes], bytes] = {}
        try:
            self.event = DECODER.decode(self.data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:  # the last: nested too deep
            self.trouble = f"{place.entry.stream}: entry {place.entry.id} does not decode: {e}"

    @property
    def below(self) -> Cursor:
        """The position just before this event."""
        at = KINDS.index(self.kind)
        return (*self.position[:at], previous_id(self.position[at]), *self.position[at + 1 :])

    def passes(self, asked: Filter) -> bool:
        """Tell whether a client that asked for this is to get it; what does not decode, everybody is told about."""
        if self.event is None:
            return self.kind in asked.kinds
        if self._facets is None:
            self._facets = Facets(self.event)
        return asked.passes(self.event, self._facets)

    def form(self, make: Callable[[StreamEvent], bytes]) -> bytes:
        """Return the event in one form, made on first demand."""
        if (made := self._forms.get(make)) is None:
            made = self._forms[make] = make(self)
        return made


def merge_in_order(found: list[KeyedEntry], position: Cursor) -> list[StreamEvent]:
    """Make items of entries that follow a position, in the order of their keys."""
    at, made = list(position), []
    for place in sorted(found, key=_key):
        at[place.key[2]] = place.entry.id
        made.append(StreamEvent(place, tuple(at)))
    return made


def _key(place: KeyedEntry) -> Key:
    return place.key
