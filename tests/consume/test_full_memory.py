"""A worker whose Redis is full waits, keeps its leases, and continues when there is room."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from worker.consume import open_consumer
from worker.monitor.heartbeat import Heartbeat, read_heartbeats
from worker.queue import UrlQueue
from worker.schema import Task, article_stream, task_id
from worker.streams import MEMORY_SHORTAGE, connect, retry_while_unavailable
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from worker.consume import TaskResult
    from worker.settings import Settings

PARAGRAPH = "The minister said on Monday that the harbour would be closed until the storm had passed. "
PAGE = (
    f"<html lang=en><title>Harbour closed</title><body><article><h1>Harbour closed</h1>{'<p>' + PARAGRAPH * 4 + '</p>'}"
)


async def test_a_worker_waits_while_redis_is_full_and_loses_nothing(
    settings: Settings, private_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry_while_unavailable, "__defaults__", (0.0,))
    settings = settings.override(
        redis_url=private_redis_url, allow_private_addresses=True, host_delay_s=0, lease_s=1.0, processes=1
    )
    fetched, room = asyncio.Event(), asyncio.Event()

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/robots.txt":
            return web.Response(status=404)
        fetched.set()
        await room.wait()
        return web.Response(text=PAGE, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    results: list[TaskResult] = []
    async with (
        TestServer(app) as site,
        connect(private_redis_url) as client,
        open_consumer(settings, private_redis_url, results.append) as worker,
        asyncio.timeout(90),
    ):
        url = str(site.make_url("/a"))
        async with UrlQueue(private_redis_url, settings) as queue:
            await queue.put(Task(id=task_id(url), url=url))
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(stop))
        await fetched.wait()
        await client.config_set("maxmemory", 1)
        room.set()
        while not MEMORY_SHORTAGE.waiting:  # noqa: ASYNC110 - a counter is polled
            await asyncio.sleep(0.01)
        await asyncio.sleep(2 * settings.queue.lease_s)
        assert not running.done()
        assert not results
        await client.config_set("maxmemory", 0)
        while not results:  # noqa: ASYNC110 - until the task has ended
            await asyncio.sleep(0.01)
        stop.set()
        await running
        assert [result.outcome for result in results] == ["done"]
        assert await client.xlen(article_stream(settings.redis.key_prefix)) == 1


async def test_heartbeats_are_written_while_redis_is_full(settings: Settings, private_redis_url: str) -> None:
    prefix = settings.redis.key_prefix
    async with connect(private_redis_url) as client:
        heartbeat = Heartbeat(client, prefix, "worker", LivenessMonitor(), clock=lambda: 0.0, name="w1")
        await heartbeat.send()
        [before] = await read_heartbeats(client, prefix)
        await client.config_set("maxmemory", 1)
        await heartbeat.send()
        [after] = await read_heartbeats(client, prefix)
    assert after.at > before.at
