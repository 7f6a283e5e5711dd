"""The stages of one URL: each timed once, for the histogram of the metrics and for its trace."""

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
    """Time the block as a stage; its span has the stage's name, or is the one given."""
    with under or span(name) as it:
        try:
            yield it
        finally:
            metrics.STAGES.labels(name).observe(it.stop())


def record_stage(done: StageTiming) -> None:
    """Tell of a stage that another process has timed."""
    end_ns = max(done.start_ns, done.end_ns)  # a wall clock may be set back
    metrics.STAGES.labels(done.stage).observe((end_ns - done.start_ns) / 1e9)
    record_finished(done.stage, "internal", done.start_ns, end_ns, {})
