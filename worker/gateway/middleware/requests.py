"""Middleware of every request: request id, authorisation, rate limit, error responses, metrics and the log line."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import web
from redis.exceptions import RedisError

from worker.gateway.assets import SECURITY_HEADERS
from worker.gateway.middleware.compression import compress_or_304
from worker.gateway.middleware.cors import CorsPolicy, is_preflight, preflight_response
from worker.gateway.middleware.rate_limit import RateLimiter, client_key
from worker.gateway.problems import ProblemError, make_problem, problem_response
from worker.telemetry import metrics

if TYPE_CHECKING:
    from worker.gateway.middleware.auth import Auth, Scope
    from worker.gateway.models import Problem
    from worker.settings import GatewaySettings

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

request_id: ContextVar[str] = ContextVar("request_id")
"""Id of the request being handled."""
rate_limit_key: ContextVar[str] = ContextVar("rate_limit_key")
"""Key of the rate-limit bucket that the request was counted in; unset if it was not limited."""
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
UNTHROTTLED_PATHS: Final = frozenset({"/healthz", "/readyz"})
"""Paths polled every few seconds by monitoring: not rate-limited, and logged only when they fail."""
CLIENT_CLOSED_REQUEST: Final = 499
"""Status that nginx logs if the client disconnects before the response; never sent."""


class RequestMiddleware:
    """Runs before and after every handler."""

    def __init__(self, settings: GatewaySettings, auth: Auth) -> None:
        """`auth`: authorises the requests.  `settings`: the source of limits, origins and proxies."""
        self.scopes: dict[tuple[str, str], Scope | None] = {}
        """Scope that a token must have, by method and route; None or missing means that no token is needed."""
        self._auth = auth
        self._proxies = settings.proxies
        self._limiter = RateLimiter(settings.rate_per_s, settings.burst, time.monotonic)
        self._cors = CorsPolicy(settings.origins)

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Assign a request id, run the handler, and record the result in the metrics and in one log line."""
        started = time.perf_counter()
        request_id.set(_choose_request_id(request))
        with structlog.contextvars.bound_contextvars(request_id=request_id.get()):
            status = CLIENT_CLOSED_REQUEST
            try:
                response = await self._respond(request, handler)
                status = response.status
            finally:  # also runs when the client disconnects, which cancels the handler
                self._record(request, status, time.perf_counter() - started)
        return response

    async def _respond(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Return the handler's response, or a problem document for any error."""
        try:
            if is_preflight(request):
                return preflight_response()
            self._admit(request)
            return compress_or_304(request, await handler(request))
        except ConnectionResetError:  # the client has disconnected: there is no one to respond to, and no error
            return web.Response(status=CLIENT_CLOSED_REQUEST)
        except (ProblemError, web.RequestPayloadError, web.HTTPException, RedisError) as e:
            problem, headers = _problem_of(e)
            return problem_response(problem, request_id.get(), headers)
        except Exception:
            log.exception("request failed", path=request.path)
            problem = make_problem("internal", "the log has the details under this request id")
            return problem_response(problem, request_id.get())

    def _admit(self, request: web.Request) -> None:
        """Authorise and rate-limit the request.  Rejected requests count against the limit."""
        if request.path in UNTHROTTLED_PATHS:
            return
        if not self._cors.may_open_websocket(request):
            raise ProblemError("forbidden", "pages of this origin may not open a WebSocket here", parameter="Origin")
        token = self._auth.authenticate(request)
        key = client_key(request, token.name if token else None, self._proxies)
        rate_limit_key.set(key)
        self._limiter.check(key)
        self._auth.authorise(request, token, self._scope_of(request))

    def _scope_of(self, request: web.Request) -> Scope | None:
        method = "GET" if request.method == "HEAD" else request.method
        return self.scopes.get((method, _route(request)))

    def _record(self, request: web.Request, status: int, duration_s: float) -> None:
        """Count the request and log it.

        A request whose client disconnected has the status "0" in the metrics and "left" in the log.
        """
        route, is_closed = _route(request), status == CLIENT_CLOSED_REQUEST
        metrics.REQUESTS.labels(request.method, route, "0" if is_closed else str(status)).inc()
        if route != "/v1/stream":
            metrics.REQUEST_SECONDS.labels(route).inc(duration_s)
        if route not in UNTHROTTLED_PATHS or status != HTTPStatus.OK:
            ms, logged = round(duration_s * 1000, 1), "left" if is_closed else status
            log.info("request", method=request.method, path=request.path[:200], status=logged, ms=ms)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add the headers of every response, streamed ones included: request id, security, rate limit, CORS."""
        response.headers["X-Request-ID"] = request_id.get("") or uuid.uuid4().hex
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if key := rate_limit_key.get(""):
            response.headers["RateLimit-Policy"] = self._limiter.policy_header()
            response.headers["RateLimit"] = self._limiter.remaining_header(key)
        self._cors.add_headers(request, response)


def _route(request: web.Request) -> str:
    """Return the route's pattern, such as `/v1/events/{id}`, as a metric label; "other" if none matches."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "other"


def _choose_request_id(request: web.Request) -> str:
    """Return the client's X-Request-ID if it is well-formed, otherwise a new random id."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


_CODES: Final = {404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}


def _problem_of(
    e: ProblemError | web.RequestPayloadError | web.HTTPException | RedisError,
) -> tuple[Problem, dict[str, str]]:
    """Return the problem document of an expected error, and the headers to send with it."""
    if isinstance(e, ProblemError):
        return e.problem, e.headers
    if isinstance(e, RedisError):
        log.warning("redis unavailable", error=str(e))
        return make_problem("unavailable", "Redis does not answer"), {"Retry-After": "5"}
    if isinstance(e, web.RequestPayloadError):
        return make_problem("bad_body", "the body does not match the headers"), {}
    code = _CODES.get(e.status, "bad_request" if e.status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal")
    return make_problem(code, e.reason), {"Allow": e.headers["Allow"]} if "Allow" in e.headers else {}
