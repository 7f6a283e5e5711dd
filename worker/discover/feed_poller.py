"""Poll one feed: conditional GET, parse, enqueue unseen links."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

import msgspec
import structlog
from msgspec import Struct

from worker import urls
from worker.discover.poll_schedule import MAX_HOST_WAIT_S, PollLease, PollSchedule
from worker.discover.sources import Source
from worker.errors import Failure, HostFailure, NotYet, Permanent
from worker.fetch.client import ConditionalResponse, Fetcher, Validators
from worker.fetch.politeness import Politeness
from worker.parse import feed
from worker.queue import QueueFull
from worker.schema import Task
from worker.settings import DiscoverSettings
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor
from worker.telemetry.tracing import TraceSpan, poll_span, span

log = structlog.get_logger()

_OLDEST: Final = datetime.min.replace(tzinfo=UTC)
MAX_BACKOFF_S: Final = 6 * 3600.0
"""Longest interval after consecutive failures, unless the source's own interval or a Retry-After is longer."""


class PollResult(Struct, frozen=True, kw_only=True):
    """Result of polling one source; logged with these fields."""

    source: str
    outcome: Literal["read", "unchanged", "not_due", "waiting", "failed"]
    next_s: float
    """Seconds until the source is due again."""
    links: int = 0
    """Links found in the feed."""
    new: int = 0
    """Links enqueued, that is, not seen before."""
    refused: int = 0
    """Links that are not valid http(s) URLs."""
    omitted: int = 0
    """Links that were not read because the feed has more than a poll may enqueue."""
    reason: str | None = None
    """Code of the failure; None if there was none."""
    detail: str | None = None
    """Detail of the failure; if there was none, of the first refused link."""


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
        fetcher: Fetcher,
        politeness: Politeness,
        queue: TaskQueue,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        liveness: LivenessMonitor,
    ) -> None:
        """`now`: returns an aware time.  `sleep`: `asyncio.sleep` or a replacement in tests.  Nothing is polled yet."""
        self._settings = settings
        self._schedule = schedule
        self._fetcher = fetcher
        self._politeness = politeness
        self._queue = queue
        self._now = now
        self._sleep = sleep
        self._liveness = liveness

    async def poll(self, source: Source, *, due_only: bool) -> PollResult:
        """Poll one source and log the result in one line; failures of the source are returned, not raised.

        With `due_only`, a source that is not due is not polled (`not_due`).
        """
        lease = await self._schedule.acquire(source, due_only=due_only)
        if not isinstance(lease, PollLease):
            return PollResult(source=source.name, outcome="not_due", next_s=lease)
        with poll_span(source.name, source.url) as whole_span:
            return await self._poll(source, lease, whole_span)

    async def _poll(self, source: Source, lease: PollLease, whole_span: TraceSpan) -> PollResult:
        validators, failures = lease.validators, lease.failures
        try:
            result, validators = await self._fetch_and_enqueue(source, validators)
            failures = 0
        except NotYet as wait:
            whole_span.failed(wait)
            result = _failed_result(source, wait, next_s=wait.wait_s, outcome="waiting")
        except (Failure, QueueFull) as failure:
            whole_span.failed(failure)
            failures += 1
            result = _failed_result(source, failure, next_s=self._backoff_s(source, failure, failures))
        await self._schedule.release(source, result.next_s, validators, failures)
        self._count(result)
        known = {name: value for name, value in msgspec.structs.asdict(result).items() if value is not None}
        whole_span.set(
            {f"communique.{name}": known[name] for name in ("outcome", "links", "new", "refused", "omitted")}
        )
        log.info("source", **known, ms=round(1000 * whole_span.stop()))
        return result

    def _count(self, result: PollResult) -> None:
        self._liveness.record_heartbeat("ask")
        metrics.SOURCES_ASKED.labels(result.source, result.outcome).inc()
        metrics.NEW_URLS.labels(result.source).inc(result.new)
        metrics.OMITTED_LINKS.labels(result.source).inc(result.omitted)
        if result.outcome == "failed":
            self._liveness.record_error(result.source, result.reason or result.outcome, self._now())

    async def _fetch_and_enqueue(self, source: Source, validators: Validators) -> tuple[PollResult, Validators]:
        """Fetch and parse a feed and enqueue its links; return the result and the new validators.

        A step that fails raises, so returned validators may be stored.
        """
        response = await self._fetch(source.url, validators)
        next_s = self._interval_s(source)
        if response.page is None:
            return PollResult(source=source.name, outcome="unchanged", next_s=next_s), response.validators
        links = await asyncio.to_thread(feed.parse_feed, response.page.body, response.page.url)
        newest = _newest(links, self._settings.max_links)
        tasks, refusals = self._make_tasks(source, newest)
        new = await self._enqueue(tasks)
        result = PollResult(
            source=source.name,
            outcome="read",
            next_s=next_s,
            links=len(links),
            new=new,
            refused=len(refusals),
            omitted=len(links) - len(newest),
            detail=refusals[0] if refusals else None,
        )
        return result, response.validators

    async def _enqueue(self, tasks: Sequence[Task]) -> int:
        """Enqueue the tasks not seen before, logging each with its trace id; return their number."""
        put = await self._queue.put_many(tasks) if tasks else []
        for task in (task for task, is_new in zip(tasks, put, strict=True) if is_new):
            log.info("found", url=task.url, source=task.source, trace=task.trace_id)
        return sum(put)

    async def _fetch(self, url: str, validators: Validators) -> ConditionalResponse:
        """Fetch a feed; while its host is busy, wait up to MAX_HOST_WAIT_S, then raise NotYet."""
        redirects = 0
        while True:
            try:
                return await self._fetcher.get_if_changed(
                    url, validators, admit=self._politeness.admit, redirects=redirects
                )
            except NotYet as e:
                if e.wait_s > MAX_HOST_WAIT_S:
                    raise
                url, redirects = e.redirected_to or url, redirects + e.redirects
                with span("wait"):
                    await self._sleep(e.wait_s)

    def _make_tasks(self, source: Source, links: Sequence[feed.FeedLink]) -> tuple[list[Task], list[str]]:
        """Return a task for every link with a canonical URL, and a description of the fault of every other link."""
        tasks, refusals, now = [], [], self._now()
        for link in links:
            try:
                url = urls.canonicalise(link.url)
            except Permanent as e:
                refusals.append(e.detail)
            else:
                tasks.append(Task.of(url, source=source.name, put_at=now))
        return tasks, refusals

    # ------------------------------------------------------------ intervals
    def _interval_s(self, source: Source) -> float:
        return source.interval_s or self._settings.interval_s

    def _backoff_s(self, source: Source, failure: Failure | QueueFull, failures: int) -> float:
        """Return the seconds until the next poll: the interval doubled with every consecutive failure (`failures`).

        At most MAX_BACKOFF_S, but at least the interval and the server's Retry-After.  A full queue is not the source's
        fault, so the interval is used as it is.
        """
        interval_s = self._interval_s(source)
        if isinstance(failure, QueueFull):
            return interval_s
        pause_s = failure.pause_s if isinstance(failure, HostFailure) else 0.0
        return max(interval_s, pause_s, min(interval_s * 2.0 ** min(failures, 20), MAX_BACKOFF_S))


def _newest(links: Sequence[feed.FeedLink], limit: int) -> Sequence[feed.FeedLink]:
    """Return at most `limit` links in the order of the feed: the newest by their dates, then the first without one.

    Feeds list the newest first; a sitemap may list all articles of a site in any order.
    """
    if len(links) <= limit:
        return links
    by_age = sorted(range(len(links)), key=lambda n: links[n].published_at or _OLDEST, reverse=True)
    return [links[n] for n in sorted(by_age[:limit])]


def _failed_result(
    source: Source, failure: Failure | QueueFull, *, next_s: float, outcome: Literal["failed", "waiting"] = "failed"
) -> PollResult:
    reason, detail = (
        ("queue_full", str(failure)) if isinstance(failure, QueueFull) else (failure.reason, failure.detail)
    )
    return PollResult(source=source.name, outcome=outcome, next_s=next_s, reason=reason, detail=detail)
