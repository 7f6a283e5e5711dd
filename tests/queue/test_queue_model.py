"""Any course of events, on a real server and on a model of it: each task's results once, by its owner.

Counting what was lost or written twice would not notice a missing fence; so every output is tagged with its worker,
entry and delivery, and every answer of the queue is compared with the model's.
"""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.queue.test_url_queue import stall
from worker.queue import Delivery, UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import StreamWrite

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 3, 1, tzinfo=UTC)
# Few of each, so that they interact.
TASKS = [Task(id=f"t{i}", url=f"https://news{i}.example/") for i in range(2)]
WORKERS = 2

ACTS = ["put", "read", "settle", "settle", "retry_later", "put_back", "dead_letter", "renew", "overtake", "overtake"]
RARER = ["put_unseen", "crash", "move", "requeue", "forget_scripts"]
STEPS = st.tuples(st.sampled_from([*ACTS, *ACTS, *RARER]), st.integers(0, WORKERS - 1), st.integers(0, 2))
"""A step: its name, the worker (or task), and which of its deliveries (or how many)."""


class World:
    """The queue, its workers, and a model of the state that they must have."""

    def __init__(self, redis_url: str) -> None:
        self.url = redis_url
        self.settings = Settings.of(key_prefix=f"test-{uuid.uuid4().hex}", max_attempts=10_000, host_delay_s=0.0)
        self.workers = [UrlQueue(redis_url, self.settings) for _ in range(WORKERS)]
        self.held: list[list[Delivery]] = [[] for _ in range(WORKERS)]
        """All deliveries that each worker ever received, ended ones included: it may use them at any time."""
        self.owner: dict[str, tuple[str, int]] = {}
        """Pending entry -> consumer and delivery counter."""
        self.seen: set[str] = set()
        self.dead: set[str] = set()
        self.put_ids: set[str] = set()
        self.written: dict[str, str] = {}
        """Task id -> tag of the entries written for it."""

    async def step(self, name: str, who: int, which: int) -> None:
        await getattr(self, name)(who, which)

    # ------------------------------------------------------------ enqueue
    async def put(self, i: int, _: int) -> None:
        new = await self.workers[0].put(TASKS[i])
        assert new == (TASKS[i].id not in self.seen)
        self.seen.add(TASKS[i].id)
        self.put_ids.add(TASKS[i].id)

    async def put_unseen(self, i: int, _: int) -> None:
        """Enqueue once more, as after the marker's expiry."""
        await self.workers[0]._client.xadd(self.workers[0].keys.ready, {"task": msgspec.json.encode(TASKS[i])})
        self.put_ids.add(TASKS[i].id)

    # ------------------------------------------------------------ deliver
    async def read(self, who: int, which: int) -> None:
        for delivery in await self.workers[who].read(which + 1, 0):
            assert delivery.entry_id not in self.owner
            self.take(who, delivery)

    async def overtake(self, who: int, which: int) -> None:
        """Let every worker stall beyond its lease, and one be quick to claim what lies there."""
        await stall(self.workers[0])
        for delivery in await self.workers[who].claim(which + 1):
            _, attempts = self.owner[delivery.entry_id]
            assert delivery.attempts == attempts + 1
            self.take(who, delivery)

    def take(self, who: int, delivery: Delivery) -> None:
        self.owner[delivery.entry_id] = (self.workers[who].consumer, delivery.attempts)
        self.held[who].append(delivery)

    # ------------------------------------------------------------ end a delivery
    def pick(self, who: int, which: int) -> tuple[Delivery, bool] | None:
        """Choose one of a worker's deliveries; say whether it is the owner still."""
        if not self.held[who]:
            return None
        delivery = self.held[who][which % len(self.held[who])]
        return delivery, self.owner.get(delivery.entry_id) == (self.workers[who].consumer, delivery.attempts)

    async def settle(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            tag = f"{delivery.task.id} {self.workers[who].consumer} {delivery.entry_id} {delivery.attempts}"
            outcome = await self.workers[who].settle(delivery, self.writes(tag))
            if not owns:
                assert outcome == ("fenced" if delivery.entry_id in self.owner else "gone")
                return
            assert outcome == ("duplicate" if delivery.task.id in self.written else "done")
            del self.owner[delivery.entry_id]
            self.written.setdefault(delivery.task.id, tag)

    async def put_back(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            assert await self.workers[who].put_back(delivery, delivery.task) == owns
            self.leave(delivery, owns)

    async def retry_later(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            again = msgspec.structs.replace(delivery.task, attempt=delivery.task.attempt + 1)
            assert await self.workers[who].retry_later(delivery, again, NOW) == owns
            self.leave(delivery, owns)

    async def dead_letter(self, who: int, which: int) -> None:
        if picked := self.pick(who, which):
            delivery, owns = picked
            assert await self.workers[who].dead_letter(delivery, "model", "") == owns
            self.dead |= {delivery.task.id} if owns else set()
            self.leave(delivery, owns)

    def leave(self, delivery: Delivery, owns: bool) -> None:
        if owns:
            del self.owner[delivery.entry_id]

    async def renew(self, who: int, _: int) -> None:
        lost = await self.workers[who].renew(list(dict.fromkeys(self.held[who])))
        me = self.workers[who].consumer
        assert lost == [d for d in dict.fromkeys(self.held[who]) if self.owner.get(d.entry_id) != (me, d.attempts)]

    # ------------------------------------------------------------ faults and maintenance
    async def crash(self, who: int, _: int) -> None:
        """Kill a worker and replace it by a new process without state."""
        await self.workers[who].aclose()
        self.workers[who], self.held[who] = UrlQueue(self.url, self.settings), []

    async def move(self, *_: int) -> None:
        await self.workers[0].release(NOW)

    async def requeue(self, *_: int) -> None:
        await self.workers[0].requeue("model")
        self.seen |= self.dead
        self.dead.clear()

    async def forget_scripts(self, *_: int) -> None:
        await self.workers[0]._client.script_flush()

    # ------------------------------------------------------------ final check
    def writes(self, tag: str) -> list[StreamWrite]:
        return [StreamWrite(stream=f"{self.settings.redis.key_prefix}:out", fields={"tag": tag}, maxlen=1000)]

    async def finish(self) -> None:
        """Let one worker do all that is left; everything must then be written once, as the model says."""
        for _ in range(3):
            await self.overtake(0, 1000)
            await self.requeue()
            await self.move()
            await self.read(0, 1000)
            for which in range(len(self.held[0])):
                await self.settle(0, which)
        depth = await self.workers[0].depth()
        assert (depth.unfinished, depth.dead) == (0, 0)
        out: Any = await self.workers[0]._client.xrange(f"{self.settings.redis.key_prefix}:out")
        assert sorted(fields[b"tag"].decode() for _, fields in out) == sorted(self.written.values())
        assert set(self.written) == self.put_ids

    async def close(self) -> None:
        client = self.workers[0]._client
        await client.unlink(
            *[key async for key in client.scan_iter(f"{self.settings.redis.key_prefix}*", count=10_000)], "-"
        )
        for worker in self.workers:
            await worker.aclose()


@given(steps=st.lists(STEPS, min_size=20, max_size=60))
@hypothesis_settings(max_examples=60)
def test_in_any_sequence_of_events_each_task_is_written_once_by_its_owner(redis_url: str, steps: Sequence[Any]) -> None:
    async def play() -> None:
        world = World(redis_url)
        try:
            await world.workers[0].__aenter__()  # creates the group
            for step in steps:
                await world.step(*step)
            await world.finish()
        finally:
            await world.close()

    asyncio.run(play())
