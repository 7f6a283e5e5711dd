"""Progress that webhooks and sinks publish."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from tests.monitor.snapshots import AGE_S, old_entry_id, snapshot
from worker.monitor.consumer_status import consumers_key, publish_consumer_status
from worker.schema import event_stream
from worker.schema.fleet import ConsumerStatus, FleetSnapshot
from worker.settings import Settings


def status_of(name: str, **more: Any) -> ConsumerStatus:
    given: dict[str, Any] = {"at": datetime(1970, 1, 1, tzinfo=UTC), "position": {"meeting": "0-0"}}
    return ConsumerStatus(name=name, **(given | more))


async def test_the_lag_of_a_consumer_is_the_age_of_the_oldest_entry_after_its_position(
    redis: Redis, settings: Settings
) -> None:
    stream = event_stream(settings.redis.key_prefix, "meeting")
    first, second = old_entry_id(0), f"{round(time.time() * 1000)}-0"
    await redis.xadd(stream, {"data": "{}"}, id=first)
    await redis.xadd(stream, {"data": "{}"}, id=second)
    for position, lag_s, entries in (("0-0", AGE_S, None), (first, 0, None), (second, 0, 0)):
        status = status_of("webhook:press", position={"meeting": position}, pending={"meeting": 3}, dead=2)
        await publish_consumer_status(redis, settings.redis.key_prefix, [status])
        fleet = await snapshot(redis, settings)
        (lag,) = fleet.lags
        assert (lag.stream, lag.group, lag.entries, lag.pending) == ("meeting", "webhook:press", entries, 3)
        assert lag.lag_s == pytest.approx(lag_s, abs=5)
        assert fleet.is_alive(fleet.consumers[0])  # `at` is set to Redis' time


async def test_a_consumer_that_has_ended_is_listed_but_has_no_lag(redis: Redis, settings: Settings) -> None:
    await redis.xadd(event_stream(settings.redis.key_prefix, "meeting"), {"data": "{}"}, id=old_entry_id())
    await publish_consumer_status(redis, settings.redis.key_prefix, [status_of("webhook:press", ended="http_410")])
    fleet = await snapshot(redis, settings)
    assert [status.ended for status in fleet.consumers] == ["http_410"]
    assert fleet.lags == ()


async def test_a_status_remains_until_it_is_deleted_by_hand(redis: Redis, settings: Settings) -> None:
    await publish_consumer_status(redis, settings.redis.key_prefix, [status_of("sink:archive")])
    await redis.hset(consumers_key(settings.redis.key_prefix), "sink:later-version", "{}")
    assert [status.name for status in (await snapshot(redis, settings)).consumers] == ["sink:archive"]
    await redis.hdel(consumers_key(settings.redis.key_prefix), "sink:archive")
    fleet = await snapshot(redis, settings)
    assert (fleet.consumers, fleet.lags) == ((), ())


def test_a_pause_shrinks_with_the_age_of_the_status() -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    fleet = FleetSnapshot(at=at, backlog=0, pending=0, delayed=0, dead=0, max_backlog=1)
    paused = status_of("webhook:press", at=at - timedelta(seconds=40), pause_s=60.0)
    assert fleet.remaining_pause_s(paused) == 20
    assert fleet.remaining_pause_s(replace(paused, pause_s=30.0)) == 0
