"""GET /v1/stream: the past first, if asked for, then the present, as Server-Sent Events or over a WebSocket.

Both ways of listening put bytes that are shared with others on the socket themselves.  A client's buffer is its
socket's: while it listens to the present and leaves more than `buffer_bytes` unread, it is told so and dropped.  While
it reads the past it sets the pace, as long as it takes something every `PATIENCE_S`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import HttpVersion11, WSCloseCode, web

from worker.gateway.cursor import replace_positions
from worker.gateway.live.broadcaster import BEGUN_ANEW
from worker.gateway.live.connection import DRAIN_POLL_S, CloseReason, StreamConnection
from worker.gateway.live.encoders import sse_encoder, websocket_encoder
from worker.gateway.live.replay import CHUNK
from worker.gateway.middleware.cors import is_websocket_upgrade
from worker.gateway.models import Gap
from worker.gateway.problems import ProblemError, make_problem
from worker.gateway.query import (
    FILTER_PARAMETERS,
    parse_cursor,
    parse_cursor_text,
    parse_filter,
    reject_unknown,
    wants_cloudevents,
)
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.filters import Filter
    from worker.gateway.cursor import Cursor
    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.encoders import StreamEncoder
    from worker.gateway.live.replay import ReplayReader, ReplayWindow
    from worker.schema import Kind

log = structlog.get_logger()

PARAMETERS: Final = FILTER_PARAMETERS | {"after", "cloudevents", "access_token"}
SUBPROTOCOL: Final = "cloudevents.json"
"""Of the CloudEvents WebSockets binding."""
HIGH_WATER_BYTES: Final = 1 << 20
"""Of the past, little more than this waits in a socket's buffer; enough that it does not run dry meanwhile."""
FULL_SPEED: Final = 8
"""So many may read the past with whole chunks and buffers at a time; where there are more, each takes less."""
FEWEST: Final = 24
"""Entries of a stream in one round trip, however many read: fewer would not be worth the way."""
PATIENCE_S: Final = 30.0
"""A client that takes nothing of the past for so long is dropped."""
FAREWELL_S: Final = 2.0
"""How long a client that is dropped has to read why."""
MOST_RECEIVED_BYTES: Final = 4096
CLOSE_TOO_SLOW: Final = 4008

TOLD: Final[dict[CloseReason, tuple[str, str]]] = {
    "too_slow": ("too_slow", "events were not read as fast as they came; resume behind the last one"),
    "stopping": ("stopping", "the gateway is stopping; reconnect, and resume behind the last event"),
    "spoke": ("bad_request", "nothing is to be sent on this socket"),
    "revoked": ("unauthorised", "the token is not good any more"),
    "failed": ("unavailable", "the past cannot be read now; reconnect, and resume behind the last event"),
}
CLOSE_CODE: Final[dict[CloseReason, int]] = {
    "too_slow": CLOSE_TOO_SLOW,
    "stopping": WSCloseCode.GOING_AWAY,
    "spoke": WSCloseCode.POLICY_VIOLATION,
    "revoked": WSCloseCode.POLICY_VIOLATION,
    "failed": WSCloseCode.TRY_AGAIN_LATER,
}


class StreamEndpoint:
    """Everybody who listens."""

    def __init__(
        self,
        broadcaster: Broadcaster,
        history: ReplayReader,
        *,
        most: int,
        buffer_bytes: int,
        heartbeat_s: float,
    ) -> None:
        """Serve at most `most` clients at a time."""
        self._broadcaster = broadcaster
        self._history = history
        self._most = most
        self._buffer_bytes = buffer_bytes
        self._heartbeat_s = heartbeat_s
        self._clients: dict[StreamConnection, web.Request] = {}
        self._replaying = 0
        self._stopping = False

    @property
    def open(self) -> int:
        """How many clients there are."""
        return len(self._clients)

    def stop(self) -> None:
        """Tell every client, and take none any more."""
        self._stopping = True
        for client in self._clients:
            client.end("stopping")

    def end_unless(self, may_listen: Callable[[web.Request], bool]) -> None:
        """End the streams of those who may not listen any more."""
        for client, request in self._clients.items():
            if not may_listen(request):
                client.end("revoked")

    async def gone(self, patience_s: float) -> None:
        """Wait until every client has left, but not for ever."""
        deadline = asyncio.get_running_loop().time() + patience_s
        while self._clients and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - for any of many
            await asyncio.sleep(DRAIN_POLL_S)

    async def send_heartbeats(self, stop: asyncio.Event) -> None:
        """Send heartbeats until `stop` is set."""
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), self._heartbeat_s)
            except TimeoutError:
                self._broadcaster.subscribers.send_heartbeat(self._broadcaster.position)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer GET /v1/stream."""
        reject_unknown(request, PARAMETERS)
        wanted, after = parse_filter(request), self._after(request)
        if self._stopping:
            raise ProblemError("stopping", headers={"Retry-After": "2"})
        if len(self._clients) >= self._most:
            raise ProblemError("too_many_clients", headers={"Retry-After": "30"})
        if is_websocket_upgrade(request):
            return await self._websocket(request, wanted, after)
        return await self._sse(request, wanted, after)

    @staticmethod
    def _after(request: web.Request) -> Cursor | None:
        """Where to begin: what a browser that reconnects says overrides the address that it was given."""
        if last := request.headers.get("Last-Event-ID"):
            return parse_cursor_text(last, "Last-Event-ID")
        return parse_cursor(request, "after")

    # ------------------------------------------------------------ two ways of listening
    async def _sse(self, request: web.Request, wanted: Filter, after: Cursor | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        response.force_close()
        form = sse_encoder(cloudevents=wants_cloudevents(request), chunked=request.version >= HttpVersion11)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        with self._client(request, "sse") as client:
            await response.write(b": communique\n\n")  # takes the headers with it; from here on we write ourselves
            how = await self._listen(client, wanted, form, after)
            if how in TOLD:
                client.transport.write(form.frame_batch(form.error(make_problem(*TOLD[how]))))
            await _see_off(client)
        return response

    async def _websocket(self, request: web.Request, wanted: Filter, after: Cursor | None) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False, protocols=(SUBPROTOCOL,), max_msg_size=MOST_RECEIVED_BYTES)
        cloudevents = wants_cloudevents(request)
        await socket.prepare(request)
        form = websocket_encoder(cloudevents=cloudevents or socket.ws_protocol == SUBPROTOCOL)
        with self._client(request, "websocket") as client:
            hearing = asyncio.create_task(_hear(socket, client))
            try:
                how = await self._listen(client, wanted, form, after)
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)
            if how in TOLD:
                await _close(socket, client, form, how)
        return socket

    @contextlib.contextmanager
    def _client(self, request: web.Request, way: str) -> Iterator[StreamConnection]:
        """Count a client while it is there, and say in the log when it has gone."""
        if request.transport is None:
            raise ConnectionResetError
        client, began = StreamConnection(request.transport, self._buffer_bytes), time.monotonic()
        self._clients[client] = request
        metrics.STREAMS_OPENED.labels(way).inc()
        try:
            yield client
        finally:
            del self._clients[client]
            how = client.ended.result() if client.ended.done() else "left"
            metrics.STREAMS_ENDED.labels(how).inc()
            log.info("stream", way=way, ended=how, replayed=client.replayed, s=round(time.monotonic() - began, 3))

    # ------------------------------------------------------------ past and present
    async def _listen(
        self, client: StreamConnection, wanted: Filter, form: StreamEncoder, after: Cursor | None
    ) -> CloseReason:
        """Send events until the client or we have enough."""
        begin = after or self._broadcaster.position
        client.send(form.frame_batch(form.hello(begin)))
        if after:
            try:
                begin = await self._kept(client, wanted, form, after)
                while not self._broadcaster.reaches(begin, wanted.kinds) and not client.ended.done():
                    begin = await self._replay(client, wanted, form, begin)
            except Exception:  # a response that has begun can only end with a frame of its own
                log.exception("replay failed")
                client.end("failed")
        if not client.ended.done():  # since the hub was found to reach so far, nothing was waited for
            self._broadcaster.join(client, wanted, form, begin)
            if after:
                log.info("replay", events=client.replayed)
            try:
                await asyncio.wait((client.ended,))
            finally:
                self._broadcaster.leave(client)
        return client.ended.result()

    async def _kept(self, client: StreamConnection, wanted: Filter, form: StreamEncoder, after: Cursor) -> Cursor:
        """Return the place, or where the streams end that end before it: then that is said."""
        if not self._broadcaster.is_ahead(after, wanted.kinds):
            return after
        if not (beyond := await self._history.beyond(wanted.kinds, after)):
            return after
        place = replace_positions(after, beyond)
        client.send(form.frame_batch(form.gap(Gap(kinds=[*beyond], detail=BEGUN_ANEW), place)))
        return place

    async def _replay(self, client: StreamConnection, wanted: Filter, form: StreamEncoder, after: Cursor) -> Cursor:
        """Send what lies between a position and the present; return how far it got: within the hub's reach just now."""
        window = self._history.window(wanted.kinds, after, self._broadcaster.position)
        self._replaying += 1
        try:
            return await self._send_past(client, wanted, form, window)
        finally:
            self._replaying -= 1
            await window.aclose()

    async def _send_past(
        self, client: StreamConnection, wanted: Filter, form: StreamEncoder, window: ReplayWindow
    ) -> Cursor:
        """Send chunk by chunk, at the client's pace, until what is left is within the hub's reach."""
        clock = asyncio.get_running_loop().time
        sent_at, begin = clock(), window.low
        while not self._broadcaster.reaches(window.low, wanted.kinds) and not client.ended.done():
            share = max(1, self._replaying // FULL_SPEED)
            window.count = max(FEWEST, CHUNK // share)
            if window.exhausted:
                window.widen(self._broadcaster.position)
            place = window.low
            passing = [item for item in await window.oldest() if item.passes(wanted)]
            frames = b"".join([form.frame(item) for item in passing])
            if place == begin:  # only now: what is gone by then was perhaps not read
                window.lost.update(await self._history.gaps(wanted.kinds, begin))
            if window.lost:  # trimming has overtaken us
                frames = _gap(form, sorted(window.lost), place) + frames
                window.lost.clear()
            if not frames and clock() - sent_at > self._heartbeat_s:
                frames = form.heartbeat(window.low)
            if frames:
                client.send(form.frame_batch(frames))
                sent_at = clock()
                client.replayed += len(passing)
                metrics.REPLAYED_EVENTS.inc(len(passing))
            room = (
                self._buffer_bytes // 4 if window.exhausted else HIGH_WATER_BYTES // share
            )  # the present must find some
            if not await client.drained(room, PATIENCE_S):
                client.end("left" if client.transport.is_closing() else "too_slow")
        return window.low


def _gap(form: StreamEncoder, kinds: list[Kind], place: Cursor) -> bytes:
    detail = "what followed may have been trimmed away before it was read"
    return form.gap(Gap(kinds=kinds, detail=detail), place)


async def _see_off(client: StreamConnection) -> None:
    """Let the client read what it was told; one that takes nothing, or takes it by the drop, is cut off."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            read = await client.drained(0, FAREWELL_S)
    except TimeoutError:
        read = False
    if not read:
        client.transport.abort()


async def _hear(socket: web.WebSocketResponse, client: StreamConnection) -> None:
    """Answer pings, and notice when the client leaves; it has nothing to say."""
    async for _ in socket:
        client.end("spoke")
        return
    client.end("left")


async def _close(
    socket: web.WebSocketResponse, client: StreamConnection, form: StreamEncoder, how: CloseReason
) -> None:
    """Say why, and close; what is not read in time is given up."""
    problem = make_problem(*TOLD[how])
    client.transport.write(form.error(problem))
    try:
        async with asyncio.timeout(FAREWELL_S):
            await socket.close(code=CLOSE_CODE[how], message=problem.detail.encode()[:123])
    except TimeoutError:
        client.transport.abort()
