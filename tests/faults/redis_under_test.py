"""Redis servers that can be killed and restarted; one behind a proxy, which can switch to another."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import RedisError

from tests.certificates import make_certificates
from tests.faults.lossy_proxy import LossyProxy
from tests.redis_users import acl_setuser
from tests.servers import free_port
from worker.streams import connect
from worker.streams.embedded_server import find_server, parent_death_hook

if TYPE_CHECKING:
    import signal
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

DURABLE: Final = {"appendonly": "yes", "appendfsync": "always", "save": "", "repl-diskless-sync-delay": "0"}
"""The append-only file is synced before each reply."""


class RedisServer:
    """A server on a TCP port of loopback; not started yet."""

    def __init__(self, folder: Path, options: Mapping[str, str] = DURABLE, user: list[str] | None = None) -> None:
        """`user`: words of ACL SETUSER from the user's name on."""
        self.folder = folder
        self.port = free_port()
        self._options = options
        self._user = user
        self._process: asyncio.subprocess.Process | None = None
        self.client = connect(f"redis://127.0.0.1:{self.port}")

    async def start(self) -> None:
        """Start the server, and return once it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {"port": str(self.port), "dir": str(self.folder), "bind": "127.0.0.1", **self._options}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        if self._user:
            words += ["--user", *self._user]
        with (self.folder / "redis.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                find_server(), *words, stdout=log, stderr=log, preexec_fn=parent_death_hook()
            )
        while not await self._answers():
            assert self._process.returncode is None, (self.folder / "redis.log").read_text()
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

    def signal(self, how: signal.Signals) -> None:
        """Send a signal to the process."""
        assert self._process is not None
        self._process.send_signal(how)

    async def command(self, *words: str) -> Any:
        """Send a command for which the client has no method."""
        return await self.client.execute_command(*words)  # type: ignore[no-untyped-call]

    async def errors(self, code: str) -> int:
        """Return how many commands the server has rejected with an error code since it started."""
        stats: Any = await self.client.info("errorstats")
        found = stats.get(f"errorstat_{code}", {})
        return int(found["count"]) if found else 0

    async def close(self) -> None:
        """End the server."""
        await self.client.aclose()
        if self._process is not None and self._process.returncode is None:
            await self.kill()


@contextlib.asynccontextmanager
async def running(*servers: RedisServer) -> AsyncIterator[None]:
    """Run servers, and end those that still run."""
    try:
        for server in servers:
            await server.start()
        yield
    finally:
        for server in servers:
            await server.close()


class RedisUnderTest(RedisServer):
    """A server and the proxy through which the workers reach it; `client` is connected directly."""

    def __init__(self, folder: Path, options: Mapping[str, str] = DURABLE, *, secure: bool = False) -> None:
        """`secure`: the proxy terminates TLS, and `url` names the user of a fleet of docs/operating.md."""
        super().__init__(folder, options, acl_setuser("fleet")[2:] if secure else None)
        self.proxy = LossyProxy(self.port, _server_context(folder) if secure else None)
        authority = f"localhost:{self.proxy.port}" if secure else f"127.0.0.1:{self.proxy.port}"
        login = f"rediss://communique:PASSWORD@{authority}?ssl_ca_certs={folder}/ca.crt"
        self.url = login if secure else f"redis://{authority}"


def _server_context(folder: Path) -> ssl.SSLContext:
    folder.mkdir(parents=True, exist_ok=True)
    make_certificates(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "redis.crt", folder / "redis.key")
    return context


@contextlib.asynccontextmanager
async def redis_under_test(
    folder: Path, options: Mapping[str, str] = DURABLE, *, secure: bool = False
) -> AsyncIterator[RedisUnderTest]:
    """Run a server and its proxy."""
    made = RedisUnderTest(folder, options, secure=secure)
    async with running(made):
        try:
            await made.proxy.open()
            yield made
        finally:
            await made.proxy.close()
