"""Signs of life of one service: each of its loops beats, and one that has been silent for too long is late.

A loop calls `beat` at every turn; a thread that answers health checks asks `late`.  So a loop that is wedged is told by
name, even where nothing in the event loop runs any more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker.schema.fleet import Trouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

MARGIN_S: Final = 15.0
"""On top of the longest that a part may rightly take: as long as Redis may be away (`streams.PATIENCE_S`)."""


class Part(Struct, frozen=True, kw_only=True):
    """One loop of a service."""

    limit_s: float
    """Longest silence."""
    vital: bool = False
    """Silent, it means that the service is wedged, not only that it can do no work now."""


class Pulse:
    """The parts of one service, and when each was heard last.  Read from any thread."""

    def __init__(self, parts: Mapping[str, Part] | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._parts: dict[str, Part] = {}
        self._heard: dict[str, float] = {}
        self._ended: frozenset[str] = frozenset()
        self.last_trouble: Trouble | None = None
        self.expect(parts or {})

    def expect(self, parts: Mapping[str, Part]) -> None:
        """Listen for these parts too, each as if it had been heard just now."""
        for name in parts:
            self.beat(name)
        self._parts = {**self._parts, **parts}

    def beat(self, name: str) -> None:
        """Note that the part lives; one that nobody expects is nobody's business."""
        self._heard[name] = self._clock()

    def end(self, name: str) -> None:
        """Note that the part has done its work, as the reader has in a drain: it is late from now on."""
        self._ended |= {name}

    def leave(self, name: str) -> None:
        """Listen for the part no more: it has ended for good, and the service goes on without it."""
        self._parts = {part: its for part, its in self._parts.items() if part != name}

    def trouble(self, what: str, reason: str, at: datetime) -> None:
        """Note what the service failed at last."""
        self.last_trouble = Trouble(at=at, what=what, reason=reason)

    def ages(self) -> dict[str, float]:
        """Return for each part the seconds since it was heard."""
        now = self._clock()
        return {name: now - self._heard[name] for name in self._parts}

    def limits(self) -> dict[str, float]:
        """Return for each part the longest that it may be silent."""
        return {name: part.limit_s for name, part in self._parts.items()}

    def late(self, *, vital_only: bool = False) -> dict[str, float]:
        """Return the parts that have been silent for too long, or have ended, with their ages."""
        parts = self._parts
        return {
            name: age
            for name, age in self.ages().items()
            if (name in self._ended or age > parts[name].limit_s) and (parts[name].vital or not vital_only)
        }
