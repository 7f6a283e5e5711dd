"""A long-running sink that retries after disk errors.

After an error all unfinished files are discarded and their events read again from the streams, which still hold them:
after a failed `fsync` a second one can report success although data was lost, so the file must not be reused.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog

from worker import backoff
from worker.lifecycle import sleep_until
from worker.sink.disk_errors import DiskError
from worker.sink.event_writer import MAX_WAIT_S, WRITE_LOOP
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import RetrySettings
    from worker.sink.event_writer import EventWriter
    from worker.subscribe import Subscription

log = structlog.get_logger()

SINK_LOOPS: Final = {WRITE_LOOP: LoopSpec(max_silence_s=MAX_WAIT_S + GRACE_S)}
"""The loop of a sink. It makes no progress while the disk fails; the sink is then alive and not ready."""
MAX_RETRY_WAIT_S: Final = 60.0
"""Longest wait between two attempts after disk errors."""


class SinkService:
    """Runs an event writer until `stop` is set; `jitter` returns a random number in [0, 1)."""

    def __init__(
        self,
        writer: EventWriter,
        retry: RetrySettings,
        stop: asyncio.Event,
        liveness: LivenessMonitor,
        jitter: Callable[[], float],
    ) -> None:
        """`writer`: writes the events.  `retry`: delays after disk errors.  `run` starts the work."""
        self._writer = writer
        self._retry = retry
        self._stop = stop
        self._liveness = liveness
        self._jitter = jitter

    async def run(self, resume: Callable[[], Subscription]) -> bool:
        """Write events until `stop` is set; return False if an entry could not be decoded in any attempt.

        `resume` returns a new subscription that starts after the last finished file.  DiskError if the last files could
        not be finished after `stop`.
        """
        complete, attempt = True, 0
        while True:
            finished = self._writer.files
            try:
                async with resume() as events:
                    return await self._writer.run(events) and complete
            except DiskError as e:
                if self._stop.is_set():
                    raise
                attempt = 1 if self._writer.files > finished else attempt + 1
                await self._wait(e, attempt)
            complete = complete and self._writer.complete

    async def _wait(self, e: DiskError, attempt: int) -> None:
        """Log and record a disk error, then wait with exponential back-off, or until `stop` is set."""
        base_s, max_s = self._retry.backoff_s, self._retry.max_backoff_s
        pause_s = min(MAX_RETRY_WAIT_S, backoff.delay_s(attempt, self._jitter(), base_s=base_s, max_s=max_s))
        log.error("disk", path=e.filename, error=e.code, why=e.strerror, attempt=attempt, wait_s=round(pause_s, 1))
        self._liveness.record_error(str(e.filename), e.code, datetime.now(UTC))
        await sleep_until(self._stop, pause_s)
