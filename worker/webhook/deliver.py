"""The loop of one subscription: events in, each delivered or given up; the place moves only behind what has ended.

Up to `webhook_concurrency` events are under way at a time, so a receiver may see them out of order (with 1 it does
not).  The place in Redis is that of the newest event before which everything has ended: after a crash the few behind
it are sent again, under the same ids.
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
from worker.schema.fleet import Reader
from worker.subscribe import subscribe
from worker.telemetry.liveness import Pulse
from worker.webhook.account import Account
from worker.webhook.message import message
from worker.webhook.place import LEASE_S, Place
from worker.webhook.post import Gone

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from redis.asyncio import Redis

    from worker.schema import Kind
    from worker.settings import Settings
    from worker.subscribe import Received, Subscription
    from worker.webhook.message import Message
    from worker.webhook.plan import Webhook

    Send = Callable[[Message], Awaitable[None]]

WINDOW: Final = 1_000
"""Events begun and not yet behind the place: the most that a crash makes us send again."""
STAND_BY_S: Final = 1.0
"""How often it is looked whether another process has left the lease."""


class _Begun(Struct, kw_only=True):
    """An event of the window."""

    position: dict[Kind, str]
    """Just behind it."""
    kind: Kind
    ended: bool = False


class Deliverer:
    """Delivers one subscription; `send` makes one attempt, and raises a Failure."""

    def __init__(
        self,
        webhook: Webhook,
        redis_url: str,
        client: Redis,
        send: Send,
        settings: Settings,
        *,
        jitter: Callable[[], float],
        pulse: Pulse | None = None,
    ) -> None:
        """Take the neighbours; start nothing.  `jitter` is in [0, 1)."""
        self._webhook = webhook
        self._redis_url = redis_url
        self._place = Place(client, settings.redis.key_prefix, webhook.name)
        self._send = send
        self._settings = settings
        self._jitter = jitter
        self._account = Account(webhook.name, pulse or Pulse())
        self._leads = False
        """Whether we are the one that delivers."""
        self._reached: dict[Kind, str] = {}
        """The place, as it was kept last."""
        self._window: deque[_Begun] = deque()
        self._under_way = 0
        self._freed = asyncio.Event()
        self._changed = asyncio.Event()
        self._not_before = 0.0
        """Monotonic time until which the receiver has asked to be left alone."""
        self._over = asyncio.Event()
        self._ended_by: Permanent | None = None

    async def run(self, stop: asyncio.Event) -> Permanent | None:
        """Deliver until `stop`, or until the receiver wants no more or may not be asked: that is returned."""
        if why := await self._place.stopped():
            self._ended_by = Gone(why, "the receiver wanted no more of it (--again begins again)")
            self._reached = await self._place.position()
        with self._account.at_work():
            while not stop.is_set() and self._ended_by is None:
                if await self._place.take():
                    await self._deliver_until(stop)
                else:
                    self._account.beat()
                    await _until(stop, STAND_BY_S)
        if self._ended_by:
            self._account.ended(self._ended_by)
        return self._ended_by

    async def reader(self) -> Reader | None:
        """Return where the subscription stands; None while another process is the one that knows."""
        if not self._leads and self._ended_by is None:
            return None
        return Reader(
            name=f"webhook:{self._webhook.name}",
            at=datetime.now(UTC),
            position={str(kind): at for kind, at in self._reached.items()},
            pending=dict(Counter(begun.kind for begun in self._window if not begun.ended)),
            pause_s=max(0.0, self._not_before - time.monotonic()),
            dead=await self._place.count_dead(),
            ended=self._ended_by.reason if self._ended_by else None,
        )

    async def _deliver_until(self, stop: asyncio.Event) -> None:
        """Deliver while the lease is ours; in the end what is under way is finished and the place kept."""
        self._over.clear()
        self._window.clear()
        self._reached = await self._place.position()
        self._leads = True
        self._account.begins()
        after: str | dict[Kind, str] = self._reached or self._webhook.after
        events = subscribe(
            self._redis_url,
            self._webhook.kinds,
            prefix=self._settings.redis.key_prefix,
            after=after,
            stop=self._over,
            **self._webhook.filters,
        )
        async with events, asyncio.TaskGroup() as group:
            for part in (self._wait_for(stop), self._keep(events), self._read(events, group)):
                group.create_task(self._until_over(part))

    async def _until_over(self, part: Coroutine[None, None, None]) -> None:
        """Let one part end all of them, well or not: they are told, since a cancellation may be swallowed on 3.11."""
        try:
            await part
        finally:
            self._end()

    def _end(self) -> None:
        self._over.set()
        self._freed.set()
        self._changed.set()

    async def _wait_for(self, stop: asyncio.Event) -> None:
        waiting = {asyncio.create_task(event.wait()) for event in (stop, self._over)}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()

    # ------------------------------------------------------------ read
    async def _read(self, events: Subscription, group: asyncio.TaskGroup) -> None:
        """Begin one event after another, as there is room."""
        while not self._over.is_set():
            await self._room()
            try:
                received = await events.next()
            except StopAsyncIteration:
                return
            except EventStreamError as e:
                self._account.passed_over(str(e))
                continue
            begun = _Begun(position=events.position, kind=received.kind)
            self._window.append(begun)
            self._under_way += 1
            group.create_task(self._bring(received, begun))

    async def _room(self) -> None:
        """Wait while all senders are busy, or one event has held the place up for too long."""
        while not self._over.is_set() and (
            self._under_way >= self._settings.webhook.concurrency or len(self._window) >= WINDOW
        ):
            self._freed.clear()
            await self._freed.wait()

    # ------------------------------------------------------------ one event
    async def _bring(self, received: Received, begun: _Begun) -> None:
        """Bring one event to its end; one that a stop interrupts has none, and comes again."""
        try:
            with self._account.under_way():
                begun.ended = await self._deliver(message(received))
        except Permanent as e:
            self._ended_by = e
        finally:
            self._under_way -= 1
            self._freed.set()
            self._changed.set()
            if not begun.ended:
                self._end()

    async def _deliver(self, what: Message) -> bool:
        """Attempt until it is delivered or given up; False if we are stopped first."""
        began, attempt = time.monotonic(), 0
        while True:
            await _until(self._over, self._not_before - time.monotonic())
            if self._over.is_set():
                return False
            attempt += 1
            failure = await self._attempt(what)
            waited_s = time.monotonic() - began
            if failure is None or isinstance(failure, Permanent) or waited_s >= self._settings.webhook.give_up_s:
                await self._settle(what, failure, attempt, waited_s)
                return True
            pause_s = self._pause_s(failure, attempt)
            self._account.put_off(what, failure, attempt, pause_s)
            await _until(self._over, pause_s)

    async def _attempt(self, what: Message) -> Failure | None:
        """Send once; Gone, or Permanent("private_address"), ends the subscription."""
        try:
            with self._account.attempt():
                await self._send(what)
        except Gone as gone:
            self._account.refused(gone)
            await self._place.end(gone.reason)
            raise
        except Failure as failure:
            if isinstance(failure, Permanent) and failure.reason == "private_address":
                self._account.refused(failure)
                raise
            return failure
        return None

    async def _settle(self, what: Message, failure: Failure | None, attempt: int, waited_s: float) -> None:
        if failure is None:
            self._account.delivered(what, attempt, waited_s)
            return
        await self._place.bury(what, failure.reason, failure.detail, self._settings.redis.dead_length)
        self._account.dead(what, failure, attempt, waited_s)

    def _pause_s(self, failure: Failure, attempt: int) -> float:
        """Return the wait before the next attempt; Retry-After holds for all."""
        pause_s = backoff.delay_s(
            attempt, self._jitter(), base_s=self._settings.retry.backoff_s, max_s=self._settings.retry.max_backoff_s
        )
        asked_s = failure.retry_after_s if isinstance(failure, Transient) else None
        if asked_s:
            self._not_before = max(self._not_before, time.monotonic() + asked_s)
        return max(pause_s, asked_s or 0.0)

    # ------------------------------------------------------------ the place
    async def _keep(self, events: Subscription) -> None:
        """Move the place as events end, and hold the lease, until all has ended."""
        renewed = time.monotonic()
        while not (self._over.is_set() and self._under_way == 0):
            self._account.beat()
            await self._move(events)  # at once: "$" is an id from now on
            await _until(self._changed, LEASE_S / 3)
            self._changed.clear()
            if time.monotonic() - renewed >= LEASE_S / 3:
                renewed = time.monotonic()
                if not await self._place.take():
                    self._leads = False
                    self._account.lost()  # another delivers now; what is under way comes to its end
                    self._end()
        await self._move(events)
        await self._place.leave()

    async def _move(self, events: Subscription) -> None:
        """Keep the position of the newest event before which all has ended, if it is a new one."""
        reached = self._reached
        while self._window and self._window[0].ended:
            reached = self._window.popleft().position
            self._freed.set()
        if not self._window:
            reached = events.position  # what the filters passed over, too
        if reached != self._reached:
            self._leads = await self._place.move(reached)
            self._reached = reached


async def _until(event: asyncio.Event, wait_s: float) -> None:
    """Wait for the event, at most for `wait_s`."""
    if wait_s > 0 and not event.is_set():
        waiting = asyncio.create_task(event.wait())
        await asyncio.wait({waiting}, timeout=wait_s)
        waiting.cancel()
