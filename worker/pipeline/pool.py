"""Processes for the CPU work, killed when they take too long: no in-process HTML parser is safe against every page.

pebble keeps the processes: it is the library that can kill the one stuck process and start another, which
`concurrent.futures` cannot.
"""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from worker.errors import Permanent, Transient
from worker.settings import PoolSettings
from worker.telemetry import metrics

P = ParamSpec("P")
R = TypeVar("R")

PR_SET_PDEATHSIG = 1


class Pool:
    """`settings.processes` worker processes; each call may take `settings.timeout_s` of wall clock."""

    def __init__(self, settings: PoolSettings, preload: str | None = None) -> None:
        """Start nothing yet (`async with` does); `preload` is the module that every process should find imported."""
        self._context = multiprocessing.get_context("forkserver")
        if preload:
            self._context.set_forkserver_preload([preload])
        self._settings = settings
        self._timeout_s = settings.timeout_s
        self._pool = self._made()

    def _made(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._settings.processes or os.cpu_count() or 1,
            initializer=_shield,
            initargs=(self._settings.memory_bytes,),
            context=self._context,
        )

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a picklable function there.  Its own exceptions come back as they are.

        Permanent("process_timeout") when it was killed for taking too long: thousands of times the usual cost is
        the page's fault, and asking again would take as long.  Transient("process_died") when the process crashed
        or ran out of memory, which may have been another's fault.
        """
        try:
            return await asyncio.wrap_future(self._schedule(function, args, kwargs))
        except TimeoutError:
            metrics.PARSE_KILLS.labels("timeout").inc()
            raise Permanent("process_timeout", f"killed after {self._timeout_s:g} s") from None
        except ProcessExpired as e:
            metrics.PARSE_KILLS.labels("died").inc()
            raise Transient("process_died", f"exit code {e.exitcode}") from None
        except BrokenProcessPool as e:
            metrics.PARSE_KILLS.labels("died").inc()
            raise Transient("process_died", str(e)) from None
        except MemoryError:
            raise Transient("process_died", "out of memory") from None

    def _schedule(self, function: Callable[P, R], args: tuple[Any, ...], kwargs: dict[str, Any]) -> ProcessFuture[R]:
        """Schedule the call; on a pool made anew where a process that was killed idle has broken the old one for good.

        Whoever is short of memory kills the largest process, busy or not; pebble gives the whole pool up for it.
        """
        try:
            return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)
        except RuntimeError:  # all that it raises: the pool is not running
            broken, self._pool = self._pool, self._made()
            broken.stop()  # type: ignore[no-untyped-call]
            asyncio.get_running_loop().run_in_executor(None, broken.join)
            return self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)

    async def __aenter__(self) -> Self:
        """Start the processes; in a thread, since the first of them waits until what it is forked from is warm."""
        await asyncio.to_thread(self._pool.schedule, _begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill what still runs: a drained consumer has nothing left here."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        await asyncio.to_thread(self._pool.join)


def _begin() -> None:
    """Do nothing, in a process that is there now."""


def _shield(memory_bytes: int) -> None:
    """In each process: leave signals to the parent, die with it, and never eat the machine's memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
