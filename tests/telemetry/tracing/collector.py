"""An OpenTelemetry collector on loopback that stores spans received by OTLP over HTTP, and can be slow or broken."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


class ReceivedSpan(Struct, frozen=True, kw_only=True):
    """A span as received."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    """Empty for a root."""
    links: list[str]
    """Trace ids of the linked spans."""
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    error: str | None
    """Description of the error status; None without an error."""

    @property
    def took_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


class Collector:
    """The received spans, and how requests are answered."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[ReceivedSpan] = []
        self.requests = 0
        self.status = 200
        self.awake = threading.Event()
        """While cleared, requests are not answered."""
        self.awake.set()

    def receive(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _plain(resource.resource.attributes)["service.name"]
            self.spans += [_received(service, span) for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> list[ReceivedSpan]:
        return sorted((s for s in self.spans if s.name.split(" ")[0] == name), key=lambda s: s.start_ns)

    def child_names(self, parent: ReceivedSpan) -> list[str]:
        """Return the names of the direct children of a span, in the order of their start."""
        found = sorted((s for s in self.spans if s.parent_id == parent.span_id), key=lambda s: s.start_ns)
        return [s.name.split(" ")[0] for s in found]


@contextlib.contextmanager
def running_collector() -> Iterator[Collector]:
    """Serve in threads, because the flush at the end of tracing may block the event loop of the test."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            collector.requests += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.awake.wait(60)
            if collector.status == 200:
                collector.receive(body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        collector.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield collector
        collector.awake.set()
        server.shutdown()


def _received(service: str, span: Any) -> ReceivedSpan:
    return ReceivedSpan(
        service=service,
        name=span.name,
        kind=KINDS[span.kind],
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        links=[link.trace_id.hex() for link in span.links],
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        attributes=_plain(span.attributes),
        error=span.status.message if span.status.code == 2 else None,
    )


def _plain(attributes: Any) -> dict[str, Any]:
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}
