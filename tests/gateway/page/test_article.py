"""The article: the words of every event, marked where they stand, and a card that explains them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.browsing import article, meeting, person, publish, served, span, statement
from tests.gateway.page.reading import HARBOUR, MET, PASSED, SAID, TEXT, Reader, marks, open_article
from worker.schema import Event

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from worker.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_an_article_marks_the_words_of_every_event_behind_an_emoji_too(reader: Reader) -> None:
    await open_article(reader)
    expected: list[tuple[Event, str, str]] = [
        (SAID, "content", "“No port will freeze,”"),
        (SAID, "source", "Maren Holt"),
        (SAID, "cue", "said"),
        (MET, "party", "Juhani Korpi"),
        (MET, "place", "Trieste"),
        (PASSED, "object", "the bill"),
    ]
    for event, role, words in expected:
        assert "".join(await marks(reader, event, role).all_text_contents()).count(words) == 1
    assert await reader.page.locator(".article-text").text_content() == TEXT


async def test_the_card_beside_an_event_tells_its_facts_codes_and_rule(reader: Reader) -> None:
    await open_article(reader)
    await marks(reader, MET, "cue").click()
    card = reader.page.locator("#card")
    for told in ("Meeting", "foreign minister, Norway", "talks held", "Trieste", "PLOVER CONSULT-visit", "90 %"):
        await expect(card).to_contain_text(told)
    await expect(card).to_contain_text("A verb of meeting")
    await expect(card).not_to_contain_text("CAMEO")
    await marks(reader, SAID, "content").hover()
    await expect(card).to_contain_text("CAMEO 010 Make statement")
    await expect(marks(reader, SAID, "content").first).to_have_class(re.compile(r"\bactive\b"))
    await reader.page.mouse.move(5, 5)
    await expect(card).to_contain_text("CONSULT")  # the one that was chosen is there again
    await reader.page.keyboard.press("Escape")
    await expect(card).to_be_hidden()


async def test_parts_that_overlap_or_come_in_pieces_are_all_marked(reader: Reader) -> None:
    of = article("“We, as Ana Brod said, want peace,” he said. “And soon.”", "nested")
    outer = statement(of, None, "“We, as Ana Brod said, want peace,”", "“And soon.”", cue=span(of.text, "he said"))
    inner = statement(of, person(of, "Ana Brod"), "want peace", cue=span(of.text, "said"))
    await open_article(reader, of, outer, inner)
    assert (
        "".join(await marks(reader, outer, "content").all_text_contents())
        == "“We, as Ana Brod said, want peace,”“And soon.”"
    )
    assert await marks(reader, inner, "content").text_content() == "want peace"
    nested = reader.page.locator(f'[data-event="{outer.id}"] [data-event="{inner.id}"]')
    assert await nested.all_text_contents() == ["Ana Brod", "said", "want peace"]


async def test_marks_differ_by_their_line_not_by_colour_alone(reader: Reader) -> None:
    await open_article(reader)
    styles = [
        await marks(reader, SAID, role).first.evaluate("m => getComputedStyle(m).textDecorationStyle")
        for role in ("source", "cue", "content")
    ]
    assert len(set(styles)) == 3
    await marks(reader, SAID, "cue").click()
    labels = [
        await marks(reader, SAID, role).first.evaluate("m => getComputedStyle(m, '::before').content")
        for role in ("source", "cue", "content")
    ]
    assert [label.split('"')[1] for label in labels] == ["speaker", "cue", "content"]


async def test_an_event_whose_article_is_gone_still_shows_its_words(reader: Reader) -> None:
    gone = article(TEXT, "gone")
    await reader.publish(HARBOUR, replace(SAID, url=gone.url))
    await reader.go()
    await reader.page.locator(".event-quote").click()
    await expect(reader.page.locator(".article-text")).to_have_text(TEXT)
    await expect(reader.page.locator(".article .notice")).to_contain_text("no longer kept")
    await expect(reader.page.locator("#card")).to_contain_text("foreign minister, Norway")
    reader.complaints.clear()  # the browser tells of the 404


async def test_several_who_are_meant_by_the_same_words_are_marked_once(reader: Reader) -> None:
    of = article("Holt and Korpi came. They met.", "they")
    both = [person(of, "They", name=name) for name in ("Maren Holt", "Juhani Korpi")]
    met = meeting(of, *both, cue=span(of.text, "met"))
    await open_article(reader, of, met)
    assert await marks(reader, met, "party").all_text_contents() == ["They"]
    await marks(reader, met, "party").click()
    await expect(reader.page.locator("#card .parties li")).to_contain_text(["Maren Holt", "Juhani Korpi"])


async def test_an_event_has_an_address_of_its_own_which_shows_it_at_once(reader: Reader) -> None:
    await open_article(reader)
    await marks(reader, PASSED, "object").click()
    shared = reader.page.url
    await reader.page.goto("about:blank")
    await reader.page.goto(shared)
    await expect(reader.page.locator("#card")).to_contain_text("legislative")
    await expect(marks(reader, PASSED, "cue")).to_have_class(re.compile(r"\bactive\b"))
    await reader.page.get_by_role("button", name="Next event").click()
    assert reader.page.url != shared


async def test_a_tap_shows_what_a_pointer_would(browser: Browser, redis_url: str, settings: Settings) -> None:
    await publish(redis_url, settings, HARBOUR, SAID, MET, PASSED)
    async with served(settings, redis_url) as base:
        context = await browser.new_context(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
        page = await context.new_page()
        await page.goto(f"{base}/#/article?url={HARBOUR.url}")
        await page.locator(f'.article-text .annotation[data-event="{MET.id}"][data-role="place"]').tap()
        await expect(page.locator("#card")).to_contain_text("CONSULT-visit")
        await page.locator(f'.article-text .annotation[data-event="{SAID.id}"][data-role="content"]').tap()
        await expect(page.locator("#card")).to_contain_text("Make statement")
        await page.get_by_role("button", name="Close the card").tap()
        await expect(page.locator("#card")).to_be_hidden()
        await context.close()
