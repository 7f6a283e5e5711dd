"""The result of one delivery, for its log line, for callers and for its trace span."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from worker.pipeline.encode_page import EncodedPage
    from worker.telemetry.tracing import TraceSpan


class TaskResult(Struct, frozen=True, kw_only=True):
    """The result of processing one delivery."""

    url: str
    outcome: Literal["done", "duplicate", "gone", "fenced", "put_off", "dead", "handed_back"]
    """An outcome of `settle`, or put back or retried later (`put_off`), dead-lettered, or handed back at a stop."""
    reason: str | None = None
    """Code of the failure; None if there was none."""
    events: int = 0
    """Number of events of the page, without those beyond the limit."""
    events_omitted: int | None = None
    """Number of events beyond the limit; None if there were none."""


def annotate_span(task_span: TraceSpan, result: TaskResult) -> None:
    """Set outcome and reason as attributes of a delivery's span."""
    task_span.set({"communique.outcome": result.outcome, "communique.reason": result.reason})


def annotate_publication(task_span: TraceSpan, settle_span: TraceSpan, page: EncodedPage) -> None:
    """Set the number of events per kind on the delivery's span, and the number of entries on the settle span."""
    task_span.set({f"communique.events.{kind}": count for kind, count in page.count_kinds().items()})
    settle_span.set({"messaging.batch.message_count": 1 + len(page.events)})
