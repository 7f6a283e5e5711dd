"""Snapshots of the fleet: the state in Redis, read without changing it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from redis.asyncio import Redis

from tests.monitor.snapshots import AGE_S, old_entry_id, snapshot
from worker.errors import Transient
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.monitor.snapshot import MAX_HOSTS
from worker.queue import UrlQueue
from worker.schema import Task, event_stream
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
    assert not [key async for key in redis.scan_iter(match=f"{settings.redis.key_prefix}*")]


async def test_lag_is_the_age_of_undelivered_and_oldest_pending_that_of_delivered_tasks(
    redis: Redis, settings: Settings
) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await redis.xadd(queue.keys.urls, {"task": msgspec.json.encode(task("old"))}, id=old_entry_id())
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
        await queue.put_many([task("1"), task("2")])
        for delivery in await queue.read(2, 0):
            await queue.dead_letter(delivery, "http_404", "gone")
        await redis.xadd(queue.keys.urls, {"task": "not JSON"})
        await queue.read(1, 0)
    fleet = await snapshot(redis, settings, dead_letters=2)
    assert [(letter.reason, letter.subject) for letter in fleet.dead_letters] == [
        ("undecodable", "an unreadable entry"),
        ("http_404", "https://a.example/2"),
    ]
    assert fleet.dead == 3


# ---------------------------------------------------------------- hosts
@asynccontextmanager
async def politeness_of(redis: Redis, settings: Settings) -> AsyncIterator[Politeness]:
    async with Fetcher(settings.fetch) as fetcher:
        yield Politeness(redis, fetcher, settings)


async def test_paused_hosts_are_counted_and_the_longest_pauses_listed(redis: Redis, settings: Settings) -> None:
    async with politeness_of(redis, settings) as politeness:
        for n in range(MAX_HOSTS + 5):
            await politeness.pause(f"news-{n}.example", 100 + n)
    fleet = await snapshot(redis, settings)
    assert fleet.paused_hosts == MAX_HOSTS + 5
    assert [host.host for host in fleet.hosts] == [f"news-{n}.example" for n in range(MAX_HOSTS + 4, 4, -1)]
    assert fleet.hosts[0].pause_s == pytest.approx(100 + MAX_HOSTS + 4, abs=5)


async def test_a_pause_demanded_by_retry_after_is_listed(redis: Redis, settings: Settings) -> None:
    async with politeness_of(redis, settings) as politeness:
        with pytest.raises(Transient):
            async with politeness.honour_retry_after("https://busy.example/1"):
                raise Transient("http_429", retry_after_s=60)
    assert [host.host for host in (await snapshot(redis, settings)).hosts] == ["busy.example"]


async def test_a_host_whose_slots_are_reserved_waits_but_is_not_paused(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=30)
    async with politeness_of(redis, settings) as politeness:
        for _ in range(3):
            await politeness._reserve_slot("busy.example", 30)
        await politeness._reserve_slot("idle.example", 30)
    fleet = await snapshot(redis, settings)
    assert (fleet.waiting_hosts, fleet.paused_hosts) == (1, 0)
    (host,) = fleet.hosts
    assert (host.host, host.pause_s) == ("busy.example", 0)
    assert host.wait_s == pytest.approx(90, abs=5)


async def test_a_pause_that_is_over_is_neither_listed_nor_stored(redis: Redis, settings: Settings) -> None:
    async with politeness_of(redis, settings) as politeness:
        await politeness.pause("a.example", 0.01)
        await asyncio.sleep(0.05)
        fleet = await snapshot(redis, settings)
        assert (fleet.paused_hosts, fleet.hosts) == (0, ())
        await politeness.pause("b.example", 60)
    assert await redis.zrange(f"{settings.redis.key_prefix}:hosts:paused", 0, -1) == [b"b.example"]


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
