"""The server of the demo site, on a loopback port.  A story's headers determine how it is served (slow, gone, …).

async with serve_site() as site:
    print(site.feed_url)
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
from worker.demo.story import REJECTIONS, PageCoding, Story, load_stories

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RELATED = 6
"""Number of related stories on a page."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n%%EOF\n"

ENCODERS: dict[PageCoding, Callable[[bytes], bytes]] = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "br": lambda body: brotli.compress(body, quality=5),
    "zstd": zstd.compress,
}


class Site(Struct, frozen=True, kw_only=True):
    """URLs and statistics of a site that is being served.  URLs are in the order of its feed."""

    base_url: str
    feed_url: str
    """The RSS feed; the feed at `atom_url` has the same entries."""
    atom_url: str
    urls: tuple[str, ...]
    """All URLs in the feed."""
    plain: tuple[str, ...]
    """URLs that return an article with status 200 and no delay, for load tests; `copies` of each article."""
    articles: tuple[str, ...]
    """URLs that lead to an article: plain, slow, huge, busy at first, or moved."""
    refused: dict[str, str]
    """URLs that do not lead to an article -> the reason."""
    requests: Counter[str]
    """Path -> number of requests so far; updated while the site is served."""


@asynccontextmanager
async def serve_site(
    *,
    copies: int = 1,
    port: int = 0,
    slow_s: float = 3.0,
    retry_after_s: int = 1,
    crawl_delay_s: float = 0.05,
    endless_bytes: int = 64 << 20,
) -> AsyncIterator[Site]:
    """Serve the site on 127.0.0.1 until the block ends; `port` 0 chooses a free port.

    With `copies` above 1 each plain article has that many URLs (`/news/<slug>-<n>`, n from 1), each canonical.
    `slow_s` is the response time of the slow page, `retry_after_s` the Retry-After of the busy page, `endless_bytes`
    the length of the endless page.
    """
    listening = socket.create_server(("127.0.0.1", port))
    server = _SiteServer(f"http://127.0.0.1:{listening.getsockname()[1]}", copies, slow_s, retry_after_s, endless_bytes)
    runner = web.AppRunner(server.app(crawl_delay_s), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield server.describe()
    finally:
        await runner.cleanup()
        listening.close()


class _SiteServer:
    """Request handlers, and the counts that they need."""

    def __init__(self, base: str, copies: int, slow_s: float, retry_after_s: int, endless_bytes: int) -> None:
        self.base = base
        self.slow_s = slow_s
        self.retry_after_s = retry_after_s
        self.endless_bytes = endless_bytes
        self.requests: Counter[str] = Counter()
        self.stories = load_stories()
        self.listed = {path: story for story in self.stories for path in _paths(story, copies)}
        self.at = self.listed | {_new_path(story): story for story in self.stories if story.serve == "moved"}

    def describe(self) -> Site:
        urls = {self.base + path: story for path, story in self.listed.items()}
        return Site(
            base_url=self.base,
            feed_url=f"{self.base}/feed.xml",
            atom_url=f"{self.base}/atom.xml",
            urls=tuple(urls),
            plain=tuple(url for url, story in urls.items() if story.serve == "plain"),
            articles=tuple(url for url, story in urls.items() if story.serve not in REJECTIONS),
            refused={url: REJECTIONS[story.serve] for url, story in urls.items() if story.serve in REJECTIONS},
            requests=self.requests,
        )

    def app(self, crawl_delay_s: float) -> web.Application:
        app = web.Application(middlewares=[self._count])
        feed = [(story, self.base + path) for path, story in self.listed.items()]
        app.add_routes(
            [
                web.get("/", self._home),
                web.get("/robots.txt", _static_text("text/plain", _robots(crawl_delay_s, self.base))),
                web.get("/feed.xml", _static_text("application/rss+xml", pages.render_rss(feed, self.base))),
                web.get("/atom.xml", _static_text("application/atom+xml", pages.render_atom(feed, self.base))),
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
                raise web.HTTPMovedPermanently(_new_path(story))
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
        text = pages.render_page(story, self.base + request.path, self.base, self._related(story))
        body, headers = text.encode(story.charset), {"Content-Type": "text/html"}
        if story.layout != "archive":  # old pages declare it only in a meta element
            headers["Content-Type"] += f"; charset={story.charset}"
        if story.coding in ENCODERS and story.coding in _accepted(request):
            body = ENCODERS[story.coding](body)
            headers |= {"Content-Encoding": story.coding, "Vary": "Accept-Encoding"}
        return web.Response(body=body, headers=headers)

    def _related(self, story: Story) -> list[Story]:
        """Return the stories that follow this one in the feed, cyclically; a section front links to all of them."""
        here = self.stories.index(story)
        others = self.stories[here + 1 :] + self.stories[:here]
        return others if story.layout == "front" else others[:RELATED]

    async def _endless(self, request: web.Request, story: Story) -> web.StreamResponse:
        """Stream the story repeatedly, without a Content-Length."""
        response = web.StreamResponse(headers={"Content-Type": "text/html; charset=utf-8"})
        await response.prepare(request)
        chunk = "".join(f"<p>{p}</p>\n" for p in story.paragraphs).encode() * 100
        await response.write(f"<!doctype html><title>{story.title}</title>\n".encode())
        with suppress(ConnectionError):  # the client closes the connection at its size limit, as intended
            for _ in range(self.endless_bytes // len(chunk)):
                await response.write(chunk)
            await response.write_eof()
        return response


def _paths(story: Story, copies: int) -> list[str]:
    if story.serve != "plain" or copies == 1:
        return [story.path]
    return [f"{story.path}-{n}" for n in range(1, copies + 1)]


def _accepted(request: web.Request) -> set[str]:
    codings = request.headers.get("Accept-Encoding", "").split(",")
    return {coding.split(";")[0].strip() for coding in codings}


def _new_path(story: Story) -> str:
    return f"/news/{story.slug}"


def _robots(crawl_delay_s: float, base: str) -> str:
    return f"User-agent: *\nDisallow: /members/\nCrawl-delay: {crawl_delay_s:g}\nSitemap: {base}/feed.xml\n"


def _static_text(content_type: str, text: str) -> Handler:
    """Return a handler for a fixed text, with an ETag and support for If-None-Match."""
    etag = hashlib.sha256(text.encode()).hexdigest()[:16]

    async def handler(request: web.Request) -> web.Response:
        response = web.Response(text=text, content_type=content_type)
        response.etag = etag
        if any(tag.value == etag for tag in request.if_none_match or ()):
            raise web.HTTPNotModified(headers={"ETag": f'"{etag}"'})
        return response

    return handler
