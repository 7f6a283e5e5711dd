"""A copy of an article names the original, and its events name those of the same evidence; nothing is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.consume.correctable_site import CHIEF, SAYS_LATER, SAYS_OPEN, articles, correctable_site, published, work
from tests.pipeline.wire_copies import load_stories
from worker.consume.copies import find_original
from worker.pipeline.encode_page import EncodedPage
from worker.pipeline.text_sketch import sketch_text
from worker.schema import EncodedRecord, KnownArticle, Reading, Retraction, Statement, Task, article_id, with_same_as

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

REPORT = load_stories()[3].paragraphs
TEXT = "\n\n".join(REPORT)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(host_delay_s=0, processes=1)


async def test_a_copy_and_its_events_name_the_original(redis: Redis, settings: Settings) -> None:
    async with correctable_site() as site:
        site.paragraphs = (SAYS_OPEN, CHIEF, *REPORT)
        await work(settings, Task.of(site.url("/wire")))
        site.title, site.paragraphs = "Ice-breakers move north", ("(Norpress)", CHIEF, *REPORT[:-1], SAYS_LATER)
        await work(settings, Task.of(site.url("/copy")))
        site.title, site.paragraphs = "Another story", load_stories()[40].paragraphs
        await work(settings, Task.of(site.url("/other")))
        original = article_id(site.url("/wire"))
    assert [article.same_as for article, _ in await articles(redis, settings)] == [None, original, None]
    found = [it for it in await published(redis, settings) if isinstance(it, Statement)]
    by_words = {(it.url[-5:], it.content[0].text): it for it in found}
    original_event, copy = (by_words[key] for key in by_words if "My crews" in key[1])
    assert (copy.same_as, original_event.same_as) == (original_event.id, None)
    assert copy.id != original_event.id
    [added] = [it for key, it in by_words.items() if "see about the ice" in key[1]]
    assert added.same_as is None


async def test_a_correction_of_the_original_is_no_copy_of_its_copy(redis: Redis, settings: Settings) -> None:
    async with correctable_site() as site:
        site.paragraphs = (SAYS_OPEN, *REPORT)
        await work(settings, Task.of(site.url("/wire")), Task.of(site.url("/copy")))
        site.paragraphs = (SAYS_LATER, *REPORT)
        at = next(article.fetched_at for article, _ in await articles(redis, settings))
        assert at
        results = await work(settings, Task.visit(site.url("/wire"), at), Task.visit(site.url("/copy"), at))
        original = article_id(site.url("/wire"))
    assert [it.outcome for it in results] == ["revised", "revised"]
    named = [(article.revision, article.same_as) for article, _ in await articles(redis, settings)]
    assert named == [(0, None), (0, original), (1, None), (1, original)]
    assert len([it for it in await published(redis, settings) if isinstance(it, Retraction)]) >= 2


async def test_a_page_at_another_address_with_nearly_the_same_text_is_the_known_one(
    redis: Redis, settings: Settings
) -> None:
    """Visited under an address that is neither that of the first reading nor canonical."""
    async with correctable_site() as site:
        site.head = f'<link rel="canonical" href="{site.url("/c")}">'
        site.paragraphs = (SAYS_OPEN, *REPORT)
        await work(settings, Task.of(site.url("/first")))
        site.paragraphs = (SAYS_LATER, *REPORT)
        [article] = [it for it, _ in await articles(redis, settings)]
        assert article.fetched_at
        [result] = await work(settings, Task.visit(site.url("/second"), article.fetched_at))
    assert (result.outcome, result.revision) == ("revised", 1)


def reading(read_at_ms: int, text: str = TEXT) -> Reading:
    sketch = sketch_text(text)
    assert sketch
    return Reading(revision=0, text_hash=b"x", read_at_ms=read_at_ms, fingerprint=sketch.fingerprint)


def page() -> EncodedPage:
    return EncodedPage(
        url="u",
        publication="p",
        folded_publication="p",
        addresses=[],
        article=EncodedRecord("article", "own", b""),
        events=[],
        keys=[],
        text_hash=b"x",
        sketch=sketch_text(TEXT),
    )


def test_the_earliest_article_with_nearly_the_same_text_is_the_original() -> None:
    other = load_stories()[40].text
    candidates = {"late": reading(20), "early": reading(10), "own": reading(0), "unlike": reading(0, other)}
    assert find_original(page(), candidates, None) == KnownArticle(id="early", reading=candidates["early"])
    assert find_original(page(), {"own": reading(0)}, None) is None


def test_an_article_read_after_the_page_is_no_original_of_its_correction() -> None:
    known = KnownArticle(id="own", reading=reading(15))
    assert find_original(page(), {"late": reading(20), "early": reading(10)}, known) is not None
    assert find_original(page(), {"late": reading(20), "same": reading(15)}, known) is None


def test_the_field_is_set_although_a_string_names_it() -> None:
    data = rb'{"text":"\"same_as\":null","same_as":null}'
    assert (
        with_same_as(EncodedRecord("article", "1", data), "ab").data == rb'{"text":"\"same_as\":null","same_as":"ab"}'
    )
