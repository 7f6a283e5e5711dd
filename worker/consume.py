"""The loop: deliveries in, and every one ends settled, put off or buried.  The one `except Exception` is here.

Life reads as three verbs.  *Read* takes as many deliveries as there are free slots, at times what dead workers left.
*Tend* renews leases and moves due tasks.  *Settle* writes what is finished, everything that has gathered in one round
trip.  A stop ends reading, gives what is under way `drain_s`, and hands the rest back.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

import msgspec
import structlog
from msgspec import Struct
from redis.exceptions import RedisError

from worker import metrics
from worker.digest import Digest, digest
from worker.errors import Failure, NotYet, Permanent, Transient
from worker.fetch import Fetcher
from worker.politeness import Politeness
from worker.pool import Pool
from worker.publish import writes
from worker.pulse import MARGIN_S, Part, Pulse
from worker.queue import Delivery, Outcome, UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.streams import Write, connect

log = structlog.get_logger()

BLOCK_S = 1.0
"""Longest wait for new tasks: also the longest that a stop goes unnoticed by the reader."""
TICK_S = 0.25
"""How often due tasks are moved; a task put off waits at most this much longer than it should."""
COLLECT_S = 300.0


class Report(Struct, frozen=True, kw_only=True):
    """How the work on one delivery ended."""

    url: str
    outcome: Literal["done", "duplicate", "gone", "fenced", "put_off", "dead", "handed_back"]
    reason: str | None = None
    """Code of the failure; None where there was none."""
    events: int = 0


def worker_parts(settings: Settings) -> dict[str, Part]:
    """Return the loops of a worker whose silence means something (see `Pulse`).

    The one that tends leases must be back within a lease.  The reader, with all slots taken, waits for the first task
    that ends, and that may be the slowest of all.
    """
    task_s = settings.total_timeout_s + settings.process_timeout_s
    return {
        "tend": Part(limit_s=max(settings.lease_s, MARGIN_S), vital=True),
        "read": Part(limit_s=task_s + MARGIN_S),
    }


class Clock(Protocol):
    """Where the wall-clock time comes from."""

    def __call__(self) -> datetime:
        """Return the time now, aware, in UTC."""


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


def next_try(
    task: Task, failure: Failure, now: datetime, settings: Settings, jitter: float
) -> tuple[Task, datetime] | None:
    """When and as what to try again, or None to give up.

    `task.attempt` counts the failed attempts before this one, crashes included; `jitter` is in [0, 1).  A
    server's Retry-After is a lower bound of the wait.
    """
    if isinstance(failure, Permanent) or task.attempt >= settings.max_attempts:
        return None
    if isinstance(failure, NotYet):
        slot = now + timedelta(seconds=failure.wait_s)
        return msgspec.structs.replace(task, slot_at=slot), slot
    attempt = task.attempt + 1
    if attempt >= settings.max_attempts:
        return None
    wait_s = settings.pause_s(attempt, jitter)
    if isinstance(failure, Transient) and failure.retry_after_s:
        wait_s = max(wait_s, min(failure.retry_after_s, settings.max_backoff_s))
    return msgspec.structs.replace(task, attempt=attempt, slot_at=None), now + timedelta(seconds=wait_s)


class Consumer:
    """One worker: up to `settings.concurrency` tasks in flight."""

    def __init__(
        self,
        settings: Settings,
        queue: UrlQueue,
        politeness: Politeness,
        fetcher: Fetcher,
        pool: Pool,
        *,
        jitter: Callable[[], float],
        clock: Clock = utc_now,
        report: Callable[[Report], None] = lambda _: None,
        pulse: Pulse | None = None,
    ) -> None:
        """Take the neighbours; start nothing.  `report` hears how each delivery ended, `pulse` that the loops turn."""
        self._settings = settings
        self._queue = queue
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool
        self._jitter = jitter
        self._clock = clock
        self._tell = report
        self._pulse = pulse or Pulse()
        self._work: dict[Delivery, asyncio.Task[None]] = {}
        self._free = asyncio.Event()
        self._finished: list[tuple[Delivery, Sequence[Write], asyncio.Future[Outcome]]] = []
        self._gathered = asyncio.Event()
        self._over = asyncio.Event()
        self._claimed = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set and what is under way is drained.  A Redis error ends it loudly."""
        async with asyncio.TaskGroup() as self._tasks:
            for loop in (self._tend(), self._settle_gathered()):
                self._tasks.create_task(self._until_over(loop))
            await self._until_over(self._work_until(stop))

    async def _until_over(self, part: Awaitable[None]) -> None:
        """Let one part end all of them, well or not.

        They are told, not cancelled: redis-py waits by `asyncio.wait_for`, which on Python 3.11 may swallow a
        cancellation that comes just as a reply does.
        """
        try:
            await part
        finally:
            self._end_all()

    def _end_all(self) -> None:
        self._over.set()
        self._gathered.set()

    async def _work_until(self, stop: asyncio.Event) -> None:
        await self._read_until(stop)
        if not self._over.is_set():
            await self._drain()

    # ------------------------------------------------------------ read
    async def _read_until(self, stop: asyncio.Event) -> None:
        stopping = asyncio.create_task(stop.wait())
        with _ended(stopping):
            while not stop.is_set() and not self._over.is_set():
                self._pulse.beat("read")
                await self._wait_for_slot(stopping)
                if stop.is_set():
                    return
                for delivery in await self._claim() or await self._queue.read(self._slots(), BLOCK_S):
                    self._begin(delivery)

    async def _claim(self) -> list[Delivery]:
        """Take over what dead workers left, every third of a lease.

        Here and not by `_tend`: beside a read that waits it would fill the same slots twice, and in a drain begin anew.
        """
        now = time.monotonic()
        if now - self._claimed < self._settings.lease_s / 3:
            return []
        self._claimed = now
        claimed = await self._queue.claim(self._slots())
        for delivery in claimed:
            metrics.CLAIMS.inc()
            log.warning("claimed", url=delivery.task.url, deliveries=delivery.attempts)
        return claimed

    async def _wait_for_slot(self, stopping: asyncio.Task[bool]) -> None:
        while not self._slots() and not stopping.done():
            self._free.clear()
            freed = asyncio.create_task(self._free.wait())
            with _ended(freed):
                await asyncio.wait({freed, stopping}, return_when=asyncio.FIRST_COMPLETED)

    def _slots(self) -> int:
        return max(0, self._settings.concurrency - len(self._work))

    def _begin(self, delivery: Delivery) -> None:
        work = self._tasks.create_task(self._handle(delivery))
        self._work[delivery] = work
        metrics.IN_FLIGHT.inc()
        work.add_done_callback(lambda done: self._end(delivery, done))

    def _end(self, delivery: Delivery, done: asyncio.Task[None]) -> None:
        del self._work[delivery]
        metrics.IN_FLIGHT.dec()
        self._free.set()
        if not done.cancelled() and done.exception():  # without Redis: the group ends, and all of it must
            self._end_all()

    # ------------------------------------------------------------ one delivery
    async def _handle(self, delivery: Delivery) -> None:
        """Bring one delivery to its end and report it in one log line; every line on the way has the task's trace."""
        started = time.perf_counter()
        task = _counting_crashes(delivery)
        with structlog.contextvars.bound_contextvars(trace=task.trace_id):
            report = await self._outcome(delivery, task)
            took_s = time.perf_counter() - started
            log.info("url", **_fields(report, task), attempt=task.attempt, ms=round(1000 * took_s))
        metrics.STAGES.labels("whole").observe(took_s)
        self._report(report)

    async def _outcome(self, delivery: Delivery, task: Task) -> Report:
        """Settle, put off or bury."""
        try:
            return await self._finish(delivery, await self._read_page(task))
        except Failure as failure:
            return await self._fail(delivery, task, failure)
        except RedisError:
            raise  # ends the process: without Redis no end of this delivery could be written
        except Exception as bug:  # a bug must not take the other tasks with it; retried like a crash
            log.exception("bug", url=task.url)
            return await self._fail(delivery, task, Transient("bug", repr(bug)))

    def _report(self, report: Report) -> None:
        """Count how a delivery ended, and tell whoever asked to hear it."""
        metrics.ARTICLES.labels(report.outcome, metrics.bounded(report.reason)).inc()
        if report.outcome == "dead" or report.reason == "bug":
            self._pulse.trouble(report.url, report.reason or report.outcome, self._clock())
        self._tell(report)

    async def _read_page(self, task: Task) -> Digest:
        if task.attempt >= self._settings.max_attempts:
            raise Permanent("crashed", f"its worker died {task.attempt} times")
        await self._politeness.admit(task, self._clock())
        async with self._politeness.heeding(task.url):
            with metrics.STAGES.labels("fetch").time():
                page = await self._fetcher.get(task.url, admit=self._politeness.redirects_of(task))
        with metrics.STAGES.labels("digest").time():
            return await self._pool.run(digest, page)

    async def _finish(self, delivery: Delivery, result: Digest) -> Report:
        if self._over.is_set():  # nobody settles any more
            raise asyncio.CancelledError
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        trace_id = delivery.task.trace_id
        entries = writes(result.article, result.events, self._settings, self._clock(), trace_id)
        self._finished.append((delivery, entries, outcome))
        self._gathered.set()
        with metrics.STAGES.labels("settle").time():
            ended = await outcome
        if ended == "done":
            metrics.count_events(result.events)
        return Report(url=delivery.task.url, outcome=ended, events=len(result.events))

    async def _fail(self, delivery: Delivery, task: Task, failure: Failure) -> Report:
        again = next_try(task, failure, self._clock(), self._settings, self._jitter())
        if again is None:
            owned = await self._queue.bury(delivery, failure.reason, failure.detail)
            return Report(url=task.url, outcome="dead" if owned else "fenced", reason=failure.reason)
        owned = await self._queue.put_off(delivery, *again)
        return Report(url=task.url, outcome="put_off" if owned else "fenced", reason=failure.reason)

    # ------------------------------------------------------------ settle
    async def _settle_gathered(self) -> None:
        """Settle whatever has finished since the last round trip, all of it in the next one."""
        while not self._over.is_set():
            await self._gathered.wait()
            self._gathered.clear()
            batch, self._finished = self._finished, []
            outcomes = await self._queue.settle_many([(delivery, entries) for delivery, entries, _ in batch])
            for (_, _, waiting), outcome in zip(batch, outcomes, strict=True):
                if not waiting.done():
                    waiting.set_result(outcome)

    # ------------------------------------------------------------ tend
    async def _tend(self) -> None:
        """Keep what is ours, move what is due, take over what the dead left.

        A wedged event loop cannot report itself and nothing restarts an unhealthy container: the watchdog, a C
        thread, ends the process when three leases pass without a tick.
        """
        renewed = collected = time.monotonic()
        try:
            while not self._over.is_set():
                faulthandler.dump_traceback_later(3 * self._settings.lease_s, exit=True)
                self._pulse.beat("tend")
                now = time.monotonic()
                await self._queue.move_due(self._clock())
                if now - renewed >= self._settings.lease_s / 3:
                    renewed = now
                    await self._renew()
                if now - collected >= COLLECT_S:
                    collected = now
                    await self._queue.collect()
                await asyncio.sleep(min(TICK_S, self._settings.lease_s / 3))
        finally:
            faulthandler.cancel_dump_traceback_later()

    async def _renew(self) -> None:
        """Renew every lease; stop working on what another worker has taken."""
        for lost in await self._queue.renew(list(self._work)):
            if lost in self._work:
                metrics.LOST_LEASES.inc()
                log.warning("lost", url=lost.task.url)
                self._work[lost].cancel()

    # ------------------------------------------------------------ drain
    async def _drain(self) -> None:
        """Give what is under way its grace; hand the rest back, ready at once and with no attempt counted."""
        self._pulse.end("read")
        log.info("draining", tasks=len(self._work))
        if self._work:
            await asyncio.wait(self._work.values(), timeout=self._settings.drain_s)
        left = dict(self._work)
        await _cancelled(left.values())
        handed_back = 0
        for delivery in left:
            if await self._queue.put_off(delivery, _counting_crashes(delivery), self._clock()):
                self._report(Report(url=delivery.task.url, outcome="handed_back"))
                handed_back += 1
        log.info("drained", handed_back=handed_back)


@contextlib.asynccontextmanager
async def consumer(
    settings: Settings,
    redis_url: str,
    report: Callable[[Report], None] = lambda _: None,
    pulse: Pulse | None = None,
) -> AsyncIterator[Consumer]:
    """Put a consumer together with its neighbours; they are closed in the end."""
    async with (
        UrlQueue(redis_url, settings) as queue,
        connect(redis_url) as client,
        Fetcher(settings) as fetcher,
        Pool(settings, preload="worker.warm") as pool,
    ):
        politeness = Politeness(client, fetcher, settings)
        yield Consumer(settings, queue, politeness, fetcher, pool, jitter=random.random, report=report, pulse=pulse)


def _counting_crashes(delivery: Delivery) -> Task:
    """Return the task with every delivery before this one counted as a failed attempt."""
    return msgspec.structs.replace(delivery.task, attempt=delivery.task.attempt + delivery.attempts - 1)


def _fields(report: Report, task: Task) -> dict[str, object]:
    known = {**msgspec.structs.asdict(report), "source": task.source}
    return {name: value for name, value in known.items() if value is not None}


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until every task has really ended: one cancellation may be swallowed (see `_until_over`)."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=TICK_S)


@contextlib.contextmanager
def _ended(task: asyncio.Task[bool]) -> Iterator[None]:
    """Cancel a waiting task on the way out."""
    try:
        yield
    finally:
        task.cancel()
