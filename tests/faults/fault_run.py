"""One fault run: workers fetch from hosts on loopback, and faults are injected until every URL is published."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tests.faults.injector import FAULT_ERRORS, LEASE_S, Injector
from tests.faults.judge import Verdict, count_articles, count_unfinished, judge
from tests.faults.redis_under_test import RedisUnderTest, redis_under_test
from tests.faults.supervised_workers import SupervisedWorkers
from tests.frontier.loopback import LoopbackHost, articles, serving
from worker.queue import QueueKeys, UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

REAL: Final = ("-m", "worker", "consume")
PLAIN: Final = ("-m", "tests.faults.plain_worker")
ENVIRON: Final = {
    "LEASE_S": str(LEASE_S),
    "DRAIN_S": "5",
    "BACKOFF_S": "0.5",
    "MAX_BACKOFF_S": "5",
    "CONCURRENCY": "32",
    "PROCESSES": "1",
    "ALLOW_PRIVATE_ADDRESSES": "true",
    "LOG_LEVEL": "debug",
}
PREFIX: Final = "communique"
POLL_S: Final = 0.5


class Plan(Struct, frozen=True, kw_only=True):
    """Parameters of a fault run."""

    urls: int
    hosts: int
    workers: int
    seconds: float
    """Longest time of the whole run."""
    pause_s: float
    """Mean time between two faults."""
    seed: int
    host_delay_s: float = 0.05
    real: bool = False
    """Whether the workers also parse the pages."""
    flush: bool = False
    """Whether to send FLUSHALL halfway, and then to enqueue all URLs again."""


class Report(Struct, frozen=True, kw_only=True):
    """The result of a run."""

    verdict: Verdict
    took_s: float
    injector: Injector
    exits: dict[int, int]
    flushed: int
    """Number of articles published before FLUSHALL; 0 without it."""
    shortest_gap_s: float
    """Shortest time between two requests to one host, by the log lines of the workers."""
    host_delay_s: float

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, published twice or stuck, and every fault fired."""
        return self.verdict.holds and all(self.injector.fired[name] for name in self.injector.tried)

    def table(self) -> str:
        """Return the figures as lines of text."""
        lines = [f"{'fault':28} tried fired  proof"]
        for name, tried in self.injector.tried.items():
            proof = ", ".join(f"{count} {what}" for what, count in self.injector.proofs[name].items())
            lines.append(f"{name:28} {tried:5} {self.injector.fired[name]:5}  {proof}")
        v, total = self.verdict, self.injector.fired.total()
        lines.append(f"{total} faults in {self.took_s:.0f} s; exit statuses of workers: {self.exits}")
        if self.flushed:
            lines.append(f"FLUSHALL after {self.flushed} articles; all URLs were enqueued again")
        lines.append(f"published {v.published}, lost {v.lost}, doubled {v.doubled}, stuck {v.stuck}, dead {v.dead}")
        gap = f"{1000 * self.shortest_gap_s:.1f} ms, delay {1000 * self.host_delay_s:.0f} ms"
        return "\n".join([*lines, f"shortest time between two requests to a host: {gap}"])


async def run(plan: Plan, folder: Path) -> Report:
    """Run a plan; everything that it starts has ended when it returns."""
    hosts = [LoopbackHost(f"127.1.{i // 250}.{i % 250 + 1}") for i in range(plan.hosts)]
    async with serving(*hosts), redis_under_test(folder) as redis:
        urls = [url for host in hosts for url in articles(host, plan.urls // plan.hosts)]
        environ = {f"COMMUNIQUE_{name}": value for name, value in ENVIRON.items()}
        environ |= {
            "COMMUNIQUE_REDIS_URL": f"redis://127.0.0.1:{redis.proxy.port}",
            "COMMUNIQUE_HOST_DELAY_S": str(plan.host_delay_s),
            "COMMUNIQUE_RESPONSE_DELAY_FACTOR": "0",
        }
        workers = SupervisedWorkers(REAL if plan.real else PLAIN, environ, folder, plan.workers)
        injector = Injector(redis, workers, QueueKeys(PREFIX), random.Random(plan.seed))
        begun = time.monotonic()
        try:
            await workers.start()
            flushed = await _play(plan, redis, injector, urls)
            verdict = await judge(redis.client, PREFIX, urls)
        finally:
            await workers.stop()
        gap = shortest_gap_s(folder / "workers.log")
        return Report(
            verdict=verdict, took_s=time.monotonic() - begun, injector=injector, exits=dict(workers.exits),
            flushed=flushed, shortest_gap_s=gap, host_delay_s=plan.host_delay_s,
        )  # fmt: skip


async def _play(plan: Plan, redis: RedisUnderTest, injector: Injector, urls: Sequence[str]) -> int:
    """Enqueue the URLs and inject faults until all are published or the time is over; return `Report.flushed`."""
    deadline, flushed = time.monotonic() + plan.seconds, 0
    await _put(redis, urls)
    await _wait(redis, 1, deadline)
    faults = asyncio.create_task(_inject(plan, injector))
    try:
        if plan.flush:
            flushed = await _wait(redis, len(urls) // 2, deadline)
            await _flush(redis)
            await _put(redis, urls)
        await _wait(redis, len(urls), deadline)
    finally:
        faults.cancel()
        await asyncio.gather(faults, return_exceptions=True)
    await injector.settle_down()
    await _heal(redis)
    await _wait_until_empty(redis, deadline)
    return flushed


async def _wait_until_empty(redis: RedisUnderTest, deadline: float) -> None:
    """Wait until nothing is left in the queue."""
    while time.monotonic() < deadline:
        if not await count_unfinished(redis.client, PREFIX):
            return
        await asyncio.sleep(POLL_S)


async def _put(redis: RedisUnderTest, urls: Sequence[str]) -> None:
    """Enqueue URLs in batches, in a random order."""
    settings = Settings.of(key_prefix=PREFIX)
    async with UrlQueue(f"redis://127.0.0.1:{redis.proxy.port}", settings) as queue:
        tasks = [Task(id=task_id(url), url=url) for url in random.Random(1).sample(urls, len(urls))]
        for start in range(0, len(tasks), 500):
            await queue.put_many(tasks[start : start + 500])


async def _inject(plan: Plan, injector: Injector) -> None:
    """Inject faults in random order, each equally often."""
    chance = random.Random(plan.seed + 1)
    while True:
        for name in chance.sample(sorted(injector.faults), len(injector.faults)):
            await asyncio.sleep(chance.uniform(0.0, 2 * plan.pause_s))
            with contextlib.suppress(*FAULT_ERRORS):
                # If a fault were cancelled halfway, Redis would remain full or down.
                await asyncio.shield(injector.inject(name))


async def _wait(redis: RedisUnderTest, count: int, deadline: float) -> int:
    """Wait until `count` URLs are published or the deadline; return the number published."""
    found = 0
    while found < count and time.monotonic() < deadline:
        await asyncio.sleep(POLL_S)
        with contextlib.suppress(*FAULT_ERRORS):
            found = len(await count_articles(redis.client, PREFIX))
    return found


async def _flush(redis: RedisUnderTest) -> None:
    """Send FLUSHALL until it is accepted: Redis rejects it while a fault has made it a replica or keeps it down."""
    while True:
        with contextlib.suppress(*FAULT_ERRORS):
            await redis.client.flushall()
            return
        await asyncio.sleep(POLL_S)


async def _heal(redis: RedisUnderTest) -> None:
    """Undo what a fault may have left: make Redis a primary without a memory limit."""
    for _ in range(20):
        with contextlib.suppress(*FAULT_ERRORS):
            await redis.command("REPLICAOF", "NO", "ONE")
            await redis.client.config_set("maxmemory", "0")
            return
        await asyncio.sleep(POLL_S)


def shortest_gap_s(log: Path) -> float:
    """Return the shortest time (s) between two requests to one host, from the log lines of the workers."""
    sent: defaultdict[str, list[float]] = defaultdict(list)
    for line in log.read_text(errors="replace").splitlines():
        if '"request_sent"' in line:
            with contextlib.suppress(json.JSONDecodeError):  # cut off: its process was killed
                fields = json.loads(line)
                sent[fields["host"]].append(fields["at_s"])
    gaps = [after - before for times in sent.values() for before, after in pairwise(sorted(times))]
    return min(gaps, default=float("inf"))
