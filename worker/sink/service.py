"""A sink that runs until it is told to stop: what the disk refuses is tried again.

After a failure everything unfinished is thrown away and read again from the streams, which keep it meanwhile: a file
whose `fsync` failed once may not be trusted with a second one.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from worker import backoff
from worker.sink.collect import TURN_S, WRITE
from worker.sink.disk import DiskError
from worker.telemetry.liveness import MARGIN_S, Part, Pulse

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import RetrySettings
    from worker.sink.collect import Collector
    from worker.subscribe import Subscription

log = structlog.get_logger()

SINK_PARTS: Final = {WRITE: Part(limit_s=TURN_S + MARGIN_S)}
"""What of a sink turns: while the disk refuses, it does not, and the sink is not ready."""
MOST_S: Final = 60.0
"""Longest wait before the disk is tried again."""


class Service:
    """Collects until `stop`; `jitter` is in [0, 1)."""

    def __init__(
        self, collector: Collector, retry: RetrySettings, stop: asyncio.Event, pulse: Pulse, jitter: Callable[[], float]
    ) -> None:
        """Take the neighbours; start nothing."""
        self._collector = collector
        self._retry = retry
        self._stop = stop
        self._pulse = pulse
        self._jitter = jitter

    async def run(self, resumed: Callable[[], Subscription]) -> bool:
        """Collect from what `resumed` subscribes to behind the last finished file; False as `Collector.run`.

        DiskError where the disk refuses what was to be finished at the end.
        """
        well, attempt = True, 0
        while True:
            finished = self._collector.files
            try:
                async with resumed() as events:
                    return await self._collector.run(events) and well
            except DiskError as e:
                if self._stop.is_set():
                    raise
                attempt = 1 if self._collector.files > finished else attempt + 1
                await self._wait(e, attempt)
            well = well and self._collector.well

    async def _wait(self, e: DiskError, attempt: int) -> None:
        pause_s = min(
            MOST_S,
            backoff.delay_s(attempt, self._jitter(), base_s=self._retry.backoff_s, max_s=self._retry.max_backoff_s),
        )
        log.error("disk", path=e.filename, error=e.name, why=e.strerror, attempt=attempt, wait_s=round(pause_s, 1))
        self._pulse.trouble(str(e.filename), e.name, datetime.now(UTC))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), pause_s)
