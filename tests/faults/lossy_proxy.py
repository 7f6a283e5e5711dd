"""A proxy in front of Redis that can cut connections, lose replies, hold a request back, and switch its target."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tests.servers import free_port

if TYPE_CHECKING:
    import ssl

SETTLE_MARK: Final = b":articles\r\n"
"""Only a settle that writes an article names its stream."""
WRITES: Final = (b"EVALSHA", b"XADD")
"""Commands whose replies are lost: scripts, and the command by which a worker without scripts publishes."""


class LossyProxy:
    """Forwards connections to a port on loopback; with `context` it terminates TLS."""

    def __init__(self, target: int, context: ssl.SSLContext | None = None) -> None:
        self.target = target
        """Port of the server; `cut` moves the open connections to it, since they are opened again."""
        self._context = context
        self.port = free_port()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.replies_to_lose = 0
        self.lost_replies = 0
        """Number of replies lost, all of commands that were executed."""
        self.trap: Trap | None = None

    async def open(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024, ssl=self._context)

    async def close(self) -> None:
        """Refuse and end all connections."""
        if self._server is not None:
            self._server.close()
        self.cut()

    def cut(self) -> int:
        """Reset all connections; return their number."""
        count = len(self._connections)
        for writer in list(self._connections.values()):
            writer.transport.abort()
        return count

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = writer
        try:
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self.target)
            link = _Link()
            async with asyncio.TaskGroup() as both:
                both.create_task(self._requests(reader, upstream, link))
                both.create_task(self._replies(upstream_reader, writer, link))
        except* (OSError, asyncio.IncompleteReadError, _Ended):
            pass
        finally:
            del self._connections[task]
            for end in (writer, *([upstream] if "upstream" in locals() else [])):
                end.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter, link: _Link) -> None:
        while data := await reader.read(1 << 16):
            if self.trap and SETTLE_MARK in data:
                trap, self.trap = self.trap, None
                await trap.hold(data)
            link.writes = any(command in data for command in WRITES)
            upstream.write(data)
            await upstream.drain()
        raise _Ended

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link) -> None:
        while data := await reader.read(1 << 16):
            if self.replies_to_lose and link.writes and not data.startswith(b"-"):
                self.replies_to_lose -= 1
                self.lost_replies += 1
                raise _Ended
            writer.write(data)
            await writer.drain()
        raise _Ended


class Trap:
    """Holds the next settle back until it is released."""

    def __init__(self) -> None:
        self.caught: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._released = asyncio.Event()

    async def hold(self, request: bytes) -> None:
        """Report the request, and return when it may be forwarded."""
        if not self.caught.done():
            self.caught.set_result(request)
            await self._released.wait()

    def release(self) -> None:
        """Forward the request."""
        self._released.set()


class _Link:
    """State of one connection: whether the last command was one of `WRITES`."""

    writes = False


class _Ended(Exception):  # noqa: N818 - not an error: a side has closed the connection, or its reply is lost
    pass
