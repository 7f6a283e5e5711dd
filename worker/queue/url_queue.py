"""The queue as one worker, feeder or operator has it in hand."""

from __future__ import annotations

import os
import secrets
import socket
from functools import cache
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from worker.queue import scripts
from worker.queue.dead_letters import PAGE, DeadLetter, list_dead_letters, requeue
from worker.queue.delivery import TASK_DECODE_ERRORS, Delivery, Outcome, QueueFull, Settlement, decode_task
from worker.queue.depth import Depth, WorkerState, depth, workers
from worker.queue.keys import GROUP, QueueKeys
from worker.streams import (
    Call,
    ConsumerGroup,
    Entry,
    Lease,
    StreamWrite,
    check_server,
    connect,
    read_group_entries,
    retry_while_unavailable,
)
from worker.telemetry import metrics
from worker.telemetry.tracing import EnqueueSpan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from types import TracebackType

    from worker.schema import Task
    from worker.settings import Settings

MAX_BLOCK_S: Final = 5.0
"""Longest block of one `read`."""
DETAIL_LENGTH: Final = 1_000
MAX_FIELDS: Final = 100
"""Fields kept of an entry that does not decode; ours have one, and Lua's stack holds some thousands."""
REAP_AFTER_LEASES: Final = 10
"""A consumer that holds nothing and has been silent for so many leases is not coming back."""


def consumer_name() -> str:
    """Name this process among the group's consumers: new at every start, so that no two ever share their entries."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@cache
def process_name() -> str:
    """Name this process, once and for all: a worker's place in the group and its sign of life are under one name."""
    return consumer_name()


class UrlQueue:
    """The queue as one worker (or one feeder) sees it; `async with` checks the server and closes the connections."""

    def __init__(self, redis_url: str, settings: Settings, consumer: str | None = None) -> None:
        """Connect lazily.  UsageError where the URL is malformed."""
        self.consumer = consumer or consumer_name()
        self.keys = QueueKeys(settings.redis.key_prefix)
        self._settings = settings
        self._group = ConsumerGroup(stream=self.keys.urls, name=GROUP)
        self._client = connect(redis_url)
        self._reader = connect(redis_url, block_s=MAX_BLOCK_S)
        self._held: set[Lease] = set()
        """What was delivered to us and not disposed of: never claimed from ourselves."""

    async def __aenter__(self) -> Self:
        """Raise UsageError where the server cannot be used, ConnectionError where it is away."""
        try:
            await check_server(self._client)
            await retry_while_unavailable(self._client, lambda: self._group.create(self._client))
        except BaseException:
            await self.aclose()
            raise
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; what is delivered stays pending and is claimed after the lease."""
        await self._reader.aclose()
        await self._client.aclose()

    # ------------------------------------------------------------ in
    async def put(self, task: Task) -> bool:
        """Enqueue, unless a task of this id was enqueued within `seen_ttl_s`: then False.  May raise QueueFull."""
        return (await self.put_many([task]))[0]

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Enqueue each as `put` does, in order, in one round trip."""
        settings, token = self._settings, secrets.token_hex(8)
        calls = [
            Call(
                [self.keys.urls, self.keys.delayed, self.keys.seen(task.id)],
                # per task, so that one id twice in a batch is put once
                [msgspec.json.encode(task), settings.queue.seen_ttl_s, settings.queue.max_backlog, f"{token}-{i}"],
            )
            for i, task in enumerate(tasks)
        ]
        putting = EnqueueSpan(self.keys.urls)
        answers = await scripts.PUT.run_many(self._client, calls)
        putting.done(task for task, answer in zip(tasks, answers, strict=True) if answer == 1)
        for answer in answers:
            if isinstance(answer, list):
                raise QueueFull(answer[0], put=answers.count(1))
        return [answer == 1 for answer in answers]

    async def promote_due(self, now: datetime) -> int:
        """Move the tasks put off that are due, earliest first, into the stream; return how many."""
        moved, last = 0, PAGE
        while last == PAGE:
            call = Call([self.keys.delayed, self.keys.urls], [_ms(now), PAGE])
            last = int(await scripts.PROMOTE_DUE.run(self._client, call))
            moved += last
        return moved

    # ------------------------------------------------------------ out to a worker
    async def read(self, n: int, block_s: float) -> list[Delivery]:
        """Take up to `n` new tasks, waiting up to `block_s` (at most MAX_BLOCK_S) for the first; 0 does not wait.

        What does not decode is buried as it is, and neither returned nor in the way of the others.
        """
        block_s = min(block_s, MAX_BLOCK_S)
        entries = await retry_while_unavailable(
            self._reader,
            lambda: read_group_entries(self._reader, {self._group: ">"}, self.consumer, count=n, block_s=block_s),
        )
        return await self._deliver([(Lease(entry.id, 1), entry) for entry in entries])

    async def claim(self, n: int) -> list[Delivery]:
        """Take over up to `n` tasks whose worker has been silent for a lease.

        One that has now failed or crashed `max_attempts` times is buried as `crashed` instead: it may be what kills.
        """
        held = {lease.entry_id for lease in self._held}
        found = await self._group.claim(
            self._client, self.consumer, idle_s=self._settings.queue.lease_s, count=n, held=held
        )
        deliveries = await self._deliver(found)
        crashed = {d for d in deliveries if d.task.attempt + d.attempts - 1 >= self._settings.retry.max_attempts}
        for delivery in crashed:
            await self.dead_letter(delivery, "crashed", f"{delivery.attempts - 1} workers died or stalled over it")
        return [d for d in deliveries if d not in crashed]

    async def _deliver(self, leased: Iterable[tuple[Lease, Entry]]) -> list[Delivery]:
        deliveries, broken = [], []
        for lease, entry in leased:
            try:
                task = decode_task(entry)
                deliveries.append(Delivery(entry_id=lease.entry_id, task=task, attempts=lease.attempts))
            except TASK_DECODE_ERRORS as e:
                broken.append(self._dead_letter_call(lease, entry.fields or {}, "undecodable", str(e)))
        self._held.update(d.lease for d in deliveries)
        for answer in await scripts.DEAD_LETTER.run_many(self._client, broken, self._group):
            _count_dead_letter(answer, "undecodable")
        return deliveries

    async def renew(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Begin the leases anew; return the deliveries that are lost: stop working on them."""
        by_lease = {d.lease: d for d in deliveries}
        lost = [by_lease[i] for i in await self._group.renew(self._client, self.consumer, list(by_lease))]
        self._release(lost)
        return lost

    async def reap_consumers(self) -> int:
        """Forget the consumers of processes that are gone and have left nothing behind; return how many."""
        idle_s = REAP_AFTER_LEASES * self._settings.queue.lease_s
        return await self._group.reap_consumers(self._client, self.consumer, idle_s=idle_s)

    # ------------------------------------------------------------ a delivery ends
    async def settle(self, delivery: Delivery, writes: Sequence[StreamWrite]) -> Outcome:
        """Acknowledge the task and add every write, or do neither."""
        return (await self.settle_many([Settlement(delivery, writes)]))[0]

    async def settle_many(self, finished: Sequence[Settlement]) -> list[Outcome]:
        """Settle each as `settle` does, each an atomic step of its own, all in one round trip."""
        calls = [self._settle_call(it) for it in finished]
        answers = await scripts.SETTLE.run_many(self._client, calls, self._group)
        self._release(it.delivery for it in finished)
        return [answer.decode() for answer in answers]

    def _settle_call(self, it: Settlement) -> Call:
        task_id = it.delivery.task.id
        markers = [self.keys.done(task_id), self.keys.published(it.publication or task_id)]
        keys = [self.keys.urls, *markers, *dict.fromkeys(write.stream for write in it.writes)]
        args = [*self._fence(it.delivery.lease), self._settings.queue.done_ttl_s]
        for write in it.writes:
            words = _words(write.fields)
            args += [keys.index(write.stream, 3) + 1, write.maxlen, len(words), *words]
        return Call(keys, args)

    async def defer(self, delivery: Delivery, task: Task, due_at: datetime) -> bool:
        """Give the delivery back as `task`, not to be delivered before `due_at`; False where it is no longer ours."""
        args = [*self._fence(delivery.lease), msgspec.json.encode(task), _ms(due_at)]
        answer = await scripts.DEFER.run(self._client, Call([self.keys.urls, self.keys.delayed], args), self._group)
        self._release([delivery])
        return bool(answer == b"done")

    async def dead_letter(self, delivery: Delivery, reason: str, detail: str) -> bool:
        """Give the task up: move it to the dead letters; False where it is no longer ours."""
        call = self._dead_letter_call(delivery.lease, {b"task": msgspec.json.encode(delivery.task)}, reason, detail)
        answer = await scripts.DEAD_LETTER.run(self._client, call, self._group)
        self._release([delivery])
        _count_dead_letter(answer, reason)
        return bool(answer == b"done")

    def _dead_letter_call(self, lease: Lease, fields: dict[bytes, bytes], reason: str, detail: str) -> Call:
        why = {b"reason": reason, b"detail": detail[:DETAIL_LENGTH], b"deliveries": str(lease.attempts)}
        kept = dict(islice(fields.items(), MAX_FIELDS))
        words = _words({**kept, **{name: text.encode("utf-8", "replace") for name, text in why.items()}})
        args = [*self._fence(lease), self._settings.redis.dead_length, *words]
        return Call([self.keys.urls, self.keys.dead], args)

    def _fence(self, lease: Lease) -> list[str | bytes | int]:
        return [self._group.name, self.consumer, lease.entry_id, lease.attempts]

    def _release(self, deliveries: Iterable[Delivery]) -> None:
        self._held.difference_update(d.lease for d in deliveries)

    # ------------------------------------------------------------ what operators ask
    async def depth(self) -> Depth:
        """Count the tasks; changes nothing."""
        return await depth(self._client, self.keys, self._group)

    async def workers(self) -> list[WorkerState]:
        """List the consumers, those too that are gone and not collected yet; changes nothing."""
        return await workers(self._client, self._group)

    async def list_dead_letters(self, limit: int = 100, *, reason: str | None = None) -> list[DeadLetter]:
        """List up to `limit` dead letters, the newest first; only those of one reason, where given."""
        return await list_dead_letters(self._client, self.keys, limit, reason)

    async def requeue(self, reason: str | None = None) -> int:
        """Put the dead tasks of a reason (None: all) back as new, no attempt counted; return how many.

        What did not decode stays; a task whose results are written already runs again but writes nothing twice.
        """
        return await requeue(self._client, self.keys, reason, self._settings.queue.seen_ttl_s)


def _count_dead_letter(answer: bytes, reason: str) -> None:
    if answer == b"done":
        metrics.DEAD_LETTERS.labels(metrics.bounded(reason)).inc()


def _words(fields: Mapping[Any, str | bytes]) -> list[str | bytes]:
    """Return a stream entry's words as XADD takes them."""
    return [*chain.from_iterable(fields.items())]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
