"""Those who listen: who asked for the same, in the same form, is a *choir*, and is given the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from worker.gateway.cursor import Cursor, is_ahead, latest_positions, replace_positions
from worker.gateway.models import Gap
from worker.schema import KINDS, Kind
from worker.streams import id_key

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from worker.filters import Filter
    from worker.gateway.live.encoders import StreamEncoder
    from worker.gateway.live.event import StreamEvent


class StreamSubscriber(Protocol):
    """Whoever is sent events."""

    def send(self, frames: bytes) -> None:
        """Take frames, wrapped; must not wait."""


class SubscriptionSpec(Struct, frozen=True, kw_only=True):
    """What a listener wants.  Who wants the same shares the work."""

    filter: Filter
    form: StreamEncoder
    min_cursor: Cursor | None = None
    """Nothing up to here: for who is ahead of the hub."""

    def frames(self, items: Iterable[StreamEvent]) -> bytes:
        """Return what is wanted of some items, spelt."""
        return b"".join(self.form.frame(item) for item in items if self._is_above(item) and item.passes(self.filter))

    def _is_above(self, item: StreamEvent) -> bool:
        if self.min_cursor is None:
            return True
        at = KINDS.index(item.kind)
        return id_key(item.position[at]) > id_key(self.min_cursor[at])

    def is_ahead(self, position: Cursor) -> bool:
        """Tell whether its floor is above a position, in a kind that is wanted."""
        return self.min_cursor is not None and is_ahead(self.min_cursor, position, self.filter.kinds)


class SubscriberGroups:
    """Everybody who listens to the present, by what they want."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._choirs: dict[SubscriptionSpec, set[StreamSubscriber]] = {}
        self._asked: dict[StreamSubscriber, SubscriptionSpec] = {}

    def __len__(self) -> int:
        """How many choirs there are: how often an event is spelt."""
        return len(self._choirs)

    @property
    def listeners(self) -> int:
        """How many are being sent events."""
        return len(self._asked)

    def put(self, listener: StreamSubscriber, asked: SubscriptionSpec) -> None:
        """Send it this, and nothing else any more."""
        self.leave(listener)
        self._asked[listener] = asked
        self._choirs.setdefault(asked, set()).add(listener)

    def leave(self, listener: StreamSubscriber) -> None:
        """Send it nothing any more."""
        if asked := self._asked.pop(listener, None):
            choir = self._choirs[asked]
            choir.discard(listener)
            if not choir:
                del self._choirs[asked]

    def send(self, items: list[StreamEvent], position: Cursor) -> None:
        """Send items, which end at a position; who was ahead until now is from now on like all the others."""
        for asked, choir in self._each():
            _send(choir, asked.form.frame_batch(asked.frames(items)))
            if asked.min_cursor and not asked.is_ahead(position):
                for listener in list(choir):
                    self.put(listener, SubscriptionSpec(filter=asked.filter, form=asked.form))

    def send_heartbeat(self, position: Cursor) -> None:
        """Tell everybody where they are."""
        for asked, choir in self._each():
            shown = latest_positions(position, asked.min_cursor) if asked.min_cursor else position
            _send(choir, asked.form.frame_batch(asked.form.heartbeat(shown)))

    def notify_gap(self, kinds: Collection[Kind], position: Cursor, detail: str) -> None:
        """Tell those who want some kinds that something of them is missing before a position."""
        for asked, choir in self._each():
            if lost := [kind for kind in asked.filter.kinds if kind in kinds]:
                _send(choir, asked.form.frame_batch(asked.form.gap(Gap(kinds=lost, detail=detail), position)))

    def reset_min_cursor(self, to: Mapping[Kind, str]) -> None:
        """Let who is ahead of streams that were begun anew hear what comes in them."""
        for asked, choir in self._each():
            if asked.min_cursor:
                for listener in list(choir):
                    self.put(
                        listener,
                        SubscriptionSpec(
                            filter=asked.filter, form=asked.form, min_cursor=replace_positions(asked.min_cursor, to)
                        ),
                    )

    def _each(self) -> Iterator[tuple[SubscriptionSpec, set[StreamSubscriber]]]:
        yield from list(self._choirs.items())


def _send(choir: set[StreamSubscriber], frames: bytes) -> None:
    if frames:
        for listener in list(choir):  # one that is too slow leaves
            listener.send(frames)
