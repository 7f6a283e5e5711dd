"""The loop: deliveries take slots, and every one is handed back that cannot be finished."""

import asyncio
from datetime import datetime
from typing import Any

from worker.consume import Consumer, TaskResult
from worker.queue import UrlQueue
from worker.schema import Task
from worker.settings import Settings


class Stuck:
    """Politeness, fetcher and pool of a consumer that is never told to go."""

    async def admit(self, _: Task, __: datetime) -> None:
        await asyncio.Event().wait()

    run = admit


async def test_what_is_claimed_takes_slots_as_what_is_read_does(settings: Settings) -> None:
    settings = settings.override(concurrency=2, lease_s=0.2, drain_s=0.01)
    urls = [f"https://news.example/{n}" for n in range(4)]
    tasks, stop, stuck = [Task(id=url, url=url) for url in urls], asyncio.Event(), Stuck()
    neighbours: Any = (stuck, stuck, stuck)
    ended: list[TaskResult] = []
    url = settings.redis.url or ""
    async with UrlQueue(url, settings, "gone") as gone, UrlQueue(url, settings) as queue:
        consumer = Consumer(settings, queue, *neighbours, jitter=lambda: 0.5, report=ended.append)
        await gone.put_many(tasks[:2])
        await gone.read(2, 0)
        running = asyncio.create_task(consumer.run(stop))
        async with asyncio.timeout(10):
            while len(consumer._work) < 2:  # noqa: ASYNC110 - until both are claimed
                await asyncio.sleep(0.01)
            await gone.put_many(tasks[2:])
            await asyncio.sleep(0.1)
            assert (await queue.depth()).backlog == 2
            stop.set()
            await running
        depth = await queue.depth()
        assert (depth.backlog + depth.delayed, depth.pending) == (4, 0)
    assert [report.outcome for report in ended] == ["handed_back", "handed_back"]
