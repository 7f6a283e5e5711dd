"""HTTP server of a service for /metrics, /healthz and /readyz, on a port of its own.

It runs in a thread, so that it answers even if the event loop is blocked.

    /healthz   200 while no critical loop is overdue; 503 lists the overdue ones: restart the service
    /readyz    200 while no loop is overdue, so that the service can work: Redis answers, and a worker reads
    /metrics   for Prometheus
"""

from __future__ import annotations

import contextlib
import socketserver
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import msgspec
import structlog

from worker.errors import UsageError
from worker.telemetry import metrics

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

    from worker.settings import MetricsSettings
    from worker.telemetry.liveness import LivenessMonitor

log = structlog.get_logger()

HttpReply = tuple[str, str, bytes]
"""Status line, Content-Type, body."""


@contextlib.contextmanager
def health_server(settings: MetricsSettings, liveness: LivenessMonitor) -> Iterator[int | None]:
    """Serve for the duration of the block; yield the port, or None if no port is set.

    UsageError if the server cannot listen on the port.
    """
    if settings.port is None:
        yield None
        return
    with _listen(settings.host, settings.port) as server:
        server.set_app(_HealthApp(liveness))
        threading.Thread(target=server.serve_forever, name="health", daemon=True).start()
        log.info("monitoring", host=settings.host, port=server.server_port)
        try:
            yield server.server_port
        finally:
            server.shutdown()


def _listen(host: str, port: int) -> _Server:
    try:
        return _Server((host, port), _Handler)
    except OSError as e:
        raise UsageError(f"cannot serve metrics on {host}, port {port}: {e.strerror}") from None


class _Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = True

    def server_bind(self) -> None:
        """Bind without the reverse DNS lookup of the base class, which can take seconds."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = cast("tuple[str, int]", self.server_address[:2])
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect."""


class _Handler(WSGIRequestHandler):
    timeout = 5.0
    """Seconds after which the connection of a client that sends nothing is closed."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Log nothing: these requests come every few seconds."""


class _HealthApp:
    """WSGI application with the three endpoints."""

    def __init__(self, liveness: LivenessMonitor) -> None:
        self._liveness = liveness

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status, content_type, body = self._reply(environ)
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _reply(self, environ: WSGIEnvironment) -> HttpReply:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return "405 Method Not Allowed", "text/plain", b"GET only\n"
        match environ["PATH_INFO"]:
            case "/metrics":
                body, content_type = metrics.exposition(environ.get("HTTP_ACCEPT", ""))
                return "200 OK", content_type, body
            case "/healthz":
                return self._health(critical_only=True)
            case "/readyz":
                return self._health(critical_only=False)
        return "404 Not Found", "text/plain", b"/metrics, /healthz, /readyz\n"

    def _health(self, *, critical_only: bool) -> HttpReply:
        """Return the reply of a health check: overdue loops, and seconds since the last heartbeat of every loop.

        `critical_only`: only critical loops count as overdue.
        """
        overdue = sorted(self._liveness.overdue(critical_only=critical_only))
        ages = {name: round(age, 1) for name, age in self._liveness.ages().items()}
        body = msgspec.json.encode({"status": "late" if overdue else "ok", "late": overdue, "heard_s_ago": ages})
        return ("503 Service Unavailable" if overdue else "200 OK"), "application/json", body + b"\n"
