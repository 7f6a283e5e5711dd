"""A span: a stretch of work, timed here once for histogram, log line and trace."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from worker.errors import Failure, NotYet

Kind = Literal["internal", "client", "producer", "consumer"]
"""OpenTelemetry's kinds of spans, without that of a server."""
Value = str | int | float | bool
Attributes = Mapping[str, Value | None]
"""None: there is no such attribute."""


class Origin(Struct, frozen=True, kw_only=True):
    """Where a span belongs, if not below the one that is open around it."""

    trace_id: str
    """32 hex digits."""
    root_id: str
    """16 hex digits: the span that the trace begins with."""
    is_root: bool = False
    """It is that span; else it is below it, which may have been another process's."""


class Recording(Protocol):
    """One span as OpenTelemetry has it."""

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, reason: str, detail: str) -> None:
        """Set its status to error."""

    def traceparent(self) -> str:
        """Return its context as W3C Trace Context spells it."""

    def close(self, end_ns: int) -> None:
        """End it, at that Unix time in ns."""


class Recorder(Protocol):
    """Who makes recordings of spans: `worker.telemetry.tracing.recorder.Recorder`."""

    def open(self, name: str, kind: Kind, start_ns: int, origin: Origin | None) -> Recording:
        """Begin a recording; it is the current one of this asyncio task until it is closed."""


class _active:
    """Who is told of this process's spans, if anybody."""

    recorder: Recorder | None = None


class Span:
    """A stretch of work under way: knows how long it takes; the rest is for traces, and costs nothing without."""

    __slots__ = ("_began_ns", "_recording", "_start_ns", "_took_ns")

    def __init__(self, name: str, kind: Kind = "internal", origin: Origin | None = None) -> None:
        self._start_ns = time.time_ns()
        self._began_ns = time.perf_counter_ns()
        self._took_ns: int | None = None
        recorder = _active.recorder
        self._recording = recorder.open(name, kind, self._start_ns, origin) if recorder else None

    def set(self, attributes: Attributes) -> None:
        """Tell more of what is done here."""
        if self._recording:
            self._recording.set(attributes)

    def failed(self, failure: Exception) -> None:
        """Tell why it failed; our own politeness is no error."""
        if self._recording is None:
            return
        if isinstance(failure, NotYet):
            self._recording.set({"communique.reason": failure.reason, "communique.wait_s": failure.wait_s})
        elif isinstance(failure, Failure):
            self._recording.fail(failure.reason, failure.detail)
        else:
            self._recording.fail(type(failure).__qualname__, str(failure))

    def traceparent(self) -> str | None:
        """Return what lets others go on from here (W3C Trace Context), None where no traces are made."""
        return self._recording.traceparent() if self._recording else None

    def stop(self) -> float:
        """Stop the clock, once, and return the seconds."""
        if self._took_ns is None:
            self._took_ns = time.perf_counter_ns() - self._began_ns
        return self._took_ns / 1e9

    def close(self) -> None:
        """End it: when the clock was stopped, or now."""
        self.stop()
        if self._recording:
            self._recording.close(self._start_ns + (self._took_ns or 0))


@contextlib.contextmanager
def span(
    name: str, kind: Kind = "internal", attributes: Attributes | None = None, *, origin: Origin | None = None
) -> Iterator[Span]:
    """Time the block; an exception that leaves it is told and goes on."""
    it = Span(name, kind, origin)
    if attributes:
        it.set(attributes)
    try:
        yield it
    except asyncio.CancelledError:  # drained, lost to another worker, or out of time, which is told further out
        it.set({"communique.outcome": "cancelled"})
        raise
    except Exception as failure:
        it.failed(failure)
        raise
    finally:
        it.close()


def record_finished(
    name: str, kind: Kind, start_ns: int, end_ns: int, attributes: Attributes, *, origin: Origin | None = None
) -> None:
    """Tell of a stretch of work that is over, timed elsewhere, in Unix ns."""
    if recorder := _active.recorder:
        recording = recorder.open(name, kind, start_ns, origin)
        recording.set(attributes)
        recording.close(end_ns)


def is_recorded() -> bool:
    """Tell whether anybody is told of spans."""
    return _active.recorder is not None


@contextlib.contextmanager
def recording_to(recorder: Recorder | None) -> Iterator[None]:
    """Let all spans of the process be recorded while the block lasts."""
    before, _active.recorder = _active.recorder, recorder
    try:
        yield
    finally:
        _active.recorder = before
