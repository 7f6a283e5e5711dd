"""Poll one source: conditional requests, parse, enqueue unseen links, and decide when it is due again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final, Literal, Protocol

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace
from redis.exceptions import RedisError

from worker import urls
from worker.discover.feed_reader import FeedReader, FeedReading
from worker.discover.link_selector import LinkSelector
from worker.discover.poll_interval import adapt_interval_s, backoff_s, current_interval_s, next_poll_s
from worker.discover.poll_schedule import PollLease, PollSchedule, PollState
from worker.discover.sources import Source
from worker.errors import Failure, HostFailure, NotYet, Permanent, Transient
from worker.queue import QueueFull
from worker.schema import Task
from worker.settings import DiscoverSettings
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor
from worker.telemetry.tracing import TraceSpan, poll_span

log = structlog.get_logger()

LINKS_PER_ROUND_TRIP: Final = 500
FAILURES_TO_MOVE_BACK: Final = 3
"""Consecutive failures after which a source is requested at its own URL again, not where it has moved to."""


class PollResult(Struct, frozen=True, kw_only=True):
    """Result of polling one source; logged with these fields."""

    source: str
    outcome: Literal["read", "unchanged", "not_due", "waiting", "failed"]
    next_s: float
    """Seconds until the source is due again."""
    links: int = 0
    """Links found in the feed, or in all sitemaps of an index."""
    new: int = 0
    """Links enqueued, that is, not seen before."""
    refused: int = 0
    """Entries without a link, or with one that is not a valid http(s) URL."""
    excluded: int = 0
    """Links left out by `since`, `include` or `exclude`."""
    omitted: int = 0
    """Links left out because there are more than a poll may enqueue."""
    sitemaps: int = 0
    """Sitemaps of an index that were read."""
    unread_sitemaps: int = 0
    """Sitemaps that are left for the next poll."""
    failed_sitemaps: int = 0
    """Sitemaps that could not be read."""
    moved_to: str | None = None
    """URL that replaces that of the source, as permanent redirects say; None if there is none."""
    reason: str | None = None
    """Code of the failure; None if there was none."""
    detail: str | None = None
    """Detail of the failure; if there was none, of the first sitemap or link that could not be used."""


class TaskQueue(Protocol):
    """The part of `UrlQueue` that discovery needs."""

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Enqueue the tasks not seen before; return for each whether it was enqueued."""


class FeedPoller:
    """Polls sources, each when this process holds its lease."""

    def __init__(
        self,
        settings: DiscoverSettings,
        schedule: PollSchedule,
        *,
        reader: FeedReader,
        queue: TaskQueue,
        now: Callable[[], datetime],
        liveness: LivenessMonitor,
    ) -> None:
        """`now`: returns an aware time.  Nothing is polled yet."""
        self._settings = settings
        self._schedule = schedule
        self._reader = reader
        self._queue = queue
        self._now = now
        self._liveness = liveness

    async def poll(self, source: Source, *, due_only: bool) -> PollResult:
        """Poll one source and log the result in one line; failures of the source are returned, not raised.

        With `due_only`, a source that is not due is not polled (`not_due`).  Raises what a failure of Redis raises.
        """
        lease = await self._schedule.acquire(source, due_only=due_only)
        if not isinstance(lease, PollLease):
            return PollResult(source=source.name, outcome="not_due", next_s=lease)
        with poll_span(source.name, source.url) as whole_span:
            return await self._poll(source, lease.state, whole_span)

    async def _poll(self, source: Source, state: PollState, whole_span: TraceSpan) -> PollResult:
        try:
            result, state = await self._read_and_enqueue(source, state)
        except NotYet as wait:
            whole_span.failed(wait)
            result = _failed_result(source, wait, next_s=wait.wait_s, outcome="waiting")
        except QueueFull as full:
            failure = Transient("queue_full", str(full))
            whole_span.failed(failure)
            result = _failed_result(source, failure, next_s=self._interval_s(source, state))
        except Failure as failure:
            whole_span.failed(failure)
            state = replace(state, failures=state.failures + 1)
            result = _failed_result(source, failure, next_s=self._backoff_s(source, failure, state))
        await self._schedule.release(source, result.next_s, state)
        self._record(result, whole_span)
        return result

    def _record(self, result: PollResult, whole_span: TraceSpan) -> None:
        """Write the result to the log, the metrics and the span."""
        self._liveness.record_heartbeat("ask")
        metrics.SOURCES_ASKED.labels(result.source, result.outcome).inc()
        metrics.NEW_URLS.labels(result.source).inc(result.new)
        metrics.OMITTED_LINKS.labels(result.source).inc(result.omitted)
        if result.outcome == "failed":
            self._liveness.record_error(result.source, result.reason or result.outcome, self._now())
        fields = msgspec.structs.asdict(result)
        counts = ("outcome", "links", "new", "refused", "omitted")
        whole_span.set({f"communique.{name}": fields[name] for name in counts})
        shown = {name: value for name, value in fields.items() if value or name in counts}
        log.info("source", **shown, ms=round(1000 * whole_span.stop()))

    # ------------------------------------------------------------ one poll
    async def _read_and_enqueue(self, source: Source, state: PollState) -> tuple[PollResult, PollState]:
        """Read a source and enqueue its links; return the result and the new state.

        A step that fails raises, so the returned state may be stored.  An exception that is a fault of this program
        is one of this source only: it is logged with its traceback, and raised as Transient("bug").
        """
        selector = LinkSelector(source, self._settings.max_links, self._now())
        try:
            reading = await self._read(source, state, selector)
            refusals, new = await self._enqueue(source, selector)
        except (Failure, QueueFull, RedisError, OSError):
            raise
        except Exception as bug:
            log.exception("bug", source=source.name, url=source.url)
            raise Transient("bug", repr(bug)) from bug
        interval_s = adapt_interval_s(source, self._settings, self._interval_s(source, state), has_news=new > 0)
        next_s = next_poll_s(source, self._settings, interval_s, reading.requested_s, reading.max_age_s)
        new_state = PollState(
            validators=reading.validators, interval_s=interval_s, moved_to=reading.moved_to, sitemaps=reading.states
        )
        return _result(source, reading, selector, refusals, new=new, next_s=next_s), new_state

    async def _read(self, source: Source, state: PollState, selector: LinkSelector) -> FeedReading:
        """Read a source where it has moved to; if nothing is there, or that host keeps failing, at its own URL."""

        async def renew() -> None:
            self._liveness.record_heartbeat("ask")
            await self._schedule.renew(source)

        read = partial(self._reader.read, selector=selector, known=state.sitemaps, before_request=renew)
        if state.moved_to and state.failures < FAILURES_TO_MOVE_BACK:
            try:
                reading = await read(state.moved_to, validators=state.validators)
            except Permanent:
                log.info("moved_back", source=source.name, url=source.url)
            else:
                reading.moved_to = reading.moved_to or state.moved_to
                return reading
        return await read(source.url, validators=None if state.moved_to else state.validators)

    async def _enqueue(self, source: Source, selector: LinkSelector) -> tuple[list[str], int]:
        """Enqueue the selected links that have not been seen; return the faults of the invalid ones, and the number."""
        refusals: list[str] = []
        tasks, new = self._tasks(source, selector.selected(), refusals), 0
        while batch := list(islice(tasks, LINKS_PER_ROUND_TRIP)):
            put = await self._queue.put_many(batch)
            new += sum(put)
            for task in (task for task, is_new in zip(batch, put, strict=True) if is_new):
                log.debug("found", url=task.url, source=task.source, trace=task.trace_id)
        return refusals, new

    def _tasks(self, source: Source, links: Sequence[str], refusals: list[str]) -> Iterator[Task]:
        """Yield a task for every link with a canonical URL; append a description of the fault of every other one."""
        revisit_s = source.revisit_s
        for link in links:
            try:
                address = urls.canonicalise(link)
                yield Task.of(address, source=source.name, put_at=self._now(), revisit_s=revisit_s)
            except Permanent as e:
                refusals.append(e.detail)

    # ------------------------------------------------------------ intervals
    def _interval_s(self, source: Source, state: PollState) -> float:
        return current_interval_s(source, self._settings, state.interval_s)

    def _backoff_s(self, source: Source, failure: Failure, state: PollState) -> float:
        pause_s = failure.pause_s if isinstance(failure, HostFailure) else 0.0
        return backoff_s(self._interval_s(source, state), pause_s, state.failures)


def _result(
    source: Source, reading: FeedReading, selector: LinkSelector, refusals: list[str], *, new: int, next_s: float
) -> PollResult:
    faults = reading.faults + refusals
    return PollResult(
        source=source.name,
        outcome="read" if reading.is_changed else "unchanged",
        next_s=next_s,
        links=selector.links,
        new=new,
        refused=len(refusals) + reading.without_link,
        excluded=selector.excluded,
        omitted=selector.omitted,
        sitemaps=reading.sitemaps,
        unread_sitemaps=reading.unread_sitemaps,
        failed_sitemaps=len(reading.failed_sitemaps),
        moved_to=reading.moved_to,
        detail=faults[0] if faults else None,
    )


def _failed_result(
    source: Source, failure: Failure, *, next_s: float, outcome: Literal["failed", "waiting"] = "failed"
) -> PollResult:
    return PollResult(source=source.name, outcome=outcome, next_s=next_s, reason=failure.reason, detail=failure.detail)
