"""A collector that OpenTelemetry's variables name, and a site whose URLs are processed from feed to events."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.article_page import PAGE
from tests.telemetry.tracing.collector import Collector, running_collector
from worker.consume import open_consumer
from worker.discover import Source, open_discovery
from worker.queue import UrlQueue
from worker.settings import Settings
from worker.telemetry.tracing import export_traces

FEED = "<rss version='2.0'><channel><title>C</title>{}</channel></rss>"
TIMEOUT_S = 120

Answer = Callable[[], web.Response]


@contextmanager
def collector_in_environment() -> Iterator[Collector]:
    """Run a collector and set only those variables of OpenTelemetry that name it."""
    without = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    with running_collector() as collector, mock.patch.dict(os.environ, without, clear=True):
        os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.url
        os.environ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1"
        os.environ["OTEL_BSP_SCHEDULE_DELAY"] = "50"
        yield collector


@pytest.fixture
def collector() -> Iterator[Collector]:
    with collector_in_environment() as collector:
        yield collector


def fast(settings: Settings) -> Settings:
    return settings.override(
        allow_private_addresses=True,
        host_delay_s=0,
        backoff_s=0.1,
        max_attempts=2,
        drain_s=1,
        processes=1,
    )


@asynccontextmanager
async def traced() -> AsyncIterator[None]:
    """Export traces as commands do; the end waits for the collector, so it runs in a thread."""
    tracing = export_traces("test", "1")
    tracing.__enter__()
    try:
        yield
    finally:
        await asyncio.to_thread(tracing.__exit__, None, None, None)


async def process_site(settings: Settings, pages: dict[str, Answer]) -> None:
    """Serve a feed of these pages, poll it, and run a worker until the queue is empty; other paths answer 404."""
    app, url, stop = web.Application(), settings.redis.url or "", asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/feed":
            items = "".join(f"<item><link>{request.url.with_path(path)}</link></item>" for path in pages)
            return web.Response(text=FEED.format(items), content_type="application/rss+xml")
        return pages.get(request.path, lambda: web.Response(status=404))()

    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server, UrlQueue(url, settings) as queue, open_consumer(settings, url) as worker:
        source = Source(name="courier", url=str(server.make_url("/feed")))
        async with open_discovery([source], settings, url, queue) as discovering:
            await discovering.poll_all()
        working = asyncio.create_task(worker.run(stop))
        async with asyncio.timeout(TIMEOUT_S):
            while await unfinished_tasks(queue):  # noqa: ASYNC110 - Redis is polled
                await asyncio.sleep(0.02)
        stop.set()
        await working


async def unfinished_tasks(queue: UrlQueue) -> int:
    return (await queue.depth()).unfinished


# ---------------------------------------------------------------- responses of the site
def page() -> web.Response:
    return web.Response(text=PAGE, content_type="text/html")


def not_an_article() -> web.Response:
    return web.Response(text="<p>Sign in</p>", content_type="text/html")


def redirect(to: str) -> Answer:
    return lambda: web.Response(status=301, headers={"Location": to})


def busy_at_first() -> Answer:
    """Answer 500, which does not pause the host, to the first request, and then the page."""
    attempts = count()
    return lambda: web.Response(status=500) if next(attempts) == 0 else page()
