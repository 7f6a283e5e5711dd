from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
from collections import Counter
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from redis.exceptions import ResponseError

from tests.queue.old_queue import OldQueue
from tests.queue.snapshot import check_invariants, take_snapshot
from tests.queue.test_url_queue import NOW, task
from worker.errors import UsageError
from worker.queue import QueueKeys, UrlQueue
from worker.settings import Settings
from worker.streams import Script, connect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

    from worker.schema import Task

UNDECODABLE = [b"rubbish", b"", b'{"id":"","url":"ftp://a.example/"}', b"[" * 100_000, b'{"id":"\xff"}']

MIGRATE_AND_DIE = """
    import asyncio, os, signal, sys
    from worker.queue import UrlQueue, migration, scripts
    from worker.settings import Settings
    from worker.streams import Script

    url, rounds, send = sys.argv[1], int(sys.argv[2]), Script._send
    moving = {scripts.MIGRATE_TASK, scripts.MIGRATE_UNDECODABLE, scripts.MIGRATE_DELAYED}

    async def send_or_die(self, client, calls):
        global rounds
        rounds -= self in moving
        if rounds >= 0:
            return await send(self, client, calls)
        await send(self, client, calls[: len(calls) // 2 + 1])
        os.kill(os.getpid(), signal.SIGKILL)

    async def main():
        async with UrlQueue(url, Settings()):
            pass

    Script._send, migration.MIN_IDLE_S = send_or_die, 0.0
    asyncio.run(main())
"""
"""Migrates the queue at a URL.  After N round trips that move tasks, it moves half of the next batch and is killed."""


@pytest.fixture(autouse=True)
def _no_waiting_for_old_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.queue.migration.MIN_IDLE_S", 0.0)


@pytest.fixture
def old(redis: Redis, key_prefix: str) -> OldQueue:
    return OldQueue(redis, key_prefix, "old-worker")


async def fill(old: OldQueue, n: int) -> list[Task]:
    """Fill a queue of format 1 with `n` tasks of 50 hosts: every tenth is delivered, every tenth delayed."""
    tasks = [task(f"https://news{i % 50}.example/{i}") for i in range(n)]
    await old.create_group()
    await old.put_many(tasks)
    for entry_id, fields in await old.read(n // 10):
        assert await old.defer(entry_id.decode(), fields[b"task"], 1) == b"done"
    assert len(await old.read(n // 10)) == n // 10
    for member in UNDECODABLE:
        await old.client.xadd(old.urls, {"task": member})
        await old.client.zadd(old.delayed, {b"delayed " + member: 1})
    await old.client.xadd(old.urls, {"no task": "x"})
    return tasks


async def check_migrated(client: Redis, keys: QueueKeys, tasks: list[Task], settings: Settings) -> None:
    """Assert that each task is in the queue once, and each undecodable entry is a dead letter or due to become one."""
    found = await take_snapshot(client, keys)
    check_invariants(found, settings)
    undecodable = 2 * len(UNDECODABLE) + 1
    assert found.tasks() == Counter({**{t.id: 1 for t in tasks}, "": undecodable})
    assert Counter(found.dead) == Counter([*UNDECODABLE, b""])
    assert not await client.exists(keys.stream_of_format_1, keys.deferred_of_format_1)


async def test_all_tasks_of_an_old_queue_are_moved_in_their_order(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis
) -> None:
    tasks = await fill(old, 1000)
    async with UrlQueue(redis_url, settings) as queue:
        await check_migrated(redis, queue.keys, tasks, settings)
        in_order = [t.id for t in tasks[100:] if t.url.startswith("https://news7.example/")]
        found = await take_snapshot(redis, queue.keys)
        assert found.tasks()[in_order[0]] == 1
        queued = [msgspec.json.decode(t)["id"] for t in found.hosts["news7.example"].queue]
        assert queued == in_order[1:]  # the first is released
        assert not await queue.put(tasks[0])  # seen before, by the old worker


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [0, 5])
async def test_a_migration_that_is_killed_is_continued(private_redis_url: str, rounds: int) -> None:
    settings = Settings()
    async with connect(private_redis_url) as client:
        old = OldQueue(client, settings.redis.key_prefix, "old-worker")
        tasks = await fill(old, 10_000)
        keys, kills = QueueKeys(settings.redis.key_prefix), 0
        while await migrate_in_process(private_redis_url, rounds) == -signal.SIGKILL:
            kills += 1
            rounds += 2
        assert kills >= 3
        await check_migrated(client, keys, tasks, settings)


async def migrate_in_process(url: str, rounds: int) -> int:
    code = textwrap.dedent(MIGRATE_AND_DIE)
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, url, str(rounds))
    return await process.wait()


async def test_a_migration_whose_replies_are_lost_moves_each_task_once(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = await fill(old, 1000)
    lose_first_replies(monkeypatch)
    async with UrlQueue(redis_url, settings) as queue:
        await check_migrated(redis, queue.keys, tasks, settings)


def lose_first_replies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose the first reply to every batch of scripts, so that each batch is sent twice."""
    send, lost = Script._send, set()

    async def lossy(self: Script, client: Redis, calls: Any) -> list[Any]:
        replies: list[Any] = await send(self, client, calls)
        step = (self.sha, str(calls))
        if not any(isinstance(reply, Exception) for reply in replies) and step not in lost:
            lost.add(step)
            raise ConnectionResetError
        return replies

    monkeypatch.setattr(Script, "_send", lossy)


async def test_processes_that_migrate_at_once_move_each_task_once(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis
) -> None:
    tasks = await fill(old, 2000)
    queues = [UrlQueue(redis_url, settings) for _ in range(3)]
    await asyncio.gather(*(queue.__aenter__() for queue in queues))
    await check_migrated(redis, queues[0].keys, tasks, settings)
    for queue in queues:
        await queue.aclose()


async def test_migrated_tasks_are_delivered_and_undecodable_delayed_ones_become_dead_letters(
    redis_url: str, settings: Settings, old: OldQueue
) -> None:
    tasks = await fill(old, 100)
    async with UrlQueue(redis_url, settings.override(host_delay_s=0.0)) as queue:
        delivered: list[str] = []
        for _ in range(20):
            await queue.release(NOW)
            for delivery in await queue.read(1000, 0):
                delivered.append(delivery.task.id)
                await queue.settle(delivery, [])
        assert sorted(delivered) == sorted(t.id for t in tasks)
        assert {letter.reason for letter in await queue.list_dead_letters()} == {"undecodable"}
        depth = await queue.depth()
        assert (depth.unfinished, depth.dead) == (0, 2 * len(UNDECODABLE) + 1)


async def test_a_queue_with_a_worker_of_format_1_is_refused_with_its_name(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.queue.migration.MIN_IDLE_S", 30.0)
    await old.create_group()
    await old.put_many([task()])
    [(entry_id, _)] = await old.read(1)
    with pytest.raises(UsageError, match=r"an older version use the queue \(old-worker\): stop them, wait 30 s"):
        async with UrlQueue(redis_url, settings):
            pass
    assert await redis.xlen(old.urls) == 1
    assert await old.settle(entry_id.decode()) == b"done"


OLD_COMMANDS: list[Callable[[OldQueue], Awaitable[Any]]] = [
    lambda old: old.put_many([task("https://late.example/")]),
    lambda old: old.read(1),
    lambda old: old.promote(10**15),
    lambda old: old.settle("1-1"),
    lambda old: old.defer("1-1", b"{}", 1),
    lambda old: old.dead_letter("1-1"),
    lambda old: old.requeue("1-1"),
    lambda old: old.create_group(),
]


@pytest.mark.parametrize("command", OLD_COMMANDS, ids=range(len(OLD_COMMANDS)))
async def test_every_command_of_an_old_worker_fails_before_its_first_write(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis, command: Callable[[OldQueue], Awaitable[Any]]
) -> None:
    await old.create_group()
    await old.put_many([task()])
    async with UrlQueue(redis_url, settings):
        pass
    await redis.zadd(old.delayed, {"delayed by an old worker": 1})
    await redis.xadd(old.dead, {"task": "{}"}, id="1-1")
    before = await dump(redis, settings.redis.key_prefix)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await command(old)
    assert await dump(redis, settings.redis.key_prefix) == before


async def dump(redis: Redis, prefix: str) -> dict[bytes, bytes | None]:
    keys = sorted([key async for key in redis.scan_iter(f"{prefix}*", count=10_000)])
    return {key: await redis.dump(key) for key in keys}


@pytest.mark.parametrize("version", ["3", "1", "", "x"])
async def test_an_unknown_format_is_refused(redis_url: str, settings: Settings, redis: Redis, version: str) -> None:
    await redis.set(QueueKeys(settings.redis.key_prefix).format, version)
    with pytest.raises(UsageError, match=f"has format {version}, this version supports only 2: update communique"):
        async with UrlQueue(redis_url, settings):
            pass


async def test_a_key_of_another_program_is_refused(redis_url: str, settings: Settings, redis: Redis) -> None:
    await redis.sadd(QueueKeys(settings.redis.key_prefix).format, "x")
    with pytest.raises(UsageError, match="is a set: another program uses the prefix"):
        async with UrlQueue(redis_url, settings):
            pass


async def test_an_unfinished_migration_is_not_overwritten_by_another_old_stream(
    redis_url: str, settings: Settings, old: OldQueue, redis: Redis
) -> None:
    keys = QueueKeys(settings.redis.key_prefix)
    await redis.xadd(keys.stream_of_format_1, {"task": "left from a migration"})
    await old.put_many([task()])
    with pytest.raises(ResponseError, match="exists"):
        async with UrlQueue(redis_url, settings):
            pass
    assert await redis.xlen(keys.stream_of_format_1) == 1


async def test_a_full_server_accepts_a_reader_of_a_queue_with_a_format(private_redis_url: str) -> None:
    async with UrlQueue(private_redis_url, Settings()) as queue:
        await queue.put(task())
        await queue._client.config_set("maxmemory", "1")
        async with UrlQueue(private_redis_url, Settings()) as reader:
            assert (await reader.depth()).backlog == 1
