"""Exponential back-off: what it grows to, and how far jitter changes it."""

from functools import partial

from worker import backoff

delay_s = partial(backoff.delay_s, base_s=5, max_s=3_600)


def test_a_delay_doubles_up_to_its_maximum_however_many_attempts_there_were() -> None:
    assert [delay_s(attempt, 0.5) for attempt in (1, 2, 3)] == [3.75, 7.5, 15.0]
    assert delay_s(1, 0.0) == 2.5
    assert delay_s(5_000, 0.0) == 1_800
