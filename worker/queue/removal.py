"""Remove the tasks of some URLs from every place of the queue, for operators; each step may be repeated.

The seen markers remain, and those of the URLs are renewed, so that the URLs are not enqueued again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from msgspec import Struct

from worker import urls
from worker.errors import Permanent
from worker.queue import scripts
from worker.queue.dead_letters import PAGE_SIZE
from worker.queue.delivery import TASK_DECODE_ERRORS, decode_task
from worker.queue.host_policy import HostPolicy
from worker.queue.keys import GROUP, QueueKeys
from worker.queue.markers import seen_marker
from worker.schema import Task
from worker.streams import Arg, Entry, range_entries, retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable

    from redis.asyncio import Redis

    from worker.settings import Settings

QueuePart = Literal["waiting", "retries", "visits", "active", "dead"]
"""The queue of a host; tasks to retry; scheduled visits; released to the workers or in progress; the dead letters."""
TaskFilter = Callable[[Task], bool]


class _PlacedTask(Struct, frozen=True):
    """A task, and the member of its place that it is: its JSON, or the id of its entry."""

    task: Task
    member: bytes | str


class TaskRemover:
    """Finds and removes tasks; `client` must yield bytes."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        """Nothing is read yet; `settings` has the key prefix, the politeness and the TTL of the markers."""
        self._client = client
        self._keys = QueueKeys(settings.redis.key_prefix)
        self._policy = HostPolicy.of(settings)
        self._seen_ttl_s = settings.queue.seen_ttl_s

    async def mark_seen(self, task_urls: Iterable[str]) -> None:
        """Set the seen markers of canonical URLs, for the whole `seen_ttl_s`."""
        by_host: dict[str, list[Arg]] = {}
        for url in task_urls:
            if host := host_or_empty(url):
                by_host.setdefault(host, []).append(seen_marker(url))
        for host, markers in by_host.items():
            for start in range(0, len(markers), PAGE_SIZE):
                args = [self._seen_ttl_s, *markers[start : start + PAGE_SIZE]]
                call = self._policy.call(self._keys, host, [self._keys.markers], args)
                await scripts.MARK_SEEN.run(self._client, call)

    async def remove(self, hosts: Collection[str], wanted: TaskFilter, *, dry_run: bool) -> dict[QueuePart, int]:
        """Remove the tasks for which `wanted` is true; return their numbers by place.

        `hosts`: those whose queues and active tasks are searched.  With `dry_run` they are only counted.
        """
        counts: dict[QueuePart, int] = dict.fromkeys(("waiting", "retries", "visits", "active", "dead"), 0)
        for host in hosts:
            counts["waiting"] += await self._remove_waiting(host, wanted, dry_run=dry_run)
            counts["active"] += await self._remove_all("active", self._active(host), wanted, dry_run=dry_run)
        scheduled: dict[QueuePart, str] = {"retries": self._keys.later, "visits": self._keys.visits}
        for place, key in scheduled.items():
            counts[place] += await self._remove_all(place, self._scheduled(key), wanted, dry_run=dry_run)
        counts["dead"] += await self._remove_all("dead", self._dead(), wanted, dry_run=dry_run)
        return counts

    # ------------------------------------------------------------ places
    async def _remove_waiting(self, host: str, wanted: TaskFilter, *, dry_run: bool) -> int:
        """Search a host's queue from its end, so that tasks taken from its head meanwhile shift no index."""
        queue: Any = self._keys.host(host).queue
        removed = kept = 0
        while page := await self._page_before(queue, kept):
            found = [it for it in (_decode(raw, raw) for raw in page) if it and wanted(it.task)]
            if dry_run:
                removed, kept = removed + len(found), kept + len(page)
            else:
                gone = await self._remove_found("waiting", found)
                removed, kept = removed + gone, kept + len(page) - gone
        return removed

    async def _page_before(self, queue: Any, skipped: int) -> list[bytes]:
        """Return the page of a list that ends `skipped` elements before its end."""
        first, last = -skipped - PAGE_SIZE, -skipped - 1
        page: Any = await retry_while_unavailable(self._client, lambda: self._client.lrange(queue, first, last))
        return list(page)

    async def _active(self, host: str) -> AsyncIterator[list[_PlacedTask]]:
        active: Any = self._keys.host(host).active
        raw_ids: Any = await retry_while_unavailable(self._client, lambda: self._client.smembers(active))
        ids = sorted(raw.decode() for raw in raw_ids)
        for start in range(0, len(ids), PAGE_SIZE):
            pipe = self._client.pipeline(transaction=False)
            for entry_id in ids[start : start + PAGE_SIZE]:
                pipe.xrange(self._keys.ready, entry_id, entry_id)
            replies = await retry_while_unavailable(self._client, pipe.execute)
            found = (Entry(self._keys.ready, it[0].decode(), it[1]) for reply in replies for it in reply)
            yield _decode_entries(found)

    async def _scheduled(self, key: str) -> AsyncIterator[list[_PlacedTask]]:
        cursor = -1
        while cursor != 0:
            at = max(cursor, 0)
            reply: Any = await retry_while_unavailable(
                self._client,
                lambda at=at: self._client.zscan(key, at, count=PAGE_SIZE),  # type: ignore[misc]
            )
            cursor, page = reply
            yield [it for it in (_decode(raw, raw) for raw, _ in page) if it]

    async def _dead(self) -> AsyncIterator[list[_PlacedTask]]:
        last = "+"
        while page := await retry_while_unavailable(
            self._client,
            lambda last=last: range_entries(  # type: ignore[misc]
                self._client, self._keys.dead, last=last, count=PAGE_SIZE, newest_first=True
            ),
        ):
            yield _decode_entries(page)
            last = f"({page[-1].id}"

    # ------------------------------------------------------------ removal
    async def _remove_all(
        self, place: QueuePart, pages: AsyncIterator[list[_PlacedTask]], wanted: TaskFilter, *, dry_run: bool
    ) -> int:
        removed = 0
        async for page in pages:
            found = [it for it in page if wanted(it.task)]
            removed += len(found) if dry_run else await self._remove_found(place, found)
        return removed

    async def _remove_found(self, place: QueuePart, found: list[_PlacedTask]) -> int:
        """Mark the tasks as seen, then remove them: one step for each host."""
        await self.mark_seen(it.task.url for it in found)
        by_host: dict[str, list[bytes | str]] = {}
        for it in found:
            by_host.setdefault(host_or_empty(it.task.url), []).append(it.member)
        calls = []
        for host, members in by_host.items():
            own_keys = [self._keys.later, self._keys.dead, self._keys.host(host).given_up, self._keys.visits]
            calls.append(self._policy.call(self._keys, host, own_keys, [GROUP, place, *members]))
        return sum(await scripts.REMOVE_TASKS.run_many(self._client, calls)) if calls else 0


def host_or_empty(url: str) -> str:
    """Return the host of a URL; "" for a URL that is invalid."""
    try:
        return urls.host_of(url)
    except Permanent:
        return ""


def _decode(raw: bytes, member: bytes) -> _PlacedTask | None:
    try:
        return _PlacedTask(msgspec.json.decode(raw, type=Task), member)
    except TASK_DECODE_ERRORS:
        return None


def _decode_entries(entries: Iterable[Entry]) -> list[_PlacedTask]:
    found = []
    for entry in entries:
        try:
            found.append(_PlacedTask(decode_task(entry), entry.id))
        except TASK_DECODE_ERRORS:
            continue
    return found
