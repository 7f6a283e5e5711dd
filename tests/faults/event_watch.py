"""A subscriber that counts how often it receives each event."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import Counter
from typing import TYPE_CHECKING

from tests.faults.plan import PREFIX
from worker.errors import EventStreamError
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from worker.subscribe import Subscription


class EventWatch:
    """What a subscriber without a consumer group has received since the first event."""

    def __init__(self) -> None:
        self.received: Counter[str] = Counter()
        """Event id -> number of times."""
        self.gaps: list[str] = []
        """The gaps of which the subscriber was notified."""

    async def follow(self, events: Subscription) -> None:
        """Receive events until this is cancelled."""
        async with events:
            while True:
                try:
                    event = await anext(events)
                except EventStreamError as e:
                    self.gaps.append(str(e))
                else:
                    self.received[event.id] += 1


@contextlib.asynccontextmanager
async def watching(redis_url: str) -> AsyncIterator[EventWatch]:
    """Subscribe to the meetings from the oldest on; Redis may be unavailable for any time."""
    watch = EventWatch()
    following = asyncio.create_task(
        watch.follow(subscribe(redis_url, ["meeting"], prefix=PREFIX, after="0", patience_s=math.inf))
    )
    try:
        yield watch
        if following.done():
            following.result()
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
