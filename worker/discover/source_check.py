"""What each source gives now, without enqueuing anything and without changing the state of its polls."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Literal

import structlog
from msgspec import Struct
from redis.exceptions import RedisError

from worker.discover.feed_reader import FeedReader
from worker.discover.link_selector import LinkSelector
from worker.discover.sources import Source
from worker.errors import Failure, Transient
from worker.fetch.client import Fetcher, open_fetcher
from worker.fetch.politeness import Politeness
from worker.parse.feed import FeedFormat
from worker.queue import Hosts
from worker.settings import Settings
from worker.streams import connect

log = structlog.get_logger()


class SourceReport(Struct, frozen=True, kw_only=True):
    """What one source gives now."""

    name: str
    url: str
    outcome: Literal["ok", "empty", "failed"]
    """`empty`: it can be read, but has no link that its filters allow."""
    format: FeedFormat | None = None
    """None if it could not be read."""
    title: str = ""
    """Title of the feed."""
    links: int = 0
    """Links in it."""
    selected: int = 0
    """Links that a poll would enqueue unless they were seen before."""
    excluded: int = 0
    """Links left out by `since`, `include` or `exclude`."""
    omitted: int = 0
    """Links left out because there are more than a poll may enqueue."""
    without_link: int = 0
    """Entries without a link."""
    newest: datetime | None = None
    """Latest date of a link; None if none has a date."""
    first: str | None = None
    """URL of the first link that the filters allow."""
    first_title: str = ""
    sitemaps: int = 0
    """Sitemaps of an index that were read."""
    unread_sitemaps: int = 0
    """Sitemaps that the next polls would read."""
    failed_sitemaps: int = 0
    """Sitemaps that could not be read."""
    moved_to: str | None = None
    """URL that replaces that of the source, as permanent redirects say."""
    reason: str | None = None
    """Code of the failure; None if there was none."""
    detail: str | None = None
    """Detail of the failure, or of that of the first sitemap that could not be read."""


class SourceChecker:
    """Checks sources, all at the same time; requests obey robots.txt and the delays of the hosts."""

    def __init__(
        self,
        fetcher: Fetcher,
        politeness: Politeness,
        settings: Settings,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`now` returns an aware time."""
        self.fetcher = fetcher
        self.politeness = politeness
        self._reader = FeedReader(fetcher, politeness, now=now)
        self._max_links = settings.discover.max_links
        self._now = now

    async def check_all(self, sources: Sequence[Source]) -> list[SourceReport]:
        """Return a report for every source, in their order."""
        return list(await asyncio.gather(*(self.check(source) for source in sources)))

    async def check(self, source: Source) -> SourceReport:
        """Return what one source gives now; its failure is reported.  Raises what a failure of Redis raises."""
        selector = LinkSelector(source, self._max_links, self._now())
        try:
            reading = await self._reader.read(source.url, selector)
        except Failure as failure:
            return _failed(source, failure)
        except (RedisError, OSError):
            raise
        except Exception as bug:
            log.exception("bug", source=source.name, url=source.url)
            return _failed(source, Transient("bug", repr(bug)))
        selected = len(selector.selected())
        faults = reading.faults
        return SourceReport(
            name=source.name,
            url=source.url,
            outcome="ok" if selected else "empty",
            format=reading.format,
            title=reading.title,
            links=selector.links,
            selected=selected,
            excluded=selector.excluded,
            omitted=selector.omitted,
            without_link=reading.without_link,
            newest=selector.newest,
            first=selector.first.url if selector.first else None,
            first_title=selector.first.title if selector.first else "",
            sitemaps=reading.sitemaps,
            unread_sitemaps=reading.unread_sitemaps,
            failed_sitemaps=len(faults),
            moved_to=reading.moved_to,
            detail=faults[0] if faults else None,
        )


def _failed(source: Source, failure: Failure) -> SourceReport:
    return SourceReport(
        name=source.name, url=source.url, outcome="failed", reason=failure.reason, detail=failure.detail
    )


@asynccontextmanager
async def open_checker(settings: Settings, redis_url: str) -> AsyncIterator[SourceChecker]:
    """Yield a checker with its connections; close them at the end of the block."""
    async with connect(redis_url) as client, open_fetcher(Hosts(client, settings), settings) as fetcher:
        yield SourceChecker(fetcher, Politeness(client, fetcher, settings), settings)
