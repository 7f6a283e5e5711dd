"""Spans with the names and attributes of OpenTelemetry's semantic conventions for HTTP and messaging.

Attributes without a convention begin with `communique.`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from worker.schema import Task, hash_id
from worker.telemetry.tracing.span import (
    Attributes,
    Origin,
    SpanKind,
    TraceSpan,
    is_recorded,
    record_finished,
    span,
)

SYSTEM = "redis"
"""`messaging.system`: the conventions define no value for Redis Streams and allow custom ones."""


def request_span(url: str, resent: int = 0) -> AbstractContextManager[TraceSpan]:
    """Open and return the span of one HTTP GET request.

    `resent`: number of redirects that led to the request.
    """
    attributes = {"http.request.method": "GET", **_address(url), "http.request.resend_count": resent or None}
    return span("GET", "client", attributes)


def poll_span(source: str, url: str) -> AbstractContextManager[TraceSpan]:
    """Open the span of one poll of a source."""
    return span("poll source", "internal", {"communique.source": source, **_address(url)})


def process_span(task: Task, stream: str, group: str, consumer: str) -> AbstractContextManager[TraceSpan]:
    """Open the span of one delivery, in the task's trace, as a child of the `put` that any process may have made."""
    attributes = {
        **_operation("process", "process", stream),
        "messaging.consumer.group.name": group,
        "messaging.client.id": consumer,
        **_task(task),
        "communique.attempt": task.attempt,
    }
    return span(f"process {stream}", "consumer", attributes, origin=_origin(task))


def settle_span(operation: str, stream: str, kind: SpanKind = "client") -> AbstractContextManager[TraceSpan]:
    """Open the span of the end of a delivery; `operation` is settle, put_back, retry_later or dead_letter.

    A `settle` has the kind "producer", because the same step adds the stream entries, whose readers continue the trace
    from this span.
    """
    return span(f"{operation} {stream}", kind, _operation(operation, "settle", stream))


class EnqueueSpan:
    """Timer of one call that enqueues tasks, which records a span for each task that was added."""

    def __init__(self, stream: str) -> None:
        """`stream`: key of the stream.  The timer starts at once."""
        self._stream = stream
        self._start_ns = time.time_ns()

    def done(self, tasks: Iterable[Task]) -> None:
        """Record the root span of the trace of each task that was added."""
        if not is_recorded():
            return
        end_ns = time.time_ns()
        for task in tasks:
            attributes = {**_operation("put", "send", self._stream), **_task(task)}
            origin = _origin(task, is_root=True)
            record_finished(f"put {self._stream}", "producer", self._start_ns, end_ns, attributes, origin=origin)


def _origin(task: Task, *, is_root: bool = False) -> Origin:
    trace_id = task.trace_id
    return Origin(trace_id=trace_id, root_id=hash_id("put", trace_id)[:16], is_root=is_root)


def _task(task: Task) -> Attributes:
    return {"messaging.message.id": task.id, "communique.source": task.source, **_address(task.url)}


def _operation(name: str, kind: str, stream: str) -> Attributes:
    return {
        "messaging.system": SYSTEM,
        "messaging.operation.name": name,
        "messaging.operation.type": kind,
        "messaging.destination.name": stream,
    }


def _address(url: str) -> Attributes:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:  # a malformed URL; the request will fail
        return {"url.full": url}
    return {"url.full": url, "server.address": parts.hostname, "server.port": port}
