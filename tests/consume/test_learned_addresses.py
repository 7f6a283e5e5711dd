"""Once an article is read, its other addresses cost neither a request nor a publication."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.consume.correctable_site import articles, correctable_site, work
from worker.queue import UrlQueue
from worker.schema import Task

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


PATH = "/news/2026/harbour-stays-open-all-winter"
CANONICAL = "/news/harbour-12345"
UNKNOWN = "/news/18/ferry"
"""Another address of the page, which no rule folds and which has not led to it before."""


async def test_another_address_of_an_article_that_was_read_is_not_fetched(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=0, processes=1)
    async with correctable_site() as site:
        site.head = f'<link rel="canonical" href="{site.url(CANONICAL)}">'
        await work(settings, Task.of(site.url(PATH), put_at=NOW))
        requests = site.requests
        others = (CANONICAL, f"{PATH}/", f"{PATH}?ref=front", f"{PATH}/amp", UNKNOWN)
        async with UrlQueue(settings.redis.url or "", settings) as queue:
            are_new = await queue.put_many([Task.of(site.url(other), put_at=NOW) for other in others])
        assert are_new == [False, False, False, False, True]
        [result] = await work(settings, waiting=1)
        assert (result.outcome, site.requests) == ("duplicate", requests + 1)
        assert len(await articles(redis, settings)) == 1
