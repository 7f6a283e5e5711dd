"""The order of the work: find the URLs of the target, then remove tasks, events and dead letters, articles last."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from worker.forget.publications import PublishedEntries
from worker.forget.webhook_letters import remove_webhook_letters
from worker.queue import QueueKeys
from worker.queue.find_task import read_markers
from worker.queue.removal import QueuePart, TaskRemover
from worker.schema import KINDS, RETRACTION, Kind, Task

if TYPE_CHECKING:
    from datetime import datetime

    from redis.asyncio import Redis

    from worker.forget.publications import FoundEntry
    from worker.forget.target import ForgetTarget
    from worker.settings import Settings

MAX_PASSES: Final = 10
"""Most passes over the queue: a task may move from one place to another while it is searched for."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a stream, the number of entries searched so far, and the number that it had at the start."""


class ForgetReport(Struct, frozen=True, kw_only=True):
    """Numbers of what was removed, or in a dry run would be removed."""

    target: str
    dry_run: bool
    articles: int
    """Entries of articles: one for each time that an article was published."""
    events: dict[Kind, int]
    """Kind -> entries of events, each of which is replaced by a retraction."""
    tasks: dict[QueuePart, int]
    """QueuePart -> tasks."""
    webhook_dead_letters: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.articles or self.webhook_dead_letters or any((*self.events.values(), *self.tasks.values())))


class Forgetter:
    """Forgets one target; `run` may be called once."""

    def __init__(
        self, client: Redis, settings: Settings, target: ForgetTarget, progress: Progress, *, dry_run: bool
    ) -> None:
        """`client`: a Redis client that returns bytes.  `dry_run`: count, and remove nothing.  Nothing is read yet."""
        self._client = client
        self._prefix = settings.redis.key_prefix
        self._published = PublishedEntries(client, self._prefix)
        self._tasks = TaskRemover(client, settings)
        self._target = target
        self._progress = progress
        self._dry_run = dry_run
        self._article_ids: list[str] = []
        self._after = "0-0"
        """Entry id up to which the articles have been searched."""
        self._lengths: dict[str, int] = {}

    async def run(self, now: datetime) -> ForgetReport:
        """Remove everything of the target and return what was removed; `now` (aware): time of the retractions."""
        for url in self._target.urls:
            markers = await read_markers(self._client, QueueKeys(self._prefix), url)
            self._target.add_article(markers.article)
        self._lengths = await self._published.lengths()
        events: dict[Kind, int] = dict.fromkeys(KINDS, 0)
        tasks: dict[QueuePart, int] = {}
        await self._find_articles()
        is_complete = False
        while not is_complete:  # articles may be published until their tasks are removed
            tasks = _sum(tasks, await self._remove_tasks())
            for kind in KINDS:
                events[kind] += await self._retract(kind, now)
            is_complete = self._dry_run or not await self._find_articles()
        if not self._dry_run:
            await self._published.delete_readings(self._target.urls)
        letters = await remove_webhook_letters(self._client, self._prefix, self._target, dry_run=self._dry_run)
        return ForgetReport(
            target=self._target.name,
            dry_run=self._dry_run,
            articles=await self._delete_articles(),
            events=events,
            tasks=tasks,
            webhook_dead_letters=letters,
        )

    # ------------------------------------------------------------ articles
    async def _find_articles(self) -> bool:
        """Search the articles that were added since the last search; return whether one of them is to be forgotten."""
        known, searched = len(self._article_ids), 0
        async for batch in self._published.articles(self._after):
            for entry in batch:
                self._check_article(entry)
            self._after, searched = batch[-1].entry_id, searched + len(batch)
            self._progress("article", searched, self._lengths["article"])
        return len(self._article_ids) > known

    def _check_article(self, entry: FoundEntry) -> None:
        task = Task.of(entry.task_url) if entry.task_url else None
        if self._target.matches_source(entry.source) or (task and self._target.matches_task(task)):
            self._target.add_urls(entry.source, entry.task_url)
            self._article_ids.append(entry.entry_id)

    async def _delete_articles(self) -> int:
        if self._dry_run:
            return len(self._article_ids)
        return await self._published.delete_articles(self._article_ids)

    # ------------------------------------------------------------ tasks
    async def _remove_tasks(self) -> dict[QueuePart, int]:
        target, total = self._target, dict[QueuePart, int]()
        if not self._dry_run:
            await self._tasks.mark_seen(target.urls)
        for _ in range(MAX_PASSES):
            removed = await self._tasks.remove(target.hosts, target.matches_task, dry_run=self._dry_run)
            total = _sum(total, removed)
            if self._dry_run or not any(removed.values()):
                break
        return total

    # ------------------------------------------------------------ events
    async def _retract(self, kind: Kind, now: datetime) -> int:
        retracted = searched = 0
        async for batch in self._published.events(kind):
            found = [it.entry_id for it in batch if it.type != RETRACTION and self._target.matches_source(it.source)]
            retracted += len(found) if self._dry_run else await self._published.retract_events(kind, found, now)
            searched += len(batch)
            self._progress(kind, searched, self._lengths[kind])
        return retracted


def _sum(a: dict[QueuePart, int], b: dict[QueuePart, int]) -> dict[QueuePart, int]:
    both: Any = {place: a.get(place, 0) + n for place, n in b.items()}
    return dict(both)
