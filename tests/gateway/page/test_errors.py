"""Errors between page and gateway: explained, and recovered from without lost or repeated events."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.browsing import publish, served
from tests.gateway.page.browser_page import HARBOUR, MET, PASSED, SAID, BrowserPage
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser

    from worker.settings import Settings


pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKENS: Final = '[[token]]\nname = "reader"\ntoken = "sixteen-letters-or-more"\nscopes = ["read"]\n'


async def test_an_invalid_filter_is_explained(ui: BrowserPage) -> None:
    await ui.go("#/feed?kind=meeting&act=deny")
    await expect(ui.page.get_by_role("alert")).to_contain_text("kind and act")
    await expect(ui.page.locator("#connection-state")).to_have_attribute("data-state", "failed")
    await ui.go("#/feed?country=Atlantis")
    await expect(ui.page.get_by_role("alert")).to_contain_text("Unknown country")
    await ui.page.get_by_role("button", name="Remove filter Atlantis").click()
    await ui.live()
    await expect(ui.page.get_by_role("alert")).to_be_empty()
    assert all("400" in told for told in ui.complaints)
    ui.complaints.clear()


async def test_after_a_disconnection_no_event_is_missing_or_repeated(
    browser: Browser, redis_url: str, settings: Settings
) -> None:
    page = await browser.new_page()
    async with served(settings, redis_url) as base:
        await publish(redis_url, settings, HARBOUR, SAID)
        await page.goto(f"{base}/#/feed")
        await expect(page.locator(".event-row")).to_have_count(1)
        await expect(page.locator("#connection-state")).to_have_attribute("data-state", "live")
    await expect(page.locator("#connection-label")).to_contain_text("Reconnecting")
    await publish(redis_url, settings, HARBOUR, MET)
    async with served(settings, redis_url, int(base.rpartition(":")[2])):
        await publish(redis_url, settings, HARBOUR, PASSED)
        await expect(page.locator(".event-row")).to_have_count(3)
        await expect(page.locator("#connection-label")).to_have_text("Live")
        kinds = await page.locator(".event-kind").all_text_contents()
        await page.close()
    assert kinds == ["Decision", "Meeting", "Statement"]


async def test_a_token_is_requested_once_and_kept_for_the_tab(
    browser: Browser, redis_url: str, settings: Settings, tmp_path: Path
) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(TOKENS, encoding="utf-8")
    await publish(redis_url, settings, HARBOUR, SAID)
    async with served(settings.override(gateway_tokens=str(tokens)), redis_url) as base:
        page = await browser.new_page()
        await page.goto(f"{base}/#/feed")
        await page.get_by_role("textbox", name="Token").fill("sixteen-letters-or-more")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.locator(".event-row")).to_have_count(1)
        await page.reload()
        await expect(page.locator("#connection-label")).to_have_text("Live")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await page.close()


CUT_ANYWHERE = """async (text) => {
  const { frames } = await import("/static/stream.js");
  const bytes = new TextEncoder().encode(text);
  const read = async (at) => {
    const parts = [bytes.slice(0, at), bytes.slice(at)];
    const body = new ReadableStream({ start(c) { parts.forEach((part) => c.enqueue(part)); c.close(); } });
    const found = [];
    for await (const frame of frames(body)) if (Object.keys(frame).length) found.push(frame);
    return JSON.stringify(found);
  };
  return [...new Set(await Promise.all([...bytes.keys()].map(read)))];
}"""


async def test_frames_are_parsed_wherever_they_are_split(ui: BrowserPage) -> None:
    await ui.go()
    sent = ': hello\r\nid: 7\n\nevent: statement\nid: 8\ndata: {"é":\ndata: "🚢"}\n\nid: 9\nevent: half'
    assert await ui.page.evaluate(CUT_ANYWHERE, sent) == [
        '[{"id":"7"},{"event":"statement","id":"8","data":"{\\"é\\":\\n\\"🚢\\"}"}]'
    ]


async def test_a_rejected_token_is_reported_and_can_be_replaced(ui: BrowserPage, tmp_path: Path) -> None:
    tokens = tmp_path / "tokens.toml"
    tokens.write_text(TOKENS, encoding="utf-8")
    await ui.publish(HARBOUR, SAID)
    async with ui.served(gateway_tokens=str(tokens)):
        page = ui.page
        await ui.go()
        await page.get_by_role("textbox", name="Token").fill("sixteen-letters-but-wrong")
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("alert").filter(has_text="rejected")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator(".feed-end")).to_contain_text("A valid token is required")
        await page.get_by_role("button", name="Enter a token").click()
        await page.get_by_role("textbox", name="Token").fill("sixteen-letters-or-more")
        await page.keyboard.press("Enter")
        await expect(page.locator(".event-row")).to_have_count(1)
        await ui.live()
    ui.complaints.clear()  # the browser logs the 401s


async def test_an_outage_of_redis_is_shown_and_no_event_is_missing_afterwards(
    browser: Browser, tmp_path: Path, settings: Settings
) -> None:
    async with AsyncExitStack() as later:
        async with run_embedded_server(tmp_path) as redis_url:
            await publish(redis_url, settings, HARBOUR, SAID)
            base = await later.enter_async_context(served(settings, redis_url))
            page, health = await browser.new_page(), await browser.new_page()
            await page.goto(f"{base}/#/feed")
            await expect(page.locator("#connection-label")).to_have_text("Live")
            await health.goto(f"{base}/#/health")
            await expect(health.locator(".verdict")).to_have_attribute("data-severity", "good")
        await expect(page.locator("#connection-label")).to_have_text("Waiting for Redis")
        await expect(health.locator(".verdict")).to_have_text("Redis does not answer. Trying again.")
        async with run_embedded_server(tmp_path) as redis_url:
            await publish(redis_url, settings, HARBOUR, MET, PASSED)
            await expect(page.locator(".event-row")).to_have_count(3)
            await expect(page.locator("#connection-label")).to_have_text("Live")
            await expect(health.locator(".verdict")).to_have_attribute("data-severity", "good")
            await page.close()
            await health.close()
            await later.aclose()
