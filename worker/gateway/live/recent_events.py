"""The latest events, held in memory for clients that resume from a position shortly before the present."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from worker.subscribe.cursor import START_CURSOR, Cursor, is_ahead, latest_positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from worker.gateway.live.event import StreamEvent
    from worker.schema import Kind

MAX_RECENT_EVENTS: Final = 512
"""Number of events held; a client that catches up from memory gets up to so many in one write to its socket."""


class RecentEvents:
    """The last `MAX_RECENT_EVENTS` events of the merged stream, without a gap."""

    def __init__(self) -> None:
        """Create an empty buffer; `covers` is true of every cursor until `restart` or the first dropped event."""
        self._events: deque[StreamEvent] = deque()
        self._min_cursor: Cursor = START_CURSOR
        """All events after this cursor are held."""

    def __iter__(self) -> Iterator[StreamEvent]:
        """Iterate over the events in merged order."""
        return iter(self._events)

    def restart(self, cursor: Cursor) -> None:
        """Drop all events; from now on, only events after `cursor` are covered."""
        self._events.clear()
        self._min_cursor = cursor

    def append(self, events: Sequence[StreamEvent]) -> None:
        """Add events that follow those held; beyond `MAX_RECENT_EVENTS` the oldest are dropped."""
        self._events.extend(events)
        while len(self._events) > MAX_RECENT_EVENTS:
            self._min_cursor = latest_positions(self._min_cursor, self._events.popleft().cursor)

    def covers(self, cursor: Cursor, kinds: Sequence[Kind]) -> bool:
        """Return whether all events of `kinds` after `cursor`, up to the last one appended, are held."""
        return not is_ahead(self._min_cursor, cursor, kinds)
