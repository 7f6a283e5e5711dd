"""COMMUNIQUE_WAIT_REPLICAS: a task counts as enqueued once replicas have it."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from tests.faults.redis_under_test import DURABLE, RedisServer, running
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import Confirmation, connect, retry_while_unavailable
from worker.streams.pipeline import pack, send_confirmed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

URL = "https://news.example/1"


@pytest.fixture
async def primary(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path / "primary")
    async with running(server):
        yield server


@pytest.fixture
async def replica(tmp_path: Path, primary: RedisServer) -> AsyncIterator[RedisServer]:
    """Run a replica that has caught up."""
    server = RedisServer(tmp_path / "replica", {**DURABLE, "replicaof": f"127.0.0.1 {primary.port}"})
    async with running(server):
        while (await server.client.info("replication"))["master_link_status"] != "up":  # noqa: ASYNC110 - it polls
            await asyncio.sleep(0.01)
        yield server


async def test_a_put_returns_once_the_replica_has_the_task(primary: RedisServer, replica: RedisServer) -> None:
    async with UrlQueue(f"redis://127.0.0.1:{primary.port}", Settings.of(wait_replicas=1)) as queue:
        assert await queue.put(Task(id="t", url=URL))
        assert await replica.client.get("communique:waiting") or await replica.client.xlen("communique:ready")
        assert not await queue.put(Task(id="t", url=URL))


async def test_a_put_that_no_replica_confirms_fails_with_the_reason(
    primary: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.streams.pipeline.CONFIRMATION_TIMEOUT_S", 0.01)
    monkeypatch.setattr("worker.streams.script.retry_while_unavailable", lambda _client, step: step())
    async with UrlQueue(f"redis://127.0.0.1:{primary.port}", Settings.of(wait_replicas=1)) as queue:
        with pytest.raises(ResponseError, match="NOREPLICAS 0 of 1 replicas have confirmed the write"):
            await queue.put(Task(id="t", url=URL))


async def test_a_put_is_repeated_until_a_replica_confirms_it(
    primary: RedisServer, replica: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.streams.pipeline.CONFIRMATION_TIMEOUT_S", 0.01)
    async with UrlQueue(f"redis://127.0.0.1:{primary.port}", Settings.of(wait_replicas=1)) as queue:
        await replica.command("REPLICAOF", "NO", "ONE")
        put = asyncio.create_task(queue.put(Task(id="t", url=URL)))
        while not await primary.client.xlen("communique:ready"):  # noqa: ASYNC110 - it polls
            await asyncio.sleep(0.01)
        assert not put.done()
        await replica.command("REPLICAOF", "127.0.0.1", str(primary.port))
        assert await put
        assert await replica.client.xlen("communique:ready") == 1


async def test_a_repeated_command_that_writes_nothing_waits_for_the_earlier_write(
    primary: RedisServer, replica: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a replica that has not yet received the write would confirm its repetition."""
    monkeypatch.setattr("worker.streams.pipeline.CONFIRMATION_TIMEOUT_S", 0.2)
    replica.signal(signal.SIGSTOP)
    await primary.client.set("k", "v")
    async with connect(f"redis://127.0.0.1:{primary.port}") as client:
        with pytest.raises(ResponseError, match="NOREPLICAS 0 of 1"):
            await send_confirmed(client, [pack("SET", "k", "v", "NX")], Confirmation(1, "confirmed"))
        replica.signal(signal.SIGCONT)
        assert await send_confirmed(client, [pack("SET", "k", "v", "NX")], Confirmation(1, "confirmed")) == [None]


async def test_the_error_after_the_timeout_names_the_setting(primary: RedisServer) -> None:
    async def rejected() -> None:
        raise ResponseError("NOREPLICAS 0 of 1 replicas have confirmed the write")

    with pytest.raises(RedisConnectionError, match=r"too few replicas follow it .*COMMUNIQUE_WAIT_REPLICAS"):
        await retry_while_unavailable(primary.client, rejected, timeout_s=0.0)
