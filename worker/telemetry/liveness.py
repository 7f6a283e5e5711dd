"""Liveness of the loops of one service.

Each loop records a heartbeat in every iteration.  The thread that serves health checks reads which loops are overdue,
so a wedged loop is reported by name even if the event loop itself is blocked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker.schema.fleet import LastError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

GRACE_S: Final = 15.0
"""Added to the longest regular iteration of a loop: the time for which calls to an unavailable Redis are retried
(`streams.retry.RETRY_TIMEOUT_S`)."""


class LoopSpec(Struct, frozen=True, kw_only=True):
    """Expected heartbeats of one loop of a service."""

    max_silence_s: float
    """Longest time between two heartbeats."""
    critical: bool = False
    """Whether the service has to be restarted if the loop is overdue; otherwise the service is only not ready."""


class LivenessMonitor:
    """The registered loops of one service and their last heartbeats.  Safe to read from any thread."""

    def __init__(
        self, loops: Mapping[str, LoopSpec] | None = None, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._loops: dict[str, LoopSpec] = {}
        self._last: dict[str, float] = {}
        self._ended: frozenset[str] = frozenset()
        self.last_error: LastError | None = None
        self.register(loops or {})

    def register(self, loops: Mapping[str, LoopSpec]) -> None:
        """Monitor these loops too; the time without a heartbeat counts from now on."""
        for name in loops:
            self.record_heartbeat(name)
        self._loops = {**self._loops, **loops}

    def record_heartbeat(self, name: str) -> None:
        """Record a heartbeat of a loop.  Loops that are not registered are not reported."""
        self._last[name] = self._clock()

    def mark_ended(self, name: str) -> None:
        """Report the loop as overdue from now on, because it has ended: so does the reader of a worker that drains."""
        self._ended |= {name}

    def unregister(self, name: str) -> None:
        """Stop monitoring a loop: it has ended, and the service continues without it."""
        self._loops = {loop: spec for loop, spec in self._loops.items() if loop != name}

    def record_error(self, subject: str, reason: str, at: datetime) -> None:
        """Keep the last failure of the service; the arguments are the fields of `LastError`."""
        self.last_error = LastError(at=at, subject=subject, reason=reason)

    def ages(self) -> dict[str, float]:
        """Return the seconds since the last heartbeat of each registered loop."""
        now = self._clock()
        return {name: now - self._last[name] for name in self._loops}

    def limits(self) -> dict[str, float]:
        """Return `max_silence_s` of each registered loop."""
        return {name: spec.max_silence_s for name, spec in self._loops.items()}

    def overdue(self, *, critical_only: bool = False) -> dict[str, float]:
        """Return the seconds since the last heartbeat of each loop that exceeds its limit or has ended."""
        loops = self._loops
        return {
            name: age
            for name, age in self.ages().items()
            if (name in self._ended or age > loops[name].max_silence_s) and (loops[name].critical or not critical_only)
        }
