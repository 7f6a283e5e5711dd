"""Servers that are not as `embedded` makes them: a cluster, a Sentinel, one with TLS, one that keeps nothing."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

from redis.asyncio import Redis
from redis.exceptions import RedisError

from worker.streams.embedded_server import find_server, parent_death_hook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@contextlib.asynccontextmanager
async def server(folder: Path, *options: str) -> AsyncIterator[str]:
    """Run the server under test in a folder and yield its URL; without files or TCP port unless `options` say so.

    An option that is no `--name` is a configuration file, which then says everything.
    """
    url = f"unix://{folder / 's'}"
    given = ["--port", "0", "--save", "", "--unixsocket", str(folder / "s"), "--dir", str(folder)]
    words = [*given, *options] if (options[:1] and options[0].startswith("--")) or not options else options
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            find_server(), *words, stdout=log, stderr=log, cwd=folder, preexec_fn=parent_death_hook()
        )
    try:
        while not await _answers(url):
            assert process.returncode is None, (folder / "log").read_text()
            await asyncio.sleep(0.01)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _answers(url: str) -> bool:
    async with Redis.from_url(url, protocol=2, retry=None) as client:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False


def free_port() -> int:
    """Return a port of loopback that nothing listens on; low enough for a cluster's second one, 10,000 above."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            if (port := int(s.getsockname()[1])) < 2**16 - 10_000:
                return port
