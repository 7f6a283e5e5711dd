"""Pages of other origins: which may ask (CORS), and which may open a WebSocket."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from aiohttp import web

PREFLIGHT_S: Final = 86_400
"""How long a browser may remember what it was told."""
EXPOSED: Final = "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, X-Request-ID"
ALLOWED: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Last-Event-ID, X-Request-ID",
    "Access-Control-Max-Age": str(PREFLIGHT_S),
}


def is_websocket_upgrade(request: web.BaseRequest) -> bool:
    """Tell whether the connection is to become a WebSocket."""
    return request.method == "GET" and request.headers.get("Upgrade", "").lower() == "websocket"


def preflight_response(request: web.BaseRequest) -> web.Response | None:
    """Answer a browser that asks whether it may ask; what it is told stands in the headers that `Origins` adds."""
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return web.Response(status=HTTPStatus.NO_CONTENT)
    return None


class CorsPolicy:
    """The origins whose pages may ask besides our own."""

    def __init__(self, named: str | None) -> None:
        """Allow the origins named, with blanks between; `*`: all."""
        self._named = frozenset((named or "").split())

    def may_open_socket(self, request: web.Request) -> bool:
        """Tell whether the page that asks, if it is one, is ours or allowed: browsers ask CORS of no WebSocket."""
        origin = request.headers.get("Origin")
        if origin is None or not is_websocket_upgrade(request) or self._allow(origin):
            return True
        return origin.partition("://")[2] == request.host

    def add_headers(self, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Let pages of the origins named see the answer."""
        if not self._named:
            return
        response.headers.add("Vary", "Origin")  # who asks without one is not answered for those who have one
        origin = request.headers.get("Origin")
        if origin is None or not self._allow(origin):
            return
        response.headers["Access-Control-Allow-Origin"] = "*" if "*" in self._named else origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if preflight_response(request):
            response.headers.update(ALLOWED)

    def _allow(self, origin: str) -> bool:
        return not self._named.isdisjoint({"*", origin})
