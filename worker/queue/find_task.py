"""Where the task of a URL is, for operators; read-only, with a bounded number of entries read.

Redis has no index of tasks, so each place is searched: the queue and the active entries of the host, the
retries and the dead letters.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from worker import urls
from worker.queue import scripts
from worker.queue.dead_letters import PAGE_SIZE, DeadLetter, parse_letter
from worker.queue.delivery import TASK_DECODE_ERRORS
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
"""Tasks to retry that are searched, and scheduled visits."""
MAX_DEAD: Final = 10_000
"""Dead letters that are searched, from the newest."""
SCAN_COUNT: Final = 1_000
"""Entries read or scanned in one round trip."""
_GLOB: Final = re.compile(rb"[*?\[\]\\^-]")
"""Characters with a meaning in a pattern of SCAN."""


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


class TaskSearch:
    """A search for the task of a URL, enqueued under any form of it."""

    def __init__(self, url: str) -> None:
        """`url` is canonical."""
        self._folded = urls.fold(url)
        self.text = urls.common_part(url).encode()
        """Part of the JSON of every such task."""

    def decode(self, raw: bytes) -> Task | None:
        """Return the task in its JSON if it is one of the URL."""
        if self.text in raw:
            with suppress(*TASK_DECODE_ERRORS):
                task = msgspec.json.decode(raw, type=Task)
                return task if urls.fold(task.url) == self._folded else None
        return None


async def find_task(client: Redis, keys: QueueKeys, url: str) -> FoundTask | None:
    """Return the task of a canonical URL and its place; None if it is in no place, or beyond the limits of the search.

    The task may have been enqueued under another form of the URL, on another form of the host.
    """
    search = TaskSearch(url)
    for _ in range(2):  # it may move to a place that was already searched
        if found := await _find_retry(client, keys, search):
            return found
        for host in urls.forms_of_host(url):
            for find in (_find_waiting, _find_active):
                if found := await find(client, keys, host, search):
                    return found
    return None


async def find_next_visit(client: Redis, keys: QueueKeys, url: str) -> datetime | None:
    """Return when the page of a canonical URL is visited again; None if no visit is scheduled, or beyond the limits."""
    found = await _find_scheduled(client, keys.visits, TaskSearch(url))
    return found and found[1]


async def find_dead_letters(client: Redis, keys: QueueKeys, url: str, limit: int) -> list[DeadLetter]:
    """Return up to `limit` dead letters of the tasks of a canonical URL, newest first, among the newest MAX_DEAD."""
    search = TaskSearch(url)
    letters: list[DeadLetter] = []
    last, searched = "+", 0
    while searched < MAX_DEAD and len(letters) < limit:
        page = await range_entries(client, keys.dead, last=last, count=PAGE_SIZE, newest_first=True)
        letters += [parse_letter(entry) for entry in page if search.decode((entry.fields or {}).get(b"task", b""))]
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
async def _find_waiting(client: Redis, keys: QueueKeys, host: str, search: TaskSearch) -> FoundTask | None:
    queue: Any = keys.host(host).queue
    for start in range(0, MAX_QUEUED, SCAN_COUNT):
        page: Any = await client.lrange(queue, start, start + SCAN_COUNT - 1)
        for i, raw in enumerate(page):
            if task := search.decode(raw):
                return FoundTask(task=task, place=Waiting(position=start + i + 1))
        if len(page) < SCAN_COUNT:
            break
    return None


async def _find_retry(client: Redis, keys: QueueKeys, search: TaskSearch) -> FoundTask | None:
    found = await _find_scheduled(client, keys.later, search)
    return FoundTask(task=found[0], place=ToRetry(due_at=found[1])) if found else None


async def _find_scheduled(client: Redis, place: str, search: TaskSearch) -> tuple[Task, datetime] | None:
    """Return the task in a sorted set of tasks, and when it is due."""
    cursor, searched, pattern = 0, 0, b"*" + _GLOB.sub(rb"\\\g<0>", search.text) + b"*"
    while searched < MAX_RETRIES:
        reply: Any = await client.zscan(place, cursor, match=pattern, count=SCAN_COUNT)
        cursor, page = reply
        for raw, due_ms in page:
            if task := search.decode(raw):
                return task, _instant(due_ms)
        if cursor == 0:
            break
        searched += SCAN_COUNT
    return None


async def _find_active(client: Redis, keys: QueueKeys, host: str, search: TaskSearch) -> FoundTask | None:
    active: Any = client.smembers(keys.host(host).active)
    for raw_id in await active:
        entry_id = raw_id.decode()
        for entry in await range_entries(client, keys.ready, first=entry_id, last=entry_id, count=1):
            if task := search.decode((entry.fields or {}).get(b"task", b"")):
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


def _instant(ms: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=ms)
