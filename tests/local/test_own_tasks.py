"""A run ends with its own tasks, whatever else waits in the queue, and whoever processes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from worker.consume import TaskResult
from worker.local.own_tasks import OwnTasks
from worker.queue import UrlQueue
from worker.schema import Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from worker.queue import Delivery
    from worker.settings import Settings

import pytest

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def task(url: str) -> Task:
    return Task.of(url, put_at=NOW)


MINE, OTHER = task("https://mine.example/1"), task("https://other.example/1")


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[UrlQueue]:
    async with UrlQueue(settings.redis.url or "", settings) as opened:
        yield opened


def is_finished(own: OwnTasks) -> bool:
    """Return the property, of which mypy does not know that it changes."""
    return own.are_finished


async def deliver(queue: UrlQueue, wanted: Task) -> Delivery:
    """Read deliveries until one of a task comes."""
    while True:
        for delivery in await queue.read(8, 0.1):
            if delivery.task.id == wanted.id:
                return delivery


async def test_it_is_finished_when_its_own_task_is(queue: UrlQueue, redis: Redis) -> None:
    await queue.put(OTHER)
    own = OwnTasks(queue, redis)
    assert await own.put(MINE)
    assert not own.record(TaskResult(url=OTHER.url, outcome="done"))
    assert own.record(TaskResult(url=MINE.url, outcome="put_off", reason="timeout"))
    assert is_finished(own) is False
    assert own.record(TaskResult(url=MINE.url, outcome="done"))
    assert is_finished(own)
    assert (await queue.depth()).unfinished == 2


async def test_a_task_of_an_earlier_run_that_is_unfinished_is_waited_for(queue: UrlQueue, redis: Redis) -> None:
    await queue.put(MINE)
    own = OwnTasks(queue, redis)
    assert await own.put(MINE)
    assert not own.are_finished


async def test_an_article_that_waits_under_another_form_of_its_url_is_waited_for(queue: UrlQueue, redis: Redis) -> None:
    await queue.put(task("http://www.mine.example/1"))
    own = OwnTasks(queue, redis)
    assert await own.put(MINE)
    assert own.record(TaskResult(url="http://www.mine.example/1", outcome="done"))
    assert own.are_finished


async def test_a_task_that_was_finished_before_is_not_waited_for(queue: UrlQueue, redis: Redis) -> None:
    await queue.put(MINE)
    await queue.dead_letter(await deliver(queue, MINE), "http_410", "gone")
    own = OwnTasks(queue, redis)
    assert not await own.put(MINE)
    assert own.are_finished


async def test_tasks_of_a_feed_that_were_seen_are_not_waited_for(queue: UrlQueue, redis: Redis) -> None:
    await queue.put(OTHER)
    own = OwnTasks(queue, redis)
    assert await own.put_many([OTHER, MINE]) == [False, True]
    own.record(TaskResult(url=MINE.url, outcome="duplicate"))
    assert own.are_finished


async def test_a_task_that_another_worker_finishes_is_noticed(queue: UrlQueue, redis: Redis) -> None:
    own, dead = OwnTasks(queue, redis), list[tuple[str, str]]()
    await own.put(MINE)
    for _ in range(3):
        await own.settle_elsewhere(lambda *letter: dead.append(letter))
    assert is_finished(own) is False
    await queue.dead_letter(await deliver(queue, MINE), "http_410", "gone")
    for _ in range(2):
        await own.settle_elsewhere(lambda *letter: dead.append(letter))
    assert own.are_finished
    assert dead == [(MINE.url, "http_410")]


async def test_a_run_without_end_remembers_nothing(queue: UrlQueue, redis: Redis) -> None:
    own = OwnTasks(queue, redis)
    assert await own.without_end().put_many([MINE]) == [True]
    assert own.are_finished
    assert own.record(TaskResult(url=OTHER.url, outcome="done"))
