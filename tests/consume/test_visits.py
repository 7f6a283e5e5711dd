"""A page that was read before is visited again: what changed is published as a revision, what is gone is retracted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.consume.correctable_site import (
    CHIEF,
    REST,
    SAYS_LATER,
    SAYS_OPEN,
    articles,
    correctable_site,
    published,
    work,
)
from tests.pipeline.wire_copies import load_stories
from worker.queue import UrlQueue
from worker.schema import Retraction, Statement, Task, article_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from tests.consume.correctable_site import CorrectableSite
    from worker.schema import Event
    from worker.settings import Settings

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(host_delay_s=0, processes=1)


@pytest.fixture
async def site() -> AsyncIterator[CorrectableSite]:
    async with correctable_site() as site:
        yield site


def first(site: CorrectableSite, *revisit_s: float) -> Task:
    return Task.of(site.url(), put_at=NOW, revisit_s=revisit_s)


def visit(site: CorrectableSite, minute: int, path: str = "/a", *, article: str | None = None) -> Task:
    return Task.visit(site.url(path), NOW + timedelta(minutes=minute), article=article)


def words(found: list[Event | Retraction]) -> list[str]:
    """Return what each says: the words of a statement, or "-" and the event that is retracted."""
    texts = {it.id: it.content[0].text[:14] for it in found if isinstance(it, Statement)}
    return [f"-{texts[it.of]}" if isinstance(it, Retraction) else texts[it.id] for it in found]


async def test_a_visit_of_an_unchanged_page_publishes_nothing(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    results = await work(settings, first(site), visit(site, 1))
    assert [it.outcome for it in results] == ["done", "unchanged"]
    assert len(await published(redis, settings)) == 2
    assert site.requests == 2 + 1  # robots.txt


async def test_a_visit_is_a_conditional_request(settings: Settings, site: CorrectableSite) -> None:
    site.etag = '"one"'
    results = await work(settings, first(site), visit(site, 1), visit(site, 2))
    assert [it.outcome for it in results] == ["done", "unchanged", "unchanged"]
    assert site.not_modified == 2


async def test_another_body_with_the_same_text_is_unchanged(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    await work(settings, first(site))
    site.head = '<meta name="nonce" content="17">'
    [result] = await work(settings, visit(site, 1))
    assert result.outcome == "unchanged"
    assert [article.revision for article, _ in await articles(redis, settings)] == [0]


async def test_a_correction_publishes_what_is_new_and_retracts_what_is_gone(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    await work(settings, first(site))
    site.paragraphs = (CHIEF, SAYS_LATER, *REST)
    [result] = await work(settings, visit(site, 1))
    assert (result.outcome, result.revision, result.events, result.retracted) == ("revised", 1, 1, 1)
    found = await published(redis, settings)
    assert words(found) == ["“We shall keep", "“My crews have", "“We shall see ", "-“We shall keep"]
    [retraction] = [it for it in found if isinstance(it, Retraction)]
    assert (retraction.reason, retraction.url, retraction.of_kind) == ("changed", site.url(), "statement")


async def test_the_spans_of_an_event_refer_to_the_article_of_its_revision(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    await work(settings, first(site))
    site.paragraphs = (CHIEF, SAYS_LATER, *REST)
    await work(settings, visit(site, 1))
    texts = {article.revision: article.text for article, _ in await articles(redis, settings)}
    assert sorted(texts) == [0, 1]
    for event in await published(redis, settings):
        if not isinstance(event, Retraction):
            span = event.sentence
            assert texts[event.revision][span.start : span.end] == span.text
    assert [fields.get(b"revision") for _, fields in await articles(redis, settings)] == [None, b"1"]


async def test_a_correction_that_is_taken_back_is_a_revision_of_its_own(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    """The text of the first revision has been published before, under the same canonical URL."""
    before = site.paragraphs
    await work(settings, first(site))
    site.paragraphs = (SAYS_LATER, CHIEF, *REST)
    await work(settings, visit(site, 1))
    site.paragraphs = before
    [result] = await work(settings, visit(site, 2))
    assert (result.outcome, result.revision) == ("revised", 2)
    assert words(await published(redis, settings))[-2:] == ["“We shall keep", "-“We shall see "]


async def test_a_changed_title_alone_is_a_revision_without_events(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    await work(settings, first(site))
    site.title = "Harbour stays open all winter"
    [result] = await work(settings, visit(site, 1))
    assert (result.outcome, result.events, result.retracted) == ("revised", 0, 0)
    assert [article.title for article, _ in await articles(redis, settings)][1] == site.title


@pytest.mark.parametrize("status", [404, 410])
async def test_all_events_of_a_page_that_was_removed_are_retracted_once(
    redis: Redis, settings: Settings, site: CorrectableSite, status: int
) -> None:
    await work(settings, first(site))
    site.status = status
    results = await work(settings, visit(site, 1), visit(site, 2))
    assert [(it.outcome, it.retracted) for it in results] == [("removed", 2), ("removed", 0)]
    found = await published(redis, settings)
    assert words(found)[2:] == ["-“We shall keep", "-“My crews have"]
    assert {it.reason for it in found if isinstance(it, Retraction)} == {"removed"}


async def test_the_events_of_a_page_that_is_back_are_published_again(settings: Settings, site: CorrectableSite) -> None:
    await work(settings, first(site))
    site.status = 404
    await work(settings, visit(site, 1))
    site.status = 200
    [result] = await work(settings, visit(site, 2))
    assert (result.outcome, result.revision, result.events) == ("revised", 2, 2)


async def test_a_page_that_is_missing_at_its_first_reading_is_a_dead_letter(
    settings: Settings, site: CorrectableSite
) -> None:
    site.status = 404
    results = await work(settings, first(site), visit(site, 1))
    assert [(it.outcome, it.reason) for it in results] == [("dead", "http_404")] * 2


async def test_a_visit_of_an_unknown_page_is_a_first_reading(settings: Settings, site: CorrectableSite) -> None:
    results = await work(settings, visit(site, 1), visit(site, 2))
    assert [it.outcome for it in results] == ["done", "unchanged"]
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        assert not await queue.put(first(site))


async def test_a_visit_whose_reading_is_forgotten_publishes_nothing_twice(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    await work(settings, first(site))
    await redis.delete(f"{settings.redis.key_prefix}:reading:{article_id(site.url())}")
    [result] = await work(settings, visit(site, 1))
    assert result.outcome == "duplicate"


async def test_another_page_with_the_same_canonical_url_is_no_revision(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    site.head = f'<link rel="canonical" href="{site.url("/home")}">'
    await work(settings, Task.of(site.url("/a")))
    story = load_stories()[40].paragraphs
    site.paragraphs = (SAYS_LATER, *story)
    [other] = await work(settings, Task.of(site.url("/b")))
    site.paragraphs = (SAYS_LATER, CHIEF, *story)
    results = await work(settings, visit(site, 1, "/b"))
    assert other.outcome == "done"
    assert [(it.outcome, it.retracted) for it in results] == [("done", None)]
    assert not any(isinstance(it, Retraction) for it in await published(redis, settings))


async def test_a_page_read_under_another_address_is_revised_under_it(
    redis: Redis, settings: Settings, site: CorrectableSite
) -> None:
    site.head = f'<link rel="canonical" href="{site.url("/c")}">'
    await work(settings, first(site))
    site.paragraphs = (SAYS_OPEN, *REST)
    site.etag = '"two"'
    [result] = await work(settings, visit(site, 1))
    assert (result.outcome, result.retracted) == ("revised", 1)
    site.status, site.etag = 404, None
    [result] = await work(settings, visit(site, 2, article=article_id(site.url("/c"))))
    assert result.outcome == "removed"
    found = await published(redis, settings)
    assert {it.url for it in found} == {site.url("/c")}
    assert len(found) == 2 * len([it for it in found if isinstance(it, Retraction)])
