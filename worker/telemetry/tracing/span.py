"""Spans: work that is timed once, for histogram, log line and trace."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator, Mapping
from typing import Literal, Protocol

from msgspec import Struct

from worker.errors import Failure, NotYet

SpanKind = Literal["internal", "client", "producer", "consumer"]
"""The span kinds of OpenTelemetry that are used here."""
AttributeValue = str | int | float | bool
Attributes = Mapping[str, AttributeValue | None]
"""Attributes by name; an attribute with the value None is left out."""


class Origin(Struct, frozen=True, kw_only=True):
    """Position of a span in its trace, for a span that is not a child of the current span."""

    trace_id: str
    """32 hex digits."""
    root_id: str
    """16 hex digits: id of the root span of the trace."""
    is_root: bool = False
    """Whether the span is the root; otherwise it is a child of the root, which another process may have recorded."""


class SpanRecording(Protocol):
    """One span of an OpenTelemetry tracer."""

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""

    def fail(self, reason: str, detail: str) -> None:
        """Set the status to error."""

    def traceparent(self) -> str:
        """Return the span's context as the value of a W3C `traceparent` header."""

    def close(self, end_ns: int) -> None:
        """End the span at that Unix time in nanoseconds."""


class SpanRecorder(Protocol):
    """Factory of recordings: `worker.telemetry.tracing.recorder.OtelRecorder`."""

    def open(self, name: str, kind: SpanKind, start_ns: int, origin: Origin | None) -> SpanRecording:
        """Start a span and return its recording; the span is the current one of this asyncio task until `close`.

        `start_ns`: Unix time in nanoseconds.  `origin`: its position in the trace; None makes it a child of the current
        span.
        """


class _Active:
    """Recorder of this process's spans; None while they are only timed."""

    recorder: SpanRecorder | None = None


_active = _Active()


class TraceSpan:
    """An open span.  It always measures time; everything else has an effect only while spans are recorded."""

    __slots__ = ("_began_ns", "_recording", "_start_ns", "_took_ns")

    def __init__(self, name: str, kind: SpanKind = "internal", origin: Origin | None = None) -> None:
        self._start_ns = time.time_ns()
        self._began_ns = time.perf_counter_ns()
        self._took_ns: int | None = None
        recorder = _active.recorder
        self._recording = recorder.open(name, kind, self._start_ns, origin) if recorder else None

    def set(self, attributes: Attributes) -> None:
        """Add attributes."""
        if self._recording:
            self._recording.set(attributes)

    def failed(self, failure: Exception) -> None:
        """Record why the work failed; NotYet, a wait for politeness, is not an error."""
        if self._recording is None:
            return
        if isinstance(failure, NotYet):
            self._recording.set({"communique.reason": failure.reason, "communique.wait_s": failure.wait_s})
        elif isinstance(failure, Failure):
            self._recording.fail(failure.reason, failure.detail)
        else:
            self._recording.fail(type(failure).__qualname__, str(failure))

    def traceparent(self) -> str | None:
        """Return the W3C `traceparent` for spans that continue from here; None if spans are not recorded."""
        return self._recording.traceparent() if self._recording else None

    def stop(self) -> float:
        """Stop the clock at the first call, and return the duration in seconds."""
        if self._took_ns is None:
            self._took_ns = time.perf_counter_ns() - self._began_ns
        return self._took_ns / 1e9

    def close(self) -> None:
        """End the span, at the time of the first `stop` if it was called, else now."""
        self.stop()
        if self._recording:
            self._recording.close(self._start_ns + (self._took_ns or 0))


@contextlib.contextmanager
def span(
    name: str, kind: SpanKind = "internal", attributes: Attributes | None = None, *, origin: Origin | None = None
) -> Iterator[TraceSpan]:
    """Open a span for the duration of the block; an exception that leaves the block is recorded and propagates.

    `origin` None makes the span a child of the current span.
    """
    it = TraceSpan(name, kind, origin)
    if attributes:
        it.set(attributes)
    try:
        yield it
    except asyncio.CancelledError:  # drained, claimed elsewhere, or timed out: the enclosing span has the reason
        it.set({"communique.outcome": "cancelled"})
        raise
    except Exception as failure:
        it.failed(failure)
        raise
    finally:
        it.close()


def record_finished(
    name: str, kind: SpanKind, start_ns: int, end_ns: int, attributes: Attributes, *, origin: Origin | None = None
) -> None:
    """Record a span of work that is over and was timed elsewhere, between two Unix times in nanoseconds."""
    if recorder := _active.recorder:
        recording = recorder.open(name, kind, start_ns, origin)
        recording.set(attributes)
        recording.close(end_ns)


def is_recorded() -> bool:
    """Return whether the spans of this process are recorded."""
    return _active.recorder is not None


@contextlib.contextmanager
def record_spans_to(recorder: SpanRecorder | None) -> Iterator[None]:
    """Record all spans of the process with `recorder` for the duration of the block; None: record no spans."""
    before, _active.recorder = _active.recorder, recorder
    try:
        yield
    finally:
        _active.recorder = before
