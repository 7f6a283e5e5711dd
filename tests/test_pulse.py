"""Signs of life: what has been silent for too long is named, and nothing else."""

from datetime import UTC, datetime

from worker.telemetry.liveness import Part, Pulse


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


PARTS = {"tend": Part(limit_s=10, vital=True), "read": Part(limit_s=30)}


def test_a_part_is_late_once_it_was_silent_for_longer_than_it_may() -> None:
    clock = Clock()
    pulse = Pulse(PARTS, clock=clock)
    clock.now += 10
    assert pulse.late() == {}
    clock.now += 1
    assert pulse.late() == {"tend": 11}


def test_a_beat_begins_its_time_anew() -> None:
    clock = Clock()
    pulse = Pulse(PARTS, clock=clock)
    clock.now += 20
    pulse.beat("tend")
    assert pulse.late() == {}
    assert pulse.ages() == {"tend": 0, "read": 20}


def test_only_vital_parts_make_a_service_wedged() -> None:
    clock = Clock()
    pulse = Pulse(PARTS, clock=clock)
    clock.now += 31
    pulse.beat("tend")
    assert pulse.late() == {"read": 31}
    assert pulse.late(vital_only=True) == {}


def test_a_part_that_has_ended_is_late_at_once() -> None:
    pulse = Pulse(PARTS, clock=Clock())
    pulse.end("read")
    assert set(pulse.late()) == {"read"}


def test_parts_may_come_later_and_have_their_whole_time_from_then_on() -> None:
    clock = Clock()
    pulse = Pulse(clock=clock)
    pulse.beat("tend")
    clock.now += 50
    assert pulse.ages() == {}
    pulse.expect(PARTS)
    assert pulse.late() == {}
    assert pulse.limits() == {"tend": 10, "read": 30}


def test_a_part_that_has_left_is_missed_by_nobody() -> None:
    clock = Clock()
    pulse = Pulse(PARTS, clock=clock)
    pulse.leave("tend")
    clock.now += 20
    assert pulse.late() == {}
    assert pulse.ages() == {"read": 20}


def test_the_last_trouble_is_kept() -> None:
    pulse = Pulse()
    at = datetime(2026, 3, 1, tzinfo=UTC)
    pulse.trouble("https://a.example/1", "http_500", at)
    pulse.trouble("https://a.example/2", "dns", at)
    assert pulse.last_trouble
    assert (pulse.last_trouble.what, pulse.last_trouble.reason) == ("https://a.example/2", "dns")
