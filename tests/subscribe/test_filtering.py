from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.subscribe.published import make_event, person, publish
from worker.errors import UsageError
from worker.schema import KINDS, event_stream
from worker.subscribe import Subscription, entry_readers, subscribe

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

TIMEOUT_S = 30.0
QUIET_S = 0.3
"""Time for the acknowledgement of the last event, and for one that should not come."""


@pytest.fixture
async def target(redis: Redis, settings: Settings) -> dict[str, Any]:
    """Arguments of `subscribe` for a prefix with five events of two countries."""
    tamm, ranta = person("Liis Tamm", "EE"), person("Aino Ranta", "FI")
    await publish(
        redis,
        settings,
        make_event("statement", "s-tamm", speaker=tamm, act="promise"),
        make_event("statement", "s-ranta", speaker=ranta, confidence=0.4),
        make_event("meeting", "m-both", participants=[tamm, ranta]),
        make_event("decision", "d-ranta", deciders=[ranta], status="postponed"),
        make_event("statement", "s-last", speaker=tamm, url="https://www.news.example/2"),
    )
    return {"redis": redis, "prefix": settings.redis.key_prefix, "after": "0"}


async def received_ids(events: Subscription) -> list[str]:
    """Return the ids of all events up to the end of the streams; everything read is acknowledged."""
    ids: list[str] = []

    async def read() -> None:
        async for event in events:
            ids.append(event.id)  # noqa: PERF401 - the task is cancelled

    await events.open()
    reading = asyncio.create_task(read())
    async with asyncio.timeout(TIMEOUT_S):
        await events.caught_up()
    await asyncio.sleep(QUIET_S)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return ids


@pytest.mark.parametrize("group", [None, "g"])
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"country": "EE"}, ["s-tamm", "m-both", "s-last"]),
        ({"country": ["ee", "fi"], "min_confidence": 0.5}, ["s-tamm", "m-both", "d-ranta", "s-last"]),
        ({"speaker": "tamm"}, ["s-tamm", "s-last"]),
        ({"actor": "Ranta"}, ["s-ranta", "m-both", "d-ranta"]),
        ({"act": "promise"}, ["s-tamm"]),
        ({"status": ["held", "postponed"]}, ["m-both", "d-ranta"]),
        ({"outlet": "news.example"}, ["s-last"]),
        ({"country": "EE", "kinds": ["meeting"]}, ["m-both"]),
        ({"text": "nowhere"}, []),
    ],
)
async def test_only_events_that_match_every_filter_are_returned(
    target: dict[str, Any], group: str | None, filters: dict[str, Any], expected: list[str]
) -> None:
    async with subscribe(**target, **filters, group=group) as events:
        assert await received_ids(events) == expected


async def test_streams_without_matching_kinds_are_not_read(target: dict[str, Any]) -> None:
    async with subscribe(**target, speaker="Tamm") as events:
        assert list(events.position) == ["statement"]


async def test_rejected_events_count_as_read(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    async with subscribe(**target, country="SE") as events:
        assert await received_ids(events) == []
        position = events.position
    await publish(redis, settings, make_event("meeting", "m-se", participants=[person("Elsa Norin", "SE")]))
    async with subscribe(**target | {"after": position}) as events:
        assert await received_ids(events) == ["m-se"]


async def test_a_group_acknowledges_rejected_events(redis: Redis, target: dict[str, Any]) -> None:
    async with subscribe(**target, group="g", country="SE") as events:
        assert await received_ids(events) == []
    pending = [await redis.xpending(event_stream(target["prefix"], kind), "g") for kind in KINDS]
    assert [p["pending"] for p in pending] == [0, 0, 0]


async def test_a_group_acknowledges_a_whole_batch_in_one_round_trip(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged = []

    class Counting(entry_readers.GroupReader):
        async def acknowledge(self, entries: Any) -> None:
            acknowledged.append(len(entries))
            await super().acknowledge(entries)

    monkeypatch.setattr("worker.subscribe.GroupReader", Counting)
    await publish(redis, settings, *(f"s{n}" for n in range(150)))
    async with subscribe(redis, group="g", after="0", prefix=settings.redis.key_prefix, text="nowhere") as events:
        assert await received_ids(events) == []
    assert acknowledged == [100, 50]


def test_an_invalid_filter_is_refused() -> None:
    with pytest.raises(UsageError, match="filter country"):
        subscribe("redis://localhost:1", country="Finland")
