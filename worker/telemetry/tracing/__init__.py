"""Spans: durations of work, exported as OpenTelemetry traces if its environment variables configure an exporter.

A span measures time even without an exporter; histograms and log lines take their durations from it.  OpenTelemetry
is imported by the modules `sdk` and `recorder` only, and those only if an exporter is configured.

The trace of a URL has the id that its log lines and events have (`Task.trace_id`).  Nothing of it is stored in the
queue:

    put          the root; its span id is derived from the trace id, so that any worker can compute it as the parent
    └ process    one per delivery, on any worker
      └ fetch, digest, settle…; `settle` is the parent named in the `traceparent` of the stream entries

A poll of a source is a trace of its own, since it leads to many URLs; each `put` has a link to it.
"""

from worker.telemetry.tracing.conventions import EnqueueSpan, poll_span, process_span, request_span, settle_span
from worker.telemetry.tracing.export import export_traces
from worker.telemetry.tracing.span import TraceSpan, record_finished, span

__all__ = [
    "EnqueueSpan",
    "TraceSpan",
    "export_traces",
    "poll_span",
    "process_span",
    "record_finished",
    "request_span",
    "settle_span",
    "span",
]
