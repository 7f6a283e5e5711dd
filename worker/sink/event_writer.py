"""The loop of a sink: events of a subscription to files of an output directory."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog
from msgspec import Struct

from worker.errors import EventStreamError
from worker.schema.fleet import ConsumerStatus
from worker.sink.disk_errors import disk_errors
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from worker.schema import Kind
    from worker.sink.file_writers import FileWriter, WriterFactory
    from worker.sink.output_directory import OutputDirectory
    from worker.subscribe import Received, Subscription

log = structlog.get_logger()

WRITE_LOOP: Final = "write"
"""Name of the loop of `EventWriter` in the liveness monitor."""
MAX_WAIT_S: Final = 5.0
"""Longest wait of the loop for an event, and so its longest silence."""


class Rotation(Struct, frozen=True, kw_only=True):
    """When a file is finished, besides at the end of its day and at the end of the subscription."""

    size_bytes: int
    age_s: float


class _OpenFile(Struct, kw_only=True):
    """A file being written, and the range of entries in it."""

    path: Path
    writer: FileWriter
    day: date
    first: str
    last: str
    events: int = 0


class EventWriter:
    """Writes the events of a subscription to an output directory, one open file per kind."""

    def __init__(
        self,
        directory: OutputDirectory,
        open_file: WriterFactory,
        rotation: Rotation,
        report: Callable[[str], None],
        liveness: LivenessMonitor | None = None,
    ) -> None:
        """`open_file`: returns the writer of a new file.  `rotation`: limits the age and size of a file.

        `report`: called with an error message for each stream entry that cannot be decoded.  Nothing is written yet.
        """
        metrics.init_sink_series(directory.format)
        self._directory = directory
        self._open_file = open_file
        self._rotation = rotation
        self._report = report
        self._liveness = liveness or LivenessMonitor()
        self.files = 0
        """Files finished so far."""
        self.complete = True
        """Whether the last run skipped no entry."""
        self._events: Subscription | None = None
        self._open: dict[Kind, _OpenFile] = {}
        self._unfinished = metrics.UNFINISHED.labels(directory.format)
        self._saved_cursor: dict[Kind, str] = {}
        self._rotated = time.monotonic()

    async def run(self, events: Subscription) -> bool:
        """Write until the subscription ends, then finish every file; return False if an entry could not be decoded.

        DiskError if a file could not be written.  Files finished before the error are complete.
        """
        await events.open()
        self.complete, self._events = True, events
        try:
            self._save_cursor(events)  # resolves "$" to an entry id
            await self._write_all(events)
            self._finish_all(events)
        finally:
            self._discard_open_files()
            self._events = None
        return self.complete

    def status(self, name: str) -> ConsumerStatus:
        """Return the status of the sink: its cursor, and per kind the number of events in its unfinished file."""
        cursor = self._events.position if self._events else self._directory.load_cursor()
        return ConsumerStatus(
            name=f"sink:{name}",
            at=datetime.now(UTC),
            position={str(kind): at for kind, at in cursor.items()},
            pending={str(kind): file.events for kind, file in self._open.items()},
        )

    async def _write_all(self, events: Subscription) -> None:
        next_event = asyncio.create_task(events.next())
        try:
            while True:
                self._liveness.record_heartbeat(WRITE_LOOP)
                left_s = self._rotated + self._rotation.age_s - time.monotonic()
                await asyncio.wait({next_event}, timeout=min(MAX_WAIT_S, max(0.0, left_s)))
                if next_event.done():
                    self._write_result(next_event)
                    next_event = asyncio.create_task(events.next())
                if time.monotonic() - self._rotated >= self._rotation.age_s:
                    self._finish_all(events)
        except StopAsyncIteration:
            return
        finally:
            next_event.cancel()
            await asyncio.wait({next_event})  # or it would read from a subscription that is closed

    def _write_result(self, next_event: asyncio.Task[Received]) -> None:
        """Write the event of a finished task, or report the entry if it could not be decoded."""
        try:
            self._write(next_event.result())
        except EventStreamError as e:
            self._report(str(e))
            self.complete = False

    # ------------------------------------------------------------ files
    def _write(self, received: Received) -> None:
        kind, day = received.kind, received.published_at.date()
        file = self._open.get(kind)
        if file and (file.day != day or file.writer.size_bytes >= self._rotation.size_bytes):
            self._finish(kind)
            file = None
        if file is None:
            file = self._open[kind] = self._new_file(received, day)
        with disk_errors("write", file.path):
            file.writer.add(received.event)
        file.last = received.entry_id
        file.events += 1
        metrics.WRITTEN.labels(kind, self._directory.format).inc()
        self._unfinished.inc()

    def _new_file(self, received: Received, day: date) -> _OpenFile:
        path = self._directory.unfinished_path(received.kind)
        with disk_errors("open", path):
            writer = self._open_file(path, received.kind)
        return _OpenFile(path=path, writer=writer, day=day, first=received.entry_id, last=received.entry_id)

    def _finish(self, kind: Kind) -> None:
        file = self._open[kind]
        with disk_errors("sync", file.path):
            file.writer.finish()
            size_bytes = file.path.stat().st_size
        with disk_errors("rename", file.path):
            final = self._directory.commit(file.path, kind, file.day, file.first, file.last)
        del self._open[kind]
        self._count(kind, file, size_bytes)
        log.info("part", path=str(final), events=file.events, bytes=size_bytes)

    def _count(self, kind: Kind, file: _OpenFile, size_bytes: int) -> None:
        file_format = self._directory.format
        self.files += 1
        self._unfinished.dec(file.events)
        metrics.FILES.labels(kind, file_format).inc()
        metrics.FILE_BYTES.labels(kind, file_format).inc(size_bytes)
        metrics.FINISHED_AT.labels(file_format).set_to_current_time()

    def _finish_all(self, events: Subscription) -> None:
        """Finish every open file and save the cursor: with no file open, everything read so far is durable."""
        for kind in list(self._open):
            self._finish(kind)
        self._save_cursor(events)
        self._rotated = time.monotonic()

    def _save_cursor(self, events: Subscription) -> None:
        if (cursor := events.position) != self._saved_cursor:
            with disk_errors("place", self._directory.path):
                self._directory.save_cursor(cursor)
            self._saved_cursor = cursor

    def _discard_open_files(self) -> None:
        """Close and delete the unfinished files; a file that cannot be deleted is deleted at the next start."""
        for file in self._open.values():
            file.writer.discard()
            with contextlib.suppress(OSError):
                file.path.unlink()
        self._open.clear()
        self._unfinished.set(0)
