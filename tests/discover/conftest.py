"""A site with feeds on loopback, and discoveries that poll it with a real Redis and the real queue."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from redis.asyncio import Redis

from worker.discover import Discovery, Source
from worker.fetch.client import Fetcher, open_fetcher
from worker.fetch.pacing import Pacer
from worker.fetch.politeness import Politeness
from worker.queue import Hosts, UrlQueue
from worker.schema import Task
from worker.settings import Settings


class Site:
    """A site on loopback with configurable feeds; counts its requests by path."""

    def __init__(self) -> None:
        self.base = ""
        self.bodies: dict[str, str | bytes] = {}
        self.statuses: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.requests: Counter[str] = Counter()
        self.released = asyncio.Event()
        """When it is set, the responses below /hanging/ are sent."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests[request.path] += 1
        if request.path.startswith("/hanging/"):
            await self.released.wait()
        headers = self.headers.get(request.path, {})
        etag = headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        body = self.bodies.get(request.path, "")
        return web.Response(
            body=body.encode() if isinstance(body, str) else body,
            status=self.statuses.get(request.path, 200 if request.path in self.bodies else 404),
            headers=headers,
            content_type=None if "Content-Type" in headers else "application/rss+xml",
        )


def rss(*urls: str) -> str:
    return f"<rss><channel>{''.join(f'<item><link>{u}</link></item>' for u in urls)}</channel></rss>"


@contextlib.asynccontextmanager
async def serve_site() -> AsyncIterator[Site]:
    """Serve a site on loopback during the block."""
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    site.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield site
    await runner.cleanup()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serve_site() as site:
        yield site


@pytest.fixture
def quick(settings: Settings) -> Settings:
    return settings.override(host_delay_s=0.0, discover_interval_s=600.0, total_timeout_s=60.0)


@pytest.fixture
async def queue(quick: Settings) -> AsyncIterator[UrlQueue]:
    assert quick.redis.url
    async with UrlQueue(quick.redis.url, quick) as queue:
        yield queue


@pytest.fixture
async def fetcher(redis: Redis, quick: Settings) -> AsyncIterator[Fetcher]:
    async with open_fetcher(Hosts(redis, quick), quick) as fetcher:
        yield fetcher


@pytest.fixture
def make(redis: Redis, quick: Settings, queue: UrlQueue, fetcher: Fetcher, site: Site) -> Make:
    return Make(redis, quick, queue, fetcher, site)


class Make:
    """Makes a Discovery of some of the site's feeds: `make("/world.xml")`, or `make(Source(...))`."""

    def __init__(self, redis: Redis, settings: Settings, queue: UrlQueue, fetcher: Fetcher, site: Site) -> None:
        self.redis, self.settings, self.queue, self.fetcher, self.site = redis, settings, queue, fetcher, site

    def __call__(self, *paths: str | Source, queue: object = None, **changed: float) -> Discovery:
        settings = self.settings.override(**changed)
        self.fetcher._pacer = Pacer(Hosts(self.redis, settings), settings, jitter=lambda: 0.5)
        return Discovery(
            [it if isinstance(it, Source) else Source(name=it, url=self.site.base + it) for it in paths],
            settings,
            client=self.redis,
            fetcher=self.fetcher,
            politeness=Politeness(self.redis, self.fetcher, settings),
            queue=queue or self.queue,  # type: ignore[arg-type]
        )

    async def queued(self) -> list[Task]:
        return [delivery.task for delivery in await self.queue.read(100, 0.0)]
