"""Work as spans: how long each stage took, and, where an operator asks for traces, what OpenTelemetry is told of it.

A span is timed whether anybody listens or not: histograms and log lines take their seconds from here, too.
OpenTelemetry itself is imported by `sdk` and `recorder` only, and those where its standard variables ask for it.

A URL's trace has the id that its log lines and its events have (`Task.trace_id`).  Nothing of it stands in the queue:

    put          the root; its span id is made of the trace id, so whoever works on the task later knows its parent
    └ process    one for each delivery, on whichever worker that is
      └ admit, fetch, digest, settle…; `settle` is what the entries name in their `traceparent`

An asking of a source is a trace of its own, since it leads to many URLs; each `put` has a link to it.
"""

from worker.telemetry.tracing.conventions import EnqueueSpan, poll_span, process_span, request_span, settle_span
from worker.telemetry.tracing.export import export_traces
from worker.telemetry.tracing.span import Span, record_finished, span

__all__ = [
    "EnqueueSpan",
    "Span",
    "export_traces",
    "poll_span",
    "process_span",
    "record_finished",
    "request_span",
    "settle_span",
    "span",
]
