"""One socket that is sent events: what it does not take at once waits in its own buffer, and nobody waits for it."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

DRAIN_POLL_S: Final = 0.002
LONGEST_POLL_S: Final = 0.05
"""How often a buffer that does not drain is looked at, first and in the end."""

CloseReason = Literal["left", "too_slow", "stopping", "spoke", "revoked", "failed"]
"""Why a stream ends."""


class StreamConnection:
    """One socket that is sent events."""

    def __init__(self, transport: asyncio.Transport, buffer_bytes: int) -> None:
        """Write to a transport; at most about `buffer_bytes` of the present may wait in it."""
        self.transport = transport
        self._buffer_bytes = buffer_bytes
        self.ended: asyncio.Future[CloseReason] = asyncio.get_running_loop().create_future()
        self.replayed = 0

    def send(self, frames: bytes) -> None:
        """Write, or end where the client has left or left too much unread."""
        if self.transport.is_closing():
            self.end("left")
        elif self.transport.get_write_buffer_size() > self._buffer_bytes:
            self.end("too_slow")
        elif not self.ended.done():
            self.transport.write(frames)

    def end(self, how: CloseReason) -> None:
        """End the stream; only the first reason counts."""
        if not self.ended.done():
            self.ended.set_result(how)

    async def drained(self, bytes_left: int, patience_s: float) -> bool:
        """Wait until no more than that is unread; False where nothing was read for too long, or the client left."""
        clock = asyncio.get_running_loop().time
        unread, since, pause_s = self.transport.get_write_buffer_size(), clock(), DRAIN_POLL_S
        while unread > bytes_left and not self.transport.is_closing():
            if clock() - since > patience_s:
                return False
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_POLL_S)
            if (now := self.transport.get_write_buffer_size()) < unread:
                since = clock()
            unread = now
        return not self.transport.is_closing()
