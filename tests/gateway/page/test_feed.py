"""The feed: what comes is shown at once, in order, and never under the eyes of who is reading."""

from __future__ import annotations

import asyncio
import re

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.page.reading import HARBOUR, MET, PASSED, SAID, Reader, many
from worker.schema import hash_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_events_of_all_kinds_arrive_live(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    lines = reader.page.locator(".feed .event-row")
    await expect(lines).to_have_count(0)
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await expect(lines).to_have_count(3)
    said, met, passed = (reader.page.locator(f".event-{kind}") for kind in ("statement", "meeting", "decision"))
    await expect(said).to_contain_text("Maren Holt foreign minister, Norway says")
    await expect(said.locator(".event-quote")).to_have_text("“No port will freeze,”")
    await expect(met).to_contain_text("Maren Holt foreign minister, Norway and Juhani Korpi Finland talks held")
    await expect(passed).to_contain_text("Storting Norway legislative decision taken")
    await expect(said.locator(".event-meta")).to_contain_text("meridian-courier.example")
    await expect(said.locator(".confidence")).to_contain_text("90 %")


async def test_filters_narrow_the_feed_and_stand_in_the_address(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    lines = reader.page.locator(".feed .event-row")
    await expect(lines).to_have_count(3)
    await reader.page.get_by_role("button", name="Meetings").click()
    await expect(lines).to_have_count(1)
    assert reader.page.url.endswith("#/feed?kind=meeting")
    await reader.page.get_by_text("More filters").click()
    await reader.page.get_by_label("Country").fill("Finland")
    await reader.page.get_by_label("Country").press("Enter")
    await expect(reader.page.locator(".chip")).to_have_text(["meetings", "Finland"])
    await expect(lines).to_have_count(1)
    await reader.page.reload()
    await expect(lines).to_have_count(1)
    await reader.page.get_by_role("button", name="Remove filter meetings").click()
    await reader.page.get_by_role("button", name="Remove filter Finland").click()
    await reader.page.get_by_role("searchbox", name="Text").fill("port will")
    await expect(reader.page.locator(".chip")).to_have_text(["“port will”"])
    await expect(lines).to_have_count(3)  # the evidence of all three is the whole text


async def test_what_is_new_waits_while_the_reader_reads_further_down(reader: Reader) -> None:
    of, events = many(30)
    await reader.publish(of, *events)
    await reader.go()
    await reader.live()
    await reader.page.mouse.wheel(0, 900)
    await reader.page.wait_for_function("scrollY > 500")
    await reader.publish(HARBOUR, SAID, MET)
    fresh = reader.page.get_by_role("button", name="Show 2 new events")
    await expect(fresh).to_have_text("2 new")
    await expect(reader.page.locator(".event-meeting")).to_have_count(0)
    await fresh.click()
    await expect(reader.page.locator(".event-meeting")).to_have_count(1)
    await reader.page.wait_for_function("scrollY === 0")
    await expect(fresh).to_be_hidden()


async def test_a_feed_that_is_paused_holds_still_until_it_is_resumed(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    await reader.page.get_by_role("button", name="Pause").click()
    await reader.publish(HARBOUR, SAID)
    await expect(reader.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(reader.page.locator(".event-row")).to_have_count(0)
    await reader.page.get_by_role("button", name="Resume").click()
    await expect(reader.page.locator(".event-row")).to_have_count(1)


async def test_the_past_comes_as_one_scrolls(reader: Reader) -> None:
    of, events = many(200)
    await reader.publish(of, *events)
    await reader.go()
    words = reader.page.locator(".event-quote")
    await expect(words.first).to_have_text("“Word 199.”")
    while not await reader.page.get_by_text("No older events.").is_visible():
        await reader.page.mouse.wheel(0, 20_000)
        await asyncio.sleep(0.05)
    shown = await words.all_text_contents()
    assert shown == [f"“Word {n}.”" for n in reversed(range(200))]


async def test_who_comes_back_from_an_article_goes_on_where_they_left(reader: Reader) -> None:
    of, events = many(40)
    await reader.publish(of, *events)
    await reader.go()
    await reader.page.get_by_text("“Word 9.”").first.click()
    await expect(reader.page.locator(".article-text")).to_be_visible()
    await reader.page.go_back()
    line = reader.page.locator(".feed .event-row", has=reader.page.get_by_text("“Word 9.”", exact=True))
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()


async def test_what_was_chosen_can_be_gone_back_from_and_a_word_being_typed_is_one_step(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    page, chips = reader.page, reader.page.locator(".chip")
    await page.get_by_role("button", name="Meetings").click()
    await page.get_by_role("button", name="Decisions").click()
    words = page.get_by_role("searchbox", name="Text")
    await words.press_sequentially("port")
    await expect(chips).to_have_text(["meetings", "decisions", "“port”"])
    await words.press_sequentially(" will")
    await expect(chips).to_have_text(["meetings", "decisions", "“port will”"])
    for expected in (["meetings", "decisions"], ["meetings"], []):
        await page.go_back()
        await expect(chips).to_have_text(expected)
    await expect(words).to_have_value("")
    await expect(page.locator(".event-row")).to_have_count(3)
    await page.go_forward()
    await expect(chips).to_have_text(["meetings"])
    await expect(page.locator(".event-row")).to_have_count(1)


async def test_a_flood_leaves_the_newest_and_the_page_no_larger(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    short = replace(SAID, sentence=SAID.content[0])
    await reader.publish(HARBOUR, *(replace(short, id=hash_id(str(n)), rule=str(n)) for n in range(6000)))
    total = reader.page.locator(".feed .total")
    await expect(total).to_have_text(re.compile(r"^5,\d\d\d events$"), timeout=20_000)
    await expect(reader.page.locator(".event-row").first).to_have_attribute("data-id", hash_id("5999"), timeout=20_000)
    assert await reader.page.locator(".event-row").count() <= 150
    await expect(reader.page.locator(".event-row").first).to_have_attribute("aria-posinset", "1")


async def test_a_feed_that_is_not_looked_at_stays_as_it_was_left(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET)
    await reader.go()
    await expect(reader.page.locator(".event-row")).to_have_count(2)
    await reader.live()
    await reader.page.locator(".event-quote").last.click()
    await reader.publish(HARBOUR, PASSED)
    await expect(reader.page.locator(".article-text")).to_be_visible()
    await reader.page.go_back()
    await expect(reader.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(reader.page.locator(".event-row")).to_have_count(2)
    await expect(reader.page.locator(".event-row").last).to_be_focused()
