"""Assemble the gateway: its parts, its routes and its life cycle."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from aiohttp import web
from msgspec import Struct

from worker.gateway.api.articles import ArticleHandlers
from worker.gateway.api.events import EventHandlers
from worker.gateway.api.lookup import PublicationLookup
from worker.gateway.api.status import StatusHandlers
from worker.gateway.assets import document_handler, encode_document, page_assets
from worker.gateway.live.broadcaster import Broadcaster
from worker.gateway.live.endpoint import StreamEndpoint
from worker.gateway.live.merged_reader import BLOCK_S
from worker.gateway.live.replay import ReplayReader
from worker.gateway.middleware.auth import Auth, Scope, TokensFile, check_binding, load_tokens
from worker.gateway.middleware.requests import Handler, RequestMiddleware
from worker.gateway.spec.asyncapi import make_asyncapi
from worker.gateway.spec.openapi import make_openapi
from worker.lifecycle import sleep_until
from worker.queue import UrlQueue
from worker.schema import event_schema
from worker.settings import Settings
from worker.streams import connect
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

MAX_BODY_BYTES: Final = 4 << 20
ID: Final = "{id:[0-9a-f]{32}}"
RELOAD_S: Final = 1.0
"""Interval at which the tokens file is checked for changes."""
READER_LOOP: Final = "reader"
GATEWAY_LOOPS: Final = {READER_LOOP: LoopSpec(max_silence_s=BLOCK_S + GRACE_S)}
"""Loops of the gateway that its liveness monitor watches."""


class Route(Struct, frozen=True):
    """One method and path of the API, and the token scope it requires."""

    method: str
    path: str
    handler: Handler
    scope: Scope | None
    """Scope that the token must have; None means that no token is needed."""


class Gateway:
    """The gateway of one process: the broadcaster, the request handlers and their Redis connections."""

    def __init__(self, settings: Settings, redis_url: str, liveness: LivenessMonitor) -> None:
        """`liveness`: receives the heartbeats of the reader.  Nothing is started yet; the first use connects to Redis.

        The tokens file is read at once.  Raises UsageError if it or the Redis URL is invalid.
        """
        metrics.init_gateway_series()
        self.broadcaster = Broadcaster(
            redis_url, settings.redis.key_prefix, lambda: liveness.record_heartbeat(READER_LOOP)
        )
        self._settings = settings
        self._client = connect(redis_url)
        self._queue = UrlQueue(redis_url, settings)
        self._auth = Auth(
            load_tokens(settings.gateway.tokens), is_open=settings.gateway.open, origins=settings.gateway.origins
        )
        self._middleware = RequestMiddleware(settings.gateway, self._auth)
        self._history = ReplayReader(self._client, settings.redis.key_prefix)
        self.streams = StreamEndpoint(
            self.broadcaster,
            self._history,
            utc_now,
            max_connections=settings.gateway.clients,
            buffer_bytes=settings.gateway.buffer_bytes,
            heartbeat_s=settings.gateway.heartbeat_s,
        )

    # ------------------------------------------------------------ life cycle
    async def run(self, stop: asyncio.Event) -> None:
        """Read and broadcast events until `stop` is set.

        Raises the error of Redis if it stays unavailable for too long.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.streams.send_heartbeats(stop))
            tasks.create_task(self._reload_tokens(stop))
            try:
                await self.broadcaster.run(stop)
            finally:
                stop.set()

    async def _reload_tokens(self, stop: asyncio.Event) -> None:
        """Apply changes of the tokens file, and end the streams of clients whose token was revoked."""
        if self._settings.gateway.tokens is None:
            return
        file = TokensFile(self._settings.gateway.tokens)
        while not await sleep_until(stop, RELOAD_S):
            if (tokens := file.reload_if_changed()) is not None:
                self._auth.replace_tokens(tokens)
                self.streams.close_unauthorised(self._auth.may_stream)

    async def open(self) -> None:
        """Check the Redis server and start reading at the end of every stream."""
        await self.broadcaster.open()

    async def aclose(self) -> None:
        """Close all Redis connections."""
        await self.broadcaster.aclose()
        await self._queue.aclose()
        await self._client.aclose()

    # ------------------------------------------------------------ routes
    def make_application(self) -> web.Application:
        """Build the aiohttp application with all routes; a route for GET also answers HEAD."""
        application = web.Application(middlewares=[self._middleware.handle], client_max_size=MAX_BODY_BYTES)
        for route in self._routes():
            resource = application.router.add_resource(route.path)
            for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
                resource.add_route(method, route.handler)
            self._middleware.scopes[route.method, resource.canonical] = route.scope
        application.on_response_prepare.append(self._middleware.add_headers)
        return application

    def _routes(self) -> list[Route]:
        lookup = PublicationLookup(self._client, self._settings.redis.key_prefix)
        events = EventHandlers(self.broadcaster, self._history, lookup, utc_now)
        articles = ArticleHandlers(lookup, self._queue, utc_now)
        status = StatusHandlers(
            self._client,
            self._settings,
            self._queue,
            broadcaster=self.broadcaster,
            streams=self.streams,
        )
        page = page_assets()
        return [
            Route("GET", "/v1/stream", self.streams.handle, "read"),
            Route("GET", "/v1/events", events.list_events, "read"),
            Route("GET", f"/v1/events/{ID}", events.get_event, "read"),
            Route("GET", "/v1/articles", articles.get_by_url, "read"),
            Route("GET", f"/v1/articles/{ID}", articles.get_by_id, "read"),
            Route("POST", "/v1/articles", articles.enqueue, "write"),
            Route("GET", "/v1/status", status.status, "read"),
            Route("GET", "/healthz", status.healthz, None),
            Route("GET", "/readyz", status.readyz, None),
            *_documents(),
            Route("GET", "/", page.index, None),
            Route("GET", "/runbook", page.runbook, None),
            Route("GET", "/static/{path:.+}", page.static, None),
        ]


def _documents() -> list[Route]:
    """Return the routes of the machine-readable descriptions of the API."""
    documents = (
        ("/v1/schema", event_schema, "application/schema+json"),
        ("/v1/openapi.json", make_openapi, "application/json"),
        ("/v1/asyncapi.json", make_asyncapi, "application/json"),
    )
    return [
        Route("GET", path, document_handler(encode_document(make), content_type), None)
        for path, make, content_type in documents
    ]


def utc_now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def open_gateway(settings: Settings, redis_url: str, liveness: LivenessMonitor) -> AsyncIterator[Gateway]:
    """Open a gateway and close its connections at the end of the block.

    Raises UsageError as `Gateway` and `check_binding` do.
    """
    check_binding(settings.gateway.host, load_tokens(settings.gateway.tokens), allowed=settings.gateway.open)
    gateway = Gateway(settings, redis_url, liveness)
    try:
        await gateway.open()
        yield gateway
    finally:
        await gateway.aclose()
