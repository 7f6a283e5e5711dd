"""The spans of ours that OpenTelemetry has names for, with its attributes (semantic conventions, HTTP and messaging).

What it has no name for begins with `communique.`.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from urllib.parse import urlsplit

from worker.schema import Task, hash_id
from worker.telemetry.tracing.span import Attributes, Kind, Origin, Span, is_recorded, record_finished, span

SYSTEM = "redis"
"""`messaging.system`: the conventions list none for Redis Streams, and let it be named."""


def request_span(url: str, resent: int = 0) -> AbstractContextManager[Span]:
    """Span of one HTTP request, a hop; `resent` counts the redirects that led to it."""
    about = {"http.request.method": "GET", **_address(url), "http.request.resend_count": resent or None}
    return span("GET", "client", about)


def poll_span(source: str, url: str) -> AbstractContextManager[Span]:
    """Span of one asking of a source."""
    return span("ask source", "internal", {"communique.source": source, **_address(url)})


def process_span(task: Task, stream: str, group: str, consumer: str) -> AbstractContextManager[Span]:
    """Span of the work on one delivery: in the task's trace, below its put, in which process that ever was."""
    about = {
        **_operation("process", "process", stream),
        "messaging.consumer.group.name": group,
        "messaging.client.id": consumer,
        **_task(task),
        "communique.attempt": task.attempt,
    }
    return span(f"process {stream}", "consumer", about, origin=_origin(task))


def settle_span(operation: str, stream: str, kind: Kind = "client") -> AbstractContextManager[Span]:
    """Span of one way out of a delivery: settle, put_off or bury.

    `settle` is of the kind "producer": the same step adds the entries, and their readers go on from this span.
    """
    return span(f"{operation} {stream}", kind, _operation(operation, "settle", stream))


class EnqueueSpan:
    """Tasks on their way into the queue, timed from here on."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._start_ns = time.time_ns()

    def done(self, tasks: Iterable[Task]) -> None:
        """Tell of those that went in: each begins a trace."""
        if not is_recorded():
            return
        end_ns = time.time_ns()
        for task in tasks:
            about = {**_operation("put", "send", self._stream), **_task(task)}
            origin = _origin(task, is_root=True)
            record_finished(f"put {self._stream}", "producer", self._start_ns, end_ns, about, origin=origin)


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
    except ValueError:  # a URL that is none is found out by whoever asks for it
        return {"url.full": url}
    return {"url.full": url, "server.address": parts.hostname, "server.port": port}
