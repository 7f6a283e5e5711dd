"""The site itself: an aiohttp server on a free loopback port, as polite, slow and broken as its stories' headers say.

async with site() as courier:
    print(courier.feed_url)
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import brotli  # type: ignore[import-untyped]
from aiohttp import web
from aiohttp.typedefs import Handler
from msgspec import Struct

from worker.demo import pages
from worker.demo.story import REFUSALS, Coding, Story, stories

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RELATED = 6
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"

ENCODERS: dict[Coding, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": zstd.compress,
}


class Site(Struct, frozen=True, kw_only=True):
    """A site that is being served.  URLs stand in the order of its feed."""

    base_url: str
    feed_url: str
    """RSS; `atom_url` lists the same."""
    atom_url: str
    urls: tuple[str, ...]
    """Everything in the feed."""
    plain: tuple[str, ...]
    """Those that answer 200 at once with an article: what a load test wants; `copies` multiplies these."""
    articles: tuple[str, ...]
    """Those that end in an article: plain, slow, huge, busy at first, or moved."""
    refused: dict[str, str]
    """Those that can never become an article -> what is wrong with them."""
    requests: Counter[str]
    """Path -> how often it was asked for, growing while the site is up."""


@asynccontextmanager
async def site(
    *,
    copies: int = 1,
    port: int = 0,
    slow_s: float = 3.0,
    retry_after_s: int = 1,
    crawl_delay_s: float = 0.05,
    endless_bytes: int = 64 << 20,
) -> AsyncIterator[Site]:
    """Serve the site on 127.0.0.1 until the block ends; `port` 0 takes a free one.

    With `copies` above 1 each plain article stands at that many addresses (`/news/<slug>-<n>`, n from 1), each its
    own canonical one.  `slow_s` is how long the slow page takes, `retry_after_s` what the busy one asks for, and
    `endless_bytes` where even the endless page ends.
    """
    listening = socket.create_server(("127.0.0.1", port))
    courier = _Courier(f"http://127.0.0.1:{listening.getsockname()[1]}", copies, slow_s, retry_after_s, endless_bytes)
    runner = web.AppRunner(courier.app(crawl_delay_s), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield courier.site()
    finally:
        await runner.cleanup()
        listening.close()


class _Courier:
    """The handlers, and the little they must remember between two requests."""

    def __init__(self, base: str, copies: int, slow_s: float, retry_after_s: int, endless_bytes: int) -> None:
        self.base = base
        self.slow_s = slow_s
        self.retry_after_s = retry_after_s
        self.endless_bytes = endless_bytes
        self.requests: Counter[str] = Counter()
        self.stories = stories()
        self.listed = {path: story for story in self.stories for path in _addresses(story, copies)}
        self.at = self.listed | {_new_home(story): story for story in self.stories if story.serve == "moved"}

    def site(self) -> Site:
        urls = {self.base + path: story for path, story in self.listed.items()}
        return Site(
            base_url=self.base,
            feed_url=f"{self.base}/feed.xml",
            atom_url=f"{self.base}/atom.xml",
            urls=tuple(urls),
            plain=tuple(url for url, story in urls.items() if story.serve == "plain"),
            articles=tuple(url for url, story in urls.items() if story.serve not in REFUSALS),
            refused={url: REFUSALS[story.serve] for url, story in urls.items() if story.serve in REFUSALS},
            requests=self.requests,
        )

    def app(self, crawl_delay_s: float) -> web.Application:
        app = web.Application(middlewares=[self._count])
        feed = [(story, self.base + path) for path, story in self.listed.items()]
        app.add_routes(
            [
                web.get("/", self._home),
                web.get("/robots.txt", _text("text/plain", _robots(crawl_delay_s, self.base))),
                web.get("/feed.xml", _text("application/rss+xml", pages.rss(feed, self.base))),
                web.get("/atom.xml", _text("application/atom+xml", pages.atom(feed, self.base))),
                web.get("/{path:.*}", self._story),
            ]
        )
        return app

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests[request.path] += 1
        return await handler(request)

    async def _home(self, _: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(next(s.path for s in self.stories if s.serve == "front"))

    async def _story(self, request: web.Request) -> web.StreamResponse:
        story = self.at.get(request.path)
        if story is None or story.serve == "missing":
            raise web.HTTPNotFound(text="No such page")
        match story.serve:
            case "gone":
                raise web.HTTPGone(text="This page was withdrawn")
            case "moved" if request.path == story.path:
                raise web.HTTPMovedPermanently(_new_home(story))
            case "busy" if self.requests[request.path] == 1:
                headers = {"Retry-After": str(self.retry_after_s)}
                raise web.HTTPServiceUnavailable(text="Come back in a moment", headers=headers)
            case "document":
                return web.Response(body=PDF, content_type="application/pdf")
            case "endless":
                return await self._endless(request, story)
            case "slow":
                await asyncio.sleep(self.slow_s)
        return self._page(request, story)

    def _page(self, request: web.Request, story: Story) -> web.Response:
        text = pages.page(story, self.base + request.path, self.base, self._related(story))
        body, headers = text.encode(story.charset), {"Content-Type": "text/html"}
        if story.layout != "archive":  # old pages leave it to their meta tag
            headers["Content-Type"] += f"; charset={story.charset}"
        if story.coding in ENCODERS and story.coding in _accepted(request):
            body = ENCODERS[story.coding](body)
            headers |= {"Content-Encoding": story.coding, "Vary": "Accept-Encoding"}
        return web.Response(body=body, headers=headers)

    def _related(self, story: Story) -> list[Story]:
        """Return the stories after this one in the feed, round the end; a front links to all of them."""
        here = self.stories.index(story)
        others = self.stories[here + 1 :] + self.stories[:here]
        return others if story.layout == "front" else others[:RELATED]

    async def _endless(self, request: web.Request, story: Story) -> web.StreamResponse:
        """Stream the story over and over, without a Content-Length to warn anybody."""
        response = web.StreamResponse(headers={"Content-Type": "text/html; charset=utf-8"})
        await response.prepare(request)
        chunk = "".join(f"<p>{p}</p>\n" for p in story.paragraphs).encode() * 100
        await response.write(f"<!doctype html><title>{story.title}</title>\n".encode())
        with suppress(ConnectionError):  # the reader has had enough, which is the point of this page
            for _ in range(self.endless_bytes // len(chunk)):
                await response.write(chunk)
            await response.write_eof()
        return response


def _addresses(story: Story, copies: int) -> list[str]:
    if story.serve != "plain" or copies == 1:
        return [story.path]
    return [f"{story.path}-{n}" for n in range(1, copies + 1)]


def _accepted(request: web.Request) -> set[str]:
    offers = request.headers.get("Accept-Encoding", "").split(",")
    return {offer.split(";")[0].strip() for offer in offers}


def _new_home(story: Story) -> str:
    return f"/news/{story.slug}"


def _robots(crawl_delay_s: float, base: str) -> str:
    return f"User-agent: *\nDisallow: /members/\nCrawl-delay: {crawl_delay_s:g}\nSitemap: {base}/feed.xml\n"


def _text(content_type: str, text: str) -> Handler:
    """Return a handler for one fixed text that can be asked whether it has changed."""
    etag = hashlib.sha256(text.encode()).hexdigest()[:16]

    async def handler(request: web.Request) -> web.Response:
        response = web.Response(text=text, content_type=content_type)
        response.etag = etag
        if any(known.value == etag for known in request.if_none_match or ()):
            raise web.HTTPNotModified(headers={"ETag": f'"{etag}"'})
        return response

    return handler
