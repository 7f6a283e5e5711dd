"""CPU work in processes that can be killed: a page that breaks its process does not affect other pages."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

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
