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

from tests.faults.event_watch import watching
from tests.faults.injector import FAULT_ERRORS, Injector
from tests.faults.judge import Verdict, judge
from tests.faults.plan import COMMANDS, PREFIX, Plan, worker_environ
from tests.faults.producer import Producer
from tests.faults.progress import POLL_S, wait_for_articles, wait_until_empty, wait_until_received
from tests.faults.redis_under_test import RedisUnderTest, redis_under_test
from tests.faults.supervised_workers import SupervisedWorkers
from tests.frontier.loopback import LoopbackHost, serving
from tests.redis_users import denied_commands
from worker.queue import QueueKeys

if TYPE_CHECKING:
    from pathlib import Path

FAULTS_SHARE: Final = 0.6
"""Share of the time in which faults are injected and URLs enqueued if `Plan.least_fired` is set."""
BATCH: Final = 200
"""URLs enqueued at a time after the first `Plan.urls`."""


class Report(Struct, frozen=True, kw_only=True):
    """The result of a run."""

    verdict: Verdict
    urls: int
    """Number of URLs enqueued."""
    took_s: float
    injector: Injector
    exits: dict[int, int]
    flushed: int
    """Number of articles published before FLUSHALL; 0 without it."""
    shortest_gap_s: float
    """Shortest time between two requests to one host, by the log lines of the workers."""
    host_delay_s: float
    denied: set[str]
    """Commands that the user of the fleet was denied."""
    gaps: int
    """Number of gaps of which the subscriber was notified."""

    @property
    def holds(self) -> bool:
        """Whether nothing was lost, published twice or stuck, and every fault fired."""
        return not self.failures

    @property
    def failures(self) -> list[str]:
        """What was found wrong, as phrases."""
        injector = self.injector
        wrong = self.verdict.failures
        wrong += [f"did not fire: {name}" for name in injector.faults if not injector.fired[name]]
        wrong += [f"{injector.usurped} written after the lease was claimed"] if injector.usurped else []
        wrong += [f"denied: {', '.join(sorted(self.denied))}"] if self.denied else []
        if not self.flushed and self.shortest_gap_s < self.host_delay_s:
            wrong.append(f"requests only {1000 * self.shortest_gap_s:.1f} ms apart")
        return wrong

    def table(self) -> str:
        """Return the figures as lines of text."""
        lines = [f"{'fault':28} tried fired  proof", *self.injector.lines()]
        v, total = self.verdict, self.injector.fired.total()
        lines.append(f"{total} faults in {self.took_s:.0f} s; exit statuses of workers: {self.exits}")
        if self.flushed:
            lines.append(f"FLUSHALL after {self.flushed} articles; all URLs were enqueued again")
        lines.append(f"published {v.published}, lost {v.lost}, doubled {v.doubled}, stuck {v.stuck}, dead {v.dead}")
        lines.append(f"subscriber: missed {v.missed}, repeated {v.repeated}, notified of {self.gaps} gaps")
        gap = f"{1000 * self.shortest_gap_s:.1f} ms, delay {1000 * self.host_delay_s:.0f} ms"
        lines.append(f"shortest time between two requests to a host: {gap}")
        return "\n".join([*lines, *self.failures])


async def run(plan: Plan, folder: Path) -> Report:
    """Run a plan; everything that it starts has ended when it returns."""
    hosts = loopback_hosts(plan.hosts)
    async with serving(*hosts), redis_under_test(folder, secure=plan.secure) as redis:
        workers = SupervisedWorkers(COMMANDS[plan.worker], worker_environ(redis.url, plan), folder, plan.workers)
        injector = Injector(redis, workers, QueueKeys(PREFIX), random.Random(plan.seed), plan.faults)
        begun = time.monotonic()
        async with Producer(redis.url, hosts) as producer, watching(redis.url) as watch, workers:
            flushed = await _play(plan, redis, injector, producer)
            await wait_until_received(redis.client, PREFIX, watch, begun + plan.seconds)
            verdict = await judge(redis.client, PREFIX, producer.acknowledged, watch.received)
            denied = await denied_commands(redis.client) if plan.secure else set()
        gap = shortest_gap_s(folder / "workers.log")
        return Report(
            verdict=verdict, urls=len(producer.acknowledged),
            took_s=time.monotonic() - begun, injector=injector, exits=dict(workers.exits),
            flushed=flushed, shortest_gap_s=gap, host_delay_s=plan.host_delay_s, denied=denied, gaps=len(watch.gaps),
        )  # fmt: skip


def loopback_hosts(count: int) -> list[LoopbackHost]:
    """Return hosts with different addresses, not yet open."""
    return [LoopbackHost(f"127.1.{i // 250}.{i % 250 + 1}") for i in range(count)]


async def _play(plan: Plan, redis: RedisUnderTest, injector: Injector, producer: Producer) -> int:
    """Enqueue the URLs and inject faults until all are published or the time is over; return `Report.flushed`."""
    deadline, flushed = time.monotonic() + plan.seconds, 0
    await producer.put(plan.urls)
    await wait_for_articles(redis.client, PREFIX, 1, deadline)
    faults = asyncio.create_task(inject(plan, injector))
    try:
        if plan.flush:
            flushed = await wait_for_articles(redis.client, PREFIX, plan.urls // 2, deadline)
            await _flush(redis)
            await producer.put_again()
        await _produce(plan, redis, injector, producer, deadline)
        if plan.least_fired:
            faults.cancel()
        await wait_for_articles(redis.client, PREFIX, len(producer.acknowledged), deadline)
    finally:
        faults.cancel()
        await asyncio.gather(faults, return_exceptions=True)
    await injector.settle_down()
    await heal(redis)
    await wait_until_empty(redis.client, PREFIX, deadline, plan.unchanged_s)
    return flushed


async def _produce(plan: Plan, redis: RedisUnderTest, injector: Injector, producer: Producer, deadline: float) -> None:
    """Enqueue further URLs until every fault has fired often enough, or too little time is left to process more."""
    until = deadline - (1 - FAULTS_SHARE) * plan.seconds
    while time.monotonic() < until and any(injector.fired[name] < plan.least_fired for name in injector.faults):
        await wait_for_articles(redis.client, PREFIX, len(producer.acknowledged) - BATCH, until)
        await producer.put(BATCH)


async def inject(plan: Plan, injector: Injector) -> None:
    """Inject faults in random order, each equally often."""
    chance = random.Random(plan.seed + 1)
    while injector.faults:
        for name in chance.sample(sorted(injector.faults), len(injector.faults)):
            await asyncio.sleep(chance.uniform(0.0, 2 * plan.pause_s))
            with contextlib.suppress(*FAULT_ERRORS):
                # If a fault were cancelled halfway, Redis would remain full or down.
                await asyncio.shield(injector.inject(name))


async def _flush(redis: RedisUnderTest) -> None:
    """Send FLUSHALL until it is accepted: Redis rejects it while a fault has made it a replica or keeps it down."""
    while True:
        with contextlib.suppress(*FAULT_ERRORS):
            await redis.client.flushall()
            return
        await asyncio.sleep(POLL_S)


async def heal(redis: RedisUnderTest) -> None:
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
