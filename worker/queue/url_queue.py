"""Client of the queue for workers, producers and operators."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec
from msgspec.structs import replace
from redis.exceptions import RedisError, ResponseError

from worker import urls
from worker.queue import scripts
from worker.queue.dead_letters import DeadLetter, list_dead_letters, requeue
from worker.queue.delivery import (
    MAX_FIELDS,
    TASK_DECODE_ERRORS,
    Delivery,
    QueueFull,
    decode_task,
    host_of_entry,
)
from worker.queue.depth import Depth, WorkerState, depth, workers
from worker.queue.host_policy import HostPolicy
from worker.queue.keys import GROUP, QueueKeys
from worker.queue.markers import OldMarkers, band_marker, own_seen_marker, seen_marker, task_marker
from worker.queue.migration import adopt_format
from worker.queue.release import find_due, host_of_task
from worker.queue.settlement import Outcome, Settlement, flatten, settle_arguments, unix_ms
from worker.schema import Reading
from worker.streams import (
    Arg,
    Call,
    Confirmation,
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
    from collections.abc import AsyncIterator, Iterable, Sequence
    from datetime import datetime
    from types import TracebackType

    from worker.schema import Task
    from worker.settings import Settings

MAX_BLOCK_S: Final = 5.0
"""Longest time that one `read` may block."""
MAX_RECHECKED: Final = 1_000
"""Largest number of hosts that one `recheck_full_hosts` schedules."""
MAX_DETAIL_LENGTH: Final = 1_000
"""Characters kept of a failure's detail."""
TOKEN_BITS: Final = 32
"""Size of the token of a put.  If two calls had the same token, the second would wrongly return that it enqueued."""
REAP_AFTER_LEASES: Final = 10
"""A consumer without pending entries that has been idle for this many leases is deleted."""


def new_consumer_name() -> str:
    """Return a new, unique consumer name, HOST-PID-RANDOM: no two processes ever share pending entries."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


@cache
def process_consumer_name() -> str:
    """Return the consumer name of this process, always the same: consumer and heartbeat of a worker share it."""
    return new_consumer_name()


class UrlQueue:
    """Connection of one worker, producer or operator; `async with` checks the server and closes the connections."""

    def __init__(self, redis_url: str, settings: Settings, consumer: str | None = None) -> None:
        """`consumer`: None for a new name.  Raises UsageError for a malformed URL.

        Nothing is connected yet; the first command connects.
        """
        self.consumer = consumer or new_consumer_name()
        self.keys = QueueKeys(settings.redis.key_prefix)
        self._settings = settings
        self._group = ConsumerGroup(stream=self.keys.ready, name=GROUP)
        self._policy = HostPolicy.of(settings)
        self._old_markers = OldMarkers(self.keys)
        replicas = settings.redis.wait_replicas
        self._confirmation = Confirmation(replicas, self.keys.confirmed) if replicas else None
        self._client = connect(redis_url)
        self._reader = connect(redis_url, block_s=MAX_BLOCK_S)
        self._reader_id: int | None = None
        """Id of the connection of `_reader`; None before the first read."""
        self._rechecked = 0
        """Number of hosts at their limit, in order of name, that the current round of rechecks has covered."""
        self._leases: set[Lease] = set()
        """Leases of this consumer that have not ended; `claim` skips them."""

    async def __aenter__(self) -> Self:
        """Raise UsageError if the server is unsupported, ConnectionError if it cannot be reached."""
        try:
            await check_server(self._client)
            await retry_while_unavailable(self._client, self._adopt_format)
            await self._old_markers.open(self._client)
            await retry_while_unavailable(self._client, lambda: self._group.create(self._client))
        except BaseException:
            await self.aclose()
            raise
        return self

    async def _adopt_format(self) -> None:
        settings = self._settings.queue
        await adopt_format(self._client, self.keys, self._policy, max(settings.seen_ttl_s, settings.done_ttl_s))

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections; tasks in progress stay pending and are claimed after the lease."""
        await self._reader.aclose()
        await self._client.aclose()

    # ------------------------------------------------------------ enqueue
    async def put(self, task: Task) -> bool:
        """Enqueue a task; return False if its article was enqueued within `seen_ttl_s`.  May raise QueueFull.

        The article is recognised by the folded address, and by every address that led to it.  If all its tasks so far
        are dead letters, the task is enqueued unless it is one of them.
        """
        return (await self.put_many([task]))[0]

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Enqueue tasks in order and in one round trip, each as by `put`; QueueFull is raised after all of them."""
        first = secrets.randbits(TOKEN_BITS)
        # a token per task, so that an id that occurs twice in a batch is enqueued once
        calls = [self._put_call(task, first + i) for i, task in enumerate(tasks)]
        span = EnqueueSpan(self.keys.ready)
        replies = await scripts.PUT.run_many(self._client, calls, confirm=self._confirmation)
        span.done(task for task, reply in zip(tasks, replies, strict=True) if reply == 1)
        for reply in replies:
            if isinstance(reply, list):
                accepted = [None if isinstance(it, list) else it == 1 for it in replies]
                raise QueueFull(reply[0], put=replies.count(1), accepted=accepted)
        return [reply == 1 for reply in replies]

    def _put_call(self, task: Task, token: int) -> Call:
        settings = self._settings.queue
        args: list[Arg] = [
            msgspec.json.encode(task),
            settings.max_backlog,
            task_marker(task),
            settings.seen_ttl_s,
            (token % 2**TOKEN_BITS).to_bytes(TOKEN_BITS // 8),
            own_seen_marker(task),
        ]
        keys = [self.keys.markers, *self._old_markers.keys(("seen", task.id))]
        return self._policy.call(self.keys, urls.host_of(task.url), keys, args)

    # ------------------------------------------------------------ release
    async def release(self, now: datetime) -> float:
        """Release the tasks of the hosts that are due, and enqueue the retries that are due at `now`.

        Return the seconds until another host or retry is due; math.inf if none will be.
        """
        due = await find_due(self._client, self.keys, unix_ms(now))
        promotions = [self._promotion(task, self.keys.later, is_waiting=True) for task in due.retries]
        promotions += [self._promotion(task, self.keys.visits, is_waiting=False) for task in due.visits]
        await scripts.PROMOTE.run_many(self._client, promotions)
        releases = [self._policy.call(self.keys, host) for host in due.hosts]
        waits_ms: list[int] = await scripts.SCHEDULE.run_many(self._client, releases)
        return min([due.next_s, *(wait_ms / 1000 for wait_ms in waits_ms if wait_ms >= 0)])

    def _promotion(self, task: bytes, place: str, *, is_waiting: bool) -> Call:
        """Return the call that moves a task to the queue of its host; `is_waiting`: counted as waiting."""
        return self._policy.call(self.keys, host_of_task(task), [place], [task, int(not is_waiting)])

    # ------------------------------------------------------------ deliver
    async def read(self, n: int, block_s: float) -> list[Delivery]:
        """Return up to `n` new tasks, waiting up to `block_s` seconds (at most MAX_BLOCK_S) for the first.

        `block_s` 0 does not wait.  Entries that cannot be decoded become dead letters (`undecodable`) and are not
        returned.
        """
        block_s = min(block_s, MAX_BLOCK_S)
        entries = await retry_while_unavailable(self._reader, lambda: self._read_entries(n, block_s))
        return await self._deliver([(Lease(entry.id, 1), entry) for entry in entries])

    async def _read_entries(self, n: int, block_s: float) -> list[Entry]:
        if self._reader_id is None:
            with contextlib.suppress(ResponseError):  # CLIENT ID is not permitted
                self._reader_id = int(await self._reader.client_id())
        try:
            return await read_group_entries(self._reader, {self._group: ">"}, self.consumer, count=n, block_s=block_s)
        except BaseException:
            self._reader_id = None  # the next read has another connection
            raise

    async def end_read(self) -> None:
        """Unblock a waiting `read`, which then returns.  No effect if Redis does not permit CLIENT UNBLOCK."""
        if self._reader_id is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._client.client_unblock(self._reader_id)

    async def claim(self, n: int) -> list[Delivery]:
        """Claim up to `n` tasks whose worker has been idle for a lease, and return their deliveries.

        A task with `max_attempts` failures and crashes becomes a dead letter (`crashed`) instead.
        """
        held = {lease.entry_id for lease in self._leases}
        lease_s = self._settings.queue.lease_s
        claimed = await self._group.claim(self._client, self.consumer, idle_s=lease_s, count=n, held=held)
        deliveries = await self._count_crashes(await self._deliver(claimed))
        crashed = {d for d in deliveries if d.task.attempt + d.crashes >= self._settings.retry.max_attempts}
        for delivery in crashed:
            await self.dead_letter(
                delivery, "crashed", f"{delivery.crashes} workers died while they processed it alone"
            )
        return [d for d in deliveries if d not in crashed]

    async def _count_crashes(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Return the deliveries with the numbers of their crashes."""
        keys = [self.keys.crashes(d.task.id) for d in deliveries]
        counts = await retry_while_unavailable(self._client, lambda: self._client.mget(keys)) if keys else []
        return [replace(d, crashes=int(count or 0)) for d, count in zip(deliveries, counts, strict=True)]

    @contextlib.asynccontextmanager
    async def quarantine(self, delivery: Delivery) -> AsyncIterator[None]:
        """Count a crash of the task if this process dies in the block; it must process no other task meanwhile.

        When a worker dies, any of its tasks may be the cause.  So each of them is processed alone the next time, and
        only a crash during that time counts against the task.
        """
        key = self.keys.crashes(delivery.task.id)
        count = delivery.crashes + 1  # set, not incremented: the step may be repeated after a lost reply
        ttl_s = self._settings.queue.done_ttl_s
        await retry_while_unavailable(self._client, lambda: self._client.set(key, count, ex=ttl_s))
        try:
            yield
        finally:
            await retry_while_unavailable(self._client, lambda: self._client.set(key, count - 1, ex=ttl_s))

    async def _deliver(self, leased: Iterable[tuple[Lease, Entry]]) -> list[Delivery]:
        """Decode leased entries to deliveries, and dead-letter those that cannot be decoded.

        Skips a lease that this consumer already holds: its group was lost and recreated while the task is in progress.
        """
        deliveries, undecodable = [], []
        for lease, entry in leased:
            if lease in self._leases:
                continue
            try:
                task = decode_task(entry)
                deliveries.append(Delivery(lease.entry_id, task, lease.attempts, host=host_of_entry(entry)))
            except TASK_DECODE_ERRORS as e:
                fields = entry.fields or {}
                call = self._dead_letter_call(lease, host_of_entry(entry), fields, "undecodable", str(e))
                undecodable.append(call)
        self._leases.update(d.lease for d in deliveries)
        for reply in await scripts.DEAD_LETTER.run_many(self._client, undecodable, self._group):
            _count_dead_letter(reply, "undecodable")
        return deliveries

    async def renew(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Renew the leases of deliveries; return those whose lease is lost; the caller must stop their tasks."""
        by_lease = {d.lease: d for d in deliveries}
        lost = [by_lease[i] for i in await self._group.renew(self._client, self.consumer, list(by_lease))]
        self._drop_leases(lost)
        return lost

    async def reap_consumers(self) -> int:
        """Delete the consumers without pending entries that have been idle for REAP_AFTER_LEASES leases.

        Return the number of consumers deleted.
        """
        idle_s = REAP_AFTER_LEASES * self._settings.queue.lease_s
        return await self._group.reap_consumers(self._client, self.consumer, idle_s=idle_s)

    async def recheck_full_hosts(self) -> int:
        """Schedule the next MAX_RECHECKED hosts that are at their limit of active tasks; return their number.

        If an operator has deleted its active entries, a host would otherwise wait forever for their deliveries to end.
        """
        start, most = self._rechecked, MAX_RECHECKED
        names: Any = await retry_while_unavailable(
            self._client,
            lambda: self._client.zrange(self.keys.hosts, "+inf", "+inf", byscore=True, offset=start, num=most),
        )
        calls = [self._policy.call(self.keys, name.decode()) for name in names]
        released = [wait_ms for wait_ms in await scripts.SCHEDULE.run_many(self._client, calls) if wait_ms >= 0]
        # hosts that are no longer at their limit have left the range
        self._rechecked = start + len(calls) - len(released) if len(calls) == most else 0
        return len(calls)

    # ------------------------------------------------------------ end a delivery
    async def settle(self, delivery: Delivery, writes: Sequence[StreamWrite]) -> Outcome:
        """Acknowledge the task and add all its entries to their streams, atomically; see `Outcome`."""
        return (await self.settle_many([Settlement(delivery, writes)]))[0]

    async def settle_many(self, settlements: Sequence[Settlement]) -> list[Outcome]:
        """Settle deliveries in one round trip, each atomically; return their outcomes in order."""
        calls = [self._settle_call(it) for it in settlements]
        replies = await scripts.SETTLE.run_many(self._client, calls, self._group)
        self._drop_leases(it.delivery for it in settlements)
        return [reply.decode() for reply in replies]

    def _settle_call(self, it: Settlement) -> Call:
        keys, args = settle_arguments(it, self.keys, self._old_markers, self._settings.queue)
        return self._ending_call(it.delivery.lease, it.delivery.host, keys, args)

    async def put_back(self, delivery: Delivery, task: Task, *, first: bool = False) -> bool:
        """End the delivery and put `task` at the end of its host's queue; return False if the lease is lost.

        `first`: put it at the head instead, for a task that was not tried.
        """
        args: list[Arg] = [msgspec.json.encode(task), "LPUSH" if first else "RPUSH"]
        call = self._ending_call(delivery.lease, delivery.host, [], args)
        reply = await scripts.PUT_BACK.run(self._client, call, self._group)
        self._drop_leases([delivery])
        return bool(reply == b"done")

    async def retry_later(self, delivery: Delivery, task: Task, due_at: datetime) -> bool:
        """End the delivery and enqueue `task` again at `due_at`; return False if the lease is lost."""
        args: list[Arg] = [msgspec.json.encode(task), unix_ms(due_at)]
        call = self._ending_call(delivery.lease, delivery.host, [self.keys.later], args)
        reply = await scripts.RETRY_LATER.run(self._client, call, self._group)
        self._drop_leases([delivery])
        return bool(reply == b"done")

    async def dead_letter(self, delivery: Delivery, reason: str, detail: str, *, revive: bool = False) -> bool:
        """Move the task to the dead letters; return False if the lease is lost.

        `revive`: enqueue it again when its host answers.
        """
        task = {b"task": msgspec.json.encode(delivery.task)}
        is_visit = delivery.task.visit_at is not None
        markers = [b"" if is_visit else seen_marker(delivery.task.url), own_seen_marker(delivery.task)]
        call = self._dead_letter_call(
            delivery.lease, delivery.host, task, reason, detail, markers=markers, revive=revive
        )
        reply = await scripts.DEAD_LETTER.run(self._client, call, self._group)
        self._drop_leases([delivery])
        _count_dead_letter(reply, reason)
        return bool(reply == b"done")

    def _dead_letter_call(
        self,
        lease: Lease,
        host: str,
        fields: dict[bytes, bytes],
        reason: str,
        detail: str,
        *,
        markers: Sequence[bytes] = (b"", b""),
        revive: bool = False,
    ) -> Call:
        """`markers`: the seen marker of the task, and its own one."""
        why = {b"reason": reason, b"detail": detail[:MAX_DETAIL_LENGTH], b"deliveries": str(lease.attempts)}
        kept = dict(islice(fields.items(), MAX_FIELDS))
        flat = flatten({**kept, **{name: text.encode("utf-8", "replace") for name, text in why.items()}})
        keys = [self.keys.dead, self.keys.markers, *([self.keys.host(host).given_up] if revive else [])]
        args: list[Arg] = [self._settings.redis.dead_length, *markers, self._settings.queue.seen_ttl_s, *flat]
        return self._ending_call(lease, host, keys, args)

    def _ending_call(self, lease: Lease, host: str, keys: Sequence[str], args: Sequence[Arg]) -> Call:
        """Return a call of a script that ends the delivery with this lease.

        Each such script first compares consumer and delivery counter with those of the pending entry, and writes
        nothing if the lease is lost.
        """
        fence: list[Arg] = [self._group.name, self.consumer, lease.entry_id, lease.attempts]
        return self._policy.call(self.keys, host, keys, [*fence, *args])

    def _drop_leases(self, deliveries: Iterable[Delivery]) -> None:
        self._leases.difference_update(d.lease for d in deliveries)

    # ------------------------------------------------------------ inspect
    async def reading(self, article_id: str) -> Reading | None:
        """Return the last reading of an article's page; None if it is not remembered, or does not decode."""
        key = self.keys.reading(article_id)
        stored: Any = await retry_while_unavailable(self._client, lambda: self._client.get(key))
        try:
            return Reading.decode(stored) if stored else None
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    async def find_texts(self, bands: Sequence[int]) -> dict[str, Reading]:
        """Return the articles whose texts share a band, by id, with the last readings of their pages."""
        call = Call([self.keys.texts], [band_marker(band) for band in bands])
        values: list[bytes | None] = await scripts.FIND_MARKERS.run(self._client, call)
        ids = list(dict.fromkeys(value.hex() for value in values if value))
        found = {article: await self.reading(article) for article in ids}
        return {article: reading for article, reading in found.items() if reading}

    async def depth(self) -> Depth:
        """Count the tasks by state; read-only."""
        return await depth(self._client, self.keys, self._group)

    async def workers(self) -> list[WorkerState]:
        """List the consumers, including those whose process has ended and that are not deleted yet; read-only."""
        return await workers(self._client, self._group)

    async def list_dead_letters(self, limit: int = 100, *, reason: str | None = None) -> list[DeadLetter]:
        """Return up to `limit` dead letters, newest first; only those with `reason`, unless it is None."""
        return await list_dead_letters(self._client, self.keys, limit, reason)

    async def requeue(self, reason: str | None = None) -> int:
        """Enqueue the dead tasks with `reason` (None: all) as new tasks, with attempt 0; return their number.

        Entries that could not be decoded remain dead letters.  A task whose results are written already is processed
        again but writes nothing.
        """
        return await requeue(self._client, self.keys, self._policy, reason, self._settings.queue.seen_ttl_s)


def _count_dead_letter(reply: bytes, reason: str) -> None:
    if reply == b"done":
        metrics.DEAD_LETTERS.labels(metrics.reason_label(reason)).inc()
