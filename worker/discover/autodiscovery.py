"""Find the feeds of a site from the address of one of its pages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from worker import urls
from worker.discover.sources import MAX_NAME_LENGTH, Source
from worker.errors import Failure, NotYet, Permanent
from worker.fetch.resource_types import FEED, ROBOTS
from worker.parse.feed import parse_feed
from worker.parse.feed.autodiscovery import find_feed_links

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.discover.source_check import SourceChecker, SourceReport
    from worker.fetch.resource_types import ResourceType
    from worker.schema import Page

MAX_TESTED_FEEDS: Final = 6
"""Most feeds of a page that are requested."""
MAX_TESTED_INDEXES: Final = 3
"""Most sitemaps of a robots.txt that are searched for a news sitemap."""
MAX_NEWS_SITEMAPS: Final = 2
"""Most news sitemaps that are requested."""
SITEMAP_SINCE: Final = "7d"
"""`since` of a source that is a sitemap: it may list an outlet's whole archive."""


async def find_sources(checker: SourceChecker, url: str) -> list[SourceReport]:
    """Return what can be added as a source for a URL, the best first; each has been read.

    That is the URL itself if it is a feed or a sitemap; else the feeds that its page declares or links to, then the
    news sitemaps in the site's robots.txt.  Raises a Failure if the URL cannot be read.
    """
    page = await _get(checker, url, FEED)
    try:
        parse_feed(page.body, page.url, page.charset)
    except Permanent as failure:
        if failure.reason != "not_a_feed" or "HTML" not in failure.detail:
            raise
    else:
        return _usable([await checker.check(_candidate(url))])
    links = await asyncio.to_thread(find_feed_links, page.body, page.url, page.charset)
    sitemaps = await _news_sitemaps(checker, page.url)
    candidates = [link.url for link in links[:MAX_TESTED_FEEDS]] + sitemaps
    return _usable(await checker.check_all([_candidate(it) for it in dict.fromkeys(candidates)]))


def _candidate(url: str) -> Source:
    return Source(name=url[:MAX_NAME_LENGTH], url=url)


def _usable(reports: Iterable[SourceReport]) -> list[SourceReport]:
    """Return the reports of sources that can be read, those without links last."""
    return sorted((it for it in reports if it.outcome != "failed"), key=lambda it: it.outcome == "empty")


async def _news_sitemaps(checker: SourceChecker, page_url: str) -> list[str]:
    """Return the news sitemaps that robots.txt names, or that the indexes in it list; [] if there are none."""
    try:
        origin = urls.origin_of(page_url)
        page = await _get(checker, f"{origin}/robots.txt", ROBOTS)
        listed = [link.url for link in parse_feed(page.body, page.url) if link.is_sitemap]
    except Failure:
        return []
    news = [url for url in listed if _is_news(url)]
    for url in listed[: MAX_TESTED_INDEXES * (not news)]:
        try:
            index = await _get(checker, url, FEED)
            news += [link.url for link in parse_feed(index.body, index.url) if link.is_sitemap and _is_news(link.url)]
        except Failure:
            continue
    return news[:MAX_NEWS_SITEMAPS]


def _is_news(url: str) -> bool:
    return "news" in url.rpartition("/")[2].lower()


async def _get(checker: SourceChecker, url: str, resource_type: ResourceType) -> Page:
    """Return a resource; while its host is busy, wait."""
    redirects = 0
    while True:
        try:
            return await checker.fetcher.get(
                url, resource_type=resource_type, admit=checker.politeness.admit, redirects=redirects
            )
        except NotYet as e:
            url, redirects = e.redirected_to or url, redirects + e.redirects
            await asyncio.sleep(e.wait_s)
