"""The feed: new events appear in order, and never move what the user is reading."""

from __future__ import annotations

import asyncio
import re

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from msgspec.structs import replace
from playwright.async_api import expect

from tests.gateway.page.browser_page import HARBOUR, MET, PASSED, SAID, BrowserPage, many
from worker.schema import hash_id

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_events_of_all_kinds_arrive_live(ui: BrowserPage) -> None:
    await ui.go()
    await ui.live()
    lines = ui.page.locator(".feed .event-row")
    await expect(lines).to_have_count(0)
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await expect(lines).to_have_count(3)
    said, met, passed = (ui.page.locator(f".event-{kind}") for kind in ("statement", "meeting", "decision"))
    await expect(said).to_contain_text("Maren Holt foreign minister, Norway says")
    await expect(said.locator(".event-quote")).to_have_text("“No port will freeze,”")
    await expect(met).to_contain_text("Maren Holt foreign minister, Norway and Juhani Korpi Finland talks held")
    await expect(passed).to_contain_text("Storting Norway legislative decision taken")
    await expect(said.locator(".event-meta")).to_contain_text("meridian-courier.example")
    await expect(said.locator(".confidence")).to_contain_text("90 %")


async def test_filters_narrow_the_feed_and_are_kept_in_the_address(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await ui.go()
    lines = ui.page.locator(".feed .event-row")
    await expect(lines).to_have_count(3)
    await ui.page.get_by_role("button", name="Meetings").click()
    await expect(lines).to_have_count(1)
    assert ui.page.url.endswith("#/feed?kind=meeting")
    await ui.page.get_by_text("More filters").click()
    await ui.page.get_by_label("Country").fill("Finland")
    await ui.page.get_by_label("Country").press("Enter")
    await expect(ui.page.locator(".chip")).to_have_text(["meetings", "Finland"])
    await expect(lines).to_have_count(1)
    await ui.page.reload()
    await expect(lines).to_have_count(1)
    await ui.page.get_by_role("button", name="Remove filter meetings").click()
    await ui.page.get_by_role("button", name="Remove filter Finland").click()
    await ui.page.get_by_role("searchbox", name="Text").fill("port will")
    await expect(ui.page.locator(".chip")).to_have_text(["“port will”"])
    await expect(lines).to_have_count(3)  # all three quote the whole text as their sentence


async def test_new_events_are_held_back_while_the_user_reads_further_down(ui: BrowserPage) -> None:
    of, events = many(30)
    await ui.publish(of, *events)
    await ui.go()
    await ui.live()
    await ui.page.mouse.wheel(0, 900)
    await ui.page.wait_for_function("scrollY > 500")
    await ui.publish(HARBOUR, SAID, MET)
    fresh = ui.page.get_by_role("button", name="Show 2 new events")
    await expect(fresh).to_have_text("2 new")
    await expect(ui.page.locator(".event-meeting")).to_have_count(0)
    await fresh.click()
    await expect(ui.page.locator(".event-meeting")).to_have_count(1)
    await ui.page.wait_for_function("scrollY === 0")
    await expect(fresh).to_be_hidden()


async def test_a_paused_feed_holds_events_back_until_it_is_resumed(ui: BrowserPage) -> None:
    await ui.go()
    await ui.live()
    await ui.page.get_by_role("button", name="Pause").click()
    await ui.publish(HARBOUR, SAID)
    await expect(ui.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(ui.page.locator(".event-row")).to_have_count(0)
    await ui.page.get_by_role("button", name="Resume").click()
    await expect(ui.page.locator(".event-row")).to_have_count(1)


async def test_older_events_are_loaded_on_scrolling(ui: BrowserPage) -> None:
    of, events = many(200)
    await ui.publish(of, *events)
    await ui.go()
    words = ui.page.locator(".event-quote")
    await expect(words.first).to_have_text("“Word 199.”")
    while not await ui.page.get_by_text("No older events.").is_visible():
        await ui.page.mouse.wheel(0, 20_000)
        await asyncio.sleep(0.05)
    shown = await words.all_text_contents()
    assert shown == [f"“Word {n}.”" for n in reversed(range(200))]


async def test_going_back_from_an_article_restores_the_position(ui: BrowserPage) -> None:
    of, events = many(40)
    await ui.publish(of, *events)
    await ui.go()
    await ui.page.get_by_text("“Word 9.”").first.click()
    await expect(ui.page.locator(".article-text")).to_be_visible()
    await ui.page.go_back()
    line = ui.page.locator(".feed .event-row", has=ui.page.get_by_text("“Word 9.”", exact=True))
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()


async def test_filters_can_be_undone_with_back_and_typing_is_one_step(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await ui.go()
    page, chips = ui.page, ui.page.locator(".chip")
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


async def test_a_flood_of_events_leaves_the_newest_in_a_bounded_page(ui: BrowserPage) -> None:
    await ui.go()
    await ui.live()
    short = replace(SAID, sentence=SAID.content[0])
    await ui.publish(HARBOUR, *(replace(short, id=hash_id(str(n)), rule=str(n)) for n in range(6000)))
    total = ui.page.locator(".feed .total")
    await expect(total).to_have_text(re.compile(r"^5,\d\d\d events$"))
    await expect(ui.page.locator(".event-row").first).to_have_attribute("data-id", hash_id("5999"))
    assert await ui.page.locator(".event-row").count() <= 150
    await expect(ui.page.locator(".event-row").first).to_have_attribute("aria-posinset", "1")


async def test_a_hidden_feed_stays_as_it_was_left(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET)
    await ui.go()
    await expect(ui.page.locator(".event-row")).to_have_count(2)
    await ui.live()
    await ui.page.locator(".event-quote").last.click()
    await ui.publish(HARBOUR, PASSED)
    await expect(ui.page.locator(".article-text")).to_be_visible()
    await ui.page.go_back()
    await expect(ui.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(ui.page.locator(".event-row")).to_have_count(2)
    await expect(ui.page.locator(".event-row").last).to_be_focused()
