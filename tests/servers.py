"""Redis servers configured differently from `run_embedded_server`: cluster, Sentinel, TLS, no persistence."""

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
    """Run the server under test in a folder and yield its URL.

    Without persistence or TCP port unless `options` set them.

    A first option that does not start with `--` is a configuration file, which replaces the default options.
    """
    url = f"unix://{folder / 's'}"
    given = ["--port", "0", "--save", "", "--unixsocket", str(folder / "s"), "--dir", str(folder)]
    words = [*given, *options] if (options[:1] and options[0].startswith("--")) or not options else options
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            find_server(), *words, stdout=log, stderr=log, cwd=folder, preexec_fn=parent_death_hook()
        )
    try:
        while not await _is_ready(url):
            assert process.returncode is None, (folder / "log").read_text()
            await asyncio.sleep(0.01)
        yield url
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _is_ready(url: str) -> bool:
    async with Redis.from_url(url, protocol=2, retry=None) as client:
        try:
            return bool(await client.ping())
        except (RedisError, OSError):
            return False


def free_port() -> int:
    """Return a free port on loopback, low enough for the cluster bus port 10,000 above it."""
    while True:
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            if (port := int(s.getsockname()[1])) < 2**16 - 10_000:
                return port
