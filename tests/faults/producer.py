"""A producer that enqueues the URLs of a run, and records which of them were acknowledged."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Self

from tests.faults.injector import FAULT_ERRORS
from tests.faults.plan import PREFIX
from worker.queue import UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from tests.frontier.loopback import LoopbackHost


class Producer:
    """Enqueues URLs of all hosts in turn, in batches, each repeated until it is acknowledged."""

    def __init__(self, redis_url: str, hosts: Sequence[LoopbackHost], *, wait_replicas: int = 0) -> None:
        settings = Settings.of(key_prefix=PREFIX, wait_replicas=wait_replicas)
        self._queue = UrlQueue(redis_url, settings)
        self._hosts = hosts
        self._next = 0
        self.acknowledged: dict[str, float] = {}
        """URL -> when its enqueueing was acknowledged (time of the monotonic clock)."""

    async def __aenter__(self) -> Self:
        await self._queue.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self._queue.__aexit__(kind, e, tb)

    async def put(self, count: int) -> None:
        """Enqueue the next `count` URLs."""
        urls = [self._url(i) for i in range(self._next, self._next + count)]
        self._next += count
        for start in range(0, count, 250):
            await self._put(urls[start : start + 250])

    async def put_steadily(self, per_s: float, stop: asyncio.Event) -> None:
        """Enqueue URLs one by one until `stop` is set."""
        while not stop.is_set():
            await self.put(1)
            await asyncio.sleep(1 / per_s)

    async def put_again(self) -> None:
        """Enqueue all acknowledged URLs once more."""
        await self._put(list(self.acknowledged))

    def _url(self, number: int) -> str:
        turn, host = divmod(number, len(self._hosts))
        return self._hosts[host].url(f"article-{turn}")

    async def _put(self, urls: Sequence[str]) -> None:
        tasks = [Task(id=task_id(url), url=url) for url in urls]
        while True:
            try:
                await self._queue.put_many(tasks)
            except FAULT_ERRORS:
                await asyncio.sleep(0.1)
            else:
                break
        self.acknowledged.update(dict.fromkeys(urls, time.monotonic()))
