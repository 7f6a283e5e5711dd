"""The article view: annotations of every event, and the card."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.browsing import article, meeting, person, publish, served, span, statement
from tests.gateway.page.browser_page import HARBOUR, MET, PASSED, SAID, TEXT, BrowserPage, annotations_of, open_article
from worker.schema import Event

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from worker.settings import Settings

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_event_is_annotated_also_after_an_emoji(ui: BrowserPage) -> None:
    await open_article(ui)
    expected: list[tuple[Event, str, str]] = [
        (SAID, "content", "“No port will freeze,”"),
        (SAID, "source", "Maren Holt"),
        (SAID, "cue", "said"),
        (MET, "party", "Juhani Korpi"),
        (MET, "place", "Trieste"),
        (PASSED, "object", "the bill"),
    ]
    for event, role, words in expected:
        assert "".join(await annotations_of(ui, event, role).all_text_contents()).count(words) == 1
    assert await ui.page.locator(".article-text").text_content() == TEXT


async def test_the_card_shows_facts_codes_and_rule(ui: BrowserPage) -> None:
    await open_article(ui)
    await annotations_of(ui, MET, "cue").click()
    card = ui.page.locator("#card")
    for told in ("Meeting", "foreign minister, Norway", "talks held", "Trieste", "PLOVER CONSULT-visit", "90 %"):
        await expect(card).to_contain_text(told)
    await expect(card).to_contain_text("A verb of meeting")
    await expect(card).not_to_contain_text("CAMEO")
    await annotations_of(ui, SAID, "content").hover()
    await expect(card).to_contain_text("CAMEO 010 Make statement")
    await expect(annotations_of(ui, SAID, "content").first).to_have_class(re.compile(r"\bactive\b"))
    await ui.page.mouse.move(5, 5)
    await expect(card).to_contain_text("CONSULT")  # the selected event is shown again
    await ui.page.keyboard.press("Escape")
    await expect(card).to_be_hidden()


async def test_overlapping_and_discontinuous_spans_are_annotated(ui: BrowserPage) -> None:
    of = article("“We, as Ana Brod said, want peace,” he said. “And soon.”", "nested")
    outer = statement(of, None, "“We, as Ana Brod said, want peace,”", "“And soon.”", cue=span(of.text, "he said"))
    inner = statement(of, person(of, "Ana Brod"), "want peace", cue=span(of.text, "said"))
    await open_article(ui, of, outer, inner)
    assert (
        "".join(await annotations_of(ui, outer, "content").all_text_contents())
        == "“We, as Ana Brod said, want peace,”“And soon.”"
    )
    assert await annotations_of(ui, inner, "content").text_content() == "want peace"
    nested = ui.page.locator(f'[data-event="{outer.id}"] [data-event="{inner.id}"]')
    assert await nested.all_text_contents() == ["Ana Brod", "said", "want peace"]


async def test_annotations_differ_by_underline_and_not_by_colour_alone(ui: BrowserPage) -> None:
    await open_article(ui)
    styles = [
        await annotations_of(ui, SAID, role).first.evaluate("m => getComputedStyle(m).textDecorationStyle")
        for role in ("source", "cue", "content")
    ]
    assert len(set(styles)) == 3
    await annotations_of(ui, SAID, "cue").click()
    labels = [
        await annotations_of(ui, SAID, role).first.evaluate("m => getComputedStyle(m, '::before').content")
        for role in ("source", "cue", "content")
    ]
    assert [label.split('"')[1] for label in labels] == ["speaker", "cue", "content"]


async def test_an_event_of_a_trimmed_article_shows_its_sentence(ui: BrowserPage) -> None:
    gone = article(TEXT, "gone")
    await ui.publish(HARBOUR, replace(SAID, url=gone.url))
    await ui.go()
    await ui.page.locator(".event-quote").click()
    await expect(ui.page.locator(".article-text")).to_have_text(TEXT)
    await expect(ui.page.locator(".article .notice")).to_contain_text("no longer kept")
    await expect(ui.page.locator("#card")).to_contain_text("foreign minister, Norway")
    ui.complaints.clear()  # the browser logs the 404


async def test_several_actors_with_one_mention_are_annotated_once(ui: BrowserPage) -> None:
    of = article("Holt and Korpi came. They met.", "they")
    both = [person(of, "They", name=name) for name in ("Maren Holt", "Juhani Korpi")]
    met = meeting(of, *both, cue=span(of.text, "met"))
    await open_article(ui, of, met)
    assert await annotations_of(ui, met, "party").all_text_contents() == ["They"]
    await annotations_of(ui, met, "party").click()
    await expect(ui.page.locator("#card .parties li")).to_contain_text(["Maren Holt", "Juhani Korpi"])


async def test_an_event_has_an_address_that_opens_it(ui: BrowserPage) -> None:
    await open_article(ui)
    await annotations_of(ui, PASSED, "object").click()
    shared = ui.page.url
    await ui.page.goto("about:blank")
    await ui.page.goto(shared)
    await expect(ui.page.locator("#card")).to_contain_text("legislative")
    await expect(annotations_of(ui, PASSED, "cue")).to_have_class(re.compile(r"\bactive\b"))
    await ui.page.get_by_role("button", name="Next event").click()
    assert ui.page.url != shared


async def test_a_tap_shows_what_hovering_shows(browser: Browser, redis_url: str, settings: Settings) -> None:
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


async def test_an_event_is_shown_in_the_text_of_its_revision(ui: BrowserPage) -> None:
    """The article was corrected: its newest text is longer before the words of the event."""
    before = article("Maren Holt said no.", "corrected", title="Before")
    text = "Corrected: the mayor was misquoted. Juhani Korpi said yes."
    after = replace(before, text=text, title="After", revision=1)
    old = statement(before, person(before, "Maren Holt"), "no")
    new = replace(statement(after, person(after, "Juhani Korpi"), "yes"), revision=1)
    await ui.publish(before, old)
    await ui.publish(after, new)
    for event, of in ((old, before), (new, after)):
        await ui.go(f"#/article?url={of.url}&event={event.id}")
        await expect(ui.page.get_by_role("heading", level=1)).to_have_text(of.title)
        assert await ui.page.locator(".article-text").text_content() == of.text
        assert await annotations_of(ui, event, "content").text_content() == event.content[0].text
