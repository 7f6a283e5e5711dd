"""The loop of a sink: events in, parts out."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

import structlog
from msgspec import Struct

from worker.errors import EventStreamError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    from worker.schema import Kind
    from worker.sink.folder import Folder
    from worker.sink.writers import Begin, Writer
    from worker.subscribe import Received, Subscription

log = structlog.get_logger()


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

    def __init__(self, folder: Folder, begin: Begin, rotation: Rotation, tell: Callable[[str], None]) -> None:
        """Take the neighbours; `tell` hears of what could not be handed over."""
        self._folder = folder
        self._begin = begin
        self._rotation = rotation
        self._tell = tell
        self._parts: dict[Kind, _Part] = {}
        self._kept: dict[Kind, str] = {}
        self._rotated = time.monotonic()

    async def run(self, events: Subscription) -> bool:
        """Collect until the subscription ends, then finish every part; False where something was passed over.

        OSError names the file that could not be written; what is finished by then is whole.
        """
        await events.open()
        try:
            self._keep(events)  # from now on "$" is an id
            well = await self._collect(events)
            self._rotate(events)
        finally:
            self._abandon()
        return well

    async def _collect(self, events: Subscription) -> bool:
        well, coming = True, asyncio.create_task(events.next())
        try:
            while True:
                await asyncio.wait({coming}, timeout=max(0.0, self._rotated + self._rotation.age_s - time.monotonic()))
                if coming.done():
                    well = self._taken(coming) and well
                    coming = asyncio.create_task(events.next())
                if time.monotonic() - self._rotated >= self._rotation.age_s:
                    self._rotate(events)
        except StopAsyncIteration:
            return well
        finally:
            coming.cancel()

    def _taken(self, coming: asyncio.Task[Received]) -> bool:
        """Write what has come; False where the subscription has passed something over."""
        try:
            self._take(coming.result())
        except EventStreamError as e:
            self._tell(str(e))
            return False
        return True

    # ------------------------------------------------------------ parts
    def _take(self, received: Received) -> None:
        kind, day = received.kind, received.published_at.date()
        part = self._parts.get(kind)
        if part and (part.day != day or part.writer.size_bytes >= self._rotation.size_bytes):
            self._finish(kind)
            part = None
        if part is None:
            part = self._parts[kind] = self._begun(received, day)
        with _naming(part.path):
            part.writer.add(received.event)
        part.last = received.entry_id
        part.events += 1

    def _begun(self, received: Received, day: date) -> _Part:
        path = self._folder.begin(received.kind)
        with _naming(path):
            writer = self._begin(path, received.kind)
        return _Part(path=path, writer=writer, day=day, first=received.entry_id, last=received.entry_id)

    def _finish(self, kind: Kind) -> None:
        part = self._parts[kind]
        with _naming(part.path):
            part.writer.finish()
            final = self._folder.finish(part.path, kind, part.day, part.first, part.last)
        del self._parts[kind]
        log.info("part", path=str(final), events=part.events, bytes=final.stat().st_size)

    def _rotate(self, events: Subscription) -> None:
        """Finish every part, and keep the place: with no part begun, all that was read is written."""
        for kind in list(self._parts):
            self._finish(kind)
        self._keep(events)
        self._rotated = time.monotonic()

    def _keep(self, events: Subscription) -> None:
        if events.position != self._kept:
            self._kept = events.position
            with _naming(self._folder.path):
                self._folder.keep(self._kept)

    def _abandon(self) -> None:
        """Leave no file open; those of unfinished parts are thrown away by whoever comes next."""
        for part in self._parts.values():
            part.writer.abandon()
            with contextlib.suppress(OSError):
                part.path.unlink()
        self._parts.clear()


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Let an error of the disk say where it happened: one of a write alone does not."""
    try:
        yield
    except OSError as e:
        raise OSError(e.errno, e.strerror or str(e), str(e.filename or path)) from e
