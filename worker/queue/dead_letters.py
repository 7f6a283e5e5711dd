"""Dead letters: reading them, and putting what they hold back into the queue."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from worker.queue import scripts
from worker.queue.delivery import TASK_DECODE_ERRORS, decode_task
from worker.schema import Task
from worker.streams import Call, Entry, id_key, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys

PAGE: Final = 500
"""Entries in one round trip where everything is walked through."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """What was given up, and why."""

    entry_id: str
    buried_at: datetime
    reason: str
    detail: str
    deliveries: int
    task: Task | None
    """None where the entry did not decode."""
    fields: dict[str, str]
    """The entry as it was, undecodable bytes replaced."""


async def list_dead_letters(client: Redis, keys: QueueKeys, limit: int, reason: str | None) -> list[DeadLetter]:
    """List up to `limit` dead letters, the newest first; only those of one reason, where given."""
    letters: list[DeadLetter] = []
    last = "+"
    while len(letters) < limit and (
        page := await range_entries(client, keys.dead, last=last, count=PAGE, newest_first=True)
    ):
        letters += (x for x in map(_letter, page) if reason in {None, x.reason})
        last = f"({page[-1].id}"
    return letters[:limit]


async def requeue(client: Redis, keys: QueueKeys, reason: str | None, seen_ttl_s: int) -> int:
    """Put the dead tasks of a reason (None: all) back as new, no attempt counted; return how many.

    What did not decode stays.  The done marker stays too: a task whose results are written already (by another
    delivery, before this letter) runs again but writes nothing twice.
    """
    requeued, first = 0, "-"
    newest = await range_entries(client, keys.dead, count=1, newest_first=True)
    last = newest[0].id if newest else "-"  # what fails again meanwhile is not taken up again
    while page := await range_entries(client, keys.dead, first=first, last=last, count=PAGE):
        letters = [x for x in map(_letter, page) if reason in {None, x.reason}]
        calls = [_requeue_call(keys, x.entry_id, x.task, seen_ttl_s) for x in letters if x.task]
        requeued += sum(await scripts.REQUEUE.run_many(client, calls))
        first = f"({page[-1].id}"
    return requeued


def _requeue_call(keys: QueueKeys, entry_id: str, task: Task, seen_ttl_s: int) -> Call:
    fresh = msgspec.json.encode(msgspec.structs.replace(task, attempt=0, slot_at=None))
    return Call([keys.dead, keys.urls, keys.seen(task.id)], [entry_id, fresh, seen_ttl_s])


def _letter(entry: Entry) -> DeadLetter:
    raw = entry.fields or {}
    fields = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in raw.items()}
    reason, detail, deliveries = (fields.pop(name, "") for name in ("reason", "detail", "deliveries"))
    task = None
    with contextlib.suppress(*TASK_DECODE_ERRORS):
        task = decode_task(entry)
    return DeadLetter(
        entry_id=entry.id,
        buried_at=datetime.fromtimestamp(id_key(entry.id)[0] / 1000, UTC),
        reason=reason,
        detail=detail,
        deliveries=int(deliveries) if deliveries.isdecimal() else 0,
        task=task,
        fields=fields,
    )
