"""One delivery brought to its end: admitted, fetched, digested and settled; or put off, or buried.

The one `except Exception` is here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

import msgspec
import structlog
from redis.exceptions import RedisError

from worker.consume.retry import next_try, with_crashes_counted
from worker.consume.settle_batcher import SettleBatcher
from worker.consume.stages import record_stage, stage
from worker.consume.task_result import TaskResult, annotate_publication, annotate_span
from worker.errors import Failure, Permanent, Transient
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.pipeline.pool import Pool
from worker.pipeline.process_page import ProcessedPage, process_page
from worker.publish import traceparent, writes
from worker.queue import GROUP, Delivery, Settlement, UrlQueue
from worker.schema import Task, publication_id
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.tracing import TraceSpan, process_span, settle_span

log = structlog.get_logger()


class Clock(Protocol):
    """Where the wall-clock time comes from."""

    def __call__(self) -> datetime:
        """Return the time now, aware, in UTC."""


def utc_now() -> datetime:
    """Return the machine's time."""
    return datetime.now(UTC)


class TaskHandler:
    """The way of one URL through the neighbours; keeps nothing between two deliveries."""

    def __init__(
        self,
        settings: Settings,
        queue: UrlQueue,
        politeness: Politeness,
        fetcher: Fetcher,
        pool: Pool,
        *,
        settling: SettleBatcher,
        jitter: Callable[[], float],
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._queue = queue
        self._politeness = politeness
        self._fetcher = fetcher
        self._pool = pool
        self._settling = settling
        self._jitter = jitter
        self._clock = clock

    async def handle(self, delivery: Delivery) -> TaskResult:
        """Bring one delivery to its end and tell it in one log line; every line on the way has the task's trace."""
        task, queue = with_crashes_counted(delivery), self._queue
        work = process_span(task, queue.keys.urls, GROUP, queue.consumer)
        with structlog.contextvars.bound_contextvars(trace=task.trace_id), work as whole:
            report = await self._outcome(delivery, task, whole)
            took_s = whole.stop()
            annotate_span(whole, report)
            log.info("url", **_fields(report, task), attempt=task.attempt, ms=round(1000 * took_s))
        metrics.STAGES.labels("whole").observe(took_s)
        return report

    async def _outcome(self, delivery: Delivery, task: Task, whole: TraceSpan) -> TaskResult:
        """Settle, put off or bury."""
        try:
            return await self._finish(delivery, await self._read_page(task), whole)
        except Failure as failure:
            whole.failed(failure)
            return await self._fail(delivery, task, failure)
        except RedisError:
            raise  # ends the process: without Redis no end of this delivery could be written
        except Exception as bug:  # a bug must not take the other tasks with it; retried like a crash
            log.exception("bug", url=task.url)
            ours = Transient("bug", repr(bug))
            whole.failed(ours)
            return await self._fail(delivery, task, ours)

    async def _read_page(self, task: Task) -> ProcessedPage:
        if task.attempt >= self._settings.retry.max_attempts:
            raise Permanent("crashed", f"its worker died {task.attempt} times")
        with stage("admit"):
            await self._politeness.admit(task, self._clock())
        async with self._politeness.honour_retry_after(task.url):
            with stage("fetch"):
                page = await self._fetcher.get(task.url, admit=self._politeness.redirects_of(task))
        with stage("digest"):
            result = await self._pool.run(process_page, page)
            for done in result.timings:
                record_stage(done)
        return result

    async def _finish(self, delivery: Delivery, result: ProcessedPage, whole: TraceSpan) -> TaskResult:
        with stage("settle", settle_span("settle", self._queue.keys.urls, "producer")) as it:
            trace = it.traceparent() or traceparent(delivery.task.trace_id)
            entries = writes(result.article, result.events, self._settings.redis, self._clock(), trace)
            article = result.article
            ended = await self._settling.settle(
                Settlement(delivery, entries, publication_id(article.url, article.text))
            )
            if ended == "done":
                metrics.count_events(result.events)
                annotate_publication(whole, it, result)
        return TaskResult(url=delivery.task.url, outcome=ended, events=len(result.events))

    async def _fail(self, delivery: Delivery, task: Task, failure: Failure) -> TaskResult:
        again = next_try(task, failure, self._clock(), self._settings.retry, self._jitter())
        if again is None:
            with settle_span("bury", self._queue.keys.urls):
                owned = await self._queue.dead_letter(delivery, failure.reason, failure.detail)
            return TaskResult(url=task.url, outcome="dead" if owned else "fenced", reason=failure.reason)
        with settle_span("put_off", self._queue.keys.urls):
            owned = await self._queue.defer(delivery, *again)
        return TaskResult(url=task.url, outcome="put_off" if owned else "fenced", reason=failure.reason)


def _fields(report: TaskResult, task: Task) -> dict[str, object]:
    known = {**msgspec.structs.asdict(report), "source": task.source}
    return {name: value for name, value in known.items() if value is not None}
