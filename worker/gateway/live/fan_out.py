"""Those who listen: who asked for the same, in the same form, is a *choir*, and is given the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from worker.gateway.cursor import Position, later, moved
from worker.gateway.models import Gap
from worker.schema import KINDS, Kind
from worker.streams import order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from worker.filters import Filter
    from worker.gateway.live.encoders import Form
    from worker.gateway.live.event import Item


class Listener(Protocol):
    """Whoever is sent events."""

    def send(self, frames: bytes) -> None:
        """Take frames, wrapped; must not wait."""


class Asked(Struct, frozen=True, kw_only=True):
    """What a listener wants.  Who wants the same shares the work."""

    filter: Filter
    form: Form
    floor: Position | None = None
    """Nothing up to here: for who is ahead of the hub."""

    def frames(self, items: Iterable[Item]) -> bytes:
        """Return what is wanted of some items, spelt."""
        return b"".join(self.form.frame(item) for item in items if self._is_above(item) and item.passes(self.filter))

    def _is_above(self, item: Item) -> bool:
        if self.floor is None:
            return True
        at = KINDS.index(item.kind)
        return order(item.position[at]) > order(self.floor[at])

    def is_ahead(self, position: Position) -> bool:
        """Tell whether its floor is above a position, in a kind that is wanted."""
        return self.floor is not None and is_ahead(self.floor, position, self.filter.kinds)


def is_ahead(one: Position, other: Position, kinds: tuple[Kind, ...]) -> bool:
    """Tell whether who is at `one` has seen more of some of the kinds than who is at `other`."""
    return any(order(a) > order(b) for kind, a, b in zip(KINDS, one, other, strict=True) if kind in kinds)


class Choirs:
    """Everybody who listens to the present, by what they want."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._choirs: dict[Asked, set[Listener]] = {}
        self._asked: dict[Listener, Asked] = {}

    def __len__(self) -> int:
        """How many choirs there are: how often an event is spelt."""
        return len(self._choirs)

    @property
    def listeners(self) -> int:
        """How many are being sent events."""
        return len(self._asked)

    def put(self, listener: Listener, asked: Asked) -> None:
        """Send it this, and nothing else any more."""
        self.leave(listener)
        self._asked[listener] = asked
        self._choirs.setdefault(asked, set()).add(listener)

    def leave(self, listener: Listener) -> None:
        """Send it nothing any more."""
        if asked := self._asked.pop(listener, None):
            choir = self._choirs[asked]
            choir.discard(listener)
            if not choir:
                del self._choirs[asked]

    def send(self, items: list[Item], position: Position) -> None:
        """Send items, which end at a position; who was ahead until now is from now on like all the others."""
        for asked, choir in self._each():
            _send(choir, asked.form.wrap(asked.frames(items)))
            if asked.floor and not asked.is_ahead(position):
                for listener in list(choir):
                    self.put(listener, Asked(filter=asked.filter, form=asked.form))

    def beat(self, position: Position) -> None:
        """Tell everybody where they are."""
        for asked, choir in self._each():
            shown = later(position, asked.floor) if asked.floor else position
            _send(choir, asked.form.wrap(asked.form.heartbeat(shown)))

    def lose(self, kinds: Collection[Kind], position: Position, detail: str) -> None:
        """Tell those who want some kinds that something of them is missing before a position."""
        for asked, choir in self._each():
            if lost := [kind for kind in asked.filter.kinds if kind in kinds]:
                _send(choir, asked.form.wrap(asked.form.gap(Gap(kinds=lost, detail=detail), position)))

    def lower(self, to: Mapping[Kind, str]) -> None:
        """Let who is ahead of streams that were begun anew hear what comes in them."""
        for asked, choir in self._each():
            if asked.floor:
                for listener in list(choir):
                    self.put(listener, Asked(filter=asked.filter, form=asked.form, floor=moved(asked.floor, to)))

    def _each(self) -> Iterator[tuple[Asked, set[Listener]]]:
        yield from list(self._choirs.items())


def _send(choir: set[Listener], frames: bytes) -> None:
    if frames:
        for listener in list(choir):  # one that is too slow leaves
            listener.send(frames)
