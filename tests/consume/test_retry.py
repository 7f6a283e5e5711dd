"""Decisions after a failure: retry, when and how counted, or give up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.consume.retry import next_try
from worker.errors import Failure, NotYet, Permanent, Transient
from worker.schema import Task
from worker.settings import RetrySettings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = RetrySettings(backoff_s=10, max_backoff_s=100, max_attempts=4)
TASK = Task(id="t", url="https://a.example/")


def wait_s(failure: Failure, attempt: int = 0, jitter: float = 0.0) -> float | None:
    again = next_try(Task(id="t", url="u", attempt=attempt), failure, NOW, SETTINGS, jitter)
    return None if again is None else (again[1] - NOW).total_seconds()


def test_a_permanent_failure_is_never_retried() -> None:
    assert next_try(TASK, Permanent("http_404"), NOW, SETTINGS, 0.5) is None


def test_the_delay_doubles_up_to_its_limit() -> None:
    retry = RetrySettings(backoff_s=10, max_backoff_s=30, max_attempts=9)
    waits = [next_try(Task(id="t", url="u", attempt=n), Transient("x"), NOW, retry, 1.0) for n in range(4)]
    assert [(w[1] - NOW).total_seconds() for w in waits if w] == [10, 20, 30, 30]


def test_jitter_reduces_the_delay_by_up_to_half() -> None:
    assert wait_s(Transient("x"), jitter=0.0) == 5
    assert wait_s(Transient("x"), jitter=1.0) == 10


def test_a_task_is_given_up_after_its_last_attempt() -> None:
    assert wait_s(Transient("x"), attempt=2) is not None
    assert wait_s(Transient("x"), attempt=3) is None


def test_a_transient_failure_counts_an_attempt_and_releases_the_slot() -> None:
    slotted = Task(id="t", url="u", slot_at=NOW)
    again = next_try(slotted, Transient("x"), NOW, SETTINGS, 0.5)
    assert again
    assert (again[0].attempt, again[0].slot_at) == (1, None)


def test_retry_after_is_a_lower_bound_up_to_max_backoff() -> None:
    assert wait_s(Transient("http_429", retry_after_s=60)) == 60
    assert wait_s(Transient("http_429", retry_after_s=1)) == 5
    assert wait_s(Transient("http_429", retry_after_s=1e9)) == 100


def test_a_wait_for_a_slot_counts_no_attempt_and_keeps_the_slot() -> None:
    again = next_try(TASK, NotYet("host_busy", wait_s=3), NOW, SETTINGS, 0.5)
    assert again
    assert (again[0].attempt, again[0].slot_at, again[1]) == (0, NOW + timedelta(seconds=3), NOW + timedelta(seconds=3))


@pytest.mark.parametrize("failure", [Transient("x"), NotYet("y", wait_s=1)])
def test_a_task_that_keeps_killing_its_worker_is_given_up(failure: Failure) -> None:
    assert wait_s(failure, attempt=4) is None


@given(
    st.integers(0, 60),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(allow_nan=False, allow_infinity=True),
)
def test_every_delay_is_finite_and_not_negative(attempt: int, jitter: float, retry_after_s: float | None) -> None:
    retry = RetrySettings(max_attempts=100)
    again = next_try(Task(id="t", url="u", attempt=attempt), Transient("x", "", retry_after_s), NOW, retry, jitter)
    assert again
    assert NOW <= again[1] <= NOW + timedelta(seconds=retry.max_backoff_s)
