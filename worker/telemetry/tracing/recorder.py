"""Our spans as OpenTelemetry's SDK makes them: in which trace, with which ids, and whether they are sampled."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context, attach, detach
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import Decision
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from worker.telemetry.tracing.span import Attributes, Kind, Origin, Value

DETAIL_LENGTH: Final = 1_000

KINDS: Final[dict[Kind, SpanKind]] = {
    "internal": SpanKind.INTERNAL,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}


class Recorder:
    """Makes a recording of every span, or of those that the sampler chooses."""

    def __init__(self, provider: TracerProvider, ids: Ids, version: str) -> None:
        self._sampler = provider.sampler
        self._ids = ids
        self._tracer = provider.get_tracer("communique", version)

    def open(self, name: str, kind: Kind, start_ns: int, origin: Origin | None) -> Recording:
        """Begin a span below the current one, or where it has its origin, and make it the current one."""
        if origin is None:
            return Recording(self._tracer.start_span(name, kind=KINDS[kind], start_time=start_ns))
        if not origin.is_root:
            below = self._below(origin, name)
            return Recording(self._tracer.start_span(name, below, KINDS[kind], start_time=start_ns))
        here = trace.get_current_span().get_span_context()
        links = [trace.Link(here)] if here.is_valid else []
        with self._ids.given(origin):
            return Recording(self._tracer.start_span(name, Context(), KINDS[kind], links=links, start_time=start_ns))

    def _below(self, origin: Origin, name: str) -> Context:
        """Return the context of a root that another process made, or that was never sampled.

        Whether it was does not travel either: it follows from the trace id.  The sampler is asked what it said of the
        root, or would have said; all services with the same variables give the same answer.
        """
        trace_id = int(origin.trace_id, 16)
        decided = self._sampler.should_sample(Context(), trace_id, name)
        sampled = decided.decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        root = SpanContext(trace_id, int(origin.root_id, 16), is_remote=True, trace_flags=flags)
        return trace.set_span_in_context(NonRecordingSpan(root), Context())


class Recording:
    """One span, current in its asyncio task until it is closed."""

    def __init__(self, live: trace.Span) -> None:
        self._live = live
        self._token = attach(trace.set_span_in_context(live))

    def set(self, attributes: Attributes) -> None:
        """Add those attributes that have a value."""
        self._live.set_attributes({name: _spelt(value) for name, value in attributes.items() if value is not None})

    def fail(self, reason: str, detail: str) -> None:
        """Set the status to error; `reason` is the class of it, as in logs and metrics."""
        self._live.set_attribute("error.type", reason)
        words = f"{reason}: {detail}" if detail else reason
        self._live.set_status(Status(StatusCode.ERROR, str(_spelt(words[:DETAIL_LENGTH]))))

    def traceparent(self) -> str:
        """Return the span's context as W3C Trace Context spells it; the flag says whether it was sampled."""
        it = self._live.get_span_context()
        return f"00-{it.trace_id:032x}-{it.span_id:016x}-{int(it.trace_flags.sampled):02x}"

    def close(self, end_ns: int) -> None:
        """End it."""
        detach(self._token)
        self._live.end(end_ns)


def _spelt(value: Value) -> Value:
    """Return a value that protobuf can hold: one lone surrogate, and a whole batch would be refused."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


class Ids(RandomIdGenerator):
    """Random ids, but for the span that a URL's trace begins with."""

    def __init__(self) -> None:
        self._given: ContextVar[Origin | None] = ContextVar("given", default=None)

    @contextlib.contextmanager
    def given(self, origin: Origin) -> Iterator[None]:
        """Give the span that is started now these ids."""
        token = self._given.set(origin)
        try:
            yield
        finally:
            self._given.reset(token)

    def generate_trace_id(self) -> int:
        """Return 128 bits; ours are of SHA-256, so samplers that go by their lower half are right to."""
        origin = self._given.get()
        return int(origin.trace_id, 16) if origin else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return 64 bits."""
        origin = self._given.get()
        return int(origin.root_id, 16) if origin else super().generate_span_id()
