"""What every request goes through: an id, who may ask and how often, problems for what fails, a line in the log."""

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
from worker.gateway.middleware.cors import CorsPolicy, preflight_response
from worker.gateway.middleware.rate_limit import RateLimiter, caller_key
from worker.gateway.problems import ProblemError, make_problem, problem_response
from worker.telemetry import metrics

if TYPE_CHECKING:
    from worker.gateway.middleware.auth import Auth, Scope
    from worker.gateway.models import Problem
    from worker.settings import GatewaySettings

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

request_id: ContextVar[str] = ContextVar("asked_as")
"""Id of the request that is being answered."""
rate_limit_key: ContextVar[str] = ContextVar("limited_as")
"""Whose bucket it is taken from."""
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
UNTHROTTLED_PATHS: Final = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by those who watch us: never limited, and logged only when they fail."""
CLIENT_CLOSED_REQUEST: Final = 499
"""What nginx notes for a client that did not wait: nobody is sent it."""


class RequestMiddleware:
    """Stands before every handler."""

    def __init__(self, settings: GatewaySettings, auth: Auth) -> None:
        """Let in whom `auth` knows."""
        self.scopes: dict[tuple[str, str], Scope | None] = {}
        """What a token must allow, by method and declared path; None or missing: none is needed."""
        self._auth = auth
        self._proxies = settings.proxies
        self._limits = RateLimiter(settings.rate_per_s, settings.burst, time.monotonic)
        self._origins = CorsPolicy(settings.origins)

    @web.middleware
    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Give the request an id, answer, and say in one line how that went."""
        began = time.perf_counter()
        request_id.set(_request_id(request))
        with structlog.contextvars.bound_contextvars(request_id=request_id.get()):
            status = CLIENT_CLOSED_REQUEST
            try:
                response = await self._answered(request, handler)
                status = response.status
            finally:  # a client that leaves cancels what it asked for
                self._note(request, status, time.perf_counter() - began)
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer; what goes wrong becomes a problem."""
        try:
            if told := preflight_response(request):
                return told
            self._admit(request)
            return compress_or_304(request, await handler(request))
        except ConnectionResetError:  # nobody is there to be answered, and that is no error of anybody's
            return web.Response(status=CLIENT_CLOSED_REQUEST)
        except (ProblemError, web.RequestPayloadError, web.HTTPException, RedisError) as e:
            problem, headers = _problem(e)
            return problem_response(problem, request_id.get(), headers)
        except Exception:
            log.exception("request failed", path=request.path)
            return problem_response(
                make_problem("internal", "the log says more, under this request's id"), request_id.get()
            )

    def _admit(self, request: web.Request) -> None:
        """Let in who may ask this, and does not ask too often; who may not has asked, too."""
        if request.path in UNTHROTTLED_PATHS:
            return
        if not self._origins.may_open_socket(request):
            raise ProblemError("forbidden", "pages of this origin may not open a WebSocket here", parameter="Origin")
        token = self._auth.known(request)
        caller = caller_key(request, token.name if token else None, self._proxies)
        rate_limit_key.set(caller)
        self._limits.admit(caller)
        self._auth.admit(request, token, self._scope_of(request))

    def _scope_of(self, request: web.Request) -> Scope | None:
        method = "GET" if request.method == "HEAD" else request.method
        return self.scopes.get((method, _route(request)))

    def _note(self, request: web.Request, status: int, took_s: float) -> None:
        route = _route(request)
        metrics.REQUESTS.labels(request.method, route, "0" if status == CLIENT_CLOSED_REQUEST else str(status)).inc()
        if route != "/v1/stream":
            metrics.REQUEST_SECONDS.labels(route).inc(took_s)
        if route not in UNTHROTTLED_PATHS or status != HTTPStatus.OK:
            ms, how = round(took_s * 1000, 1), "left" if status == CLIENT_CLOSED_REQUEST else status
            log.info("request", method=request.method, path=request.path[:200], status=how, ms=ms)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add what every answer has, also those that are sent bit by bit."""
        response.headers["X-Request-ID"] = request_id.get("") or uuid.uuid4().hex
        for name, value in SECURITY_HEADERS.items():
            response.headers.setdefault(name, value)
        if caller := rate_limit_key.get(""):
            response.headers["RateLimit-Policy"] = self._limits.policy()
            response.headers["RateLimit"] = self._limits.left(caller)
        self._origins.add_headers(request, response)


def _route(request: web.Request) -> str:
    """Return the path as it was declared: a label, of which there are few."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "other"


def _request_id(request: web.Request) -> str:
    """Return the client's own id of its request, where it is one, or a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


_CODES: Final = {404: "not_found", 405: "wrong_method", 413: "too_large", 415: "wrong_type"}


def _problem(
    e: ProblemError | web.RequestPayloadError | web.HTTPException | RedisError,
) -> tuple[Problem, dict[str, str]]:
    """Return the problem that an expected failure is, and the headers that belong to it."""
    if isinstance(e, ProblemError):
        return e.problem, e.headers
    if isinstance(e, RedisError):
        log.warning("redis is away", error=str(e))
        return make_problem("unavailable", "Redis does not answer"), {"Retry-After": "5"}
    if isinstance(e, web.RequestPayloadError):
        return make_problem("bad_body", "it does not come as its headers say"), {}
    code = _CODES.get(e.status, "bad_request" if e.status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal")
    return make_problem(code, e.reason), {"Allow": e.headers["Allow"]} if "Allow" in e.headers else {}
