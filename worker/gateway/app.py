"""The gateway put together: routes, what every request goes through, and its life from bind to farewell."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import web
from msgspec import Struct
from redis.exceptions import RedisError

from worker import metrics
from worker.gateway import site
from worker.gateway.articles import Articles
from worker.gateway.asyncapi import make_asyncapi
from worker.gateway.auth import Auth, Scope, check_open, load_tokens
from worker.gateway.events import Events
from worker.gateway.figures import Figures
from worker.gateway.history import History
from worker.gateway.hub import BLOCK_S, Hub
from worker.gateway.limits import Limits, caller_of, retry_after
from worker.gateway.lookup import Lookup
from worker.gateway.openapi import make_openapi
from worker.gateway.problems import Refusal, answer, make_problem
from worker.gateway.status import StatusView
from worker.gateway.stream import Streams, asks_for_websocket
from worker.pulse import MARGIN_S, Part, Pulse
from worker.queue import UrlQueue
from worker.schema import event_schema
from worker.settings import Settings
from worker.streams import connect

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BODY_BYTES: Final = 4 << 20
MOST_LINE_BYTES: Final = 64 << 10
"""Of a request's first line: a query may name many filters."""
STOP_S: Final = 5.0
"""How long clients have to read the farewell."""
PREFLIGHT_S: Final = 86_400
asked_as: ContextVar[str] = ContextVar("asked_as", default="")
"""Id of the request that is being answered."""
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
ID: Final = "{id:[0-9a-f]{32}}"
READER: Final = "reader"
GATEWAY_PARTS: Final = {READER: Part(limit_s=BLOCK_S + MARGIN_S)}
"""What of the gateway turns, for its `Pulse`."""
OPEN: Final = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by those who watch us: never limited, and logged only when they fail."""


class Route(Struct, frozen=True):
    """One thing that can be asked."""

    method: str
    path: str
    handler: Handler
    scope: Scope | None
    """What a token must allow; None: none is needed."""


class Gateway:
    """Everything that answers, and the reader that feeds it."""

    def __init__(self, settings: Settings, redis_url: str, pulse: Pulse) -> None:
        """Connect lazily.  UsageError where the tokens file or the URL is wrong."""
        self.figures = Figures()
        metrics.GATEWAY.watch(self.figures)  # shown on the metrics port, which strangers do not reach
        self.hub = Hub(redis_url, settings.key_prefix, self.figures, lambda: pulse.beat(READER))
        self._settings = settings
        self._client = connect(redis_url)
        self._queue = UrlQueue(redis_url, settings)
        self._auth = Auth(load_tokens(settings.gateway_tokens))
        self._limits = Limits(settings.gateway_rate_per_s, settings.gateway_burst, time.monotonic)
        self._origins = frozenset((settings.gateway_origins or "").split())
        self._scopes: dict[tuple[str, str], Scope | None] = {}
        self._history = History(self._client, settings.key_prefix)
        self.streams = Streams(
            self.hub,
            self._history,
            self.figures,
            most=settings.gateway_clients,
            buffer_bytes=settings.gateway_buffer_bytes,
            heartbeat_s=settings.gateway_heartbeat_s,
        )

    # ------------------------------------------------------------ life
    async def run(self, stop: asyncio.Event) -> None:
        """Read the streams until `stop` is set; a Redis that stays away ends it loudly."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.streams.beat(stop))
            try:
                await self.hub.run(stop)
            finally:
                stop.set()

    async def open(self) -> None:
        """Check the server and find the present."""
        await self.hub.open()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.hub.aclose()
        await self._queue.aclose()
        await self._client.aclose()

    # ------------------------------------------------------------ what can be asked
    def app(self) -> web.Application:
        """Return the application."""
        made = web.Application(middlewares=[self._serve], client_max_size=MOST_BODY_BYTES)
        for route in self._routes():
            resource = made.router.add_resource(route.path)
            for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
                resource.add_route(method, route.handler)
            self._scopes[route.method, resource.canonical] = route.scope
        made.on_response_prepare.append(self._add_headers)
        return made

    def _routes(self) -> list[Route]:
        lookup = Lookup(self._client, self._settings.key_prefix)
        events = Events(self.hub, self._history, lookup)
        articles = Articles(lookup, self._queue, utc_now)
        state = StatusView(
            self._client, self._settings, self._queue, hub=self.hub, streams=self.streams, figures=self.figures
        )
        page = site.site()
        return [
            Route("GET", "/v1/stream", self.streams.handle, "read"),
            Route("GET", "/v1/events", events.page, "read"),
            Route("GET", f"/v1/events/{ID}", events.one, "read"),
            Route("GET", "/v1/articles", articles.by_url, "read"),
            Route("GET", f"/v1/articles/{ID}", articles.by_id, "read"),
            Route("POST", "/v1/articles", articles.put, "write"),
            Route("GET", "/v1/status", state.status, "read"),
            Route("GET", "/healthz", state.healthz, None),
            Route("GET", "/readyz", state.readyz, None),
            Route("GET", "/v1/schema", site.document(site.as_json(event_schema), "application/schema+json"), None),
            Route("GET", "/v1/openapi.json", site.document(site.as_json(make_openapi), "application/json"), None),
            Route("GET", "/v1/asyncapi.json", site.document(site.as_json(make_asyncapi), "application/json"), None),
            Route("GET", "/", page.index, None),
            Route("GET", "/static/{path:.+}", page.static, None),
        ]

    # ------------------------------------------------------------ what every request goes through
    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Give the request an id, answer, and say in one line how that went."""
        began = time.perf_counter()
        asked_as.set(_request_id(request))
        with structlog.contextvars.bound_contextvars(request_id=asked_as.get()):
            status = 0
            try:
                response = await self._answered(request, handler)
                status = response.status
            finally:  # a client that leaves cancels what it asked for
                self._note(request, status, time.perf_counter() - began)
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer; what goes wrong becomes a problem."""
        try:
            if _is_preflight(request):
                return web.Response(status=HTTPStatus.NO_CONTENT)
            self._admit(request)
            return await handler(request)
        except ConnectionResetError:  # nobody is left to be answered
            raise
        except Refusal as refusal:
            return answer(refusal.problem, asked_as.get(), refusal.headers)
        except web.HTTPException as e:
            return _translated(e, asked_as.get())
        except RedisError as e:
            log.warning("redis is away", error=str(e))
            return answer(make_problem("unavailable", "Redis does not answer"), asked_as.get(), {"Retry-After": "5"})
        except Exception:
            log.exception("request failed", path=request.path)
            return answer(make_problem("internal", "the log says more, under this request's id"), asked_as.get())

    def _admit(self, request: web.Request) -> None:
        """Let in who may ask this, and does not ask too often."""
        if request.path in OPEN:
            return
        if not self._may_open_socket(request):
            raise Refusal("forbidden", "pages of this origin may not open a WebSocket here", parameter="Origin")
        name = self._auth.admit(request, self._scope_of(request))
        wait_s = self._limits.take(caller_of(request, name, self._settings.gateway_proxies))
        if wait_s:
            detail = f"{self._settings.gateway_rate_per_s:g} requests a second are allowed in the long run"
            raise Refusal("too_many_requests", detail, headers={"Retry-After": retry_after(wait_s)})

    def _may_open_socket(self, request: web.Request) -> bool:
        """Tell whether the page that asks, if it is one, is ours or allowed: browsers ask CORS of no WebSocket."""
        origin = request.headers.get("Origin")
        if origin is None or not asks_for_websocket(request) or not self._origins.isdisjoint({"*", origin}):
            return True
        return origin.partition("://")[2] == request.host

    def _scope_of(self, request: web.Request) -> Scope | None:
        method = "GET" if request.method == "HEAD" else request.method
        return self._scopes.get((method, _route(request)))

    def _note(self, request: web.Request, status: int, took_s: float) -> None:
        route = _route(request)
        self.figures.requests[request.method, route, status] += 1
        if route != "/v1/stream":
            self.figures.request_s[route] += took_s
        if route not in OPEN or status != HTTPStatus.OK:
            ms = round(took_s * 1000, 1)
            log.info("request", method=request.method, path=request.path[:200], status=status or "left", ms=ms)

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add what every answer has, also those that are sent bit by bit."""
        response.headers["X-Request-ID"] = asked_as.get()
        for name, value in site.SECURITY.items():
            response.headers.setdefault(name, value)
        self._allow_origin(request, response)

    def _allow_origin(self, request: web.Request, response: web.StreamResponse) -> None:
        """Let pages of the origins named see the answer (CORS)."""
        origin = request.headers.get("Origin")
        if origin is None or self._origins.isdisjoint({"*", origin}):
            return
        response.headers["Access-Control-Allow-Origin"] = "*" if "*" in self._origins else origin
        response.headers["Access-Control-Expose-Headers"] = "Link, Retry-After, X-Request-ID"
        response.headers.add("Vary", "Origin")
        if _is_preflight(request):
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST"
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Last-Event-ID, X-Request-ID"
            )
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_S)


def _is_preflight(request: web.Request) -> bool:
    """Tell whether a browser asks whether it may ask; what it is told stands in the answer's headers."""
    return request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers


def _route(request: web.Request) -> str:
    """Return the path as it was declared: a label, of which there are few."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "other"


def _request_id(request: web.Request) -> str:
    """Return the client's own id of its request, where it is one, or a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


_CODES: Final = {404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}


def _translated(e: web.HTTPException, request_id: str) -> web.Response:
    """Make a problem of what aiohttp itself refuses."""
    code = _CODES.get(e.status, "bad_request" if e.status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal")
    headers = {"Allow": e.headers["Allow"]} if "Allow" in e.headers else {}
    return answer(make_problem(code, e.reason), request_id, headers)


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


# ---------------------------------------------------------------- life
@contextlib.asynccontextmanager
async def gateway(settings: Settings, redis_url: str, pulse: Pulse) -> AsyncIterator[Gateway]:
    """Make the gateway, with its connections while the block lasts; UsageError as for `Gateway` and `check_open`."""
    check_open(settings.gateway_host, load_tokens(settings.gateway_tokens), allowed=settings.gateway_open)
    made = Gateway(settings, redis_url, pulse)
    try:
        await made.open()
        yield made
    finally:
        await made.aclose()


async def serve(gateway: Gateway, host: str, port: int, stop: asyncio.Event, ready: Callable[[str], None]) -> None:
    """Answer on an address until `stop` is set, then say farewell.  `ready` hears the address.

    Whoever listens to a stream is told, and has `STOP_S` to read it.  OSError where the address is taken.
    """
    runner = web.AppRunner(
        gateway.app(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=STOP_S,
        max_line_size=MOST_LINE_BYTES,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        ready(_address(runner))
        await gateway.run(stop)
    finally:
        gateway.streams.stop()
        await gateway.streams.gone(STOP_S)
        await runner.cleanup()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
