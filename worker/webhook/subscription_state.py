"""The state of a subscription in Redis: its lease, its cursor, its dead letters.

One process at a time delivers a subscription; others of the same name are on standby. The delivering process holds a
lease, and only the holder of the lease can write the cursor.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Final, cast

from worker.schema import KINDS
from worker.streams import Call, Script, range_entries, retry_while_unavailable
from worker.webhook.message import WebhookMessage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

    from worker.schema import Kind

LEASE_S: Final = 15.0
END_REASON_FIELD: Final = "stopped"
"""Field with the reason for which the subscription ended. The other fields are kinds: the last delivered entry id."""

_ACQUIRE = Script.of("worker.webhook", "acquire")
_RELEASE = Script.of("worker.webhook", "release")
_WRITE = Script.of("worker.webhook", "write")


class SubscriptionState:
    """Lease, cursor and dead letters of the subscription `name`; each instance has a lease owner id of its own."""

    def __init__(self, client: Redis, prefix: str, name: str) -> None:
        """`prefix`: key prefix of Redis.  `name`: that of the subscription.  Redis is not accessed yet."""
        self._client = client
        self._key = f"{prefix}:webhook:{name}"
        self._owner = uuid.uuid4().hex

    async def acquire_lease(self) -> bool:
        """Acquire or renew the lease for `LEASE_S`; return False if another process holds it."""
        call = Call([f"{self._key}:owner"], [self._owner, round(LEASE_S * 1000)])
        return bool(await _ACQUIRE.run(self._client, call))

    async def release_lease(self) -> None:
        """Release the lease if this instance holds it."""
        await _RELEASE.run(self._client, Call([f"{self._key}:owner"], [self._owner]))

    async def load_cursor(self) -> dict[Kind, str]:
        """Return the last delivered entry id per kind; kinds without any are absent."""
        fields = await self._fields()
        return {kind: fields[kind] for kind in KINDS if kind in fields}

    async def end_reason(self) -> str | None:
        """Return the reason for which the subscription has ended; None while it is active."""
        return (await self._fields()).get(END_REASON_FIELD)

    async def _fields(self) -> dict[str, str]:
        fields: Any = await retry_while_unavailable(self._client, lambda: self._client.hgetall(self._key))
        return {name.decode(): value.decode() for name, value in fields.items()}

    async def save_cursor(self, cursor: Mapping[Kind, str]) -> bool:
        """Store the cursor; if this instance does not hold the lease, return False and store nothing."""
        return await self._write(cast("Mapping[str, str]", cursor))

    async def mark_ended(self, reason: str) -> bool:
        """Store the reason for which the subscription ended; without the lease, return False and store nothing."""
        return await self._write({END_REASON_FIELD: reason})

    async def reactivate(self) -> None:
        """Delete the mark that the subscription has ended."""
        await retry_while_unavailable(self._client, lambda: self._client.hdel(self._key, END_REASON_FIELD))

    async def _write(self, fields: Mapping[str, str]) -> bool:
        pairs = [word for field in fields.items() for word in field]
        call = Call([f"{self._key}:owner", self._key], [self._owner, *pairs])
        return bool(await _WRITE.run(self._client, call))

    # ------------------------------------------------------------ dead letters
    async def add_dead_letter(self, message: WebhookMessage, reason: str, detail: str, max_length: int) -> None:
        """Store a message that was given up; above about `max_length` the oldest are deleted."""
        encoded = detail.encode(errors="replace")  # it may quote a status line in any encoding
        fields: Any = {"id": message.id, "reason": reason, "detail": encoded, "body": message.body}
        await retry_while_unavailable(
            self._client, lambda: self._client.xadd(f"{self._key}:dead", fields, maxlen=max_length)
        )

    async def newest_dead_letters(self, count: int) -> list[dict[str, str]]:
        """Return up to `count` dead letters as their stored fields (id, reason, detail, body), the newest first."""
        found = await range_entries(self._client, f"{self._key}:dead", count=count, newest_first=True)
        return [
            {name.decode(): value.decode(errors="replace") for name, value in (entry.fields or {}).items()}
            for entry in found
        ]

    async def count_dead_letters(self) -> int:
        """Return the number of stored dead letters."""
        return int(await retry_while_unavailable(self._client, lambda: self._client.xlen(f"{self._key}:dead")))

    async def dead_letters_after(self, entry_id: str, count: int) -> list[tuple[str, WebhookMessage]]:
        """Return (entry id, message to send again) for up to `count` dead letters after `entry_id`, oldest first."""
        found = await range_entries(self._client, f"{self._key}:dead", first=f"({entry_id}", count=count)
        return [(entry.id, _stored_message(entry.fields or {})) for entry in found]

    async def delete_dead_letter(self, entry_id: str) -> None:
        """Delete the dead letter with this entry id."""
        await retry_while_unavailable(self._client, lambda: self._client.xdel(f"{self._key}:dead", entry_id))


def _stored_message(fields: Mapping[bytes, bytes]) -> WebhookMessage:
    return WebhookMessage(id=fields.get(b"id", b"").decode(), event_id="", body=fields.get(b"body", b""))
