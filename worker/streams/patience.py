"""Waiting for a Redis that is away: around steps that may be repeated, and nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004 - the name that every caller of redis-py expects
    OutOfMemoryError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 - as above
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from redis.asyncio import Redis

T = TypeVar("T")

PATIENCE_S: Final = 15.0
"""How long Redis may be away before a step fails: a restart or a failover, not an outage."""
AWAY: Final = (ConnectionError, TimeoutError, OSError, ReadOnlyError, OutOfMemoryError)
"""Redis is restarting, loading, failing over or full: worth waiting for."""


async def persist(client: Redis, step: Callable[[], Awaitable[T]], patience_s: float = PATIENCE_S) -> T:
    """Run a step that may be repeated safely; again, with growing pauses, while Redis is away, for `patience_s`."""
    clock = asyncio.get_running_loop().time
    deadline, pause_s = clock() + patience_s, 0.05
    while True:
        try:
            return await step()
        except AWAY as e:
            if isinstance(e, AuthenticationError | AuthorizationError) or clock() >= deadline:
                raise
            if isinstance(e, ReadOnlyError):  # we hold on to what was the primary: look it up again
                await client.connection_pool.disconnect()
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, 1.0)
