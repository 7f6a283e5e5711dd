"""Wait until a run has reached a state, or its time is over."""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from typing import TYPE_CHECKING, Final

from tests.faults.injector import FAULT_ERRORS
from tests.faults.judge import count_articles, count_events, count_unfinished

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from tests.faults.event_watch import EventWatch

POLL_S: Final = 0.5


async def wait_for_articles(client: Redis, prefix: str, count: int, deadline: float) -> int:
    """Wait until `count` URLs are published or the deadline; return the number published."""
    found = 0
    while found < count and time.monotonic() < deadline:
        await asyncio.sleep(POLL_S)
        with contextlib.suppress(*FAULT_ERRORS):
            found = len(await count_articles(client, prefix))
    return found


async def wait_until_empty(client: Redis, prefix: str, deadline: float, unchanged_s: float = math.inf) -> None:
    """Wait until nothing is left in the queue, or until what is left has not changed for a time."""
    last, changed_at = -1, time.monotonic()
    while time.monotonic() < min(deadline, changed_at + unchanged_s):
        if not (left := await count_unfinished(client, prefix)):
            return
        if left != last:
            last, changed_at = left, time.monotonic()
        await asyncio.sleep(POLL_S)


async def wait_until_received(client: Redis, prefix: str, watch: EventWatch, deadline: float) -> None:
    """Wait until a subscriber has received every event."""
    events = await count_events(client, prefix)
    while time.monotonic() < deadline and events.keys() - watch.received.keys():  # noqa: ASYNC110 - it polls
        await asyncio.sleep(POLL_S)
