"""CPU work in processes that can be killed: a page that breaks its process does not affect other pages."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures.process import BrokenProcessPool
from contextlib import nullcontext
from typing import Any

import pytest

from worker.errors import Permanent, Transient
from worker.pipeline.pool import Pool
from worker.settings import PoolSettings

LIMITS = PoolSettings(processes=2, timeout_s=2.0, memory_bytes=1 << 30)


def double(number: int) -> int:
    return 2 * number


def hang() -> None:
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def exhaust_memory() -> int:
    return len(bytearray(2 << 30))


def raise_failure() -> None:
    raise Permanent("not_an_article", "a front page")


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool(LIMITS) as running:
        yield running


async def test_the_result_is_returned(pool: Pool) -> None:
    assert await pool.run(double, 21) == 42


async def test_a_failure_is_raised_unchanged(pool: Pool) -> None:
    with pytest.raises(Permanent) as failure:
        await pool.run(raise_failure)
    assert str(failure.value) == "not_an_article: a front page"


async def test_a_process_over_the_time_limit_is_killed_with_a_permanent_failure(pool: Pool) -> None:
    with pytest.raises(Permanent) as failure:
        await pool.run(hang)
    assert failure.value.reason == "process_timeout"


@pytest.mark.parametrize("crash", [die, exhaust_memory])
async def test_a_crashed_process_is_a_transient_failure(pool: Pool, crash: object) -> None:
    with pytest.raises(Transient) as failure:
        await pool.run(crash)  # type: ignore[arg-type]
    assert failure.value.reason == "process_died"


async def test_other_calls_are_not_affected(pool: Pool) -> None:
    answers = await asyncio.gather(
        pool.run(hang), pool.run(die), *(pool.run(double, n) for n in range(50)), return_exceptions=True
    )
    assert [type(a) for a in answers[:2]] == [Permanent, Transient]
    assert answers[2:] == [2 * n for n in range(50)]


async def test_later_calls_succeed_after_an_idle_process_was_killed(pool: Pool) -> None:
    os.kill(await pool.run(os.getpid), signal.SIGKILL)
    while pool._pool.active:  # noqa: ASYNC110 - until pebble has noticed, and given the pool up
        await asyncio.sleep(0.01)
    assert await asyncio.gather(*(pool.run(double, n) for n in range(5))) == [0, 2, 4, 6, 8]


async def test_cancelled_work_frees_its_process() -> None:
    async with Pool(PoolSettings(processes=1, timeout_s=60)) as one:
        stuck = asyncio.create_task(one.run(hang))
        await asyncio.sleep(0.3)
        stuck.cancel()
        assert await one.run(double, 1) == 2


async def test_a_call_that_breaks_the_pool_fails_alone(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pebble cannot tell which call broke a pool; each of those that were running is then repeated alone."""
    call, broken = Pool._call, 2

    async def breaking(self: Pool, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        nonlocal broken
        if broken:
            broken -= 1
            await asyncio.sleep(0.05)
            raise BrokenProcessPool
        return await call(self, function, args, kwargs)

    monkeypatch.setattr(Pool, "_call", breaking)
    answers = await asyncio.gather(pool.run(die), *(pool.run(double, n) for n in range(20)), return_exceptions=True)
    assert isinstance(answers[0], Transient)
    assert answers[1:] == [2 * n for n in range(20)]


async def test_a_call_runs_alone_after_those_that_run_and_before_others(pool: Pool) -> None:
    ended: list[str] = []

    async def run(name: str, *, alone: bool = False) -> None:
        async with pool.alone() if alone else nullcontext(pool.run) as call:
            await call(time.sleep, 0.2)
        ended.append(name)

    before = [asyncio.create_task(run("before")) for _ in range(2)]
    await asyncio.sleep(0.05)
    alone = asyncio.create_task(run("alone", alone=True))
    await asyncio.sleep(0.05)
    after = [asyncio.create_task(run("after")) for _ in range(2)]
    await asyncio.gather(*before, alone, *after)
    assert ended == ["before", "before", "alone", "after", "after"]


async def test_a_process_is_replaced_after_a_number_of_calls() -> None:
    async with Pool(PoolSettings(processes=1), calls_per_life=3) as pool:  # the start of the pool is a call, too
        pids = [await pool.run(os.getpid) for _ in range(8)]
    assert len(set(pids)) == 3
    assert pids == sorted(pids, key=pids.index)
