"""The only place that decides what follows a failure: put the task back, retry it later, or give it up; no I/O."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from worker import backoff, urls
from worker.errors import Failure, HostFailure, NotYet, Permanent
from worker.queue import Delivery
from worker.schema import FailedAttempt, Task
from worker.settings import Settings

FAILURE_DETAIL_LENGTH: Final = 200
"""Characters kept of the detail of a failure that the task carries."""


class PutBack(Struct, frozen=True):
    """Put the task at the end of its host's queue; another task then shows whether the host or the page is at fault."""

    task: Task


class RetryLater(Struct, frozen=True):
    """Enqueue the task again at `due_at`."""

    task: Task
    due_at: datetime


class GiveUp(Struct, frozen=True):
    """Move the task to the dead letters."""

    reason: str
    detail: str
    host_down: bool = False
    """Whether to give up all tasks of the host; they are enqueued again when it answers."""


NextStep = PutBack | RetryLater | GiveUp


def next_step(
    task: Task, failure: Failure, now: datetime, settings: Settings, jitter: float, *, crashes: int = 0
) -> NextStep:
    """Return what follows a failure of a task.

    `task.attempt` counts the failed attempts before this one, without its `crashes`; `jitter` is in [0, 1).  A
    Permanent failure is given up at once, any other after `max_attempts`; NotYet is not counted.  A HostFailure is
    counted only if the host has answered since this task's previous one: then the page is at fault.
    """
    if isinstance(failure, Permanent) or task.attempt + crashes >= settings.retry.max_attempts:
        return GiveUp(failure.reason, failure.detail)
    if isinstance(failure, NotYet):
        if failure.redirected_to is not None:
            redirects = task.redirects + failure.redirects
            task = replace(task, redirected_to=failure.redirected_to, redirects=redirects)
        return RetryLater(task, now + timedelta(seconds=failure.wait_s))
    task = _record(task, failure, now, settings.retry.max_attempts)
    if isinstance(failure, HostFailure) and (outage := failure.outage) is not None:
        is_own = outage.host == urls.host_of(task.url)  # else a redirect led to the host that failed
        if outage.down_s >= settings.politeness.host_give_up_after_s:
            detail = f"{outage.host} is down for {outage.down_s:.0f} s, the last failure is {failure}"
            return GiveUp("host_down", detail, host_down=is_own)
        is_of_host = task.failed_at is None or outage.answered_at <= task.failed_at
        task = replace(task, failed_at=outage.at)
        if is_of_host and is_own:
            return PutBack(task)
        if is_of_host:
            return RetryLater(task, now + timedelta(seconds=max(outage.retry_in_s, settings.retry.backoff_s)))
    return _count_attempt(task, failure, now, settings, jitter, crashes=crashes)


def _record(task: Task, failure: Failure, now: datetime, limit: int) -> Task:
    """Return the task with the failure added to those that it carries, at most `limit`."""
    failed = FailedAttempt(at=now, reason=failure.reason, detail=failure.detail[:FAILURE_DETAIL_LENGTH])
    failures = (*task.failures, failed)[-limit:]
    return replace(task, failures=failures, redirected_to=None, redirects=0)


def _count_attempt(
    task: Task, failure: Failure, now: datetime, settings: Settings, jitter: float, *, crashes: int
) -> NextStep:
    retry, attempt = settings.retry, task.attempt + 1
    if attempt + crashes >= retry.max_attempts:
        return GiveUp(failure.reason, failure.detail)
    delay_s = backoff.delay_s(attempt, jitter, base_s=retry.backoff_s, max_s=retry.max_backoff_s)
    return RetryLater(replace(task, attempt=attempt), now + timedelta(seconds=delay_s))


def with_crashes_counted(delivery: Delivery) -> Task:
    """Return the delivered task with its crashes counted as failed attempts, for logs and limits.

    It is not put back into the queue: the crashes are counted there already.
    """
    return replace(delivery.task, attempt=delivery.task.attempt + delivery.crashes)
