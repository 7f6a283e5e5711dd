"""Subscribers get retractions, and skip entries of types that they do not know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.subscribe.published import make_retraction, publish, publish_entry, publish_retraction
from worker.errors import EventStreamError
from worker.schema import Retraction, event_stream
from worker.streams import Entry, range_entries
from worker.subscribe import Subscription, subscribe, subscribe_sync, subscription
from worker.subscribe.stream_events import SkippedTypes, UndecodableEntryError, UnknownTypeError, decode_entry
from worker.telemetry import metrics
from worker.telemetry.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


async def take(events: Subscription, n: int) -> list[str]:
    return [(await asyncio.wait_for(anext(events), 5)).id for _ in range(n)]


def skipped() -> float:
    return REGISTRY.get_sample_value("communique_unknown_entries_total") or 0.0


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "EVENT_BLOCK_S", 0.5)


@pytest.fixture
def target(redis: Redis, settings: Settings) -> dict[str, Any]:
    """Arguments of `subscribe` for this test's server and prefix."""
    return {"redis": redis, "prefix": settings.redis.key_prefix, "after": "0"}


def test_the_wire_form_is_that_of_the_contract() -> None:
    data = (
        b'{"kind":"retraction","id":"r1","of":"e1","of_kind":"meeting","url":"https://news.example/1",'
        b'"published_at":"2026-03-01T07:00:00Z","retracted_at":"2026-03-02T08:00:00Z","reason":"changed"}'
    )
    found = decode_entry(Entry("events:meeting", "1-0", {b"type": b"retraction", b"data": data}))
    assert found == Retraction(
        id="r1",
        of="e1",
        of_kind="meeting",
        url="https://news.example/1",
        published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
        retracted_at=datetime(2026, 3, 2, 8, tzinfo=UTC),
        reason="changed",
    )
    assert msgspec.json.encode(found) == data


def test_only_an_entry_that_names_an_unknown_type_is_of_unknown_type() -> None:
    with pytest.raises(UnknownTypeError, match=r"^forecast$"):
        decode_entry(Entry("events:meeting", "1-0", {b"type": b"forecast", b"data": b"{}"}))
    for fields in ({b"data": b"{}"}, {b"type": b"retraction", b"data": b"{}"}, {b"type": b"", b"data": b""}):
        with pytest.raises(UndecodableEntryError) as raised:
            decode_entry(Entry("events:meeting", "1-0", fields))
        assert not isinstance(raised.value, UnknownTypeError)


@pytest.mark.parametrize("group", [None, "g"])
async def test_a_retraction_follows_its_event(
    redis: Redis, settings: Settings, target: dict[str, Any], group: str | None
) -> None:
    await publish(redis, settings, "s1", "m1")
    retraction = await publish_retraction(redis, settings, "m1")
    await publish(redis, settings, "s2")
    async with subscribe(**target, group=group) as events:
        assert await take(events, 2) == ["s1", "m1"]
        received = await events.next()
        assert (received.event, received.kind, received.type) == (retraction, "meeting", "retraction")
        assert await take(events, 1) == ["s2"]


async def test_filters_by_kind_select_retractions_and_other_filters_pass_them(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "m1")
    for name in ("s1", "m1"):
        await publish_retraction(redis, settings, name)
    await publish(redis, settings, "m2")
    async with subscribe(kinds=["meeting"], **target) as events:
        assert await take(events, 3) == ["m1", "r-m1", "m2"]
    async with subscribe(country="FI", text="budget", min_confidence=1.0, **target) as events:
        assert await take(events, 2) == ["r-s1", "r-m1"]


def retract_in_threads(redis_url: str, prefix: str) -> list[object]:
    with subscribe_sync(redis_url, prefix=prefix, after="0", idle_s=0.5) as events:
        return list(events)


async def test_a_blocking_subscription_returns_retractions(redis: Redis, redis_url: str, settings: Settings) -> None:
    retraction = await publish_retraction(redis, settings, "d1")
    assert await asyncio.to_thread(retract_in_threads, redis_url, settings.redis.key_prefix) == [retraction]


@pytest.mark.parametrize("group", [None, "g"])
async def test_an_unknown_type_is_skipped_counted_and_acknowledged(
    redis: Redis, settings: Settings, target: dict[str, Any], group: str | None
) -> None:
    before = skipped()
    await publish(redis, settings, "m1")
    for _ in range(3):
        await publish_entry(redis, settings, "meeting", id="x", type="forecast", data='{"kind":"forecast"}')
    await publish(redis, settings, "m2")
    async with subscribe(kinds=["meeting"], group=group, **target) as events:
        assert await take(events, 2) == ["m1", "m2"]
        await events.acknowledge()
        position = events.position
    assert skipped() - before == 3
    stream = event_stream(settings.redis.key_prefix, "meeting")
    (newest,) = await range_entries(redis, stream, count=1, newest_first=True)
    assert position["meeting"] == newest.id
    if group:
        assert (await redis.xpending(stream, group))["pending"] == 0


async def test_an_undecodable_retraction_is_reported(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish_entry(redis, settings, "meeting", id="x", type="retraction", data='{"kind":"retraction"}')
    await publish(redis, settings, "m1")
    async with subscribe(**target) as events:
        with pytest.raises(EventStreamError, match="does not decode"):
            await take(events, 1)
        assert await take(events, 1) == ["m1"]


def test_the_log_has_the_first_tenth_and_hundredth_skipped_entry(capsys: pytest.CaptureFixture[str]) -> None:
    before, reader = skipped(), SkippedTypes()
    for _ in range(150):
        reader.add("events:meeting", "forecast" * 100)
    lines = [line for line in capsys.readouterr().out.splitlines() if "unknown_type" in line]
    assert [line.split("skipped=")[1].split()[0] for line in lines] == ["1", "10", "100"]
    assert all(len(line) < 300 for line in lines)
    assert (reader.count, skipped() - before) == (150, 150)
    assert metrics.UNKNOWN_ENTRIES


def test_a_retraction_names_the_kind_that_it_retracts() -> None:
    assert make_retraction("d7").of_kind == "decision"
