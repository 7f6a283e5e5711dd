"""Recording of spans with the OpenTelemetry SDK: their trace, their ids, and whether they are sampled."""

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
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from worker.telemetry.tracing.span import Attributes, AttributeValue, Origin, SpanKind

MAX_STATUS_LENGTH: Final = 1_000

OTEL_KINDS: Final[dict[SpanKind, trace.SpanKind]] = {
    "internal": trace.SpanKind.INTERNAL,
    "client": trace.SpanKind.CLIENT,
    "producer": trace.SpanKind.PRODUCER,
    "consumer": trace.SpanKind.CONSUMER,
}


class OtelRecorder:
    """Starts a span of the SDK for each span of the process; the SDK's sampler decides which are exported."""

    def __init__(self, provider: TracerProvider, ids: TraceIdGenerator, version: str) -> None:
        """`version`: that of the instrumentation.  `provider`: creates the spans, with the id generator `ids`."""
        self._sampler = provider.sampler
        self._ids = ids
        self._tracer = provider.get_tracer("communique", version)

    def open(self, name: str, kind: SpanKind, start_ns: int, origin: Origin | None) -> OtelRecording:
        """Start a span, make it the current one and return its recording.

        Without `origin` it is a child of the current span.  A root gets the ids of its origin and a link to the current
        span.
        """
        otel_kind = OTEL_KINDS[kind]
        if origin is None:
            return OtelRecording(self._tracer.start_span(name, kind=otel_kind, start_time=start_ns))
        if not origin.is_root:
            parent = self._root_context(origin, name)
            return OtelRecording(self._tracer.start_span(name, parent, otel_kind, start_time=start_ns))
        current = trace.get_current_span().get_span_context()
        links = [trace.Link(current)] if current.is_valid else []
        with self._ids.use(origin):
            return OtelRecording(self._tracer.start_span(name, Context(), otel_kind, links=links, start_time=start_ns))

    def _root_context(self, origin: Origin, name: str) -> Context:
        """Return the context of a root span that another process recorded, or that was not sampled.

        The sampling decision is not transmitted but computed again from the trace id: services with the same
        variables decide alike.
        """
        trace_id = int(origin.trace_id, 16)
        decided = self._sampler.should_sample(Context(), trace_id, name)
        sampled = decided.decision is Decision.RECORD_AND_SAMPLE
        flags = TraceFlags(TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT)
        root = SpanContext(trace_id, int(origin.root_id, 16), is_remote=True, trace_flags=flags)
        return trace.set_span_in_context(NonRecordingSpan(root), Context())


class OtelRecording:
    """One span of the SDK, current in its asyncio task until it is closed."""

    def __init__(self, live: trace.Span) -> None:
        self._live = live
        self._token = attach(trace.set_span_in_context(live))

    def set(self, attributes: Attributes) -> None:
        """Add the attributes that have a value."""
        self._live.set_attributes({name: _encodable(value) for name, value in attributes.items() if value is not None})

    def fail(self, reason: str, detail: str) -> None:
        """Set the status to error, and `error.type` to `reason`, the code used in logs and metrics."""
        self._live.set_attribute("error.type", reason)
        description = f"{reason}: {detail}" if detail else reason
        self._live.set_status(Status(StatusCode.ERROR, str(_encodable(description[:MAX_STATUS_LENGTH]))))

    def traceparent(self) -> str:
        """Return the span's context as the value of a W3C `traceparent` header, with its sampled flag."""
        it = self._live.get_span_context()
        return f"00-{it.trace_id:032x}-{it.span_id:016x}-{int(it.trace_flags.sampled):02x}"

    def close(self, end_ns: int) -> None:
        """End the span at that Unix time in nanoseconds."""
        detach(self._token)
        self._live.end(end_ns)


def _encodable(value: AttributeValue) -> AttributeValue:
    """Replace lone surrogates in a string: protobuf would reject the whole batch because of one."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


class TraceIdGenerator(RandomIdGenerator):
    """Random ids, except for the root span of a URL's trace, whose ids are given."""

    def __init__(self) -> None:
        self._origin: ContextVar[Origin | None] = ContextVar("origin", default=None)

    @contextlib.contextmanager
    def use(self, origin: Origin) -> Iterator[None]:
        """Use the ids of `origin` for spans that are started in the block."""
        token = self._origin.set(origin)
        try:
            yield
        finally:
            self._origin.reset(token)

    def generate_trace_id(self) -> int:
        """Return a trace id of 128 bits: that of `origin` within `use`, else a random one.

        The ids of origins come from SHA-256, so ratio samplers may rely on their lower half.
        """
        origin = self._origin.get()
        return int(origin.trace_id, 16) if origin else super().generate_trace_id()

    def generate_span_id(self) -> int:
        """Return a span id of 64 bits: the root id of `origin` within `use`, else a random one."""
        origin = self._origin.get()
        return int(origin.root_id, 16) if origin else super().generate_span_id()
