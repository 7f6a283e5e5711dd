"""One client connection that events are written to; unsent bytes wait in the socket's own buffer."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

MIN_DRAIN_POLL_S: Final = 0.002
MAX_DRAIN_POLL_S: Final = 0.05
"""Longest interval at which the size of a full buffer is checked; the interval starts shorter and doubles."""

CloseReason = Literal["left", "too_slow", "stopping", "spoke", "revoked", "failed"]
"""Why a stream ends: the client disconnected, its buffer overflowed, the gateway is stopping, the client sent data on a
WebSocket, its token was revoked, the history could not be read."""


class StreamConnection:
    """A client of the live stream."""

    def __init__(self, transport: asyncio.Transport, buffer_bytes: int) -> None:
        """`transport`: that of the client, which is too slow if more than `buffer_bytes` are unsent before a write."""
        self.transport = transport
        self._buffer_bytes = buffer_bytes
        self.closed: asyncio.Future[CloseReason] = asyncio.get_running_loop().create_future()
        """Done as soon as the stream is to end; the connection itself is closed by the endpoint."""
        self.replayed = 0
        """Events sent from the history."""

    def send(self, frames: bytes) -> None:
        """Write frames, or end the stream if the client has disconnected or is too slow."""
        if self.transport.is_closing():
            self.close("left")
        elif self.transport.get_write_buffer_size() > self._buffer_bytes:
            self.close("too_slow")
        elif not self.closed.done():
            self.transport.write(frames)

    def close(self, reason: CloseReason) -> None:
        """End the stream; a reason given before is kept."""
        if not self.closed.done():
            self.closed.set_result(reason)

    async def wait_drained(self, max_unsent_bytes: int, stall_timeout_s: float) -> bool:
        """Wait until at most `max_unsent_bytes` are unsent.

        False if the client has disconnected, or has read nothing for longer than `stall_timeout_s`.
        """
        clock = asyncio.get_running_loop().time
        unsent, last_progress_s, poll_s = self.transport.get_write_buffer_size(), clock(), MIN_DRAIN_POLL_S
        while unsent > max_unsent_bytes and not self.transport.is_closing():
            if clock() - last_progress_s > stall_timeout_s:
                return False
            await asyncio.sleep(poll_s)
            poll_s = min(2 * poll_s, MAX_DRAIN_POLL_S)
            if (now := self.transport.get_write_buffer_size()) < unsent:
                last_progress_s = clock()
            unsent = now
        return not self.transport.is_closing()
