"""Hosts on loopback addresses that answer, hang, trickle or refuse, and record when each request arrives."""

from __future__ import annotations

import asyncio
import contextlib
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tests.article_page import PAGE
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

TRICKLE_INTERVAL_S: Final = 1.0
"""Time between two bytes of a host that answers slowly."""


class LoopbackHost:
    """One host: its behaviour may be changed while it runs."""

    def __init__(self, address: str, *, robots: str = "", answers: str = "articles") -> None:
        """`answers`: "articles" (an article at any path), "nothing" (accepts and never answers) or "slowly".

        Nothing is opened yet; `open` starts to listen.
        """
        self.address = address
        self.robots = robots
        self.answers = answers
        self.arrivals: list[float] = []
        """Times of the monotonic clock at which requests have arrived, robots.txt included."""
        self.served: list[str] = []
        """Paths of the articles served."""
        self.last_served_at = 0.0
        self.most_in_flight = 0
        self.on_request: Callable[[str], None] = lambda _: None
        self._in_flight = 0
        self._closing = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.StreamWriter] = set()
        self.port = 0

    def url(self, path: str) -> str:
        """Return the URL of a path of this host."""
        return f"http://{self.address}:{self.port}/{path}"

    async def open(self, port: int) -> None:
        """Accept connections."""
        self.port = port
        self._closing.clear()
        self._server = await asyncio.start_server(self._handle, self.address, port, backlog=1024)

    def close(self) -> None:
        """Refuse new connections, and close the open ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._closing.set()
        for connection in list(self._connections):
            connection.close()

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.add(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.arrivals.append(time.monotonic())
                path = head.split(b" ", 2)[1].decode().lstrip("/")
                self._in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self._in_flight)
                try:
                    self.on_request(path)
                    await self._answer(path, writer)
                finally:
                    self._in_flight -= 1
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self._connections.discard(writer)
            writer.close()

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        if self.answers == "nothing":
            await self._closing.wait()
            raise ConnectionError
        body = self._body(path)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body))
        if self.answers == "slowly":
            for i in range(len(body)):
                writer.write(body[i : i + 1])
                await writer.drain()
                await asyncio.sleep(TRICKLE_INTERVAL_S)
        writer.write(body)
        if path != "robots.txt":
            self.served.append(path)
            self.last_served_at = time.monotonic()

    def _body(self, path: str) -> bytes:
        if path == "robots.txt":
            return self.robots.encode()
        return PAGE.replace("all winter", f"until the {path} of {self.address}").encode()

    @property
    def shortest_gap_s(self) -> float:
        """The shortest time between two arrivals, in seconds."""
        return min((after - before for before, after in pairwise(self.arrivals)), default=float("inf"))


@contextlib.asynccontextmanager
async def serving(*hosts: LoopbackHost) -> AsyncIterator[None]:
    """Serve the hosts, all on one free port."""
    port = free_port()
    try:
        for host in hosts:
            await host.open(port)
        yield
    finally:
        for host in hosts:
            host.close()


def articles(host: LoopbackHost, count: int) -> list[str]:
    """Return the URLs of articles of a host."""
    return [host.url(f"article-{i}") for i in range(count)]
