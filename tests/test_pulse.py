"""Signs of life: what has been silent for too long is named, and nothing else."""

from datetime import UTC, datetime

from worker.telemetry.liveness import LivenessMonitor, LoopSpec


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


PARTS = {"tend": LoopSpec(max_silence_s=10, critical=True), "read": LoopSpec(max_silence_s=30)}


def test_a_part_is_late_once_it_was_silent_for_longer_than_it_may() -> None:
    clock = Clock()
    liveness = LivenessMonitor(PARTS, clock=clock)
    clock.now += 10
    assert liveness.overdue() == {}
    clock.now += 1
    assert liveness.overdue() == {"tend": 11}


def test_a_beat_begins_its_time_anew() -> None:
    clock = Clock()
    liveness = LivenessMonitor(PARTS, clock=clock)
    clock.now += 20
    liveness.record_heartbeat("tend")
    assert liveness.overdue() == {}
    assert liveness.ages() == {"tend": 0, "read": 20}


def test_only_vital_parts_make_a_service_wedged() -> None:
    clock = Clock()
    liveness = LivenessMonitor(PARTS, clock=clock)
    clock.now += 31
    liveness.record_heartbeat("tend")
    assert liveness.overdue() == {"read": 31}
    assert liveness.overdue(critical_only=True) == {}


def test_a_part_that_has_ended_is_late_at_once() -> None:
    liveness = LivenessMonitor(PARTS, clock=Clock())
    liveness.mark_ended("read")
    assert set(liveness.overdue()) == {"read"}


def test_parts_may_come_later_and_have_their_whole_time_from_then_on() -> None:
    clock = Clock()
    liveness = LivenessMonitor(clock=clock)
    liveness.record_heartbeat("tend")
    clock.now += 50
    assert liveness.ages() == {}
    liveness.register(PARTS)
    assert liveness.overdue() == {}
    assert liveness.limits() == {"tend": 10, "read": 30}


def test_a_part_that_has_left_is_missed_by_nobody() -> None:
    clock = Clock()
    liveness = LivenessMonitor(PARTS, clock=clock)
    liveness.unregister("tend")
    clock.now += 20
    assert liveness.overdue() == {}
    assert liveness.ages() == {"read": 20}


def test_the_last_trouble_is_kept() -> None:
    liveness = LivenessMonitor()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    liveness.record_error("https://a.example/1", "http_500", at)
    liveness.record_error("https://a.example/2", "dns", at)
    assert liveness.last_error
    assert (liveness.last_error.subject, liveness.last_error.reason) == ("https://a.example/2", "dns")
