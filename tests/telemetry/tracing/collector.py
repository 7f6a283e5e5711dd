"""An OpenTelemetry collector on loopback: takes OTLP over HTTP and keeps the spans; may also be slow or broken."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from msgspec import Struct
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")


class Seen(Struct, frozen=True, kw_only=True):
    """A span as it arrived."""

    service: str
    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    """Empty for a root."""
    links: list[str]
    """Trace ids of what it has links to."""
    start_ns: int
    end_ns: int
    attributes: dict[str, Any]
    error: str | None
    """What its status says, None where that is no error."""

    @property
    def took_s(self) -> float:
        return (self.end_ns - self.start_ns) / 1e9


class Collector:
    """What was sent to it, and how it answers."""

    def __init__(self) -> None:
        self.url = ""
        self.spans: list[Seen] = []
        self.asked = 0
        self.status = 200
        self.awake = threading.Event()
        """Cleared, it takes a request and does not answer."""
        self.awake.set()

    def take(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = _plain(resource.resource.attributes)["service.name"]
            self.spans += [_seen(service, span) for scope in resource.scope_spans for span in scope.spans]

    def named(self, name: str) -> list[Seen]:
        return sorted((s for s in self.spans if s.name.split(" ")[0] == name), key=lambda s: s.start_ns)

    def below(self, parent: Seen) -> list[str]:
        """Names of the spans right below one, in the order in which they began."""
        found = sorted((s for s in self.spans if s.parent_id == parent.span_id), key=lambda s: s.start_ns)
        return [s.name.split(" ")[0] for s in found]


@contextlib.contextmanager
def collecting() -> Iterator[Collector]:
    """Serve in threads of its own: whoever flushes at its end may block its event loop for a moment."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            collector.asked += 1
            body = self.rfile.read(int(self.headers["Content-Length"]))
            collector.awake.wait(60)
            if collector.status == 200:
                collector.take(body)
            self.send_response(collector.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        collector.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield collector
        collector.awake.set()
        server.shutdown()


def _seen(service: str, span: Any) -> Seen:
    return Seen(
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
