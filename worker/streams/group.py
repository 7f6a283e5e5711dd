"""Consumer groups: who holds which entry, since when, and who may take it over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from msgspec import Struct
from redis.exceptions import ResponseError

from worker.streams.entries import Entry, block_ms, parse_entries, positions
from worker.streams.script import Arg, Call, Script

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from redis.asyncio import Redis

CLAIM: Final = Script.of("worker.streams", "claim")
TOUCH: Final = Script.of("worker.streams", "touch")
RENEW: Final = Script.of("worker.streams", "renew")
REAP_CONSUMERS: Final = Script.of("worker.streams", "reap_consumers")


class Lease(NamedTuple):
    """What a consumer holds: an entry, as of one delivery.  Both must still be so for it to act on the entry."""

    entry_id: str
    attempts: int
    """Redis's delivery counter: 1 at first, one more for every claim."""


class ConsumerGroup(Struct, frozen=True, kw_only=True):
    """A consumer group on one stream."""

    stream: str
    name: str

    async def create(self, client: Redis, at: str = "0") -> None:
        """Create the group, and the stream if need be, to deliver what follows the id `at`; leave an existing one."""
        if await self._exists(client):  # a server that is full, or a replica, would refuse even to say so
            return
        try:
            await client.xgroup_create(self.stream, self.name, id=at, mkstream=True)
        except ResponseError as e:
            if "BUSYGROUP" not in str(e):
                raise

    async def _exists(self, client: Redis) -> bool:
        try:
            groups: Any = await client.xinfo_groups(self.stream)
        except ResponseError as e:
            if "no such key" not in str(e):
                raise
            return False
        return any(group["name"].decode() == self.name for group in groups)

    async def claim(
        self, client: Redis, consumer: str, *, idle_s: float, count: int, held: Collection[str] = ()
    ) -> list[tuple[Lease, Entry]]:
        """Take over up to `count` entries idle for `idle_s`, each with its delivery counter one up.

        The consumer's own are taken over too, unless `held`: they were delivered in a reply that got lost.
        """
        args: list[Arg] = [self.name, consumer, max(1, round(idle_s * 1000)), count, *held]
        found = await CLAIM.run(client, Call([self.stream], args), self)
        return [
            (
                Lease(entry_id.decode(), attempts),
                Entry(self.stream, entry_id.decode(), dict(zip(fields[::2], fields[1::2], strict=True))),
            )
            for entry_id, attempts, fields in found
        ]

    async def renew(self, client: Redis, consumer: str, leases: Sequence[Lease]) -> list[Lease]:
        """Begin the leases anew and return those that are no longer the consumer's."""
        if not leases:
            return []
        args: list[Arg] = [self.name, consumer, *(word for lease in leases for word in lease)]
        return [leases[i] for i in await RENEW.run(client, Call([self.stream], args), self)]

    async def touch(self, client: Redis, consumer: str, ids: Sequence[str]) -> set[str]:
        """Hold on to entries, whatever their delivery; return those that the consumer does not hold any more."""
        if not ids:
            return set()
        return {
            lost.decode() for lost in await TOUCH.run(client, Call([self.stream], [self.name, consumer, *ids]), self)
        }

    async def reap_consumers(self, client: Redis, consumer: str, *, idle_s: float) -> int:
        """Delete the other consumers that hold nothing and have been silent for `idle_s`; return how many."""
        call = Call([self.stream], [self.name, consumer, round(idle_s * 1000)])
        return int(await REAP_CONSUMERS.run(client, call, self))


async def read_group_entries(
    client: Redis, after: Mapping[ConsumerGroup, str], consumer: str, *, count: int, block_s: float = 0.0
) -> list[Entry]:
    """Read up to `count` entries of each group's stream: new ones (`>`), or the consumer's own pending after an id.

    All groups have one name.  Waits up to `block_s` for the first entry; 0 does not wait.  Entries whose reply is lost
    stay pending for the consumer.
    """
    name = next(iter(after)).name
    streams = positions({group.stream: at for group, at in after.items()})
    try:
        answer = await client.xreadgroup(name, consumer, streams, count=count, block=block_ms(block_s))
    except ResponseError as e:
        if "NOGROUP" not in str(e):
            raise
        for group in after:
            await group.create(client)
        answer = await client.xreadgroup(name, consumer, streams, count=count, block=block_ms(block_s))
    return parse_entries(answer)
