"""The schedule of a source: its visits follow one another, whatever each finds, and end after the last."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.consume.correctable_site import CHIEF, REST, articles, correctable_site, work
from worker.consume.settlements import next_visit
from worker.queue import QueueKeys
from worker.schema import Reading, Task, article_id

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

URL = "https://a.example/1"
READ_AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = 3600.0
TASK = Task.of(URL, source="Courier", revisit_s=(HOUR, 6 * HOUR, 24 * HOUR))


def reading(published_h_ago: float | None) -> Reading:
    published = None if published_h_ago is None else READ_AT.timestamp() - published_h_ago * HOUR
    return Reading(revision=0, text_hash=b"x", read_at_ms=round(1000 * READ_AT.timestamp()), published_at=published)


@pytest.mark.parametrize(
    ("published_h_ago", "due_h", "rest"),
    [
        (None, 1.0, 2),  # unknown: counted from the first reading
        (0.0, 1.0, 2),
        (0.5, 0.5, 2),
        (1.0, 5.0, 1),  # the first age is over
        (23.0, 1.0, 0),
        (-2.0, 1.0, 2),  # published in the future: counted from the first reading
    ],
)
def test_a_visit_is_due_at_the_next_age_of_the_article(published_h_ago: float | None, due_h: float, rest: int) -> None:
    found = next_visit(TASK, "a1", reading(published_h_ago), READ_AT)
    assert found
    assert found.due_at == READ_AT + timedelta(hours=due_h)
    assert (found.task.visit_at, found.task.article, found.task.source) == (found.due_at, "a1", "Courier")
    assert len(found.task.revisit_s) == rest
    assert found.task.id != TASK.id


@pytest.mark.parametrize("published_h_ago", [24.0, 1000.0])
def test_an_article_older_than_the_schedule_is_not_visited(published_h_ago: float) -> None:
    assert next_visit(TASK, "a1", reading(published_h_ago), READ_AT) is None


def test_without_a_schedule_there_is_no_visit() -> None:
    assert next_visit(Task.of(URL), "a1", reading(None), READ_AT) is None


async def scheduled(redis: Redis, settings: Settings) -> list[Task]:
    found: Any = await redis.zrange(QueueKeys(settings.redis.key_prefix).visits, 0, -1)
    return [msgspec.json.decode(raw, type=Task) for raw in found]


async def take_scheduled(redis: Redis, settings: Settings) -> Task:
    """Take the only scheduled visit, so that a test can put it without waiting for its time."""
    [visit] = await scheduled(redis, settings)
    await redis.delete(QueueKeys(settings.redis.key_prefix).visits)
    return visit


async def test_the_visits_of_a_schedule_follow_one_another(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=0, processes=1)
    async with correctable_site() as site:
        url = site.url()
        [first] = await work(settings, Task.of(url, source="Courier", revisit_s=(HOUR, 6 * HOUR, 24 * HOUR)))
        one = await take_scheduled(redis, settings)
        [unchanged] = await work(settings, one)
        two = await take_scheduled(redis, settings)
        site.paragraphs = (CHIEF, *REST)
        [revised] = await work(settings, two)
        three = await take_scheduled(redis, settings)
        site.status = 410
        [removed] = await work(settings, three)
    assert [it.outcome for it in (first, unchanged, revised, removed)] == ["done", "unchanged", "revised", "removed"]
    assert [it.article for it in (one, two, three)] == [article_id(url)] * 3
    assert await scheduled(redis, settings) == []
    assert [article.source for article, _ in await articles(redis, settings)] == ["Courier"] * 2


async def test_a_visit_that_fails_does_not_end_the_schedule(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=0, processes=1)
    async with correctable_site() as site:
        await work(settings, Task.of(site.url(), revisit_s=(HOUR, 6 * HOUR)))
        site.status = 403
        [missed] = await work(settings, await take_scheduled(redis, settings))
        [dead] = await work(settings, await take_scheduled(redis, settings))
    assert [(it.outcome, it.reason) for it in (missed, dead)] == [("missed", "http_403"), ("dead", "http_403")]
    assert await scheduled(redis, settings) == []
