"""Time the stages of a task, each once for both the metrics (histogram) and the trace (span)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from worker.telemetry import metrics
from worker.telemetry.tracing import TraceSpan, record_finished, span

if TYPE_CHECKING:
    from worker.pipeline.process_page import StageTiming


@contextlib.contextmanager
def stage(name: str, under: AbstractContextManager[TraceSpan] | None = None) -> Iterator[TraceSpan]:
    """Time the block as a stage and yield its span.

    `under`: a context manager that opens that span; None: a new span named `name`.
    """
    with under or span(name) as stage_span:
        try:
            yield stage_span
        finally:
            metrics.STAGES.labels(name).observe(stage_span.stop())


def record_stage(timing: StageTiming) -> None:
    """Record a stage that was timed in another process."""
    end_ns = max(timing.start_ns, timing.end_ns)  # the wall clock may have been set back in between
    metrics.STAGES.labels(timing.stage).observe((end_ns - timing.start_ns) / 1e9)
    record_finished(timing.stage, "internal", timing.start_ns, end_ns, {})
