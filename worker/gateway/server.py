"""Listen on a socket: accept connections, answer unparsable requests, shut down gracefully."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING, Any, Final, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import LineTooLong

from worker.gateway.problems import make_problem, problem_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.gateway.app import Gateway

log = structlog.get_logger()

MAX_REQUEST_LINE_BYTES: Final = 64 << 10
"""Limit of the request line; a query may list many filter values."""
MAX_HEADER_BYTES: Final = 8_190
"""Limit of a single header field."""
BACKLOG: Final = 1_024
"""Length of the socket's accept queue: after a restart all clients reconnect at once."""
IDLE_TIMEOUT_S: Final = 75.0
"""Seconds after which a connection without a request is closed; clients that pool connections use shorter timeouts."""
SHUTDOWN_S: Final = 5.0
"""Time that clients of a live stream have to read the final frame at shutdown."""


class HttpConnection(web.RequestHandler):
    """Protocol handler that answers unparsable bytes with a problem document and keeps them out of the log.

    aiohttp's own handler would log the raw bytes, including any token in them.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's signature
    ) -> web.StreamResponse:
        """Respond to a request that could not be parsed; a client that disconnected is not an error."""
        if isinstance(exc, ConnectionError) or request.writer.output_size:
            raise ConnectionResetError
        code = "internal" if status >= web.HTTPInternalServerError.status_code else _problem_code(exc)
        request_id = uuid.uuid4().hex
        log.info("request unreadable", why=code, error=type(exc).__name__, request_id=request_id)
        response = problem_response(make_problem(code), request_id, {"X-Request-ID": request_id})
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Log the message and the class of the error only, since its text may hold bytes of the request."""
        log.warning("connection failed", what=str(args[0]) % args[1:], error=type(kw.get("exc_info")).__name__)


def _problem_code(exc: BaseException | None) -> str:
    """Return the problem code of a parser error; `LineTooLong` carries the limit that was exceeded."""
    if not isinstance(exc, LineTooLong):
        return "bad_request"
    return "address_too_long" if MAX_REQUEST_LINE_BYTES in exc.args else "headers_too_large"


async def serve_gateway(
    gateway: Gateway, host: str, port: int, stop: asyncio.Event, on_ready: Callable[[str], None]
) -> None:
    """Serve HTTP on `host` and `port` until `stop` is set, then close all live streams.

    Port 0 takes a free one.  `on_ready` is called with the URL once the socket listens.  At shutdown every live
    stream ends with an error frame, and clients have `SHUTDOWN_S` to read it.  Raises OSError if the address is in
    use.
    """
    runner = web.AppRunner(gateway.make_application(), handler_cancellation=True, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        server = await asyncio.get_running_loop().create_server(_protocol_factory(runner), host, port, backlog=BACKLOG)
        try:
            on_ready(_url(server))
            await gateway.run(stop)
        finally:
            gateway.streams.stop()
            await gateway.streams.wait_closed(SHUTDOWN_S)
            server.close()
    finally:
        await runner.cleanup()


def _protocol_factory(runner: web.AppRunner) -> Callable[[], HttpConnection]:
    """Return the factory that asyncio calls for every accepted connection."""
    server, loop = cast("web.Server", runner.server), asyncio.get_running_loop()  # not None after setup()
    limits: dict[str, Any] = {
        "access_log": None,
        "keepalive_timeout": IDLE_TIMEOUT_S,
        "max_line_size": MAX_REQUEST_LINE_BYTES,
        "max_field_size": MAX_HEADER_BYTES,
    }

    def connection() -> HttpConnection:
        return HttpConnection(server, loop=loop, **limits)

    return connection


def _url(server: asyncio.Server) -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
