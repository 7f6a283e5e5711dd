"""One trace id connects the feed with the events, in every log line and every attempt."""

import asyncio
import re
from datetime import UTC, datetime

import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec import json
from msgspec.structs import replace
from redis.asyncio import Redis

from tests.article_page import PAGE
from worker.consume import open_consumer
from worker.discover import Source, open_discovery
from worker.publish import make_traceparent, publication_entries
from worker.queue import UrlQueue, process_consumer_name
from worker.schema import Article, Task, article_stream, event_stream
from worker.settings import RedisSettings, Settings
from worker.streams import range_entries

FEED = '<rss version="2.0"><channel><title>C</title><item><link>{}</link></item></channel></rss>'
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TASK = Task(id="t", url="https://a.example/", put_at=NOW)


def test_a_trace_id_has_the_form_of_w3c_trace_context() -> None:
    assert re.fullmatch(r"(?!0{32})[0-9a-f]{32}", TASK.trace_id)
    assert re.fullmatch(rf"00-{TASK.trace_id}-(?!0{{16}})[0-9a-f]{{16}}-01", make_traceparent(TASK.trace_id))


def test_the_trace_id_is_the_same_in_every_attempt_and_after_the_queue() -> None:
    again = replace(TASK, attempt=3, failed_at=1)
    assert again.trace_id == TASK.trace_id
    assert json.decode(json.encode(again), type=Task).trace_id == TASK.trace_id


def test_another_url_or_another_time_has_another_trace_id() -> None:
    others = [replace(TASK, id="u"), replace(TASK, put_at=datetime(2026, 3, 2, tzinfo=UTC)), replace(TASK, put_at=None)]
    assert len({task.trace_id for task in [TASK, *others]}) == 4


def test_an_entry_has_a_traceparent_only_with_a_trace() -> None:
    article = Article(id="a", url="", text="x")
    (traced,) = publication_entries(article, [], RedisSettings(), NOW, make_traceparent(TASK.trace_id))
    (untraced,) = publication_entries(article, [], RedisSettings(), NOW)
    assert traced.fields["traceparent"] == make_traceparent(TASK.trace_id)
    assert "traceparent" not in untraced.fields


async def test_one_trace_id_connects_the_feed_with_the_events(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=0, backoff_s=0.1, drain_s=1)
    attempts = 0

    async def article(_: web.Request) -> web.Response:
        nonlocal attempts
        attempts += 1
        return web.Response(text=PAGE, content_type="text/html", status=200 if attempts > 1 else 503)

    async def feed(request: web.Request) -> web.Response:
        return web.Response(text=FEED.format(request.url.with_path("/a")), content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/a", article)
    app.router.add_get("/feed", feed)
    url, stop = settings.redis.url or "", asyncio.Event()
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        async with TestServer(app) as server, UrlQueue(url, settings) as queue, open_consumer(settings, url) as worker:
            source = Source(name="courier", url=str(server.make_url("/feed")))
            async with open_discovery([source], settings, url, queue) as discovering:
                await discovering.poll_all()
            working = asyncio.create_task(worker.run(stop))
            async with asyncio.timeout(30):
                while not await redis.xlen(event_stream(settings.redis.key_prefix, "statement")):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            stop.set()
            await working
    (found,) = [line for line in lines if line["event"] == "found"]
    ends = [line for line in lines if line["event"] == "url"]
    assert [line["outcome"] for line in ends if line.get("reason") != "host_busy"] == ["put_off", "done"]
    assert {line["trace"] for line in ends} == {found["trace"]}
    assert {line["source"] for line in ends} == {"courier"}
    streams = [article_stream(settings.redis.key_prefix), event_stream(settings.redis.key_prefix, "statement")]
    entries = [entry for stream in streams for entry in await range_entries(redis, stream, count=10)]
    traced = {(entry.fields or {})[b"traceparent"].decode() for entry in entries}
    assert traced == {make_traceparent(found["trace"])}
    provenance = entries[0].fields or {}
    task = json.decode(provenance[b"task"], type=Task)
    assert (task.source, [failure.reason for failure in task.failures]) == ("courier", ["http_503"])
    assert provenance[b"worker"].decode() == process_consumer_name()
