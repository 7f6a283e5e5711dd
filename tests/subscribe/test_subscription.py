from __future__ import annotations

import asyncio
import os
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import redis.exceptions

from tests.subscribe.published import MILLISECONDS, NOW, make_event, publish
from worker.errors import EventStreamError, UsageError
from worker.schema import KINDS, Meeting, event_stream
from worker.settings import Settings
from worker.streams import connect, range_entries, read_group_entries
from worker.streams.embedded_server import run_embedded_server
from worker.subscribe import Received, Subscription, entry_readers, events_per_kind, subscribe, subscription, to_json
from worker.subscribe.cursor import format_cursor

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis


NOON_MS = 1_772_366_400_000


async def take(events: Subscription, n: int) -> list[str]:
    return [(await asyncio.wait_for(anext(events), 5)).id for _ in range(n)]


async def nothing_more(events: Subscription) -> bool:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(events), 0.03)
    return True


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "EVENT_BLOCK_S", 0.5)


@pytest.fixture
def target(redis: Redis, settings: Settings) -> dict[str, Any]:
    """Arguments of `subscribe` for this test's server and prefix."""
    return {"redis": redis, "prefix": settings.redis.key_prefix}


# ---------------------------------------------------------------- standalone
async def test_events_are_typed_and_in_order_of_arrival_over_all_kinds(
    redis: Redis, redis_url: str, settings: Settings
) -> None:
    names = ["s1", "m1", "s2", "d1", "d2", "s3", "m2"]
    await publish(redis, settings, *names)
    async with subscribe(redis_url, prefix=settings.redis.key_prefix, after="0") as events:
        received = [await anext(events) for _ in names]
    assert [e.id for e in received] == names
    assert received[0] == make_event("statement", "s1")
    assert isinstance(received[1], Meeting)


@pytest.mark.parametrize("batch", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("group", [None, "g"])
async def test_the_order_does_not_depend_on_the_batches(
    redis: Redis, target: dict[str, Any], batch: int, group: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.of(key_prefix=target["prefix"])
    monkeypatch.setattr(entry_readers, "READ_BATCH", batch)
    names = [f"{letter}{i}" for i, letter in enumerate("sssssmsdmmmmmssddsmdsssssssmd")]
    await publish(redis, settings, *names[:20])
    async with subscribe(**target, after="0", group=group) as events:
        head = await take(events, 5)
        await publish(redis, settings, *names[20:])
        assert head + await take(events, len(names) - 5) == names
        assert await nothing_more(events)


async def test_only_the_requested_kinds_are_returned(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "s1", "m1", "d1", "m2")
    async with subscribe(kinds=["meeting"], after="0", **target) as events:
        assert await take(events, 2) == ["m1", "m2"]
        assert await nothing_more(events)


async def test_from_now_on_misses_no_event_between_two_reads(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "m1")
    async with subscribe(**target) as events:
        await publish(redis, settings, "s2", "d1")
        assert await take(events, 2) == ["s2", "d1"]
        await publish(redis, settings, "m2", "d2")
        assert await take(events, 2) == ["m2", "d2"]


async def test_a_waiting_subscriber_gets_a_new_event(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    async with subscribe(**target) as events:
        waiting = asyncio.create_task(take(events, 1))
        await asyncio.sleep(0.03)
        await publish(redis, settings, "d1")
        assert await waiting == ["d1"]


async def test_a_subscriber_resumes_at_its_position(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "s1", "m1", "s2", "m2", "d1")
    async with subscribe(**target, after="0") as events:
        assert await take(events, 3) == ["s1", "m1", "s2"]
        position = events.position
    async with subscribe(**target, after=position) as events:
        assert await take(events, 2) == ["m2", "d1"]


async def test_a_position_stored_before_the_first_event_misses_none(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    async with subscribe(**target) as events:
        position = events.position
    await publish(redis, settings, "s1", "m1")
    async with subscribe(**target, after=position) as events:
        assert await take(events, 2) == ["s1", "m1"]


@pytest.mark.usefixtures("redis_7")
async def test_a_time_may_be_a_position(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "s1", "s2")
    async with subscribe(**target, after=str(int(NOW.timestamp()) * 1000 - 10**10)) as events:
        assert await take(events, 2) == ["s1", "s2"]


async def test_received_has_kind_and_entry_id(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "m1")
    entries: Any = await redis.xrange(event_stream(settings.redis.key_prefix, "meeting"))
    entry_id = entries[0][0].decode()
    async with subscribe(**target, after="0") as events:
        async for received in events.received():
            assert received == Received(kind="meeting", entry_id=entry_id, event=make_event("meeting", "m1"))
            break


async def test_stop_ends_a_wait(target: dict[str, Any]) -> None:
    stop = asyncio.Event()
    async with subscribe(**target, stop=stop) as events:
        waiting = asyncio.create_task(collect(events))
        await asyncio.sleep(0.03)
        stop.set()
        assert await asyncio.wait_for(waiting, 1) == []
        async for _ in events.received():
            pytest.fail("stopped")


async def collect(events: Subscription) -> list[str]:
    return [event.id async for event in events]


# ---------------------------------------------------------------- in a group
async def test_a_group_shares_the_events(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    names = [f"s{i}" for i in range(6)]
    async with subscribe(**target, group="g", consumer="a") as a, subscribe(**target, group="g", consumer="b") as b:
        got = []
        for name, events in zip(names, (a, b, b, a, a, b), strict=True):
            await publish(redis, settings, name)
            got += await take(events, 1)
        assert got == names
        assert await nothing_more(a)
        assert await nothing_more(b)


async def test_two_groups_each_get_everything(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "s1", "m1")
    for group in ("g", "h"):
        async with subscribe(**target, group=group, after="0") as events:
            assert await take(events, 2) == ["s1", "m1"]


async def test_a_group_resumes_with_the_unacknowledged_event(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "m1", "s2", "d1")
    async with subscribe(**target, group="g", after="0") as events:
        assert await take(events, 2) == ["s1", "m1"]  # m1 is not acknowledged yet
    await publish(redis, settings, "s3")
    async with subscribe(**target, group="g", after="$") as events:
        assert await take(events, 4) == ["m1", "s2", "d1", "s3"]
        assert await nothing_more(events)  # the request acknowledges s3
    for kind in KINDS:
        pending: Any = await redis.xpending(event_stream(settings.redis.key_prefix, kind), "g")
        assert pending["pending"] == 0


async def test_a_cancelled_wait_loses_no_event(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*args: Any, **kwargs: Any) -> Any:
        found = await read_group_entries(*args, **kwargs)
        await asyncio.sleep(0.05 if found else 0)  # delivered, but the reply has not arrived
        return found

    await publish(redis, settings, "s1", "m1")
    async with subscribe(**target, group="g", after="0") as events:
        monkeypatch.setattr(entry_readers, "read_group_entries", slow)
        assert await nothing_more(events)
        monkeypatch.undo()
        assert await take(events, 2) == ["s1", "m1"]
        assert await nothing_more(events)


async def test_events_of_a_dead_consumer_are_claimed_by_another(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(redis, settings, "s1", "m1")
    async with subscribe(**target, group="g", consumer="dead", after="0") as events:
        assert await take(events, 1) == ["s1"]
    async with subscribe(**target, group="g", consumer="b") as events:
        assert await nothing_more(events)
    monkeypatch.setattr(entry_readers, "CLAIM_AFTER_S", 0.001)
    async with subscribe(**target, group="g", consumer="c") as events:
        assert await take(events, 2) == ["s1", "m1"]


# ---------------------------------------------------------------- losses and undecodable entries
async def test_a_busy_stream_does_not_delay_claims_in_another(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(redis, settings, "m1")
    async with subscribe(**target, group="g", consumer="dead", after="0") as events:
        assert await take(events, 1) == ["m1"]
    await publish(redis, settings, *(f"s{i}" for i in range(20)))
    async with subscribe(**target, group="g", consumer="b") as events:
        assert await take(events, 2) == ["s0", "s1"]
        monkeypatch.setattr(entry_readers, "CLAIM_AFTER_S", 0.001)
        events._reader._next_claim_s = dict.fromkeys(events._kinds, 0.0)  # type: ignore[attr-defined]
        await publish(redis, settings, "d1")
        assert "m1" in await take(events, 19)
        assert await take(events, 1) == ["d1"]


async def aged(redis: Redis, settings: Settings, consumer: str) -> str:
    """Assign all pending entries to a consumer, idle for ten minutes; return the stream."""
    stream = event_stream(settings.redis.key_prefix, "statement")
    pending: Any = await redis.xpending_range(stream, "g", "-", "+", 100)
    await redis.xclaim(stream, "g", consumer, 0, [p["message_id"] for p in pending], idle=600_000)
    return stream


async def test_the_events_of_a_slow_consumer_are_not_claimed(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entry_readers, "CLAIM_AFTER_S", 60.0)
    await publish(redis, settings, "s1", "s2", "s3")
    async with subscribe(**target, group="g", consumer="slow", after="0") as events:
        assert await take(events, 1) == ["s1"]
        stream = await aged(redis, settings, "slow")
        events._reader._touched_at_s = -60.0  # type: ignore[attr-defined]
        assert await take(events, 1) == ["s2"]
        pending: Any = await redis.xpending_range(stream, "g", "-", "+", 100)
        assert [p["time_since_delivered"] < 60_000 for p in pending] == [True, True]
        async with subscribe(**target, group="g", consumer="other") as other:
            assert await nothing_more(other)
        assert await take(events, 1) == ["s3"]


async def test_events_claimed_by_another_consumer_are_not_returned(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "s2", "s3")
    async with subscribe(**target, group="g", consumer="slow", after="0") as events:
        assert await take(events, 1) == ["s1"]
        await aged(redis, settings, "other")
        await publish(redis, settings, "s4")
        events._reader._touched_at_s = -600.0  # type: ignore[attr-defined]
        assert await take(events, 1) == ["s4"]
    async with subscribe(**target, group="g", consumer="other") as events:
        assert await take(events, 2) == ["s2", "s3"]


async def test_two_tasks_cannot_wait_for_one_subscription(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    async with subscribe(**target, group="g") as events:
        first = asyncio.create_task(anext(events))
        await asyncio.sleep(0.05)
        with pytest.raises(RuntimeError, match="another task"):
            await anext(events)
        await publish(redis, settings, "s1")
        assert (await first).id == "s1"


async def test_a_reset_stream_is_reported_once_and_followed(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "EVENT_BLOCK_S", 0.01)
    await publish(redis, settings, "m1")
    stream = event_stream(settings.redis.key_prefix, "meeting")
    async with subscribe(kinds=["meeting"], after="99999999999999-0", **target) as events:
        with pytest.raises(EventStreamError, match="lost or restarted"):
            await asyncio.wait_for(anext(events), 5)
        await publish(redis, settings, "m2")
        assert await take(events, 1) == ["m2"]
        await redis.delete(stream)
        with pytest.raises(EventStreamError, match="lost or restarted"):
            await asyncio.wait_for(anext(events), 5)
        await publish(redis, settings, "m3")
        assert await take(events, 1) == ["m3"]
    async with subscribe(kinds=["meeting"], after="99999999999999", **target) as events:
        assert await nothing_more(events)  # a time in the future


@pytest.mark.parametrize("group", [None, "g"])
@pytest.mark.parametrize(
    "data", [b"{", b'{"deep":' + b"[" * 200_000, b'{"kind": "rumour"}', b'{"kind": "statement"}', b"\xff", None]
)
async def test_an_undecodable_entry_is_reported_once_and_skipped(
    redis: Redis, settings: Settings, target: dict[str, Any], group: str | None, data: bytes | None
) -> None:
    await publish(redis, settings, "s1")
    stream = event_stream(settings.redis.key_prefix, "statement")
    bad: Any = await redis.xadd(stream, {"v": "9", "data": data} if data else {"v": "9"}, id=f"{next(MILLISECONDS)}-0")
    await publish(redis, settings, "s2")
    async with subscribe(**target, after="0", group=group) as events:
        assert await take(events, 1) == ["s1"]
        with pytest.raises(EventStreamError, match=rf"{stream}: entry {bad.decode()} \(version 9.* does not decode"):
            await anext(events)
        position = events.position
        assert await take(events, 1) == ["s2"]
    async with subscribe(**target, after=position, group=group) as events:
        assert await take(events, 1) == ["s2"]


async def test_entries_trimmed_unread_are_reported_once_and_skipped(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "m1")
    stream = event_stream(settings.redis.key_prefix, "statement")
    async with subscribe(**target, after="0") as events:
        await take(events, 2)
        await publish(redis, settings, "s2", "s3", "s4")
        await redis.xtrim(stream, 2, approximate=False)  # s1 and s2
        behind = events.position
        with pytest.raises(EventStreamError, match=rf"{stream}: what followed entry {behind['statement']} was trimmed"):
            await anext(events)
        passed = events.position
        assert await take(events, 2) == ["s3", "s4"]
    async with subscribe(**target, after=passed) as events:
        assert await take(events, 2) == ["s3", "s4"]
    async with subscribe(**target, after=behind) as events:
        with pytest.raises(EventStreamError):
            await anext(events)


async def test_trimming_read_entries_is_no_gap(redis: Redis, settings: Settings, target: dict[str, Any]) -> None:
    await publish(redis, settings, "s1", "s2", "s3")
    async with subscribe(**target, after="0") as events:
        assert await take(events, 3) == ["s1", "s2", "s3"]
        await publish(redis, settings, "s4")
        await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), 2, approximate=False)
        assert await take(events, 1) == ["s4"]


async def test_a_group_gets_entries_trimmed_unread_reported_once(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1")
    async with subscribe(**target, group="g", after="0") as events:
        assert await take(events, 1) == ["s1"]
        assert await nothing_more(events)
    await publish(redis, settings, "s2", "s3", "s4")
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), 2, approximate=False)
    async with subscribe(**target, group="g") as events:
        with pytest.raises(EventStreamError, match="trimmed away before it was read"):
            await anext(events)
    async with subscribe(**target, group="g") as events:
        assert await take(events, 2) == ["s3", "s4"]


async def test_a_group_that_was_busy_for_long_gets_trimmed_entries_reported(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(redis, settings, "s1")
    async with subscribe(kinds=["statement"], group="g", after="0", **target) as events:
        assert await take(events, 1) == ["s1"]
        assert await nothing_more(events)
        await publish(redis, settings, "s2", "s3", "s4")
        await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), maxlen=1, approximate=False)
        monkeypatch.setattr(entry_readers, "AWAY_AFTER_S", 0.0)
        with pytest.raises(EventStreamError, match="trimmed away"):
            await anext(events)
        assert await take(events, 1) == ["s4"]


async def test_a_trimmed_pending_event_is_reported_once(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "s2")
    async with subscribe(**target, group="g", after="0") as events:
        assert await take(events, 1) == ["s1"]
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), 1, approximate=False)
    async with subscribe(**target, group="g") as events:
        with pytest.raises(EventStreamError, match="trimmed away before it was acknowledged"):
            await anext(events)
        assert await take(events, 1) == ["s2"]


# ---------------------------------------------------------------- starts given as a time
HOUR_MS = 3_600_000


async def add_at(redis: Redis, settings: Settings, *events: tuple[str, int]) -> None:
    """Add meetings, each given by name and by the Unix time of its publication in ms."""
    stream = event_stream(settings.redis.key_prefix, "meeting")
    for name, unix_ms in events:
        await redis.xadd(stream, {"type": "meeting", "data": to_json(make_event("meeting", name))}, id=f"{unix_ms}-0")


@pytest.mark.parametrize("group", [None, "g"])
@pytest.mark.parametrize("after", ["1h", "60m", timedelta(hours=1)])
async def test_a_duration_selects_what_was_published_so_long_ago_or_later(
    redis: Redis, settings: Settings, target: dict[str, Any], after: Any, group: str | None
) -> None:
    now_ms = round(time.time() * 1000)
    await add_at(redis, settings, ("m1", now_ms - 2 * HOUR_MS), ("m2", now_ms - HOUR_MS // 2))
    async with subscribe(**target, after=after, group=group) as events:
        assert await take(events, 1) == ["m2"]


@pytest.mark.parametrize("after", [NOW, NOW.isoformat(), NOON_MS, str(NOON_MS)])
async def test_a_time_includes_the_event_published_at_that_very_millisecond(
    redis: Redis, settings: Settings, target: dict[str, Any], after: Any
) -> None:
    await add_at(redis, settings, ("m1", NOON_MS - 1), ("m2", NOON_MS), ("m3", NOON_MS + 1))
    async with subscribe(**target, after=after) as events:
        assert await take(events, 2) == ["m2", "m3"]


async def test_an_event_id_of_the_gateway_resumes_over_all_kinds(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await publish(redis, settings, "s1", "m1", "d1")
    async with subscribe(**target, after="0") as events:
        assert await take(events, 2) == ["s1", "m1"]
        cursor = format_cursor(tuple(events.position[kind] for kind in KINDS))
    async with subscribe(**target, after=cursor) as events:
        assert await take(events, 1) == ["d1"]


async def test_a_stream_without_an_event_since_the_start_is_not_reported_as_reset(
    redis: Redis, settings: Settings, target: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "EVENT_BLOCK_S", 0.01)
    now_ms = round(time.time() * 1000)
    await add_at(redis, settings, ("m1", now_ms - 2 * HOUR_MS))
    async with subscribe(kinds=["meeting"], **target, after="1h") as events:
        assert await nothing_more(events)
        await add_at(redis, settings, ("m2", now_ms))
        assert await take(events, 1) == ["m2"]


async def test_events_trimmed_since_a_time_are_reported_with_that_time(
    redis: Redis, settings: Settings, target: dict[str, Any]
) -> None:
    await add_at(redis, settings, ("m1", NOON_MS), ("m2", NOON_MS + 1))
    await redis.xtrim(event_stream(settings.redis.key_prefix, "meeting"), 1, approximate=False)
    async with subscribe(**target, after=NOW) as events:
        with pytest.raises(EventStreamError, match=r"from 2026-03-01T12:00:00\.000\+00:00 on was trimmed"):
            await anext(events)
        assert await take(events, 1) == ["m2"]


@pytest.mark.parametrize("group", [None, "g"])
async def test_the_iteration_ends_after_the_idle_time_and_can_be_continued_without_loss(
    redis: Redis, settings: Settings, target: dict[str, Any], group: str | None
) -> None:
    found: list[str] = []
    async with asyncio.timeout(60), subscribe(**target, after="0", group=group, idle_s=0.05) as events:
        assert [event async for event in events] == []
        await publish(redis, settings, "s1", "m1", "s2")
        while len(found) < 3:  # on a busy machine the wait may end before the events are read
            found += [received.event.id async for received in events.received()]
        assert [event async for event in events] == []
    assert found == ["s1", "m1", "s2"]


@pytest.mark.parametrize("name", ["s1", "m1", "d1"])
async def test_to_json_is_the_data_of_the_stream(redis: Redis, settings: Settings, name: str) -> None:
    await publish(redis, settings, name)
    kind = next(kind for kind in KINDS if kind[0] == name[0])
    [entry] = await range_entries(redis, event_stream(settings.redis.key_prefix, kind), count=2)
    assert to_json(make_event(kind, name)).encode() == (entry.fields or {})[b"data"]


# ---------------------------------------------------------------- invalid arguments
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kinds": ["statements"]}, "unknown kind 'statements': one of statement, meeting, decision"),
        ({"after": "yesterday"}, "after 'yesterday': none of .* a duration such as \"1h\""),
        ({"after": {"meeting": "1-2-3"}}, "after .*1-2-3.*: none of"),
        ({"redis": "http://localhost"}, "Redis URL 'http://localhost'"),
    ],
)
def test_an_invalid_argument_is_refused_by_name(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        subscribe(**({"redis": "redis://localhost:1"} | wrong))


async def test_an_unavailable_redis_is_named_without_its_password() -> None:
    with pytest.raises(redis.exceptions.ConnectionError, match="cannot use Redis at localhost:1: ") as e:
        async with subscribe("redis://me:secret@localhost:1"):
            pass
    assert "secret" not in str(e.value)


# ---------------------------------------------------------------- unavailable Redis
@pytest.mark.parametrize("group", [None, "g"])
async def test_a_subscription_survives_kill_9_of_redis_without_missing_an_event(
    tmp_path: Path, group: str | None
) -> None:
    settings, server = Settings(), run_embedded_server(tmp_path)
    url = await server.__aenter__()
    async with subscribe(url, after="0", group=group) as events:
        async with connect(url) as redis:
            await publish(redis, settings, "s1", "m1", "s2")
            assert await take(events, 2) == ["s1", "m1"]
            waiting = asyncio.create_task(take(events, 2))
            while (await redis.info("clients"))["blocked_clients"] == 0:  # noqa: ASYNC110 - the server's state
                await asyncio.sleep(0.005)
            os.kill((await redis.info("server"))["process_id"], signal.SIGKILL)
        await server.__aexit__(None, None, None)
        await asyncio.sleep(0.1)
        async with run_embedded_server(tmp_path), connect(url) as redis:
            await publish(redis, settings, "d1")
            assert await waiting == ["s2", "d1"]


# ---------------------------------------------------------------- counts
async def test_events_are_counted_per_kind(redis: Redis, redis_url: str, settings: Settings) -> None:
    await publish(redis, settings, "s1", "s2", "d1")
    expected = {"statement": 2, "meeting": 0, "decision": 1}
    assert await events_per_kind(redis, settings.redis.key_prefix) == expected
    assert await events_per_kind(redis_url, settings.redis.key_prefix) == expected


@pytest.mark.parametrize(
    ("entry_id", "year"),
    [("1772366400123-4", 2026), ("0-1", 1970), ("253402300800000-0", 9999), ("9" * 19 + "-0", 9999)],
)
def test_the_time_of_publication_is_that_of_the_entry_id(entry_id: str, year: int) -> None:
    received = Received(kind="meeting", entry_id=entry_id, event=make_event("meeting", "m"))
    assert received.published_at.year == year
    assert received.published_at.utcoffset() == timedelta(0)
