"""Read all links that a source gives now: its feed, or the sitemaps of its index."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec import Struct, field

from worker.discover.feed_body import FeedBody
from worker.discover.poll_schedule import MAX_HOST_WAIT_S
from worker.discover.sitemap_pool import MAX_SITEMAPS, SitemapPool, SitemapStates
from worker.errors import Failure, NotYet
from worker.fetch.client import ConditionalResponse, Fetcher, Validators
from worker.parse.feed import FeedFormat, FeedLink, FeedMetadata
from worker.telemetry.tracing import span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.discover.link_selector import LinkSelector
    from worker.fetch.politeness import Politeness

MAX_LISTED_SITEMAPS: Final = 50_000
"""Most sitemaps of an index that are considered, as in the sitemap protocol."""
MAX_INDEX_DEPTH: Final = 3
"""Deepest nesting of sitemap indexes."""
MAX_CONCURRENT_REQUESTS: Final = 128
"""Most feeds and sitemaps that one process requests at the same time."""


class FeedReading(Struct, kw_only=True):
    """What reading a source has given, besides the links."""

    is_changed: bool = False
    """Whether anything was transferred; False if the server reports that nothing has changed."""
    validators: Validators = field(default_factory=Validators)
    """For the next request of the source."""
    format: FeedFormat | None = None
    title: str = ""
    without_link: int = 0
    """Entries without a link."""
    requested_s: float = 0.0
    """Seconds until the next poll that the feed requests; 0.0 if it does not."""
    max_age_s: float | None = None
    moved_to: str | None = None
    """URL that replaces that of the source, as permanent redirects say."""
    sitemaps: int = 0
    """Sitemaps of an index that were read."""
    unread_sitemaps: int = 0
    """Sitemaps left for the next poll, because one poll reads at most MAX_SITEMAPS or their host is busy."""
    failed_sitemaps: list[tuple[str, Failure]] = field(default_factory=list)
    """Sitemaps that could not be read, with the reasons."""
    states: SitemapStates = field(default_factory=dict)
    """States of the sitemaps, for the next poll."""

    @property
    def faults(self) -> list[str]:
        """Descriptions of the sitemaps that could not be read."""
        return [f"{url}: {failure}" for url, failure in self.failed_sitemaps]

    def add(self, response: ConditionalResponse, metadata: FeedMetadata) -> None:
        """Add what the source itself, or one of its sitemaps, has given."""
        self.max_age_s = self.max_age_s if response.max_age_s is None else response.max_age_s
        if response.page is None:
            return
        self.is_changed = True
        self.format = self.format or metadata.format
        self.title = self.title or metadata.title
        self.without_link += metadata.without_link
        self.requested_s = max(self.requested_s, metadata.interval_s)


BeforeRequest: TypeAlias = "Callable[[], Awaitable[None]]"
"""Awaited before every request of a reading."""


async def _nothing() -> None:
    """Do nothing."""


class FeedReader:
    """Reads sources, at most MAX_CONCURRENT_REQUESTS at a time, each with a permit of its host for every request."""

    def __init__(
        self,
        fetcher: Fetcher,
        politeness: Politeness,
        *,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`now`: returns an aware time.  `sleep`: `asyncio.sleep` or a replacement in tests."""
        self._fetcher = fetcher
        self._politeness = politeness
        self._now = now
        self._sleep = sleep
        self._slots = asyncio.Semaphore(MAX_CONCURRENT_REQUESTS)

    async def read(
        self,
        url: str,
        selector: LinkSelector,
        *,
        validators: Validators | None = None,
        known: SitemapStates | None = None,
        before_request: BeforeRequest = _nothing,
    ) -> FeedReading:
        """Add the links of the feed at `url` to the selector, with those of all sitemaps if it is an index.

        `validators`, `known`: of the last reading, so that nothing unchanged is transferred again.  `before_request` is
        awaited before every request.  Raises a Failure if nothing could be read; a sitemap that cannot be read does not
        affect the others.
        """
        reading = FeedReading(states=known or {})
        sitemaps: list[FeedLink] = []
        body = FeedBody(_adder(selector, sitemaps))
        response = await self._request(url, validators or Validators(), body, before_request)
        reading.add(response, body.metadata)
        reading.validators, reading.moved_to = response.validators, response.moved_to
        if sitemaps:
            pool = SitemapPool(known or {}, selector)
            pool.add(sitemaps, depth=1)
            reading.is_changed = False
            await self._read_sitemaps(pool, selector, reading, before_request)
        return reading

    async def _read_sitemaps(
        self, pool: SitemapPool, selector: LinkSelector, reading: FeedReading, before_request: BeforeRequest
    ) -> None:
        """Read the sitemaps of the pool, at most MAX_SITEMAPS; the others are left for the next poll."""
        for _ in range(MAX_SITEMAPS):
            if not pool.waiting:
                break
            sitemap, depth = pool.take()
            nested: list[FeedLink] = []
            body = FeedBody(_adder(selector, nested))
            try:
                response = await self._request(sitemap.url, pool.validators(sitemap), body, before_request)
            except Failure as e:
                reading.failed_sitemaps.append((sitemap.url, e))
                if isinstance(e, NotYet):
                    break
                continue
            reading.add(response, body.metadata)
            reading.sitemaps += 1
            pool.record(sitemap, response.validators, self._now())
            if depth < MAX_INDEX_DEPTH:
                pool.add(nested, depth + 1)
        reading.states, reading.unread_sitemaps = pool.states, pool.waiting
        if reading.failed_sitemaps and not reading.sitemaps:
            raise reading.failed_sitemaps[0][1]
        if pool.has_undated or pool.waiting or reading.failed_sitemaps:
            reading.validators = Validators()  # an index that is unchanged does not mean that nothing is to be read

    async def _request(
        self, url: str, validators: Validators, body: FeedBody, before_request: BeforeRequest
    ) -> ConditionalResponse:
        """Request one feed or sitemap; while its host is busy, wait up to MAX_HOST_WAIT_S, then raise NotYet."""
        redirects = 0
        while True:
            try:
                async with self._slots:
                    await before_request()
                    response = await self._fetcher.get_if_changed(
                        url, validators, admit=self._politeness.admit, redirects=redirects, receiver=body
                    )
                    if response.page is not None:
                        await body.finish()
                    return response
            except NotYet as e:
                if e.wait_s > MAX_HOST_WAIT_S:
                    raise
                url, redirects = e.redirected_to or url, redirects + e.redirects
                with span("wait"):
                    await self._sleep(e.wait_s)


def _adder(selector: LinkSelector, sitemaps: list[FeedLink]) -> Callable[[Iterable[FeedLink]], None]:
    """Return a function that adds articles to the selector, and the sitemaps of an index to a list."""

    def add(links: Iterable[FeedLink]) -> None:
        for link in links:
            if not link.is_sitemap:
                selector.add(link)
            elif len(sitemaps) < MAX_LISTED_SITEMAPS:
                sitemaps.append(link)

    return add
