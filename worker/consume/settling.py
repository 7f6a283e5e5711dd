"""What has finished is settled together: everything that has gathered since the last round trip goes with the next."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from worker.queue import Delivery, Outcome, UrlQueue
from worker.streams import Write


class Settling:
    """One loop that settles for all deliveries under way."""

    def __init__(self, queue: UrlQueue) -> None:
        self._queue = queue
        self._finished: list[tuple[Delivery, Sequence[Write], asyncio.Future[Outcome]]] = []
        self._gathered = asyncio.Event()
        self._over = False

    async def settle(self, delivery: Delivery, entries: Sequence[Write]) -> Outcome:
        """Have the delivery acknowledged and the entries added with the next round trip; return what became of it."""
        if self._over:  # nobody settles any more
            raise asyncio.CancelledError
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._finished.append((delivery, entries, outcome))
        self._gathered.set()
        return await outcome

    async def run(self) -> None:
        """Settle until told that it is over."""
        while not self._over:
            await self._gathered.wait()
            self._gathered.clear()
            batch, self._finished = self._finished, []
            outcomes = await self._queue.settle_many([(delivery, entries) for delivery, entries, _ in batch])
            for (_, _, waiting), outcome in zip(batch, outcomes, strict=True):
                if not waiting.done():
                    waiting.set_result(outcome)

    def end(self) -> None:
        """Settle what has gathered, and no more."""
        self._over = True
        self._gathered.set()
