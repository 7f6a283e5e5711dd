"""Cross-origin requests: which other origins may read responses (CORS) and open WebSockets."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web

PREFLIGHT_MAX_AGE_S: Final = 86_400
"""How long a browser may cache the result of a preflight."""
EXPOSED_HEADERS: Final = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
PREFLIGHT_HEADERS: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Request-ID",
    "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
}


def is_websocket_upgrade(request: web.BaseRequest) -> bool:
    """Tell whether the request asks to upgrade the connection to a WebSocket (RFC 6455)."""
    return request.method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket"


def is_preflight(request: web.BaseRequest) -> bool:
    """Tell whether the request is a CORS preflight."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def preflight_response() -> web.Response:
    """Return the empty response to a CORS preflight; `CorsPolicy.add_headers` sets its headers."""
    return web.Response(status=HTTPStatus.NO_CONTENT)


class CorsPolicy:
    """The other origins whose pages may use the API."""

    def __init__(self, origins: str | None) -> None:
        """`origins`: those allowed, separated by spaces; "*" allows every origin, None or "" no foreign origin."""
        self._origins = frozenset((origins or "").split())

    def may_open_websocket(self, request: web.Request) -> bool:
        """Return whether to accept a WebSocket upgrade: browsers apply no CORS check to it.

        True for any other request, for a client that sends no Origin, and for a page of this host or an allowed origin.
        """
        origin = request.headers.get("Origin")
        if origin is None or not is_websocket_upgrade(request) or self._is_allowed(origin):
            return True
        return origin.partition("://")[2] == request.host

    def add_headers(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Add the CORS headers that let pages of the allowed origins read the response."""
        if not self._origins:
            return
        response.headers.add("Vary", "Origin")  # on every response: a cached one must not serve another origin
        origin = request.headers.get("Origin")
        if origin is None or not self._is_allowed(origin):
            return
        response.headers["Access-Control-Allow-Origin"] = "*" if "*" in self._origins else origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        if is_preflight(request):
            response.headers.update(PREFLIGHT_HEADERS)

    def _is_allowed(self, origin: str) -> bool:
        return not self._origins.isdisjoint({"*", origin})
