"""The loop: deliveries take slots, and those that cannot be finished are handed back."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from worker.consume import Consumer, PageReader, TaskHandler, TaskResult
from worker.queue import Delivery, UrlQueue
from worker.schema import Task
from worker.settings import Settings


class NeverReturns:
    """Politeness, fetcher and pool of which no call returns."""

    async def get_if_changed(self, *_: object, **__: object) -> None:
        await asyncio.Event().wait()

    async def admit(self, _: str) -> float:
        return 0.0


async def test_claimed_tasks_take_slots_as_read_ones_do(settings: Settings) -> None:
    settings = settings.override(concurrency=2, lease_s=2.0, drain_s=0.01)
    urls = [f"https://news{n}.example/" for n in range(4)]
    tasks, stop, never = [Task(id=url, url=url) for url in urls], asyncio.Event(), NeverReturns()
    parts: Any = never
    ended: list[TaskResult] = []
    url = settings.redis.url or ""
    async with UrlQueue(url, settings, "gone") as gone, UrlQueue(url, settings) as queue:
        handler = TaskHandler(settings, queue, PageReader(parts, parts, parts, 100), parts, jitter=lambda: 0.5)
        consumer = Consumer(settings, queue, handler, on_result=ended.append)
        await gone.put_many(tasks[:2])
        await gone.read(2, 0)
        running = asyncio.create_task(consumer.run(stop))
        async with asyncio.timeout(60):
            while len(consumer._in_progress) < 2:  # noqa: ASYNC110 - until both are claimed
                await asyncio.sleep(0.01)
            await gone.put_many(tasks[2:])
            await asyncio.sleep(0.1)
            assert (await queue.depth()).backlog == 2
            stop.set()
            await running
        depth = await queue.depth()
        assert (depth.backlog + depth.waiting, depth.pending) == (4, 0)
    assert [result.outcome for result in ended] == ["handed_back", "handed_back"]


def idle_consumer(settings: Settings, queue: UrlQueue) -> Consumer:
    parts: Any = NeverReturns()
    handler = TaskHandler(settings, queue, PageReader(parts, parts, parts, 100), parts, jitter=lambda: 0.5)
    return Consumer(settings, queue, handler)


async def test_a_stop_ends_a_read_that_waits(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("worker.consume.loop.TASK_BLOCK_S", "worker.queue.url_queue.MAX_BLOCK_S"):
        monkeypatch.setattr(name, 3600.0)
    settings = settings.override(lease_s=20_000.0)
    async with UrlQueue(settings.redis.url or "", settings) as queue, asyncio.timeout(60):
        stop = asyncio.Event()
        running = asyncio.create_task(idle_consumer(settings, queue).run(stop))
        while not await _is_blocked(queue):  # noqa: ASYNC110 - Redis is polled
            await asyncio.sleep(0.01)
        stop.set()
        await running


async def _is_blocked(queue: UrlQueue) -> bool:
    clients = await queue._client.client_list()
    return any(client["id"] == str(queue._reader_id) and "b" in client["flags"] for client in clients)


async def test_an_idle_worker_looks_for_due_hosts_less_and_less_often(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([1000.0, 1000.0, 1001.0, 1010.0, 1050.0, 9000.0])
    monkeypatch.setattr("worker.consume.loop.time", SimpleNamespace(monotonic=lambda: next(times)))
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        consumer = idle_consumer(settings, queue)
        ticks = [consumer._release_tick_s() for _ in range(5)]
    assert ticks == pytest.approx([0.1, 0.1, 1.0, 5.0, 5.0])


async def test_a_task_that_is_delivered_again_while_it_is_cancelled_stays_in_progress(settings: Settings) -> None:
    delivery, may_end, never = Delivery("1-1", Task(id="t", url="https://a.example/"), 1, host="a.example"), *events(2)

    async def handle(_: Delivery) -> None:
        try:
            await never.wait()
        finally:
            await may_end.wait()

    parts: Any = SimpleNamespace(handle=handle)
    consumer = Consumer(settings, parts, parts)
    async with asyncio.TaskGroup() as consumer._tasks:
        consumer._start(delivery)
        await asyncio.sleep(0)
        cancelled = consumer._in_progress[delivery]
        cancelled.cancel()
        consumer._start(delivery)
        may_end.set()
        await asyncio.wait([cancelled])
        await asyncio.sleep(0)
        assert consumer._in_progress.keys() == {delivery}
        consumer._in_progress[delivery].cancel()
    assert not consumer._in_progress


def events(count: int) -> list[asyncio.Event]:
    return [asyncio.Event() for _ in range(count)]
