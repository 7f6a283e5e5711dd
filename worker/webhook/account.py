"""What one subscription tells of itself: for each thing that happens a line in the log, a count, and a sign of life."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from worker.telemetry import metrics
from worker.telemetry.liveness import Part, Pulse
from worker.webhook.place import LEASE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.errors import Failure, Permanent
    from worker.webhook.message import Message

log = structlog.get_logger()

LIMIT_S: Final = 2 * LEASE_S
"""Longest silence of a loop that renews a lease."""


class Account:
    """Of the subscription of that name, in the process with that pulse."""

    def __init__(self, name: str, pulse: Pulse) -> None:
        """Begin every count at zero."""
        self._part = f"webhook:{name}"
        self._name = name
        self._pulse = pulse
        self._log = log.bind(webhook=name)
        metrics.prepare_webhook(name)
        self._under_way = metrics.UNDER_WAY.labels(name)

    # ------------------------------------------------------------ life
    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let its silence mean something while the block lasts."""
        self._pulse.expect({self._part: Part(limit_s=LIMIT_S, vital=True)})
        try:
            yield
        finally:
            self._pulse.leave(self._part)

    def beat(self) -> None:
        """Say that its loop turns."""
        self._pulse.beat(self._part)

    def begins(self) -> None:
        """Say that it delivers from now on."""
        self._log.info("delivering")

    def lost(self) -> None:
        """Say that another process delivers now."""
        self._log.warning("lost")

    def ended(self, why: Permanent) -> None:
        """Say that it has ended, for good or until it may be asked again."""
        self._log.error("ended", reason=why.reason, detail=why.detail)
        self._pulse.trouble(self._part, why.reason, datetime.now(UTC))

    def passed_over(self, why: str) -> None:
        """Say that the streams held what could not be handed over."""
        self._log.error("passed_over", why=why)

    # ------------------------------------------------------------ one event
    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count an event as under way while the block lasts."""
        self._under_way.inc()
        try:
            yield
        finally:
            self._under_way.dec()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Take the time of an attempt."""
        began = time.monotonic()
        try:
            yield
        finally:
            metrics.ATTEMPT_S.labels(self._name).observe(time.monotonic() - began)

    def delivered(self, what: Message, attempt: int, waited_s: float) -> None:
        """Say that the receiver has taken an event, so long after it was read."""
        metrics.DELIVERY_S.labels(self._name).observe(waited_s)
        self._count("delivered", "")
        self._log.info("delivered", id=what.id, event_id=what.event_id, attempt=attempt, ms=round(1000 * waited_s))

    def put_off(self, what: Message, failure: Failure, attempt: int, pause_s: float) -> None:
        """Say that an event comes again after a pause."""
        self._fails("put_off", failure)
        wait_s = round(pause_s, 2)
        self._log.warning("put_off", id=what.id, attempt=attempt, reason=failure.reason, wait_s=wait_s)

    def dead(self, what: Message, failure: Failure, attempt: int, waited_s: float) -> None:
        """Say that an event was given up."""
        self._fails("dead", failure)
        told = {"id": what.id, "event_id": what.event_id, "attempt": attempt, "ms": round(1000 * waited_s)}
        self._log.error("dead", reason=failure.reason, **told)

    def refused(self, why: Permanent) -> None:
        """Say that an attempt has ended the subscription."""
        self._count("ended", why.reason)

    def _fails(self, outcome: str, failure: Failure) -> None:
        self._count(outcome, failure.reason)
        self._pulse.trouble(self._part, failure.reason, datetime.now(UTC))

    def _count(self, outcome: str, reason: str) -> None:
        metrics.ATTEMPTS.labels(self._name, outcome, metrics.bounded(reason)).inc()
