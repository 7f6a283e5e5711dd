"""Producers: results, batches, the full queue, and the blocking form, on a real Redis."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from worker.errors import UsageError
from worker.produce import BlockingProducer, Producer, QueueFull, producer
from worker.queue import UrlQueue
from worker.schema import article_id
from worker.settings import Settings

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def url(number: int) -> str:
    return f"https://host-{number % 50}.example/news/{number}"


async def test_each_url_has_a_result(redis_url: str, settings: Settings) -> None:
    async with Producer(redis_url, settings=settings, source="newsroom", now=lambda: NOW) as made:
        first = await made.put("https://a.example/1?utm_source=x")
        results = await made.put_many(["https://a.example/1#top", "https://b.example/1", "mailto:x", "\ud83d"])
    assert (first.outcome, first.canonical_url) == ("new", "https://a.example/1")
    assert first.article_id == article_id("https://a.example/1")
    assert [it.outcome for it in results] == ["seen", "new", "refused", "refused"]
    assert results[0].url == "https://a.example/1#top"
    assert "mailto" in results[2].detail
    assert results[2].canonical_url is None
    async with UrlQueue(redis_url, settings) as queue:
        tasks = [delivery.task for delivery in await queue.read(10, 0.0)]
    assert {(task.url, task.source, task.put_at) for task in tasks} == {
        (f"https://{host}.example/1", "newsroom", NOW) for host in ("a", "b")
    }


async def test_pages_can_be_visited_again(redis_url: str, settings: Settings) -> None:
    times = iter([NOW, NOW + timedelta(hours=1), NOW + timedelta(hours=2)])
    async with Producer(redis_url, settings=settings, source="desk", now=lambda: next(times)) as made:
        outcomes = [(await made.put(url(1), again=again)).outcome for again in (False, False, True)]
    assert outcomes == ["new", "seen", "new"]


async def test_urls_are_put_in_batches(redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    put_many = UrlQueue.put_many

    async def counting(self: UrlQueue, tasks: list[object]) -> list[bool]:
        sizes.append(len(tasks))
        return await put_many(self, tasks)  # type: ignore[arg-type]

    monkeypatch.setattr(UrlQueue, "put_many", counting)
    async with Producer(redis_url, settings=settings) as made:
        results = await made.put_many(url(n) for n in range(1200))
    assert sizes == [500, 500, 200]
    assert [it.url for it in results] == [url(n) for n in range(1200)]
    assert Counter(it.outcome for it in results) == {"new": 1200}


async def test_results_are_yielded_before_the_next_batch_is_read(redis_url: str, settings: Settings) -> None:
    read = 0

    async def numbered() -> AsyncIterator[str]:
        nonlocal read
        for n in range(1100):
            read += 1
            yield url(n)

    async with Producer(redis_url, settings=settings) as made:
        reads = [read async for _ in made.put_each(numbered())]
    assert reads == [500] * 500 + [1000] * 500 + [1100] * 100


async def test_while_the_queue_is_full_only_the_rest_is_put_again(redis_url: str, settings: Settings) -> None:
    full = settings.override(max_backlog=3)
    pauses: list[float] = []

    async def make_room(pause_s: float) -> None:
        pauses.append(pause_s)
        async with UrlQueue(redis_url, full) as queue:
            for delivery in await queue.read(10, 0.0):
                await queue.settle(delivery, [])

    async with Producer(redis_url, settings=full, sleep=make_room) as made:
        await made.put(url(0))
        results = await made.put_many([url(0), "x", *(url(n) for n in range(1, 6))])
    assert [it.outcome for it in results] == ["seen", "refused", *["new"] * 5]
    assert pauses


@pytest.mark.parametrize("already", [0, 1])
async def test_a_queue_that_stays_full_is_an_error_with_the_number_put(
    redis_url: str, settings: Settings, already: int
) -> None:
    full = settings.override(max_backlog=3 + already)
    async with Producer(redis_url, settings=full, full_timeout_s=0.0) as made:
        for n in range(already):
            await made.put(url(n))
        with pytest.raises(QueueFull) as e:
            await made.put_many(["x", *(url(n) for n in range(6))])
        assert e.value.put == 3
        with pytest.raises(QueueFull):
            await made.put(url(99))


async def test_wrong_use_is_an_error(redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="0 characters"):
        Producer(redis_url, settings=settings, source="")
    with pytest.raises(UsageError):
        Producer("http://localhost", settings=settings)
    monkeypatch.setenv("COMMUNIQUE_KEY_PREFX", "x")
    with pytest.raises(UsageError, match="KEY_PREFX"):
        Producer(redis_url)
    async with Producer(redis_url, settings=settings) as made:
        with pytest.raises(TypeError, match="use put"):
            await made.put_many("https://a.example/1")


async def test_the_settings_are_those_of_the_environment(
    redis: Redis, redis_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMMUNIQUE_KEY_PREFIX", settings.redis.key_prefix)
    async with Producer(redis_url) as made:
        assert (await made.put(url(1))).outcome == "new"
    assert await redis.keys(f"{settings.redis.key_prefix}*")


def test_the_blocking_producer_does_the_same(redis_url: str, settings: Settings) -> None:
    with BlockingProducer(redis_url, settings=settings, source="script") as made:
        assert [it.outcome for it in made.put_many([url(1), url(1), "x"])] == ["new", "seen", "refused"]
        assert made.put(url(2)).outcome == "new"
    assert "communique-producer" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ValueError, match="with BlockingProducer"):
        made.put(url(3))


def test_the_blocking_producer_ends_its_thread_if_it_cannot_connect(settings: Settings) -> None:
    with pytest.raises(Exception, match="nowhere"), BlockingProducer("unix:///nowhere", settings=settings):
        pass
    assert "communique-producer" not in {thread.name for thread in threading.enumerate()}


def test_the_blocking_producer_works_inside_an_event_loop(redis_url: str, settings: Settings) -> None:
    async def notebook() -> str:
        with BlockingProducer(redis_url, settings=settings) as made:
            return made.put(url(1)).outcome

    assert asyncio.run(notebook()) == "new"


def test_the_default_wait_is_documented() -> None:
    assert (producer.FULL_QUEUE_TIMEOUT_S, producer.BATCH_SIZE) == (60.0, 500), "docs/sources.md"
