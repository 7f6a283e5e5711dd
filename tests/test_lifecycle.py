"""Work is run until an event is set, and ends even where a cancellation is swallowed."""

import asyncio

import pytest

from worker import lifecycle


async def forever() -> str:
    await asyncio.Event().wait()
    return "ended"


async def swallow_cancellations(times: int, seen: list[int]) -> str:
    """Swallow a number of cancellations, as `asyncio.wait_for` may do on Python 3.11."""
    while True:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append(len(seen))
            if len(seen) > times:
                raise


async def test_work_that_ends_by_itself_returns_its_result() -> None:
    async def work() -> int:
        return 3

    assert await lifecycle.run_until(asyncio.Event(), work()) == 3


async def test_work_is_cancelled_once_stop_is_set() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await lifecycle.run_until(stop, forever()) is None


async def test_an_error_of_the_work_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("fault")

    with pytest.raises(ValueError, match="fault"):
        await lifecycle.run_until(asyncio.Event(), fail())


async def test_an_error_during_the_cancellation_is_dropped() -> None:
    async def fail_when_cancelled() -> str:
        try:
            return await forever()
        except asyncio.CancelledError:
            raise ValueError("fault") from None

    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await lifecycle.run_until(stop, fail_when_cancelled()) is None


async def test_work_that_swallows_cancellations_has_ended_when_run_until_returns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lifecycle, "CANCEL_INTERVAL_S", 0.01)
    stop, seen = asyncio.Event(), list[int]()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await lifecycle.run_until(stop, swallow_cancellations(2, seen)) is None
    assert len(seen) == 3


async def test_work_is_cancelled_with_the_caller() -> None:
    seen: list[int] = []
    caller = asyncio.create_task(lifecycle.run_until(asyncio.Event(), swallow_cancellations(0, seen)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert seen == [0]


async def test_tasks_that_have_ended_need_no_cancellation() -> None:
    ended = asyncio.create_task(asyncio.sleep(0))
    await ended
    await lifecycle.cancel_and_wait([ended])
    assert not ended.cancelled()


@pytest.mark.parametrize("fails", [False, True])
async def test_the_signal_is_given_however_the_work_ends(*, fails: bool) -> None:
    done = asyncio.Event()

    async def work() -> None:
        if fails:
            raise ValueError("fault")

    outcome = await asyncio.gather(lifecycle.signal_when_done(work(), done.set), return_exceptions=True)
    assert done.is_set()
    assert isinstance(outcome[0], ValueError) == fails


async def test_the_first_event_ends_the_wait() -> None:
    first, second = asyncio.Event(), asyncio.Event()
    second.set()
    await lifecycle.wait_for_any(first, second)
    assert not first.is_set()


async def test_a_sleep_ends_early_once_stop_is_set() -> None:
    stop = asyncio.Event()
    assert not await lifecycle.sleep_until(stop, 0.01)
    assert not await lifecycle.sleep_until(stop, 0)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await lifecycle.sleep_until(stop, 60)
    assert await lifecycle.sleep_until(stop, 0)
