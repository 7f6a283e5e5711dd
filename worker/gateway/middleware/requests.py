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

from worker.gateway import assets as site
from worker.gateway.middleware.compression import lean
from worker.gateway.middleware.cors import Origins, preflight
from worker.gateway.middleware.rate_limit import Limits, caller_of
from worker.gateway.problems import Refusal, answer, make_problem

if TYPE_CHECKING:
    from worker.gateway.live.figures import Figures
    from worker.gateway.middleware.auth import Auth, Scope
    from worker.gateway.models import Problem
    from worker.settings import Settings

log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

asked_as: ContextVar[str] = ContextVar("asked_as")
"""Id of the request that is being answered."""
limited_as: ContextVar[str] = ContextVar("limited_as")
"""Whose bucket it is taken from."""
REQUEST_ID: Final = re.compile(r"[A-Za-z0-9._:/+=@-]{1,128}")
OPEN: Final = frozenset({"/healthz", "/readyz"})
"""Asked every few seconds by those who watch us: never limited, and logged only when they fail."""
LEFT: Final = 499
"""What nginx notes for a client that did not wait: nobody is sent it."""


class Door:
    """Stands before every handler."""

    def __init__(self, settings: Settings, auth: Auth, figures: Figures) -> None:
        """Let in whom `auth` knows."""
        self.scopes: dict[tuple[str, str], Scope | None] = {}
        """What a token must allow, by method and declared path; None or missing: none is needed."""
        self._auth = auth
        self._figures = figures
        self._proxies = settings.gateway_proxies
        self._limits = Limits(settings.gateway_rate_per_s, settings.gateway_burst, time.monotonic)
        self._origins = Origins(settings.gateway_origins)

    @web.middleware
    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Give the request an id, answer, and say in one line how that went."""
        began = time.perf_counter()
        asked_as.set(_request_id(request))
        with structlog.contextvars.bound_contextvars(request_id=asked_as.get()):
            status = LEFT
            try:
                response = await self._answered(request, handler)
                status = response.status
            finally:  # a client that leaves cancels what it asked for
                self._note(request, status, time.perf_counter() - began)
        return response

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer; what goes wrong becomes a problem."""
        try:
            if told := preflight(request):
                return told
            self._admit(request)
            return lean(request, await handler(request))
        except ConnectionResetError:  # nobody is there to be answered, and that is no error of anybody's
            return web.Response(status=LEFT)
        except (Refusal, web.RequestPayloadError, web.HTTPException, RedisError) as e:
            problem, headers = _problem(e)
            return answer(problem, asked_as.get(), headers)
        except Exception:
            log.exception("request failed", path=request.path)
            return answer(make_problem("internal", "the log says more, under this request's id"), asked_as.get())

    def _admit(self, request: web.Request) -> None:
        """Let in who may ask this, and does not ask too often; who may not has asked, too."""
        if request.path in OPEN:
            return
        if not self._origins.may_open_socket(request):
            raise Refusal("forbidden", "pages of this origin may not open a WebSocket here", parameter="Origin")
        token = self._auth.known(request)
        caller = caller_of(request, token.name if token else None, self._proxies)
        limited_as.set(caller)
        self._limits.admit(caller)
        self._auth.admit(request, token, self._scope_of(request))

    def _scope_of(self, request: web.Request) -> Scope | None:
        method = "GET" if request.method == "HEAD" else request.method
        return self.scopes.get((method, _route(request)))

    def _note(self, request: web.Request, status: int, took_s: float) -> None:
        route = _route(request)
        self._figures.requests[request.method, route, 0 if status == LEFT else status] += 1
        if route != "/v1/stream":
            self._figures.request_s[route] += took_s
        if route not in OPEN or status != HTTPStatus.OK:
            ms, how = round(took_s * 1000, 1), "left" if status == LEFT else status
            log.info("request", method=request.method, path=request.path[:200], status=how, ms=ms)

    async def add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        """Add what every answer has, also those that are sent bit by bit."""
        response.headers["X-Request-ID"] = asked_as.get("") or uuid.uuid4().hex
        for name, value in site.SECURITY.items():
            response.headers.setdefault(name, value)
        if caller := limited_as.get(""):
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


def _problem(e: Refusal | web.RequestPayloadError | web.HTTPException | RedisError) -> tuple[Problem, dict[str, str]]:
    """Return the problem that an expected failure is, and the headers that belong to it."""
    if isinstance(e, Refusal):
        return e.problem, e.headers
    if isinstance(e, RedisError):
        log.warning("redis is away", error=str(e))
        return make_problem("unavailable", "Redis does not answer"), {"Retry-After": "5"}
    if isinstance(e, web.RequestPayloadError):
        return make_problem("bad_body", "it does not come as its headers say"), {}
    code = _CODES.get(e.status, "bad_request" if e.status < HTTPStatus.INTERNAL_SERVER_ERROR else "internal")
    return make_problem(code, e.reason), {"Allow": e.headers["Allow"]} if "Allow" in e.headers else {}
