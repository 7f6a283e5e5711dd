"""Run worker processes, enqueue tasks for them, and read their log lines."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tests.environment import clean_environ
from worker.queue import UrlQueue
from worker.schema import Task, article_stream, task_id
from worker.streams import connect, range_entries

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from worker.queue import Depth
    from worker.settings import Settings


class Fleet:
    """Workers with the same settings, whose logs are in one folder."""

    def __init__(self, settings: Settings, folder: Path, **environ: str) -> None:
        """`environ`: settings of the workers as environment variables, without the prefix and in lower case."""
        self.settings = settings
        self._folder = folder
        self._environ = {f"COMMUNIQUE_{name.upper()}": value for name, value in environ.items()}
        self.processes: list[asyncio.subprocess.Process] = []

    async def start(self) -> asyncio.subprocess.Process:
        """Start one more worker."""
        common = {
            "COMMUNIQUE_REDIS_URL": self.settings.redis.url or "",
            "COMMUNIQUE_KEY_PREFIX": self.settings.redis.key_prefix,
            "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
            "COMMUNIQUE_LOG_LEVEL": "debug",
        }
        clean = clean_environ()
        log = self._folder / f"{self.settings.redis.key_prefix}-{len(self.processes)}.log"
        with log.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "worker", "consume"), env=clean | common | self._environ, stderr=stderr
            )
        self.processes.append(process)
        return process

    async def stop(self) -> None:
        """Stop all workers; kill those that do not drain within 20 seconds."""
        running = [process for process in self.processes if process.returncode is None]
        for process in running:
            process.terminate()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(20):
                for process in running:
                    await process.wait()
        for process in running:
            if process.returncode is None:
                process.kill()
                await process.wait()

    def log_lines(self, event: str) -> list[dict[str, Any]]:
        """Return the log lines of all workers with this event."""
        texts = [
            path.read_text(errors="replace") for path in self._folder.glob(f"{self.settings.redis.key_prefix}-*.log")
        ]
        lines = [json.loads(line) for text in texts for line in text.splitlines() if f'"{event}"' in line]
        return [line for line in lines if line.get("event") == event]

    def shortest_send_gaps(self) -> dict[str, float]:
        """Return the shortest time (s) between two requests to each host, by the times at which they were sent."""
        sent: defaultdict[str, list[float]] = defaultdict(list)
        for line in self.log_lines("request_sent"):
            sent[line["host"]].append(line["at_s"])
        return {
            host: min((after - before for before, after in pairwise(sorted(times))), default=float("inf"))
            for host, times in sent.items()
        }


@contextlib.asynccontextmanager
async def fleet(settings: Settings, folder: Path, count: int, **environ: str) -> AsyncIterator[Fleet]:
    """Run `count` workers."""
    made = Fleet(settings, folder, **environ)
    try:
        for _ in range(count):
            await made.start()
        yield made
    finally:
        await made.stop()


async def put(settings: Settings, urls: Sequence[str]) -> None:
    """Enqueue URLs that were not enqueued before."""
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        for start in range(0, len(urls), 1000):
            tasks = [Task(id=task_id(url), url=url) for url in urls[start : start + 1000]]
            assert all(await queue.put_many(tasks))


async def wait_until(settings: Settings, reached: Callable[[Depth], bool], timeout_s: float) -> Depth:
    """Wait until the queue has reached a state; raise TimeoutError after `timeout_s` seconds."""
    deadline = time.monotonic() + timeout_s
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        while not reached(depth := await queue.depth()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still {depth} after {timeout_s:g} s")
            await asyncio.sleep(0.05)
    return depth


async def published(settings: Settings) -> Counter[str]:
    """Return how often the article of each URL is in the stream of articles."""
    async with connect(settings.redis.url or "") as client:
        entries = await range_entries(client, article_stream(settings.redis.key_prefix), count=1_000_000)
    return Counter(json.loads((entry.fields or {})[b"data"])["url"] for entry in entries)
