"""Stages are timed once for both histogram and trace, including those that fail."""

import pytest

from worker.consume.stages import record_stage, stage
from worker.errors import Permanent
from worker.pipeline.process_page import StageTiming
from worker.telemetry import metrics
from worker.telemetry.tracing import span


def observed(name: str) -> list[float]:
    """Return how often a stage was timed, and the sum in seconds."""
    samples = {s.name.rpartition("_")[2]: s.value for s in metrics.STAGES.labels(name)._child_samples()}
    return [samples["count"], samples["sum"]]


def test_a_stage_is_observed_as_long_as_its_span_takes() -> None:
    times, before = observed("fetch")
    with stage("fetch") as it:
        pass
    assert observed("fetch") == pytest.approx([times + 1, before + it.stop()])


def test_a_stage_that_fails_is_observed_and_fails() -> None:
    times, _ = observed("fetch")
    with pytest.raises(Permanent), stage("fetch", span("another name")):
        raise Permanent("http_404")
    assert observed("fetch")[0] == times + 1


@pytest.mark.parametrize(("start_ns", "end_ns", "took_s"), [(0, 2_000_000_000, 2.0), (9, 4, 0.0)])
def test_a_recorded_stage_is_never_negative_even_if_the_clock_was_set_back(
    start_ns: int, end_ns: int, took_s: float
) -> None:
    times, before = observed("parse")
    record_stage(StageTiming("parse", start_ns, end_ns))
    assert observed("parse") == pytest.approx([times + 1, before + took_s])
