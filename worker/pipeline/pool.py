"""Worker processes for CPU-bound calls, with limits on time and memory: an HTML parser may hang or crash on some page.

They are managed by pebble, which can kill and replace a single process that is stuck; `concurrent.futures` cannot.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Final, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from worker.errors import Permanent, Transient
from worker.lifecycle import PR_SET_PDEATHSIG
from worker.settings import PoolSettings
from worker.telemetry import metrics

CALLS_PER_LIFE: Final = 5_000
"""Calls after which a process is replaced by a new one, so that its memory does not grow for ever."""
CALLS_PER_PROCESS: Final = 2
"""Calls given to pebble per process: one that runs, and one that can start as soon as it ends."""

P = ParamSpec("P")
R = TypeVar("R")


class Pool:
    """A pool of `settings.processes` worker processes (0: one per core).

    Each call may take `settings.timeout_s` of wall-clock time.  A process that dies fails only the call that it was
    running.  If it is unknown which call that was, each candidate is repeated alone.
    """

    def __init__(
        self, settings: PoolSettings, preload: str | None = None, *, calls_per_life: int = CALLS_PER_LIFE
    ) -> None:
        """`preload`: a module imported before the processes are forked.

        Nothing is started yet; `async with` starts the processes.
        """
        self._context = multiprocessing.get_context("forkserver")
        if preload:
            self._context.set_forkserver_preload([preload])
        self._settings = settings
        self._calls_per_life = calls_per_life
        self._timeout_s = settings.timeout_s
        self._processes = settings.processes or os.cpu_count() or 1
        self._places = CALLS_PER_PROCESS * self._processes
        self._free = asyncio.Semaphore(self._places)
        self._entrance = asyncio.Lock()
        """Held while a call waits for its place, and by a call that runs alone: first come, first served."""
        self._pool = self._create_pool()

    def _create_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._processes,
            max_tasks=self._calls_per_life,
            initializer=_init_process,
            initargs=(self._settings.memory_bytes,),
            context=self._context,
        )

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a picklable function in a worker process and return its result; its exceptions are raised unchanged.

        Raises Permanent("process_timeout") if the call exceeded the time limit: that is thousands of times the usual
        cost, so the page is the cause and a retry would take as long.  Raises Transient("process_died") if the process
        crashed or ran out of memory, of which another process may be the cause.
        """
        async with self._entrance:
            await self._free.acquire()
        try:
            return await self._call(function, args, kwargs)
        except BrokenProcessPool:
            pass
        finally:
            self._free.release()
        async with self.alone() as run_alone:
            result: R = await run_alone(function, *args, **kwargs)
            return result

    @contextlib.asynccontextmanager
    async def alone(self) -> AsyncIterator[Callable[..., Awaitable[Any]]]:
        """Yield a function like `run`, while no other call is running: if a process dies, this call is the cause."""
        async with self._entrance, contextlib.AsyncExitStack() as stack:
            for _ in range(self._places):
                await stack.enter_async_context(self._free)
            yield self._run_alone

    async def _run_alone(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await self._call(function, args, kwargs)
        except BrokenProcessPool as e:
            metrics.PARSE_KILLS.labels("died").inc()
            raise Transient("process_died", str(e)) from None

    async def _call(self, function: Callable[..., R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> R:
        try:
            return await asyncio.wrap_future(self._schedule(function, args, kwargs))
        except TimeoutError:
            metrics.PARSE_KILLS.labels("timeout").inc()
            raise Permanent("process_timeout", f"killed after {self._timeout_s:g} s") from None
        except ProcessExpired as e:
            metrics.PARSE_KILLS.labels("died").inc()
            raise Transient("process_died", f"exit code {e.exitcode}") from None
        except MemoryError:
            raise Transient("process_died", "out of memory") from None

    def _schedule(self, function: Callable[P, R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> ProcessFuture[R]:
        """Schedule the call; if the pool is broken, start a new pool first.

        The kernel's out-of-memory killer may kill an idle process, after which pebble does not use the pool any more.
        """
        try:
            return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)
        except RuntimeError:  # pebble raises nothing more specific: the pool is not running
            broken, self._pool = self._pool, self._create_pool()
            broken.stop()  # type: ignore[no-untyped-call]
            asyncio.get_running_loop().run_in_executor(None, broken.join)
            return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)

    async def __aenter__(self) -> Self:
        """Start the processes.

        This runs in a thread: the first call waits until the process from which they are forked has imported `preload`.
        """
        await asyncio.to_thread(self._pool.schedule, _do_nothing)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill the calls that are still running; after a drain there are none."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)


def _do_nothing() -> None:
    """Do nothing: the first call of the pool, which makes it start its processes."""


def _init_process(memory_bytes: int) -> None:
    """Set up a worker process: ignore SIGINT, end with the parent (Linux), limit the address space."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
