"""Handlers of /v1/status (state of all services) and of the health checks /healthz and /readyz."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
from redis.exceptions import RedisError

from worker.gateway.middleware.compression import body_response
from worker.gateway.models import DeadLetterCounts, HealthReport, MemoryStatus, Status, StreamStatus
from worker.gateway.query import reject_unknown
from worker.monitor.snapshot import take_snapshot
from worker.schema import article_stream
from worker.subscribe import events_per_kind
from worker.subscribe.cursor import format_cursor

if TYPE_CHECKING:
    from aiohttp import web
    from redis.asyncio import Redis

    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.endpoint import StreamEndpoint
    from worker.queue import UrlQueue
    from worker.schema.fleet import FleetSnapshot
    from worker.settings import Settings

CACHE_S: Final = 1.0
"""How long a status is reused for other requests."""
COUNTED_DEAD_LETTERS: Final = 1_000
"""Newest dead letters that are counted by reason."""
READER_SILENCE_S: Final = 10.0
"""Time without a read after which the reader counts as stuck; a read takes little more than a second."""
PING_TIMEOUT_S: Final = 2.0


class StatusHandlers:
    """Handlers for status and health checks."""

    def __init__(
        self,
        client: Redis,
        settings: Settings,
        queue: UrlQueue,
        *,
        broadcaster: Broadcaster,
        streams: StreamEndpoint,
    ) -> None:
        """`client` and `queue`: access the state in Redis.  `broadcaster` and `streams`: hold that of the gateway.

        Nothing is read before the first request.
        """
        self._client = client
        self._settings = settings
        self._queue = queue
        self._broadcaster = broadcaster
        self._streams = streams
        self._cached: asyncio.Task[bytes] | None = None
        self._cached_at = -CACHE_S

    # ------------------------------------------------------------ status
    async def status(self, request: web.Request) -> web.Response:
        """Handle GET /v1/status."""
        reject_unknown(request, ())
        return body_response(await asyncio.shield(self._current_status()))  # shared with concurrent requests

    def _current_status(self) -> asyncio.Task[bytes]:
        """Return the task that computes the status: the running or last one for `CACHE_S`, unless it failed."""
        now, task = time.monotonic(), self._cached
        if task is None or (task.done() and (now - self._cached_at >= CACHE_S or _has_failed(task))):
            task = self._cached = asyncio.create_task(self._encode_status())
            self._cached_at = now
        return task

    async def _encode_status(self) -> bytes:
        fleet = await take_snapshot(self._client, self._queue, self._settings)
        prefix = self._settings.redis.key_prefix
        status = Status(
            at=fleet.at,
            queue=await self._queue.depth(),
            workers=await self._queue.workers(),
            services=list(fleet.services),
            hosts=list(fleet.hosts),
            waiting_hosts=fleet.waiting_hosts,
            down_hosts=fleet.down_hosts,
            lags=list(fleet.lags),
            dead=await self._count_dead_letters(),
            events=await events_per_kind(self._client, prefix),
            articles=await self._client.xlen(article_stream(prefix)),
            memory=memory_status(fleet),
            trimmed_unread=fleet.total("trimmed_unread"),
            omitted_events=fleet.total("omitted_events"),
            stream=StreamStatus(
                clients=self._streams.connection_count,
                position=format_cursor(self._broadcaster.cursor),
                lag_s=round(self._broadcaster.lag_s, 3),
            ),
        )
        return msgspec.json.encode(status)

    async def _count_dead_letters(self) -> DeadLetterCounts:
        reasons = Counter(letter.reason for letter in await self._queue.list_dead_letters(COUNTED_DEAD_LETTERS))
        return DeadLetterCounts(newest=reasons.total(), by_reason=dict(reasons.most_common()))

    # ------------------------------------------------------------ health checks
    async def healthz(self, request: web.Request) -> web.Response:
        """Handle GET /healthz (liveness): 200 whenever the event loop runs."""
        reject_unknown(request, ())
        return _health_response({"loop": "ok"})

    async def readyz(self, request: web.Request) -> web.Response:
        """Handle GET /readyz (readiness): 200 if Redis answers and the streams are being read, otherwise 503."""
        reject_unknown(request, ())
        return _health_response({"redis": await self._check_redis(), "reader": self._check_reader()})

    async def _check_redis(self) -> str:
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await self._client.ping()
        except (RedisError, OSError, TimeoutError) as e:
            return str(e) or "no answer"
        return "ok"

    def _check_reader(self) -> str:
        if self._broadcaster.last_read_at is None:
            return "has not started"
        silent_s = asyncio.get_running_loop().time() - self._broadcaster.last_read_at
        return "ok" if silent_s < READER_SILENCE_S else f"has read nothing for {silent_s:.0f} s"


def memory_status(fleet: FleetSnapshot) -> MemoryStatus:
    """Return the memory in a snapshot of the fleet."""
    return MemoryStatus(
        used_bytes=fleet.memory_bytes,
        limit_bytes=fleet.memory_limit_bytes,
        stream_bytes=fleet.stream_bytes,
        budget_bytes=fleet.stream_budget_bytes,
        reserve_bytes=fleet.stream_reserve_bytes,
        eviction_policy=fleet.eviction_policy,
    )


def _has_failed(task: asyncio.Task[bytes]) -> bool:
    return task.cancelled() or task.exception() is not None


def _health_response(checks: dict[str, str]) -> web.Response:
    is_ok = all(result == "ok" for result in checks.values())
    report = HealthReport(status="ok" if is_ok else "failing", checks=checks)
    return body_response(msgspec.json.encode(report), status=200 if is_ok else 503)
