"""Status of the services, and the health checks."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from tests.gateway.conftest import NOON, Publisher, RunningGateway, StartGateway, wait_until
from worker.gateway.api import status
from worker.monitor.heartbeat import services_key
from worker.queue import HostRequest, Hosts, UrlQueue
from worker.schema import Task, task_id
from worker.schema.fleet import ServiceHeartbeat
from worker.settings import Settings


async def test_the_status_counts_tasks_dead_letters_events_and_clients(
    redis: Redis, server: RunningGateway, publish: Publisher, settings: Settings
) -> None:
    urls = [f"https://{host}.example/{i}" for i in range(2) for host in ("a", "b", "c", "d")]
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([Task(id=task_id(url), url=url) for url in urls])
        first, second = await queue.read(2, 0)
        await queue.dead_letter(second, "http_404", "gone")
        await Hosts(redis, settings).failed(HostRequest("d.example", "1"), "dns", jitter=0.5)
        await publish.numbers(1, 2, 4)
        async with server.listen():
            shown = await server.get("/v1/status")
        queue_counts = {name: shown["queue"][name] for name in ("backlog", "waiting", "pending", "delayed", "dead")}
        assert queue_counts == {"backlog": 2, "waiting": 4, "pending": 1, "delayed": 0, "dead": 1}
        assert (shown["waiting_hosts"], shown["down_hosts"]) == (1, 1)
        assert [(host["host"], host["reason"]) for host in shown["hosts"]] == [
            ("d.example", "dns"),
            ("b.example", None),
        ]
        assert shown["queue"]["oldest_pending_s"] >= 0
        assert [(w["name"], w["pending"]) for w in shown["workers"]] == [(queue.consumer, 1)]
        assert shown["dead"] == {"newest": 1, "by_reason": {"http_404": 1}}
        assert shown["events"] == {"statement": 0, "meeting": 2, "decision": 1}
        assert shown["stream"]["clients"] == 1
        assert first.attempts == 1


async def test_the_status_has_the_memory_of_the_streams_with_its_limits(
    redis: Redis, start_gateway: StartGateway, publish: Publisher
) -> None:
    await publish.numbers(1, 2, 3)
    async with start_gateway(stream_bytes=2_000_000, stream_reserve=0.25) as server:
        memory = (await server.get("/v1/status"))["memory"]
    assert memory["used_bytes"] > sum(memory["stream_bytes"].values()) > 0
    assert memory["limit_bytes"] == (await redis.info("memory"))["maxmemory"]
    assert memory["stream_bytes"].keys() == {"article", "statement", "meeting", "decision"}
    assert (memory["budget_bytes"], memory["reserve_bytes"]) == (2_000_000, 500_000)
    assert memory["eviction_policy"] is None


async def test_the_status_sums_the_losses_that_the_services_report(
    redis: Redis, server: RunningGateway, settings: Settings
) -> None:
    shown = await server.get("/v1/status")
    assert (shown["trimmed_unread"], shown["omitted_events"]) == (0, 0)
    for number, totals in enumerate(({"trimmed_unread": 7}, {"trimmed_unread": 5, "omitted_events": 3}, {})):
        beat = ServiceHeartbeat(
            name=f"desk-{number}", service="worker", version="0.2.0", started_at=NOON, at=NOON, totals=totals
        )
        await redis.hset(services_key(settings.redis.key_prefix), beat.name, msgspec.json.encode(beat))
    await asyncio.sleep(status.CACHE_S)
    shown = await server.get("/v1/status")
    assert (shown["trimmed_unread"], shown["omitted_events"]) == (12, 3)


async def test_the_status_is_cached_for_a_second(server: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    assert status.CACHE_S == 1.0
    monkeypatch.setattr("worker.gateway.api.status.CACHE_S", 3600.0)
    first = await server.get("/v1/status")
    assert await server.get("/v1/status") == first
    monkeypatch.setattr("worker.gateway.api.status.CACHE_S", 0.0)
    assert await server.get("/v1/status") != first


async def test_concurrent_requests_share_one_failing_status(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots = waiting = 0
    current_status = status.StatusHandlers._current_status

    def counted(self: status.StatusHandlers) -> asyncio.Task[bytes]:
        nonlocal waiting
        waiting += 1
        return current_status(self)

    async def failing(*_: Any) -> None:
        nonlocal snapshots
        snapshots += 1
        await wait_until(lambda: waiting == 5)
        raise RedisTimeout

    monkeypatch.setattr(status.StatusHandlers, "_current_status", counted)
    monkeypatch.setattr("worker.gateway.api.status.take_snapshot", failing)
    await asyncio.gather(*(server.get("/v1/status", 503) for _ in range(5)))
    assert snapshots == 1
    monkeypatch.undo()
    await server.get("/v1/status", 200)


async def test_it_is_ready_while_redis_answers_and_the_reader_reads(server: RunningGateway) -> None:
    assert (await server.get("/readyz"))["status"] == "ok"
    assert (await server.get("/healthz"))["status"] == "ok"
    checks: dict[str, str] = {}

    async def is_unready() -> bool:  # again and again, since the reader updates the time meanwhile
        server.gateway.broadcaster.last_read_at = asyncio.get_running_loop().time() - 60
        async with server.session.get("/readyz") as response:
            checks.update((await response.json(content_type=None))["checks"])
            return response.status == 503

    await wait_until(is_unready)
    assert re.fullmatch(r"has read nothing for 6\d s", checks["reader"])
