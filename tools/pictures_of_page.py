"""Photograph the page: docs/pictures/page-*.png, of the demo's stories.  `make pictures` runs it.

A real gateway over a Redis of its own, and a headless Chromium before it.  Only the health view's figures are invented:
they are those of the picture of `communique top`.
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
from worker.gateway.models import DeadLetterCounts, Status, StreamStatus
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.queue import Depth, WorkerState
from worker.schema import Meeting
from worker.schema import Page as Fetched
from worker.settings import Settings
from worker.streams.embedded_server import embedded

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PICTURES: Final = Path(__file__).parent.parent / "docs" / "pictures"
COURIER: Final = "https://meridian-courier.example"
OPENED: Final = "/news/foreign-ministers-in-trieste"
"""The story that the article view shows."""

STATUS: Final = "**/v1/status"
ASKINGS: Final = 120

Theme = Literal["light", "dark"]
SIZES: Final = {"": (1280, 800), "-phone": (360, 740)}
"""What a picture's name ends with -> width and height in CSS pixels."""


# ---------------------------------------------------------------- what is shown
@cache
def courier() -> list[ProcessedPage]:
    """Read the demo's stories as a worker does, the oldest first."""
    found = [_read(story) for story in reversed(load_stories()) if story.serve not in REJECTIONS]
    return [one for one in found if one.events]


def _read(story: Story) -> ProcessedPage:
    url = COURIER + story.path
    html = pages.render_page(story, url, COURIER, ())
    return process_page(Fetched(url=url, body=html.encode(story.charset, "xmlcharrefreplace"), charset=story.charset))


@asynccontextmanager
async def gateway_of(found: list[ProcessedPage]) -> AsyncIterator[str]:
    """Serve these on loopback while the block lasts; yields the address."""
    with tempfile.TemporaryDirectory() as folder:
        async with embedded(folder) as redis_url, served(Settings(), redis_url) as base:
            *older, newest = found
            for one in older:
                await publish(redis_url, Settings(), one.article, *one.events)
            for event in sorted(newest.events, key=lambda event: event.sentence.start):  # in one step: kind by kind
                await publish(redis_url, Settings(), newest.article, event)
            yield base


def state(ago: int = 0) -> bytes:
    """Return /v1/status of the invented fleet so many askings ago: feeds put bursts, workers wear them down."""
    status = Status(
        at=FLEET.at,
        queue=Depth(
            backlog=FLEET.backlog + 35 * (ago % 29),
            pending=FLEET.pending,
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
        lags=list(FLEET.lags),
        dead=DeadLetterCounts(
            newest=FLEET.dead, by_reason={"http_404": 71, "not_an_article": 58, "robots": 22, "timeout_read": 12}
        ),
        events={"statement": 61_204, "meeting": 9_870, "decision": 14_333},
        articles=11_482,
        stream=StreamStatus(clients=12, position="0", lag_s=0.004),
    )
    return msgspec.json.encode(status)


# ---------------------------------------------------------------- how it is shown
async def feed(page: Page, base: str) -> None:
    """Show the newest events of two neighbours that are likely to be right."""
    await page.goto(f"{base}/#/feed?country=FI&country=SE&min_confidence=0.8")
    await page.locator(".event-row").nth(5).wait_for()


async def article(page: Page, base: str) -> None:
    """Show an article with the card of one of its meetings."""
    [one] = [one for one in courier() if one.article.url == COURIER + OPENED]
    meeting = next(event for event in one.events if isinstance(event, Meeting))
    await page.goto(f"{base}/#/article?{urlencode({'url': one.article.url, 'event': meeting.id})}")
    await page.locator("#card .card").wait_for()


async def picture(page: Page, base: str) -> None:
    """Show the countries of all stories; the gateway hands on the past little by little."""
    await page.goto(f"{base}/#/network")
    await page.get_by_text(f"in {sum(len(one.events) for one in courier())} events").wait_for()


async def health(page: Page, base: str) -> None:
    """Show the invented fleet, after some minutes in which the page has asked every two seconds."""
    ago = count(ASKINGS, -1)
    await page.clock.install()
    await page.route(STATUS, lambda route: route.fulfill(body=state(next(ago)), content_type="application/json"))
    await page.goto(f"{base}/#/health")
    await page.locator(".tiles").wait_for()
    for _ in range(ASKINGS):
        async with page.expect_response(STATUS):
            await page.clock.run_for(2_000)


VIEWS: Final = {"feed": feed, "article": article, "picture": picture, "health": health}


async def photograph(browser: Browser, base: str, folder: Path) -> None:
    """Take every view by day, by night, and on a phone."""
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
    """Draw all of them."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    async with async_playwright() as driver:
        path = installed_browser(driver.chromium.executable_path)
        if path is None:
            sys.exit("no Chromium to be found: apt install chromium, or .venv/bin/playwright install chromium")
        browser = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-lcd-text"])
        async with gateway_of(courier()) as base:
            await photograph(browser, base, PICTURES)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
