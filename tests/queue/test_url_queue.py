from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from tests.queue.snapshot import check_invariants, take_snapshot
from worker.errors import UsageError
from worker.queue import Delivery, Hosts, QueueFull, Settlement, UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings
from worker.streams import Script, StreamWrite
from worker.urls import host_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from redis.asyncio import Redis

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def task(url: str = "https://news1.example/", attempt: int = 0) -> Task:
    return Task(id=task_id(url), url=url, attempt=attempt)


@pytest.fixture
def settings(redis_url: str, key_prefix: str) -> Settings:
    return Settings.of(redis_url=redis_url, key_prefix=key_prefix, max_attempts=3)


@pytest.fixture
async def workers(redis_url: str, settings: Settings) -> AsyncIterator[tuple[UrlQueue, UrlQueue]]:
    async with UrlQueue(redis_url, settings, "a") as a, UrlQueue(redis_url, settings, "b") as b:
        yield a, b


@pytest.fixture
def queue(workers: tuple[UrlQueue, UrlQueue]) -> UrlQueue:
    return workers[0]


@pytest.fixture
def out(settings: Settings) -> Callable[[str], list[StreamWrite]]:
    """Return a function that makes writes to two streams, tagged so that a test can identify their writer."""

    def writes(tag: str) -> list[StreamWrite]:
        return [
            StreamWrite(stream=f"{settings.redis.key_prefix}:{name}", fields={"tag": tag}, maxlen=1000)
            for name in ("x", "y")
        ]

    return writes


async def written(redis: Redis, settings: Settings, name: str = "x") -> list[str]:
    entries: Any = await redis.xrange(f"{settings.redis.key_prefix}:{name}")
    return [fields[b"tag"].decode() for _, fields in entries]


async def deliver(queue: UrlQueue, *urls: str) -> list[Delivery]:
    await queue.put_many([task(url) for url in urls or ("https://news1.example/",)])
    return await queue.read(10, 0)


async def pass_time(queue: UrlQueue, task: Task) -> None:
    """Make the delay of the task's host end now."""
    await queue._client.hdel(queue.keys.host(host_of(task.url)).state, "sent_at", "next")


async def stall(queue: UrlQueue) -> None:
    """Set the idle time of every lease to an hour."""
    pending: Any = await queue._client.xpending_range(queue.keys.ready, "workers", "-", "+", 1000)
    for it in pending:
        await hand_over(queue, it["consumer"], it["message_id"], idle_ms=3_600_000)


async def hand_over(queue: UrlQueue, consumer: str, entry_id: str, idle_ms: int = 0) -> None:
    """Transfer an entry to a consumer, without counting a delivery."""
    ids: Any = [entry_id]
    await queue._client.xclaim(queue.keys.ready, "workers", consumer, 0, ids, idle=idle_ms, justid=True)


# ---------------------------------------------------------------- enqueue
async def test_an_enqueued_task_is_read_and_removed_once_settled(queue: UrlQueue) -> None:
    assert await queue.put(task())
    [delivery] = await queue.read(10, 0)
    assert delivery.task == task()
    assert delivery.attempts == 1
    assert await queue.settle(delivery, []) == "done"
    depth = await queue.depth()
    assert (depth.backlog, depth.pending, depth.delayed, depth.dead) == (0, 0, 0, 0)


async def test_a_seen_url_is_not_enqueued_again_even_after_it_is_settled(queue: UrlQueue) -> None:
    assert await queue.put(task())
    assert not await queue.put(task())
    [delivery] = await queue.read(10, 0)
    await queue.settle(delivery, [])
    assert not await queue.put(task())


async def test_a_batch_returns_for_each_task_whether_it_was_enqueued(queue: UrlQueue) -> None:
    await queue.put(task("https://news2.example/"))
    urls = ["https://news1.example/", "https://news2.example/", "https://news3.example/", "https://news1.example/"]
    assert await queue.put_many([task(url) for url in urls]) == [True, False, True, False]
    assert await queue.put_many([]) == []


async def test_a_put_repeated_after_a_lost_reply_returns_the_same(
    queue: UrlQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    lose_replies(monkeypatch, times=1)
    assert await queue.put(task())
    assert (await queue.depth()).backlog == 1


async def test_a_step_repeated_after_a_lost_reply_moves_each_task_once(
    queue: UrlQueue, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts, host = Hosts(redis, settings), "news1.example"

    async def repeat(step: Awaitable[object]) -> None:
        lose_replies(monkeypatch, times=1)
        await step
        found = await take_snapshot(redis, queue.keys)
        check_invariants(found, settings)
        assert found.tasks() == {task().id: 1}

    async def redeliver() -> Delivery:
        await pass_time(queue, task())
        await queue.release(NOW)
        [delivery] = await queue.read(10, 0)
        return delivery

    await repeat(queue.put(task()))
    await repeat(queue.put_back(await redeliver(), task()))
    await repeat(queue.retry_later(await redeliver(), task(), NOW))
    await repeat(queue.release(NOW))
    await repeat(queue.dead_letter(await redeliver(), "x", "", revive=True))
    await repeat(queue.requeue())
    await repeat(queue.dead_letter(await redeliver(), "x", "", revive=True))
    await repeat(hosts.revive(host))
    await repeat(hosts.give_up(host, "x"))


async def test_a_full_queue_rejects_tasks_and_reports_how_many_were_enqueued(
    redis_url: str, settings: Settings
) -> None:
    async with UrlQueue(redis_url, settings.override(max_backlog=2)) as queue:
        with pytest.raises(QueueFull, match=r"2 tasks are waiting \(2 enqueued by this call\)"):
            await queue.put_many([task(f"https://news{i}.example/") for i in range(5)])
        assert not await queue.put(task("https://news0.example/"))  # seen, which needs no room
        [first, _] = await queue.read(10, 0)
        await queue.retry_later(first, first.task, NOW)
        with pytest.raises(QueueFull):  # a task to retry counts, too
            await queue.put(task("https://news9.example/"))


# ---------------------------------------------------------------- deliver
async def test_a_read_waits_for_a_task(queue: UrlQueue) -> None:
    reading = asyncio.create_task(queue.read(10, 5))
    await asyncio.sleep(0.05)
    assert not reading.done()
    await queue.put(task())
    assert [d.task for d in await reading] == [task()]


async def test_a_read_of_an_empty_queue_ends_after_its_block(queue: UrlQueue) -> None:
    assert await queue.read(10, 0.01) == []


async def test_a_waiting_read_can_be_ended(redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.queue.url_queue.MAX_BLOCK_S", 3600.0)
    async with UrlQueue(redis_url, settings) as queue, asyncio.timeout(60):
        reading = asyncio.create_task(queue.read(10, 3600))
        while not reading.done():
            await queue.end_read()
            await asyncio.sleep(0.01)
        assert reading.result() == []
        await queue.put(task())
        assert [d.task for d in await queue.read(10, 0)] == [task()]


async def test_no_task_is_delivered_to_two_workers(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    await a.put_many([task(f"https://news{i}.example/") for i in range(10)])
    read = [d.task.url for batch in await asyncio.gather(a.read(6, 0), b.read(6, 0)) for d in batch]
    assert sorted(read) == [f"https://news{i}.example/" for i in range(10)]


@pytest.mark.parametrize(
    "fields",
    [
        {"task": "{"},
        {"task": '{"id": 1}'},
        {"task": b"\xff\xfe"},
        {"task": "[" * 100_000},
        {"other": "x"},
        {"reason": "mine", "task": "null"},
        {f"f{i}": "x" * 10 for i in range(5000)},
    ],
)
async def test_an_undecodable_entry_is_dead_lettered_unchanged_and_delays_no_other(
    queue: UrlQueue, redis: Redis, fields: dict[Any, Any]
) -> None:
    await redis.xadd(queue.keys.ready, fields)
    await queue.put(task())
    assert [d.task for d in await queue.read(10, 0)] == [task()]
    [letter] = await queue.list_dead_letters()
    assert letter.reason == "undecodable"
    assert letter.detail
    assert letter.task is None
    name, value = next(iter(fields.items()))
    if name != "reason":
        assert letter.fields[name] == (value if isinstance(value, str) else value.decode(errors="replace"))
    assert (await queue.depth()).pending == 1


async def test_an_undecodable_entry_of_a_dead_worker_is_dead_lettered_too(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis
) -> None:
    a, b = workers
    await redis.xadd(a.keys.ready, {"task": "nonsense"})
    await redis.xreadgroup("workers", "dead", {a.keys.ready: ">"})
    await stall(a)
    assert await b.claim(10) == []
    assert [letter.reason for letter in await b.list_dead_letters()] == ["undecodable"]


# ---------------------------------------------------------------- settle
async def test_a_settle_writes_everything_in_order(queue: UrlQueue, redis: Redis, settings: Settings) -> None:
    [delivery] = await deliver(queue)
    stream = f"{settings.redis.key_prefix}:x"
    writes = [StreamWrite(stream=stream, fields={"tag": str(i), "data": b"\x00\xff"}, maxlen=1000) for i in range(3)]
    assert await queue.settle(delivery, writes) == "done"
    assert await written(redis, settings) == ["0", "1", "2"]


async def test_many_deliveries_are_settled_in_one_round_trip_independently(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    a, b = workers
    one, two, three = await deliver(a, *(f"https://news{i}.example/" for i in range(3)))
    await a.settle(one, out("one"))
    await stall(a)
    await a.renew([three])
    assert len(await b.claim(10)) == 1  # two
    outcomes = await a.settle_many([Settlement(d, out(t)) for d, t in ((one, "again"), (two, "two"), (three, "three"))])
    assert outcomes == ["gone", "fenced", "done"]
    assert await written(redis, settings) == ["one", "three"]


async def test_settling_again_after_a_lost_reply_changes_nothing(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    [delivery] = await deliver(queue)
    assert await queue.settle(delivery, out("1")) == "done"
    assert await queue.settle(delivery, out("2")) == "gone"
    assert await written(redis, settings) == ["1"]


async def test_a_settle_whose_reply_is_lost_is_repeated_within_the_call(
    queue: UrlQueue,
    redis: Redis,
    settings: Settings,
    out: Callable[[str], list[StreamWrite]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [delivery] = await deliver(queue)
    lose_replies(monkeypatch, times=1)
    assert await queue.settle(delivery, out("1")) == "gone"
    assert await written(redis, settings) == ["1"]


async def test_a_task_enqueued_twice_writes_once(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    await redis.xadd(queue.keys.ready, {"task": msgspec.json.encode(task())})
    one, two = await deliver(queue)
    assert await queue.settle(one, out("1")) == "done"
    assert await queue.settle(two, out("2")) == "duplicate"
    assert await written(redis, settings) == ["1"]
    assert (await queue.depth()).pending == 0


async def test_two_tasks_that_lead_to_one_publication_write_once(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    a, _ = workers
    old, new, other = await deliver(a, *(f"https://{name}.example/" for name in ("old", "new", "other")))
    found = [Settlement(old, out("old"), "p"), Settlement(new, out("new"), "p"), Settlement(other, out("other"), "q")]
    assert await a.settle_many(found) == ["done", "duplicate", "done"]
    assert await written(redis, settings) == ["old", "other"]
    assert (await a.depth()).pending == 0


async def test_a_duplicate_does_not_mark_its_publication(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    await redis.xadd(queue.keys.ready, {"task": msgspec.json.encode(task())})
    one, two = await deliver(queue)
    assert await queue.settle_many([Settlement(one, out("1"), "p"), Settlement(two, out("2"), "q")]) == [
        "done",
        "duplicate",
    ]
    [other] = await deliver(queue, "https://news.example/other")
    assert await queue.settle_many([Settlement(other, out("3"), "q")]) == ["done"]
    assert await written(redis, settings) == ["1", "3"]


async def test_a_target_of_the_wrong_type_leaves_nothing_written_and_the_task_pending(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    [delivery] = await deliver(queue)
    await redis.set(f"{settings.redis.key_prefix}:y", "not a stream")
    with pytest.raises(ResponseError, match=f"{settings.redis.key_prefix}:y is a string, not a stream"):
        await queue.settle(delivery, out("1"))
    assert await written(redis, settings) == []
    await redis.delete(f"{settings.redis.key_prefix}:y")
    assert await queue.settle(delivery, out("2")) == "done"
    assert await written(redis, settings) == await written(redis, settings, "y") == ["2"]


async def test_output_streams_are_trimmed(queue: UrlQueue, redis: Redis, settings: Settings) -> None:
    stream = f"{settings.redis.key_prefix}:x"
    [delivery] = await deliver(queue)
    writes = [StreamWrite(stream=stream, fields={"tag": str(i)}, maxlen=10) for i in range(1000)]
    await queue.settle(delivery, writes)
    assert 10 <= await redis.xlen(stream) <= 10 + 100  # "~": whole nodes of 100 entries
    assert (await written(redis, settings))[-1] == "999"


# ---------------------------------------------------------------- two workers, one stalled
async def test_only_the_owner_of_a_lease_writes(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    a, b = workers
    [old] = await deliver(a)
    await stall(a)
    [new] = await b.claim(10)
    assert (new.entry_id, new.task, new.attempts) == (old.entry_id, old.task, 2)
    assert await a.settle(old, out("a")) == "fenced"
    assert await b.settle(new, out("b")) == "done"
    assert await a.settle(old, out("a")) == "gone"
    assert await written(redis, settings) == ["b"]


async def test_a_stalled_worker_can_neither_retry_later_nor_dead_letter_nor_renew(
    workers: tuple[UrlQueue, UrlQueue],
) -> None:
    a, b = workers
    [old] = await deliver(a)
    await stall(a)
    [new] = await b.claim(10)
    assert not await a.retry_later(old, old.task, NOW)
    assert not await a.dead_letter(old, "http_404", "")
    assert await a.renew([old]) == [old]
    assert await b.renew([new]) == []
    depth = await b.depth()
    assert (depth.pending, depth.delayed, depth.dead) == (1, 0, 0)


async def test_only_the_owner_may_settle(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    a, b = workers
    [delivery] = await deliver(a)
    await hand_over(b, "b", delivery.entry_id)  # same delivery counter
    assert await a.settle(delivery, out("a")) == "fenced"
    assert await written(redis, settings) == []


async def test_a_stalled_worker_cannot_renew_an_entry_it_has_lost(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    [delivery] = await deliver(a)
    await hand_over(b, "b", delivery.entry_id)  # same delivery counter
    assert await a.renew([delivery]) == [delivery]
    assert await b.settle(delivery, []) == "done"


async def test_an_earlier_delivery_to_the_same_worker_is_fenced_by_its_counter(
    workers: tuple[UrlQueue, UrlQueue], out: Callable[[str], list[StreamWrite]]
) -> None:
    a, b = workers
    [first] = await deliver(a)
    await stall(a)
    [second] = await b.claim(10)
    await stall(a)
    [third] = await a.claim(10)
    assert [d.attempts for d in (first, second, third)] == [1, 2, 3]
    assert await a.renew([first, third]) == [first]
    assert await a.settle(first, out("1")) == "fenced"
    assert await a.settle(third, out("3")) == "done"


async def test_a_renewed_lease_is_not_claimed(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    deliveries = await deliver(a, "https://news1.example/", "https://news2.example/")
    await stall(a)
    assert await a.renew(deliveries) == []
    assert await b.claim(10) == []
    await stall(a)
    assert [d.attempts for d in await b.claim(1)] == [2]
    assert [d.attempts for d in await b.claim(10)] == [2]


async def test_a_settled_delivery_cannot_be_renewed(queue: UrlQueue) -> None:
    one, two = await deliver(queue, "https://news1.example/", "https://news2.example/")
    await queue.settle(one, [])
    assert await queue.renew([one, two]) == [one]
    assert await queue.renew([]) == []


async def test_a_worker_claims_its_own_entries_only_where_their_reply_was_lost(queue: UrlQueue, redis: Redis) -> None:
    [held] = await deliver(queue)
    await queue.put(task("https://news2.example/"))
    await redis.xreadgroup("workers", queue.consumer, {queue.keys.ready: ">"})  # delivered, never seen
    await stall(queue)
    [found] = await queue.claim(10)
    assert found.task == task("https://news2.example/")
    assert await queue.settle(held, []) == "done"


async def test_tasks_in_progress_do_not_take_the_place_of_claimable_ones(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    assert len(await deliver(a, *(f"https://news{i}.example/" for i in range(5)))) == 5
    [left] = await deliver(b, "https://news.example/left")
    await stall(a)
    assert [d.entry_id for d in await a.claim(1)] == [left.entry_id]


async def test_a_pending_entry_that_was_deleted_is_acknowledged_not_claimed(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis
) -> None:
    a, b = workers
    [delivery] = await deliver(a)
    await redis.xdel(a.keys.ready, delivery.entry_id)
    await stall(a)
    assert await b.claim(10) == []
    assert (await b.depth()).pending == 0


# ---------------------------------------------------------------- crashes count
async def crash(claimer: UrlQueue) -> list[Delivery]:
    """Let the workers die and `claimer`, a new process, claim their tasks."""
    await stall(claimer)
    claimer._leases.clear()
    return await claimer.claim(10)


DEAD: list[object] = []


async def die_in_quarantine(queue: UrlQueue, delivery: Delivery) -> None:
    """Leave the quarantine as if the process died in it."""
    left = queue.quarantine(delivery)
    await left.__aenter__()
    DEAD.append(left)  # its end must not run


async def test_a_task_that_keeps_killing_its_workers_is_dead_lettered_and_its_neighbour_is_not(
    workers: tuple[UrlQueue, UrlQueue],
) -> None:
    a, b = workers
    await deliver(a, "https://poison.example/", "https://good.example/")
    for claimer, attempts in ((b, 2), (a, 3), (b, 4)):
        poison, good = await crash(claimer)
        assert (poison.attempts, poison.crashes, good.crashes) == (attempts, attempts - 2, 0)
        await die_in_quarantine(claimer, poison)
    [good] = await crash(a)
    [letter] = await b.list_dead_letters()
    assert (letter.reason, letter.deliveries) == ("crashed", 5)
    assert letter.task == task("https://poison.example/")
    assert (good.task.url, good.crashes) == ("https://good.example/", 0)
    assert await a.settle(good, []) == "done"


async def test_a_quarantine_that_ends_counts_no_crash(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    await deliver(a)
    [suspect] = await crash(b)
    assert suspect.is_suspect
    with pytest.raises(ZeroDivisionError):
        async with b.quarantine(suspect):
            raise ZeroDivisionError
    [again] = await crash(a)
    assert (again.attempts, again.crashes) == (3, 0)


async def test_crashes_add_to_the_failures_counted_before(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    await a.put(task(attempt=2))
    assert len(await a.read(1, 0)) == 1
    [suspect] = await crash(b)
    await die_in_quarantine(b, suspect)
    assert await crash(a) == []
    assert [letter.reason for letter in await b.list_dead_letters()] == ["crashed"]


# ---------------------------------------------------------------- retry later
async def test_a_task_to_retry_is_promoted_when_it_is_due_and_not_before(queue: UrlQueue) -> None:
    [delivery] = await deliver(queue)
    again = msgspec.structs.replace(delivery.task, attempt=1)
    await pass_time(queue, again)
    assert await queue.retry_later(delivery, again, NOW)
    assert await queue.release(NOW - timedelta(milliseconds=1)) == 0.001
    assert await queue.read(10, 0) == []
    assert await queue.release(NOW) == math.inf
    [back] = await queue.read(10, 0)
    assert (back.task, back.attempts) == (again, 1)
    assert await queue.settle(back, []) == "done"


async def test_a_task_that_is_due_comes_before_the_waiting_tasks_of_its_host(queue: UrlQueue) -> None:
    await queue.put_many([task(f"https://news1.example/{i}") for i in range(3)])
    [delivery] = await queue.read(10, 0)
    await queue.retry_later(delivery, delivery.task, NOW)
    await queue.release(NOW)
    await pass_time(queue, delivery.task)
    await queue.put(task("https://news1.example/3"))  # schedules the host
    assert [d.task for d in await queue.read(10, 0)] == [delivery.task]


async def test_due_tasks_are_promoted_earliest_first_in_any_number(
    queue: UrlQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.queue.release.MAX_DUE", 2)
    deliveries = await deliver(queue, *(f"https://news{i}.example/" for i in range(5)))
    for i, delivery in enumerate(deliveries):
        await pass_time(queue, delivery.task)
        await queue.retry_later(delivery, delivery.task, NOW - timedelta(seconds=i))
    assert [await queue.release(NOW) for _ in range(3)] == [0, 0, math.inf]
    assert [d.task.url[len("https://news")] for d in await queue.read(10, 0)] == ["4", "3", "2", "1", "0"]


async def test_a_set_of_retries_of_the_wrong_type_leaves_the_task_pending(queue: UrlQueue, redis: Redis) -> None:
    [delivery] = await deliver(queue)
    await redis.set(queue.keys.later, "x")
    with pytest.raises(ResponseError, match="is a string, not a zset"):
        await queue.retry_later(delivery, delivery.task, NOW)
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await queue.release(NOW)
    await redis.delete(queue.keys.later)
    assert await queue.retry_later(delivery, delivery.task, NOW)


async def test_an_undecodable_retry_is_dead_lettered(queue: UrlQueue, redis: Redis) -> None:
    await redis.zadd(queue.keys.later, {"rubbish": 0})
    await queue.release(NOW)
    assert await queue.read(10, 0) == []
    assert [letter.fields["task"] for letter in await queue.list_dead_letters()] == ["rubbish"]


# ---------------------------------------------------------------- dead letters
async def test_a_dead_letter_contains_reason_and_detail(queue: UrlQueue) -> None:
    [delivery] = await deliver(queue)
    assert await queue.dead_letter(delivery, "http_404", "GET https://news1.example/: \ud800 " + "x" * 5000)
    assert not await queue.dead_letter(delivery, "http_404", "")
    [letter] = await queue.list_dead_letters()
    assert (letter.reason, letter.task, letter.deliveries) == ("http_404", task(), 1)
    assert letter.detail.startswith("GET https://news1.example/: ? xxx")
    assert len(letter.detail) == 1000
    assert abs(letter.buried_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_dead_letters_are_listed_newest_first_by_reason_and_limit(
    queue: UrlQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.queue.dead_letters.PAGE_SIZE", 2)
    for i, delivery in enumerate(await deliver(queue, *(f"https://news{i}.example/" for i in range(7)))):
        await queue.dead_letter(delivery, "odd" if i % 2 else "even", "")
    urls = [letter.task.url[len("https://news")] for letter in await queue.list_dead_letters() if letter.task]
    assert urls == ["6", "5", "4", "3", "2", "1", "0"]
    assert [
        letter.task.url[len("https://news")] for letter in await queue.list_dead_letters(reason="odd") if letter.task
    ] == [
        "5",
        "3",
        "1",
    ]
    assert len(await queue.list_dead_letters(3)) == 3


async def test_requeued_tasks_of_the_reason_are_enqueued_as_new(
    queue: UrlQueue,
    redis: Redis,
    settings: Settings,
    out: Callable[[str], list[StreamWrite]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.queue.dead_letters.PAGE_SIZE", 2)
    await queue.put_many([task(f"https://news{i}.example/", attempt=2) for i in range(5)])
    for i, delivery in enumerate(await queue.read(10, 0)):
        await pass_time(queue, delivery.task)
        await queue.dead_letter(delivery, "http_503" if i else "http_404", "")
    await redis.xadd(queue.keys.dead, {"task": "rubbish", "reason": "http_503"})
    assert await queue.requeue("http_503") == 4
    assert await queue.requeue("http_503") == 0
    assert [letter.task is None for letter in await queue.list_dead_letters()] == [True, False]
    again = await queue.read(10, 0)
    assert [d.task for d in again] == [task(f"https://news{i}.example/") for i in range(1, 5)]
    assert await queue.settle_many([Settlement(d, out(d.task.url[len("https://news")])) for d in again]) == ["done"] * 4
    assert await written(redis, settings) == ["1", "2", "3", "4"]
    assert not await queue.put(again[0].task)


async def test_a_requeued_task_counts_as_seen(queue: UrlQueue, redis: Redis) -> None:
    [delivery] = await deliver(queue)
    await queue.dead_letter(delivery, "http_503", "")
    await redis.unlink(*[key async for key in redis.scan_iter(f"{queue.keys.markers}*", count=10_000)])  # expired
    assert await queue.requeue() == 1
    assert not await queue.put(task())


async def test_a_dead_letter_of_a_task_already_written_writes_nothing_twice(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Callable[[str], list[StreamWrite]]
) -> None:
    await redis.xadd(queue.keys.ready, {"task": msgspec.json.encode(task())})
    one, two = await deliver(queue)
    await queue.settle(one, out("1"))
    await queue.dead_letter(two, "timeout", "")
    await pass_time(queue, task())
    assert await queue.requeue() == 1
    [again] = await queue.read(10, 0)
    assert await queue.settle(again, out("2")) == "duplicate"
    assert await written(redis, settings) == ["1"]


async def test_the_dead_stream_is_trimmed_and_the_work_stream_never(redis_url: str, settings: Settings) -> None:
    async with UrlQueue(redis_url, settings.override(dead_length=5)) as queue:
        await queue.put_many([task(f"https://news{i}.example/") for i in range(400)])
        for _ in range(3):
            for delivery in await queue.read(100, 0):
                await queue.dead_letter(delivery, "gone", "")
        depth = await queue.depth()
        assert depth.dead < 300
        assert depth.backlog == 100


# ---------------------------------------------------------------- housekeeping
async def test_only_idle_consumers_without_pending_entries_are_deleted(
    redis_url: str, redis: Redis, settings: Settings
) -> None:
    settings = settings.override(lease_s=0.005)
    async with UrlQueue(redis_url, settings, "a") as a, UrlQueue(redis_url, settings, "b") as b:
        await deliver(a)
        await b.read(1, 0)
        await redis.xgroup_createconsumer(a.keys.ready, "workers", "idle")
        await asyncio.sleep(0.06)
        assert await b.reap_consumers() == 1  # only "idle": a has a pending task, and b is the caller
        [found] = await b.claim(10)
        assert await b.settle(found, []) == "done"


async def test_a_consumer_that_was_active_recently_is_not_deleted(workers: tuple[UrlQueue, UrlQueue]) -> None:
    a, b = workers
    [delivery] = await deliver(a)
    await a.settle(delivery, [])
    assert await b.reap_consumers() == 0


async def test_depth_counts_and_ages(queue: UrlQueue) -> None:
    depth = await queue.depth()
    assert (depth.backlog, depth.pending, depth.delayed, depth.dead, depth.oldest_s) == (0, 0, 0, 0, None)
    one, two, _ = await deliver(queue, *(f"https://news{i}.example/" for i in range(3)))
    await queue.retry_later(one, one.task, NOW)
    await queue.dead_letter(two, "x", "")
    await queue.put(task("https://news4.example/"))
    depth = await queue.depth()
    assert (depth.backlog, depth.pending, depth.delayed, depth.dead) == (1, 1, 1, 1)
    assert depth.oldest_s is not None
    assert 0 <= depth.oldest_s < 60


async def test_reading_the_depth_creates_no_key(redis_url: str, redis: Redis, settings: Settings) -> None:
    queue = UrlQueue(redis_url, settings)
    assert (await queue.depth()).backlog == 0
    await queue.aclose()
    assert not await redis.exists(queue.keys.ready)


async def test_every_key_begins_with_the_prefix(redis_url: str, redis: Redis, settings: Settings) -> None:
    prefix = f"{{{settings.redis.key_prefix}}}:7"
    async with UrlQueue(redis_url, settings.override(key_prefix=prefix)) as queue:
        one, two, three = await deliver(queue, *(f"https://news{i}.example/" for i in range(3)))
        await queue.settle(one, [])
        await queue.retry_later(two, two.task, NOW)
        await queue.dead_letter(three, "x", "")
    keys = {key.decode() async for key in redis.scan_iter(f"*{settings.redis.key_prefix}*", count=10_000)}
    assert len(keys) == 14
    assert all(key.startswith(f"{prefix}:") for key in keys)
    await redis.unlink(*keys)


# ---------------------------------------------------------------- Redis loses data, is unavailable or unsupported
async def test_scripts_group_and_all_data_may_be_lost_at_any_step(private_redis_url: str) -> None:
    async with UrlQueue(private_redis_url, Settings()) as queue:
        client = queue._client

        async def forget() -> None:
            await client.script_flush()
            await client.flushall()

        [delivery] = await deliver(queue)
        await forget()
        assert await queue.settle(delivery, []) == "gone"
        for step in (
            queue.renew([delivery]),
            queue.claim(1),
            queue.reap_consumers(),
            queue.read(1, 0),
            queue.release(NOW),
            queue.retry_later(delivery, delivery.task, NOW),
            queue.dead_letter(delivery, "x", ""),
            queue.requeue(),
            queue.depth(),
            queue.put(task()),
        ):
            await forget()
            await step
        [delivery] = await queue.read(1, 0)
        await client.script_flush()
        assert await queue.settle(delivery, []) == "done"


async def test_a_stream_restored_without_its_group_is_delivered_from_its_beginning(
    workers: tuple[UrlQueue, UrlQueue], redis: Redis, out: Callable[[str], list[StreamWrite]]
) -> None:
    a, b = workers
    [old, _] = await deliver(a, "https://news1.example/", "https://news2.example/")
    await redis.xgroup_destroy(a.keys.ready, "workers")
    assert await a.settle(old, out("old")) == "gone"
    assert [d.task.url[len("https://news")] for d in await b.read(10, 0)] == ["1", "2"]


async def test_a_task_in_progress_is_not_delivered_again_to_its_worker_when_the_group_is_restored(
    queue: UrlQueue, redis: Redis
) -> None:
    [one, two] = await deliver(queue, "https://news1.example/", "https://news2.example/")
    await redis.xgroup_destroy(queue.keys.ready, "workers")
    assert await queue.read(10, 0) == []
    assert await queue.renew([one, two]) == []
    assert [await queue.settle(d, []) for d in (one, two, one)] == ["done", "done", "gone"]


async def test_a_key_of_another_type_is_an_error(queue: UrlQueue, redis: Redis) -> None:
    await redis.set(queue.keys.later, "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await queue.depth()


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-ttl"])
async def test_a_queue_refuses_a_server_that_may_evict_keys(private_redis_url: str, policy: str) -> None:
    queue = UrlQueue(private_redis_url, Settings())
    await queue._client.config_set("maxmemory-policy", policy)
    async with queue:  # no limit, so nothing is ever dropped
        pass
    await queue._client.config_set("maxmemory", "100mb")
    with pytest.raises(UsageError, match=f"drops keys when its memory is full .maxmemory-policy {policy}"):
        await queue.__aenter__()
    await queue.aclose()


async def test_a_settle_on_a_full_server_writes_nothing_and_succeeds_later(
    private_redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.streams.retry_while_unavailable.__defaults__", (0.0,))
    write = StreamWrite(stream="communique:events:x", fields={"tag": "1"}, maxlen=10)
    async with UrlQueue(private_redis_url, Settings()) as queue:
        [delivery] = await deliver(queue)
        await queue._client.config_set("maxmemory", "1")
        with pytest.raises(RedisConnectionError, match=r"has rejected commands for 0 s: its memory is full"):
            await queue.settle(delivery, [write])
        await queue._client.config_set("maxmemory", "0")
        assert await queue._client.xlen(write.stream) == 0
        assert await queue.settle(delivery, [write]) == "done"


def lose_replies(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Let the next `times` script calls be executed while their reply is lost."""
    send = Script._send

    async def lossy(self: Script, client: Redis, calls: Any) -> list[Any]:
        nonlocal times
        answers = await send(self, client, calls)
        if times and not any(isinstance(answer, Exception) for answer in answers):
            times -= 1
            raise ConnectionResetError("reply lost")
        return answers

    monkeypatch.setattr(Script, "_send", lossy)
