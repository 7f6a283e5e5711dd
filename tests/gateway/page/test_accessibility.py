"""Accessibility: keyboard, screen readers, themes, zoom and small screens."""

from __future__ import annotations

import re
import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import article, person, statement
from tests.gateway.page.browser_page import HARBOUR, MET, PASSED, PLAN, PLANNED, SAID, many
from tools.pictures_of_page import fleet_status

if TYPE_CHECKING:
    from tests.gateway.page.browser_page import BrowserPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_everything_can_be_reached_by_keyboard(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await ui.go()
    page, keyboard = ui.page, ui.page.keyboard
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


async def test_the_theme_follows_the_system_until_one_is_chosen(ui: BrowserPage) -> None:
    page = ui.page
    paper = "getComputedStyle(document.body).backgroundColor"
    await page.emulate_media(color_scheme="light")
    await ui.go()
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


# ---------------------------------------------------------------- every view, with most of its elements
async def feed(ui: BrowserPage) -> None:
    """Show the feed with all filter fields open and some filters active."""
    await ui.go("#/feed?kind=statement&kind=meeting&speaker=Maren+Holt&country=NO&min_confidence=0.5")
    await ui.page.get_by_role("button", name="More filters").click()
    await expect(ui.page.locator(".event-row")).to_have_count(2)


async def an_article(ui: BrowserPage) -> None:
    """Show an article with a card."""
    await ui.go(f"#/article?url={HARBOUR.url}&event={MET.id}")
    await expect(ui.page.locator("#card")).to_be_visible()


async def network(ui: BrowserPage) -> None:
    """Show the network view with a country selected."""
    await ui.go("#/network")
    await ui.page.locator(".node").first.press("Enter")
    await expect(ui.page.locator(".selected-events .event-row").first).to_be_visible()


async def health(ui: BrowserPage) -> None:
    """Show the health of a fleet with a silent service."""
    await ui.page.route(
        "**/v1/status", lambda route: route.fulfill(body=fleet_status(), content_type="application/json")
    )
    await ui.go("#/health")
    await expect(ui.page.locator(".late")).to_be_visible()


async def missing(ui: BrowserPage) -> None:
    """Show the message for a missing article."""
    await ui.go("#/article?url=https://gone.example/")
    await expect(ui.page.locator(".notice")).to_contain_text("no longer kept")
    ui.complaints.clear()  # the browser logs the 404


VIEWS: Final = {"feed": feed, "article": an_article, "network": network, "health": health, "missing": missing}


async def show(ui: BrowserPage, view: str) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await ui.publish(PLAN, PLANNED)
    await VIEWS[view](ui)


@pytest.mark.parametrize("view", VIEWS)
async def test_axe_finds_no_violation_in_any_theme_and_width(ui: BrowserPage, view: str) -> None:
    await show(ui, view)
    await assert_no_violation(ui)


async def test_axe_finds_no_violation_in_the_runbook_which_fits_a_small_screen(ui: BrowserPage) -> None:
    await ui.page.goto(f"{ui.base}/runbook#CommuniqueBug")
    await expect(ui.page.locator("#CommuniqueBug")).to_be_in_viewport()
    await assert_no_violation(ui)
    for width in (320, 640):
        await ui.page.set_viewport_size({"width": width, "height": 640})
        assert await ui.page.evaluate("document.documentElement.scrollWidth") <= width


async def assert_no_violation(ui: BrowserPage) -> None:
    """Check the page as it is with axe-core, in both themes and three widths."""
    found = find_spec("axe_playwright_python")
    if found is None or not found.origin:
        pytest.skip("axe-core is not installed: pip install -e '.[dev]'")
    await ui.page.evaluate(Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        await ui.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        for width in (360, 768, 1280):
            await ui.page.set_viewport_size({"width": width, "height": 900})
            wrong = (await ui.page.evaluate("axe.run()"))["violations"]
            told = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in wrong]
            assert told == [], f"{scheme}, {width} px"


@pytest.mark.parametrize("view", VIEWS)
async def test_no_view_overflows_a_small_screen_or_an_enlarged_page(ui: BrowserPage, view: str) -> None:
    """WCAG 1.4.10: 320 px wide is what 1280 px are at 400 %, 640 px at 200 %."""
    await show(ui, view)
    for width in (320, 360, 640):
        await ui.page.set_viewport_size({"width": width, "height": 640})
        assert await ui.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("view", VIEWS)
async def test_every_tab_stop_is_visible_and_shows_its_focus(ui: BrowserPage, view: str) -> None:
    await show(ui, view)
    await ui.page.evaluate("document.getElementById('skip').focus()")
    stops = []
    for _ in range(80):
        await ui.page.keyboard.press("Tab")
        stop = await ui.page.evaluate(STOP)
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
"""Returns of the focused element: its markup, whether its focus is visible, whether it is in view; null: none."""


# ---------------------------------------------------------------- while events arrive
async def test_the_focus_stays_while_events_arrive(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET)
    await ui.go()
    first = ui.page.locator(".event-quote").first
    await first.focus()
    await ui.live()
    await ui.publish(PLAN, PLANNED)
    await expect(ui.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await expect(first).to_be_focused()


FAR: Final = article("“Denmark is far,” Maren Holt said.", "far")


async def test_the_focus_stays_in_the_network_view_while_it_is_redrawn(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, MET)
    await ui.go("#/network")
    cell = ui.page.get_by_role("button", name=re.compile("^Norway and Finland met: 1$"))
    await cell.focus()
    await ui.live()
    await ui.publish(PLAN, PLANNED)
    await expect(ui.page.locator(".node")).to_have_count(3)
    await expect(ui.page.locator(".matrix button:focus")).to_have_attribute("data-pair", "NO FI")
    edge = ui.page.locator(".edge-button").first
    await edge.focus()
    await ui.publish(FAR, statement(FAR, person(FAR, "Maren Holt", country="NO"), "“Denmark is far,”"))
    await expect(ui.page.locator(".network .total").first).to_contain_text("3 events")
    await expect(edge).to_be_focused()


async def test_the_focus_stays_while_health_is_redrawn(ui: BrowserPage) -> None:
    await health(ui)
    services = ui.page.get_by_role("region", name="Services")
    await services.focus()
    waiting = ui.page.locator(".tiles div:has(dt:text-is('Waiting'))").locator("b")
    await ui.page.unroute("**/v1/status")
    await expect(waiting).to_have_text("0")
    await expect(services).to_be_focused()


async def test_new_events_are_announced_in_batches(ui: BrowserPage) -> None:
    await ui.go()
    await ui.live()
    await ui.page.evaluate(HEAR)
    of, events = many(60)
    began = time.monotonic()
    for n in range(0, 60, 10):
        await ui.publish(of, *events[n : n + 10])
        await ui.page.wait_for_timeout(250)
    heard = await ui.page.evaluate("window.heard")
    intervals = (time.monotonic() - began) // 8  # one announcement in 8 s: see dom.js
    assert 1 <= len(heard) <= 2 + intervals
    assert re.fullmatch(r"\d+ new events?\. Unnamed source says: “Word \d+\.”", heard[0])
    assert await ui.page.locator("[aria-live=polite], [role=status], [role=alert]").count() <= 4


HEAR: Final = """() => {
  window.heard = [];
  const said = document.getElementById("announcer");
  new MutationObserver(() => window.heard.push(said.textContent)).observe(said, { childList: true });
}"""


async def test_closing_the_card_returns_the_focus_to_its_annotation(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await an_article(ui)
    await ui.page.get_by_role("button", name="Close the card").focus()
    await ui.page.keyboard.press("Enter")
    await expect(ui.page.locator("#card")).to_be_hidden()
    at = ui.page.locator(".annotation:focus")
    await expect(at).to_have_attribute("data-event", MET.id)
    await ui.page.keyboard.press("Enter")
    await expect(ui.page.locator("#card")).to_be_visible()
    await ui.page.keyboard.press(" ")
    await expect(ui.page.locator("#card")).to_be_hidden()


async def test_reduced_motion_disables_animations(ui: BrowserPage) -> None:
    await ui.go()
    await ui.live()
    await ui.publish(HARBOUR, SAID, MET)
    await expect(ui.page.locator(".event-row")).to_have_count(2)
    assert await ui.page.evaluate("document.getAnimations().length") == 0
