"""A worker publishes the first events of an article, and reports the others."""

import asyncio

import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import json
from redis.asyncio import Redis

from tests.article_page import PAGE
from worker.consume import open_consumer
from worker.queue import UrlQueue
from worker.schema import KINDS, Article, Task, article_stream, event_stream, task_id
from worker.settings import Settings
from worker.streams import range_entries
from worker.telemetry import metrics


async def test_events_beyond_the_limit_are_reported_in_article_log_and_metric(redis: Redis, settings: Settings) -> None:
    settings, before = settings.override(host_delay_s=0, max_events=1), metrics.OMITTED_EVENTS._value.get()

    async def article(_: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/a", article)
    redis_url, prefix, stop = settings.redis.url or "", settings.redis.key_prefix, asyncio.Event()
    with structlog.testing.capture_logs() as lines:
        async with TestServer(app) as server, UrlQueue(redis_url, settings) as queue:
            url = str(server.make_url("/a"))
            await queue.put_many([Task(id=task_id(url), url=url)])
            async with (
                open_consumer(settings, redis_url, on_result=lambda _: stop.set()) as worker,
                asyncio.timeout(60),
            ):
                await worker.run(stop)
    [entry] = await range_entries(redis, article_stream(prefix), count=10)
    omitted = json.decode((entry.fields or {})[b"data"], type=Article).events_omitted
    [line] = [line for line in lines if line["event"] == "url"]
    assert omitted > 0
    assert (line["outcome"], line["events"], line["events_omitted"]) == ("done", 1, omitted)
    assert metrics.OMITTED_EVENTS._value.get() == before + omitted
    assert sum([await redis.xlen(event_stream(prefix, kind)) for kind in KINDS]) == 1
