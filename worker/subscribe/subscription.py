"""A subscription: the entries of its reader, merged in arrival order, decoded, filtered and acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from msgspec import Struct

from worker.errors import EventStreamError
from worker.filters.facets import Facets
from worker.lifecycle import run_until
from worker.schema import RETRACTION, VERSION, Event, Kind, Retraction
from worker.streams import Entry, check_server, id_key, range_entries, retry_while_unavailable
from worker.subscribe.stream_events import (
    SkippedTypes,
    UndecodableEntryError,
    UnknownTypeError,
    decode_entry,
    published_at,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from redis.asyncio import Redis

    from worker.filters import Filter
    from worker.subscribe.entry_readers import EntryReader

EVENT_BLOCK_S: Final = 2.0
"""Longest single wait for an event; less than the socket timeout that a caller's own client is likely to have."""
POLL_S: Final = 0.05


class Received(Struct, frozen=True, kw_only=True):
    """An event or a retraction, with the kind of its stream and its entry."""

    kind: Kind
    """Kind of the event, or of the event that is retracted."""
    entry_id: str
    """Id of the stream entry; its first part is the Unix time of publication in ms."""
    event: Event | Retraction

    @property
    def type(self) -> str:
        """Type of the entry: `kind`, or "retraction"."""
        return RETRACTION if isinstance(self.event, Retraction) else self.kind

    @property
    def published_at(self) -> datetime:
        """Time of publication in UTC, by Redis' clock."""
        return published_at(id_key(self.entry_id)[0])


class Subscription(AsyncIterator[Event | Retraction]):
    """An async iterator over events and retractions; the return value of `subscribe`.

    Use it with `async with`, or call `aclose`: it may own a connection.  At most one batch of each kind is read ahead,
    so a slow subscriber slows down no other, and loses no event that the streams still keep.
    """

    def __init__(
        self,
        client: Redis,
        reader: EntryReader,
        kinds: Mapping[str, Kind],
        wanted: Filter,
        stop: asyncio.Event,
        *,
        patience_s: float,
        idle_s: float | None,
        owns_client: bool,
    ) -> None:
        """`kinds`: stream -> kind.  `patience_s`: how long an unavailable Redis is retried.  Nothing is read yet.

        `idle_s`: longest wait for an event; None: no limit.  Called by `subscribe` only.
        """
        self._client = client
        self._reader = reader
        self._kinds = kinds
        self._filter = wanted
        self._stop = stop
        self._patience_s = patience_s
        self._idle_s = idle_s
        self._owns_client = owns_client
        self._opened = False
        self._buffers: dict[str, deque[Entry]] = {stream: deque() for stream in kinds}
        self._mergeable = False
        self._waiting = False
        self._unacknowledged: list[Entry] = []
        """The entry of the event returned last, and those before it that were rejected or skipped."""
        self._skipped_types = SkippedTypes()

    @property
    def position(self) -> dict[Kind, str]:
        """Kind -> id of the last entry returned or rejected by the filter.

        Pass it to `subscribe` as `after` to resume without a group.
        """
        return {self._kinds[stream]: at for stream, at in self._reader.position.items()}

    # ------------------------------------------------------------ life cycle
    async def open(self) -> None:
        """Resolve a start "$" to an entry id, or create the group.

        The first `anext` calls it unless it was called before.
        """
        if not self._opened:
            await check_server(self._client)
            await self._reader.open()
            self._opened = True

    async def aclose(self) -> None:
        """Close the connection if the subscription owns it; the event returned last stays unacknowledged."""
        if self._owns_client:
            await self._client.aclose()

    async def __aenter__(self) -> Self:
        try:
            await self.open()
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    # ------------------------------------------------------------ iteration
    async def __anext__(self) -> Event | Retraction:
        return (await self.next()).event

    async def received(self) -> AsyncIterator[Received]:
        """Iterate over the next events, each with its kind and its stream entry id, as returned by `next`."""
        while True:
            try:
                received = await self.next()
            except StopAsyncIteration:
                return
            yield received

    async def next(self) -> Received:
        """Return the next event with its kind and entry id; StopAsyncIteration once `stop` is set.

        Also StopAsyncIteration if none comes within `idle_s`; a further call waits again.  A cancelled wait loses no
        event: the next call returns the event.  RuntimeError if another task is waiting, because this call would
        acknowledge the event that the other task is processing.
        """
        if self._waiting:
            raise RuntimeError("another task is waiting for the next event of this subscription")
        self._waiting = True
        try:
            async with asyncio.timeout(self._idle_s) as idle:
                return await self._next()
        except TimeoutError:
            if idle.expired():
                raise StopAsyncIteration from None
            raise
        finally:
            self._waiting = False

    async def _next(self) -> Received:
        await self.open()
        await self.acknowledge()
        await self._drop_reclaimed()
        while not self._stop.is_set():
            if self._reader.gaps:
                raise EventStreamError(self._reader.gaps.popitem()[1])
            if not self._mergeable:
                await self.acknowledge()  # the rejected ones: after a lost reply they would be read again
                await run_until(self._stop, retry_while_unavailable(self._client, self._fill, self._patience_s))
            elif received := await self._decode_and_filter(self._pop_earliest()):
                return received
        await self.aclose()
        raise StopAsyncIteration

    async def _decode_and_filter(self, entry: Entry) -> Received | None:
        """Return the event or retraction of an entry; None if the filter rejects it, or its type is unknown.

        An entry that does not decode is acknowledged before EventStreamError is raised.
        """
        self._reader.position[entry.stream] = entry.id
        self._unacknowledged.append(entry)
        try:
            event = _decode(entry)
        except UnknownTypeError as e:
            self._skipped_types.add(entry.stream, str(e))
            return None
        except EventStreamError:
            await self.acknowledge()
            raise
        if isinstance(event, Retraction) or self._filter.matches(event, Facets(event)):
            return Received(kind=self._kinds[entry.stream], entry_id=entry.id, event=event)
        return None

    async def _drop_reclaimed(self) -> None:
        """Drop entries in memory that another consumer has claimed because this consumer was too slow."""
        buffered = [entry for buffer in self._buffers.values() for entry in buffer]
        for entry in await retry_while_unavailable(
            self._client, lambda: self._reader.reclaimed(buffered), self._patience_s
        ):
            self._buffers[entry.stream].remove(entry)
            self._mergeable = False

    async def acknowledge(self) -> None:
        """Acknowledge the event returned last.

        `anext` acknowledges the event before; this call is needed only for the last event.
        """
        if entries := self._unacknowledged:
            await retry_while_unavailable(self._client, lambda: self._reader.acknowledge(entries), self._patience_s)
        self._unacknowledged = []

    async def caught_up(self) -> None:
        """Wait until every event that is stored at the time of the call has been returned or rejected by the filter.

        Another task must be iterating over the subscription.
        """
        for stream in self._kinds:
            newest = await range_entries(self._client, stream, count=1, newest_first=True)
            while newest and id_key(self._reader.position[stream]) < id_key(newest[0].id):  # noqa: ASYNC110 - no event
                await asyncio.sleep(POLL_S)  # the reading task moves the position

    # ------------------------------------------------------------ merging
    def _pop_earliest(self) -> Entry:
        """Remove and return the earliest entry in memory.

        Call it only if no buffer has run empty since the last read: entries added later to a stream that had none are
        not earlier than the entries that were read.
        """
        earliest = min((b for b in self._buffers.values() if b), key=lambda b: id_key(b[0].id))
        entry = earliest.popleft()
        self._mergeable = bool(earliest)
        return entry

    async def _fill(self) -> None:
        """Read the streams whose buffer is empty; wait for entries only if all buffers are."""
        empty = [stream for stream, buffer in self._buffers.items() if not buffer]
        try:
            entries = await self._reader.read(empty, EVENT_BLOCK_S if len(empty) == len(self._buffers) else 0.0)
        except BaseException:  # the reply may be lost, also by a cancellation
            if self._reader.reread_pending():
                for buffer in self._buffers.values():
                    buffer.clear()
            self._mergeable = False
            raise
        for entry in entries:
            self._buffers[entry.stream].append(entry)
        self._mergeable = any(self._buffers.values())


def _decode(entry: Entry) -> Event | Retraction:
    """Return the event or retraction of an entry; UnknownTypeError if its type is unknown.

    EventStreamError if it was trimmed away or does not decode.
    """
    if entry.fields is None:
        raise EventStreamError(f"{entry.stream}: entry {entry.id} was trimmed away before it was acknowledged")
    try:
        return decode_entry(entry)
    except UnknownTypeError:
        raise
    except UndecodableEntryError as e:
        version = entry.fields.get(b"v", b"?").decode(errors="replace")
        raise EventStreamError(
            f"{entry.stream}: entry {entry.id} (version {version}, ours is {VERSION}) does not decode: {e}"
        ) from None
