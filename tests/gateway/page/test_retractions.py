"""Retracted events: their content leaves the page, wherever it is shown, and the counts follow."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.page.browser_page import HARBOUR, MET, PLAN, PLANNED, SAID, BrowserPage, many

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_retracted_event_loses_its_content_at_its_place(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET)
    await ui.publish(PLAN, PLANNED)
    await ui.go()
    await ui.live()
    rows, total = ui.page.locator(".feed .event-row"), ui.page.locator(".feed .total")
    await expect(total).to_have_text("3 events")
    await ui.forget(HARBOUR)
    await expect(ui.page.locator(".retracted")).to_have_count(2)
    await expect(total).to_have_text("1 event")
    await expect(rows).to_have_count(3)
    await expect(rows.last).to_have_text("StatementThis statement was retracted.")
    await expect(rows.last).to_have_attribute("data-id", SAID.id)
    assert "No port will freeze" not in await ui.page.content()
    assert "Maren Holt" in await rows.first.inner_text()
    await ui.page.reload()
    await expect(rows).to_have_count(1)
    await expect(total).to_have_text("1 event")


async def test_a_row_that_has_the_focus_keeps_it_and_the_list_does_not_move(ui: BrowserPage) -> None:
    of, events = many(30)
    await ui.publish(HARBOUR, SAID)
    await ui.publish(of, *events)
    await ui.go()
    await ui.live()
    row = ui.page.locator(f'.event-row[data-id="{SAID.id}"]')
    await row.focus()
    await ui.publish(PLAN, PLANNED)
    await expect(ui.page.get_by_role("button", name="Show 1 new event")).to_be_visible()
    await ui.forget(HARBOUR)
    await expect(row).to_have_text("StatementThis statement was retracted.")
    await expect(row).to_be_focused()
    await ui.page.keyboard.press("Enter")  # leads nowhere
    await ui.forget(PLAN)
    await expect(ui.page.get_by_role("button", name="Show")).to_be_hidden()
    await ui.page.keyboard.press("k")
    await expect(ui.page.locator(".event-row:focus")).to_contain_text("Word 0.")


async def test_an_event_of_an_older_page_is_retracted_too(ui: BrowserPage) -> None:
    of, events = many(200)
    await ui.publish(of, *events)
    await ui.go()
    await ui.live()
    await expect(ui.page.locator(".event-quote").first).to_have_text("“Word 199.”")
    await ui.forget(of)
    await expect(ui.page.locator(".feed .event-row:not(.retracted)")).to_have_count(0)
    await expect(ui.page.locator(".feed .total")).not_to_contain_text("event")
    assert "Word 1" not in await ui.page.content()


async def test_retracted_events_leave_the_network_even_from_a_list_with_the_focus(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, MET)
    await ui.publish(PLAN, PLANNED)
    await ui.go("#/network")
    page = ui.page
    await expect(page.locator(".node")).to_have_count(3)
    await page.get_by_role("button", name=re.compile("^Norway spoke of Finland: 1.* met: 1$")).click()
    await page.locator(".selected-events .event-meeting").focus()
    await ui.forget(HARBOUR)
    await expect(page.locator(".selected-events .event-meeting")).to_have_count(0)
    await expect(page.locator(".selected-events .event-row")).to_have_count(1)
    await expect(page.locator(".selected-events h2")).to_be_focused()
    await expect(page.locator(".edge-met")).to_have_count(0)
