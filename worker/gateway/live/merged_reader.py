"""Read the event streams of all kinds, merge them into one order, and detect what cannot be read any more.

The order is (Unix ms, sequence number, kind), the same as that of a replay.  Entries of a millisecond are returned only
after Redis' clock has left it: until then an earlier one may be added to another stream.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from redis.exceptions import RedisError

from worker.gateway.live.event import KeyedEntry, SortKey, StreamEvent, key_entry, merge_in_order
from worker.gateway.live.loss_detector import LossDetector
from worker.schema import KINDS, Kind, event_stream
from worker.streams import (
    Entry,
    StreamTail,
    check_server,
    connect,
    parse_entries,
    parse_stream_tail,
    retry_while_unavailable,
    stream_tails,
)
from worker.subscribe.cursor import START_CURSOR, Cursor, replace_positions
from worker.subscribe.stream_events import find_reset_streams

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redis.asyncio import Redis

    Read = Callable[[dict[Any, Any]], Awaitable[tuple[Any, int]]]
    """A read after the given entry ids: the reply of XREAD, and Redis' clock in Unix ms."""

BLOCK_S: Final = 1.0
"""Longest wait for an entry, and so the longest time between two polls while Redis is available."""
MERGE_BATCH: Final = 1_000
"""Most entries of one stream in one round trip."""
READER_RETRY_TIMEOUT_S: Final = 60.0
"""How long an unavailable Redis is retried before the gateway exits."""
HOLD_S: Final = 1.0
"""Entries of a millisecond that does not end (the server's clock was set back) are returned after this time."""

TRIMMED: Final = "it was trimmed away before it was read"
STREAM_RESET: Final = "the stream ends before this position: it was lost or restarted; what is added now follows"


class Loss(Struct, frozen=True, kw_only=True):
    """Entries that cannot be read any more."""

    kinds: list[Kind]
    detail: str
    """The reason, as sent to clients."""
    reset_to: Mapping[Kind, str] = {}
    """Kind -> entry id at which its stream ends.  Reading continues there, at ids below those read before."""


class MergedReader:
    """Reads the streams of one key prefix as one stream of events."""

    def __init__(self, redis_url: str, prefix: str, on_loss: Callable[[Loss], None]) -> None:
        """`prefix`: key prefix of the streams.  Nothing is read yet; `open` connects.  UsageError for a malformed URL.

        `on_loss`: called as soon as a loss is found, before the events that follow it are returned.
        """
        self.client: Redis = connect(redis_url, block_s=BLOCK_S)
        self.cursor: Cursor = START_CURSOR
        """The position up to which all events have been returned by `poll_once`."""
        self._kinds = {event_stream(prefix, kind): kind for kind in KINDS}
        self._read_ids: dict[str, str] = {}
        """Stream -> id of the last entry read; entries after `cursor` are in the buffer."""
        self._buffer: list[KeyedEntry] = []
        self._buffered_since = 0.0
        self._truncated: dict[str, SortKey] = {}
        """Stream -> key of the last entry read, for streams whose last read was full, so that more may follow."""
        self._loss_detector = LossDetector()
        self._lengths: dict[str, int] = {}
        self._tails: dict[str, StreamTail] = {}
        self._suspect: set[str] = set()
        """Streams of which entries may have been trimmed away before they were read."""
        self._tail_may_have_rewound = False
        """Whether a stream may now end before the last entry read: Redis was unavailable or silent for a while."""
        self._on_loss = on_loss

    async def open(self) -> None:
        """Start at the tail of every stream.  UsageError and ConnectionError as `check_server`."""
        await check_server(self.client)
        tails = await retry_while_unavailable(self.client, lambda: stream_tails(self.client, self._kinds))
        self._loss_detector.start(tails)
        self._read_ids = {stream: tail.last_id for stream, tail in tails.items()}
        self.cursor = tuple(self._read_ids.values())

    async def aclose(self) -> None:
        """Close the connection."""
        await self.client.aclose()

    def read_positions(self, kinds: list[Kind]) -> dict[Kind, str]:
        """Return, for each of `kinds`, the id of the last entry read; that entry may still be in the buffer."""
        return {kind: self._read_ids[stream] for stream, kind in self._kinds.items() if kind in kinds}

    # ------------------------------------------------------------ polling
    async def poll_once(self, gather_s: float) -> tuple[list[StreamEvent], int]:
        """Return the next complete events in merged order, and Redis' clock in Unix ms (0 if no entry was added).

        Waits up to `BLOCK_S` for an entry, then gathers the entries added within `gather_s`.
        """
        if not self._buffer:
            await self._read(self._wait)
            self._tail_may_have_rewound = not self._buffer
            self._buffered_since = asyncio.get_running_loop().time()
        if not self._buffer:
            return [], 0
        await asyncio.sleep(gather_s)
        now_ms = await self._read(self._gather)
        if self._update_suspects():
            now_ms = await self._read(self._gather_with_tails)
            self._report_trimmed()
        return self._take_complete(now_ms), now_ms

    async def _read(self, read: Read) -> int:
        """Read the streams whose buffer is not full, with `read`; return Redis' clock in Unix ms."""
        reply, now_ms, streams = await retry_while_unavailable(
            self.client, lambda: self._attempt(read), READER_RETRY_TIMEOUT_S
        )
        self._add_to_buffer(parse_entries(reply), streams)
        return now_ms

    async def _attempt(self, read: Read) -> tuple[Any, int, list[str]]:
        if self._tail_may_have_rewound:
            await self._return_to_tails()
        full = {
            stream for stream, n in Counter(keyed.entry.stream for keyed in self._buffer).items() if n >= MERGE_BATCH
        }
        after = {stream: at for stream, at in self._read_ids.items() if stream not in full} or dict(self._read_ids)
        try:
            return *await read(after), [*after]
        except (RedisError, OSError):
            self._tail_may_have_rewound = True
            raise

    async def _wait(self, after: dict[Any, Any]) -> tuple[Any, int]:
        return await self.client.xread(after, count=MERGE_BATCH, block=round(BLOCK_S * 1000)), 0

    async def _gather(self, after: dict[Any, Any]) -> tuple[Any, int]:
        """Read all streams, Redis' clock and the streams' lengths at one instant."""
        pipe = self.client.pipeline(transaction=True)
        pipe.xread(after, count=MERGE_BATCH)
        pipe.time()
        for stream in self._kinds:
            pipe.xlen(stream)
        reply, (seconds, microseconds), *lengths = await pipe.execute()
        self._lengths = dict(zip(self._kinds, lengths, strict=True))
        return reply, seconds * 1000 + microseconds // 1000

    async def _gather_with_tails(self, after: dict[Any, Any]) -> tuple[Any, int]:
        """Read as `_gather` does, and also the number of entries ever added to each stream."""
        pipe = self.client.pipeline(transaction=True)
        pipe.xread(after, count=MERGE_BATCH)
        pipe.time()
        for stream in self._kinds:
            pipe.xinfo_stream(stream)
        reply, clock, *infos = await pipe.execute(raise_on_error=False)  # a stream may not exist
        for failed in (reply, clock):
            if isinstance(failed, Exception):
                raise failed
        self._tails = dict(zip(self._kinds, map(parse_stream_tail, infos), strict=True))
        return reply, clock[0] * 1000 + clock[1] // 1000

    # ------------------------------------------------------------ buffer
    def _add_to_buffer(self, entries: list[Entry], streams: list[str]) -> None:
        for stream in streams:
            read = [key_entry(entry, self._kinds[stream]) for entry in entries if entry.stream == stream]
            self._buffer += read
            self._loss_detector.count_read(stream, len(read))
            self._truncated.pop(stream, None)
            if read:
                self._read_ids[stream] = read[-1].entry.id
            if len(read) == MERGE_BATCH:
                self._truncated[stream] = read[-1].key

    def _take_complete(self, now_ms: int) -> list[StreamEvent]:
        """Remove and return the buffered events that no earlier event can still precede, in order.

        That is: their millisecond is over (or was waited for long enough), and every stream has been read that far.
        """
        now_s = asyncio.get_running_loop().time()
        overdue = now_s - self._buffered_since > HOLD_S
        end = min((*self._truncated.values(), (sys.maxsize if overdue else now_ms, 0, 0)))
        complete = [keyed for keyed in self._buffer if keyed.key <= end]
        if not complete:
            return []
        self._buffered_since = now_s
        self._buffer = [keyed for keyed in self._buffer if keyed.key > end]
        events = merge_in_order(complete, self.cursor)
        self.cursor = events[-1].cursor
        return events

    # ------------------------------------------------------------ losses
    def _update_suspects(self) -> bool:
        """Update `_suspect`; return whether a suspect stream was read to its end, so that additions can be counted.

        Trimming removes the oldest entries, so a stream that holds an entry older than the buffered ones lost nothing.
        """
        buffered = Counter(keyed.entry.stream for keyed in self._buffer)
        self._suspect |= {stream for stream, n in buffered.items() if self._lengths[stream] <= n} | set(self._truncated)
        return not self._suspect.issubset(self._truncated)

    def _report_trimmed(self) -> None:
        """Report losses of the suspect streams that were read up to the instant of the count."""
        current = {
            stream: tail for stream, tail in self._tails.items() if stream in self._suspect - set(self._truncated)
        }
        self._suspect -= set(current)
        if lost := self._loss_detector.find_losses(current):
            self._on_loss(Loss(kinds=[self._kinds[stream] for stream in lost], detail=TRIMMED))

    async def _return_to_tails(self) -> None:
        """For each stream that was reset, and so ends before the last entry read, continue reading at its end.

        Its buffered entries are dropped, and the loss is reported to `on_loss`.
        """
        tails = await find_reset_streams(self.client, self._read_ids)
        self._tail_may_have_rewound = False
        if not tails:
            return
        self._loss_detector.start(tails)
        self._read_ids |= {stream: tail.last_id for stream, tail in tails.items()}
        reset_to = {self._kinds[stream]: tail.last_id for stream, tail in tails.items()}
        self.cursor = replace_positions(self.cursor, reset_to)
        self._buffer = [keyed for keyed in self._buffer if keyed.kind not in reset_to]
        self._on_loss(Loss(kinds=[*reset_to], detail=STREAM_RESET, reset_to=reset_to))
