"""Real servers that are reachable but reject commands: retried, and reported with the reason at the timeout."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.servers import server
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import Call, Script, connect, retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from redis.asyncio import Redis

WAYS = ["command", "pipeline", "script"]
SCRIPT = Script("return redis.call('XADD', KEYS[1], '*', 'by', 'script')")
TASK = Task(id="t1", url="https://news.example/1")

Rejection = tuple[str, list[str], list[str]]
"""Reason, commands that cause the rejection, commands that end it."""
FULL: Rejection = "its memory is full", ["CONFIG SET maxmemory 1"], ["CONFIG SET maxmemory 0"]
REPLICA: Rejection = "it is a replica, which accepts no writes", ["REPLICAOF 127.0.0.1 1"], ["REPLICAOF NO ONE"]
CUT_OFF: Rejection = (
    "it is a replica that has lost its primary",
    ["REPLICAOF 127.0.0.1 1", "CONFIG SET replica-serve-stale-data no"],
    ["REPLICAOF NO ONE"],
)
ALONE: Rejection = (
    "too few replicas follow it",
    ["CONFIG SET min-replicas-to-write 1"],
    ["CONFIG SET min-replicas-to-write 0"],
)


@pytest.fixture
async def client(private_redis_url: str) -> AsyncIterator[Redis]:
    async with connect(private_redis_url) as client:
        yield client


async def execute(client: Redis, commands: list[str]) -> None:
    for command in commands:
        await client.execute_command(*command.split())  # type: ignore[no-untyped-call]


async def write(client: Redis, way: str) -> Any:
    if way == "script":
        return await SCRIPT.run(client, Call(["stream"], []))

    async def step() -> Any:
        if way == "command":
            return await client.xadd("stream", {"by": way})
        pipe = client.pipeline(transaction=False)
        pipe.xadd("stream", {"by": way})
        return await pipe.execute()

    return await retry_while_unavailable(client, step)


@pytest.mark.parametrize(
    ("rejection", "way"),
    [
        *((rejection, way) for rejection in (FULL, REPLICA) for way in WAYS),
        (CUT_OFF, "script"),  # it rejects a plain write like any other replica
        *((ALONE, way) for way in WAYS[:2]),  # Redis 6.2 does not check the replicas for writes of scripts
    ],
)
async def test_an_unavailable_server_is_retried_and_then_reported_with_the_reason(
    client: Redis, private_redis_url: str, monkeypatch: pytest.MonkeyPatch, *, rejection: Rejection, way: str
) -> None:
    why, reject, accept = rejection
    async with connect(private_redis_url) as writer:
        await execute(client, reject)
        monkeypatch.setattr(retry_while_unavailable, "__defaults__", (0.0,))
        with pytest.raises(RedisConnectionError, match=rf"redis\.sock has rejected commands for 0 s: {why}.*: \S"):
            await write(writer, way)
        monkeypatch.setattr(retry_while_unavailable, "__defaults__", (30.0,))
        writing = asyncio.create_task(write(writer, way))
        await asyncio.sleep(0.1)
        assert not writing.done()
        await execute(client, accept)
        assert await writing
        assert await client.xlen("stream") == 1


async def test_a_disk_that_cannot_be_written_is_retried_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with server(tmp_path, "--dbfilename", "taken") as url, connect(url) as client:
        (tmp_path / "taken").mkdir()  # the path of the snapshot
        await client.config_set("save", "3600 1000")
        await client.bgsave()
        while (await client.info("persistence"))["rdb_last_bgsave_status"] == "ok":  # noqa: ASYNC110 - it forks
            await asyncio.sleep(0.01)
        monkeypatch.setattr(retry_while_unavailable, "__defaults__", (0.0,))
        with pytest.raises(RedisConnectionError, match="it cannot write to its disk: "):
            await write(client, "script")


async def test_the_queue_of_a_full_server_or_a_replica_can_be_inspected(client: Redis, private_redis_url: str) -> None:
    async with UrlQueue(private_redis_url, Settings()) as queue:
        await queue.put(TASK)
    for _, reject, accept in (FULL, REPLICA):
        await execute(client, reject)
        async with UrlQueue(private_redis_url, Settings()) as queue:
            assert (await queue.depth()).backlog == 1
        await execute(client, accept)


async def test_a_queue_on_a_server_that_fills_up_loses_and_duplicates_nothing(
    client: Redis, private_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [Task(id=f"t{n}", url=f"https://news{n}.example/?{'x' * 2000}") for n in range(500)]

    async def fill(queue: UrlQueue) -> None:
        for task in tasks:
            await queue.put(task)

    async with UrlQueue(private_redis_url, Settings()) as queue:
        used = int((await client.info("memory"))["used_memory"])
        await client.config_set("maxmemory", used + 300_000)  # room for some of them
        monkeypatch.setattr(retry_while_unavailable, "__defaults__", (0.0,))
        with pytest.raises(RedisConnectionError, match="its memory is full"):
            await fill(queue)
        there = (await queue.depth()).backlog
        assert 0 < there < len(tasks)
        await client.config_set("maxmemory", 0)
        assert (await queue.put_many(tasks)).count(True) == len(tasks) - there
        assert len({d.task.id for d in await queue.read(1000, 0)}) == len(tasks)
