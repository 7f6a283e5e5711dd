"""The order of the present, in the cases that a test cannot wait for."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import msgspec
import pytest
from redis.asyncio import Redis

from tests.gateway.conftest import Publisher, make_event, wait_until
from worker.filters import MATCH_ALL
from worker.gateway.live.broadcaster import Broadcaster
from worker.gateway.live.encoders import websocket_encoder
from worker.schema import KINDS, Kind, event_stream
from worker.settings import Settings
from worker.streams import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.gaps: list[str] = []

    def send(self, frames: bytes) -> None:
        self.gaps += re.findall(r'"kinds":\["(\w+)"', frames.decode(errors="replace"))
        self.numbers += [int(part.partition(b'"')[0]) for part in frames.split(b'"rule":"')[1:]]


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[tuple[Broadcaster, Heard]]:
    broadcaster, heard, stop = (
        Broadcaster(settings.redis.url or "", settings.redis.key_prefix),
        Heard(),
        asyncio.Event(),
    )
    await broadcaster.open()
    broadcaster.subscribe(heard, MATCH_ALL, websocket_encoder(cloudevents=False), broadcaster.cursor)
    running = asyncio.create_task(broadcaster.run(stop))
    yield broadcaster, heard
    stop.set()
    await running
    await broadcaster.aclose()


async def add(publish: Publisher, kind: Kind, number: int, entry_id: str) -> None:
    await publish.add(kind, encoded(number, kind), entry_id)


def encoded(number: int, kind: Kind) -> bytes:
    return msgspec.json.encode(make_event(number, kind))


async def now_ms(redis: Redis) -> int:
    s, us = await redis.time()
    return int(s) * 1000 + int(us) // 1000


async def test_within_a_millisecond_the_kinds_have_an_order_however_they_come(
    settings: Settings, publish: Publisher
) -> None:
    async with reading(settings) as (_, heard):
        soon = await now_ms(publish.redis) + 150
        await add(publish, "decision", 3, f"{soon}-0")
        await asyncio.sleep(0.03)  # read by now, and held
        assert heard.numbers == []
        await add(publish, "meeting", 2, f"{soon}-0")
        await asyncio.sleep(0.03)
        await add(publish, "statement", 1, f"{soon}-0")
        await wait_until(lambda: len(heard.numbers) == 3)
    assert heard.numbers == [1, 2, 3]


async def test_a_clock_set_back_holds_nobody_up_for_long(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.HOLD_S", 0.05)
    async with reading(settings) as (_, heard):
        ahead = await now_ms(publish.redis) + 3_600_000
        await add(publish, "decision", 1, f"{ahead}-0")
        await wait_until(lambda: heard.numbers == [1])
        await publish.events(make_event(2, "statement"))
        await wait_until(lambda: heard.numbers == [1, 2])


async def test_a_flood_of_one_kind_keeps_the_order_of_all(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.BATCH", 3)
    async with reading(settings) as (broadcaster, heard):
        base = await now_ms(publish.redis) - 10_000
        pipe = publish.redis.pipeline(transaction=True)
        for number in range(60):
            kind: Kind = "statement" if number % 7 else "meeting"
            data = encoded(number, kind)
            pipe.xadd(event_stream(settings.redis.key_prefix, kind), {"data": data}, id=f"{base + number}-0")
        await pipe.execute()
        await wait_until(lambda: len(heard.numbers) == 60)
        assert broadcaster.cursor[0] == f"{base + 59}-0"
    assert heard.numbers == list(range(60))


async def test_who_joins_gets_what_is_at_hand_behind_its_place_and_no_more(
    settings: Settings, publish: Publisher
) -> None:
    async with reading(settings) as (broadcaster, heard):
        begin = broadcaster.cursor
        await publish.numbers(1)
        await wait_until(lambda: heard.numbers == [1])
        middle = broadcaster.cursor
        await publish.numbers(2)
        await wait_until(lambda: heard.numbers == [1, 2])
        form = websocket_encoder(cloudevents=False)
        for place, expected in ((begin, [1, 2]), (middle, [2]), (broadcaster.cursor, [])):
            late = Heard()
            broadcaster.subscribe(late, MATCH_ALL, form, place)
            assert late.numbers == expected


async def test_what_is_no_longer_at_hand_is_out_of_reach(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_EVENTS", 1)
    async with reading(settings) as (broadcaster, heard):
        begin = broadcaster.cursor
        assert broadcaster.covers(begin, ("statement", "meeting", "decision"))
        for number in (0, 1):
            await publish.numbers(number)
            await wait_until(lambda n=number: heard.numbers[-1:] == [n])  # type: ignore[misc]
        assert not broadcaster.covers(begin, ("statement",))
        assert broadcaster.covers(begin, ("meeting", "decision"))


async def test_a_redis_that_restarts_only_interrupts(private_redis_url: str, settings: Settings) -> None:
    changed = settings.override(redis_url=private_redis_url)
    async with reading(changed) as (_, heard), connect(private_redis_url) as client:
        await client.client_kill_filter(_type="normal", skipme=True)
        publish = Publisher(client, changed)
        await publish.numbers(1)
        await wait_until(lambda: heard.numbers == [1])


async def test_streams_that_are_begun_anew_behind_our_place_are_followed_and_the_gap_is_said(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    async with reading(settings) as (broadcaster, heard):
        soon = await now_ms(redis) + 3_600_000
        await add(publish, "meeting", 1, f"{soon}-0")
        await wait_until(lambda: heard.numbers == [1])
        await redis.delete(event_stream(settings.redis.key_prefix, "meeting"))
        await wait_until(lambda: heard.gaps == ["meeting"])
        assert broadcaster.cursor[1] == "0-0"
        await publish.numbers(4, 5)
        await wait_until(lambda: heard.numbers == [1, 4, 5])


async def test_who_was_ahead_listens_with_the_others_once_that_is_passed(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    async with reading(settings) as (broadcaster, heard):
        await publish.numbers(1)
        await wait_until(lambda: heard.numbers == [1])
        form, soon = websocket_encoder(cloudevents=False), await now_ms(redis) + 50
        early = [Heard() for _ in range(3)]
        for i, listener in enumerate(early):
            broadcaster.subscribe(listener, MATCH_ALL, form, (f"{soon}-{i}",) * 3)
        assert len(broadcaster.subscribers) == 4
        await asyncio.sleep(0.06)
        await publish.events(*(make_event(i, kind) for i, kind in enumerate(KINDS)))
        await wait_until(lambda: all(listener.numbers == [0, 1, 2] for listener in early))
        assert len(broadcaster.subscribers) == 1
        for listener in (*early, heard):
            broadcaster.unsubscribe(listener)
        assert broadcaster.subscriber_count == len(broadcaster.subscribers) == 0


async def test_what_is_trimmed_away_before_the_hub_has_read_it_is_said_in_its_place(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    stream = event_stream(settings.redis.key_prefix, "meeting")
    async with reading(settings) as (broadcaster, heard):
        await publish.events(make_event(1, "meeting"))
        await wait_until(lambda: heard.numbers == [1])
        seen = broadcaster.cursor
        async with redis.pipeline(transaction=True) as step:
            for number in range(2, 7):
                step.xadd(stream, {"data": encoded(number, "meeting")})
            step.xtrim(stream, maxlen=2, approximate=False)
            await step.execute()
        await wait_until(lambda: heard.numbers == [1, 5, 6])
        assert heard.gaps == ["meeting"]
        assert not broadcaster.covers(seen, ("meeting",))  # history says it to those who come later
        assert broadcaster.covers(broadcaster.cursor, ("meeting",))
        await redis.xtrim(stream, maxlen=0, approximate=False)  # what has been read may go
        await publish.events(make_event(7, "meeting"))
        await wait_until(lambda: heard.numbers == [1, 5, 6, 7])
        assert heard.gaps == ["meeting"]


async def test_trimming_that_overtakes_a_hub_that_is_far_behind_is_said(
    settings: Settings, publish: Publisher, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.BATCH", 2)
    stream = event_stream(settings.redis.key_prefix, "meeting")
    async with reading(settings) as (_, heard):
        await publish.events(make_event(0, "meeting"))
        await wait_until(lambda: heard.numbers == [0])
        async with redis.pipeline(transaction=True) as step:
            for number in range(1, 20):
                step.xadd(stream, {"data": encoded(number, "meeting")})
            step.xtrim(stream, maxlen=9, approximate=False)
            await step.execute()
        await wait_until(lambda: heard.numbers == [0, *range(11, 20)])
        await wait_until(lambda: heard.gaps == ["meeting"])
