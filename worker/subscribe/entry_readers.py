"""Read the entries of a subscription: by entry id for a standalone subscriber, or as one consumer of a group."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final, Protocol

from worker.streams import (
    ConsumerGroup,
    Entry,
    id_key,
    previous_id,
    range_entries,
    read_entries,
    read_group_entries,
    stream_tails,
)
from worker.subscribe.stream_events import find_reset_streams, is_time, may_have_lost_entries, published_at

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from redis.asyncio import Redis

READ_BATCH: Final = 100
"""Most entries of one stream in one round trip, and in memory."""
CLAIM_AFTER_S: Final = 300.0
"""Seconds after which an entry that its consumer has not acknowledged is claimed by another consumer."""
AWAY_AFTER_S: Final = 5.0
"""Pause between two reads, in seconds, after which entries may have been trimmed away unread."""
START: Final = "0-0"


class EntryReader(Protocol):
    """Reads the streams of a subscription and keeps its position."""

    position: dict[str, str]
    """Stream -> id of the last entry handed to the subscriber."""
    gaps: dict[str, str]
    """Stream -> message about entries that were lost unread; the subscription reports the message and removes it."""

    async def open(self) -> None:
        """Set `position` to the entry ids after which reading starts; a start "$" becomes the id of the last entry."""

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Return the next entries of some streams, after waiting up to `block_s` for the first; may be empty."""

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Mark entries as processed."""

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:
        """Extend the claim on `entries`, which wait in memory; return those that another consumer has claimed."""

    def reread_pending(self) -> bool:
        """Prepare for the next read after one whose reply may be lost.

        True if that read returns every unacknowledged entry again, so that those in memory must be dropped.
        """


class StandaloneReader:
    """Reads by entry id; nothing is stored in Redis."""

    def __init__(self, client: Redis, start: dict[str, str]) -> None:
        """`start`: stream -> entry id after which it is read, or "$" for its end.  Nothing is read yet."""
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._read_ids: dict[str, str] = {}

    async def open(self) -> None:
        """Replace a start "$" in `position` by the id of the stream's last entry."""
        self.position = await _resolve_ends(self._client, self.position)
        self._read_ids = dict(self.position)

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Return the next entries; if entries before them were lost, add their stream to `gaps`."""
        after = {stream: self._read_ids[stream] for stream in streams}
        entries = await read_entries(self._client, after, count=READ_BATCH, block_s=block_s)
        first = {entry.stream: entry.id for entry in reversed(entries)}
        for stream, entry_id in first.items():
            if await may_have_lost_entries(self._client, stream, after[stream]):
                self.gaps[stream] = _describe_gap(stream, after[stream])
                self.position[stream] = previous_id(entry_id)
        self._read_ids |= {entry.stream: entry.id for entry in entries}
        if not entries and block_s:
            await self._return_to_ends(after)
        return entries

    async def _return_to_ends(self, after: dict[str, str]) -> None:
        """Go back to the end of every stream that ends before the last entry read from it."""
        for stream, tail in (await find_reset_streams(self._client, after)).items():
            self._read_ids[stream] = self.position[stream] = tail.last_id
            self.gaps[stream] = f"{stream}: the stream ends before entry {after[stream]}: it was lost or restarted"

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Do nothing: the subscriber stores its position itself."""

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:  # noqa: ARG002 - of the protocol
        """Return an empty list: there is no other consumer."""
        return ()

    def reread_pending(self) -> bool:
        """Return False: a read by id can be repeated."""
        return False


class GroupReader:
    """Reads as a consumer of a group: its own pending entries, then those that other consumers left, then new ones."""

    def __init__(self, client: Redis, start: dict[str, str], group: str, consumer: str) -> None:
        """`start`: as for `StandaloneReader`, but only for a new group; an existing group continues where it stopped.

        `consumer`: name within the group.  Nothing is read yet.
        """
        self.position = dict(start)
        self.gaps: dict[str, str] = {}
        self._client = client
        self._groups = {stream: ConsumerGroup(stream=stream, name=group) for stream in start}
        self._consumer = consumer
        self._after = dict.fromkeys(start, START)
        """Stream -> id among the consumer's own pending entries, or ">" once all of them have been read."""
        self._may_lag = set(start)
        """Streams that were never read or whose last batch was full: trimming may overtake the group."""
        self._next_claim_s = dict.fromkeys(start, 0.0)
        self._touched_at_s = 0.0
        self._read_at_s = 0.0

    async def open(self) -> None:
        """Create the group on every stream on which it does not exist."""
        self.position = await _resolve_ends(self._client, self.position)
        for stream, group in self._groups.items():
            await group.create(self._client, at=self.position[stream])

    async def read(self, streams: list[str], block_s: float) -> list[Entry]:
        """Return pending, abandoned and new entries; if unread entries were lost, add their stream to `gaps`."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._read_at_s > AWAY_AFTER_S:
            self._may_lag = set(self._groups)
        self._read_at_s = now_s
        for stream in self._may_lag.intersection(streams):
            await self._skip_lost(self._groups[stream])
        claimed = await self._claim(streams)
        claimed_streams = {entry.stream for entry in claimed}
        others = [stream for stream in streams if stream not in claimed_streams]
        return claimed + await self._read(others, 0.0 if claimed else block_s)

    async def _read(self, streams: list[str], block_s: float) -> list[Entry]:
        if not streams:
            return []
        after = {self._groups[stream]: self._after[stream] for stream in streams}
        entries = await read_group_entries(self._client, after, self._consumer, count=READ_BATCH, block_s=block_s)
        for stream in streams:
            ids = [entry.id for entry in entries if entry.stream == stream]
            self._may_lag = self._may_lag | {stream} if len(ids) == READ_BATCH else self._may_lag - {stream}
            if self._after[stream] != ">":
                self._after[stream] = ids[-1] if ids else ">"
        return entries

    async def _claim(self, streams: list[str]) -> list[Entry]:
        """Claim and return entries that other consumers have abandoned.

        Empty if no claim is due or if own entries are pending.
        """
        now_s = asyncio.get_running_loop().time()
        due = [stream for stream in streams if now_s >= self._next_claim_s[stream] and self._after[stream] == ">"]
        entries: list[Entry] = []
        for stream in due:
            claims = await self._groups[stream].claim(
                self._client, self._consumer, idle_s=CLAIM_AFTER_S, count=READ_BATCH
            )
            entries += [entry for _, entry in claims]
            if len(claims) < READ_BATCH:  # otherwise there may be more
                self._next_claim_s[stream] = now_s + CLAIM_AFTER_S / 2
        return entries

    async def reclaimed(self, entries: Sequence[Entry]) -> Collection[Entry]:
        """Reset the idle time of `entries`, which wait in memory, at intervals; return those claimed elsewhere.

        Without this, the entries of a slow consumer would be claimed like those of a dead one.
        """
        now_s = asyncio.get_running_loop().time()
        if not entries or now_s - self._touched_at_s < CLAIM_AFTER_S / 3:
            return ()
        self._touched_at_s = now_s
        reclaimed: list[Entry] = []
        for stream, group in self._groups.items():
            own = [entry for entry in entries if entry.stream == stream]
            lost = await group.touch(self._client, self._consumer, [entry.id for entry in own])
            reclaimed += [entry for entry in own if entry.id in lost]
        return reclaimed

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """Acknowledge entries in one round trip."""
        pipe = self._client.pipeline(transaction=False)
        for stream in {entry.stream for entry in entries}:
            pipe.xack(stream, self._groups[stream].name, *(e.id for e in entries if e.stream == stream))
        await pipe.execute()

    def reread_pending(self) -> bool:
        """Read the pending entries from their beginning; return True."""
        self._after = dict.fromkeys(self._after, START)
        return True

    async def _skip_lost(self, group: ConsumerGroup) -> None:
        """Report entries that were trimmed away before the group read them, and move the group past them."""
        await group.create(self._client)  # it may have been lost
        state: Any = await self._client.xinfo_groups(group.stream)
        at = next((g["last-delivered-id"].decode() for g in state if g["name"].decode() == group.name), START)
        oldest = await range_entries(self._client, group.stream, count=1)
        if oldest and await may_have_lost_entries(self._client, group.stream, at):
            self.gaps[group.stream] = _describe_gap(group.stream, at)
            await self._client.xgroup_setid(group.stream, group.name, previous_id(oldest[0].id))


async def _resolve_ends(client: Redis, start: dict[str, str]) -> dict[str, str]:
    """Return `start` with "$" replaced by the id of the stream's last entry.

    Redis would resolve "$" at every read, so entries added between two reads would be skipped.
    """
    at_end = [stream for stream, at in start.items() if at == "$"]
    return start | {stream: tail.last_id for stream, tail in (await stream_tails(client, at_end)).items()}


def _describe_gap(stream: str, at: str) -> str:
    if is_time(at):
        since = published_at(id_key(at)[0] + 1).isoformat(timespec="milliseconds")
        return f"{stream}: what was published from {since} on was trimmed away, at least in part, before it was read"
    return f"{stream}: what followed entry {at} was trimmed away before it was read"
