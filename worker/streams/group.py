"""Consumer groups: reading, leases on pending entries, and claiming entries of consumers that have gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import Struct
from redis.exceptions import ResponseError

from worker.streams.entries import Entry, block_ms, parse_entries, read_positions
from worker.streams.pipeline import Arg
from worker.streams.script import Call, Script

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from redis.asyncio import Redis

CLAIM: Final = Script.of("worker.streams", "claim")
TOUCH: Final = Script.of("worker.streams", "touch")
RENEW: Final = Script.of("worker.streams", "renew")
REAP_CONSUMERS: Final = Script.of("worker.streams", "reap_consumers")


class Lease(NamedTuple):
    """One delivery of an entry to a consumer.  It is valid while the consumer owns the entry with the same counter."""

    entry_id: str
    attempts: int
    """Delivery counter of Redis: 1 at first, plus 1 for every claim."""


class ConsumerGroup(Struct, frozen=True, kw_only=True):
    """A consumer group on one stream."""

    stream: str
    name: str

    async def create(self, client: Redis, at: str = "0") -> None:
        """Create the group, and its stream if missing, to deliver the entries after id `at`.

        An existing group is kept.
        """
        # A full server and a replica reject XGROUP CREATE even for a group that exists.
        if await self._exists(client):
            return
        try:
            await client.xgroup_create(self.stream, self.name, id=at, mkstream=True)
        except ResponseError as e:
            if "BUSYGROUP" not in str(e):
                raise

    async def _exists(self, client: Redis) -> bool:
        return any(group["name"].decode() == self.name for group in await group_infos(client, self.stream))

    async def claim(
        self, client: Redis, consumer: str, *, idle_s: float, count: int, held: Collection[str] = ()
    ) -> list[tuple[Lease, Entry]]:
        """Claim up to `count` pending entries that have been idle for `idle_s` seconds; increment their counters.

        Entries of `consumer` itself whose id is not in `held` are claimed too: the reply that delivered them was lost.
        """
        args: list[Arg] = [self.name, consumer, max(1, round(idle_s * 1000)), count, *held]
        claimed = await CLAIM.run(client, Call([self.stream], args), self)
        return [
            (
                Lease(entry_id.decode(), attempts),
                Entry(self.stream, entry_id.decode(), dict(zip(fields[::2], fields[1::2], strict=True))),
            )
            for entry_id, attempts, fields in claimed
        ]

    async def renew(self, client: Redis, consumer: str, leases: Sequence[Lease]) -> list[Lease]:
        """Reset the idle time of the entries of `leases`; return the leases that another delivery has replaced."""
        if not leases:
            return []
        args: list[Arg] = [self.name, consumer, *(part for lease in leases for part in lease)]
        return [leases[i] for i in await RENEW.run(client, Call([self.stream], args), self)]

    async def touch(self, client: Redis, consumer: str, ids: Sequence[str]) -> set[str]:
        """Reset the idle time of entries, whatever their delivery counter.

        Return the ids of the entries that `consumer` no longer owns.
        """
        if not ids:
            return set()
        return {
            lost.decode() for lost in await TOUCH.run(client, Call([self.stream], [self.name, consumer, *ids]), self)
        }

    async def reap_consumers(self, client: Redis, consumer: str, *, idle_s: float) -> int:
        """Delete the other consumers that have no pending entry and have been idle for `idle_s` seconds.

        Return the number of consumers deleted.
        """
        call = Call([self.stream], [self.name, consumer, round(idle_s * 1000)])
        return int(await REAP_CONSUMERS.run(client, call, self))


async def read_group_entries(
    client: Redis, after: Mapping[ConsumerGroup, str], consumer: str, *, count: int, block_s: float = 0.0
) -> list[Entry]:
    """Read up to `count` entries of each group's stream (XREADGROUP); all groups must have the same name.

    `after` maps a group to ">" for new entries or to an id, for the consumer's own pending entries after it.  Waits up
    to `block_s` seconds for the first entry; 0 does not wait.  Missing groups are created.  Entries whose reply is lost
    stay pending for the consumer.
    """
    name = next(iter(after)).name
    streams = read_positions({group.stream: at for group, at in after.items()})
    try:
        reply = await client.xreadgroup(name, consumer, streams, count=count, block=block_ms(block_s))
    except ResponseError as e:
        if "NOGROUP" not in str(e):
            raise
        for group in after:
            await group.create(client)
        reply = await client.xreadgroup(name, consumer, streams, count=count, block=block_ms(block_s))
    return parse_entries(reply)


async def group_infos(client: Redis, stream: str) -> list[dict[str, Any]]:
    """Return the reply of XINFO GROUPS for a stream, a mapping per group; empty if the stream does not exist."""
    try:
        groups: list[dict[str, Any]] = await client.xinfo_groups(stream)
    except ResponseError as e:
        if "no such key" in str(e):
            return []
        raise
    return groups
