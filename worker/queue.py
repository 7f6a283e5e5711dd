"""The URL queue: a task is delivered to one worker at a time, and its results are written once.

A task waits in a stream (or, put off, in a sorted set), is delivered under a lease, and leaves in one of four ways:
settled, put off, buried, or claimed by another worker when its own has been silent for a lease.  Every way out is one
Lua script that first makes sure the lease still holds (*the fence*: same owner, same delivery counter), then checks
what could fail, and only then writes.  So the acknowledgement is the ticket to write: of two workers that hold one
task, one writes, and the other is told so.

Every step may be sent again after a lost reply.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, Literal, Self

import msgspec
from msgspec import Struct
from redis.exceptions import ResponseError

from worker import metrics
from worker.schema import Task
from worker.streams import (
    Call,
    Entry,
    Group,
    Lease,
    Script,
    Write,
    browse,
    check_server,
    connect,
    order,
    persist,
    read_group,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import TracebackType

    from worker.settings import Settings

Outcome = Literal["done", "duplicate", "gone", "fenced"]
"""What became of a settle: written · published before, nothing written · no longer pending (settled already, perhaps by
this very call whose reply was lost) · delivered to another worker since. Only `done` has written anything."""

MAX_BLOCK_S: Final = 5.0
"""Longest block of one `read`."""
DETAIL_LENGTH: Final = 1_000
MAX_FIELDS: Final = 100
"""Fields kept of an entry that does not decode; ours have one, and Lua's stack holds some thousands."""
PAGE: Final = 500
"""Entries in one round trip where everything is walked through."""
COLLECT_AFTER_LEASES: Final = 10
"""A consumer that holds nothing and has been silent for so many leases is not coming back."""


class Keys(Struct, frozen=True):
    """The keys of one partition.  All begin with its prefix, a hash tag where there are several (`communique:{3}`)."""

    prefix: str

    @property
    def urls(self) -> str:
        """Stream of tasks waiting and under way: field `task`."""
        return f"{self.prefix}:urls"

    @property
    def delayed(self) -> str:
        """Sorted set of tasks put off, as JSON, by the Unix ms they are due."""
        return f"{self.prefix}:delayed"

    @property
    def dead(self) -> str:
        """Stream of what was given up: the entry's own fields, `reason`, `detail` and `deliveries`."""
        return f"{self.prefix}:dead"

    def seen(self, task_id: str) -> str:
        """Marker of a task enqueued before."""
        return f"{self.prefix}:seen:{task_id}"

    def done(self, task_id: str) -> str:
        """Marker of a task whose results are written: the consumer, entry and delivery that wrote them."""
        return f"{self.prefix}:done:{task_id}"


class Delivery(Struct, frozen=True, kw_only=True):
    """A task under lease."""

    entry_id: str
    task: Task
    """As enqueued: `task.attempt` does not count the crashes, which are `attempts - 1`."""
    attempts: int
    """Redis's delivery counter: 1, and one more for every worker that died or stalled over it."""

    @property
    def lease(self) -> Lease:
        """What must still hold for its worker to write anything."""
        return Lease(self.entry_id, self.attempts)


class Depth(Struct, frozen=True, kw_only=True):
    """How much work there is, in tasks."""

    backlog: int
    """Ready, not delivered yet."""
    pending: int
    """Delivered, under way."""
    delayed: int
    dead: int
    oldest_s: float | None = None
    """Since the oldest task ready or under way became ready; None where there is none."""
    oldest_ready_s: float | None = None
    """The same of those not delivered yet: how far the workers are behind."""
    oldest_pending_s: float | None = None
    """The same of those under way."""


class WorkerState(Struct, frozen=True, kw_only=True):
    """A consumer of the queue."""

    name: str
    pending: int
    """Tasks in its hands."""
    idle_s: float
    """Since it last asked for work or renewed a lease."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """What was given up, and why."""

    entry_id: str
    buried_at: datetime
    reason: str
    detail: str
    deliveries: int
    task: Task | None
    """None where the entry did not decode."""
    fields: dict[str, str]
    """The entry as it was, undecodable bytes replaced."""


class QueueFull(Exception):  # noqa: N818 - a refusal, not an error of ours
    """More than `max_backlog` tasks wait; `put` tasks of this call went in before that."""

    def __init__(self, waiting: int, put: int = 0) -> None:
        super().__init__(waiting, put)
        self.waiting = waiting
        self.put = put

    def __str__(self) -> str:
        return f"the queue is full: {self.waiting} tasks wait ({self.put} of these were put)"


def consumer_name() -> str:
    """Name this process among the group's consumers: new at every start, so that no two ever share their entries."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


# One fence for every way out of a delivery.
FENCE: Final = """
-- KEYS[1]: work stream.  ARGV[1..4]: group, consumer, entry id, delivery counter.
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[3], ARGV[3], 1)[1]
if not pending then return 'gone' end
if pending[2] ~= ARGV[2] or pending[4] ~= tonumber(ARGV[4]) then return 'fenced' end
"""
LEAVE: Final = """
redis.call('XACK', KEYS[1], ARGV[1], ARGV[3])
redis.call('XDEL', KEYS[1], ARGV[3])
"""
# Redis has no rollback: what a script is going to write to is checked before its first write.
CHECK: Final = """
local function refuse(key, kind)
  local found = redis.call('TYPE', key).ok
  if found ~= kind and found ~= 'none' then
    return redis.error_reply('WRONGTYPE ' .. key .. ' is a ' .. found .. ', not a ' .. kind)
  end
end
"""


class UrlQueue:
    """The queue as one worker (or one feeder) sees it; `async with` checks the server and closes the connections."""

    def __init__(self, redis_url: str, settings: Settings, consumer: str | None = None) -> None:
        """Connect lazily.  UsageError where the URL is malformed."""
        self.consumer = consumer or consumer_name()
        self.keys = Keys(settings.key_prefix)
        self._settings = settings
        self._group = Group(stream=self.keys.urls, name="workers")
        self._client = connect(redis_url)
        self._reader = connect(redis_url, block_s=MAX_BLOCK_S)
        self._held: set[Lease] = set()
        """What was delivered to us and not disposed of: never claimed from ourselves."""

    async def __aenter__(self) -> Self:
        """Raise UsageError where the server is too old or may drop keys, ConnectionError where it is away."""
        await check_server(self._client)
        await self._group.create(self._client)
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
    _PUT = Script(
        CHECK
        + """
-- KEYS: work stream, delayed set, seen marker.  ARGV: task (JSON), marker's TTL (s), most tasks waiting, token.
-- Returns 1 put, 0 seen before, {waiting} refused.  The token tells our own marker from another's: a put repeated
-- after a lost reply says again that it put.
local marker = redis.call('GET', KEYS[3])
if marker then return marker == ARGV[4] and 1 or 0 end
local refused = refuse(KEYS[1], 'stream') or refuse(KEYS[2], 'zset')
if refused then return refused end
local waiting = redis.call('XLEN', KEYS[1]) + redis.call('ZCARD', KEYS[2])
if waiting >= tonumber(ARGV[3]) then return {waiting} end
redis.call('SET', KEYS[3], ARGV[4], 'EX', ARGV[2])
redis.call('XADD', KEYS[1], '*', 'task', ARGV[1])
return 1
"""
    )

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
                [msgspec.json.encode(task), settings.seen_ttl_s, settings.max_backlog, f"{token}-{i}"],
            )
            for i, task in enumerate(tasks)
        ]
        answers = await self._PUT.run_many(self._client, calls)
        for answer in answers:
            if isinstance(answer, list):
                raise QueueFull(answer[0], put=answers.count(1))
        return [answer == 1 for answer in answers]

    _MOVE = Script(
        CHECK
        + """
-- KEYS: delayed set, work stream.  ARGV: now (Unix ms), most tasks.  Returns the number moved.
local refused = refuse(KEYS[1], 'zset') or refuse(KEYS[2], 'stream')
if refused then return refused end
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, task in ipairs(due) do
  redis.call('XADD', KEYS[2], '*', 'task', task)
  redis.call('ZREM', KEYS[1], task)
end
return #due
"""
    )

    async def move_due(self, now: datetime) -> int:
        """Move the tasks put off that are due, earliest first, into the stream; return how many."""
        moved, last = 0, PAGE
        while last == PAGE:
            call = Call([self.keys.delayed, self.keys.urls], [_ms(now), PAGE])
            last = int(await self._MOVE.run(self._client, call))
            moved += last
        return moved

    # ------------------------------------------------------------ out to a worker
    async def read(self, n: int, block_s: float) -> list[Delivery]:
        """Take up to `n` new tasks, waiting up to `block_s` (at most MAX_BLOCK_S) for the first; 0 does not wait.

        What does not decode is buried as it is, and neither returned nor in the way of the others.
        """
        block_s = min(block_s, MAX_BLOCK_S)
        entries = await persist(
            self._reader,
            lambda: read_group(self._reader, {self._group: ">"}, self.consumer, count=n, block_s=block_s),
        )
        return await self._deliver([(Lease(entry.id, 1), entry) for entry in entries])

    async def claim(self, n: int) -> list[Delivery]:
        """Take over up to `n` tasks whose worker has been silent for a lease.

        One that has now failed or crashed `max_attempts` times is buried as `crashed` instead: it may be what kills.
        """
        held = {lease.entry_id for lease in self._held}
        found = await self._group.claim(self._client, self.consumer, idle_s=self._settings.lease_s, count=n, held=held)
        deliveries = await self._deliver(found)
        crashed = {d for d in deliveries if d.task.attempt + d.attempts - 1 >= self._settings.max_attempts}
        for delivery in crashed:
            await self.bury(delivery, "crashed", f"{delivery.attempts - 1} workers died or stalled over it")
        return [d for d in deliveries if d not in crashed]

    async def _deliver(self, leased: Iterable[tuple[Lease, Entry]]) -> list[Delivery]:
        deliveries, broken = [], []
        for lease, entry in leased:
            try:
                task = _task(entry)
                deliveries.append(Delivery(entry_id=lease.entry_id, task=task, attempts=lease.attempts))
            except (msgspec.DecodeError, UnicodeDecodeError) as e:
                broken.append(self._bury_call(lease, entry.fields or {}, "undecodable", str(e)))
        self._held.update(d.lease for d in deliveries)
        for answer in await self._BURY.run_many(self._client, broken, self._group):
            _count_buried(answer, "undecodable")
        return deliveries

    async def renew(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        """Begin the leases anew; return the deliveries that are lost: stop working on them."""
        by_lease = {d.lease: d for d in deliveries}
        lost = [by_lease[i] for i in await self._group.renew(self._client, self.consumer, list(by_lease))]
        self._release(lost)
        return lost

    async def collect(self) -> int:
        """Forget the consumers of processes that are gone and have left nothing behind; return how many."""
        idle_s = COLLECT_AFTER_LEASES * self._settings.lease_s
        return await self._group.collect(self._client, self.consumer, idle_s=idle_s)

    # ------------------------------------------------------------ a delivery ends
    _SETTLE = Script(
        CHECK
        + FENCE
        + """
-- KEYS[2..]: done marker, target streams.  ARGV[5]: marker's TTL (s); then for each write: index of its stream in
-- KEYS, trim to about (entries), number of words, field, value, …  Returns an Outcome.
for i = 3, #KEYS do
  local refused = refuse(KEYS[i], 'stream')
  if refused then return refused end
end
local outcome = 'done'
if redis.call('SET', KEYS[2], ARGV[2] .. ' ' .. ARGV[3] .. ' ' .. ARGV[4], 'NX', 'EX', ARGV[5]) then
  local i = 6
  while i <= #ARGV do
    local last = i + 2 + tonumber(ARGV[i + 2])
    redis.call('XADD', KEYS[tonumber(ARGV[i])], 'MAXLEN', '~', ARGV[i + 1], '*', unpack(ARGV, i + 3, last))
    i = last + 1
  end
else
  outcome = 'duplicate'
end
"""
        + LEAVE
        + "return outcome"
    )

    async def settle(self, delivery: Delivery, writes: Sequence[Write]) -> Outcome:
        """Acknowledge the task and add every write, or do neither."""
        return (await self.settle_many([(delivery, writes)]))[0]

    async def settle_many(self, finished: Sequence[tuple[Delivery, Sequence[Write]]]) -> list[Outcome]:
        """Settle each as `settle` does, each an atomic step of its own, all in one round trip."""
        calls = [self._settle_call(delivery, writes) for delivery, writes in finished]
        answers = await self._SETTLE.run_many(self._client, calls, self._group)
        self._release(delivery for delivery, _ in finished)
        return [answer.decode() for answer in answers]

    def _settle_call(self, delivery: Delivery, writes: Sequence[Write]) -> Call:
        keys = [self.keys.urls, self.keys.done(delivery.task.id), *dict.fromkeys(w.stream for w in writes)]
        args = [*self._fence(delivery.lease), self._settings.done_ttl_s]
        for write in writes:
            words = _words(write.fields)
            args += [keys.index(write.stream, 2) + 1, write.maxlen, len(words), *words]
        return Call(keys, args)

    _PUT_OFF = Script(
        CHECK
        + FENCE
        + """
-- KEYS[2]: delayed set.  ARGV[5..6]: task (JSON), due (Unix ms).
local refused = refuse(KEYS[2], 'zset')
if refused then return refused end
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[5])
"""
        + LEAVE
        + "return 'done'"
    )

    async def put_off(self, delivery: Delivery, task: Task, due_at: datetime) -> bool:
        """Give the delivery back as `task`, not to be delivered before `due_at`; False where it is no longer ours."""
        args = [*self._fence(delivery.lease), msgspec.json.encode(task), _ms(due_at)]
        answer = await self._PUT_OFF.run(self._client, Call([self.keys.urls, self.keys.delayed], args), self._group)
        self._release([delivery])
        return bool(answer == b"done")

    _BURY = Script(
        CHECK
        + FENCE
        + """
-- KEYS[2]: dead stream.  ARGV[5]: trim to about (entries); then field, value, …
local refused = refuse(KEYS[2], 'stream')
if refused then return refused end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[5], '*', unpack(ARGV, 6))
"""
        + LEAVE
        + "return 'done'"
    )

    async def bury(self, delivery: Delivery, reason: str, detail: str) -> bool:
        """Give the task up: move it to the dead letters; False where it is no longer ours."""
        call = self._bury_call(delivery.lease, {b"task": msgspec.json.encode(delivery.task)}, reason, detail)
        answer = await self._BURY.run(self._client, call, self._group)
        self._release([delivery])
        _count_buried(answer, reason)
        return bool(answer == b"done")

    def _bury_call(self, lease: Lease, fields: dict[bytes, bytes], reason: str, detail: str) -> Call:
        why = {b"reason": reason, b"detail": detail[:DETAIL_LENGTH], b"deliveries": str(lease.attempts)}
        kept = dict(islice(fields.items(), MAX_FIELDS))
        words = _words({**kept, **{name: text.encode("utf-8", "replace") for name, text in why.items()}})
        args = [*self._fence(lease), self._settings.dead_length, *words]
        return Call([self.keys.urls, self.keys.dead], args)

    def _fence(self, lease: Lease) -> list[str | bytes | int]:
        return [self._group.name, self.consumer, lease.entry_id, lease.attempts]

    def _release(self, deliveries: Iterable[Delivery]) -> None:
        self._held.difference_update(d.lease for d in deliveries)

    # ------------------------------------------------------------ what operators ask
    async def depth(self) -> Depth:
        """Count the tasks; changes nothing."""
        pipe = self._client.pipeline(transaction=True)
        pipe.xlen(self.keys.urls)
        pipe.xpending(self.keys.urls, self._group.name)
        pipe.zcard(self.keys.delayed)
        pipe.xlen(self.keys.dead)
        pipe.xrange(self.keys.urls, count=1)
        pipe.xinfo_groups(self.keys.urls)
        pipe.time()
        answers = await pipe.execute(raise_on_error=False)
        for wrong in (a for a in answers if isinstance(a, ResponseError) and not _nothing_there(a)):
            raise wrong
        length, pending, delayed, dead, first, groups, (s, us) = answers
        held = 0 if isinstance(pending, ResponseError) else int(pending["pending"])  # no stream, no group
        now_s = s + us / 1e6
        return Depth(
            backlog=max(0, length - held),
            pending=held,
            delayed=delayed,
            dead=dead,
            oldest_s=_age_s(first[0][0] if first else None, now_s),
            oldest_ready_s=_age_s(await self._first_ready(groups), now_s),
            oldest_pending_s=_age_s(pending["min"] if held else None, now_s),
        )

    async def _first_ready(self, groups: Any) -> bytes | None:
        """Return the id of the oldest entry that was not delivered yet."""
        known = [] if isinstance(groups, ResponseError) else groups
        at = next((g["last-delivered-id"].decode() for g in known if g["name"].decode() == self._group.name), "0-0")
        ready = await browse(self._client, self.keys.urls, first=f"({at}", count=1)
        return ready[0].id.encode() if ready else None

    async def workers(self) -> list[WorkerState]:
        """List the consumers, those too that are gone and not collected yet; changes nothing."""
        try:
            found: Any = await self._client.xinfo_consumers(self.keys.urls, self._group.name)
        except ResponseError as e:
            if not _nothing_there(e):
                raise
            return []
        return [
            WorkerState(name=w["name"].decode(errors="replace"), pending=w["pending"], idle_s=w["idle"] / 1000)
            for w in found
        ]

    async def dead(self, limit: int = 100, *, reason: str | None = None) -> list[DeadLetter]:
        """List up to `limit` dead letters, the newest first; only those of one reason, where given."""
        letters: list[DeadLetter] = []
        last = "+"
        while len(letters) < limit and (
            page := await browse(self._client, self.keys.dead, last=last, count=PAGE, newest_first=True)
        ):
            letters += (x for x in map(_letter, page) if reason in {None, x.reason})
            last = f"({page[-1].id}"
        return letters[:limit]

    _REQUEUE = Script(
        CHECK
        + """
-- KEYS: dead stream, work stream, seen marker.  ARGV: dead entry id, task (JSON), marker's TTL (s).
-- Returns 1, or 0 where the letter is gone.
local refused = refuse(KEYS[1], 'stream') or refuse(KEYS[2], 'stream')
if refused then return refused end
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('SET', KEYS[3], 'requeued', 'EX', ARGV[3])
redis.call('XADD', KEYS[2], '*', 'task', ARGV[2])
return 1
"""
    )

    async def requeue(self, reason: str | None = None) -> int:
        """Put the dead tasks of a reason (None: all) back as new, no attempt counted; return how many.

        What did not decode stays.  The done marker stays too: a task whose results are written already (by another
        delivery, before this letter) runs again but writes nothing twice.
        """
        requeued, first = 0, "-"
        newest = await browse(self._client, self.keys.dead, count=1, newest_first=True)
        last = newest[0].id if newest else "-"  # what fails again meanwhile is not taken up again
        while page := await browse(self._client, self.keys.dead, first=first, last=last, count=PAGE):
            letters = [x for x in map(_letter, page) if reason in {None, x.reason}]
            calls = [self._requeue_call(x.entry_id, x.task) for x in letters if x.task]
            requeued += sum(await self._REQUEUE.run_many(self._client, calls))
            first = f"({page[-1].id}"
        return requeued

    def _requeue_call(self, entry_id: str, task: Task) -> Call:
        fresh = msgspec.json.encode(msgspec.structs.replace(task, attempt=0, slot_at=None))
        keys = [self.keys.dead, self.keys.urls, self.keys.seen(task.id)]
        return Call(keys, [entry_id, fresh, self._settings.seen_ttl_s])


def _nothing_there(error: ResponseError) -> bool:
    """Tell whether an error only means that the stream or its group is not there yet."""
    return "NOGROUP" in str(error) or "no such key" in str(error)


def _age_s(entry_id: bytes | None, now_s: float) -> float | None:
    return None if entry_id is None else max(0.0, now_s - order(entry_id.decode())[0] / 1000)


def _letter(entry: Entry) -> DeadLetter:
    raw = entry.fields or {}
    fields = {name.decode(errors="replace"): value.decode(errors="replace") for name, value in raw.items()}
    reason, detail, deliveries = (fields.pop(name, "") for name in ("reason", "detail", "deliveries"))
    task = None
    with contextlib.suppress(msgspec.DecodeError, UnicodeDecodeError):
        task = _task(entry)
    return DeadLetter(
        entry_id=entry.id,
        buried_at=datetime.fromtimestamp(order(entry.id)[0] / 1000, UTC),
        reason=reason,
        detail=detail,
        deliveries=int(deliveries) if deliveries.isdecimal() else 0,
        task=task,
        fields=fields,
    )


def _task(entry: Entry) -> Task:
    """Decode the field `task`; DecodeError or UnicodeDecodeError where it is not one."""
    return msgspec.json.decode((entry.fields or {}).get(b"task", b""), type=Task)


def _count_buried(answer: bytes, reason: str) -> None:
    if answer == b"done":
        metrics.DEAD_LETTERS.labels(metrics.bounded(reason)).inc()


def _words(fields: Mapping[Any, str | bytes]) -> list[str | bytes]:
    """Return a stream entry's words as XADD takes them."""
    return [*chain.from_iterable(fields.items())]


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
