"""Worker processes that are restarted whenever they end, and the entries pending at each."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

from tests.environment import clean_environ
from tests.faults.judge import pid_of
from worker.streams.embedded_server import parent_death_hook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class SupervisedWorkers:
    """`count` workers; each is restarted whenever it ends, for any reason."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], folder: Path, count: int) -> None:
        self._command = command
        self._environ = environ
        self._log = folder / "workers.log"
        self._count = count
        self._running: dict[int, asyncio.subprocess.Process] = {}
        self._supervisors: list[asyncio.Task[None]] = []
        self.exits: Counter[int] = Counter()
        """Exit status -> number."""
        self.stopped: set[int] = set()
        """Processes that are stopped by SIGSTOP."""

    async def __aenter__(self) -> Self:
        """Start all of them."""
        self._supervisors = [asyncio.create_task(self._supervise()) for _ in range(self._count)]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Kill all of them."""
        for supervisor in self._supervisors:
            supervisor.cancel()
        await asyncio.gather(*self._supervisors, return_exceptions=True)

    async def _supervise(self) -> None:
        clean = clean_environ()
        while True:
            with self._log.open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *(sys.executable, *self._command),
                    env=clean | dict(self._environ),
                    stderr=log,
                    stdout=log,
                    preexec_fn=parent_death_hook(),
                )
            self._running[process.pid] = process
            try:
                self.exits[await process.wait()] += 1
            finally:
                self._running.pop(process.pid, None)
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    @property
    def pids(self) -> list[int]:
        """The running processes, except those in `stopped`."""
        return [pid for pid in self._running if pid not in self.stopped]

    async def end(self, pid: int, how: signal.Signals) -> int:
        """Send a signal and return the exit status of the process."""
        process = self._running[pid]
        process.send_signal(how)
        return await process.wait()

    def signal(self, pid: int, how: signal.Signals) -> None:
        """Send a signal, if the process still runs."""
        if pid in self._running:
            self._running[pid].send_signal(how)


async def held_by(client: Any, ready: str) -> dict[int, set[str]]:
    """Return the pending entries of each process: pid -> entry ids."""
    try:
        pending = await client.xpending_range(ready, "workers", "-", "+", 100_000)
    except Exception:  # noqa: BLE001 - a fault has removed the group or the server
        return {}
    found: dict[int, set[str]] = {}
    for it in pending:
        found.setdefault(pid_of(it["consumer"]), set()).add(it["message_id"].decode())
    return found
