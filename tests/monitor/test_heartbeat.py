"""Heartbeats of services in Redis."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from tests.monitor.snapshots import snapshot
from worker.monitor.heartbeat import Heartbeat, _losses, services_key
from worker.schema.fleet import HEARTBEAT_TIMEOUT_S, RETENTION_S, FleetSnapshot, LastError, ServiceHeartbeat
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor, LoopSpec


def heartbeat_of(
    redis: Redis, settings: Settings, liveness: LivenessMonitor | None = None, service: str = "worker"
) -> Heartbeat:
    return Heartbeat(redis, settings.redis.key_prefix, service, liveness or LivenessMonitor(), clock=time.monotonic)


async def test_a_service_is_listed_from_its_first_heartbeat_until_it_deregisters(
    redis: Redis, settings: Settings
) -> None:
    one, other = heartbeat_of(redis, settings), heartbeat_of(redis, settings, service="discover")
    await one.send()
    await other.send()
    fleet = await snapshot(redis, settings)
    assert [heartbeat.service for heartbeat in fleet.services] == ["discover", "worker"]
    assert all(fleet.is_alive(heartbeat) for heartbeat in fleet.services)
    await one.deregister()
    assert [heartbeat.service for heartbeat in (await snapshot(redis, settings)).services] == ["discover"]


async def test_a_heartbeat_has_the_overdue_loops_and_the_last_error(redis: Redis, settings: Settings) -> None:
    liveness = LivenessMonitor({"tend": LoopSpec(max_silence_s=0.0, critical=True)})
    liveness.record_error("https://a.example/1", "http_500", datetime(2026, 3, 1, tzinfo=UTC))
    await asyncio.sleep(0.01)
    await heartbeat_of(redis, settings, liveness).send()
    (heartbeat,) = (await snapshot(redis, settings)).services
    assert heartbeat.late.keys() == {"tend"}
    assert heartbeat.last_error
    assert heartbeat.last_error.reason == "http_500"


async def test_a_heartbeat_has_the_losses_of_its_process(redis: Redis, settings: Settings) -> None:
    writer = heartbeat_of(redis, settings)
    before = Counter(_losses())
    metrics.OMITTED_EVENTS.inc(4)
    for stream in ("statement", "article"):
        metrics.TRIMMED_UNREAD.labels(stream).inc(2)
    await writer.send()
    fleet = await snapshot(redis, settings)
    (heartbeat,) = fleet.services
    assert Counter(heartbeat.totals) - before == {"omitted_events": 4, "trimmed_unread": 4}
    assert fleet.total("omitted_events") == heartbeat.totals["omitted_events"]


async def test_rates_are_averages_over_the_last_minute(redis: Redis, settings: Settings) -> None:
    now = 1000.0
    writer = Heartbeat(redis, settings.redis.key_prefix, "worker", LivenessMonitor(), clock=lambda: now)
    metrics.EVENTS.labels("meeting").inc(600)
    now += 30
    assert writer._rates()["meeting"] == pytest.approx(20)
    now += 60
    writer._rates()
    metrics.EVENTS.labels("meeting").inc(60)
    now += 60
    assert writer._rates()["meeting"] == pytest.approx(1)


async def test_a_service_without_heartbeats_is_not_alive_and_is_deleted_after_the_retention(
    redis: Redis, settings: Settings
) -> None:
    writer = heartbeat_of(redis, settings)
    await writer.send()
    key = services_key(settings.redis.key_prefix)

    async def aged(seconds: float) -> FleetSnapshot:
        (value,) = await redis.hvals(key)
        heartbeat = msgspec.json.decode(value, type=ServiceHeartbeat)
        old = replace(heartbeat, at=datetime.now(UTC) - timedelta(seconds=seconds))
        await redis.hset(key, heartbeat.name, msgspec.json.encode(old))
        return await snapshot(redis, settings)

    fleet = await aged(HEARTBEAT_TIMEOUT_S + 1)
    assert not fleet.is_alive(fleet.services[0])
    await aged(RETENTION_S + 10)
    other = heartbeat_of(redis, settings)
    await other.send()
    assert [heartbeat.name for heartbeat in (await snapshot(redis, settings)).services] == [other.name]


async def test_a_heartbeat_that_does_not_decode_is_skipped(redis: Redis, settings: Settings) -> None:
    await redis.hset(services_key(settings.redis.key_prefix), "later-version", "{}")
    await heartbeat_of(redis, settings).send()
    assert len((await snapshot(redis, settings)).services) == 1


def test_renamed_fields_keep_their_names_in_redis() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    heartbeat = ServiceHeartbeat(
        name="n",
        service="worker",
        version="1",
        started_at=at,
        at=at,
        last_error=LastError(at=at, subject="https://a.example/1", reason="dns"),
    )
    assert msgspec.to_builtins(heartbeat)["trouble"].keys() == {"at", "what", "reason"}
    assert msgspec.json.decode(msgspec.json.encode(heartbeat), type=ServiceHeartbeat) == heartbeat
