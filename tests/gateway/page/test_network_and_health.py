"""The network view of meetings and mentions, and the health view."""

from __future__ import annotations

import re

import msgspec
import pytest

pytest.importorskip("playwright.async_api", reason="playwright is not installed: pip install -e '.[dev]'")

from playwright.async_api import expect

from tests.gateway.page.browser_page import HARBOUR, MET, PLAN, PLANNED, SAID, BrowserPage
from tools.picture_of_top import FLEET
from tools.pictures_of_page import fleet_status

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_network_shows_meetings_and_mentions_and_redraws_live(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, MET)
    await ui.go("#/network")
    page = ui.page
    await expect(page.locator(".node")).to_have_count(2)
    await expect(page.locator(".edge-met")).to_have_count(1)
    await expect(page.locator(".edge-spoke")).to_have_count(0)
    await ui.publish(PLAN, PLANNED)
    await expect(page.locator(".node")).to_have_count(3)
    await expect(page.locator(".edge-spoke")).to_have_count(2)
    cell = page.get_by_role("button", name=re.compile("^Norway spoke of Finland: 1.* Norway and Finland met: 1$"))
    await cell.click()
    await expect(page.locator(".selected-events .event-row")).to_have_count(2)
    await expect(page.get_by_role("table")).to_have_accessible_description(
        re.compile("how often the country of the row spoke of that of the column")
    )


async def test_the_former_address_of_the_network_view_still_opens_it(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, MET)
    await ui.go("#/picture")
    await expect(ui.page.locator(".chord-diagram .node")).to_have_count(2)
    await expect(ui.page.get_by_role("link", name="Network")).to_have_attribute("aria-current", "page")


async def test_arrow_keys_move_around_the_chord_diagram(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, MET)
    await ui.go("#/network")
    nodes = ui.page.locator(".node")
    await nodes.first.focus()
    await ui.page.keyboard.press("ArrowRight")
    await expect(nodes.nth(1)).to_be_focused()
    await ui.page.keyboard.press("Enter")
    await expect(nodes.nth(1)).to_have_attribute("aria-pressed", "true")
    await expect(ui.page.locator(".selected-events .event-meeting")).to_have_count(1)


async def test_health_is_shown_in_figures_and_in_a_sentence(ui: BrowserPage) -> None:
    await ui.publish(HARBOUR, SAID, MET)
    await ui.add_dead_letter("not_an_article")
    await ui.go("#/health")
    await expect(ui.page.get_by_role("row", name="not an article 1")).to_be_visible()
    await expect(ui.page.get_by_role("status").filter(has_text="No task is waiting")).to_be_visible()
    await expect(ui.page.get_by_role("row", name="meetings 1")).to_be_visible()
    await expect(ui.page.locator(".tiles div:has(dt:text-is('Waiting'))")).to_contain_text("0")


async def test_the_verdict_names_failed_tasks_when_none_is_left(ui: BrowserPage) -> None:
    status = msgspec.json.decode(fleet_status())
    status |= {"services": [], "down_hosts": 0}
    status["queue"] |= {"backlog": 0, "pending": 0, "waiting": 0, "delayed": 0, "oldest_s": None, "dead": 4}
    body = msgspec.json.encode(status)
    await ui.page.route("**/v1/status", lambda route: route.fulfill(body=body, content_type="application/json"))
    await ui.go("#/health")
    await expect(ui.page.locator(".verdict")).to_have_text("No task is waiting. 4 tasks failed.")
    await expect(ui.page.locator(".verdict")).to_have_attribute("data-severity", "late")


async def test_a_silent_service_is_named(ui: BrowserPage) -> None:
    [silent] = [beat for beat in FLEET.services if not FLEET.is_alive(beat)]
    await ui.page.route(
        "**/v1/status", lambda route: route.fulfill(body=fleet_status(), content_type="application/json")
    )
    await ui.go("#/health")
    await expect(ui.page.locator(".verdict")).to_have_text(f"Not responding: worker {silent.name}.")
    row = ui.page.get_by_role("row", name=re.compile(silent.name)).first
    await expect(row).to_contain_text(f"silent for {FLEET.age_s(silent):.0f} s")
    others = ui.page.get_by_role("region", name="Services").get_by_role("cell", name="running", exact=True)
    await expect(others).to_have_count(len(FLEET.services) - 1)


async def test_tasks_that_wait_for_hosts_are_part_of_the_queue(ui: BrowserPage) -> None:
    status = msgspec.json.decode(fleet_status())
    status |= {"services": [], "down_hosts": 1}
    status["queue"] |= {"backlog": 0, "pending": 0, "waiting": 2_310, "delayed": 4, "oldest_s": None}
    body = msgspec.json.encode(status)
    await ui.page.route("**/v1/status", lambda route: route.fulfill(body=body, content_type="application/json"))
    await ui.go("#/health")
    await expect(ui.page.locator(".verdict")).to_have_text(
        "2,314 tasks wait for their hosts or their next attempt. 1 host fails."
    )
    for name, figure in {"Ready": "0", "Waiting": "2,310", "To retry": "4", "Hosts down": "1"}.items():
        await expect(ui.page.locator(f".tiles div:has(dt:text-is('{name}')) b")).to_have_text(figure)
    host = FLEET.hosts[1]
    row = ui.page.get_by_role("row", name=re.compile(host.host))
    await expect(row).to_contain_text("for 22 min")
    await expect(row).to_contain_text(str(host.waiting))


async def show_status(ui: BrowserPage, **changed: object) -> None:
    body = msgspec.json.encode(msgspec.json.decode(fleet_status()) | changed)
    await ui.page.route("**/v1/status", lambda route: route.fulfill(body=body, content_type="application/json"))
    await ui.go("#/health")


async def test_the_memory_is_shown_with_its_limits_and_what_they_have_cost(ui: BrowserPage) -> None:
    await show_status(ui, services=[], trimmed_unread=1_200, omitted_events=3)
    panel = ui.page.get_by_role("region", name="Memory and limits")
    for row in (
        "Redis 212 MB 1.1 GB", "Streams 174 MB 537 MB", "Reserve for unread entries 0 bytes 268 MB",
        "Unread entries trimmed 1,200", "Events omitted from articles 3",
    ):  # fmt: skip
        await expect(panel.get_by_role("row", name=row)).to_be_visible()
    kept = ui.page.get_by_role("region", name="Kept in the streams")
    await expect(kept.get_by_role("row", name="articles 11,482 121 MB")).to_be_visible()


@pytest.mark.parametrize(
    ("memory", "sentence"),
    [
        ({"used_bytes": 950_000_000, "limit_bytes": 10**9}, "Redis uses 950 MB of its 1.0 GB."),
        ({"eviction_policy": "allkeys-lru"}, "Redis may drop keys: its maxmemory-policy is allkeys-lru."),
    ],
)
async def test_a_problem_of_the_memory_is_the_verdict(
    ui: BrowserPage, memory: dict[str, object], sentence: str
) -> None:
    status = msgspec.json.decode(fleet_status())
    await show_status(ui, services=[], memory=status["memory"] | memory)
    await expect(ui.page.locator(".verdict")).to_have_text(sentence)
    await expect(ui.page.locator(".verdict")).to_have_attribute("data-severity", "bad")


async def test_outdated_figures_are_shown_as_stale(ui: BrowserPage) -> None:
    await ui.go("#/health")
    await expect(ui.page.locator(".tiles")).to_be_visible()
    await ui.page.route("**/v1/status", lambda route: route.abort())
    await expect(ui.page.locator(".verdict")).to_have_text("The gateway cannot be reached. Trying again.")
    await expect(ui.page.locator(".health-body.stale .tiles")).to_be_visible()
    await ui.page.unroute("**/v1/status")
    await expect(ui.page.locator(".health-body:not(.stale) .tiles")).to_be_visible()
    ui.complaints.clear()  # the browser logs the aborted requests
