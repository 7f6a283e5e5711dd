"""Log lines, metrics and liveness of one webhook subscription."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor, LoopSpec
from worker.webhook.subscription_state import LEASE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.errors import Failure, Permanent
    from worker.webhook.message import WebhookMessage

log = structlog.get_logger()

MAX_SILENCE_S: Final = 2 * LEASE_S
"""Longest silence of the loop that renews the lease."""


class DeliveryTelemetry:
    """Reports the deliveries of one subscription in log, metrics and liveness."""

    def __init__(self, name: str, liveness: LivenessMonitor) -> None:
        """`name`: that of the subscription, whose metrics are initialised.  `liveness`: monitor of the process."""
        self._loop = f"webhook:{name}"
        self._name = name
        self._liveness = liveness
        self._log = log.bind(webhook=name)
        metrics.init_webhook_series(name)
        self._under_way = metrics.UNDER_WAY.labels(name)

    # ------------------------------------------------------------ the subscription
    @contextmanager
    def monitored(self) -> Iterator[None]:
        """Register the loop with the liveness monitor during the block."""
        self._liveness.register({self._loop: LoopSpec(max_silence_s=MAX_SILENCE_S, critical=True)})
        try:
            yield
        finally:
            self._liveness.unregister(self._loop)

    def record_heartbeat(self) -> None:
        """Record a heartbeat of the loop."""
        self._liveness.record_heartbeat(self._loop)

    def delivery_started(self) -> None:
        """Report that this process has acquired the lease and delivers."""
        self._log.info("delivering")

    def lease_lost(self) -> None:
        """Report that another process has acquired the lease."""
        self._log.warning("lease_lost")

    def subscription_ended(self, failure: Permanent) -> None:
        """Report that delivery ended because the receiver is gone or its address is not allowed."""
        self._log.error("ended", reason=failure.reason, detail=failure.detail)
        self._liveness.record_error(self._loop, failure.reason, datetime.now(UTC))

    def entry_skipped(self, error: str) -> None:
        """Report a stream entry that could not be decoded."""
        self._log.error("entry_skipped", why=error)

    # ------------------------------------------------------------ one event
    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count an event as being delivered during the block."""
        self._under_way.inc()
        try:
            yield
        finally:
            self._under_way.dec()

    @contextmanager
    def timed_attempt(self) -> Iterator[None]:
        """Time the block as one attempt."""
        began = time.monotonic()
        try:
            yield
        finally:
            metrics.ATTEMPT_S.labels(self._name).observe(time.monotonic() - began)

    def delivered(self, message: WebhookMessage, attempt: int, elapsed_s: float) -> None:
        """Report that the receiver accepted an event; `elapsed_s` counts from when the event was read."""
        metrics.DELIVERY_S.labels(self._name).observe(elapsed_s)
        self._count("delivered", "")
        ms = round(1000 * elapsed_s)
        self._log.info("delivered", id=message.id, event_id=message.event_id, attempt=attempt, ms=ms)

    def retry_scheduled(self, message: WebhookMessage, failure: Failure, attempt: int, pause_s: float) -> None:
        """Report a failed attempt that is repeated after a pause."""
        self._record_failure("put_off", failure)
        wait_s = round(pause_s, 2)
        self._log.warning("deferred", id=message.id, attempt=attempt, reason=failure.reason, wait_s=wait_s)

    def dead_lettered(self, message: WebhookMessage, failure: Failure, attempt: int, elapsed_s: float) -> None:
        """Report an event that was given up; `elapsed_s` counts from when the event was read."""
        self._record_failure("dead", failure)
        fields = {"id": message.id, "event_id": message.event_id, "attempt": attempt, "ms": round(1000 * elapsed_s)}
        self._log.error("dead", reason=failure.reason, **fields)

    def attempt_ended_subscription(self, failure: Permanent) -> None:
        """Count an attempt after which the subscription ends."""
        self._count("ended", failure.reason)

    def _record_failure(self, outcome: str, failure: Failure) -> None:
        self._count(outcome, failure.reason)
        self._liveness.record_error(self._loop, failure.reason, datetime.now(UTC))

    def _count(self, outcome: str, reason: str) -> None:
        metrics.ATTEMPTS.labels(self._name, outcome, metrics.reason_label(reason)).inc()
