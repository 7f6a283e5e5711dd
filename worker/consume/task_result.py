"""How the work on one delivery ended: for the log line, for whoever watches, and for its span."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

if TYPE_CHECKING:
    from worker.pipeline.process_page import ProcessedPage
    from worker.telemetry.tracing import TraceSpan


class TaskResult(Struct, frozen=True, kw_only=True):
    """How the work on one delivery ended."""

    url: str
    outcome: Literal["done", "duplicate", "gone", "fenced", "put_off", "dead", "handed_back"]
    reason: str | None = None
    """Code of the failure; None where there was none."""
    events: int = 0


def annotate_span(whole: TraceSpan, report: TaskResult) -> None:
    """Tell the span of a delivery how it ended."""
    whole.set({"communique.outcome": report.outcome, "communique.reason": report.reason})


def annotate_publication(whole: TraceSpan, settling: TraceSpan, result: ProcessedPage) -> None:
    """Tell what was published: of which kinds, and in how many entries."""
    kinds = Counter(event.__struct_config__.tag for event in result.events)
    whole.set({f"communique.events.{kind}": count for kind, count in kinds.items()})
    settling.set({"messaging.batch.message_count": 1 + len(result.events)})
