"""The record of a reading and the next visit are written in the step that publishes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from redis.exceptions import ResponseError

from tests.queue.test_url_queue import deliver, out, pass_time, queue, settings, workers, written  # noqa: F401
from worker.queue import NextVisit, ReadingWrite, Settlement, UrlQueue
from worker.schema import Reading, Task, task_id

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue import Delivery
    from worker.settings import Settings
    from worker.streams import StreamWrite

# ruff: noqa: F811 - fixtures
URL = "https://news1.example/"
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
VISIT_AT = NOW + timedelta(hours=1)
FIRST = Reading(revision=0, text_hash=b"first", read_at_ms=0)
VISIT = Task.visit(URL, VISIT_AT)


def revised(revision: int, text: bytes) -> Reading:
    return Reading(revision=revision, text_hash=text, read_at_ms=0)


def first(delivery: Delivery, writes: list[StreamWrite], reading: Reading = FIRST) -> Settlement:
    return Settlement(
        delivery,
        writes,
        "p1",
        reading=ReadingWrite(article="a1", reading=reading),
        next_visit=NextVisit(VISIT, VISIT_AT),
    )


def visit(
    delivery: Delivery, writes: list[StreamWrite], old: Reading, new: Reading, publication: str | None = "p2"
) -> Settlement:
    return Settlement(delivery, writes, publication, reading=ReadingWrite(article="a1", reading=new, replaces=old))


async def settle(queue: UrlQueue, it: Settlement) -> str:
    return (await queue.settle_many([it]))[0]


async def deliver_visit(queue: UrlQueue, minute: int = 0) -> Delivery:
    await pass_time(queue, VISIT)
    await queue._client.hset(queue.keys.host("news1.example").state, "answered_at", "1")  # permits two active tasks
    await queue.put(Task.visit(URL, NOW + timedelta(minutes=minute)))
    await queue.release(NOW)
    [delivery] = await queue.read(1, 0)
    return delivery


async def published(queue: UrlQueue, out: Any) -> None:
    """Settle the first reading of the page."""
    [delivery] = await deliver(queue)
    assert await settle(queue, first(delivery, out("0"))) == "done"


async def test_a_first_reading_is_remembered_and_its_visit_scheduled(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    assert await queue.reading("a1") == FIRST
    assert 0 < await redis.ttl(queue.keys.reading("a1")) <= settings.queue.reading_ttl_s
    assert await redis.zrange(queue.keys.visits, 0, -1, withscores=True) == [
        (msgspec.json.encode(VISIT), VISIT_AT.timestamp() * 1000)
    ]
    depth = await queue.depth()
    assert (depth.visits, depth.unfinished) == (1, 0)


async def test_a_duplicate_publication_leaves_the_record_and_schedules_no_visit(
    queue: UrlQueue, redis: Redis, out: Any
) -> None:
    await published(queue, out)
    await redis.delete(queue.keys.visits)
    [other] = await deliver(queue, "https://news2.example/")
    assert await settle(queue, first(other, out("1"), revised(0, b"other"))) == "duplicate"
    assert await queue.reading("a1") == FIRST
    assert not await redis.exists(queue.keys.visits)


async def test_another_first_reading_of_the_article_keeps_the_record(queue: UrlQueue, out: Any) -> None:
    await published(queue, out)
    [other] = await deliver(queue, "https://news2.example/")
    second = first(other, out("1"), revised(0, b"other"))
    again = Settlement(other, second.writes, "p2", reading=second.reading)
    assert await settle(queue, again) == "done"
    assert await queue.reading("a1") == FIRST


async def test_a_visit_is_moved_to_the_queue_of_its_host_when_it_is_due(queue: UrlQueue, out: Any) -> None:
    await published(queue, out)
    await pass_time(queue, VISIT)
    assert 0 < await queue.release(VISIT_AT - timedelta(seconds=1)) <= 1.0
    assert await queue.read(1, 0) == []
    await queue.release(VISIT_AT)
    [delivery] = await queue.read(1, 0)
    depth = await queue.depth()
    assert (delivery.task, depth.visits, depth.unfinished) == (VISIT, 0, 1)
    assert await queue._client.get(queue.keys.waiting) == b"0"


async def test_a_visit_publishes_a_revision_and_replaces_the_record(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    delivery = await deliver_visit(queue)
    assert await settle(queue, visit(delivery, out("1"), FIRST, revised(1, b"second"))) == "done"
    assert await queue.reading("a1") == revised(1, b"second")
    assert await written(redis, settings) == ["0", "1"]


async def test_of_two_visits_at_once_one_publishes_the_revision(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    one, two = await deliver_visit(queue, 1), await deliver_visit(queue, 2)
    outcomes = [await settle(queue, visit(it, out("1"), FIRST, revised(1, b"second"))) for it in (one, two)]
    assert outcomes == ["done", "duplicate"]
    assert await written(redis, settings) == ["0", "1"]


async def test_a_visit_that_finds_an_earlier_text_again_publishes_it(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    second = revised(1, b"second")
    await settle(queue, visit(await deliver_visit(queue, 1), out("1"), FIRST, second))
    back = visit(await deliver_visit(queue, 2), out("2"), second, revised(2, b"first"), "p1")
    assert await settle(queue, back) == "done"
    assert await written(redis, settings) == ["0", "1", "2"]


async def test_a_text_published_by_a_visit_is_not_published_from_another_address(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    await settle(queue, visit(await deliver_visit(queue), out("1"), FIRST, revised(1, b"second")))
    [other] = await deliver(queue, "https://news2.example/")
    again = Settlement(other, out("2"), "p2", reading=ReadingWrite(article="a1", reading=revised(0, b"second")))
    assert await settle(queue, again) == "duplicate"
    assert await written(redis, settings) == ["0", "1"]


async def test_an_overtaken_visit_continues_its_schedule(queue: UrlQueue, redis: Redis, out: Any) -> None:
    await published(queue, out)
    await redis.delete(queue.keys.visits)
    one, two = await deliver_visit(queue, 1), await deliver_visit(queue, 2)
    await settle(queue, visit(one, out("1"), FIRST, revised(1, b"second")))
    late = visit(two, out("2"), FIRST, revised(1, b"second"))
    with_next = msgspec.structs.replace(late, next_visit=NextVisit(VISIT, VISIT_AT))
    assert await settle(queue, with_next) == "duplicate"
    assert await redis.zcard(queue.keys.visits) == 1


async def test_a_visit_settled_again_after_a_lost_reply_changes_nothing(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    await published(queue, out)
    it = visit(await deliver_visit(queue), out("1"), FIRST, revised(1, b"second"))
    assert [await settle(queue, it), await settle(queue, it)] == ["done", "gone"]
    assert await written(redis, settings) == ["0", "1"]


async def test_a_record_of_the_wrong_type_leaves_nothing_written(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    [delivery] = await deliver(queue)
    for key in (queue.keys.reading("a1"), queue.keys.visits):
        await redis.hset(key, "x", "y")
        with pytest.raises(ResponseError, match="WRONGTYPE"):
            await settle(queue, first(delivery, out("0")))
        assert await written(redis, settings) == []
        await redis.delete(key)
    assert await settle(queue, first(delivery, out("0"))) == "done"


async def test_a_record_that_does_not_decode_is_no_reading(queue: UrlQueue, redis: Redis) -> None:
    for stored in (b"", b"\x00", b"\x00\x00rubbish", b"\xff" * 40):
        await redis.set(queue.keys.reading("a1"), stored)
        assert await queue.reading("a1") is None


async def test_concurrent_visits_each_settle_once(queue: UrlQueue, redis: Redis, settings: Settings, out: Any) -> None:
    await published(queue, out)
    deliveries = [await deliver_visit(queue, n) for n in (1, 2)]
    settlements = [visit(it, out(str(n)), FIRST, revised(1, b"%d" % n)) for n, it in enumerate(deliveries)]
    outcomes = await asyncio.gather(*(settle(queue, it) for it in settlements))
    assert sorted(outcomes) == ["done", "duplicate"]
    assert len(await written(redis, settings)) == 2


def test_the_ids_of_visits_differ_from_each_other_and_from_that_of_the_first_reading() -> None:
    ids = {task_id(URL), *(Task.visit(URL, NOW + timedelta(microseconds=n)).id for n in range(3))}
    assert len(ids) == 4
