"""Subscribers grouped by equal subscription: the events of a group are filtered and encoded once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, structs

from worker.gateway.models import Gap
from worker.streams import id_key
from worker.subscribe.cursor import Cursor, is_ahead, latest_positions, position_of, replace_positions

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from worker.filters import Filter
    from worker.gateway.live.encoders import StreamEncoder
    from worker.gateway.live.event import StreamEvent
    from worker.schema import Kind


class StreamSubscriber(Protocol):
    """A receiver of encoded events."""

    def send(self, frames: bytes) -> None:
        """Accept a batch of frames without blocking."""


class SubscriptionSpec(Struct, frozen=True, kw_only=True):
    """The filter, encoding and start of a subscription.  Subscribers with equal specs form a group."""

    filter: Filter
    encoder: StreamEncoder
    min_cursor: Cursor | None = None
    """Send no event at or before this cursor: the client resumed past the broadcaster.  None: no such limit."""

    def encode(self, events: Iterable[StreamEvent]) -> bytes:
        """Return the frames of the events that pass the filter and come after `min_cursor`; b"" if there are none."""
        return b"".join(
            self.encoder.encode(event) for event in events if self._is_after(event) and event.matches(self.filter)
        )

    def _is_after(self, event: StreamEvent) -> bool:
        if self.min_cursor is None:
            return True
        return id_key(position_of(event.cursor, event.kind)) > id_key(position_of(self.min_cursor, event.kind))

    def merge_at(self, cursor: Cursor) -> SubscriptionSpec:
        """Return the spec without `min_cursor` if `cursor` has passed it in every kind of the filter, else itself."""
        if self.min_cursor is None or is_ahead(self.min_cursor, cursor, self.filter.kinds):
            return self
        return structs.replace(self, min_cursor=None)


class SubscriberGroups:
    """All subscribers of live events, grouped by subscription spec."""

    def __init__(self) -> None:
        """Create an empty collection; `add` adds subscribers."""
        self._groups: dict[SubscriptionSpec, set[StreamSubscriber]] = {}
        self._specs: dict[StreamSubscriber, SubscriptionSpec] = {}

    def __len__(self) -> int:
        """Return the number of groups: how often an event is filtered and encoded."""
        return len(self._groups)

    @property
    def subscriber_count(self) -> int:
        """Number of subscribers in all groups."""
        return len(self._specs)

    def add(self, subscriber: StreamSubscriber, spec: SubscriptionSpec) -> None:
        """Add a subscriber, or replace the spec of a known one."""
        self.remove(subscriber)
        self._specs[subscriber] = spec
        self._groups.setdefault(spec, set()).add(subscriber)

    def remove(self, subscriber: StreamSubscriber) -> None:
        """Remove a subscriber; an unknown one is ignored."""
        if spec := self._specs.pop(subscriber, None):
            group = self._groups[spec]
            group.discard(subscriber)
            if not group:
                del self._groups[spec]

    def send(self, events: list[StreamEvent], cursor: Cursor) -> None:
        """Send events to all groups; `cursor` is the position after the last event.

        A group whose `min_cursor` is passed at `cursor` is merged into the group with the same spec but without it.
        """
        for spec, group in self._snapshot():
            _send(group, spec.encoder.frame_batch(spec.encode(events)))
            self._replace_spec(group, spec, spec.merge_at(cursor))

    def send_heartbeat(self, cursor: Cursor) -> None:
        """Send a heartbeat with its current cursor to every subscriber."""
        for spec, group in self._snapshot():
            own = latest_positions(cursor, spec.min_cursor) if spec.min_cursor else cursor
            _send(group, spec.encoder.frame_batch(spec.encoder.heartbeat(own)))

    def notify_gap(self, kinds: Collection[Kind], cursor: Cursor, detail: str) -> None:
        """Send a gap message to the subscribers of `kinds`: events of these kinds are missing before `cursor`."""
        for spec, group in self._snapshot():
            if lost := [kind for kind in spec.filter.kinds if kind in kinds]:
                _send(group, spec.encoder.frame_batch(spec.encoder.gap(Gap(kinds=lost, detail=detail), cursor)))

    def reset_min_cursor(self, positions: Mapping[Kind, str]) -> None:
        """Lower `min_cursor` to `positions`, so that subscribers past the end of a reset stream get its new events."""
        for spec, group in self._snapshot():
            if spec.min_cursor:
                reset = replace_positions(spec.min_cursor, positions)
                self._replace_spec(group, spec, structs.replace(spec, min_cursor=reset))

    def _replace_spec(
        self, group: set[StreamSubscriber], spec: SubscriptionSpec, replacement: SubscriptionSpec
    ) -> None:
        if replacement is not spec:
            for subscriber in list(group):
                self.add(subscriber, replacement)

    def _snapshot(self) -> Iterator[tuple[SubscriptionSpec, set[StreamSubscriber]]]:
        yield from list(self._groups.items())


def _send(group: set[StreamSubscriber], frames: bytes) -> None:
    if frames:
        for subscriber in list(group):  # one that is too slow is removed meanwhile
            subscriber.send(frames)
