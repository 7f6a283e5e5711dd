"""One browser for all tests of the page, skipped where none is installed; a reader of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.gateway.browsing import installed_browser, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.gateway.page.reading import Reader
    from worker.settings import Settings


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - the tests skip where there is none

    async with async_playwright() as driver:
        path = installed_browser(driver.chromium.executable_path)
        if path is None:
            pytest.skip("no Chromium to be found: apt install chromium, or playwright install chromium")
        launched = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def reader(browser: Browser, redis_url: str, settings: Settings) -> AsyncIterator[Reader]:
    """A reader whose page made no error, and whose browser had to hold nothing back for the policy's sake."""
    from tests.gateway.page.reading import Reader  # noqa: PLC0415 - same

    async with served(settings, redis_url) as base:
        context = await browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
        try:
            reading = Reader(await context.new_page(), base, redis_url, settings)
            yield reading
        finally:
            await context.close()
    assert reading.complaints == []
