"""Liveness of loops: exactly the overdue loops are reported."""

from datetime import UTC, datetime

from worker.telemetry.liveness import LivenessMonitor, LoopSpec


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


LOOPS = {"tend": LoopSpec(max_silence_s=10, critical=True), "read": LoopSpec(max_silence_s=30)}


def test_a_loop_is_overdue_once_its_limit_is_exceeded() -> None:
    clock = Clock()
    liveness = LivenessMonitor(LOOPS, clock=clock)
    clock.now += 10
    assert liveness.overdue() == {}
    clock.now += 1
    assert liveness.overdue() == {"tend": 11}


def test_a_heartbeat_resets_the_age() -> None:
    clock = Clock()
    liveness = LivenessMonitor(LOOPS, clock=clock)
    clock.now += 20
    liveness.record_heartbeat("tend")
    assert liveness.overdue() == {}
    assert liveness.ages() == {"tend": 0, "read": 20}


def test_overdue_loops_can_be_limited_to_critical_ones() -> None:
    clock = Clock()
    liveness = LivenessMonitor(LOOPS, clock=clock)
    clock.now += 31
    liveness.record_heartbeat("tend")
    assert liveness.overdue() == {"read": 31}
    assert liveness.overdue(critical_only=True) == {}


def test_a_loop_that_has_ended_is_overdue_at_once() -> None:
    liveness = LivenessMonitor(LOOPS, clock=Clock())
    liveness.mark_ended("read")
    assert set(liveness.overdue()) == {"read"}


def test_the_age_of_a_loop_counts_from_its_registration() -> None:
    clock = Clock()
    liveness = LivenessMonitor(clock=clock)
    liveness.record_heartbeat("tend")
    clock.now += 50
    assert liveness.ages() == {}
    liveness.register(LOOPS)
    assert liveness.overdue() == {}
    assert liveness.limits() == {"tend": 10, "read": 30}


def test_an_unregistered_loop_is_not_reported() -> None:
    clock = Clock()
    liveness = LivenessMonitor(LOOPS, clock=clock)
    liveness.unregister("tend")
    clock.now += 20
    assert liveness.overdue() == {}
    assert liveness.ages() == {"read": 20}


def test_the_last_error_is_kept() -> None:
    liveness = LivenessMonitor()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    liveness.record_error("https://a.example/1", "http_500", at)
    liveness.record_error("https://a.example/2", "dns", at)
    assert liveness.last_error
    assert (liveness.last_error.subject, liveness.last_error.reason) == ("https://a.example/2", "dns")
