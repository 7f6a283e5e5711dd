"""Dead letters: list them, and enqueue their tasks again."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from worker import urls
from worker.queue import scripts
from worker.queue.delivery import TASK_DECODE_ERRORS, decode_task
from worker.queue.markers import task_marker
from worker.schema import Task
from worker.streams import Arg, Call, Entry, id_key, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.host_policy import HostPolicy
    from worker.queue.keys import QueueKeys

PAGE_SIZE: Final = 500
"""Entries per round trip where a whole stream or set is read."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """A task that was given up, or an entry that is not a task, with the reason."""

    entry_id: str
    buried_at: datetime
    reason: str
    detail: str
    deliveries: int
    """Delivery counter when it was given up; 0 if unknown."""
    task: Task | None
    """The task; None if the entry could not be decoded."""
    fields: dict[str, str]
    """The original fields of the entry; bytes that are not UTF-8 are replaced."""


async def list_dead_letters(client: Redis, keys: QueueKeys, limit: int, reason: str | None) -> list[DeadLetter]:
    """Return up to `limit` dead letters, newest first; only those with `reason`, unless it is None."""
    letters: list[DeadLetter] = []
    last = "+"
    while len(letters) < limit and (
        page := await range_entries(client, keys.dead, last=last, count=PAGE_SIZE, newest_first=True)
    ):
        letters += (x for x in map(parse_letter, page) if reason in {None, x.reason})
        last = f"({page[-1].id}"
    return letters[:limit]


async def requeue(client: Redis, keys: QueueKeys, policy: HostPolicy, reason: str | None, seen_ttl_s: int) -> int:
    """Enqueue the dead tasks with `reason` (None: all) as new tasks, with attempt 0; return their number.

    Entries that could not be decoded remain dead letters.  The done markers remain too: a task whose results were
    written by another delivery is processed again but writes nothing.
    """
    requeued, first = 0, "-"
    newest = await range_entries(client, keys.dead, count=1, newest_first=True)
    last = newest[0].id if newest else "-"  # excludes tasks that fail again meanwhile
    while page := await range_entries(client, keys.dead, first=first, last=last, count=PAGE_SIZE):
        letters = [x for x in map(parse_letter, page) if reason in {None, x.reason}]
        calls = [_requeue_call(keys, policy, x.entry_id, x.task, seen_ttl_s) for x in letters if x.task]
        requeued += sum(await scripts.REQUEUE.run_many(client, calls))
        first = f"({page[-1].id}"
    return requeued


def _requeue_call(keys: QueueKeys, policy: HostPolicy, entry_id: str, task: Task, seen_ttl_s: int) -> Call:
    fresh = msgspec.json.encode(msgspec.structs.replace(task, attempt=0, failed_at=None))
    args: list[Arg] = [entry_id, fresh, task_marker(task), seen_ttl_s]
    return policy.call(keys, urls.host_of(task.url), [keys.dead, keys.markers], args)


def parse_letter(entry: Entry) -> DeadLetter:
    """Return the dead letter in an entry of the stream of dead letters."""
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
