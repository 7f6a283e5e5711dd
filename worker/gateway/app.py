"""The gateway put together: its parts, what can be asked of them, and its life from the first read to the last."""

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
from worker.gateway.api.lookup import Lookup
from worker.gateway.api.status import StatusHandlers
from worker.gateway.assets import document_handler, encode_document, page_assets
from worker.gateway.live.broadcaster import BLOCK_S, Broadcaster
from worker.gateway.live.endpoint import StreamEndpoint
from worker.gateway.live.replay import ReplayReader
from worker.gateway.middleware.auth import Auth, Scope, TokensFile, check_binding, load_tokens
from worker.gateway.middleware.requests import Handler, RequestMiddleware
from worker.gateway.spec.asyncapi import make_asyncapi
from worker.gateway.spec.openapi import make_openapi
from worker.queue import UrlQueue
from worker.schema import event_schema
from worker.settings import Settings
from worker.streams import connect
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

MOST_BODY_BYTES: Final = 4 << 20
ID: Final = "{id:[0-9a-f]{32}}"
RELOAD_S: Final = 1.0
"""How often the tokens file is looked at."""
READER: Final = "reader"
GATEWAY_LOOPS: Final = {READER: LoopSpec(max_silence_s=BLOCK_S + GRACE_S)}
"""What of the gateway turns, for its `LivenessMonitor`."""


class Route(Struct, frozen=True):
    """One thing that can be asked."""

    method: str
    path: str
    handler: Handler
    scope: Scope | None
    """What a token must allow; None: none is needed."""


class Gateway:
    """Everything that answers, and the reader that feeds it."""

    def __init__(self, settings: Settings, redis_url: str, liveness: LivenessMonitor) -> None:
        """Connect lazily.  UsageError where the tokens file or the URL is wrong."""
        metrics.prepare_gateway()
        self.broadcaster = Broadcaster(redis_url, settings.redis.key_prefix, lambda: liveness.record_heartbeat(READER))
        self._settings = settings
        self._client = connect(redis_url)
        self._queue = UrlQueue(redis_url, settings)
        self._auth = Auth(
            load_tokens(settings.gateway.tokens), is_open=settings.gateway.open, origins=settings.gateway.origins
        )
        self._door = RequestMiddleware(settings.gateway, self._auth)
        self._history = ReplayReader(self._client, settings.redis.key_prefix)
        self.streams = StreamEndpoint(
            self.broadcaster,
            self._history,
            most=settings.gateway.clients,
            buffer_bytes=settings.gateway.buffer_bytes,
            heartbeat_s=settings.gateway.heartbeat_s,
        )

    # ------------------------------------------------------------ life
    async def run(self, stop: asyncio.Event) -> None:
        """Read the streams until `stop` is set; a Redis that stays away ends it loudly."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.streams.send_heartbeats(stop))
            tasks.create_task(self._follow_tokens(stop))
            try:
                await self.broadcaster.run(stop)
            finally:
                stop.set()

    async def _follow_tokens(self, stop: asyncio.Event) -> None:
        """Take the tokens file's changes over, and end the streams of those who may not listen any more."""
        if self._settings.gateway.tokens is None:
            return
        file = TokensFile(self._settings.gateway.tokens)
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RELOAD_S)
            if (tokens := file.changed()) is not None:
                self._auth.replace(tokens)
                self.streams.end_unless(self._auth.may_listen)

    async def open(self) -> None:
        """Check the server and find the present."""
        await self.broadcaster.open()

    async def aclose(self) -> None:
        """Close the connections."""
        await self.broadcaster.aclose()
        await self._queue.aclose()
        await self._client.aclose()

    # ------------------------------------------------------------ what can be asked
    def make_application(self) -> web.Application:
        """Return the application."""
        made = web.Application(middlewares=[self._door.serve], client_max_size=MOST_BODY_BYTES)
        for route in self._routes():
            resource = made.router.add_resource(route.path)
            for method in ("GET", "HEAD") if route.method == "GET" else (route.method,):
                resource.add_route(method, route.handler)
            self._door.scopes[route.method, resource.canonical] = route.scope
        made.on_response_prepare.append(self._door.add_headers)
        return made

    def _routes(self) -> list[Route]:
        lookup = Lookup(self._client, self._settings.redis.key_prefix)
        events = EventHandlers(self.broadcaster, self._history, lookup)
        articles = ArticleHandlers(lookup, self._queue, utc_now)
        state = StatusHandlers(
            self._client,
            self._settings,
            self._queue,
            broadcaster=self.broadcaster,
            streams=self.streams,
        )
        page = page_assets()
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
            Route(
                "GET", "/v1/schema", document_handler(encode_document(event_schema), "application/schema+json"), None
            ),
            Route("GET", "/v1/openapi.json", document_handler(encode_document(make_openapi), "application/json"), None),
            Route(
                "GET", "/v1/asyncapi.json", document_handler(encode_document(make_asyncapi), "application/json"), None
            ),
            Route("GET", "/", page.index, None),
            Route("GET", "/static/{path:.+}", page.static, None),
        ]


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def open_gateway(settings: Settings, redis_url: str, liveness: LivenessMonitor) -> AsyncIterator[Gateway]:
    """Make the gateway, with its connections while the block lasts; UsageError as for `Gateway` and `check_open`."""
    check_binding(settings.gateway.host, load_tokens(settings.gateway.tokens), allowed=settings.gateway.open)
    made = Gateway(settings, redis_url, liveness)
    try:
        await made.open()
        yield made
    finally:
        await made.aclose()
