"""A plain loop of XREADGROUP and XACK under the same faults: it must lose or double, or the faults prove nothing."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from itertools import islice
from typing import TYPE_CHECKING, Final

from tests.chaos.row import Row
from tests.faults.fault_run import heal, inject, loopback_hosts
from tests.faults.injector import FAULT_ERRORS, LEASE_S, Injector
from tests.faults.judge import judge
from tests.faults.plan import COMMANDS, PREFIX, Plan, worker_environ
from tests.faults.progress import wait_until_empty
from tests.faults.redis_under_test import redis_under_test
from tests.faults.supervised_workers import SupervisedWorkers
from tests.frontier.loopback import articles, serving
from worker.queue import QueueKeys

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

FAULTS: Final = (
    "kill -9 of a worker",
    "SIGSTOP beyond the lease",
    "connections cut by Redis",
    "connections reset",
    "replies lost",
    "kill -9 of Redis",
)
"""The faults that do not depend on Communiqué's own keys and scripts."""
BATCH: Final = 200


async def tutorial_loop(folder: Path, seed: int, seconds: float) -> Row:
    """Enqueue URLs while the faults fire; the row fails if nothing is lost or doubled."""
    begun = time.monotonic()
    plan = Plan(urls=0, hosts=20, workers=3, seconds=seconds, pause_s=0.3, seed=seed, worker="tutorial", faults=FAULTS)
    hosts, keys = loopback_hosts(plan.hosts), QueueKeys(PREFIX)
    async with (
        serving(*hosts),
        redis_under_test(folder) as redis,
        SupervisedWorkers(COMMANDS[plan.worker], worker_environ(redis.url, plan), folder, plan.workers) as workers,
    ):
        injector = Injector(redis, workers, keys, random.Random(seed), plan.faults)
        supply = [url for batch in zip(*(articles(host, 2_000) for host in hosts), strict=True) for url in batch]
        injecting = asyncio.create_task(inject(plan, injector))
        urls = await _enqueue(redis.client, keys, supply, injector, begun + seconds * 0.6)
        injecting.cancel()
        await asyncio.gather(injecting, return_exceptions=True)
        await injector.settle_down()
        await heal(redis)
        await wait_until_empty(redis.client, PREFIX, begun + seconds * 0.9, unchanged_s=2.5 * LEASE_S)
        verdict = await judge(redis.client, PREFIX, urls)
    return Row.of(
        "plain XREADGROUP-XACK loop", verdict, tried=injector.tried.total(), fired=injector.fired.total(),
        urls=len(urls), seconds=time.monotonic() - begun, notes=injector.lines(),
        failures=[] if verdict.lost or verdict.doubled else ["it passes: the faults prove nothing"],
    )  # fmt: skip


async def _enqueue(redis: Redis, keys: QueueKeys, supply: list[str], injector: Injector, deadline: float) -> list[str]:
    """Add URLs until every fault has fired twice; return those that were acknowledged."""
    acknowledged: list[str] = []
    left = iter(supply)
    while time.monotonic() < deadline and any(injector.fired[name] < 2 for name in injector.faults):
        with contextlib.suppress(*FAULT_ERRORS):
            if await redis.xlen(keys.ready) < BATCH:
                for url in islice(left, BATCH):
                    await redis.xadd(keys.ready, {"url": url})
                    acknowledged.append(url)
        await asyncio.sleep(0.2)
    return acknowledged
