"""What has finished is settled together: everything that has gathered since the last round trip goes with the next."""

from __future__ import annotations

import asyncio

from worker.queue import Outcome, Settlement, UrlQueue


class SettleBatcher:
    """One loop that settles for all deliveries under way."""

    def __init__(self, queue: UrlQueue) -> None:
        self._queue = queue
        self._finished: list[tuple[Settlement, asyncio.Future[Outcome]]] = []
        self._gathered = asyncio.Event()
        self._over = False

    async def settle(self, it: Settlement) -> Outcome:
        """Have the delivery acknowledged and its entries added with the next round trip; return what became of it."""
        if self._over:  # nobody settles any more
            raise asyncio.CancelledError
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._finished.append((it, outcome))
        self._gathered.set()
        return await outcome

    async def run(self) -> None:
        """Settle until told that it is over."""
        while not self._over:
            await self._gathered.wait()
            self._gathered.clear()
            batch, self._finished = self._finished, []
            outcomes = await self._queue.settle_many([it for it, _ in batch])
            for (_, waiting), outcome in zip(batch, outcomes, strict=True):
                if not waiting.done():
                    waiting.set_result(outcome)

    def end(self) -> None:
        """Settle what has gathered, and no more."""
        self._over = True
        self._gathered.set()
