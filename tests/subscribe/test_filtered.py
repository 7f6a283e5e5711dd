from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from tests.subscribe.published import event, person, publish
from worker.errors import UsageError
from worker.schema import KINDS, event_stream
from worker.subscribe import Subscription, readers, subscribe

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.fixture
async def on(redis: Redis, settings: Settings) -> dict[str, Any]:
    """Where five events of two countries stand."""
    tamm, ranta = person("Liis Tamm", "EE"), person("Aino Ranta", "FI")
    await publish(
        redis,
        settings,
        event("statement", "s-tamm", speaker=tamm, act="promise"),
        event("statement", "s-ranta", speaker=ranta, confidence=0.4),
        event("meeting", "m-both", participants=[tamm, ranta]),
        event("decision", "d-ranta", deciders=[ranta], status="postponed"),
        event("statement", "s-last", speaker=tamm, url="https://www.news.example/2"),
    )
    return {"redis": redis, "prefix": settings.redis.key_prefix, "after": "0"}


async def heard(events: Subscription) -> list[str]:
    names = []
    while True:
        try:
            names.append((await asyncio.wait_for(anext(events), 0.4)).id)
        except TimeoutError:
            return names


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
async def test_only_what_passes_every_filter_comes(
    on: dict[str, Any], group: str | None, filters: dict[str, Any], expected: list[str]
) -> None:
    async with subscribe(**on, **filters, group=group) as events:
        assert await heard(events) == expected


async def test_streams_that_hold_nothing_asked_for_are_not_read(on: dict[str, Any]) -> None:
    async with subscribe(**on, speaker="Tamm") as events:
        assert list(events.position) == ["statement"]


async def test_what_is_passed_over_counts_as_read(redis: Redis, settings: Settings, on: dict[str, Any]) -> None:
    async with subscribe(**on, country="SE") as events:
        assert await heard(events) == []
        position = events.position
    await publish(redis, settings, event("meeting", "m-se", participants=[person("Elsa Norin", "SE")]))
    async with subscribe(**on | {"after": position}) as events:
        assert await heard(events) == ["m-se"]


async def test_a_group_acknowledges_what_is_passed_over(redis: Redis, on: dict[str, Any]) -> None:
    async with subscribe(**on, group="g", country="SE") as events:
        assert await heard(events) == []
    pending = [await redis.xpending(event_stream(on["prefix"], kind), "g") for kind in KINDS]
    assert [p["pending"] for p in pending] == [0, 0, 0]


async def test_a_group_acknowledges_a_whole_batch_in_one_round_trip(
    redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    acknowledged = []

    class Counting(readers.GroupReader):
        async def acknowledge(self, entries: Any) -> None:
            acknowledged.append(len(entries))
            await super().acknowledge(entries)

    monkeypatch.setattr("worker.subscribe.GroupReader", Counting)
    await publish(redis, settings, *(f"s{n}" for n in range(150)))
    async with subscribe(redis, group="g", after="0", prefix=settings.redis.key_prefix, text="nowhere") as events:
        assert await heard(events) == []
    assert acknowledged == [100, 50]


def test_a_filter_that_means_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="filter country"):
        subscribe("redis://localhost:1", country="Finland")
