"""Snapshots of the fleet: the state in Redis, read without changing it."""

import time

import msgspec
import pytest
from redis.asyncio import Redis

from tests.monitor.snapshots import AGE_S, old_entry_id, snapshot
from worker.monitor.snapshot import MAX_HOSTS
from worker.queue import HostRequest, Hosts, QueueKeys, UrlQueue
from worker.schema import KINDS, Task, event_stream
from worker.settings import Settings


def task(name: str) -> Task:
    return Task(id=name, url=f"https://a.example/{name}")


# ---------------------------------------------------------------- the queue
async def test_a_snapshot_of_an_empty_redis_is_empty_and_creates_no_key(redis: Redis, settings: Settings) -> None:
    fleet = await snapshot(redis, settings, dead_letters=5)
    assert (fleet.backlog, fleet.pending, fleet.delayed, fleet.dead) == (0, 0, 0, 0)
    assert (fleet.lag_s, fleet.oldest_pending_s) == (0, 0)
    assert (fleet.services, fleet.hosts, fleet.lags, fleet.dead_letters) == ((), (), (), ())
    assert fleet.memory_bytes > 0
    assert fleet.stream_bytes.keys() == {"article", *KINDS}
    assert sum(fleet.stream_bytes.values()) == 0
    assert (fleet.stream_budget_bytes, fleet.stream_reserve_bytes) == (2 << 30, 1 << 30)
    assert fleet.eviction_policy is None
    assert not [key async for key in redis.scan_iter(match=f"{settings.redis.key_prefix}*")]


async def test_lag_is_the_age_of_undelivered_and_oldest_pending_that_of_delivered_tasks(
    redis: Redis, settings: Settings
) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await redis.xadd(queue.keys.ready, {"task": msgspec.json.encode(task("old"))}, id=old_entry_id())
        fleet = await snapshot(redis, settings)
        assert fleet.lag_s == pytest.approx(AGE_S, abs=5)
        assert fleet.oldest_pending_s == 0
        await queue.read(1, 0)
        await queue.put(task("new"))
        fleet = await snapshot(redis, settings)
        assert (fleet.backlog, fleet.pending) == (1, 1)
        assert fleet.lag_s == pytest.approx(0, abs=5)
        assert fleet.oldest_pending_s == pytest.approx(AGE_S, abs=5)


async def test_the_newest_dead_letters_come_first(redis: Redis, settings: Settings) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        for name in ("1", "2"):
            await queue.put(Task(id=name, url=f"https://{name}.example/"))
            [delivery] = await queue.read(1, 0)
            await queue.dead_letter(delivery, "http_404", "gone")
        await redis.xadd(queue.keys.ready, {"task": "not JSON"})
        await queue.read(1, 0)
    fleet = await snapshot(redis, settings, dead_letters=2)
    assert [(letter.reason, letter.subject) for letter in fleet.dead_letters] == [
        ("undecodable", "an unreadable entry"),
        ("http_404", "https://2.example/"),
    ]
    assert fleet.dead == 3


# ---------------------------------------------------------------- hosts
async def test_hosts_that_fail_are_counted_and_some_are_listed_with_their_pauses(
    redis: Redis, settings: Settings
) -> None:
    hosts = Hosts(redis, settings)
    for n in range(MAX_HOSTS + 5):
        await hosts.failed(HostRequest(f"news-{n}.example", f"{n}"), "http_429", jitter=0.5, pause_s=100 + n)
    fleet = await snapshot(redis, settings)
    assert fleet.down_hosts == MAX_HOSTS + 5
    assert len(fleet.hosts) == MAX_HOSTS
    assert all(100 <= host.pause_s + 5 <= 100 + MAX_HOSTS + 10 for host in fleet.hosts)


async def test_a_host_whose_tasks_wait_for_its_delay_is_not_paused(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=30)
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([task(f"{n}") for n in range(3)])
        [delivery] = await queue.read(1, 0)
        await queue.settle(delivery, [])
        fleet = await snapshot(redis, settings)
    assert (fleet.waiting_hosts, fleet.down_hosts, fleet.waiting) == (1, 0, 2)
    (host,) = fleet.hosts
    assert (host.host, host.pause_s, host.waiting, host.reason) == ("a.example", 0, 2, None)
    assert host.wait_s == pytest.approx(30, abs=5)


async def test_a_host_that_failed_more_than_an_hour_ago_is_not_counted_as_down(
    redis: Redis, settings: Settings
) -> None:
    keys = QueueKeys(settings.redis.key_prefix)
    await redis.zadd(keys.down, {"old.example": (time.time() - 3_700) * 1000, "new.example": time.time() * 1000})
    assert (await snapshot(redis, settings)).down_hosts == 1


async def test_the_lag_of_the_release_is_the_age_of_the_task_that_is_due_first(
    redis: Redis, settings: Settings
) -> None:
    keys = QueueKeys(settings.redis.key_prefix)
    now_ms = time.time() * 1000
    await redis.zadd(keys.hosts, {"full.example": float("inf"), "later.example": now_ms + 60_000})
    assert (await snapshot(redis, settings)).release_lag_s == 0
    await redis.zadd(keys.later, {"task": now_ms - 200_000})
    assert (await snapshot(redis, settings)).release_lag_s == pytest.approx(200, abs=5)
    await redis.zadd(keys.hosts, {"due.example": now_ms - 500_000})
    assert (await snapshot(redis, settings)).release_lag_s == pytest.approx(500, abs=5)


# ---------------------------------------------------------------- consumer groups
@pytest.mark.usefixtures("redis_7")
async def test_the_lag_of_a_group_is_the_age_of_its_oldest_undelivered_entry(redis: Redis, settings: Settings) -> None:
    stream = event_stream(settings.redis.key_prefix, "decision")
    await redis.xgroup_create(stream, "archive", id="0", mkstream=True)
    await redis.xadd(stream, {"data": "{}"}, id=old_entry_id(0))
    await redis.xadd(stream, {"data": "{}"}, id=f"{round(time.time() * 1000)}-0")
    (lag,) = (await snapshot(redis, settings)).lags
    assert (lag.stream, lag.group, lag.entries, lag.pending) == ("decision", "archive", 2, 0)
    assert lag.lag_s == pytest.approx(AGE_S, abs=5)
    await redis.xreadgroup("archive", "one", {stream: ">"}, count=1)
    (lag,) = (await snapshot(redis, settings)).lags
    assert (lag.entries, lag.pending) == (1, 1)
    assert lag.lag_s == pytest.approx(0, abs=5)
