"""The result of one delivery, for its log line, for callers and for its trace span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from worker.consume.settlements import gone_events
from worker.telemetry import metrics

if TYPE_CHECKING:
    from worker.consume.page_reader import ReadPage
    from worker.pipeline.encode_page import EncodedPage
    from worker.queue import Delivery, Outcome
    from worker.telemetry.tracing import TraceSpan


class TaskResult(Struct, frozen=True, kw_only=True):
    """The result of processing one delivery."""

    url: str
    outcome: Literal[
        "done",
        "duplicate",
        "gone",
        "fenced",
        "unchanged",
        "revised",
        "removed",
        "missed",
        "put_off",
        "dead",
        "handed_back",
    ]
    """An outcome of `settle`, which of a visit says what it found: the text `unchanged`, published as a new revision
    (`revised`), or the page `removed`; a visit that failed and was not the last is `missed`.  Or put back or retried
    later (`put_off`), dead-lettered, or handed back at a stop."""
    reason: str | None = None
    """Code of the failure; None if there was none."""
    detail: str | None = None
    """Description of the failure of a task that was given up; else None."""
    events: int = 0
    """Number of events of the page, without those beyond the limit."""
    events_omitted: int | None = None
    """Number of events beyond the limit; None if there were none."""
    revision: int | None = None
    """Revision that a visit published."""
    retracted: int | None = None
    """Number of events that a visit retracted."""


def published_result(delivery: Delivery, outcome: Outcome, page: EncodedPage | None) -> TaskResult:
    """Return the result of a first reading."""
    events, omitted = (len(page.events), page.events_omitted) if page else (0, 0)
    return TaskResult(url=delivery.task.url, outcome=outcome, events=events, events_omitted=omitted or None)


def visit_result(delivery: Delivery, outcome: Outcome, read: ReadPage) -> TaskResult:
    """Return the result of a visit of a page that is there, and count its retractions."""
    if outcome != "done" or read.is_unchanged or read.page is None or read.known is None:
        return TaskResult(url=delivery.task.url, outcome="unchanged" if outcome == "done" else outcome)
    gone = len(gone_events(read.known, read.page))
    metrics.RETRACTIONS.labels("changed").inc(gone)
    return TaskResult(
        url=delivery.task.url,
        outcome="revised",
        events=len(read.page.events),
        events_omitted=read.page.events_omitted or None,
        revision=read.page.revision,
        retracted=gone,
    )


def removal_result(delivery: Delivery, outcome: Outcome, retracted: int) -> TaskResult:
    """Return the result of a visit of a page that was removed, and count its retractions."""
    if outcome != "done":
        return TaskResult(url=delivery.task.url, outcome=outcome)
    metrics.RETRACTIONS.labels("removed").inc(retracted)
    return TaskResult(url=delivery.task.url, outcome="removed", retracted=retracted)


def annotate_span(task_span: TraceSpan, result: TaskResult) -> None:
    """Set outcome and reason as attributes of a delivery's span."""
    task_span.set({"communique.outcome": result.outcome, "communique.reason": result.reason})


def annotate_publication(task_span: TraceSpan, settle_span: TraceSpan, page: EncodedPage) -> None:
    """Set the number of events per kind on the delivery's span, and the number of entries on the settle span."""
    task_span.set({f"communique.events.{kind}": count for kind, count in page.count_kinds().items()})
    settle_span.set({"messaging.batch.message_count": 1 + len(page.events)})
