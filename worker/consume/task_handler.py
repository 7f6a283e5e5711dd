"""Process one delivery and finish it: settle the task, put it back, retry it later, or dead-letter it.

The only `except Exception` of the worker is here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal, Protocol

import msgspec
import structlog
from redis.exceptions import RedisError

from worker.consume.copies import find_original, name_original
from worker.consume.page_reader import PageReader, ReadPage
from worker.consume.retry import GiveUp, PutBack, RetryLater, next_step, with_crashes_counted
from worker.consume.settle_batcher import SettleBatcher
from worker.consume.settlements import REMOVED_REASONS, Settlements
from worker.consume.stages import stage
from worker.consume.task_result import (
    TaskResult,
    annotate_publication,
    annotate_span,
    published_result,
    removal_result,
    visit_result,
)
from worker.errors import Failure, Permanent, Transient
from worker.publish import make_traceparent
from worker.queue import GROUP, Delivery, Hosts, UrlQueue
from worker.schema import KnownArticle, Task
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.tracing import TraceSpan, process_span, settle_span

log = structlog.get_logger()


class Clock(Protocol):
    """A source of wall-clock time."""

    def __call__(self) -> datetime:
        """Return the current time, aware, in UTC."""


def system_clock() -> datetime:
    """Return the current time of the system clock, in UTC."""
    return datetime.now(UTC)


class TaskHandler:
    """Processes deliveries, any number concurrently; keeps no state between two deliveries."""

    def __init__(
        self,
        settings: Settings,
        queue: UrlQueue,
        reader: PageReader,
        hosts: Hosts,
        *,
        jitter: Callable[[], float],
        clock: Clock = system_clock,
    ) -> None:
        """`jitter`: returns a number in [0, 1) for each retry.

        Nothing is started yet; the caller must run `batcher` for as long as it uses `handle`.
        """
        self._settings = settings
        self._queue = queue
        self._reader = reader
        self._hosts = hosts
        self._jitter = jitter
        self._clock = clock
        self._settlements = Settlements(settings.redis, queue.consumer)
        self.batcher = SettleBatcher(queue)

    async def handle(self, delivery: Delivery) -> TaskResult:
        """Process and finish one delivery, and log the result in one line.

        All its log lines carry the task's trace id.
        """
        task, queue = with_crashes_counted(delivery), self._queue
        work = process_span(task, queue.keys.ready, GROUP, queue.consumer)
        with structlog.contextvars.bound_contextvars(trace=task.trace_id), work as task_span:
            result = await self._process(delivery, task, task_span)
            took_s = task_span.stop()
            annotate_span(task_span, result)
            log.info("url", **_log_fields(result, task), attempt=task.attempt, ms=round(1000 * took_s))
        metrics.STAGES.labels("whole").observe(took_s)
        return result

    async def _process(self, delivery: Delivery, task: Task, task_span: TraceSpan) -> TaskResult:
        """Settle the delivery, or end it as its failure requires; return the result."""
        known = None
        try:
            known = await self._reader.find_known(task)
            return await self._settle(delivery, await self._read_page(delivery, task, known), task_span)
        except Failure as failure:
            if known and failure.reason in REMOVED_REASONS:
                return await self._settle_removed(delivery, known)
            task_span.failed(failure)
            return await self._fail(delivery, task, failure, known)
        except RedisError:
            raise  # ends the process: without Redis the delivery cannot be finished
        except Exception as bug:  # a bug must not end the other tasks; retried like a crash
            log.exception("bug", url=task.url)
            crash = Transient("bug", repr(bug))
            task_span.failed(crash)
            return await self._fail(delivery, task, crash, known)

    async def _read_page(self, delivery: Delivery, task: Task, known: KnownArticle | None) -> ReadPage:
        """Return the page's article and events; raise Permanent("crashed") if the task has crashed too many workers."""
        if task.attempt >= self._settings.retry.max_attempts:
            raise Permanent("crashed", f"{task.attempt} failed attempts and crashes")
        quarantine = self._queue.quarantine
        return await self._reader.read(
            task,
            known,
            fetch_quarantine=quarantine(delivery) if delivery.is_repeated_suspect else None,
            process_quarantine=quarantine(delivery) if delivery.is_suspect else None,
        )

    async def _settle(self, delivery: Delivery, read: ReadPage, task_span: TraceSpan) -> TaskResult:
        """Publish article and events and acknowledge the task in one atomic step; return the result."""
        read = await self._with_original(read)
        page, known = read.page, read.known
        with stage("settle", settle_span("settle", self._queue.keys.ready, "producer")) as stage_span:
            trace = stage_span.traceparent() or make_traceparent(delivery.task.trace_id)
            outcome = await self.batcher.settle(self._settlements.of_page(delivery, read, self._clock(), trace))
            if outcome == "done" and page:
                metrics.count_events(page.count_kinds())
                metrics.OMITTED_EVENTS.inc(page.events_omitted)
                annotate_publication(task_span, stage_span, page)
        if known is None:
            return published_result(delivery, outcome, page)
        return visit_result(delivery, outcome, read)

    async def _with_original(self, read: ReadPage) -> ReadPage:
        """Return the page with the article of which its text is a copy, if there is one."""
        page = read.page
        if page is None or page.sketch is None:
            return read
        candidates = await self._queue.find_texts(page.sketch.bands)
        original = find_original(page, candidates, read.known)
        return msgspec.structs.replace(read, page=name_original(page, original)) if original else read

    async def _settle_removed(self, delivery: Delivery, known: KnownArticle) -> TaskResult:
        """Retract all events of a page that was removed, and acknowledge the visit, in one atomic step."""
        with stage("settle", settle_span("settle", self._queue.keys.ready, "producer")) as stage_span:
            trace = stage_span.traceparent() or make_traceparent(delivery.task.trace_id)
            settlement = self._settlements.of_removed(delivery, known, self._clock(), trace)
            outcome = await self.batcher.settle(settlement)
        return removal_result(delivery, outcome, len(settlement.writes))

    async def _fail(self, delivery: Delivery, task: Task, failure: Failure, known: KnownArticle | None) -> TaskResult:
        now, jitter = self._clock(), self._jitter()
        step = next_step(delivery.unfinished_task, failure, now, self._settings, jitter, crashes=delivery.crashes)
        stream = self._queue.keys.ready
        match step:
            case PutBack(again):
                with settle_span("put_back", stream):
                    is_owner = await self._queue.put_back(delivery, again)
            case RetryLater(again, due_at):
                with settle_span("retry_later", stream):
                    is_owner = await self._queue.retry_later(delivery, again, due_at)
            case GiveUp() if missed := self._settlements.of_missed(delivery, known, now):
                outcome = await self.batcher.settle(missed)
                outcome_of_visit = "missed" if outcome == "done" else outcome
                return TaskResult(url=task.url, outcome=outcome_of_visit, reason=failure.reason)
            case GiveUp(reason, detail, host_down):
                with settle_span("dead_letter", stream):
                    is_owner = await self._queue.dead_letter(delivery, reason, detail, revive=host_down)
                    if host_down:
                        others = await self._hosts.give_up(delivery.host, detail)
                        log.warning("host_given_up", host=delivery.host, tasks=others + is_owner, detail=detail)
                end: Literal["dead", "fenced"] = "dead" if is_owner else "fenced"
                return TaskResult(url=task.url, outcome=end, reason=failure.reason, detail=detail or None)
        return TaskResult(url=task.url, outcome="put_off" if is_owner else "fenced", reason=failure.reason)


def _log_fields(result: TaskResult, task: Task) -> dict[str, object]:
    known = {**msgspec.structs.asdict(result), "source": task.source}
    return {name: value for name, value in known.items() if value is not None}
