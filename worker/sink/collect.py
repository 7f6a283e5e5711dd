"""The loop of a sink: events in, parts out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import structlog
from msgspec import Struct

from worker.errors import EventStreamError
from worker.schema.fleet import Reader
from worker.sink.disk import step
from worker.telemetry import metrics
from worker.telemetry.liveness import Pulse

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    from worker.schema import Kind
    from worker.sink.folder import Folder
    from worker.sink.writers import Begin, Writer
    from worker.subscribe import Received, Subscription

log = structlog.get_logger()

WRITE: Final = "write"
"""The collector, for the `Pulse` of its process."""
TURN_S: Final = 5.0
"""Longest silence of its loop while nothing comes."""


class Rotation(Struct, frozen=True, kw_only=True):
    """When a part is finished, besides at the end of a day and at our own."""

    size_bytes: int
    age_s: float


class _Part(Struct, kw_only=True):
    """A part being written, and which entries it holds."""

    path: Path
    writer: Writer
    day: date
    first: str
    last: str
    events: int = 0


class Collector:
    """Writes what a subscription hands over into a folder."""

    def __init__(
        self,
        folder: Folder,
        begin: Begin,
        rotation: Rotation,
        tell: Callable[[str], None],
        pulse: Pulse | None = None,
    ) -> None:
        """Take the neighbours; `tell` hears of what could not be handed over."""
        metrics.prepare_sink(folder.format)
        self._folder = folder
        self._begin = begin
        self._rotation = rotation
        self._tell = tell
        self._pulse = pulse or Pulse()
        self.files = 0
        """Finished so far."""
        self.well = True
        """Whether nothing was passed over."""
        self._events: Subscription | None = None
        self._parts: dict[Kind, _Part] = {}
        self._unfinished = metrics.UNFINISHED.labels(folder.format)
        self._kept: dict[Kind, str] = {}
        self._rotated = time.monotonic()

    async def run(self, events: Subscription) -> bool:
        """Collect until the subscription ends, then finish every part; False where something was passed over.

        DiskError names the file that could not be written; what is finished by then is whole.
        """
        await events.open()
        self.well, self._events = True, events
        try:
            self._keep(events)  # from now on "$" is an id
            await self._collect(events)
            self._rotate(events)
        finally:
            self._abandon()
            self._events = None
        return self.well

    def reader(self, name: str) -> Reader:
        """Return how far has been read, and what of it is in no finished file yet."""
        position = self._events.position if self._events else self._folder.position()
        return Reader(
            name=f"sink:{name}",
            at=datetime.now(UTC),
            position={str(kind): at for kind, at in position.items()},
            pending={str(kind): part.events for kind, part in self._parts.items()},
        )

    async def _collect(self, events: Subscription) -> None:
        coming = asyncio.create_task(events.next())
        try:
            while True:
                self._pulse.beat(WRITE)
                left_s = self._rotated + self._rotation.age_s - time.monotonic()
                await asyncio.wait({coming}, timeout=min(TURN_S, max(0.0, left_s)))
                if coming.done():
                    self._taken(coming)
                    coming = asyncio.create_task(events.next())
                if time.monotonic() - self._rotated >= self._rotation.age_s:
                    self._rotate(events)
        except StopAsyncIteration:
            return
        finally:
            coming.cancel()
            await asyncio.wait({coming})  # or it would read from a subscription that is closed

    def _taken(self, coming: asyncio.Task[Received]) -> None:
        """Write what has come, or tell what the subscription has passed over."""
        try:
            self._take(coming.result())
        except EventStreamError as e:
            self._tell(str(e))
            self.well = False

    # ------------------------------------------------------------ parts
    def _take(self, received: Received) -> None:
        kind, day = received.kind, received.published_at.date()
        part = self._parts.get(kind)
        if part and (part.day != day or part.writer.size_bytes >= self._rotation.size_bytes):
            self._finish(kind)
            part = None
        if part is None:
            part = self._parts[kind] = self._begun(received, day)
        with step("write", part.path):
            part.writer.add(received.event)
        part.last = received.entry_id
        part.events += 1
        metrics.WRITTEN.labels(kind, self._folder.format).inc()
        self._unfinished.inc()

    def _begun(self, received: Received, day: date) -> _Part:
        path = self._folder.begin(received.kind)
        with step("open", path):
            writer = self._begin(path, received.kind)
        return _Part(path=path, writer=writer, day=day, first=received.entry_id, last=received.entry_id)

    def _finish(self, kind: Kind) -> None:
        part = self._parts[kind]
        with step("sync", part.path):
            part.writer.finish()
            size_bytes = part.path.stat().st_size
        with step("rename", part.path):
            final = self._folder.finish(part.path, kind, part.day, part.first, part.last)
        del self._parts[kind]
        self._count(kind, part, size_bytes)
        log.info("part", path=str(final), events=part.events, bytes=size_bytes)

    def _count(self, kind: Kind, part: _Part, size_bytes: int) -> None:
        made_of = self._folder.format
        self.files += 1
        self._unfinished.dec(part.events)
        metrics.FILES.labels(kind, made_of).inc()
        metrics.FILE_BYTES.labels(kind, made_of).inc(size_bytes)
        metrics.FINISHED_AT.labels(made_of).set_to_current_time()

    def _rotate(self, events: Subscription) -> None:
        """Finish every part, and keep the place: with no part begun, all that was read is written."""
        for kind in list(self._parts):
            self._finish(kind)
        self._keep(events)
        self._rotated = time.monotonic()

    def _keep(self, events: Subscription) -> None:
        if (position := events.position) != self._kept:
            with step("place", self._folder.path):
                self._folder.keep(position)
            self._kept = position

    def _abandon(self) -> None:
        """Leave no file open; those of unfinished parts are thrown away by whoever comes next."""
        for part in self._parts.values():
            part.writer.abandon()
            with contextlib.suppress(OSError):
                part.path.unlink()
        self._parts.clear()
        self._unfinished.set(0)
