"""Keyboard shortcuts without a focus, and addresses that name no view."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.page.browser_page import HARBOUR, MET, PASSED, SAID, open_article

if TYPE_CHECKING:
    from tests.gateway.page.browser_page import BrowserPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("path", ["nonsense", "toString", "feed/more"])
async def test_an_address_without_a_view_is_reported(ui: BrowserPage, path: str) -> None:
    await ui.go(f"#/{path}")
    await expect(ui.page.get_by_role("heading", level=1)).to_have_text("No such view")
    await expect(ui.page).to_have_title("No such view · Communiqué")
    await expect(ui.page.locator(".filters")).to_be_hidden()
    await ui.page.locator("main").get_by_role("link", name="feed").click()
    await expect(ui.page.get_by_role("heading", level=1)).to_have_text("Live feed")


async def test_j_and_k_move_between_events_without_a_focus(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET, PASSED)
    await ui.go()
    rows = ui.page.locator(".event-row")
    await expect(rows).to_have_count(3)
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        await ui.page.keyboard.press(key)
        await expect(rows.nth(row)).to_be_focused()


async def test_j_selects_the_next_event_of_an_article(ui: BrowserPage) -> None:
    await open_article(ui)
    position = ui.page.locator(".article-position")
    before = await position.text_content()
    await ui.page.keyboard.press("j")
    await expect(position).not_to_have_text(before or "")
    await expect(ui.page.locator("#card")).to_be_visible()


async def test_a_slash_focuses_the_search_from_any_view(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID)
    await ui.go("#/health")
    await expect(ui.page.locator(".tiles")).to_be_visible()
    await ui.page.keyboard.press("/")
    words = ui.page.get_by_role("searchbox")
    await expect(words).to_be_focused()
    await expect(words).to_have_value("")
    await expect(ui.page.locator(".event-row")).to_have_count(1)


async def test_characters_typed_into_a_field_are_no_shortcuts(ui: BrowserPage) -> None:
    await ui.go()
    await ui.page.keyboard.press("/")
    await ui.page.keyboard.type("jk/?")
    await expect(ui.page.get_by_role("searchbox")).to_have_value("jk/?")
    await expect(ui.page.get_by_role("dialog")).to_be_hidden()


async def test_a_question_mark_lists_the_shortcuts(ui: BrowserPage) -> None:
    await ui.go()
    await ui.page.keyboard.press("?")
    shortcuts = ui.page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(shortcuts).to_be_visible()
    await ui.page.keyboard.press("/")
    await expect(ui.page.get_by_role("searchbox")).not_to_be_focused()
    await ui.page.keyboard.press("Escape")
    await expect(shortcuts).to_be_hidden()
