"""A subscription's place in Redis: who delivers it, how far it has got, what was given up.

One process delivers a subscription at a time; another of the same name stands by.  Whoever delivers holds a lease, and
only who holds it moves the place.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from worker.schema import KINDS
from worker.streams import Call, Script, range_entries, retry_while_unavailable
from worker.webhook.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

    from worker.schema import Kind

LEASE_S: Final = 15.0
STOPPED: Final = "stopped"
"""Field that says why a subscription has ended for good; the others are kinds, and the entry passed last of each."""


class Place:
    """Where one subscription stands; `name` as in its plan."""

    def __init__(self, client: Redis, prefix: str, name: str) -> None:
        """Touch nothing yet."""
        self._client = client
        self._key = f"{prefix}:webhook:{name}"
        self._owner = uuid.uuid4().hex

    async def take(self) -> bool:
        """Take the lease, or renew it; False while another has it."""
        call = Call([f"{self._key}:owner"], [self._owner, round(LEASE_S * 1000)])
        return bool(await _TAKE.run(self._client, call))

    async def leave(self) -> None:
        """Give the lease back."""
        await _LEAVE.run(self._client, Call([f"{self._key}:owner"], [self._owner]))

    async def position(self) -> dict[Kind, str]:
        """Return the entry passed last of each kind; nothing of a kind of which none was."""
        kept = await self._kept()
        return {kind: kept[kind] for kind in KINDS if kind in kept}

    async def stopped(self) -> str | None:
        """Return why the subscription has ended for good, or None."""
        return (await self._kept()).get(STOPPED)

    async def _kept(self) -> dict[str, str]:
        kept: Any = await retry_while_unavailable(self._client, lambda: self._client.hgetall(self._key))
        return {name.decode(): value.decode() for name, value in kept.items()}

    async def move(self, position: Mapping[Kind, str]) -> bool:
        """Keep the position; False where the lease is another's."""
        return await self._set(cast("Mapping[str, str]", position))

    async def end(self, why: str) -> bool:
        """Keep why the subscription ends for good."""
        return await self._set({STOPPED: why})

    async def begin_again(self) -> None:
        """Forget that it has ended."""
        await retry_while_unavailable(self._client, lambda: self._client.hdel(self._key, STOPPED))

    async def _set(self, fields: Mapping[str, str]) -> bool:
        words = [word for field in fields.items() for word in field]
        call = Call([f"{self._key}:owner", self._key], [self._owner, *words])
        return bool(await _SET.run(self._client, call))

    # ------------------------------------------------------------ what was given up
    async def bury(self, message: Message, reason: str, detail: str, most: int) -> None:
        """Keep what no receiver took; more than about `most` are not kept."""
        told = detail.encode(errors="replace")  # a status line may be anything
        fields: Any = {"id": message.id, "reason": reason, "detail": told, "body": message.body}
        await retry_while_unavailable(self._client, lambda: self._client.xadd(f"{self._key}:dead", fields, maxlen=most))

    async def dead(self, count: int) -> list[dict[str, str]]:
        """Return the newest dead letters, the newest first."""
        found = await range_entries(self._client, f"{self._key}:dead", count=count, newest_first=True)
        return [
            {name.decode(): value.decode(errors="replace") for name, value in (entry.fields or {}).items()}
            for entry in found
        ]

    async def count_dead(self) -> int:
        """Count the dead letters that are kept."""
        return int(await retry_while_unavailable(self._client, lambda: self._client.xlen(f"{self._key}:dead")))

    async def letters(self, after: str, count: int) -> list[tuple[str, Message]]:
        """Return dead letters behind an entry id, the oldest first, as they were to be sent."""
        found = await range_entries(self._client, f"{self._key}:dead", first=f"({after}", count=count)
        return [(entry.id, _letter(entry.fields or {})) for entry in found]

    async def forget(self, entry_id: str) -> None:
        """Delete a dead letter."""
        await retry_while_unavailable(self._client, lambda: self._client.xdel(f"{self._key}:dead", entry_id))


def _letter(fields: Mapping[bytes, bytes]) -> Message:
    return Message(id=fields.get(b"id", b"").decode(), event_id="", body=fields.get(b"body", b""))


_TAKE = Script("""
-- KEYS: owner.  ARGV: who asks, lease (ms).  Returns 1 if the lease is theirs now.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
""")

_LEAVE = Script("""
-- KEYS: owner.  ARGV: who leaves.
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
""")

_SET = Script("""
-- KEYS: owner, place.  ARGV: who writes, then fields with their values.  Returns 0 where the lease is another's.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 2))
return 1
""")
