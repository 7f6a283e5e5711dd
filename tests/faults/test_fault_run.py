"""A short fault run; `python -m tests.faults` runs longer ones by hand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.faults.fault_run import run
from tests.faults.judge import judge
from tests.faults.plan import Plan

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("flush", [False, True], ids=["faults, TLS and ACL", "and FLUSHALL"])
def test_no_url_is_lost_or_published_twice_whatever_fails(tmp_path: Path, flush: bool) -> None:
    plan = Plan(urls=1000, hosts=20, workers=3, seconds=600.0, pause_s=0.2, seed=5, flush=flush, secure=not flush)
    report = asyncio.run(run(plan, tmp_path))
    assert report.verdict.holds, report.table()
    assert not report.denied, report.table()
    assert not report.injector.usurped, report.table()
    assert report.injector.fired, report.table()
    if not flush:
        assert report.shortest_gap_s >= plan.host_delay_s, report.table()


async def test_the_judge_notices_what_is_lost_doubled_stuck_or_unknown(redis: Redis, key_prefix: str) -> None:
    async def publish(url: str) -> None:
        await redis.xadd(f"{key_prefix}:articles", {"data": f'{{"url":"{url}"}}'})

    urls = [f"https://a.example/{i}" for i in range(6)]
    for url in urls:
        await publish(url)
    assert (await judge(redis, key_prefix, urls)).holds
    await publish(urls[0])
    await publish("https://unknown.example/")
    await redis.rpush(f"{key_prefix}:host:a.example:queue", "task of 6")
    await redis.xadd(f"{key_prefix}:dead", {"task": "task of 7"})
    more = [f"https://a.example/{i}" for i in range(9)]
    verdict = await judge(redis, key_prefix, more)
    assert not verdict.holds
    found = (verdict.lost, verdict.doubled, verdict.stuck, verdict.dead, verdict.unknown)
    assert found == (1, 1, 1, 1, 1)


async def test_a_counter_that_is_wrong_counts_as_stuck(redis: Redis, key_prefix: str) -> None:
    await redis.set(f"{key_prefix}:waiting", -2)
    assert (await judge(redis, key_prefix, [])).stuck == 2
