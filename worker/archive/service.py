"""The loop of the archive: read the streams of articles and events, and write their entries into the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from worker import backoff
from worker.archive.writer import OvertakenError
from worker.lifecycle import sleep_until
from worker.schema import ARTICLE, KINDS, record_stream
from worker.schema.fleet import ConsumerStatus
from worker.streams import retry_while_unavailable
from worker.subscribe.entry_readers import START, StandaloneReader
from worker.telemetry import metrics
from worker.telemetry.liveness import GRACE_S, LivenessMonitor, LoopSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from worker.archive.retention import Retention
    from worker.archive.writer import ArchiveWriter
    from worker.settings import RetrySettings
    from worker.streams import Entry

log = structlog.get_logger()

ARCHIVE_LOOP: Final = "archive"
ARCHIVE_BLOCK_S: Final = 1.0
"""Longest wait for an entry."""
ARCHIVE_BATCH: Final = 2_000
"""Entries after which a batch is written although more can be read."""
RETENTION_INTERVAL_S: Final = 60.0
MAX_DATABASE_WAIT_S: Final = 60.0
"""Longest wait between two attempts after errors of the database."""
ARCHIVE_LOOPS: Final = {ARCHIVE_LOOP: LoopSpec(max_silence_s=ARCHIVE_BLOCK_S + GRACE_S)}
"""The loop of the archive. It makes no progress while the database fails; the service is then alive and not ready."""

Entries = dict[str, "list[Entry]"]
"""`ARTICLE` or kind -> entries of its stream."""


class ArchiveService:
    """Copies the streams of one key prefix into one archive until `stop` is set."""

    def __init__(
        self,
        client: Redis,
        prefix: str,
        writer: ArchiveWriter,
        *,
        retention: Retention,
        retry: RetrySettings,
        liveness: LivenessMonitor,
        jitter: Callable[[], float],
    ) -> None:
        """`client`: a connection for reads that block for `ARCHIVE_BLOCK_S`.  `retry`: delays after database errors.

        `jitter`: returns a random number in [0, 1).  Nothing is read yet.
        """
        metrics.init_archive_series()
        self._client = client
        self._names = {record_stream(prefix, name): name for name in (ARTICLE, *KINDS)}
        self._writer = writer
        self._retention = retention
        self._retry = retry
        self._liveness = liveness
        self._jitter = jitter
        self._attempt = 0
        self._cursor: dict[str, str] = {}
        self.rows = 0
        """Rows added so far."""

    def status(self, name: str) -> ConsumerStatus:
        """Return the progress of the archive: the last entry archived of each stream."""
        position = {of: self._cursor.get(of, START) for of in self._names.values()}
        return ConsumerStatus(name=name, at=datetime.now(UTC), position=position)

    async def run(self, stop: asyncio.Event, *, once: bool = False) -> None:
        """Archive entries until `stop` is set; with `once`, those that the streams have now.

        After an error of the database, the same entries are written again, after a growing delay; with `once` the error
        is raised.  Raises redis-py's error if Redis is unavailable for too long.
        """
        while not stop.is_set():
            try:
                await self._copy(stop, once=once)
                return  # noqa: TRY300 - the loop only repeats after an error
            except OvertakenError:
                log.info("archive_overtaken")  # another process archives, too: continue after it
            except SQLAlchemyError as e:
                if once:
                    raise
                await self._wait_after(e, stop)

    async def _wait_after(self, error: SQLAlchemyError, stop: asyncio.Event) -> None:
        self._attempt += 1
        detail = str(getattr(error, "orig", error) or error).strip()
        log.error("archive", reason=type(error).__name__, detail=detail, attempt=self._attempt)
        metrics.ARCHIVE_FAILURES.inc()
        self._liveness.record_error("archive", type(error).__name__, datetime.now(UTC))
        longest_s = min(self._retry.max_backoff_s, MAX_DATABASE_WAIT_S)
        wait_s = backoff.delay_s(self._attempt, self._jitter(), base_s=self._retry.backoff_s, max_s=longest_s)
        await sleep_until(stop, wait_s)

    async def _copy(self, stop: asyncio.Event, *, once: bool) -> None:
        self._cursor = await asyncio.to_thread(self._writer.cursor)
        start = {stream: self._cursor.get(name, START) for stream, name in self._names.items()}
        reader = StandaloneReader(self._client, start)
        await retry_while_unavailable(self._client, reader.open)
        next_retention = 0.0
        while not stop.is_set():
            self._liveness.record_heartbeat(ARCHIVE_LOOP)
            entries = await self._read_batch(reader, block_s=0.0 if once else ARCHIVE_BLOCK_S)
            await self._write(reader, entries)
            if once and not any(entries.values()):
                return
            if (now := asyncio.get_running_loop().time()) >= next_retention:
                await asyncio.to_thread(self._retention.apply, datetime.now(UTC))
                next_retention = now + RETENTION_INTERVAL_S

    async def _read_batch(self, reader: StandaloneReader, block_s: float) -> Entries:
        """Return the next entries, about `ARCHIVE_BATCH` at most; waits up to `block_s` for the first."""
        batch: Entries = {name: [] for name in self._names.values()}
        streams, count = [*self._names], 0
        while count < ARCHIVE_BATCH:
            wait_s = 0.0 if count else block_s
            found = await retry_while_unavailable(self._client, lambda wait_s=wait_s: reader.read(streams, wait_s))  # type: ignore[misc]
            for entry in found:
                batch[self._names[entry.stream]].append(entry)
            if not found:
                break
            count += len(found)
        return batch

    async def _write(self, reader: StandaloneReader, entries: Entries) -> None:
        if any(entries.values()):
            added = await asyncio.to_thread(self._writer.write, entries, self._cursor)
            self._cursor |= {name: listed[-1].id for name, listed in entries.items() if listed}
            self._attempt = 0
            self.rows += added
        for name, listed in entries.items():
            metrics.ARCHIVED.labels(name).inc(len(listed))
        await self._report_gaps(reader, entries)

    async def _report_gaps(self, reader: StandaloneReader, written: Entries) -> None:
        """Log entries that were lost unread, and follow a stream that was reset.

        Called after `written`, the entries after the gaps: the cursor never passes an entry that is not archived.
        """
        gaps = {self._names[stream]: message for stream, message in reader.gaps.items()}
        reset = {
            name: reader.position[stream] for stream, name in self._names.items() if name in gaps and not written[name]
        }
        for name, message in gaps.items():
            log.error("archive_gap", stream=name, detail=message)
            metrics.ARCHIVE_GAPS.labels(name).inc()
        reader.gaps.clear()
        if reset:
            await asyncio.to_thread(self._writer.move_cursor, reset, self._cursor)
            self._cursor |= reset
