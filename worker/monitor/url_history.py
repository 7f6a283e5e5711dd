"""Everything that Redis has of one URL; read-only."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Struct

from worker import urls
from worker.fetch.politeness import read_stored_rules
from worker.monitor.records import redis_time
from worker.queue import QueueKeys
from worker.queue.dead_letters import DeadLetter
from worker.queue.find_task import FoundTask, TaskMarkers, find_dead_letters, find_next_visit, find_task, read_markers
from worker.queue.host_states import HostState, read_hosts
from worker.schema import Article, Event, FailedAttempt, Retraction, Task, article_id, task_id
from worker.subscribe.publications import ArticleSearch, event_entries, find_article_entry
from worker.subscribe.stream_events import UndecodableEntryError, decode_entry

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings
    from worker.streams import Entry

DEAD_LETTERS_SHOWN: Final = 5
"""Largest number of dead letters read of one URL."""


class RobotsVerdict(Struct, frozen=True, kw_only=True):
    """What robots.txt says about a URL."""

    allowed: bool
    rule: str | None
    """The line that decides, as "Disallow: /a"; None if no line matches, so that the URL is allowed."""
    delay_s: float
    """Delay between two requests that it sets; 0.0 if it sets none."""
    fetched_at: datetime
    """Time at which it was fetched, if `robots_ttl_s` has not changed since."""


class Publication(Struct, frozen=True, kw_only=True):
    """The article of a URL and its events, as published."""

    at: datetime
    article_id: str
    article_url: str
    """Canonical URL that the page declares."""
    title: str
    worker: str | None
    """Name of the worker that published it; None if the entry does not say."""
    task: Task | None
    """The task that led to it; None if the entry does not say.  Its URL may be another address of the same article."""
    events: tuple[Event, ...]
    """In the order of their sentences, without those that were trimmed or do not decode."""
    revision: int = 0
    """Revision of the article; `events` are those published with it."""


class UrlHistory(Struct, frozen=True, kw_only=True):
    """What Redis has of a URL at one time."""

    at: datetime
    url: str
    """Canonical URL."""
    host: HostState
    """The host of the task, which may be another form of that of `url`."""
    robots: RobotsVerdict | None
    """None if the rules of the host are not stored: they are fetched before the next request."""
    task_id: str
    markers: TaskMarkers
    found: FoundTask | None
    """The task and its place; None if it is neither queued nor in progress."""
    dead_letters: tuple[DeadLetter, ...]
    """Newest first."""
    publication: Publication | None
    articles_searched: int
    """Number of entries of the stream of articles that were searched for the publication, from the newest."""
    search_is_complete: bool
    """Whether all kept articles were searched."""
    next_visit_at: datetime | None = None
    """When the page is visited again; None if no visit is scheduled."""

    @property
    def is_known(self) -> bool:
        """Return whether anything is known of the URL itself."""
        return bool(self.task or self.markers.seen or self.markers.done or self.dead_letters or self.publication)

    @property
    def task(self) -> Task | None:
        """Return the newest stored form of the task; None if none is left, as after a duplicate publication.

        Its URL may be another form of `url`.
        """
        stored = [self.found.task] if self.found else [x.task for x in self.dead_letters]
        published = self.publication.task if self.publication else None
        return next((task for task in (*stored, published) if task and self._is_same(task)), None)

    def _is_same(self, task: Task) -> bool:
        return task.id == self.task_id or urls.fold(task.url) == urls.fold(self.url)

    @property
    def failures(self) -> tuple[FailedAttempt, ...]:
        """Return the failures that the task carries, oldest first."""
        return self.task.failures if self.task else ()


async def read_history(client: Redis, settings: Settings, canonical_url: str, *, max_articles: int) -> UrlHistory:
    """Collect what is known of a URL; search its publication in the newest `max_articles`.  May raise RedisError."""
    prefix, task = settings.redis.key_prefix, task_id(canonical_url)
    keys, at = QueueKeys(prefix), await redis_time(client)
    markers = await read_markers(client, keys, canonical_url)
    found = await find_task(client, keys, canonical_url)
    article = markers.article or article_id(canonical_url)
    search = await find_article_entry(client, prefix, article, task, max_entries=max_articles)
    requested = found.task.url if found else canonical_url
    (state,) = await read_hosts(client, keys, at.timestamp() * 1000, [urls.host_of(requested)])
    return UrlHistory(
        at=at,
        url=canonical_url,
        host=state,
        robots=await _read_robots(client, settings, requested, at),
        task_id=task,
        markers=markers,
        found=found,
        dead_letters=tuple(await find_dead_letters(client, keys, canonical_url, DEAD_LETTERS_SHOWN)),
        publication=await _read_publication(client, prefix, search),
        articles_searched=search.searched,
        search_is_complete=search.is_complete,
        next_visit_at=await find_next_visit(client, keys, canonical_url),
    )


async def _read_robots(client: Redis, settings: Settings, url: str, at: datetime) -> RobotsVerdict | None:
    stored = await read_stored_rules(client, settings.redis.key_prefix, urls.origin_of(url))
    if stored is None:
        return None
    age_s = max(0.0, settings.politeness.robots_ttl_s - stored.expires_in_s)
    return RobotsVerdict(
        allowed=stored.rules.allows(url),
        rule=stored.rules.rule_for(url),
        delay_s=stored.rules.delay_s,
        fetched_at=at - timedelta(seconds=age_s),
    )


# ---------------------------------------------------------------- publication
async def _read_publication(client: Redis, prefix: str, search: ArticleSearch) -> Publication | None:
    """Return the publication of an article; None if there is no entry, or its entry does not decode."""
    if search.entry is None or search.entry.fields is None:
        return None
    fields = search.entry.fields
    try:
        article = msgspec.json.decode(fields.get(b"data", b""), type=Article)
        published_at = datetime.fromisoformat(fields[b"time"].decode())
    except (msgspec.DecodeError, KeyError, ValueError):
        return None
    entries = await event_entries(client, prefix, search.entry)
    found = [event for _, entry in entries for event in _decode(entry)]
    events = [event for event in found if event.revision == article.revision]
    return Publication(
        at=published_at,
        article_id=article.id,
        article_url=article.url,
        title=article.title,
        worker=fields[b"worker"].decode(errors="replace") if b"worker" in fields else None,
        task=_task_of(fields),
        events=tuple(sorted(events, key=lambda event: event.sentence.start)),
        revision=article.revision,
    )


def _decode(entry: Entry) -> list[Event]:
    """Return the event in an entry; empty for a retraction, and if it does not decode."""
    with suppress(UndecodableEntryError):
        found = decode_entry(entry)
        return [] if isinstance(found, Retraction) else [found]
    return []


def _task_of(fields: dict[bytes, bytes]) -> Task | None:
    with suppress(msgspec.DecodeError, KeyError):
        return msgspec.json.decode(fields[b"task"], type=Task)
    return None
