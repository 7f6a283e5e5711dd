"""A subscription: what its source reads, merged in arrival order, decoded, filtered, acknowledged."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
from msgspec import Struct

from worker.errors import EventStreamError
from worker.filters.facets import Facets
from worker.schema import VERSION, Event, Kind
from worker.streams import Entry, check_server, id_key, range_entries, retry_while_unavailable
from worker.subscribe import sources

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping
    from types import TracebackType

    from redis.asyncio import Redis

    from worker.filters import Filter

BLOCK_S: Final = 2.0
"""Longest single wait for an event: below the socket timeout of any client one is likely to bring."""
POLL_S: Final = 0.05
DECODER: Final = msgspec.json.Decoder(Event)
LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: `datetime` goes no further, a stream id may."""


class Received(Struct, frozen=True, kw_only=True):
    """An event and where it stood."""

    kind: Kind
    entry_id: str
    """Its first part is the Unix time in ms when it was published."""
    event: Event

    @property
    def published_at(self) -> datetime:
        """When the event was published, by the clock of Redis."""
        return datetime.fromtimestamp(min(id_key(self.entry_id)[0], LAST_MS) / 1000, UTC)


class Subscription(AsyncIterator[Event]):
    """What `subscribe` returns.  `async with` it, or `aclose` it: it may own a connection.

    Nothing is read ahead of the reader but one batch of each kind: who is slow slows nobody, and loses nothing that
    the streams still keep.
    """

    def __init__(
        self,
        client: Redis,
        source: sources.EntryReader,
        kinds: Mapping[str, Kind],
        asked: Filter,
        stop: asyncio.Event,
        *,
        patience_s: float,
        owns_client: bool,
    ) -> None:
        """Made by `subscribe`; `kinds` by stream."""
        self._client = client
        self._source = source
        self._kind_of = kinds
        self._asked = asked
        self._stop = stop
        self._patience_s = patience_s
        self._owns_client = owns_client
        self._opened = False
        self._buffers: dict[str, deque[Entry]] = {stream: deque() for stream in kinds}
        self._mergeable = False
        self._waiting = False
        self._unacknowledged: list[Entry] = []
        """The event handed over last, and what the filters passed over before it."""

    @property
    def position(self) -> dict[Kind, str]:
        """Entry id of the last event handed over (or passed) of each kind: `after` for who resumes without a group."""
        return {self._kind_of[stream]: at for stream, at in self._source.position.items()}

    # ------------------------------------------------------------ life
    async def open(self) -> None:
        """Fix where "$" is, or create the group; done by the first `anext` where it was not done before."""
        if not self._opened:
            await check_server(self._client)
            await self._source.open()
            self._opened = True

    async def aclose(self) -> None:
        """Close the connection, where it is ours; an event handed over last stays unacknowledged."""
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
    async def __anext__(self) -> Event:
        return (await self.next()).event

    async def received(self) -> AsyncIterator[Received]:
        """Iterate with kinds and entry ids."""
        while True:
            try:
                received = await self.next()
            except StopAsyncIteration:
                return
            yield received

    async def next(self) -> Received:
        """Return the next event with its entry id; StopAsyncIteration once `stop` is set.

        A wait that is cancelled loses no event: the next call returns it.  RuntimeError where another task is waiting
        already: an event would be acknowledged while that task works on it.
        """
        if self._waiting:
            raise RuntimeError("another task is waiting for the next event of this subscription")
        self._waiting = True
        try:
            return await self._next()
        finally:
            self._waiting = False

    async def _next(self) -> Received:
        await self.open()
        await self.acknowledge()
        await self._drop_reclaimed()
        while not self._stop.is_set():
            if self._source.gaps:
                raise EventStreamError(self._source.gaps.popitem()[1])
            if not self._mergeable:
                await self.acknowledge()  # what was passed over: a lost reply would bring it back
                await self._unless_stopped(retry_while_unavailable(self._client, self._fill, self._patience_s))
            elif received := await self._decode_and_filter(self._merged()):
                return received
        await self.aclose()
        raise StopAsyncIteration

    async def _decode_and_filter(self, entry: Entry) -> Received | None:
        """Decode the entry; None where it was not asked for.

        One that does not decode is acknowledged and passed before the error is raised.
        """
        self._source.position[entry.stream] = entry.id
        self._unacknowledged.append(entry)
        try:
            event = _decoded(entry)
        except EventStreamError:
            await self.acknowledge()
            raise
        if self._asked.passes(event, Facets(event)):
            return Received(kind=self._kind_of[entry.stream], entry_id=entry.id, event=event)
        return None

    async def _drop_reclaimed(self) -> None:
        """Forget what another subscriber has taken over meanwhile, since it took us so long to come to it."""
        waiting = [entry for buffer in self._buffers.values() for entry in buffer]
        for entry in await retry_while_unavailable(
            self._client, lambda: self._source.reclaimed(waiting), self._patience_s
        ):
            self._buffers[entry.stream].remove(entry)
            self._mergeable = False

    async def acknowledge(self) -> None:
        """Acknowledge the event handed over last now: for whoever is done with it and will not ask for another."""
        if entries := self._unacknowledged:
            await retry_while_unavailable(self._client, lambda: self._source.acknowledge(entries), self._patience_s)
        self._unacknowledged = []

    async def caught_up(self) -> None:
        """Return when all that is in the streams now has been handed over, or passed: another task must be reading."""
        for stream in self._kind_of:
            newest = await range_entries(self._client, stream, count=1, newest_first=True)
            while newest and id_key(self._source.position[stream]) < id_key(newest[0].id):  # noqa: ASYNC110 - as below
                await asyncio.sleep(POLL_S)  # whoever reads moves it

    async def _unless_stopped(self, work: Coroutine[Any, Any, None]) -> None:
        """Wait for the work, or for `stop`, which cancels it."""
        working, stopping = asyncio.create_task(work), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                await working
        finally:
            working.cancel()
            stopping.cancel()
            await asyncio.gather(working, stopping, return_exceptions=True)

    # ------------------------------------------------------------ merging
    def _merged(self) -> Entry:
        """Take the earliest entry there is.

        Sound while no buffer has run empty since the last read: a stream that had nothing then can only get entries
        that are not earlier than those that were there.
        """
        earliest = min((b for b in self._buffers.values() if b), key=lambda b: id_key(b[0].id))
        entry = earliest.popleft()
        self._mergeable = bool(earliest)
        return entry

    async def _fill(self) -> None:
        """Read the streams whose buffer is empty; wait for entries only where all are."""
        empty = [stream for stream, buffer in self._buffers.items() if not buffer]
        try:
            found = await self._source.read(empty, BLOCK_S if len(empty) == len(self._buffers) else 0.0)
        except BaseException:  # the reply may be lost, if only because we were cancelled
            if self._source.reread_pending():
                for buffer in self._buffers.values():
                    buffer.clear()
            self._mergeable = False
            raise
        for entry in found:
            self._buffers[entry.stream].append(entry)
        self._mergeable = any(self._buffers.values())


def _decoded(entry: Entry) -> Event:
    if entry.fields is None:
        raise EventStreamError(f"{entry.stream}: entry {entry.id} was trimmed away before it was acknowledged")
    try:
        return DECODER.decode(entry.fields.get(b"data", b""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:  # the last: nested too deep
        version = entry.fields.get(b"v", b"?").decode(errors="replace")
        raise EventStreamError(
            f"{entry.stream}: entry {entry.id} (version {version}, ours is {VERSION}) does not decode: {e}"
        ) from None
