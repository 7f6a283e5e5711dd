"""The present: one reader of the event streams, and everybody who listens.

Each round reads what has come in all streams at once, puts it in order, and hands it to every choir of listeners: an
event is filtered and spelt once for all who want the same, and each socket is given the same bytes.  What a socket does
not take at once stays in its own buffer; one whose buffer has grown too large is ended, and nobody waits for it.

The order is that of (millisecond, sequence number, kind), and history has the same: an entry is sent only when the
server's clock has left its millisecond, since until then an earlier one may still come in another stream.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Final

import structlog
from redis.exceptions import RedisError

from worker.gateway.cursor import START_CURSOR, Cursor, is_ahead, latest_positions, replace_positions
from worker.gateway.live.event import Key, KeyedEntry, StreamEvent, key_entry, merge_in_order
from worker.gateway.live.fan_out import StreamSubscriber, SubscriberGroups, SubscriptionSpec
from worker.gateway.live.loss_detector import LossDetector
from worker.schema import KINDS, Kind, event_stream
from worker.streams import (
    Entry,
    StreamTail,
    check_server,
    connect,
    id_key,
    parse_entries,
    parse_stream_tail,
    retry_while_unavailable,
    stream_tails,
)
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from redis.asyncio import Redis

    from worker.filters import Filter
    from worker.gateway.live.encoders import StreamEncoder

log = structlog.get_logger()

BLOCK_S: Final = 1.0
"""Longest wait for an event: also the longest that the reader is silent while all is well."""
BATCH: Final = 1_000
"""Entries of one stream in one round trip."""
PATIENCE_S: Final = 60.0
"""How long Redis may be away before the gateway ends."""
RECENT: Final = 512
"""Events kept at hand for those who come from the past: as many are written to a socket at once."""
SHORTEST_PAUSE_S: Final = 0.002
"""Gathers what was published together, and lets the server's millisecond pass."""
LONGEST_PAUSE_S: Final = 0.1
HOLD_S: Final = 1.0
"""An entry from a millisecond that does not end (the server's clock was set back) is sent after this."""


TRIMMED: Final = "it was trimmed away before it was read"
BEGUN_ANEW: Final = "the stream ends before this place: it was lost, or begun anew; it goes on with what comes now"


class Broadcaster:
    """Reads the streams of one prefix and hands their events to the listeners."""

    def __init__(self, redis_url: str, prefix: str, turned: Callable[[], None] = lambda: None) -> None:
        """Connect lazily; `turned` is called after every round.  UsageError where the URL is malformed."""
        self.client: Redis = connect(redis_url, block_s=BLOCK_S)
        self.position: Cursor = START_CURSOR
        """Everything up to here has been handed to the listeners."""
        self.last_read_at: float | None = None
        """By the loop's clock; None before the first."""
        self.lag_s = 0.0
        """Age of the oldest event of the last batch when it was sent on, in seconds."""
        self._kind_of = {event_stream(prefix, kind): kind for kind in KINDS}
        self._cursor: dict[str, str] = {}
        """Last entry read of each stream; those behind `position` are held."""
        self._held: list[KeyedEntry] = []
        self._held_since = 0.0
        self._more: dict[str, Key] = {}
        """Streams that may have more than one round trip took, with the last entry read of each."""
        self._recent: deque[StreamEvent] = deque()
        self._recent_floor: Cursor = START_CURSOR
        self.subscribers = SubscriberGroups()
        self._tally = LossDetector()
        self._length: dict[str, int] = {}
        self._counted: dict[str, StreamTail] = {}
        self._doubted: set[str] = set()
        """Streams of which something may have been trimmed away before it was read."""
        self._unsure = False
        """Whether the streams may end before where we are: Redis was away, or nothing has come for a while."""
        self._turned = turned
        self._pause_s = SHORTEST_PAUSE_S

    # ------------------------------------------------------------ life
    async def open(self) -> None:
        """Begin at the end of every stream.  UsageError, ConnectionError as `check_server`."""
        await check_server(self.client)
        found = await retry_while_unavailable(self.client, lambda: stream_tails(self.client, self._kind_of))
        self._tally.begin(found)
        self._cursor = {stream: extent.last_id for stream, extent in found.items()}
        self.position = self._recent_floor = tuple(self._cursor.values())
        self.last_read_at = asyncio.get_running_loop().time()

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop` is set; a Redis that stays away ends it loudly."""
        reading, stopping = asyncio.create_task(self._read_on()), asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            stopping.cancel()
            while not reading.done():  # Python 3.11 may swallow a cancellation that comes just as a reply does
                reading.cancel()
                await asyncio.wait({reading}, timeout=0.1)

    async def _read_on(self) -> None:
        while True:
            await self._round()

    async def aclose(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    # ------------------------------------------------------------ reading
    async def _round(self) -> None:
        """Wait for something, gather what comes with it, and hand over what is complete."""
        if not self._held:
            await self._read(self._wait)
            self._unsure = not self._held
            self._held_since = asyncio.get_running_loop().time()
        if self._held:
            await asyncio.sleep(self._pause_s)
            now_ms = await self._read(self._gather)
            if self._is_doubtful():
                now_ms = await self._read(self._recount)
                self._count()
            await self._hand_over(now_ms)
        self.last_read_at = asyncio.get_running_loop().time()
        self._turned()

    async def _read(self, way: Callable[[dict[Any, Any]], Awaitable[tuple[Any, int]]]) -> int:
        """Read on in the streams of which not too much is held; return the server's time, Unix ms."""
        answer, now_ms, cursor = await retry_while_unavailable(self.client, lambda: self._step(way), PATIENCE_S)
        self._hold(parse_entries(answer), cursor)
        return now_ms

    def _count(self) -> None:
        """Say what was trimmed away before we read it, of the streams that were read up to the instant of counting."""
        sure = {stream: at for stream, at in self._counted.items() if stream in self._doubted - set(self._more)}
        self._doubted -= set(sure)
        if short := self._tally.missing(sure):
            self._lose([self._kind_of[stream] for stream in short], TRIMMED)

    async def _step(self, way: Callable[[dict[Any, Any]], Awaitable[tuple[Any, int]]]) -> tuple[Any, int, list[str]]:
        if self._unsure:
            await self._find_ends()
        full = {stream for stream, held in Counter(p.entry.stream for p in self._held).items() if held >= BATCH}
        cursor = {stream: at for stream, at in self._cursor.items() if stream not in full} or dict(self._cursor)
        try:
            return *await way(cursor), [*cursor]
        except (RedisError, OSError):
            self._unsure = True
            raise

    async def _find_ends(self) -> None:
        """Go back to the end of a stream that ends before where we are, and say so: what comes next stands there.

        A replica that has not had everything became the primary, or the keys were lost, and the clock that makes ids
        is behind the old one.
        """
        found = await stream_tails(self.client, self._kind_of)
        anew = {stream: at for stream, at in found.items() if id_key(at.last_id) < id_key(self._cursor[stream])}
        self._unsure = False
        if not anew:
            return
        self._tally.begin(anew)
        self._cursor |= {stream: at.last_id for stream, at in anew.items()}
        kinds = {self._kind_of[stream]: at.last_id for stream, at in anew.items()}
        self.position = replace_positions(self.position, kinds)
        self._held = [place for place in self._held if place.kind not in kinds]
        self.subscribers.reset_min_cursor(kinds)
        self._lose([*kinds], BEGUN_ANEW)

    def _lose(self, kinds: list[Kind], detail: str) -> None:
        """Say that something is missing here; who comes from before that must ask history, which knows."""
        log.warning("events lost", kinds=kinds, detail=detail)
        self._recent.clear()
        read = {kind: self._cursor[stream] for stream, kind in self._kind_of.items() if kind in kinds}
        self._recent_floor = replace_positions(self.position, read)
        self.subscribers.notify_gap(kinds, self.position, detail)

    async def _wait(self, cursor: dict[Any, Any]) -> tuple[Any, int]:
        return await self.client.xread(cursor, count=BATCH, block=round(BLOCK_S * 1000)), 0

    async def _gather(self, cursor: dict[Any, Any]) -> tuple[Any, int]:
        """Read at one instant; that instant by the server's clock, and how much the streams hold."""
        pipe = self.client.pipeline(transaction=True)
        pipe.xread(cursor, count=BATCH)
        pipe.time()
        for stream in self._kind_of:
            pipe.xlen(stream)
        answer, (seconds, microseconds), *lengths = await pipe.execute()
        self._length = dict(zip(self._kind_of, lengths, strict=True))
        return answer, seconds * 1000 + microseconds // 1000

    async def _recount(self, cursor: dict[Any, Any]) -> tuple[Any, int]:
        """Gather once more, and with it what was ever added."""
        pipe = self.client.pipeline(transaction=True)
        pipe.xread(cursor, count=BATCH)
        pipe.time()
        for stream in self._kind_of:
            pipe.xinfo_stream(stream)
        answer, clock, *infos = await pipe.execute(raise_on_error=False)  # a stream may be missing
        for failed in (answer, clock):
            if isinstance(failed, Exception):
                raise failed
        self._counted = dict(zip(self._kind_of, map(parse_stream_tail, infos), strict=True))
        return answer, clock[0] * 1000 + clock[1] // 1000

    def _is_doubtful(self) -> bool:
        """Tell whether something may have been trimmed away before we read it: all has been, and nothing older is left.

        Streams lose their head, so what is missing lies before all that they still hold.
        """
        held = Counter(place.entry.stream for place in self._held)
        self._doubted |= {stream for stream, n in held.items() if self._length[stream] <= n} | set(self._more)
        return not self._doubted.issubset(self._more)

    def _hold(self, found: list[Entry], read: Iterable[str]) -> None:
        for stream in read:
            held = [key_entry(entry, self._kind_of[stream]) for entry in found if entry.stream == stream]
            self._held += held
            self._tally.read(stream, len(held))
            self._more.pop(stream, None)
            if held:
                self._cursor[stream] = held[-1].entry.id
            if len(held) == BATCH:
                self._more[stream] = held[-1].key

    def _complete(self, now_ms: int) -> list[KeyedEntry]:
        """Take what nothing earlier can follow: its millisecond is over, and every stream is read as far."""
        now = asyncio.get_running_loop().time()
        late = now - self._held_since > HOLD_S
        end = min((*self._more.values(), (sys.maxsize if late else now_ms, 0, 0)))
        taken = [place for place in self._held if place.key <= end]
        if taken:
            self._held_since = now
        self._held = [place for place in self._held if place.key > end]
        return taken

    # ------------------------------------------------------------ handing over
    async def _hand_over(self, now_ms: int) -> None:
        items = merge_in_order(self._complete(now_ms), self.position)
        if not items:
            return
        clock = asyncio.get_running_loop().time
        began = clock()
        self.position = items[-1].position
        self._remember(items)
        self.subscribers.send(items, self.position)
        self.lag_s = max(0.0, (now_ms - items[0].ms) / 1000)
        undecodable = sum(item.event is None for item in items)
        metrics.count_live_events([item.kind for item in items], undecodable, self.lag_s)
        await asyncio.sleep(0)  # the sockets are written to when the loop comes round
        self._pause_s = min(LONGEST_PAUSE_S, max(SHORTEST_PAUSE_S, 2 * (clock() - began)))

    def _remember(self, items: list[StreamEvent]) -> None:
        self._recent.extend(items)
        while len(self._recent) > RECENT:
            self._recent_floor = latest_positions(self._recent_floor, self._recent.popleft().position)

    # ------------------------------------------------------------ listeners
    def reaches(self, position: Cursor, kinds: tuple[Kind, ...]) -> bool:
        """Tell whether all that follows a position is at hand here."""
        return all(
            id_key(at) >= id_key(min_cursor)
            for kind, at, min_cursor in zip(KINDS, position, self._recent_floor, strict=True)
            if kind in kinds
        )

    def is_ahead(self, position: Cursor, kinds: tuple[Kind, ...]) -> bool:
        """Tell whether somebody there has seen more of some kind than is at hand here."""
        return is_ahead(position, self.position, kinds)

    def join(self, listener: StreamSubscriber, wanted: Filter, form: StreamEncoder, after: Cursor) -> None:
        """Send what is at hand behind `after`, and from now on whatever comes: nothing between, nothing twice.

        `after` must be within reach.
        """
        asked = SubscriptionSpec(filter=wanted, form=form, min_cursor=after)
        if after != self.position and (frames := asked.frames(self._recent)):
            listener.send(form.frame_batch(frames))
        self.subscribers.put(
            listener, asked if asked.is_ahead(self.position) else SubscriptionSpec(filter=wanted, form=form)
        )

    def leave(self, listener: StreamSubscriber) -> None:
        """Send it nothing any more."""
        self.subscribers.leave(listener)

    @property
    def listeners(self) -> int:
        """How many are being sent events."""
        return self.subscribers.listeners
