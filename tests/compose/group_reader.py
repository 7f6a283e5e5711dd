"""A consumer group that reads along, in a thread.

A consumer acknowledges each event in a round trip of its own, which waits for Redis to sync its file.  So the group has
several consumers, as a subscriber needs that keeps up with many workers.
"""

from __future__ import annotations

import asyncio
import math
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from worker.errors import EventStreamError
from worker.schema import Retraction
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.subscribe import Subscription

CONSUMERS: Final = 40


class GroupReader:
    """Reads all kinds from the oldest event on, and continues after every restart of Redis."""

    def __init__(self, url: str, group: str) -> None:
        self._url = url
        self._group = group
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.ids: list[str] = []
        """Ids of the events read, in order."""
        self.gaps: list[str] = []
        """Messages about events that could not be delivered."""

    def _run(self) -> None:
        self._loop.run_until_complete(self._read())
        self._loop.close()

    async def _read(self) -> None:
        await asyncio.gather(*(self._consume(f"desk-{n}") for n in range(CONSUMERS)))

    async def _consume(self, consumer: str) -> None:
        async with subscribe(
            self._url, group=self._group, consumer=consumer, after="0", stop=self._stop, patience_s=math.inf
        ) as subscription:
            while not self._stop.is_set():
                try:
                    await self._append_events(subscription)
                except EventStreamError as gap:
                    self.gaps.append(str(gap))

    async def _append_events(self, subscription: Subscription) -> None:
        async for event in subscription:
            if not isinstance(event, Retraction):
                self.ids.append(event.id)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Acknowledge the last event and end."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=60)


@contextmanager
def reading_along(url: str, group: str) -> Iterator[GroupReader]:
    """Read until the block ends."""
    reader = GroupReader(url, group)
    reader.start()
    try:
        yield reader
    finally:
        reader.stop()
