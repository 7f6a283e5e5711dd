"""Serve the generated news pages on loopback: `python -m tests.benchmarks.news_site` prints the address, until Ctrl-C.

Every path is a page with a canonical URL of its own, so that any number of articles can be published.  Bodies are
compressed as by a news site.
"""

from __future__ import annotations

import asyncio
import gzip

from aiohttp import web

from tests.benchmarks.news_pages import news_pages
from worker.lifecycle import stop_on_signals
from worker.schema import Page


def page_at(pages: list[Page], number: int, url: str) -> bytes:
    """Return the HTML of a page with another canonical URL; the pages repeat in turn."""
    page = pages[number % len(pages)]
    return page.body.replace(page.url.encode(), url.encode())


def article_urls(base: str, count: int) -> list[str]:
    """Return the URLs of that many articles."""
    return [f"{base}/{number}" for number in range(count)]


def make_application() -> web.Application:
    """Return the site; it has no robots.txt."""
    pages = news_pages()

    async def handle(request: web.Request) -> web.Response:
        body = gzip.compress(page_at(pages, int(request.match_info["number"]), str(request.url)), 1)
        headers = {"Content-Encoding": "gzip", "Content-Type": "text/html; charset=utf-8"}
        return web.Response(body=body, headers=headers)

    application = web.Application()
    application.router.add_get(r"/{number:\d+}", handle)
    return application


async def _serve() -> None:
    stop = stop_on_signals()
    runner = web.AppRunner(make_application(), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - the command's output
        await stop.wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(_serve())
