"""The picture of who met and spoke of whom, and how the queue is."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.page.reading import HARBOUR, MET, PLAN, PLANNED, SAID, Reader
from tools.picture_of_top import FLEET
from tools.pictures_of_page import state

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_picture_shows_who_met_and_who_spoke_of_whom_and_redraws_live(reader: Reader) -> None:
    await reader.publish(HARBOUR, MET)
    await reader.go("#/network")
    page = reader.page
    await expect(page.locator(".node")).to_have_count(2)
    await expect(page.locator(".edge-met")).to_have_count(1)
    await expect(page.locator(".edge-spoke")).to_have_count(0)
    await reader.publish(PLAN, PLANNED)
    await expect(page.locator(".node")).to_have_count(3)
    await expect(page.locator(".edge-spoke")).to_have_count(2)
    cell = page.get_by_role("button", name=re.compile("^Norway spoke of Finland: 1.* Norway and Finland met: 1$"))
    await cell.click()
    await expect(page.locator(".selected-events .event-row")).to_have_count(2)
    await expect(page.get_by_role("table")).to_have_accessible_description(
        re.compile("how often the country of the row spoke of that of the column")
    )


async def test_the_picture_is_walked_by_arrow_keys(reader: Reader) -> None:
    await reader.publish(HARBOUR, MET)
    await reader.go("#/network")
    nodes = reader.page.locator(".node")
    await nodes.first.focus()
    await reader.page.keyboard.press("ArrowRight")
    await expect(nodes.nth(1)).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(nodes.nth(1)).to_have_attribute("aria-pressed", "true")
    await expect(reader.page.locator(".selected-events .event-meeting")).to_have_count(1)


async def test_the_queues_health_is_told_in_figures_and_in_words(reader: Reader) -> None:
    await reader.publish(HARBOUR, SAID, MET)
    await reader.bury("not_an_article")
    await reader.go("#/health")
    await expect(reader.page.get_by_role("row", name="not an article 1")).to_be_visible()
    await expect(reader.page.get_by_role("status").filter(has_text="No task is waiting")).to_be_visible()
    await expect(reader.page.get_by_role("row", name="meetings 1")).to_be_visible()
    await expect(reader.page.locator(".tiles div:has(dt:text-is('Waiting'))")).to_contain_text("0")


async def test_a_service_that_has_fallen_silent_is_named(reader: Reader) -> None:
    [silent] = [beat for beat in FLEET.services if not FLEET.is_alive(beat)]
    await reader.page.route("**/v1/status", lambda route: route.fulfill(body=state(), content_type="application/json"))
    await reader.go("#/health")
    await expect(reader.page.locator(".verdict")).to_have_text(f"No heartbeat from worker {silent.name}.")
    row = reader.page.get_by_role("row", name=re.compile(silent.name)).first
    await expect(row).to_contain_text(f"silent for {FLEET.age_s(silent):.0f} s")
    others = reader.page.get_by_role("region", name="Services").get_by_role("cell", name="running", exact=True)
    await expect(others).to_have_count(len(FLEET.services) - 1)


async def test_what_was_last_known_is_not_shown_as_if_it_were_so_now(reader: Reader) -> None:
    await reader.go("#/health")
    await expect(reader.page.locator(".tiles")).to_be_visible()
    await reader.page.route("**/v1/status", lambda route: route.abort())
    await expect(reader.page.locator(".verdict")).to_have_text("The gateway cannot be reached. Trying again.")
    await expect(reader.page.locator(".health-body.stale .tiles")).to_be_visible()
    await reader.page.unroute("**/v1/status")
    await expect(reader.page.locator(".health-body:not(.stale) .tiles")).to_be_visible()
    reader.complaints.clear()  # the browser tells of what was aborted
