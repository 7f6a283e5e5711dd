"""A site on loopback with one article, which the test corrects, and a worker that reads it."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from msgspec import json

from tests.article_page import PARAGRAPHS
from worker.consume import TaskResult, open_consumer
from worker.queue import UrlQueue
from worker.schema import KINDS, RETRACTION, Article, Event, Retraction, Task, article_stream, event_stream
from worker.streams import range_entries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from worker.settings import Settings

SAYS_OPEN = PARAGRAPHS[0]
SAYS_LATER = "“We shall see about the ice when it comes,” Transport Minister Liis Tamm said on Tuesday in the old town."
CHIEF = "“My crews have not been asked about any of it,” Harbour Chief Aino Ranta told reporters on Tuesday evening."
REST = (
    *PARAGRAPHS[2:],
    "The quay below the fish market is the oldest part of the port and has been rebuilt three times.",
)


class CorrectableSite:
    """Serves the page of one article at any path; counts requests, and those answered with 304."""

    def __init__(self) -> None:
        self.title = "Harbour stays open"
        self.paragraphs: tuple[str, ...] = (SAYS_OPEN, CHIEF, *REST)
        self.head = ""
        """More elements of the head."""
        self.etag: str | None = None
        self.status = 200
        self.requests = self.not_modified = 0
        self.server: BaseTestServer

    def url(self, path: str = "/a") -> str:
        return str(self.server.make_url(path))

    async def answer(self, request: web.Request) -> web.Response:
        self.requests += 1
        headers = {"ETag": self.etag} if self.etag else {}
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            self.not_modified += 1
            return web.Response(status=304, headers=headers)
        body = "".join(f"<p>{words}</p>" for words in self.paragraphs)
        article = f"<article><h1>{self.title}</h1>{body}</article>"
        page = f"<html lang=en><head><title>{self.title}</title>{self.head}</head>{article}</html>"
        return web.Response(text=page, content_type="text/html", headers=headers, status=self.status)


@contextlib.asynccontextmanager
async def correctable_site() -> AsyncIterator[CorrectableSite]:
    """Yield the site while it is served."""
    site, app = CorrectableSite(), web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    async with TestServer(app) as site.server:
        yield site


async def work(settings: Settings, *tasks: Task, waiting: int = 0) -> list[TaskResult]:
    """Put tasks one after the other, and return the result of each when a worker has ended it.

    `waiting`: number of tasks that were enqueued before.
    """
    url, results = settings.redis.url or "", []
    arrived = asyncio.Event()

    def note(result: TaskResult) -> None:
        results.append(result)
        arrived.set()

    stop = asyncio.Event()
    async with UrlQueue(url, settings) as queue, open_consumer(settings, url, note) as worker:
        running = asyncio.create_task(worker.run(stop))
        async with asyncio.timeout(120):
            for n, task in enumerate([*[None] * waiting, *tasks], start=1):
                assert task is None or await queue.put(task)
                while len(results) < n:
                    await arrived.wait()
                    arrived.clear()
        stop.set()
        await running
    return results


async def published(redis: Redis, settings: Settings) -> list[Event | Retraction]:
    """Return the events and retractions of all streams, in the order of their entries."""
    found = []
    for kind in KINDS:
        for entry in await range_entries(redis, event_stream(settings.redis.key_prefix, kind), count=1000):
            fields = entry.fields or {}
            of: Any = Retraction if fields[b"type"] == RETRACTION.encode() else Event
            found.append((entry.id, json.decode(fields[b"data"], type=of)))
    return [it for _, it in sorted(found, key=lambda pair: tuple(map(int, pair[0].split("-"))))]


async def articles(redis: Redis, settings: Settings) -> list[tuple[Article, dict[bytes, bytes]]]:
    """Return the published articles with the fields of their entries."""
    entries = await range_entries(redis, article_stream(settings.redis.key_prefix), count=1000)
    fields = [entry.fields or {} for entry in entries]
    return [(json.decode(it[b"data"], type=Article), it) for it in fields]
