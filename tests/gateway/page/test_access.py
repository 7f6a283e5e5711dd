"""The page for everybody: by keyboard, by ear, in the dark, large, on a small screen."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import publish, served
from tests.gateway.page.reading import HARBOUR, MET, PASSED, PLAN, PLANNED, SAID, Reader, open_article

if TYPE_CHECKING:
    from playwright.async_api import Browser

    from worker.settings import Settings


pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_everything_can_be_reached_by_keyboard(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET, PASSED)
    await reader.go()
    page, keyboard = reader.page, reader.page.keyboard
    await expect(page.locator(".line")).to_have_count(3)
    await keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await page.locator(".line").first.locator("a").focus()
    await keyboard.press("PageDown")
    await expect(page.locator(".line").nth(1)).to_be_focused()
    await keyboard.press("k")
    await expect(page.locator(".line").first).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await page.get_by_role("button", name="Next event").focus()
    await keyboard.press("Tab")
    await expect(page.locator(".article-text .mark:focus")).to_have_attribute("aria-pressed", "true")
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


@pytest.mark.parametrize("where", ["#/feed", "#/picture", "#/health", "article"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_wrong(reader: Reader, where: str, scheme: Any) -> None:
    found = find_spec("axe_playwright_python")
    if found is None or not found.origin:
        pytest.skip("axe-core is not at hand: pip install -e '.[dev]'")
    await reader.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    if where == "article":
        await open_article(reader)
    else:
        await reader.publish(HARBOUR, SAID, MET, PASSED)
        await reader.publish(PLAN, PLANNED)
        await reader.bury("robots")
        await reader.go(where)
        await expect(reader.page.locator(".line, .node, .figures").first).to_be_visible()
    await reader.page.evaluate(Path(found.origin).with_name("axe.min.js").read_text(encoding="utf-8"))
    wrong = (await reader.page.evaluate("axe.run()"))["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in wrong] == []


async def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, redis_url: str, settings: Settings
) -> None:
    await publish(redis_url, settings, HARBOUR, SAID, MET, PASSED)
    async with served(settings, redis_url) as base:
        page = await browser.new_page(viewport={"width": 360, "height": 640})
        for where, shown in (("feed", ".line"), ("picture", ".node"), ("health", ".figures")):
            await page.goto(f"{base}/#/{where}")
            await expect(page.locator(shown).first).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.close()
