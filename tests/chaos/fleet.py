"""Hosts, workers, a producer and a subscriber on a given Redis, while a scenario lets that Redis fail."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, NamedTuple

from tests.faults.event_watch import EventWatch, watching
from tests.faults.fault_run import loopback_hosts
from tests.faults.judge import Verdict, count_articles, judge
from tests.faults.plan import COMMANDS, PREFIX, Plan, worker_environ
from tests.faults.producer import Producer
from tests.faults.progress import wait_for_articles, wait_until_empty, wait_until_received
from tests.faults.supervised_workers import SupervisedWorkers
from tests.frontier.loopback import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from redis.asyncio import Redis

PER_S = 60.0
"""URLs enqueued per second."""
WARM_UP = 100
"""Articles published before the fault."""
MARGIN_S = 0.5
"""Between the time at which a write reached the disk or the replica and the measured one, at most."""


class Fleet(NamedTuple):
    """A running fleet."""

    producer: Producer
    watch: EventWatch
    deadline: float
    """When the scenario must end (time of the monotonic clock)."""

    async def warm_up(self, client: Redis) -> None:
        """Wait until workers publish at full rate."""
        await wait_for_articles(client, PREFIX, WARM_UP, self.deadline)

    async def judge(self, client: Redis) -> Verdict:
        """Wait until every task has ended and every event has been received, and judge the state of a server."""
        await wait_until_empty(client, PREFIX, self.deadline)
        await wait_until_received(client, PREFIX, self.watch, self.deadline)
        return await judge(client, PREFIX, self.producer.acknowledged, self.watch.received)

    async def lost(self, client: Redis) -> dict[str, float]:
        """Return the URLs without an article, and when each was acknowledged."""
        found = await count_articles(client, PREFIX)
        return {url: at for url, at in self.producer.acknowledged.items() if url not in found}

    @contextlib.asynccontextmanager
    async def producing(self) -> AsyncIterator[None]:
        """Enqueue URLs in the background; at the end, wait for the reply to the last one."""
        stop = asyncio.Event()
        putting = asyncio.create_task(self.producer.put_steadily(PER_S, stop))
        try:
            yield
            stop.set()
            await putting
        finally:
            putting.cancel()
            await asyncio.gather(putting, return_exceptions=True)


def count_earlier(lost: Mapping[str, float], at: float) -> int:
    """Count the lost URLs whose enqueueing had reached the disk or the replica by a time (monotonic clock)."""
    return sum(acknowledged_at < at - MARGIN_S for acknowledged_at in lost.values())


@contextlib.asynccontextmanager
async def running_fleet(
    redis_url: str, folder: Path, seconds: float, *, wait_replicas: int = 0, workers: int = 2
) -> AsyncIterator[Fleet]:
    """Run a fleet whose workers do not parse pages."""
    deadline = time.monotonic() + seconds
    plan = Plan(urls=0, hosts=20, workers=workers, seconds=seconds, pause_s=0.0, seed=0)
    hosts = loopback_hosts(plan.hosts)
    async with (
        serving(*hosts),
        Producer(redis_url, hosts, wait_replicas=wait_replicas) as producer,
        watching(redis_url) as watch,
        SupervisedWorkers(COMMANDS["plain"], worker_environ(redis_url, plan), folder, workers),
    ):
        yield Fleet(producer, watch, deadline)
