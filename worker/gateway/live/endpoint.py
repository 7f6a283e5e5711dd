"""GET /v1/stream: the history first, if requested, then live events, over SSE or a WebSocket.

Both transports write bytes shared with other clients directly to the socket.  A client that leaves more than
`buffer_bytes` of live events unread gets an error frame and is disconnected.  During the replay
of the history the client sets the pace, as long as it reads something every `STALL_TIMEOUT_S`.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

import structlog
from aiohttp import HttpVersion11, WSCloseCode, web

from worker.gateway.live.connection import MIN_DRAIN_POLL_S, CloseReason, StreamConnection
from worker.gateway.live.encoders import sse_encoder, websocket_encoder
from worker.gateway.live.merged_reader import STREAM_RESET
from worker.gateway.live.replay import REPLAY_CHUNK
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
from worker.lifecycle import sleep_until
from worker.subscribe.cursor import replace_positions
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from worker.filters import Filter
    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.encoders import StreamEncoder
    from worker.gateway.live.replay import ReplayReader, ReplayWindow
    from worker.schema import Kind
    from worker.subscribe.cursor import Cursor

log = structlog.get_logger()

STREAM_PARAMETERS: Final = FILTER_PARAMETERS | {"after", "cloudevents", "access_token"}
SUBPROTOCOL: Final = "cloudevents.json"
"""WebSocket subprotocol of the CloudEvents WebSockets binding."""
REPLAY_BUFFER_BYTES: Final = 1 << 20
"""Unsent bytes up to which a replay writes the next chunk: enough to keep the socket busy meanwhile."""
FULL_SPEED_REPLAYS: Final = 8
"""Number of simultaneous replays that use whole chunks and buffers; with more, each replay gets a share."""
MIN_CHUNK: Final = 24
"""Fewest entries of a stream in one round trip, however many replays there are."""
STALL_TIMEOUT_S: Final = 30.0
"""A client that reads nothing of a replay, or of the last frame, for so long is disconnected."""
CLOSE_TIMEOUT_S: Final = 2.0
"""Time in which a client may read the last frame, as long as it keeps reading."""
MAX_RECEIVED_BYTES: Final = 4096
CLOSE_TOO_SLOW: Final = 4008
"""Close code of a WebSocket, from the range for private use (RFC 6455, 7.4.2)."""

CLOSE_PROBLEMS: Final[dict[CloseReason, tuple[str, str]]] = {
    "too_slow": ("too_slow", "events were not read as fast as they came; resume after the last one"),
    "stopping": ("stopping", "the gateway is stopping; reconnect, and resume after the last event"),
    "spoke": ("bad_request", "nothing is to be sent on this socket"),
    "revoked": ("unauthorised", "the token is no longer valid"),
    "failed": ("unavailable", "the history cannot be read at present; reconnect, and resume after the last event"),
}
"""Reason -> code and detail of the problem in the last frame; a client that disconnects gets none."""
CLOSE_CODE: Final[dict[CloseReason, int]] = {
    "too_slow": CLOSE_TOO_SLOW,
    "stopping": WSCloseCode.GOING_AWAY,
    "spoke": WSCloseCode.POLICY_VIOLATION,
    "revoked": WSCloseCode.POLICY_VIOLATION,
    "failed": WSCloseCode.TRY_AGAIN_LATER,
}


class StreamEndpoint:
    """All clients of the live stream."""

    def __init__(
        self,
        broadcaster: Broadcaster,
        history: ReplayReader,
        clock: Callable[[], datetime],
        *,
        max_connections: int,
        buffer_bytes: int,
        heartbeat_s: float,
    ) -> None:
        """`clock`: the current time.  `max_connections`: largest number of clients at a time.

        `buffer_bytes`: see `StreamConnection`.

        `heartbeat_s`: interval of the heartbeats to clients.  Nothing is started yet.
        """
        self._broadcaster = broadcaster
        self._history = history
        self._clock = clock
        self._max_connections = max_connections
        self._buffer_bytes = buffer_bytes
        self._heartbeat_s = heartbeat_s
        self._connections: dict[StreamConnection, web.Request] = {}
        self._replays = 0
        self._stopping = False

    @property
    def connection_count(self) -> int:
        """Number of clients."""
        return len(self._connections)

    def stop(self) -> None:
        """End every stream and accept no more clients."""
        self._stopping = True
        for connection in self._connections:
            connection.close("stopping")

    def close_unauthorised(self, is_authorised: Callable[[web.Request], bool]) -> None:
        """End the streams whose request is no longer authorised."""
        for connection, request in self._connections.items():
            if not is_authorised(request):
                connection.close("revoked")

    async def wait_closed(self, timeout_s: float) -> None:
        """Wait until every client has been disconnected, at most `timeout_s`."""
        deadline = asyncio.get_running_loop().time() + timeout_s
        while self._connections and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - for any of many
            await asyncio.sleep(MIN_DRAIN_POLL_S)

    async def send_heartbeats(self, stop: asyncio.Event) -> None:
        """Send heartbeats until `stop` is set."""
        while not await sleep_until(stop, self._heartbeat_s):
            self._broadcaster.send_heartbeat()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle GET /v1/stream."""
        reject_unknown(request, STREAM_PARAMETERS)
        wanted, after = parse_filter(request), self._after(request)
        if self._stopping:
            raise ProblemError("stopping", headers={"Retry-After": "2"})
        if len(self._connections) >= self._max_connections:
            raise ProblemError("too_many_clients", headers={"Retry-After": "30"})
        if is_websocket_upgrade(request):
            return await self._websocket(request, wanted, after)
        return await self._sse(request, wanted, after)

    def _after(self, request: web.Request) -> Cursor | None:
        """Return the cursor after which the stream starts; None for the present.

        A browser that reconnects repeats the URL with its `after`, so its Last-Event-ID takes precedence.
        """
        if last := request.headers.get("Last-Event-ID"):
            return parse_cursor_text(last, "Last-Event-ID", self._clock())
        return parse_cursor(request, "after", self._clock())

    # ------------------------------------------------------------ transports
    async def _sse(self, request: web.Request, wanted: Filter, after: Cursor | None) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        response.content_type = "text/event-stream"
        response.force_close()
        encoder = sse_encoder(cloudevents=wants_cloudevents(request), chunked=request.version >= HttpVersion11)
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        with self._connection(request, "sse") as connection:
            await response.write(b": communique\n\n")  # flushes the headers; from here on the transport is written to
            reason = await self._stream(connection, wanted, encoder, after)
            if reason in CLOSE_PROBLEMS:
                problem = make_problem(*CLOSE_PROBLEMS[reason])
                connection.transport.write(encoder.frame_batch(encoder.error(problem)))
            await _finish(connection)
        return response

    async def _websocket(self, request: web.Request, wanted: Filter, after: Cursor | None) -> web.StreamResponse:
        socket = web.WebSocketResponse(compress=False, protocols=(SUBPROTOCOL,), max_msg_size=MAX_RECEIVED_BYTES)
        cloudevents = wants_cloudevents(request)
        await socket.prepare(request)
        encoder = websocket_encoder(cloudevents=cloudevents or socket.ws_protocol == SUBPROTOCOL)
        with self._connection(request, "websocket") as connection:
            receiving = asyncio.create_task(_receive(socket, connection))
            try:
                reason = await self._stream(connection, wanted, encoder, after)
            finally:
                receiving.cancel()
                await asyncio.gather(receiving, return_exceptions=True)
            if reason in CLOSE_PROBLEMS:
                await _close_socket(socket, connection, encoder, reason)
        return socket

    @contextlib.contextmanager
    def _connection(self, request: web.Request, transport: str) -> Iterator[StreamConnection]:
        """Yield the connection of a client, registered for the duration of the block; count and log its stream."""
        if request.transport is None:
            raise ConnectionResetError
        connection, start_s = StreamConnection(request.transport, self._buffer_bytes), time.monotonic()
        self._connections[connection] = request
        metrics.STREAMS_OPENED.labels(transport).inc()
        try:
            yield connection
        finally:
            del self._connections[connection]
            reason = connection.closed.result() if connection.closed.done() else "left"
            metrics.STREAMS_ENDED.labels(reason).inc()
            duration_s = round(time.monotonic() - start_s, 3)
            log.info("stream", way=transport, ended=reason, replayed=connection.replayed, s=duration_s)

    # ------------------------------------------------------------ history, then live events
    async def _stream(
        self, connection: StreamConnection, wanted: Filter, encoder: StreamEncoder, after: Cursor | None
    ) -> CloseReason:
        """Send events until the client disconnects or the gateway ends the stream."""
        start = after or self._broadcaster.cursor
        connection.send(encoder.frame_batch(encoder.hello(start)))
        if after:
            try:
                start = await self._skip_resets(connection, wanted, encoder, after)
                while not self._broadcaster.covers(start, wanted.kinds) and not connection.closed.done():
                    start = await self._replay(connection, wanted, encoder, start)
            except Exception:  # the response has begun, so the error can only be reported in a frame
                log.exception("replay failed")
                connection.close("failed")
        if not connection.closed.done():  # no await since `covers` returned True, so no event is missed
            self._broadcaster.subscribe(connection, wanted, encoder, start)
            if after:
                log.info("replay", events=connection.replayed)
            try:
                await asyncio.wait((connection.closed,))
            finally:
                self._broadcaster.unsubscribe(connection)
        return connection.closed.result()

    async def _skip_resets(
        self, connection: StreamConnection, wanted: Filter, encoder: StreamEncoder, after: Cursor
    ) -> Cursor:
        """Return `after`; the position in a stream that ends earlier, as after a loss of data, is set back to that end.

        If a position is set back, the client is sent a gap message first.
        """
        if not self._broadcaster.is_behind(after, wanted.kinds):
            return after
        if not (resets := await self._history.find_resets(wanted.kinds, after)):
            return after
        start = replace_positions(after, resets)
        connection.send(encoder.frame_batch(encoder.gap(Gap(kinds=[*resets], detail=STREAM_RESET), start)))
        return start

    async def _replay(
        self, connection: StreamConnection, wanted: Filter, encoder: StreamEncoder, after: Cursor
    ) -> Cursor:
        """Send the history after `after`; return the cursor reached, which the broadcaster covered at that moment."""
        window = self._history.window(wanted.kinds, after, self._broadcaster.cursor)
        self._replays += 1
        try:
            return await self._send_window(connection, wanted, encoder, window)
        finally:
            self._replays -= 1
            await window.aclose()

    async def _send_window(
        self, connection: StreamConnection, wanted: Filter, encoder: StreamEncoder, window: ReplayWindow
    ) -> Cursor:
        """Send the window chunk by chunk, as fast as the client reads, until the broadcaster covers the rest."""
        clock = asyncio.get_running_loop().time
        sent_at_s, start = clock(), window.low
        while not self._broadcaster.covers(window.low, wanted.kinds) and not connection.closed.done():
            share = max(1, self._replays // FULL_SPEED_REPLAYS)
            window.chunk_size = max(MIN_CHUNK, REPLAY_CHUNK // share)
            if window.exhausted:
                window.extend(self._broadcaster.cursor)
            low = window.low
            matching = [event for event in await window.next_oldest() if event.matches(wanted)]
            frames = b"".join([encoder.encode(event) for event in matching])
            if low == start:  # after the read, since entries may be trimmed away until then
                window.lost.update(await self._history.find_gaps(wanted.kinds, start))
            if window.lost:
                frames = _encode_gap(encoder, sorted(window.lost), low) + frames
                window.lost.clear()
            if not frames and clock() - sent_at_s > self._heartbeat_s:
                frames = encoder.heartbeat(window.low)
            if frames:
                connection.send(encoder.frame_batch(frames))
                sent_at_s = clock()
                connection.replayed += len(matching)
                metrics.REPLAYED_EVENTS.inc(len(matching))
            # Before the change to live events the buffer must have room for them.
            max_unsent = self._buffer_bytes // 4 if window.exhausted else REPLAY_BUFFER_BYTES // share
            if not await connection.wait_drained(max_unsent, STALL_TIMEOUT_S):
                connection.close("left" if connection.transport.is_closing() else "too_slow")
        return window.low


def _encode_gap(encoder: StreamEncoder, kinds: list[Kind], cursor: Cursor) -> bytes:
    detail = "what followed may have been trimmed away before it was read"
    return encoder.gap(Gap(kinds=kinds, detail=detail), cursor)


async def _finish(connection: StreamConnection) -> None:
    """Give the client time to read the last frame; abort the connection if it reads too slowly or not at all."""
    try:
        async with asyncio.timeout(STALL_TIMEOUT_S):
            read = await connection.wait_drained(0, CLOSE_TIMEOUT_S)
    except TimeoutError:
        read = False
    if not read:
        connection.transport.abort()


async def _receive(socket: web.WebSocketResponse, connection: StreamConnection) -> None:
    """Answer pings and notice a disconnect; any other message ends the stream."""
    async for _ in socket:
        connection.close("spoke")
        return
    connection.close("left")


async def _close_socket(
    socket: web.WebSocketResponse, connection: StreamConnection, encoder: StreamEncoder, reason: CloseReason
) -> None:
    """Send the problem and the close frame; abort the connection if the client does not read them in time."""
    problem = make_problem(*CLOSE_PROBLEMS[reason])
    connection.transport.write(encoder.error(problem))
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await socket.close(code=CLOSE_CODE[reason], message=problem.detail.encode()[:123])
    except TimeoutError:
        connection.transport.abort()
