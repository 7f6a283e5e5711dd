"""One source asked: fetched if it has changed, read, and what it links to that nobody has seen becomes a task."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, Protocol

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from worker import urls
from worker.discover.poll_schedule import SLEEP_S, PollLease, PollSchedule
from worker.discover.sources import Source
from worker.errors import Failure, NotYet, Permanent, Transient
from worker.fetch.client import Fetcher, Validators
from worker.fetch.politeness import Politeness
from worker.parse import feed
from worker.queue import QueueFull
from worker.schema import Task
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor
from worker.telemetry.tracing import Span, poll_span, span

log = structlog.get_logger()

MAX_BACKOFF_S: Final = 6 * 3600.0


class PollResult(Struct, frozen=True, kw_only=True):
    """What came of one source this time."""

    source: str
    outcome: Literal["read", "unchanged", "not_due", "waiting", "failed"]
    next_s: float
    """Until it is due again."""
    links: int = 0
    new: int = 0
    """Links that became tasks."""
    refused: int = 0
    """Links that are no http(s) URL."""
    reason: str | None = None
    detail: str | None = None
    """Of a failure; of the first refused link otherwise."""


class Queue(Protocol):
    """As much of `UrlQueue` as is needed here."""

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Enqueue each task not seen before; tell for each whether it was put."""


class FeedPoller:
    """Asks one source after the other, each at its turn."""

    def __init__(
        self,
        settings: Settings,
        turns: PollSchedule,
        *,
        fetcher: Fetcher,
        politeness: Politeness,
        queue: Queue,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        liveness: LivenessMonitor,
    ) -> None:
        self._settings = settings
        self._turns = turns
        self._fetcher = fetcher
        self._politeness = politeness
        self._queue = queue
        self._now = now
        self._sleep = sleep
        self._liveness = liveness

    async def ask(self, source: Source, *, due_only: bool) -> PollResult:
        """Ask one source; whatever is wrong with it ends here, in one log line."""
        turn = await self._turns.acquire(source, due_only=due_only)
        if not isinstance(turn, PollLease):
            return PollResult(source=source.name, outcome="not_due", next_s=turn)
        with poll_span(source.name, source.url) as it:
            return await self._ask(source, turn, it)

    async def _ask(self, source: Source, turn: PollLease, it: Span) -> PollResult:
        validators, failures = turn.validators, turn.failures
        try:
            asked, validators = await self._read(source, validators)
            failures = 0
        except NotYet as wait:
            it.failed(wait)
            asked = _failed(source, wait, next_s=wait.wait_s, outcome="waiting")
        except (Failure, QueueFull) as failure:
            it.failed(failure)
            failures += 1
            asked = _failed(source, failure, next_s=self._backoff_s(source, failure, failures))
        await self._turns.release(source, asked.next_s, validators, failures)
        self._count(asked)
        known = {name: value for name, value in msgspec.structs.asdict(asked).items() if value is not None}
        it.set({f"communique.{name}": known[name] for name in ("outcome", "links", "new", "refused")})
        log.info("source", **known, ms=round(1000 * it.stop()))
        return asked

    def _count(self, asked: PollResult) -> None:
        self._liveness.record_heartbeat("ask")
        metrics.SOURCES_ASKED.labels(asked.source, asked.outcome).inc()
        metrics.NEW_URLS.labels(asked.source).inc(asked.new)
        if asked.outcome == "failed":
            self._liveness.record_error(asked.source, asked.reason or asked.outcome, self._now())

    async def _read(self, source: Source, validators: Validators) -> tuple[PollResult, Validators]:
        """Fetch, parse and enqueue; the new validators count only if all of it went well."""
        task = await self._admitted(Task.of(source.url))
        async with self._politeness.honour_retry_after(source.url):
            answer = await self._fetcher.get_if_changed(
                source.url, validators, admit=self._politeness.redirects_of(task)
            )
        next_s = self._interval_s(source)
        if answer.page is None:
            return PollResult(source=source.name, outcome="unchanged", next_s=next_s), answer.validators
        links = await asyncio.to_thread(feed.links, answer.page.body, answer.page.url)
        tasks, refusals = self._tasks(source, links)
        new = await self._put(tasks)
        asked = PollResult(
            source=source.name,
            outcome="read",
            next_s=next_s,
            links=len(links),
            new=new,
            refused=len(refusals),
            detail=refusals[0] if refusals else None,
        )
        return asked, answer.validators

    async def _put(self, tasks: Sequence[Task]) -> int:
        """Enqueue what nobody has seen, each in a line with the trace that its events will have; return how many."""
        put = await self._queue.put_many(tasks) if tasks else []
        for task in (task for task, is_new in zip(tasks, put, strict=True) if is_new):
            log.info("found", url=task.url, source=task.source, trace=task.trace_id)
        return sum(put)

    async def _admitted(self, task: Task) -> Task:
        """Wait for the feed's own host like any task; NotYet where that would be long."""
        while True:
            try:
                await self._politeness.admit(task, self._now())
            except NotYet as e:
                if e.wait_s > SLEEP_S:
                    raise
                task = replace(task, slot_at=self._now() + timedelta(seconds=e.wait_s))
                with span("wait"):
                    await self._sleep(e.wait_s)
            else:
                return task

    def _tasks(self, source: Source, links: Sequence[feed.Link]) -> tuple[list[Task], list[str]]:
        """Make a task of every link that has a canonical URL; the others' faults come second."""
        tasks, refusals, now = [], [], self._now()
        for link in links:
            try:
                url = urls.canonical(link.url)
            except Permanent as e:
                refusals.append(e.detail)
            else:
                tasks.append(Task.of(url, source=source.name, put_at=now))
        return tasks, refusals

    # ------------------------------------------------------------ when
    def _interval_s(self, source: Source) -> float:
        return source.interval_s or self._settings.discover.interval_s

    def _backoff_s(self, source: Source, failure: Failure | QueueFull, failures: int) -> float:
        """Double the interval with every failure in a row; not below what the server asked for.

        A full queue is no fault of the source: it is asked again at its usual time.
        """
        interval_s = self._interval_s(source)
        if isinstance(failure, QueueFull):
            return interval_s
        asked_s = (failure.retry_after_s or 0.0) if isinstance(failure, Transient) else 0.0
        return max(interval_s, asked_s, min(interval_s * 2.0 ** min(failures, 20), MAX_BACKOFF_S))


def _failed(
    source: Source, failure: Failure | QueueFull, *, next_s: float, outcome: Literal["failed", "waiting"] = "failed"
) -> PollResult:
    reason, detail = (
        ("queue_full", str(failure)) if isinstance(failure, QueueFull) else (failure.reason, failure.detail)
    )
    return PollResult(source=source.name, outcome=outcome, next_s=next_s, reason=reason, detail=detail)
