"""Delete the dead letters of webhooks with events that are to be forgotten, so that they are not sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from worker.monitor.consumer_status import consumers_key
from worker.streams import range_entries, retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.forget.target import ForgetTarget

LETTERS_PER_STEP: Final = 100
"""Dead letters read in one step."""
WEBHOOK: Final = "webhook:"


class _EventUrl(Struct, frozen=True):
    url: str = ""


class _Envelope(Struct, frozen=True):
    """The parts of the body of a message that are compared."""

    type: str = ""
    data: _EventUrl = _EventUrl()


async def remove_webhook_letters(client: Redis, prefix: str, target: ForgetTarget, *, dry_run: bool) -> int:
    """Delete the dead letters of all known webhooks whose event is of the target; return their number."""
    names: Any = await retry_while_unavailable(client, lambda: client.hkeys(consumers_key(prefix)))
    webhooks = [name.decode() for name in names if name.startswith(WEBHOOK.encode())]
    return sum([await _remove_of(client, f"{prefix}:{name}:dead", target, dry_run=dry_run) for name in webhooks])


async def _remove_of(client: Redis, stream: str, target: ForgetTarget, *, dry_run: bool) -> int:
    removed, first = 0, "-"
    while page := await range_entries(client, stream, first=first, count=LETTERS_PER_STEP):
        found = [entry.id for entry in page if _is_of((entry.fields or {}).get(b"body", b""), target)]
        if found and not dry_run:
            await retry_while_unavailable(client, lambda found=found: client.xdel(stream, *found))  # type: ignore[misc]
        removed += len(found)
        first = f"({page[-1].id}"
    return removed


def _is_of(body: bytes, target: ForgetTarget) -> bool:
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return envelope.type != "retraction" and target.matches_source(envelope.data.url)
