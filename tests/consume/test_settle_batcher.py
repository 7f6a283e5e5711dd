"""Finished deliveries are settled in batches; after the end no caller waits for ever."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from worker.consume.settle_batcher import SettleBatcher
from worker.queue import Delivery, Outcome, Settlement, UrlQueue
from worker.schema import Task


def done(n: int) -> Settlement:
    return Settlement(Delivery(f"{n}-0", Task(id=str(n), url="https://a.example/"), attempts=1, host="a.example"))


class Queue:
    """Returns the outcomes of a batch once `go` is set."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.go = asyncio.Event()

    async def settle_many(self, finished: Sequence[Settlement]) -> list[Outcome]:
        self.batches.append([it.delivery.task.id for it in finished])
        await self.go.wait()
        return ["done" if int(it.delivery.task.id) % 2 else "fenced" for it in finished]


async def test_deliveries_finished_during_a_round_trip_are_settled_with_the_next() -> None:
    queue = Queue()
    settling = SettleBatcher(cast("UrlQueue", queue))
    running = asyncio.create_task(settling.run())
    waiting = [asyncio.create_task(settling.settle(done(0)))]
    while not queue.batches:  # noqa: ASYNC110 - until the first batch is under way
        await asyncio.sleep(0)
    waiting += [asyncio.create_task(settling.settle(done(n))) for n in (1, 2)]
    await asyncio.sleep(0)
    queue.go.set()
    assert await asyncio.gather(*waiting) == ["fenced", "done", "fenced"]
    assert queue.batches == [["0"], ["1", "2"]]
    settling.end()
    await running


async def test_queued_deliveries_are_settled_at_the_end_and_later_ones_are_not() -> None:
    queue = Queue()
    queue.go.set()
    settling = SettleBatcher(cast("UrlQueue", queue))
    running = asyncio.create_task(settling.run())
    await asyncio.sleep(0)
    last = asyncio.create_task(settling.settle(done(1)))
    await asyncio.sleep(0)
    settling.end()
    await running
    assert await last == "done"
    with pytest.raises(asyncio.CancelledError):
        await settling.settle(done(2))
