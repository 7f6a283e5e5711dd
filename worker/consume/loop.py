"""The loop of a worker: deliveries in, as many as there are free slots, and their leases kept until each has ended.

*Read* takes deliveries, at times what dead workers left.  *Tend* renews leases and moves due tasks.  A stop ends
reading, gives what is under way `drain_s`, and hands the rest back.
"""

from __future__ import annotations

import asyncio
import faulthandler
import time
from collections.abc import Callable

import structlog

from worker.consume.retry import with_crashes_counted
from worker.consume.settle_batcher import SettleBatcher
from worker.consume.task_handler import Clock, TaskHandler, utc_now
from worker.consume.task_result import TaskResult
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.lifecycle import cancel_and_wait, signal_when_done, wait_for_any
from worker.pipeline.pool import Pool
from worker.queue import Delivery, UrlQueue
from worker.settings import Settings
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

log = structlog.get_logger()

BLOCK_S = 1.0
"""Longest wait for new tasks: also the longest that a stop goes unnoticed by the reader."""
TICK_S = 0.25
"""How often due tasks are moved; a task put off waits at most this much longer than it should."""
REAP_INTERVAL_S = 300.0


def worker_loops(settings: Settings) -> dict[str, LoopSpec]:
    """Return the loops of a worker whose silence means something (see `LivenessMonitor`).

    The one that tends leases must be back within a lease.  The reader, with all slots taken, waits for the first task
    that ends, and that may be the slowest of all.
    """
    task_s = settings.fetch.total_timeout_s + settings.pool.timeout_s
    return {
        "tend": LoopSpec(max_silence_s=max(settings.queue.lease_s, GRACE_S), critical=True),
        "read": LoopSpec(max_silence_s=task_s + GRACE_S),
    }


class Consumer:
    """One worker: up to `settings.concurrency` tasks in flight."""

    def __init__(
        self,
        settings: Settings,
        queue: UrlQueue,
        politeness: Politeness,
        fetcher: Fetcher,
        pool: Pool,
        *,
        jitter: Callable[[], float],
        clock: Clock = utc_now,
        report: Callable[[TaskResult], None] = lambda _: None,
        liveness: LivenessMonitor | None = None,
    ) -> None:
        """Take the neighbours; start nothing.  `report` hears how each delivery ended, `pulse` that the loops turn."""
        self._settings = settings
        self._queue = queue
        self._clock = clock
        self._tell = report
        self._liveness = liveness or LivenessMonitor()
        self._work: dict[Delivery, asyncio.Task[None]] = {}
        self._free = asyncio.Event()
        self._settling = SettleBatcher(queue)
        self._handling = TaskHandler(
            settings, queue, politeness, fetcher, pool, settling=self._settling, jitter=jitter, clock=clock
        )
        self._over = asyncio.Event()
        self._claimed = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set and what is under way is drained.  A Redis error ends it loudly."""
        async with asyncio.TaskGroup() as self._tasks:
            for loop in (self._tend(), self._settling.run()):
                self._tasks.create_task(signal_when_done(loop, self._end_all))
            await signal_when_done(self._work_until(stop), self._end_all)

    def _end_all(self) -> None:
        self._over.set()
        self._settling.end()

    async def _work_until(self, stop: asyncio.Event) -> None:
        await self._read_until(stop)
        if not self._over.is_set():
            await self._drain()

    # ------------------------------------------------------------ read
    async def _read_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and not self._over.is_set():
            self._liveness.record_heartbeat("read")
            await self._wait_for_slot(stop)
            if stop.is_set():
                return
            for delivery in await self._claim() or await self._queue.read(self._slots(), BLOCK_S):
                self._begin(delivery)

    async def _claim(self) -> list[Delivery]:
        """Take over what dead workers left, every third of a lease.

        Here and not by `_tend`: beside a read that waits it would fill the same slots twice, and in a drain begin anew.
        """
        now = time.monotonic()
        if now - self._claimed < self._settings.queue.lease_s / 3:
            return []
        self._claimed = now
        claimed = await self._queue.claim(self._slots())
        for delivery in claimed:
            metrics.CLAIMS.inc()
            log.warning("claimed", url=delivery.task.url, deliveries=delivery.attempts)
        return claimed

    async def _wait_for_slot(self, stop: asyncio.Event) -> None:
        while not self._slots() and not stop.is_set():
            self._free.clear()
            await wait_for_any(self._free, stop)

    def _slots(self) -> int:
        return max(0, self._settings.worker.concurrency - len(self._work))

    def _begin(self, delivery: Delivery) -> None:
        work = self._tasks.create_task(self._handle(delivery))
        self._work[delivery] = work
        metrics.IN_FLIGHT.inc()
        work.add_done_callback(lambda done: self._end(delivery, done))

    def _end(self, delivery: Delivery, done: asyncio.Task[None]) -> None:
        del self._work[delivery]
        metrics.IN_FLIGHT.dec()
        self._free.set()
        if not done.cancelled() and done.exception():  # without Redis: the group ends, and all of it must
            self._end_all()

    async def _handle(self, delivery: Delivery) -> None:
        self._report(await self._handling.handle(delivery))

    def _report(self, report: TaskResult) -> None:
        """Count how a delivery ended, and tell whoever asked to hear it."""
        metrics.ARTICLES.labels(report.outcome, metrics.reason_label(report.reason)).inc()
        if report.outcome == "dead" or report.reason == "bug":
            self._liveness.record_error(report.url, report.reason or report.outcome, self._clock())
        self._tell(report)

    # ------------------------------------------------------------ tend
    async def _tend(self) -> None:
        """Keep what is ours, move what is due.

        A wedged event loop cannot report itself and nothing restarts an unhealthy container: the watchdog, a C
        thread, ends the process when three leases pass without a tick.
        """
        renewed = collected = time.monotonic()
        try:
            while not self._over.is_set():
                faulthandler.dump_traceback_later(3 * self._settings.queue.lease_s, exit=True)
                self._liveness.record_heartbeat("tend")
                now = time.monotonic()
                await self._queue.promote_due(self._clock())
                if now - renewed >= self._settings.queue.lease_s / 3:
                    renewed = now
                    await self._renew()
                if now - collected >= REAP_INTERVAL_S:
                    collected = now
                    await self._queue.reap_consumers()
                await asyncio.sleep(min(TICK_S, self._settings.queue.lease_s / 3))
        finally:
            faulthandler.cancel_dump_traceback_later()

    async def _renew(self) -> None:
        """Renew every lease; stop working on what another worker has taken."""
        for lost in await self._queue.renew(list(self._work)):
            if lost in self._work:
                metrics.LOST_LEASES.inc()
                log.warning("lost", url=lost.task.url)
                self._work[lost].cancel()

    # ------------------------------------------------------------ drain
    async def _drain(self) -> None:
        """Give what is under way its grace; hand the rest back, ready at once and with no attempt counted."""
        self._liveness.mark_ended("read")
        log.info("draining", tasks=len(self._work))
        if self._work:
            await asyncio.wait(self._work.values(), timeout=self._settings.worker.drain_s)
        left = dict(self._work)
        await cancel_and_wait(left.values())
        handed_back = 0
        for delivery in left:
            if await self._queue.defer(delivery, with_crashes_counted(delivery), self._clock()):
                self._report(TaskResult(url=delivery.task.url, outcome="handed_back"))
                handed_back += 1
        log.info("drained", handed_back=handed_back)
