"""Redis Sentinels, and the address that follows the primary which they name."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

from tests.faults.injector import FAULT_ERRORS
from tests.servers import free_port
from worker.streams import connect
from worker.streams.embedded_server import find_server, parent_death_hook

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.faults.lossy_proxy import LossyProxy

NAME: Final = "chaos"
QUORUM: Final = 2
COUNT: Final = 3
DOWN_AFTER_MS: Final = 2_000
"""A primary that does not answer for this long is down."""
POLL_S: Final = 0.1


class Sentinel:
    """One Sentinel, in a folder of its own."""

    def __init__(self, folder: Path, primary: int) -> None:
        self._folder = folder
        self._primary = primary
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self._client = connect(f"redis://127.0.0.1:{self._port}")

    async def start(self) -> None:
        """Start it; it may not answer yet."""
        self._folder.mkdir(parents=True)
        configuration = self._folder / "sentinel.conf"
        lines = [
            f"port {self._port}", "bind 127.0.0.1", f"dir {self._folder}",
            f"sentinel monitor {NAME} 127.0.0.1 {self._primary} {QUORUM}",
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
            f"sentinel failover-timeout {NAME} 10000",
        ]  # fmt: skip
        configuration.write_text("\n".join(lines) + "\n")
        with (self._folder / "log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                find_server(), str(configuration), "--sentinel", stdout=log, stderr=log, preexec_fn=parent_death_hook()
            )

    async def _ask(self, *words: str) -> Any:
        return await self._client.execute_command("SENTINEL", *words)  # type: ignore[no-untyped-call]

    async def is_ready(self) -> bool:
        """Return whether it knows the replica and the other Sentinels."""
        with contextlib.suppress(*FAULT_ERRORS):
            return len(await self._ask("REPLICAS", NAME)) > 0 and len(await self._ask("SENTINELS", NAME)) == COUNT - 1
        return False

    async def primary(self) -> int | None:
        """Return the port of the primary; None if this Sentinel does not answer."""
        with contextlib.suppress(*FAULT_ERRORS):
            found: Any = await self._client.sentinel_get_master_addr_by_name(NAME)
            return int(found[1]) if found else None
        return None

    async def close(self) -> None:
        """End it."""
        await self._client.aclose()
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def _follow(sentinel: Sentinel, proxy: LossyProxy) -> None:
    while True:
        if (port := await sentinel.primary()) and port != proxy.target:
            proxy.target = port
            proxy.cut()
        await asyncio.sleep(POLL_S)


@contextlib.asynccontextmanager
async def sentinels(folder: Path, primary: int, proxy: LossyProxy) -> AsyncIterator[None]:
    """Run Sentinels that know each other and the replica; the proxy follows the primary that they name."""
    members = [Sentinel(folder / f"sentinel-{i}", primary) for i in range(COUNT)]
    following: asyncio.Task[None] | None = None
    try:
        for member in members:
            await member.start()
        for member in members:
            while not await member.is_ready():  # noqa: ASYNC110 - it polls
                await asyncio.sleep(POLL_S)
        following = asyncio.create_task(_follow(members[0], proxy))
        yield
    finally:
        if following:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        for member in members:
            await member.close()
