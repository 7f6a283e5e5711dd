"""The delivery loop of one subscription: read events, send each until it is accepted or given up, advance the cursor.

Up to `webhook_concurrency` events are in flight at a time, so a receiver may get them out of order (with 1 it does
not). The cursor is that of the newest event before which all events are finished: after a crash the events after it
are sent again, under the same ids.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker import backoff
from worker.errors import EventStreamError, Failure, Permanent, Transient
from worker.lifecycle import signal_when_done, sleep_until, wait_for_any
from worker.schema.fleet import ConsumerStatus
from worker.streams import waiting_for_memory
from worker.subscribe import subscribe
from worker.telemetry.liveness import LivenessMonitor
from worker.webhook.delivery_telemetry import DeliveryTelemetry
from worker.webhook.message import make_message
from worker.webhook.sender import ReceiverGone
from worker.webhook.subscription_state import LEASE_S, SubscriptionState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

    from worker.schema import Kind
    from worker.settings import Settings
    from worker.subscribe import Received, Subscription
    from worker.webhook.config import Webhook
    from worker.webhook.message import WebhookMessage

    Send = Callable[[WebhookMessage], Awaitable[None]]

WINDOW: Final = 1_000
"""Events read and not yet covered by the cursor: the most that are sent again after a crash."""
STANDBY_INTERVAL_S: Final = 1.0
"""Interval at which a process on standby tries to acquire the lease."""


class _WindowEntry(Struct, kw_only=True):
    """An event in the window between the cursor and the newest event read."""

    cursor: dict[Kind, str]
    """The cursor immediately after this event."""
    kind: Kind
    finished: bool = False
    """Whether the event has been delivered or given up."""


class Deliverer:
    """Delivers the events of one subscription; `send` makes one attempt, and raises a Failure unless it is accepted."""

    def __init__(
        self,
        webhook: Webhook,
        redis_url: str,
        client: Redis,
        send: Send,
        settings: Settings,
        *,
        jitter: Callable[[], float],
        liveness: LivenessMonitor | None = None,
    ) -> None:
        """`client`: accesses the subscription's state.  `redis_url`: the server from which the events are read.

        `jitter`: returns a random number in [0, 1).  Nothing is started yet; `run` starts the delivery.
        """
        self._webhook = webhook
        self._redis_url = redis_url
        self._state = SubscriptionState(client, settings.redis.key_prefix, webhook.name)
        self._send = send
        self._settings = settings
        self._jitter = jitter
        self._telemetry = DeliveryTelemetry(webhook.name, liveness or LivenessMonitor())
        self._holds_lease = False
        self._saved_cursor: dict[Kind, str] = {}
        """The cursor as last saved in Redis."""
        self._window: deque[_WindowEntry] = deque()
        self._in_flight = 0
        self._capacity_freed = asyncio.Event()
        self._window_changed = asyncio.Event()
        self._not_before = 0.0
        """Monotonic time before which no attempt is made, from the receiver's Retry-After."""
        self._over = asyncio.Event()
        self._ended_by: Permanent | None = None

    async def run(self, stop: asyncio.Event) -> Permanent | None:
        """Deliver, or be on standby, until `stop` is set or the subscription ends; return the failure that ended it.

        A subscription ends with ReceiverGone, also from an earlier run, or with Permanent("private_address").  None
        after `stop`.
        """
        if reason := await self._state.end_reason():
            self._ended_by = ReceiverGone(reason, "the receiver ended this subscription (--again resumes it)")
            self._saved_cursor = await self._state.load_cursor()
        with waiting_for_memory(stop), self._telemetry.monitored():
            while not stop.is_set() and self._ended_by is None:
                if await self._state.acquire_lease():
                    await self._deliver_until(stop)
                else:
                    self._telemetry.record_heartbeat()
                    await sleep_until(stop, STANDBY_INTERVAL_S)
        if self._ended_by:
            self._telemetry.subscription_ended(self._ended_by)
        return self._ended_by

    async def status(self) -> ConsumerStatus | None:
        """Return the status of the subscription; None on standby, because only the lease holder knows the status."""
        if not self._holds_lease and self._ended_by is None:
            return None
        return ConsumerStatus(
            name=f"webhook:{self._webhook.name}",
            at=datetime.now(UTC),
            position={str(kind): entry_id for kind, entry_id in self._saved_cursor.items()},
            pending=dict(Counter(entry.kind for entry in self._window if not entry.finished)),
            pause_s=max(0.0, self._not_before - time.monotonic()),
            dead=await self._state.count_dead_letters(),
            ended=self._ended_by.reason if self._ended_by else None,
        )

    async def _deliver_until(self, stop: asyncio.Event) -> None:
        """Deliver while this process holds the lease; at the end drain the events in flight and save the cursor."""
        self._over.clear()
        self._window.clear()
        self._saved_cursor = await self._state.load_cursor()
        self._holds_lease = True
        self._telemetry.delivery_started()
        after: str | dict[Kind, str] = self._saved_cursor or self._webhook.after
        events = subscribe(
            self._redis_url,
            self._webhook.kinds,
            prefix=self._settings.redis.key_prefix,
            after=after,
            stop=self._over,
            **self._webhook.filters,
        )
        async with events, asyncio.TaskGroup() as group:
            loops = (wait_for_any(stop, self._over), self._maintain(events), self._read(events, group))
            for loop in loops:
                group.create_task(signal_when_done(loop, self._end_all))

    def _end_all(self) -> None:
        self._over.set()
        self._capacity_freed.set()
        self._window_changed.set()

    # ------------------------------------------------------------ reading
    async def _read(self, events: Subscription, group: asyncio.TaskGroup) -> None:
        """Start a delivery task per event, as capacity allows."""
        while not self._over.is_set():
            await self._wait_for_capacity()
            try:
                received = await events.next()
            except StopAsyncIteration:
                return
            except EventStreamError as e:
                self._telemetry.entry_skipped(str(e))
                continue
            entry = _WindowEntry(cursor=events.position, kind=received.kind)
            self._window.append(entry)
            self._in_flight += 1
            group.create_task(self._deliver_event(received, entry))

    async def _wait_for_capacity(self) -> None:
        """Wait while the concurrency is used up, or the window is full because an early event is unfinished."""
        while not self._over.is_set() and (
            self._in_flight >= self._settings.webhook.concurrency or len(self._window) >= WINDOW
        ):
            self._capacity_freed.clear()
            await self._capacity_freed.wait()

    # ------------------------------------------------------------ one event
    async def _deliver_event(self, received: Received, entry: _WindowEntry) -> None:
        """Deliver or give up one event; if that is interrupted, the event stays unfinished and is sent again later."""
        try:
            with self._telemetry.under_way():
                entry.finished = await self._attempt_until_finished(make_message(received))
        except Permanent as e:
            self._ended_by = e
        finally:
            self._in_flight -= 1
            self._capacity_freed.set()
            self._window_changed.set()
            if not entry.finished:
                self._end_all()

    async def _attempt_until_finished(self, message: WebhookMessage) -> bool:
        """Send a message until it is delivered or given up; return False if this is interrupted."""
        began, attempt = time.monotonic(), 0
        while True:
            await sleep_until(self._over, self._not_before - time.monotonic())
            if self._over.is_set():
                return False
            attempt += 1
            failure = await self._attempt(message)
            elapsed_s = time.monotonic() - began
            if failure is None or isinstance(failure, Permanent) or elapsed_s >= self._settings.webhook.give_up_s:
                await self._finish(message, failure, attempt, elapsed_s)
                return True
            pause_s = self._pause_s(failure, attempt)
            self._telemetry.retry_scheduled(message, failure, attempt, pause_s)
            await sleep_until(self._over, pause_s)

    async def _attempt(self, message: WebhookMessage) -> Failure | None:
        """Send once and return the failure; None on success.

        ReceiverGone and Permanent("private_address") are raised: they end the subscription.
        """
        try:
            with self._telemetry.timed_attempt():
                await self._send(message)
        except ReceiverGone as gone:
            self._telemetry.attempt_ended_subscription(gone)
            await self._state.mark_ended(gone.reason)
            raise
        except Failure as failure:
            if isinstance(failure, Permanent) and failure.reason == "private_address":
                self._telemetry.attempt_ended_subscription(failure)
                raise
            return failure
        return None

    async def _finish(self, message: WebhookMessage, failure: Failure | None, attempt: int, elapsed_s: float) -> None:
        """Report a delivered message (`failure` None), or store a message that was given up as a dead letter."""
        if failure is None:
            self._telemetry.delivered(message, attempt, elapsed_s)
            return
        await self._state.add_dead_letter(message, failure.reason, failure.detail, self._settings.redis.dead_length)
        self._telemetry.dead_lettered(message, failure, attempt, elapsed_s)

    def _pause_s(self, failure: Failure, attempt: int) -> float:
        """Return the seconds before the next attempt; a Retry-After also delays all other events of the receiver."""
        pause_s = backoff.delay_s(
            attempt, self._jitter(), base_s=self._settings.retry.backoff_s, max_s=self._settings.retry.max_backoff_s
        )
        retry_after_s = failure.retry_after_s if isinstance(failure, Transient) else None
        if retry_after_s:
            self._not_before = max(self._not_before, time.monotonic() + retry_after_s)
        return max(pause_s, retry_after_s or 0.0)

    # ------------------------------------------------------------ lease and cursor
    async def _maintain(self, events: Subscription) -> None:
        """Renew the lease and advance the cursor until delivery is over and no event is in flight."""
        renewed = time.monotonic()
        while not (self._over.is_set() and self._in_flight == 0):
            self._telemetry.record_heartbeat()
            await self._advance_cursor(events)  # the first time at once: it resolves "$" to an entry id
            await sleep_until(self._window_changed, LEASE_S / 3)
            self._window_changed.clear()
            if time.monotonic() - renewed >= LEASE_S / 3:
                renewed = time.monotonic()
                if not await self._state.acquire_lease():
                    self._holds_lease = False
                    self._telemetry.lease_lost()  # another process delivers now; events in flight are still finished
                    self._end_all()
        await self._advance_cursor(events)
        await self._state.release_lease()

    async def _advance_cursor(self, events: Subscription) -> None:
        """Save the cursor up to which all events are finished, if it has changed."""
        cursor = self._saved_cursor
        while self._window and self._window[0].finished:
            cursor = self._window.popleft().cursor
            self._capacity_freed.set()
        if not self._window:
            cursor = events.position  # also covers entries that the filters rejected
        if cursor != self._saved_cursor:
            self._holds_lease = await self._state.save_cursor(cursor)
            self._saved_cursor = cursor
