"""Random sequences of events, on a real server and on a model: every task is in one place, its results are written once
by its owner, and no host is requested too early.

Counting lost and repeated results would not detect a missing fence.  So every output is tagged with its worker, entry
and delivery, and every reply of the queue is compared with the model's.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.queue.model import World
from tests.queue.model_requests import CONSTANTS
from tests.queue.model_state import WORKERS
from worker.streams import Script

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redis.asyncio import Redis

DELIVER = ["put", "put", "read", "read", "settle", "settle_first_reading", "settle_visit", "release", "release"]
END = ["retry_later", "put_back", "dead_letter", "renew", "overtake", "requeue", "give_up", "revive"]
REQUEST = [
    "start",
    "request_permit",
    "send",
    "visit",
    "visit",
    "answer",
    "answer",
    "answer",
    "fail",
    "drop",
    "report_sent",
]
FAULTS = ["crash", "lose_reply", "expire_seen", "reset"]
RARE = ["forget_scripts", "destroy_group", "forget_all", "read_and_lose_the_reply"]
COMMON = [*DELIVER, *REQUEST, *END, "pass_time", "pass_time", "pass_time", *FAULTS]
STEPS = st.tuples(st.sampled_from([*COMMON, *COMMON, *RARE]), st.integers(0, WORKERS - 1), st.integers(0, 2))
"""A step: its name, the worker (or host), and which of its deliveries, requests or amounts."""


def lossy(send: Callable[..., Any], world: World) -> Callable[..., Any]:
    """Return `Script._send` with a reply that is lost when the world says so."""

    async def lose(self: Script, client: Redis, calls: Any) -> list[Any]:
        replies: list[Any] = await send(self, client, calls)
        if world.lost_replies and calls and not any(isinstance(reply, Exception) for reply in replies):
            world.lost_replies -= 1
            raise ConnectionResetError("reply lost")
        return replies

    return lose


async def play(redis_url: str, steps: Sequence[tuple[str, int, int]]) -> None:
    """Run the steps and check the world after each, and at the end."""
    with patch.multiple("worker.queue.hosts", **CONSTANTS):
        world = World(redis_url)
    with patch.multiple("worker.queue.hosts", **CONSTANTS), patch.object(Script, "_send", lossy(Script._send, world)):
        try:
            await world.workers[0].__aenter__()  # creates the group
            for step in steps:
                await world.step(*step)
            await world.finish()
        finally:
            await world.close()


@given(steps=st.lists(STEPS, min_size=30, max_size=80))
@hypothesis_settings(max_examples=60)
def test_in_any_sequence_of_events_the_queue_agrees_with_its_model(
    redis_url: str, steps: Sequence[tuple[str, int, int]]
) -> None:
    asyncio.run(play(redis_url, steps))
