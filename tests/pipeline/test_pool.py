"""CPU work in processes that can be killed: whatever a page does to its process, the next one is unhurt."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from worker.errors import Permanent, Transient
from worker.pipeline.pool import Pool
from worker.settings import PoolSettings

LIMITS = PoolSettings(processes=2, timeout_s=0.5, memory_bytes=1 << 30)


def double(number: int) -> int:
    return 2 * number


def hang() -> None:
    while True:
        pass


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def devour() -> int:
    return len(bytearray(2 << 30))


def refuse() -> None:
    raise Permanent("not_an_article", "a front page")


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    async with Pool(LIMITS) as running:
        yield running


async def test_the_answer_comes_back(pool: Pool) -> None:
    assert await pool.run(double, 21) == 42


async def test_a_failure_comes_back_as_it_was_raised(pool: Pool) -> None:
    with pytest.raises(Permanent) as failure:
        await pool.run(refuse)
    assert str(failure.value) == "not_an_article: a front page"


async def test_a_stuck_process_is_killed_and_the_page_given_up(pool: Pool) -> None:
    with pytest.raises(Permanent) as failure:
        await pool.run(hang)
    assert failure.value.reason == "process_timeout"


@pytest.mark.parametrize("deadly", [die, devour])
async def test_a_dead_process_is_worth_another_try(pool: Pool, deadly: object) -> None:
    with pytest.raises(Transient) as failure:
        await pool.run(deadly)  # type: ignore[arg-type]
    assert failure.value.reason == "process_died"


async def test_the_others_are_unhurt(pool: Pool) -> None:
    answers = await asyncio.gather(
        pool.run(hang), pool.run(die), *(pool.run(double, n) for n in range(50)), return_exceptions=True
    )
    assert [type(a) for a in answers[:2]] == [Permanent, Transient]
    assert answers[2:] == [2 * n for n in range(50)]


async def test_a_process_killed_while_idle_costs_nothing_that_comes_after(pool: Pool) -> None:
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
