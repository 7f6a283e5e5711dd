"""Fixtures of the page tests: one browser for all of them, and a page of its own for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.gateway.browsing import installed_browser, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser

    from tests.gateway.page.browser_page import BrowserPage
    from worker.settings import Settings


EXPECT_MS = 20_000
"""How long an expectation is retried; playwright's default of 5 s is too short on a busy machine."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    from playwright.async_api import async_playwright, expect  # noqa: PLC0415 - the tests are skipped without it

    expect.set_options(timeout=EXPECT_MS)

    async with async_playwright() as driver:
        path = installed_browser(driver.chromium.executable_path)
        if path is None:
            pytest.skip("Chromium was not found: apt install chromium, or playwright install chromium")
        launched = await driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def ui(browser: Browser, redis_url: str, settings: Settings) -> AsyncIterator[BrowserPage]:
    """Open a page at a running gateway; afterwards, assert that the console shows no error or policy violation."""
    from tests.gateway.page.browser_page import BrowserPage  # noqa: PLC0415 - same

    async with served(settings, redis_url) as base:
        context = await browser.new_context(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
        try:
            reading = BrowserPage(await context.new_page(), base, redis_url, settings)
            yield reading
        finally:
            await context.close()
    assert reading.complaints == []
