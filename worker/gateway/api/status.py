"""How the whole is doing: the queue's state for people, and whether this process is well for those who watch it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec
from redis.exceptions import RedisError

from worker.gateway.cursor import format_cursor
from worker.gateway.middleware.compression import body
from worker.gateway.models import DeadLetterCounts, HealthReport, Status, StreamStatus
from worker.gateway.query import reject_unknown
from worker.monitor.snapshot import take_snapshot
from worker.schema import article_stream
from worker.subscribe import events_per_kind

if TYPE_CHECKING:
    from aiohttp import web
    from redis.asyncio import Redis

    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.endpoint import StreamEndpoint
    from worker.queue import UrlQueue
    from worker.settings import Settings

FRESH_S: Final = 1.0
"""How long a state is shown to everybody who asks."""
COUNTED_LETTERS: Final = 1_000
SILENCE_S: Final = 10.0
"""A reader that has not come round for so long is stuck; a round takes little more than a second."""
PING_S: Final = 2.0


class StatusHandlers:
    """Answers for the state."""

    def __init__(
        self,
        client: Redis,
        settings: Settings,
        queue: UrlQueue,
        *,
        broadcaster: Broadcaster,
        streams: StreamEndpoint,
    ) -> None:
        """Ask Redis, and the gateway's own parts."""
        self._client = client
        self._settings = settings
        self._queue = queue
        self._broadcaster = broadcaster
        self._streams = streams
        self._asking: asyncio.Task[bytes] | None = None
        self._asked_at = -FRESH_S

    # ------------------------------------------------------------ for people
    async def status(self, request: web.Request) -> web.Response:
        """Answer GET /v1/status."""
        reject_unknown(request, ())
        return body(await asyncio.shield(self._asked()))  # others wait for the same answer

    def _asked(self) -> asyncio.Task[bytes]:
        """Return the answer that is being made, or was, not long ago; one that failed lets everybody know at once."""
        now = time.monotonic()
        if self._asking is None or (self._asking.done() and (now - self._asked_at >= FRESH_S or _failed(self._asking))):
            self._asking, self._asked_at = asyncio.create_task(self._state()), now
        return self._asking

    async def _state(self) -> bytes:
        fleet = await take_snapshot(self._client, self._queue, self._settings)
        prefix = self._settings.redis.key_prefix
        state = Status(
            at=fleet.at,
            queue=await self._queue.depth(),
            workers=await self._queue.workers(),
            services=list(fleet.services),
            hosts=list(fleet.hosts),
            lags=list(fleet.lags),
            dead=await self._dead(),
            events=await events_per_kind(self._client, prefix),
            articles=await self._client.xlen(article_stream(prefix)),
            stream=StreamStatus(
                clients=self._streams.open,
                position=format_cursor(self._broadcaster.position),
                lag_s=round(self._broadcaster.lag_s, 3),
            ),
        )
        return msgspec.json.encode(state)

    async def _dead(self) -> DeadLetterCounts:
        reasons = Counter(letter.reason for letter in await self._queue.list_dead_letters(COUNTED_LETTERS))
        return DeadLetterCounts(newest=reasons.total(), by_reason=dict(reasons.most_common()))

    # ------------------------------------------------------------ for those who watch it
    async def healthz(self, request: web.Request) -> web.Response:
        """Answer that the event loop turns; what does not turn any more answers nothing."""
        reject_unknown(request, ())
        return _health({"loop": "ok"})

    async def readyz(self, request: web.Request) -> web.Response:
        """Answer whether Redis answers and the streams are being read."""
        reject_unknown(request, ())
        return _health({"redis": await self._redis(), "reader": self._reader()})

    async def _redis(self) -> str:
        try:
            async with asyncio.timeout(PING_S):
                await self._client.ping()
        except (RedisError, OSError, TimeoutError) as e:
            return str(e) or "no answer"
        return "ok"

    def _reader(self) -> str:
        if self._broadcaster.last_read_at is None:
            return "has not begun"
        silent_s = asyncio.get_running_loop().time() - self._broadcaster.last_read_at
        return "ok" if silent_s < SILENCE_S else f"has read nothing for {silent_s:.0f} s"


def _failed(asking: asyncio.Task[bytes]) -> bool:
    return asking.cancelled() or asking.exception() is not None


def _health(checks: dict[str, str]) -> web.Response:
    well = all(word == "ok" for word in checks.values())
    health = HealthReport(status="ok" if well else "failing", checks=checks)
    return body(msgspec.json.encode(health), status=200 if well else 503)
