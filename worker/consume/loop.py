"""The worker's loops: read as many deliveries as there are free slots, and renew their leases until each has ended.

The *read* loop reads new deliveries and regularly claims those of dead workers.  The *release* loop releases the tasks
of hosts that are due, the *tend* loop renews leases, and the *reap* loop deletes the consumers of dead workers and
rechecks the hosts at their limit.  On a stop, reading ends, the tasks in progress have `drain_s` to finish, and the
others are put back.  While the memory of Redis is
full, the loops and tasks wait until there is room or a stop is requested.  The tend loop never waits, since renewing a
lease needs no memory.
"""

from __future__ import annotations

import asyncio
import faulthandler
import time
from collections.abc import Callable

import structlog

from worker.consume.task_handler import Clock, TaskHandler, system_clock
from worker.consume.task_result import TaskResult
from worker.lifecycle import cancel_and_wait, signal_when_done, sleep_until, wait_for_any
from worker.queue import Delivery, UrlQueue
from worker.settings import Settings
from worker.streams import waiting_for_memory
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

log = structlog.get_logger()

TASK_BLOCK_S = 5.0
"""Longest time that one read waits for new tasks; a stop ends it."""
UNBLOCK_INTERVAL_S = 0.1
"""Interval at which a stop tries to end the read; repeated because the read may not have reached Redis yet."""
TICK_S = 0.25
"""Interval of the tend loop."""
RELEASE_TICK_S = 0.1
"""Longest time between two releases while tasks are in progress: a report of another worker may make a host due earlier
than it was at the last release."""
IDLE_RELEASE_SHARE = 0.1
"""Longest time between two releases while no task is in progress, as a share of the time since the last one ended.

A host's tasks wait for its delay only if a worker has requested it within that delay.  So if the fleet has been idle, a
new task waits at most a tenth longer than the delay.
"""
MAX_RELEASE_TICK_S = 5.0
"""Upper limit of the time between two releases."""
REAP_INTERVAL_S = 300.0
"""How often the consumers of dead workers are deleted."""


def worker_loops(settings: Settings) -> dict[str, LoopSpec]:
    """Return the loops that a `LivenessMonitor` watches.

    The tend loop must complete a round within a lease.  The read loop, with all slots taken, waits for the first task
    to end, which may take as long as the slowest one.
    """
    task_s = settings.fetch.total_timeout_s + settings.pool.timeout_s
    return {
        "tend": LoopSpec(max_silence_s=max(settings.queue.lease_s, GRACE_S), critical=True),
        "read": LoopSpec(max_silence_s=task_s + GRACE_S),
    }


class Consumer:
    """One worker, with up to `settings.worker.concurrency` tasks in progress."""

    def __init__(
        self,
        settings: Settings,
        queue: UrlQueue,
        handler: TaskHandler,
        *,
        clock: Clock = system_clock,
        on_result: Callable[[TaskResult], None] = lambda _: None,
        liveness: LivenessMonitor | None = None,
    ) -> None:
        """`on_result`: called with the result of every delivery.  `liveness`: receives the heartbeats of the loops.

        Nothing is started yet; `run` starts the loops.
        """
        self._settings = settings
        self._queue = queue
        self._clock = clock
        self._handler = handler
        self._on_result = on_result
        self._liveness = liveness or LivenessMonitor()
        self._in_progress: dict[Delivery, asyncio.Task[None]] = {}
        self._slot_freed = asyncio.Event()
        self._ending = asyncio.Event()
        self._release_now = asyncio.Event()
        self._claimed_at = self._idle_since = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Process tasks until `stop` is set, then drain the tasks in progress.

        If Redis stays unavailable, raises an ExceptionGroup with the RedisError; so does full memory after a stop.
        """
        with waiting_for_memory(stop):
            await self._run_loops(stop)

    async def _run_loops(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as self._tasks:
            for loop in (self._tend(), self._reap(), self._release(), self._handler.batcher.run()):
                self._tasks.create_task(signal_when_done(loop, self._end_all))
            await signal_when_done(self._read_and_drain(stop), self._end_all)

    def _end_all(self) -> None:
        """Set the event that ends all loops; a cancellation might be swallowed (see `lifecycle`)."""
        self._ending.set()
        self._release_now.set()
        self._handler.batcher.end()

    async def _read_and_drain(self, stop: asyncio.Event) -> None:
        await self._read_until(stop)
        if not self._ending.is_set():
            await self._drain()

    # ------------------------------------------------------------ read
    async def _read_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and not self._ending.is_set():
            self._liveness.record_heartbeat("read")
            await self._wait_for_slot(stop)
            if stop.is_set():
                return
            for delivery in await self._claim() or await self._read(stop):
                self._start(delivery)

    async def _read(self, stop: asyncio.Event) -> list[Delivery]:
        """Read new tasks; wait for the first until it is time to claim, or until `stop` is set."""
        block_s = min(TASK_BLOCK_S, self._settings.queue.lease_s / 3)
        reading = self._tasks.create_task(self._queue.read(self._free_slots(), block_s))
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            while not reading.done():
                await self._queue.end_read()
                await asyncio.wait({reading}, timeout=UNBLOCK_INTERVAL_S)
        finally:
            stopping.cancel()
        return reading.result()

    async def _claim(self) -> list[Delivery]:
        """Claim the tasks of dead workers, at most once in a third of a lease; empty in between.

        This is not done in the tend loop: claims during a waiting read would fill the slots that the read is to fill,
        and would start new tasks during a drain.
        """
        now = time.monotonic()
        if now - self._claimed_at < self._settings.queue.lease_s / 3:
            return []
        self._claimed_at = now
        claimed = await self._queue.claim(self._free_slots())
        for delivery in claimed:
            metrics.CLAIMS.inc()
            log.warning("claimed", url=delivery.task.url, deliveries=delivery.attempts)
        return claimed

    async def _wait_for_slot(self, stop: asyncio.Event) -> None:
        """Wait until a slot is free or `stop` is set."""
        while not self._free_slots() and not stop.is_set():
            self._slot_freed.clear()
            await wait_for_any(self._slot_freed, stop)

    def _free_slots(self) -> int:
        return max(0, self._settings.worker.concurrency - len(self._in_progress))

    def _start(self, delivery: Delivery) -> None:
        """Start the task of a delivery, which occupies a slot until it ends."""
        work = self._tasks.create_task(self._handle(delivery))
        if not self._in_progress:
            self._release_now.set()  # from now on, at short intervals
        self._in_progress[delivery] = work
        metrics.IN_FLIGHT.inc()
        work.add_done_callback(lambda done: self._finish(delivery, done))

    def _finish(self, delivery: Delivery, done: asyncio.Task[None]) -> None:
        if self._in_progress.get(delivery) is done:  # else its lease was lost, and it has been delivered again
            del self._in_progress[delivery]
        self._idle_since = time.monotonic()
        metrics.IN_FLIGHT.dec()
        self._slot_freed.set()
        # If Redis is unavailable, the task group is cancelled, and the loops must end, too.
        if not done.cancelled() and done.exception():
            self._end_all()

    async def _handle(self, delivery: Delivery) -> None:
        self._report(await self._handler.handle(delivery))

    def _report(self, result: TaskResult) -> None:
        """Count the result of a delivery, and pass it to `on_result`."""
        metrics.ARTICLES.labels(result.outcome, metrics.reason_label(result.reason)).inc()
        if result.outcome == "dead" or result.reason == "bug":
            self._liveness.record_error(result.url, result.reason or result.outcome, self._clock())
        self._on_result(result)

    # ------------------------------------------------------------ tend
    async def _tend(self) -> None:
        """Renew leases until the loops end.

        A blocked event loop cannot report itself, and nothing restarts an unhealthy container.  So a watchdog, a thread
        in C, ends the process if this loop completes no round within three leases.
        """
        renewed_at = time.monotonic()
        try:
            while not self._ending.is_set():
                faulthandler.dump_traceback_later(3 * self._settings.queue.lease_s, exit=True)
                self._liveness.record_heartbeat("tend")
                now = time.monotonic()
                if now - renewed_at >= self._settings.queue.lease_s / 3:
                    renewed_at = now
                    await self._renew()
                await asyncio.sleep(min(TICK_S, self._settings.queue.lease_s / 3))
        finally:
            faulthandler.cancel_dump_traceback_later()

    async def _reap(self) -> None:
        """Delete the consumers of dead workers and recheck the hosts at their limit, until the loops end."""
        while True:
            await sleep_until(self._ending, REAP_INTERVAL_S)
            if self._ending.is_set():
                return
            await self._queue.reap_consumers()
            await self._queue.recheck_full_hosts()

    async def _release(self) -> None:
        """Release the tasks of hosts that are due, until the loops end."""
        while not self._ending.is_set():
            due_in_s = await self._queue.release(self._clock())
            self._release_now.clear()
            if not self._ending.is_set():
                await sleep_until(self._release_now, min(due_in_s, self._release_tick_s()))

    def _release_tick_s(self) -> float:
        if self._in_progress:
            return RELEASE_TICK_S
        idle_s = time.monotonic() - self._idle_since
        return min(max(RELEASE_TICK_S, IDLE_RELEASE_SHARE * idle_s), MAX_RELEASE_TICK_S)

    async def _renew(self) -> None:
        """Renew all leases; cancel the tasks whose lease is lost to another worker."""
        for lost in await self._queue.renew(list(self._in_progress)):
            if lost in self._in_progress:
                metrics.LOST_LEASES.inc()
                log.warning("lease_lost", url=lost.task.url)
                self._in_progress[lost].cancel()

    # ------------------------------------------------------------ drain
    async def _drain(self) -> None:
        """Let the tasks in progress finish within `drain_s`.

        Put the others back at the head of their hosts' queues, without counting an attempt.
        """
        self._liveness.mark_ended("read")
        log.info("draining", tasks=len(self._in_progress))
        if self._in_progress:
            await asyncio.wait(self._in_progress.values(), timeout=self._settings.worker.drain_s)
        left = dict(self._in_progress)
        await cancel_and_wait(left.values())
        handed_back = 0
        for delivery in left:
            if await self._queue.put_back(delivery, delivery.unfinished_task, first=True):
                self._report(TaskResult(url=delivery.task.url, outcome="handed_back"))
                handed_back += 1
        log.info("drained", handed_back=handed_back)
