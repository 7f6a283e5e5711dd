"""Order, memory and gaps of the live events, in cases that rarely occur through the endpoint."""

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


class RecordingSubscriber:
    """A subscriber that records the numbers of events and the kinds of gaps."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.gaps: list[str] = []

    def send(self, frames: bytes) -> None:
        self.gaps += re.findall(r'"kinds":\["(\w+)"', frames.decode(errors="replace"))
        self.numbers += [int(part.partition(b'"')[0]) for part in frames.split(b'"rule":"')[1:]]


@asynccontextmanager
async def running_broadcaster(settings: Settings) -> AsyncIterator[tuple[Broadcaster, RecordingSubscriber]]:
    broadcaster, subscriber, stop = (
        Broadcaster(settings.redis.url or "", settings.redis.key_prefix),
        RecordingSubscriber(),
        asyncio.Event(),
    )
    await broadcaster.open()
    broadcaster.subscribe(subscriber, MATCH_ALL, websocket_encoder(cloudevents=False), broadcaster.cursor)
    running = asyncio.create_task(broadcaster.run(stop))
    yield broadcaster, subscriber
    stop.set()
    await running
    await broadcaster.aclose()


async def add_entry(publish: Publisher, kind: Kind, number: int, entry_id: str) -> None:
    await publish.add(kind, event_json(number, kind), entry_id)


def event_json(number: int, kind: Kind) -> bytes:
    return msgspec.json.encode(make_event(number, kind))


async def now_ms(redis: Redis) -> int:
    s, us = await redis.time()
    return int(s) * 1000 + int(us) // 1000


async def test_events_of_one_millisecond_are_sent_in_the_order_of_the_kinds(
    settings: Settings, publish: Publisher
) -> None:
    async with running_broadcaster(settings) as (_, subscriber):
        soon = await now_ms(publish.redis) + 150
        await add_entry(publish, "decision", 3, f"{soon}-0")
        await asyncio.sleep(0.03)  # read by now, and buffered
        assert subscriber.numbers == []
        await add_entry(publish, "meeting", 2, f"{soon}-0")
        await asyncio.sleep(0.03)
        await add_entry(publish, "statement", 1, f"{soon}-0")
        await wait_until(lambda: len(subscriber.numbers) == 3)
    assert subscriber.numbers == [1, 2, 3]


async def test_a_clock_set_back_delays_events_only_briefly(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.HOLD_S", 0.05)
    async with running_broadcaster(settings) as (_, subscriber):
        ahead = await now_ms(publish.redis) + 3_600_000
        await add_entry(publish, "decision", 1, f"{ahead}-0")
        await wait_until(lambda: subscriber.numbers == [1])
        await publish.events(make_event(2, "statement"))
        await wait_until(lambda: subscriber.numbers == [1, 2])


async def test_many_events_of_one_kind_do_not_break_the_merged_order(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.MERGE_BATCH", 3)
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        base = await now_ms(publish.redis) - 10_000
        pipe = publish.redis.pipeline(transaction=True)
        for number in range(60):
            kind: Kind = "statement" if number % 7 else "meeting"
            data = event_json(number, kind)
            pipe.xadd(event_stream(settings.redis.key_prefix, kind), {"data": data}, id=f"{base + number}-0")
        await pipe.execute()
        await wait_until(lambda: len(subscriber.numbers) == 60)
        assert broadcaster.cursor[0] == f"{base + 59}-0"
    assert subscriber.numbers == list(range(60))


async def test_a_new_subscriber_gets_exactly_the_recent_events_after_its_cursor(
    settings: Settings, publish: Publisher
) -> None:
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        start_cursor = broadcaster.cursor
        await publish.numbers(1)
        await wait_until(lambda: subscriber.numbers == [1])
        middle_cursor = broadcaster.cursor
        await publish.numbers(2)
        await wait_until(lambda: subscriber.numbers == [1, 2])
        encoder = websocket_encoder(cloudevents=False)
        for cursor, expected in ((start_cursor, [1, 2]), (middle_cursor, [2]), (broadcaster.cursor, [])):
            late_subscriber = RecordingSubscriber()
            broadcaster.subscribe(late_subscriber, MATCH_ALL, encoder, cursor)
            assert late_subscriber.numbers == expected


async def test_a_cursor_before_the_recent_events_is_not_covered(
    settings: Settings, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_RECENT_EVENTS", 1)
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        start_cursor = broadcaster.cursor
        assert broadcaster.covers(start_cursor, ("statement", "meeting", "decision"))
        for number in (0, 1):
            await publish.numbers(number)
            await wait_until(lambda n=number: subscriber.numbers[-1:] == [n])  # type: ignore[misc]
        assert not broadcaster.covers(start_cursor, ("statement",))
        assert broadcaster.covers(start_cursor, ("meeting", "decision"))


async def test_reading_continues_after_a_lost_connection(private_redis_url: str, settings: Settings) -> None:
    changed = settings.override(redis_url=private_redis_url)
    async with running_broadcaster(changed) as (_, subscriber), connect(private_redis_url) as client:
        await client.client_kill_filter(_type="normal", skipme=True)
        publish = Publisher(client, changed)
        await publish.numbers(1)
        await wait_until(lambda: subscriber.numbers == [1])


async def test_a_reset_stream_is_followed_and_reported_as_a_gap(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        soon = await now_ms(redis) + 3_600_000
        await add_entry(publish, "meeting", 1, f"{soon}-0")
        await wait_until(lambda: subscriber.numbers == [1])
        await redis.delete(event_stream(settings.redis.key_prefix, "meeting"))
        await wait_until(lambda: subscriber.gaps == ["meeting"])
        assert broadcaster.cursor[1] == "0-0"
        await publish.numbers(4, 5)
        await wait_until(lambda: subscriber.numbers == [1, 4, 5])


async def test_subscribers_ahead_join_the_common_group_once_their_cursor_is_passed(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        await publish.numbers(1)
        await wait_until(lambda: subscriber.numbers == [1])
        encoder, soon = websocket_encoder(cloudevents=False), await now_ms(redis) + 50
        ahead = [RecordingSubscriber() for _ in range(3)]
        for i, listener in enumerate(ahead):
            broadcaster.subscribe(listener, MATCH_ALL, encoder, (f"{soon}-{i}",) * 3)
        assert len(broadcaster.subscribers) == 4
        await asyncio.sleep(0.06)
        await publish.events(*(make_event(i, kind) for i, kind in enumerate(KINDS)))
        await wait_until(lambda: all(listener.numbers == [0, 1, 2] for listener in ahead))
        assert len(broadcaster.subscribers) == 1
        for listener in (*ahead, subscriber):
            broadcaster.unsubscribe(listener)
        assert broadcaster.subscriber_count == len(broadcaster.subscribers) == 0


async def test_entries_trimmed_unread_are_reported_before_the_events_that_follow(
    settings: Settings, publish: Publisher, redis: Redis
) -> None:
    stream = event_stream(settings.redis.key_prefix, "meeting")
    async with running_broadcaster(settings) as (broadcaster, subscriber):
        await publish.events(make_event(1, "meeting"))
        await wait_until(lambda: subscriber.numbers == [1])
        seen_cursor = broadcaster.cursor
        async with redis.pipeline(transaction=True) as step:
            for number in range(2, 7):
                step.xadd(stream, {"data": event_json(number, "meeting")})
            step.xtrim(stream, maxlen=2, approximate=False)
            await step.execute()
        await wait_until(lambda: subscriber.numbers == [1, 5, 6])
        assert subscriber.gaps == ["meeting"]
        assert not broadcaster.covers(
            seen_cursor, ("meeting",)
        )  # a client that resumes there gets the gap from the replay
        assert broadcaster.covers(broadcaster.cursor, ("meeting",))
        await redis.xtrim(stream, maxlen=0, approximate=False)  # entries that were read
        await publish.events(make_event(7, "meeting"))
        await wait_until(lambda: subscriber.numbers == [1, 5, 6, 7])
        assert subscriber.gaps == ["meeting"]


async def test_trimming_that_overtakes_the_reader_is_reported(
    settings: Settings, publish: Publisher, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.merged_reader.MERGE_BATCH", 2)
    stream = event_stream(settings.redis.key_prefix, "meeting")
    async with running_broadcaster(settings) as (_, subscriber):
        await publish.events(make_event(0, "meeting"))
        await wait_until(lambda: subscriber.numbers == [0])
        async with redis.pipeline(transaction=True) as step:
            for number in range(1, 20):
                step.xadd(stream, {"data": event_json(number, "meeting")})
            step.xtrim(stream, maxlen=9, approximate=False)
            await step.execute()
        await wait_until(lambda: subscriber.numbers == [0, *range(11, 20)])
        await wait_until(lambda: subscriber.gaps == ["meeting"])
