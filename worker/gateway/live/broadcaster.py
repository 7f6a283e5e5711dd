"""Send the events of the merged stream to all subscribers.

An event is filtered and encoded once for all subscribers with equal subscriptions, and each of their sockets gets the
same bytes.  Bytes that a socket does not take at once wait in its own buffer; a client whose buffer grows too large is
disconnected, so a slow client delays no other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from worker.gateway.live.fan_out import StreamSubscriber, SubscriberGroups, SubscriptionSpec
from worker.gateway.live.merged_reader import Loss, MergedReader
from worker.gateway.live.recent_events import RecentEvents
from worker.lifecycle import run_until
from worker.subscribe.cursor import Cursor, is_ahead, replace_positions
from worker.subscribe.stream_events import SkippedTypes
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from worker.filters import Filter
    from worker.gateway.live.encoders import StreamEncoder
    from worker.gateway.live.event import StreamEvent
    from worker.schema import Kind

log = structlog.get_logger()

MIN_GATHER_S: Final = 0.002
"""Shortest time in which entries are gathered into a batch; also lets the current millisecond of Redis pass."""
MAX_GATHER_S: Final = 0.1


class Broadcaster:
    """Follows the streams of one key prefix and sends their events to the subscribers."""

    def __init__(self, redis_url: str, prefix: str, on_poll: Callable[[], None] = lambda: None) -> None:
        """`prefix`: key prefix of the streams.  `on_poll`: called after every poll.  UsageError for a malformed URL.

        Nothing is started yet; `open` connects to Redis.
        """
        self.subscribers = SubscriberGroups()
        self.last_read_at: float | None = None
        """Time of the last poll by the event loop's clock, in seconds; None before the first."""
        self.lag_s = 0.0
        """Age of the oldest event of the last batch when it was sent, in seconds."""
        self._reader = MergedReader(redis_url, prefix, self._report_loss)
        self._recent = RecentEvents()
        self._skipped_types = SkippedTypes()
        self._on_poll = on_poll
        self._gather_s = MIN_GATHER_S

    @property
    def cursor(self) -> Cursor:
        """The position up to which all events have been sent."""
        return self._reader.cursor

    # ------------------------------------------------------------ life cycle
    async def open(self) -> None:
        """Start at the end of every stream.  UsageError and ConnectionError as `check_server`."""
        await self._reader.open()
        self._recent.restart(self.cursor)
        self.last_read_at = asyncio.get_running_loop().time()

    async def run(self, stop: asyncio.Event) -> None:
        """Send events until `stop` is set; redis-py's error if Redis stays unavailable for too long."""
        await run_until(stop, self._run())

    async def _run(self) -> None:
        while True:
            events, now_ms = await self._reader.poll_once(self._gather_s)
            if events:
                await self._broadcast(events, now_ms)
            self.last_read_at = asyncio.get_running_loop().time()
            self._on_poll()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._reader.aclose()

    # ------------------------------------------------------------ sending
    async def _broadcast(self, events: list[StreamEvent], now_ms: int) -> None:
        """Send a batch, and set how long the next batch is gathered.

        That is twice the time that sending this batch took, within bounds.
        """
        clock = asyncio.get_running_loop().time
        start_s = clock()
        self._recent.append(events)
        self.subscribers.send(events, self.cursor)
        self.lag_s = max(0.0, (now_ms - events[0].published_ms) / 1000)
        for event in events:
            if event.unknown_type:
                self._skipped_types.add(event.stream, event.unknown_type)
        undecodable = sum(bool(event.decode_error) for event in events)
        metrics.count_live_events([event.kind for event in events], undecodable, self.lag_s)
        await asyncio.sleep(0)  # let the event loop write to the sockets
        self._gather_s = min(MAX_GATHER_S, max(MIN_GATHER_S, 2 * (clock() - start_s)))

    def _report_loss(self, loss: Loss) -> None:
        """Send a gap message to the subscribers of the lost kinds.

        Events before the loss are dropped from memory, so a client that resumes before it reads the history.
        """
        self.subscribers.reset_min_cursor(loss.reset_to)
        log.warning("events lost", kinds=loss.kinds, detail=loss.detail)
        self._recent.restart(replace_positions(self.cursor, self._reader.read_positions(loss.kinds)))
        self.subscribers.notify_gap(loss.kinds, self.cursor, loss.detail)

    def send_heartbeat(self) -> None:
        """Send a heartbeat with the current cursor to every subscriber."""
        self.subscribers.send_heartbeat(self.cursor)

    # ------------------------------------------------------------ subscribers
    def covers(self, cursor: Cursor, kinds: Sequence[Kind]) -> bool:
        """Return whether the events of `kinds` after `cursor` that have been published are all held in memory."""
        return self._recent.covers(cursor, kinds)

    def is_behind(self, cursor: Cursor, kinds: Sequence[Kind]) -> bool:
        """Return whether `cursor` is later than the events sent so far in at least one of `kinds`."""
        return is_ahead(cursor, self.cursor, kinds)

    def subscribe(self, subscriber: StreamSubscriber, wanted: Filter, encoder: StreamEncoder, after: Cursor) -> None:
        """Send the events in memory after `after`, then every later event: each event exactly once.

        `covers` must be true of `after`.
        """
        spec = SubscriptionSpec(filter=wanted, encoder=encoder, min_cursor=after)
        if after != self.cursor and (frames := spec.encode(self._recent)):
            subscriber.send(encoder.frame_batch(frames))
        self.subscribers.add(subscriber, spec.merge_at(self.cursor))

    def unsubscribe(self, subscriber: StreamSubscriber) -> None:
        """Send no more events; an unknown subscriber is ignored."""
        self.subscribers.remove(subscriber)

    @property
    def subscriber_count(self) -> int:
        """Number of subscribers."""
        return self.subscribers.subscriber_count
