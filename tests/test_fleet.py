"""One look at a fleet: what is in Redis, seen from any machine, and looking changes nothing."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from worker.errors import Transient
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.monitor.consumer_status import consumers_key, publish_consumer_status
from worker.monitor.heartbeat import Heartbeat, services_key
from worker.monitor.snapshot import MAX_HOSTS, take_snapshot
from worker.queue import UrlQueue
from worker.schema import Task, event_stream
from worker.schema.fleet import HEARTBEAT_TIMEOUT_S, RETENTION_S, ConsumerStatus, FleetSnapshot, ServiceHeartbeat
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor, LoopSpec

AGO_S = 600


def long_ago(sequence: int = 0) -> str:
    return f"{round((time.time() - AGO_S) * 1000)}-{sequence}"


def task(name: str) -> Task:
    return Task(id=name, url=f"https://a.example/{name}")


@asynccontextmanager
async def unentered(settings: Settings) -> AsyncIterator[UrlQueue]:
    queue = UrlQueue(settings.redis.url or "", settings)
    try:
        yield queue
    finally:
        await queue.aclose()


async def look(redis: Redis, settings: Settings, *, dead_letters: int = 0) -> FleetSnapshot:
    async with unentered(settings) as queue:
        return await take_snapshot(redis, queue, settings, dead_letters=dead_letters)


# ---------------------------------------------------------------- the queue
async def test_looking_at_an_empty_redis_shows_nothing_and_creates_nothing(redis: Redis, settings: Settings) -> None:
    fleet = await look(redis, settings, dead_letters=5)
    assert (fleet.backlog, fleet.pending, fleet.delayed, fleet.dead) == (0, 0, 0, 0)
    assert (fleet.lag_s, fleet.oldest_pending_s) == (0, 0)
    assert (fleet.services, fleet.hosts, fleet.lags, fleet.dead_letters) == ((), (), (), ())
    assert fleet.memory_bytes > 0
    assert not [key async for key in redis.scan_iter(match=f"{settings.redis.key_prefix}*")]


async def test_lag_is_of_what_nobody_was_given_and_oldest_pending_of_what_somebody_was(
    redis: Redis, settings: Settings
) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await redis.xadd(queue.keys.urls, {"task": msgspec.json.encode(task("old"))}, id=long_ago())
        fleet = await look(redis, settings)
        assert fleet.lag_s == pytest.approx(AGO_S, abs=5)
        assert fleet.oldest_pending_s == 0
        await queue.read(1, 0)
        await queue.put(task("new"))
        fleet = await look(redis, settings)
        assert (fleet.backlog, fleet.pending) == (1, 1)
        assert fleet.lag_s == pytest.approx(0, abs=5)
        assert fleet.oldest_pending_s == pytest.approx(AGO_S, abs=5)


async def test_the_newest_dead_letters_come_first(redis: Redis, settings: Settings) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([task("1"), task("2")])
        for delivery in await queue.read(2, 0):
            await queue.dead_letter(delivery, "http_404", "gone")
        await redis.xadd(queue.keys.urls, {"task": "what is this"})
        await queue.read(1, 0)
    fleet = await look(redis, settings, dead_letters=2)
    assert [(letter.reason, letter.subject) for letter in fleet.dead_letters] == [
        ("undecodable", "an unreadable entry"),
        ("http_404", "https://a.example/2"),
    ]
    assert fleet.dead == 3


# ---------------------------------------------------------------- services
def heart(
    redis: Redis, settings: Settings, liveness: LivenessMonitor | None = None, service: str = "worker"
) -> Heartbeat:
    return Heartbeat(redis, settings.redis.key_prefix, service, liveness or LivenessMonitor(), clock=time.monotonic)


async def test_a_service_is_seen_by_its_beat_until_it_says_farewell(redis: Redis, settings: Settings) -> None:
    one, other = heart(redis, settings), heart(redis, settings, service="discover")
    await one.send()
    await other.send()
    fleet = await look(redis, settings)
    assert [beat.service for beat in fleet.services] == ["discover", "worker"]
    assert all(fleet.is_alive(beat) for beat in fleet.services)
    await one.deregister()
    assert [beat.service for beat in (await look(redis, settings)).services] == ["discover"]


async def test_a_beat_tells_what_is_late_and_what_went_wrong_last(redis: Redis, settings: Settings) -> None:
    liveness = LivenessMonitor({"tend": LoopSpec(max_silence_s=0.0, critical=True)})
    liveness.record_error("https://a.example/1", "http_500", datetime(2026, 3, 1, tzinfo=UTC))
    await asyncio.sleep(0.01)
    await heart(redis, settings, liveness).send()
    (beat,) = (await look(redis, settings)).services
    assert beat.late.keys() == {"tend"}
    assert beat.last_error
    assert beat.last_error.reason == "http_500"


async def test_rates_are_of_the_last_minute(redis: Redis, settings: Settings) -> None:
    now = 1000.0
    its = Heartbeat(redis, settings.redis.key_prefix, "worker", LivenessMonitor(), clock=lambda: now)
    metrics.EVENTS.labels("meeting").inc(600)
    now += 30
    assert its._rates()["meeting"] == pytest.approx(20)
    now += 60
    its._rates()
    metrics.EVENTS.labels("meeting").inc(60)
    now += 60
    assert its._rates()["meeting"] == pytest.approx(1)


async def test_who_fell_silent_is_shown_for_a_while_and_then_forgotten(redis: Redis, settings: Settings) -> None:
    its = heart(redis, settings)
    await its.send()
    key = services_key(settings.redis.key_prefix)

    async def silent_for(seconds: float) -> FleetSnapshot:
        (value,) = await redis.hvals(key)
        beat = msgspec.json.decode(value, type=ServiceHeartbeat)
        old = replace(beat, at=datetime.now(UTC) - timedelta(seconds=seconds))
        await redis.hset(key, beat.name, msgspec.json.encode(old))
        return await look(redis, settings)

    fleet = await silent_for(HEARTBEAT_TIMEOUT_S + 1)
    assert not fleet.is_alive(fleet.services[0])
    await silent_for(RETENTION_S + 10)
    other = heart(redis, settings)
    await other.send()
    assert [beat.name for beat in (await look(redis, settings)).services] == [other.name]


async def test_a_beat_that_does_not_decode_is_in_nobody_s_way(redis: Redis, settings: Settings) -> None:
    await redis.hset(services_key(settings.redis.key_prefix), "later-version", "{}")
    await heart(redis, settings).send()
    assert len((await look(redis, settings)).services) == 1


# ---------------------------------------------------------------- hosts
@asynccontextmanager
async def polite(redis: Redis, settings: Settings) -> AsyncIterator[Politeness]:
    async with Fetcher(settings.fetch) as fetcher:
        yield Politeness(redis, fetcher, settings)


async def test_paused_hosts_are_counted_and_the_longest_pauses_are_shown(redis: Redis, settings: Settings) -> None:
    async with polite(redis, settings) as politeness:
        for n in range(MAX_HOSTS + 5):
            await politeness.pause(f"news-{n}.example", 100 + n)
    fleet = await look(redis, settings)
    assert fleet.paused_hosts == MAX_HOSTS + 5
    assert [host.host for host in fleet.hosts] == [f"news-{n}.example" for n in range(MAX_HOSTS + 4, 4, -1)]
    assert fleet.hosts[0].pause_s == pytest.approx(100 + MAX_HOSTS + 4, abs=5)


async def test_what_a_server_asks_for_by_retry_after_is_shown(redis: Redis, settings: Settings) -> None:
    async with polite(redis, settings) as politeness:
        with pytest.raises(Transient):
            async with politeness.honour_retry_after("https://busy.example/1"):
                raise Transient("http_429", retry_after_s=60)
    assert [host.host for host in (await look(redis, settings)).hosts] == ["busy.example"]


async def test_a_host_whose_slots_are_taken_waits_but_is_not_paused(redis: Redis, settings: Settings) -> None:
    settings = settings.override(host_delay_s=30)
    async with polite(redis, settings) as politeness:
        for _ in range(3):
            await politeness._reserve_slot("busy.example", 30)
        await politeness._reserve_slot("idle.example", 30)
    fleet = await look(redis, settings)
    assert (fleet.waiting_hosts, fleet.paused_hosts) == (1, 0)
    (host,) = fleet.hosts
    assert (host.host, host.pause_s) == ("busy.example", 0)
    assert host.wait_s == pytest.approx(90, abs=5)


async def test_a_pause_that_is_over_is_no_longer_shown_nor_kept(redis: Redis, settings: Settings) -> None:
    async with polite(redis, settings) as politeness:
        await politeness.pause("a.example", 0.01)
        await asyncio.sleep(0.05)
        fleet = await look(redis, settings)
        assert (fleet.paused_hosts, fleet.hosts) == (0, ())
        await politeness.pause("b.example", 60)
    assert await redis.zrange(f"{settings.redis.key_prefix}:hosts:paused", 0, -1) == [b"b.example"]


# ---------------------------------------------------------------- subscribers
@pytest.mark.usefixtures("redis_7")
async def test_a_group_that_does_not_read_falls_behind(redis: Redis, settings: Settings) -> None:
    stream = event_stream(settings.redis.key_prefix, "decision")
    await redis.xgroup_create(stream, "archive", id="0", mkstream=True)
    await redis.xadd(stream, {"data": "{}"}, id=long_ago(0))
    await redis.xadd(stream, {"data": "{}"}, id=f"{round(time.time() * 1000)}-0")
    (lag,) = (await look(redis, settings)).lags
    assert (lag.stream, lag.group, lag.entries, lag.pending) == ("decision", "archive", 2, 0)
    assert lag.lag_s == pytest.approx(AGO_S, abs=5)
    await redis.xreadgroup("archive", "one", {stream: ">"}, count=1)
    (lag,) = (await look(redis, settings)).lags
    assert (lag.entries, lag.pending) == (1, 1)
    assert lag.lag_s == pytest.approx(0, abs=5)


# ---------------------------------------------------------------- webhooks and sinks
def reader(name: str, **more: Any) -> ConsumerStatus:
    given: dict[str, Any] = {"at": datetime(1970, 1, 1, tzinfo=UTC), "position": {"meeting": "0-0"}}
    return ConsumerStatus(name=name, **(given | more))


async def test_a_reader_is_behind_by_what_came_after_its_place_whoever_looks(redis: Redis, settings: Settings) -> None:
    stream = event_stream(settings.redis.key_prefix, "meeting")
    first, second = long_ago(0), f"{round(time.time() * 1000)}-0"
    await redis.xadd(stream, {"data": "{}"}, id=first)
    await redis.xadd(stream, {"data": "{}"}, id=second)
    for place, lag_s, entries in (("0-0", AGO_S, None), (first, 0, None), (second, 0, 0)):
        standing = reader("webhook:press", position={"meeting": place}, pending={"meeting": 3}, dead=2)
        await publish_consumer_status(redis, settings.redis.key_prefix, [standing])
        fleet = await look(redis, settings)
        (lag,) = fleet.lags
        assert (lag.stream, lag.group, lag.entries, lag.pending) == ("meeting", "webhook:press", entries, 3)
        assert lag.lag_s == pytest.approx(lag_s, abs=5)
        assert fleet.is_alive(fleet.consumers[0])  # when it was told of is set by Redis' clock


async def test_one_that_has_ended_for_good_is_seen_and_not_waited_for(redis: Redis, settings: Settings) -> None:
    await redis.xadd(event_stream(settings.redis.key_prefix, "meeting"), {"data": "{}"}, id=long_ago())
    await publish_consumer_status(redis, settings.redis.key_prefix, [reader("webhook:press", ended="http_410")])
    fleet = await look(redis, settings)
    assert [one.ended for one in fleet.consumers] == ["http_410"]
    assert fleet.lags == ()


async def test_a_reader_stays_until_it_is_forgotten_by_hand(redis: Redis, settings: Settings) -> None:
    await publish_consumer_status(redis, settings.redis.key_prefix, [reader("sink:archive")])
    await redis.hset(consumers_key(settings.redis.key_prefix), "sink:later-version", "{}")
    assert [one.name for one in (await look(redis, settings)).consumers] == ["sink:archive"]
    await redis.hdel(consumers_key(settings.redis.key_prefix), "sink:archive")
    fleet = await look(redis, settings)
    assert (fleet.consumers, fleet.lags) == ((), ())


def test_a_pause_passes_while_nobody_tells_of_it() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    fleet = FleetSnapshot(at=at, backlog=0, pending=0, delayed=0, dead=0, max_backlog=1)
    asleep = reader("webhook:press", at=at - timedelta(seconds=40), pause_s=60.0)
    assert fleet.remaining_pause_s(asleep) == 20
    assert fleet.remaining_pause_s(replace(asleep, pause_s=30.0)) == 0
