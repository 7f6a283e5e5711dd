"""The event streams as an async iterator: typed, merged in arrival order, resumable, with or without a consumer group.

Arrival order is that of the entry ids, a millisecond fine; within one, events of one kind keep their order.

    async with subscribe(url, ["statement"], after="0") as events:
        async for event in events:
            ...

*Alone* (no group) a subscriber sees every event behind `after`; its `position` is all it needs to resume.
*In a group* the subscribers share the events; Redis keeps the place.  An event is acknowledged when the next one is
asked for, so one that was being worked on in a crash comes again: at once to the consumer of the same name, after
`CLAIM_AFTER_S` to any other.

Whatever cannot be handed over is said, never skipped in silence: EventStreamError for what was trimmed away before it
was read, and for an entry that does not decode.  It is raised once; the subscription has then moved past it, and
asking for the next event goes on behind.
"""

from __future__ import annotations

import asyncio
import re
import socket
from collections import deque
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from worker.errors import EventStreamError, UsageError
from worker.schema import KINDS, VERSION, Event, Kind, event_stream
from worker.streams import Entry, Group, browse, check_server, connect, order, persist, read, read_group

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping
    from types import TracebackType

BLOCK_S: Final = 2.0
"""Longest single wait for an event: below the socket timeout of any client one is likely to bring."""
BATCH: Final = 100
"""Entries of one stream in one round trip."""
PATIENCE_S: Final = 60.0
"""How long Redis may be away before a subscription fails."""
CLAIM_AFTER_S: Final = 300.0
"""A group's event not acknowledged for this long goes to another subscriber: its own must be dead."""
START: Final = "0-0"
STREAM_ID: Final = re.compile(r"\d{1,20}(-\d{1,20})?")
DECODER: Final = msgspec.json.Decoder(Event)


class Received(Struct, frozen=True, kw_only=True):
    """An event and where it stood."""

    kind: Kind
    entry_id: str
    """Its first part is the Unix time in ms when it was published."""
    event: Event


def subscribe(
    redis: Redis | str,
    kinds: Iterable[Kind] = KINDS,
    *,
    prefix: str = "communique",
    group: str | None = None,
    consumer: str | None = None,
    after: str | Mapping[Kind, str] = "$",
    stop: asyncio.Event | None = None,
) -> Subscription:
    """Subscribe to the kinds (none named: all) on a Redis URL, or with a client of one's own that answers bytes.

    `after`: "$" from now on (from the first `anext`, or `open`), "0" from the oldest kept, an entry id (or a Unix time
    in ms), or one a kind, as `position` gives them (a kind that is missing: "$").  A group that exists goes on where it
    stopped, whatever `after` says.  `consumer` names the subscriber within its group (default: the host's name): each
    needs a name of its own and keeps it over restarts.  `stop` ends the iteration, a wait for events too.

    UsageError for an unknown kind, a malformed id or URL; at the first `anext` redis-py's ConnectionError for a Redis
    that is not there.
    """
    names = tuple(dict.fromkeys(kinds)) or KINDS
    if unknown := [kind for kind in names if kind not in KINDS]:
        raise UsageError(f"unknown kind {unknown[0]!r}: one of {', '.join(KINDS)}")
    client = connect(redis, block_s=BLOCK_S) if isinstance(redis, str) else redis
    start = {event_stream(prefix, kind): _asked(after, kind) for kind in names}
    source = _Shared(client, start, group, consumer or socket.gethostname()) if group else _Alone(client, start)
    streams = {event_stream(prefix, kind): kind for kind in names}
    return Subscription(client, source, streams, stop or asyncio.Event(), owns_client=isinstance(redis, str))


async def events_per_kind(redis: Redis | str, prefix: str = "communique") -> dict[Kind, int]:
    """Count the events that are kept of each kind."""
    if isinstance(redis, str):
        async with connect(redis) as client:
            return await events_per_kind(client, prefix)
    pipe = redis.pipeline(transaction=False)
    for kind in KINDS:
        pipe.xlen(event_stream(prefix, kind))
    return dict(zip(KINDS, await pipe.execute(), strict=True))


class Subscription(AsyncIterator[Event]):
    """What `subscribe` returns.  `async with` it, or `aclose` it: it may own a connection."""

    def __init__(
        self, client: Redis, source: _Source, kinds: dict[str, Kind], stop: asyncio.Event, *, owns_client: bool
    ) -> None:
        """Made by `subscribe`; `kinds` by stream."""
        self._client = client
        self._source = source
        self._kind_of = kinds
        self._stop = stop
        self._owns_client = owns_client
        self._opened = False
        self._buffers: dict[str, deque[Entry]] = {stream: deque() for stream in kinds}
        self._mergeable = False
        self._unacknowledged: Entry | None = None

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
        """Return the next event with its entry id; StopAsyncIteration once `stop` is set."""
        await self.open()
        await self.acknowledge()
        while not self._stop.is_set():
            if self._source.gaps:
                raise EventStreamError(self._source.gaps.popitem()[1])
            if self._mergeable:
                return await self._hand_over(self._merged())
            await self._unless_stopped(persist(self._client, self._fill, PATIENCE_S))
        await self.aclose()
        raise StopAsyncIteration

    async def _hand_over(self, entry: Entry) -> Received:
        """Decode the entry; one that does not is acknowledged and passed before the error is raised."""
        self._source.position[entry.stream] = entry.id
        self._unacknowledged = entry
        try:
            return Received(kind=self._kind_of[entry.stream], entry_id=entry.id, event=_decoded(entry))
        except EventStreamError:
            await self.acknowledge()
            raise

    async def acknowledge(self) -> None:
        """Acknowledge the event handed over last now: for whoever is done with it and will not ask for another."""
        if entry := self._unacknowledged:
            await persist(self._client, lambda: self._source.acknowledge(entry), PATIENCE_S)
        self._unacknowledged = None

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
        earliest = min((b for b in self._buffers.values() if b), key=lambda b: order(b[0].id))
        entry = earliest.popleft()
        self._mergeable = bool(earliest)
        return entry

    async def _fill(self) -> None:
        """Read the streams whose buffer is empty; wait for entries only where all are."""
        empty = [stream for stream, buffer in self._buffers.items() if not buffer]
        try:
            found = await self._source.read(empty, BLOCK_S if len(empty) == len(self._buffers) else 0.0)
        except BaseException:  # the reply may be lost, if only because we were cancelled
            if self._source.rewind():
                for buffer in self._buffers.values():
                    buffer.clear()
            self._mergeable = False
            raise
        for entry in found:
            self._buffers[entry.stream].append(entry)
        self._mergeable = any(self._buffers.values())


# ---------------------------------------------------------------- where entries come from
class _Source(Protocol):
    """Reads the streams, and knows how far."""

    position: dict[str, str]
    """Id of the last entry handed over, by stream."""
    gaps: dict[str, str]
    """What was trimmed away before it was read, by stream: to be reported."""

    async def open(self) -> None:
        """Fix where reading begins."""

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Return what comes next in the streams, waiting up to `block_s` for it."""

    async def acknowledge(self, entry: Entry) -> None:
        """Say that the entry is done with."""

    def rewind(self) -> bool:
        """Make up for a lost reply; True where that brings back everything not acknowledged, buffered or not."""


class _Alone:
    """Reads by id: what was not read yet stays where it is."""

    def __init__(self, client: Redis, start: dict[str, str]) -> None:
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._cursor: dict[str, str] = {}

    async def open(self) -> None:
        for stream, asked in self.position.items():
            self.position[stream] = await _resolved(self._client, stream, asked)
        self._cursor = dict(self.position)

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        found = await read(self._client, {s: self._cursor[s] for s in streams}, count=BATCH, block_s=block_s)
        first = {entry.stream: entry.id for entry in reversed(found)}
        for stream, entry_id in first.items():
            at = self._cursor[stream]
            if await _trimmed_behind(self._client, stream, at):
                self.gaps[stream] = _gap(stream, at)
                self.position[stream] = _before(entry_id)
        self._cursor |= {entry.stream: entry.id for entry in found}
        return found

    async def acknowledge(self, entry: Entry) -> None:
        """Nothing to say: the place is kept by the subscriber."""

    def rewind(self) -> bool:
        return False


class _Shared:
    """Reads as one consumer of a group: first its own pending entries, then new ones, at times a dead consumer's."""

    def __init__(self, client: Redis, start: dict[str, str], group: str, consumer: str) -> None:
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._groups = {stream: Group(stream=stream, name=group) for stream in start}
        self._consumer = consumer
        self._cursor = dict.fromkeys(start, START)
        """An id within our own pending entries while there are any, then ">"."""
        self._behind = set(start)
        """Streams whose last batch was full (or that were never read): trimming may overtake us."""
        self._claim_at = 0.0

    async def open(self) -> None:
        for stream, group in self._groups.items():
            self.position[stream] = await _resolved(self._client, stream, self.position[stream])
            await group.create(self._client, at=self.position[stream])

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        for stream in self._behind.intersection(streams):
            await self._check(self._groups[stream])
        if found := await self._claim(streams):
            return found
        after = {self._groups[stream]: self._cursor[stream] for stream in streams}
        found = await read_group(self._client, after, self._consumer, count=BATCH, block_s=block_s)
        for stream in streams:
            own = [entry.id for entry in found if entry.stream == stream]
            self._behind = self._behind | {stream} if len(own) == BATCH else self._behind - {stream}
            if self._cursor[stream] != ">":
                self._cursor[stream] = own[-1] if own else ">"
        return found

    async def _claim(self, streams: list[str]) -> list[Entry]:
        """Take over what another subscriber left, if it is time to look and nothing of our own is waiting."""
        now = asyncio.get_running_loop().time()
        if now < self._claim_at or set(self._cursor.values()) != {">"} or len(streams) < len(self._groups):
            return []
        self._claim_at = now + CLAIM_AFTER_S / 2
        claims = [
            await group.claim(self._client, self._consumer, idle_s=CLAIM_AFTER_S, count=BATCH)
            for group in self._groups.values()
        ]
        return [entry for claim in claims for _, entry in claim]

    async def acknowledge(self, entry: Entry) -> None:
        await self._client.xack(entry.stream, self._groups[entry.stream].name, entry.id)

    def rewind(self) -> bool:
        self._cursor = dict.fromkeys(self._cursor, START)
        return True

    async def _check(self, group: Group) -> None:
        """Report what was trimmed before the group read it, and move the group past it."""
        await group.create(self._client)  # where it was lost meanwhile
        state: Any = await self._client.xinfo_groups(group.stream)
        at = next((g["last-delivered-id"].decode() for g in state if g["name"].decode() == group.name), START)
        kept = await browse(self._client, group.stream, count=1)
        if kept and await _trimmed_behind(self._client, group.stream, at):
            self.gaps[group.stream] = _gap(group.stream, at)
            await self._client.xgroup_setid(group.stream, group.name, _before(kept[0].id))


async def _resolved(client: Redis, stream: str, asked: str) -> str:
    """Make "$" an id: given anew with every read it would jump over what comes in between."""
    if asked != "$":
        return asked
    try:
        info: Any = await client.xinfo_stream(stream)
    except ResponseError:
        return START  # no such stream yet
    return cast("bytes", info["last-generated-id"]).decode()


async def _trimmed_behind(client: Redis, stream: str, at: str) -> bool:
    """Tell whether entries behind `at` may have been trimmed away.

    Streams lose their head: not while anything up to `at`, or the very next id, is the oldest kept.  Where it is not,
    a server from Redis 7 on knows whether it ever dropped an entry; an older one cannot tell.
    """
    oldest = await browse(client, stream, count=1)
    if order(at) == (0, 0) or not oldest or order(_before(oldest[0].id)) <= order(at):
        return False
    info: Any = await client.xinfo_stream(stream)
    return bool(info.get("entries-added") != info["length"])


def _gap(stream: str, at: str) -> str:
    return f"{stream}: what followed entry {at} was trimmed away before it was read"


def _asked(after: str | Mapping[Kind, str], kind: Kind) -> str:
    asked = after if isinstance(after, str) else after.get(kind, "$")
    if asked != "$" and not STREAM_ID.fullmatch(asked):
        raise UsageError(f'no place in a stream: {asked!r} ("$", "0", or an entry id such as "1726560000000-0")')
    return asked


def _before(entry_id: str) -> str:
    """Return the id just before an entry's."""
    ms, sequence = order(entry_id)
    return f"{ms}-{sequence - 1}" if sequence else f"{ms - 1}-{2**64 - 1}"


def _decoded(entry: Entry) -> Event:
    if entry.fields is None:
        raise EventStreamError(f"{entry.stream}: entry {entry.id} was trimmed away before it was acknowledged")
    try:
        return cast("Event", DECODER.decode(entry.fields.get(b"data", b"")))
    except (msgspec.DecodeError, UnicodeDecodeError) as e:
        version = entry.fields.get(b"v", b"?").decode(errors="replace")
        raise EventStreamError(
            f"{entry.stream}: entry {entry.id} (version {version}, ours is {VERSION}) does not decode: {e}"
        ) from None
