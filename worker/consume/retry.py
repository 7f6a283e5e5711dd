"""The only place that decides what follows a failure: retry the task, when and how counted, or give it up.  Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from worker import backoff
from worker.errors import Failure, NotYet, Permanent, Transient
from worker.queue import Delivery
from worker.schema import Task
from worker.settings import RetrySettings


def next_try(
    task: Task, failure: Failure, now: datetime, retry: RetrySettings, jitter: float
) -> tuple[Task, datetime] | None:
    """Return the task to enqueue after `failure` and the time at which it is due; None to give up.

    `task.attempt` counts the failed attempts before this one, crashes included; `jitter` is in [0, 1).  A Permanent
    failure is given up at once, any other after `max_attempts`; NotYet is not counted as an attempt.  A server's
    Retry-After, up to `max_backoff_s`, is a lower bound of the delay.
    """
    if isinstance(failure, Permanent) or task.attempt >= retry.max_attempts:
        return None
    if isinstance(failure, NotYet):
        slot = now + timedelta(seconds=failure.wait_s)
        return replace(task, slot_at=slot), slot
    attempt = task.attempt + 1
    if attempt >= retry.max_attempts:
        return None
    delay_s = backoff.delay_s(attempt, jitter, base_s=retry.backoff_s, max_s=retry.max_backoff_s)
    if isinstance(failure, Transient) and failure.retry_after_s:
        delay_s = max(delay_s, min(failure.retry_after_s, retry.max_backoff_s))
    return replace(task, attempt=attempt, slot_at=None), now + timedelta(seconds=delay_s)


def with_crashes_counted(delivery: Delivery) -> Task:
    """Return the delivered task with every earlier delivery, which must have crashed, counted as a failed attempt."""
    return replace(delivery.task, attempt=delivery.task.attempt + delivery.attempts - 1)
