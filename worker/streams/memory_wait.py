"""Steps that wait while the memory of Redis is full, and the record of them for the log and the metrics.

A service enables the wait for its own steps by `waiting_for_memory`.  Elsewhere, as in commands and in requests to the
gateway, a full server is an error like any other rejection.
"""

from __future__ import annotations

import contextlib
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

log = structlog.get_logger()

_STOP: Final[ContextVar[asyncio.Event | None]] = ContextVar("stop", default=None)


@contextlib.contextmanager
def waiting_for_memory(stop: asyncio.Event) -> Iterator[None]:
    """Let the steps of this task, and of the tasks it creates in the block, wait for memory until `stop` is set."""
    token = _STOP.set(stop)
    try:
        yield
    finally:
        _STOP.reset(token)


def memory_wait_stop() -> asyncio.Event | None:
    """Return the event until which steps of the current task wait for memory; None if they must not wait."""
    return _STOP.get()


class MemoryShortage:
    """Counts the steps of this process that wait for memory, and logs the first and the end of the last."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic, in seconds."""
        self._clock = clock
        self._since_s = 0.0
        self.waiting = 0
        """Number of steps that wait now."""

    @contextlib.contextmanager
    def step(self, server: str) -> Iterator[None]:
        """Count one step as waiting for the duration of the block; `server`: address of Redis, for the log."""
        if not self.waiting:
            self._since_s = self._clock()
            log.error("redis_full", detail=f"Redis at {server} has no memory left (maxmemory): waiting for room")
        self.waiting += 1
        try:
            yield
        finally:
            self.waiting -= 1
            if not self.waiting:
                log.warning("redis_not_full", waited_s=round(self._clock() - self._since_s, 1))


MEMORY_SHORTAGE: Final = MemoryShortage()
"""The steps of this process."""
