"""Where the task of a URL is, for operators; read-only, with a bounded number of entries read.

Redis has no index of tasks by id, so each place is searched: the queue and the active entries of the host, the
retries and the dead letters.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from worker.queue import scripts
from worker.queue.dead_letters import PAGE_SIZE, DeadLetter, parse_letter
from worker.queue.delivery import TASK_DECODE_ERRORS, decode_task
from worker.queue.keys import GROUP
from worker.queue.markers import article_of, make_marker, own_seen_marker, seen_marker
from worker.schema import Task
from worker.streams import Arg, Call, id_key, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys

MAX_QUEUED: Final = 50_000
"""Tasks of a host's queue that are searched, from its head."""
MAX_RETRIES: Final = 100_000
"""Tasks to retry that are searched."""
MAX_DEAD: Final = 10_000
"""Dead letters that are searched, from the newest."""
SCAN_COUNT: Final = 1_000
"""Entries read or scanned in one round trip."""


class Waiting(Struct, frozen=True, kw_only=True, tag="waiting"):
    """In the queue of its host."""

    position: int
    """1 for the head of the queue."""


class Ready(Struct, frozen=True, kw_only=True, tag="ready"):
    """Released to the workers and not delivered yet."""

    since: datetime


class InProgress(Struct, frozen=True, kw_only=True, tag="in_progress"):
    """Delivered to a worker."""

    since: datetime
    """Time of its release; its first delivery follows as soon as a worker is free."""
    worker: str
    deliveries: int
    """1, plus 1 for every worker that died or stalled while it had the task."""
    idle_s: float
    """Seconds since its worker last renewed the lease."""


class ToRetry(Struct, frozen=True, kw_only=True, tag="to_retry"):
    """Scheduled for a retry."""

    due_at: datetime


TaskPlace = Waiting | Ready | InProgress | ToRetry


class FoundTask(Struct, frozen=True, kw_only=True):
    """A task that is neither settled nor a dead letter."""

    task: Task
    place: TaskPlace


class TaskMarkers(Struct, frozen=True, kw_only=True):
    """Which markers of a task are set."""

    seen: bool
    """It was enqueued within `seen_ttl_s`."""
    done: bool
    """It was settled within `done_ttl_s`."""
    article: str | None = None
    """First 16 hex digits of the id of the article to which the address led; None if that is unknown."""


async def find_task(client: Redis, keys: QueueKeys, host: str, task_id: str) -> FoundTask | None:
    """Return the task and its place; None if it is in no place, or beyond the limits of the search."""
    for _ in range(2):  # it may move to a place that was already searched
        for find in (_find_retry, _find_waiting, _find_active):
            if found := await find(client, keys, host, task_id):
                return found
    return None


async def find_dead_letters(client: Redis, keys: QueueKeys, task_id: str, limit: int) -> list[DeadLetter]:
    """Return up to `limit` dead letters of a task, newest first, among the newest MAX_DEAD."""
    letters: list[DeadLetter] = []
    last, searched = "+", 0
    while searched < MAX_DEAD and len(letters) < limit:
        page = await range_entries(client, keys.dead, last=last, count=PAGE_SIZE, newest_first=True)
        candidates = [entry for entry in page if task_id.encode() in (entry.fields or {}).get(b"task", b"")]
        letters += [x for x in map(parse_letter, candidates) if x.task and x.task.id == task_id]
        if len(page) < PAGE_SIZE:
            break
        last, searched = f"({page[-1].id}", searched + len(page)
    return letters[:limit]


async def read_markers(client: Redis, keys: QueueKeys, canonical_url: str) -> TaskMarkers:
    """Return which markers of a URL and its task are set, in format 2 or 1."""
    task = Task.of(canonical_url)
    args: list[Arg] = [seen_marker(task.url), own_seen_marker(task), make_marker("done", task.id)]
    seen, own, done = await scripts.FIND_MARKERS.run_once(client, Call([keys.markers], args))
    pipe = client.pipeline(transaction=False)
    pipe.exists(keys.marker_of_format_1("seen", task.id))
    pipe.exists(keys.marker_of_format_1("done", task.id))
    old_seen, old_done = await pipe.execute()
    return TaskMarkers(
        seen=seen is not None or own is not None or bool(old_seen),
        done=done is not None or bool(old_done),
        article=article_of(seen),
    )


# ---------------------------------------------------------------- places
async def _find_waiting(client: Redis, keys: QueueKeys, host: str, task_id: str) -> FoundTask | None:
    queue: Any = keys.host(host).queue
    for start in range(0, MAX_QUEUED, SCAN_COUNT):
        page: Any = await client.lrange(queue, start, start + SCAN_COUNT - 1)
        for i, raw in enumerate(page):
            if task := _decode(raw, task_id):
                return FoundTask(task=task, place=Waiting(position=start + i + 1))
        if len(page) < SCAN_COUNT:
            break
    return None


async def _find_retry(client: Redis, keys: QueueKeys, _host: str, task_id: str) -> FoundTask | None:
    cursor, searched = 0, 0
    while searched < MAX_RETRIES:
        reply: Any = await client.zscan(keys.later, cursor, match=f'*"{task_id}"*', count=SCAN_COUNT)
        cursor, page = reply
        for raw, due_ms in page:
            if task := _decode(raw, task_id):
                return FoundTask(task=task, place=ToRetry(due_at=_instant(due_ms)))
        if cursor == 0:
            break
        searched += SCAN_COUNT
    return None


async def _find_active(client: Redis, keys: QueueKeys, host: str, task_id: str) -> FoundTask | None:
    active: Any = client.smembers(keys.host(host).active)
    for raw_id in await active:
        entry_id = raw_id.decode()
        for entry in await range_entries(client, keys.ready, first=entry_id, last=entry_id, count=1):
            with suppress(*TASK_DECODE_ERRORS):
                task = decode_task(entry)
                if task.id == task_id:
                    return FoundTask(task=task, place=await _delivery(client, keys, entry_id))
    return None


async def _delivery(client: Redis, keys: QueueKeys, entry_id: str) -> Ready | InProgress:
    since = _instant(id_key(entry_id)[0])
    pending: Any = await client.xpending_range(keys.ready, GROUP, min=entry_id, max=entry_id, count=1)
    if not pending:
        return Ready(since=since)
    (it,) = pending
    return InProgress(
        since=since,
        worker=it["consumer"].decode(errors="replace"),
        deliveries=it["times_delivered"],
        idle_s=it["time_since_delivered"] / 1000,
    )


def _decode(raw: bytes, task_id: str) -> Task | None:
    """Return the task if it is the one with this id."""
    if task_id.encode() in raw:
        with suppress(*TASK_DECODE_ERRORS):
            task = msgspec.json.decode(raw, type=Task)
            return task if task.id == task_id else None
    return None


def _instant(ms: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
