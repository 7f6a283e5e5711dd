"""Status of the services, and the health checks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from tests.gateway.conftest import Publisher, RunningGateway
from worker.queue import UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings


async def test_the_status_counts_tasks_dead_letters_events_and_clients(
    server: RunningGateway, publish: Publisher, settings: Settings
) -> None:
    urls = [f"https://a.example/{i}" for i in range(4)]
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([Task(id=task_id(url), url=url) for url in urls])
        first, second = await queue.read(2, 0)
        await queue.dead_letter(second, "http_404", "gone")
        await publish.numbers(1, 2, 4)
        async with server.listen():
            status = await server.get("/v1/status")
        assert (status["queue"]["backlog"], status["queue"]["pending"], status["queue"]["dead"]) == (2, 1, 1)
        assert status["queue"]["oldest_pending_s"] >= 0
        assert [(w["name"], w["pending"]) for w in status["workers"]] == [(queue.consumer, 1)]
        assert status["dead"] == {"newest": 1, "by_reason": {"http_404": 1}}
        assert status["events"] == {"statement": 0, "meeting": 2, "decision": 1}
        assert status["stream"]["clients"] == 1
        assert first.attempts == 1


async def test_the_status_is_cached_for_a_second(server: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    first = await server.get("/v1/status")
    assert await server.get("/v1/status") == first
    monkeypatch.setattr("worker.gateway.api.status.CACHE_S", 0.0)
    assert await server.get("/v1/status") != first


async def test_concurrent_requests_share_one_failing_status(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def slow(*_: Any) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.2)
        raise RedisTimeout

    monkeypatch.setattr("worker.gateway.api.status.take_snapshot", slow)
    await asyncio.gather(*(server.get("/v1/status", 503) for _ in range(5)))
    assert asked == 1
    monkeypatch.undo()
    await server.get("/v1/status", 200)


async def test_it_is_ready_while_redis_answers_and_the_reader_reads(server: RunningGateway, redis: Redis) -> None:
    assert (await server.get("/readyz"))["status"] == "ok"
    assert (await server.get("/healthz"))["status"] == "ok"
    server.gateway.broadcaster.last_read_at = asyncio.get_running_loop().time() - 60
    await redis.client_pause(1)  # and what was read meanwhile has had its turn
    health = await server.get("/readyz", 503)
    assert "has read nothing for 60 s" in health["checks"]["reader"]
