"""The page for everybody: by keyboard, by ear, in the dark, large, on a small screen."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import article, person, statement
from tests.gateway.page.reading import HARBOUR, MET, PASSED, PLAN, PLANNED, SAID, many
from tools.pictures_of_page import state

if TYPE_CHECKING:
    from tests.gateway.page.reading import Reader

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_everything_can_be_reached_by_keyboard(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    page, keyboard = reader.page, reader.page.keyboard
    await expect(page.locator(".event-row")).to_have_count(3)
    await keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.locator(".event-row").first.locator("a").focus()
    await keyboard.press("PageDown")
    await expect(page.locator(".event-row").nth(1)).to_be_focused()
    await keyboard.press("k")
    await expect(page.locator(".event-row").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.get_by_role("button", name="Next event").focus()
    await keyboard.press("Tab")
    await expect(page.locator(".article-text .annotation:focus")).to_have_attribute("aria-pressed", "true")
    await expect(page.locator("#card")).to_be_visible()
    await keyboard.press("Escape")
    await expect(page.locator("#card")).to_be_hidden()


async def test_the_dark_is_the_systems_choice_until_the_reader_chooses(reader: Reader) -> None:
    page = reader.page
    paper = "getComputedStyle(document.body).backgroundColor"
    await page.emulate_media(color_scheme="light")
    await reader.go()
    light = await page.evaluate(paper)
    await page.emulate_media(color_scheme="dark")
    dark = await page.evaluate(paper)
    assert light != dark
    await page.get_by_role("button", name="Theme: automatic").click()
    await expect(page.get_by_role("button", name="Theme: light")).to_be_visible()
    assert await page.evaluate(paper) == light
    await page.reload()
    assert await page.evaluate(paper) == light
    await page.get_by_role("button", name="Theme: light").click()
    assert await page.evaluate(paper) == dark


# ---------------------------------------------------------------- every view, as full as it gets
async def feed(reader: Reader) -> None:
    """Show the feed with every filter out and some in force."""
    await reader.go("#/feed?kind=statement&kind=meeting&speaker=Maren+Holt&country=NO&min_confidence=0.5")
    await reader.page.get_by_role("button", name="More filters").click()
    await expect(reader.page.locator(".event-row")).to_have_count(2)


async def an_article(reader: Reader) -> None:
    """Show an article with a card."""
    await reader.go(f"#/article?url={HARBOUR.url}&event={MET.id}")
    await expect(reader.page.locator("#card")).to_be_visible()


async def picture(reader: Reader) -> None:
    """Show the picture with a country chosen."""
    await reader.go("#/network")
    await reader.page.locator(".node").first.press("Enter")
    await expect(reader.page.locator(".selected-events .event-row").first).to_be_visible()


async def health(reader: Reader) -> None:
    """Show a fleet in which not all is well."""
    await reader.page.route("**/v1/status", lambda route: route.fulfill(body=state(), content_type="application/json"))
    await reader.go("#/health")
    await expect(reader.page.locator(".late")).to_be_visible()


async def trouble(reader: Reader) -> None:
    """Show what stands where there is nothing to show."""
    await reader.go("#/article?url=https://gone.example/")
    await expect(reader.page.locator(".notice")).to_contain_text("no longer kept")
    reader.complaints.clear()  # the browser tells of the 404


VIEWS: Final = {"feed": feed, "article": an_article, "picture": picture, "health": health, "trouble": trouble}


async def show(reader: Reader, view: str) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.publish(PLAN, PLANNED)
    await VIEWS[view](reader)


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_nothing_wrong_in_either_light_on_any_screen(reader: Reader, view: str) -> None:
    found = find_spec("axe_playwright_python")
    if found is None or not found.origin:
        pytest.skip("axe-core is not at hand: pip install -e '.[dev]'")
    await show(reader, view)
    await reader.page.evaluate(Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        await reader.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        for width in (360, 768, 1280):
            await reader.page.set_viewport_size({"width": width, "height": 900})
            wrong = (await reader.page.evaluate("axe.run()"))["violations"]
            told = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in wrong]
            assert told == [], f"{scheme}, {width} px"


@pytest.mark.parametrize("view", VIEWS)
async def test_nothing_is_wider_than_a_small_screen_or_a_page_enlarged(reader: Reader, view: str) -> None:
    """WCAG 1.4.10: 320 px wide is what 1280 px are at 400 %, 640 px at 200 %."""
    await show(reader, view)
    for width in (320, 360, 640):
        await reader.page.set_viewport_size({"width": width, "height": 640})
        assert await reader.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("view", VIEWS)
async def test_every_stop_of_the_tab_key_shows_where_it_is(reader: Reader, view: str) -> None:
    await show(reader, view)
    await reader.page.evaluate("document.getElementById('skip').focus()")
    stops = []
    for _ in range(80):
        await reader.page.keyboard.press("Tab")
        stop = await reader.page.evaluate(STOP)
        if stop is None:
            break
        stops.append(stop)
    assert len(stops) >= 8
    assert [told for told, is_shown, _ in stops if not is_shown] == []
    assert [told for told, _, is_in_sight in stops if not is_in_sight] == []


STOP: Final = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(at);
  const mark = at.matches(".node") && getComputedStyle(at.querySelector("circle")).strokeWidth === "5px";
  const { top, bottom, left, right } = at.getBoundingClientRect();
  const inSight = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  return [at.outerHTML.slice(0, 90), mark || (outlineStyle !== "none" && parseFloat(outlineWidth) >= 2), inSight];
}"""
"""What has the focus: its markup, whether that shows, and whether it can be seen at all; null: nothing."""


# ---------------------------------------------------------------- while events come
async def test_the_focus_stays_where_it_is_while_events_come(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET)
    await reader.go()
    first = reader.page.locator(".event-quote").first
    await first.focus()
    await reader.live()
    await reader.publish(PLAN, PLANNED)
    await expect(reader.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(first).to_be_focused()


FAR: Final = article("“Denmark is far,” Maren Holt said.", "far")


async def test_the_focus_stays_in_the_picture_while_it_is_redrawn(reader: Reader) -> None:
    await reader.publish(HARBOUR, MET)
    await reader.go("#/network")
    cell = reader.page.get_by_role("button", name=re.compile("^Norway and Finland met: 1$"))
    await cell.focus()
    await reader.live()
    await reader.publish(PLAN, PLANNED)
    await expect(reader.page.locator(".node")).to_have_count(3)
    await expect(reader.page.locator(".matrix button:focus")).to_have_attribute("data-pair", "NO FI")
    tie = reader.page.locator(".edge-button").first
    await tie.focus()
    await reader.publish(FAR, statement(FAR, person(FAR, "Maren Holt", country="NO"), "“Denmark is far,”"))
    await expect(reader.page.locator(".network .total").first).to_contain_text("3 events")
    await expect(tie).to_be_focused()


async def test_health_is_drawn_anew_under_the_readers_hands(reader: Reader) -> None:
    await health(reader)
    services = reader.page.get_by_role("region", name="Services")
    await services.focus()
    waiting = reader.page.locator(".tiles div", has_text="Waiting").locator("b").first
    await reader.page.unroute("**/v1/status")
    await expect(waiting).to_have_text("0")
    await expect(services).to_be_focused()


async def test_those_who_listen_are_told_now_and_then_and_not_of_every_event(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    await reader.page.evaluate(HEAR)
    of, events = many(60)
    for n in range(0, 60, 10):
        await reader.publish(of, *events[n : n + 10])
        await reader.page.wait_for_timeout(250)
    heard = await reader.page.evaluate("window.heard")
    assert 1 <= len(heard) <= 2
    assert re.fullmatch(r"\d+ new events?\. Unnamed source says: “Word \d+\.”", heard[0])
    assert await reader.page.locator("[aria-live=polite], [role=status], [role=alert]").count() <= 4


HEAR: Final = """() => {
  window.heard = [];
  const said = document.getElementById("announcer");
  new MutationObserver(() => window.heard.push(said.textContent)).observe(said, { childList: true });
}"""


async def test_the_card_gives_the_focus_back_to_the_words_it_was_about(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await an_article(reader)
    await reader.page.get_by_role("button", name="Close the card").focus()
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator("#card")).to_be_hidden()
    at = reader.page.locator(".annotation:focus")
    await expect(at).to_have_attribute("data-event", MET.id)
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator("#card")).to_be_visible()
    await reader.page.keyboard.press(" ")
    await expect(reader.page.locator("#card")).to_be_hidden()


async def test_nothing_moves_for_those_who_asked_for_that(reader: Reader) -> None:
    await reader.go()
    await reader.live()
    await reader.publish(HARBOUR, SAID, MET)
    await expect(reader.page.locator(".event-row")).to_have_count(2)
    assert await reader.page.evaluate("document.getAnimations().length") == 0
