"""The loop polls repeatedly until `stop` is set."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.discover.conftest import Make, Site, rss
from worker.schema import Task


async def test_the_loop_polls_repeatedly_until_stop_is_set(make: Make, site: Site) -> None:
    stop = asyncio.Event()
    calls: list[int] = []

    class Counting:
        async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
            calls.append(len(tasks))
            if len(calls) == 3:
                stop.set()
            return [False] * len(tasks)

    site.bodies["/world.xml"] = rss("/a")
    async with asyncio.timeout(60):
        await make("/world.xml", queue=Counting(), discover_interval_s=0.05).run(stop)
    assert calls == [1, 1, 1]


async def test_the_loop_stops_during_a_poll(make: Make, site: Site) -> None:
    hanging = asyncio.Event()

    class Slow:
        async def put_many(self, _: Sequence[Task]) -> list[bool]:
            hanging.set()
            await asyncio.Event().wait()
            return []

    site.bodies["/world.xml"] = rss("/a")
    stop = asyncio.Event()
    running = asyncio.create_task(make("/world.xml", queue=Slow()).run(stop))
    async with asyncio.timeout(60):
        await hanging.wait()
        stop.set()
        await running
