"""The loop: deliveries take slots, and those that cannot be finished are handed back."""

import asyncio
from typing import Any

from worker.consume import Consumer, PageReader, TaskHandler, TaskResult
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings


class NeverReturns:
    """Politeness, fetcher and pool of which no call returns."""

    async def get(self, _: str, **__: object) -> None:
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
        handler = TaskHandler(settings, queue, PageReader(parts, parts, parts), parts, jitter=lambda: 0.5)
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
