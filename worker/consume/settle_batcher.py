"""Settle finished deliveries in batches: those that finish during one round trip are settled with the next."""

from __future__ import annotations

import asyncio

from worker.queue import Outcome, Settlement, UrlQueue


class SettleBatcher:
    """Settles the deliveries of all concurrent tasks in one loop (`run`)."""

    def __init__(self, queue: UrlQueue) -> None:
        self._queue = queue
        self._queued: list[tuple[Settlement, asyncio.Future[Outcome]]] = []
        self._pending = asyncio.Event()
        self._ended = False

    async def settle(self, it: Settlement) -> Outcome:
        """Settle one delivery with the next batch and return its outcome.

        Raises CancelledError once `end` has been called.
        """
        if self._ended:  # `run` has ended
            raise asyncio.CancelledError
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._queued.append((it, outcome))
        self._pending.set()
        return await outcome

    async def run(self) -> None:
        """Settle batch after batch until `end` is called."""
        while not self._ended:
            await self._pending.wait()
            self._pending.clear()
            batch, self._queued = self._queued, []
            outcomes = await self._queue.settle_many([it for it, _ in batch])
            for (_, waiting), outcome in zip(batch, outcomes, strict=True):
                if not waiting.done():
                    waiting.set_result(outcome)

    def end(self) -> None:
        """End `run` after the deliveries that are already waiting."""
        self._ended = True
        self._pending.set()
