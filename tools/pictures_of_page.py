"""Take the screenshots docs/pictures/page-*.png of the page, with the articles of the demo.  `make pictures` runs it.

Uses a real gateway with a Redis of its own and a headless Chromium.  Only the figures of the health view
are invented: those of the picture of `communique top`.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from contextlib import asynccontextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlencode

import msgspec
import structlog
from playwright.async_api import Browser, Page, async_playwright

from tests.gateway.browsing import installed_browser, publish, served
from tools.picture_of_top import FLEET
from worker.demo import pages
from worker.demo.story import REJECTIONS, Story, load_stories
from worker.gateway.api.status import memory_status
from worker.gateway.models import DeadLetterCounts, Status, StreamStatus
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.queue import Depth, WorkerState
from worker.schema import Meeting
from worker.schema import Page as Fetched
from worker.settings import Settings
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PICTURES: Final = Path(__file__).parent.parent / "docs" / "pictures"
COURIER: Final = "https://meridian-courier.example"
OPENED: Final = "/news/foreign-ministers-in-trieste"
"""Path of the article that the article view shows."""

STATUS: Final = "**/v1/status"
POLLS: Final = 120
"""Polls of the health view before its screenshot."""

Theme = Literal["light", "dark"]
SIZES: Final = {"": (1280, 800), "-phone": (360, 740)}
"""Width and height in CSS pixels, by suffix of the file name."""


# ---------------------------------------------------------------- content
@cache
def processed_articles() -> list[ProcessedPage]:
    """Process the articles of the demo as a worker does; returns those with events, oldest first."""
    found = [_read(story) for story in reversed(load_stories()) if story.serve not in REJECTIONS]
    return [one for one in found if one.events]


def _read(story: Story) -> ProcessedPage:
    url = COURIER + story.path
    html = pages.render_page(story, url, COURIER, ())
    return process_page(Fetched(url=url, body=html.encode(story.charset, "xmlcharrefreplace"), charset=story.charset))


@asynccontextmanager
async def run_gateway(found: list[ProcessedPage]) -> AsyncIterator[str]:
    """Run a gateway on loopback with these articles while the block lasts; yields its URL."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as redis_url, served(Settings(), redis_url) as base:
            *older, newest = found
            for one in older:
                await publish(redis_url, Settings(), one.article, *one.events)
            for event in sorted(
                newest.events, key=lambda event: event.sentence.start
            ):  # one by one: within one millisecond events are ordered by kind
                await publish(redis_url, Settings(), newest.article, event)
            yield base


def fleet_status(ago: int = 0) -> bytes:
    """Return the JSON of /v1/status for the invented fleet, `ago` polls before the last.

    The backlog rises in bursts, as feeds are polled, and falls as workers process it.
    """
    status = Status(
        at=FLEET.at,
        queue=Depth(
            backlog=FLEET.backlog + 35 * (ago % 29),
            pending=FLEET.pending,
            waiting=FLEET.waiting,
            delayed=FLEET.delayed,
            dead=FLEET.dead,
            oldest_s=FLEET.lag_s,
            oldest_ready_s=FLEET.lag_s,
            oldest_pending_s=FLEET.oldest_pending_s,
        ),
        workers=[
            WorkerState(name=beat.name, pending=beat.in_flight, idle_s=round(FLEET.age_s(beat) / 8, 2))
            for beat in FLEET.services
            if beat.service == "worker"
        ],
        services=list(FLEET.services),
        hosts=list(FLEET.hosts),
        waiting_hosts=FLEET.waiting_hosts,
        down_hosts=FLEET.down_hosts,
        lags=list(FLEET.lags),
        dead=DeadLetterCounts(
            newest=FLEET.dead, by_reason={"http_404": 71, "not_an_article": 58, "robots": 22, "timeout_read": 12}
        ),
        events={"statement": 61_204, "meeting": 9_870, "decision": 14_333},
        articles=11_482,
        memory=memory_status(FLEET),
        trimmed_unread=0,
        omitted_events=0,
        stream=StreamStatus(clients=12, position="0", lag_s=0.004),
    )
    return msgspec.json.encode(status)


# ---------------------------------------------------------------- views
async def feed(page: Page, base: str) -> None:
    """Show the newest events of two countries with high confidence."""
    await page.goto(f"{base}/#/feed?country=FI&country=SE&min_confidence=0.8")
    await page.locator(".event-row").nth(5).wait_for()


async def article(page: Page, base: str) -> None:
    """Show an article with the card of one of its meetings."""
    [one] = [one for one in processed_articles() if one.article.url == COURIER + OPENED]
    meeting = next(event for event in one.events if isinstance(event, Meeting))
    await page.goto(f"{base}/#/article?{urlencode({'url': one.article.url, 'event': meeting.id})}")
    await page.locator("#card .card").wait_for()


async def network(page: Page, base: str) -> None:
    """Show the countries of all articles, after all events have been loaded."""
    await page.goto(f"{base}/#/network")
    await page.get_by_text(f"in {sum(len(one.events) for one in processed_articles())} events").wait_for()


async def health(page: Page, base: str) -> None:
    """Show the invented fleet after `POLLS` polls, two seconds apart."""
    ago = count(POLLS, -1)
    await page.clock.install()
    await page.route(STATUS, lambda route: route.fulfill(body=fleet_status(next(ago)), content_type="application/json"))
    await page.goto(f"{base}/#/health")
    await page.locator(".tiles").wait_for()
    for _ in range(POLLS):
        async with page.expect_response(STATUS):
            await page.clock.run_for(2_000)


VIEWS: Final = {"feed": feed, "article": article, "network": network, "health": health}


async def take_screenshots(browser: Browser, base: str, folder: Path) -> None:
    """Take a screenshot of every view in the light and the dark theme, and on a phone."""
    for name, show in VIEWS.items():
        for suffix, theme, size in (("", "light", ""), ("-dark", "dark", ""), ("-phone", "light", "-phone")):
            width, height = SIZES[size]
            page = await browser.new_page(
                viewport={"width": width, "height": height},
                device_scale_factor=1.25,
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            await show(page, base)
            await page.wait_for_timeout(300)
            await page.screenshot(path=folder / f"page-{name}{suffix}.png")
            await page.close()


async def main() -> None:
    """Take all screenshots."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with async_playwright() as driver:
        path = installed_browser(driver.chromium.executable_path)
        if path is None:
            sys.exit("Chromium was not found: apt install chromium, or .venv/bin/playwright install chromium")
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-lcd-text"])
        async with run_gateway(processed_articles()) as base:
            await take_screenshots(browser, base, PICTURES)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
