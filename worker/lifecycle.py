"""Run asyncio work until an event or a signal stops it, and cancel tasks reliably.

On Python 3.11 `asyncio.wait_for` may swallow a cancellation that arrives together with its result (CPython gh-86296),
and redis-py waits with it for every reply.  One `Task.cancel()` is therefore not enough: either the work is ended by an
event that it checks (`signal_when_done` sets it), or the cancellation is repeated (`cancel_and_wait`).
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Iterable

T = TypeVar("T")

PR_SET_PDEATHSIG: Final = 1
"""Option of Linux' prctl(2): the signal that a process gets when its parent ends."""
CANCEL_INTERVAL_S: Final = 0.1
"""Time between two cancellations of a task that has not ended."""


def stop_on_signals() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; a second signal raises SystemExit (128 + signal number).

    Call it in the running event loop.  SIGINT also works where it was ignored at the start, as it is for the background
    jobs of a shell script.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def handle(number: signal.Signals) -> None:
        if stop.is_set():
            raise SystemExit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, handle, number)
    return stop


async def run_until(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Run `work` to its end and return its result, or cancel it once `stop` is set and return None.

    Returns only after `work` has ended.  Raises what `work` raises by itself; an error raised while it is being
    cancelled is dropped.
    """
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        stopping.cancel()
        await cancel_and_wait([working])


async def cancel_and_wait(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks, repeatedly, until every one has ended; their results and errors are ignored."""
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        ended, left = await asyncio.wait(left, timeout=CANCEL_INTERVAL_S)
        for task in ended:
            if not task.cancelled():
                task.exception()  # marks it as retrieved: asyncio logs it otherwise


async def signal_when_done(work: Awaitable[None], signal: Callable[[], None]) -> None:
    """Await `work`, then call `signal` whether it succeeded or not, so that its sibling tasks end by themselves."""
    try:
        await work
    finally:
        signal()


async def wait_for_any(*events: asyncio.Event) -> None:
    """Return as soon as one of the events is set."""
    waiting = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()


async def sleep_until(stop: asyncio.Event, timeout_s: float) -> bool:
    """Wait until `stop` is set, at most `timeout_s` (0 or less: do not wait); return whether it is set."""
    if timeout_s > 0:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await stop.wait()
    return stop.is_set()
