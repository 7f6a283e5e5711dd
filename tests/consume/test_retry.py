"""Decisions after a failure: put back, retry later and how counted, or give up."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from worker.consume.retry import GiveUp, PutBack, RetryLater, next_step
from worker.errors import Failure, HostFailure, NotYet, Outage, Permanent, Transient
from worker.schema import FailedAttempt, Task
from worker.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
SETTINGS = Settings.of(backoff_s=10.0, max_backoff_s=100.0, max_attempts=4, host_give_up_after_s=1000.0)


def task(attempt: int = 0, failed_at: int | None = None, failures: tuple[FailedAttempt, ...] = ()) -> Task:
    return Task(id="t", url="https://a.example/", attempt=attempt, failed_at=failed_at, failures=failures)


def record(reason: str, detail: str = "") -> FailedAttempt:
    return FailedAttempt(at=NOW, reason=reason, detail=detail)


REFUSED = (record("connect", "refused"),)


def wait_s(failure: Failure, attempt: int = 0, jitter: float = 0.0) -> float | None:
    """Return the delay of the retry; None where the task is given up."""
    step = next_step(task(attempt), failure, NOW, SETTINGS, jitter)
    assert isinstance(step, RetryLater | GiveUp)
    return (step.due_at - NOW).total_seconds() if isinstance(step, RetryLater) else None


def host_failure(*, down_s: float = 0.0, answered_at: int = 0, host: str = "a.example") -> HostFailure:
    failure = HostFailure("connect", "refused")
    failure.outage = Outage(host=host, at=NOW_MS, retry_in_s=5.0, down_s=down_s, answered_at=answered_at)
    return failure


def test_a_permanent_failure_is_never_retried() -> None:
    assert next_step(task(), Permanent("http_404", "gone"), NOW, SETTINGS, 0.5) == GiveUp("http_404", "gone")


def test_the_delay_doubles_up_to_its_limit() -> None:
    assert [wait_s(Transient("x"), attempt, jitter=1.0) for attempt in range(4)] == [10, 20, 40, None]
    settings = SETTINGS.override(max_backoff_s=15.0)
    step = next_step(task(2), Transient("x"), NOW, settings, 1.0)
    assert isinstance(step, RetryLater)
    assert step.due_at == NOW + timedelta(seconds=15)


def test_jitter_reduces_the_delay_by_up_to_half() -> None:
    assert wait_s(Transient("x"), jitter=0.0) == 5
    assert wait_s(Transient("x"), jitter=1.0) == 10


def test_a_transient_failure_counts_an_attempt() -> None:
    step = next_step(task(1), Transient("x"), NOW, SETTINGS, 0.5)
    assert isinstance(step, RetryLater)
    assert step.task.attempt == 2


def test_a_wait_for_a_host_counts_no_attempt() -> None:
    step = next_step(task(2), NotYet("host_busy", wait_s=3.0), NOW, SETTINGS, 0.5)
    assert step == RetryLater(task(2), NOW + timedelta(seconds=3))


@pytest.mark.parametrize("failure", [Transient("x"), NotYet("y", wait_s=1), host_failure()])
def test_a_task_that_keeps_killing_its_worker_is_given_up(failure: Failure) -> None:
    assert wait_s(failure, attempt=4) is None


# ---------------------------------------------------------------- failures of the host
def test_the_first_failure_of_a_host_counts_no_attempt() -> None:
    step = next_step(task(2), host_failure(answered_at=NOW_MS - 5000), NOW, SETTINGS, 0.5)
    assert step == PutBack(task(2, failed_at=NOW_MS, failures=REFUSED))


def test_while_a_host_does_not_answer_no_attempt_is_counted() -> None:
    failed = task(2, failed_at=NOW_MS - 5000)
    step = next_step(failed, host_failure(answered_at=NOW_MS - 6000), NOW, SETTINGS, 0.5)
    assert step == PutBack(task(2, failed_at=NOW_MS, failures=REFUSED))


def test_a_task_that_fails_again_after_its_host_has_answered_counts_an_attempt() -> None:
    failed = task(1, failed_at=NOW_MS - 5000)
    step = next_step(failed, host_failure(answered_at=NOW_MS - 1000), NOW, SETTINGS, 1.0)
    assert step == RetryLater(task(2, failed_at=NOW_MS, failures=REFUSED), NOW + timedelta(seconds=20))
    last = task(3, failed_at=NOW_MS - 5000)
    assert next_step(last, host_failure(answered_at=NOW_MS), NOW, SETTINGS, 1.0) == GiveUp("connect", "refused")


def test_a_host_that_fails_for_too_long_is_given_up() -> None:
    step = next_step(task(), host_failure(down_s=1000.0), NOW, SETTINGS, 0.5)
    assert step == GiveUp(
        "host_down", "a.example is down for 1000 s, the last failure is connect: refused", host_down=True
    )
    assert isinstance(next_step(task(), host_failure(down_s=999.0), NOW, SETTINGS, 0.5), PutBack)


def test_a_host_to_which_a_page_redirects_is_no_fault_of_its_own_host() -> None:
    step = next_step(task(2), host_failure(host="b.example"), NOW, SETTINGS, 0.5)
    assert step == RetryLater(task(2, failed_at=NOW_MS, failures=REFUSED), NOW + timedelta(seconds=10))
    given_up = next_step(task(), host_failure(host="b.example", down_s=1000.0), NOW, SETTINGS, 0.5)
    assert isinstance(given_up, GiveUp)
    assert not given_up.host_down  # the other tasks of a.example stay


def test_a_wait_after_a_redirect_goes_on_at_its_target_and_counts_the_redirects() -> None:
    wait = NotYet("host_busy", wait_s=6.0)
    wait.redirected_to, wait.redirects = "https://a.example/new", 2
    first = next_step(task(), wait, NOW, SETTINGS, 0.5)
    assert isinstance(first, RetryLater)
    assert (first.task.url, first.task.redirected_to, first.task.redirects) == (task().url, wait.redirected_to, 2)
    second = next_step(first.task, wait, NOW, SETTINGS, 0.5)
    assert isinstance(second, RetryLater)
    assert second.task.redirects == 4
    failed = next_step(first.task, Transient("x"), NOW, SETTINGS, 0.5)
    assert isinstance(failed, RetryLater)
    assert (failed.task.redirected_to, failed.task.redirects) == (None, 0)


def test_crashes_count_with_the_failed_attempts_and_are_not_stored_in_the_task() -> None:
    step = next_step(task(1), Transient("x"), NOW, SETTINGS, 0.5, crashes=1)
    assert isinstance(step, RetryLater)
    assert step.task.attempt == 2
    assert next_step(task(1), Transient("x", "y"), NOW, SETTINGS, 0.5, crashes=2) == GiveUp("x", "y")


def test_a_failure_of_a_host_that_is_not_reported_counts_an_attempt() -> None:
    step = next_step(task(), HostFailure("connect"), NOW, SETTINGS, 1.0)
    assert step == RetryLater(task(1, failures=(record("connect"),)), NOW + timedelta(seconds=10))


# ---------------------------------------------------------------- record of failures
def test_a_task_carries_its_last_failures_with_bounded_details() -> None:
    known = tuple(record(f"x{n}") for n in range(4))
    step = next_step(task(1, failures=known), Transient("http_502", "y" * 500), NOW, SETTINGS, 0.5)
    assert isinstance(step, RetryLater)
    assert step.task.failures == (*known[1:], record("http_502", "y" * 200))


def test_a_wait_for_a_host_is_no_failure() -> None:
    step = next_step(task(failures=REFUSED), NotYet("host_busy", wait_s=3.0), NOW, SETTINGS, 0.5)
    assert isinstance(step, RetryLater)
    assert step.task.failures == REFUSED


@given(st.integers(0, 60), st.floats(0, 1, exclude_max=True))
def test_every_delay_is_finite_and_not_negative(attempt: int, jitter: float) -> None:
    settings = SETTINGS.override(max_attempts=100)
    step = next_step(task(attempt), Transient("x"), NOW, settings, jitter)
    assert isinstance(step, RetryLater)
    assert NOW <= step.due_at <= NOW + timedelta(seconds=settings.retry.max_backoff_s)
