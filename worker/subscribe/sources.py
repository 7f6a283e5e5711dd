"""Where a subscription's entries come from: streams read by id, alone, or as one consumer of a group."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from redis.exceptions import ResponseError

from worker.streams import ConsumerGroup, Entry, id_key, range_entries, read_entries, read_group_entries, stream_tails

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from redis.asyncio import Redis

BATCH: Final = 100
"""Entries of one stream in one round trip: all that is ever held of it."""
CLAIM_AFTER_S: Final = 300.0
"""A group's event not acknowledged for this long goes to another subscriber: its own must be dead."""
AWAY_AFTER_S: Final = 5.0
"""Who has not read for longer than a wait takes may have been overtaken by trimming."""
START: Final = "0-0"


class EntryReader(Protocol):
    """Reads the streams, and knows how far."""

    position: dict[str, str]
    """Id of the last entry handed over, by stream."""
    gaps: dict[str, str]
    """What was trimmed away before it was read, by stream: to be reported."""

    async def open(self) -> None:
        """Fix where reading begins."""

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Return what comes next in the streams, waiting up to `block_s` for it."""

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Say that the entries are done with."""

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:
        """Hold on to entries that wait to be handed over; return those that another subscriber has taken over."""

    def reread_pending(self) -> bool:
        """Make up for a lost reply; True where that brings back everything not acknowledged, buffered or not."""


class StandaloneReader:
    """Reads by id: what was not read yet stays where it is."""

    def __init__(self, client: Redis, start: dict[str, str]) -> None:
        """Begin behind the ids of `start`, by stream."""
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._cursor: dict[str, str] = {}

    async def open(self) -> None:
        """Fix where "$" is."""
        for stream, asked in self.position.items():
            self.position[stream] = await _resolved(self._client, stream, asked)
        self._cursor = dict(self.position)

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Read behind the cursor; what was trimmed away meanwhile becomes a gap."""
        found = await read_entries(self._client, {s: self._cursor[s] for s in streams}, count=BATCH, block_s=block_s)
        first = {entry.stream: entry.id for entry in reversed(found)}
        for stream, entry_id in first.items():
            at = self._cursor[stream]
            if await _trimmed_behind(self._client, stream, at):
                self.gaps[stream] = _gap(stream, at)
                self.position[stream] = _before(entry_id)
        self._cursor |= {entry.stream: entry.id for entry in found}
        if not found and block_s:
            await self._check_ends(streams)
        return found

    async def _check_ends(self, streams: list[str]) -> None:
        """Go back to the end of a stream that ends before where we are: what comes next stands there.

        Keys were lost, or a replica that has not had everything became the primary, and the clock that makes ids is
        behind the old one.  A bare time may lie ahead: from then on is what was asked for.
        """
        for stream, (end, _) in (await stream_tails(self._client, streams)).items():
            at = self._cursor[stream]
            if "-" in at and id_key(end) < id_key(at):
                self._cursor[stream] = self.position[stream] = end
                self.gaps[stream] = f"{stream}: it ends before entry {at}: it was lost, or begun anew"

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Nothing to say: the place is kept by the subscriber."""

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:  # noqa: ARG002 - as a Source
        """There is nobody else."""
        return ()

    def reread_pending(self) -> bool:
        """Nothing is lost with a reply."""
        return False


class GroupReader:
    """Reads as one consumer of a group: first its own pending entries, then new ones, at times a dead consumer's."""

    def __init__(self, client: Redis, start: dict[str, str], group: str, consumer: str) -> None:
        """Begin where the group stopped; a new one behind the ids of `start`, by stream."""
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._groups = {stream: ConsumerGroup(stream=stream, name=group) for stream in start}
        self._consumer = consumer
        self._cursor = dict.fromkeys(start, START)
        """An id within our own pending entries while there are any, then ">"."""
        self._behind = set(start)
        """Streams whose last batch was full (or that were never read): trimming may overtake us."""
        self._claim_at = dict.fromkeys(start, 0.0)
        self._kept_at = 0.0
        self._read_at = 0.0

    async def open(self) -> None:
        """Create the group where there is none yet."""
        for stream, group in self._groups.items():
            self.position[stream] = await _resolved(self._client, stream, self.position[stream])
            await group.create(self._client, at=self.position[stream])

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Read what a consumer is to do next: what it holds, what the dead left, what is new."""
        now = asyncio.get_running_loop().time()
        if now - self._read_at > AWAY_AFTER_S:
            self._behind = set(self._groups)
        self._read_at = now
        for stream in self._behind.intersection(streams):
            await self._check(self._groups[stream])
        claimed = await self._claim(streams)
        rest = [stream for stream in streams if stream not in {entry.stream for entry in claimed}]
        return claimed + await self._read(rest, 0.0 if claimed else block_s)

    async def _read(self, streams: list[str], block_s: float) -> list[Entry]:
        if not streams:
            return []
        after = {self._groups[stream]: self._cursor[stream] for stream in streams}
        found = await read_group_entries(self._client, after, self._consumer, count=BATCH, block_s=block_s)
        for stream in streams:
            own = [entry.id for entry in found if entry.stream == stream]
            self._behind = self._behind | {stream} if len(own) == BATCH else self._behind - {stream}
            if self._cursor[stream] != ">":
                self._cursor[stream] = own[-1] if own else ">"
        return found

    async def _claim(self, streams: list[str]) -> list[Entry]:
        """Take over what another subscriber left, where it is time to look and nothing of our own is waiting."""
        now = asyncio.get_running_loop().time()
        due = [stream for stream in streams if now >= self._claim_at[stream] and self._cursor[stream] == ">"]
        found: list[Entry] = []
        for stream in due:
            claims = await self._groups[stream].claim(self._client, self._consumer, idle_s=CLAIM_AFTER_S, count=BATCH)
            found += [entry for _, entry in claims]
            if len(claims) < BATCH:  # else there may be more
                self._claim_at[stream] = now + CLAIM_AFTER_S / 2
        return found

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:
        """Begin the idle time of what waits here anew, now and then: a slow reader is not a dead one."""
        now = asyncio.get_running_loop().time()
        if not entries or now - self._kept_at < CLAIM_AFTER_S / 3:
            return ()
        self._kept_at = now
        gone: list[Entry] = []
        for stream, group in self._groups.items():
            own = [entry for entry in entries if entry.stream == stream]
            lost = await group.touch(self._client, self._consumer, [entry.id for entry in own])
            gone += [entry for entry in own if entry.id in lost]
        return gone

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Acknowledge them all in one round trip."""
        pipe = self._client.pipeline(transaction=False)
        for stream in {entry.stream for entry in entries}:
            pipe.xack(stream, self._groups[stream].name, *(e.id for e in entries if e.stream == stream))
        await pipe.execute()

    def reread_pending(self) -> bool:
        """Begin again with what is pending."""
        self._cursor = dict.fromkeys(self._cursor, START)
        return True

    async def _check(self, group: ConsumerGroup) -> None:
        """Report what was trimmed before the group read it, and move the group past it."""
        await group.create(self._client)  # where it was lost meanwhile
        state: Any = await self._client.xinfo_groups(group.stream)
        at = next((g["last-delivered-id"].decode() for g in state if g["name"].decode() == group.name), START)
        kept = await range_entries(self._client, group.stream, count=1)
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
    oldest = await range_entries(client, stream, count=1)
    if id_key(at) == (0, 0) or not oldest or id_key(_before(oldest[0].id)) <= id_key(at):
        return False
    info: Any = await client.xinfo_stream(stream)
    return bool(info.get("entries-added") != info["length"])


def _gap(stream: str, at: str) -> str:
    return f"{stream}: what followed entry {at} was trimmed away before it was read"


def _before(entry_id: str) -> str:
    """Return the id just before an entry's."""
    ms, sequence = id_key(entry_id)
    return f"{ms}-{sequence - 1}" if sequence else f"{ms - 1}-{2**64 - 1}"
