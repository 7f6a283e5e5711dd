"""A Redis that can be killed and restarted, behind a proxy that can cut connections and lose replies."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from tests.servers import free_port
from worker.streams import connect
from worker.streams.embedded_server import find_server, parent_death_hook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class RedisUnderTest:
    """A server on a TCP port with an append-only file that is written before each reply."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.client = connect(f"redis://127.0.0.1:{self._port}")
        """Connected directly, not through the proxy."""
        self.proxy = LossyProxy(self._port)

    async def start(self) -> None:
        """Start the server, and return once it answers."""
        options = {"port": self._port, "dir": self._folder, "appendonly": "yes", "appendfsync": "always", "save": ""}
        options |= {"maxmemory-policy": "noeviction", "bind": "127.0.0.1"}
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        with (self._folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                find_server(), *words, stdout=log, stderr=log, preexec_fn=parent_death_hook()
            )
        while not await self._answers():
            assert self._process.returncode is None, (self._folder / "redis.log").read_text()
            await asyncio.sleep(0.02)

    async def _answers(self) -> bool:
        try:
            return bool(await self.client.ping())
        except (RedisError, OSError):
            return False

    async def kill(self) -> int:
        """Send SIGKILL; return the exit status."""
        assert self._process is not None
        self._process.kill()
        return await self._process.wait()

    async def command(self, *words: str) -> Any:
        """Send a command for which the client has no method."""
        return await self.client.execute_command(*words)  # type: ignore[no-untyped-call]

    async def errors(self, code: str) -> int:
        """Return how many commands the server has rejected with an error code since it started."""
        stats: Any = await self.client.info("errorstats")
        found = stats.get(f"errorstat_{code}", {})
        return int(found["count"]) if found else 0

    async def close(self) -> None:
        """End server and proxy."""
        await self.client.aclose()
        await self.proxy.close()
        if self._process is not None and self._process.returncode is None:
            await self.kill()


class LossyProxy:
    """Forwards connections to a port on loopback; can cut them, and lose replies."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.port = free_port()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self.replies_to_lose = 0
        self.lost_replies = 0
        """Number of replies lost, all of scripts that ran."""

    async def open(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=1024)

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
            upstream_reader, upstream = await asyncio.open_connection("127.0.0.1", self._target)
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
            link.runs_script = b"EVALSHA" in data
            upstream.write(data)
            await upstream.drain()
        raise _Ended

    async def _replies(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, link: _Link) -> None:
        while data := await reader.read(1 << 16):
            if self.replies_to_lose and link.runs_script and not data.startswith(b"-"):
                self.replies_to_lose -= 1
                self.lost_replies += 1
                raise _Ended
            writer.write(data)
            await writer.drain()
        raise _Ended


class _Link:
    """State of one connection: whether the last command was a script."""

    runs_script = False


class _Ended(Exception):  # noqa: N818 - not an error: a side has closed the connection, or its reply is lost
    pass


@contextlib.asynccontextmanager
async def redis_under_test(folder: Path) -> AsyncIterator[RedisUnderTest]:
    """Run a server and its proxy."""
    made = RedisUnderTest(folder)
    try:
        await made.start()
        await made.proxy.open()
        yield made
    finally:
        await made.close()
