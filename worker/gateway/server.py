"""The gateway on an address: the sockets, what comes on them that is no request, and the farewell."""

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

MOST_LINE_BYTES: Final = 64 << 10
"""Of a request's first line: a query may name many filters."""
MOST_HEADER_BYTES: Final = 8_190
"""Of one header."""
BACKLOG: Final = 1_024
"""Connections that wait to be taken: all clients of a gateway come back at once when it has been restarted."""
SILENT_S: Final = 75.0
"""A connection that has not made a request for so long is closed: whoever reuses them gives them up earlier."""
STOP_S: Final = 5.0
"""How long clients have to read the farewell."""


class HttpConnection(web.RequestHandler):
    """A connection that says of bytes which are no request what it says of requests, and logs nothing of them.

    aiohttp's own would show them in the log, and with them the tokens they may hold.
    """

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - aiohttp's signature
    ) -> web.StreamResponse:
        """Answer what could not be read; a client that has left is no error."""
        if isinstance(exc, ConnectionError) or request.writer.output_size:
            raise ConnectionResetError
        code = "internal" if status >= web.HTTPInternalServerError.status_code else _what_is_wrong(exc)
        request_id = uuid.uuid4().hex
        log.info("request unreadable", why=code, error=type(exc).__name__, request_id=request_id)
        response = problem_response(make_problem(code), request_id, {"X-Request-ID": request_id})
        response.force_close()
        return response

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """Say what kind of error it was."""
        log.warning("connection failed", what=str(args[0]) % args[1:], error=type(kw.get("exc_info")).__name__)


def _what_is_wrong(exc: BaseException | None) -> str:
    """Tell the code of the problem; the parser's error holds the limit that was passed."""
    if not isinstance(exc, LineTooLong):
        return "bad_request"
    return "address_too_long" if MOST_LINE_BYTES in exc.args else "headers_too_large"


async def serve_gateway(
    gateway: Gateway, host: str, port: int, stop: asyncio.Event, ready: Callable[[str], None]
) -> None:
    """Answer on an address until `stop` is set, then say farewell.  `ready` hears the address.

    Whoever listens to a stream is told, and has `STOP_S` to read it.  OSError where the address is taken.
    """
    runner = web.AppRunner(gateway.make_application(), handler_cancellation=True, shutdown_timeout=STOP_S)
    await runner.setup()
    try:
        listening = await asyncio.get_running_loop().create_server(_factory(runner), host, port, backlog=BACKLOG)
        try:
            ready(_address(listening))
            await gateway.run(stop)
        finally:
            gateway.streams.stop()
            await gateway.streams.gone(STOP_S)
            listening.close()
    finally:
        await runner.cleanup()


def _factory(runner: web.AppRunner) -> Callable[[], HttpConnection]:
    """Return what makes connections, in place of the server's own way."""
    server, loop = cast("web.Server", runner.server), asyncio.get_running_loop()  # there, since it has been set up
    limits: dict[str, Any] = {
        "access_log": None,
        "keepalive_timeout": SILENT_S,
        "max_line_size": MOST_LINE_BYTES,
        "max_field_size": MOST_HEADER_BYTES,
    }

    def connection() -> HttpConnection:
        return HttpConnection(server, loop=loop, **limits)

    return connection


def _address(listening: asyncio.Server) -> str:
    host, port = listening.sockets[0].getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
