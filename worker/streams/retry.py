"""Waiting for a Redis that is away: around steps that may be repeated, and nothing else."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, TypeVar

from redis.exceptions import (
    AuthenticationError,
    AuthorizationError,
    ConnectionError,  # noqa: A004 - the name that every caller of redis-py expects
    MasterDownError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    TimeoutError,  # noqa: A004 - as above
)

from worker.streams.client import address

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redis.asyncio import Redis

T = TypeVar("T")

RETRY_TIMEOUT_S: Final = 15.0
"""How long Redis may be away before a step fails: a restart or a failover, not an outage."""
CONNECTION_ERRORS: Final = (ConnectionError, TimeoutError, OSError)
"""It cannot be reached, or is loading."""
UNAVAILABLE_CODES: Final = {
    "BUSY": "a script of somebody else's holds it up",
    "MASTERDOWN": "it is a replica that has lost its primary",
    "MISCONF": "it cannot write to its disk",
    "NOREPLICAS": "too few replicas follow it (min-replicas-to-write)",
    "OOM": "its memory is full (maxmemory)",
    "READONLY": "it is a replica, which takes no writes",
    "UNBLOCKED": "it has become a replica",
}
"""The codes of errors by which it says that it can be reached and takes nothing just now: worth waiting for, too."""

_CODE: Final = re.compile(r"""(?:^|: -|: \(["'])([A-Z]+) """)
"""At the head of an error; but Redis 6.2 first says where in a script it came up, and redis-py where in a pipeline."""
_CODE_TAKEN_OFF: Final[Mapping[type[Exception], str]] = {
    MasterDownError: "MASTERDOWN",
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
}
"""By redis-py, which has classes for these."""


async def retry_while_unavailable(
    client: Redis, step: Callable[[], Awaitable[T]], timeout_s: float = RETRY_TIMEOUT_S
) -> T:
    """Run a step that may be repeated safely; again, with growing pauses, while Redis is away, for `patience_s`.

    Then it fails as it did, or, where Redis answered but took nothing, with a ConnectionError that says why.
    """
    clock = asyncio.get_running_loop().time
    deadline, pause_s = clock() + timeout_s, 0.05
    while True:
        try:
            return await step()
        except (RedisError, OSError) as e:
            code = _code(e)
            if code not in UNAVAILABLE_CODES and not _is_away(e):
                raise
            if clock() >= deadline:
                if code not in UNAVAILABLE_CODES:
                    raise
                what = f"Redis at {address(client)} has taken nothing for {timeout_s:g} s"
                raise ConnectionError(f"{what}: {UNAVAILABLE_CODES[code]}: {e}") from e
            if code == "READONLY":  # we hold on to what was the primary: look it up again
                await client.connection_pool.disconnect()
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, 1.0)


def _is_away(error: Exception) -> bool:
    return isinstance(error, CONNECTION_ERRORS) and not isinstance(error, AuthenticationError | AuthorizationError)


def _code(error: Exception) -> str:
    """Return the code that Redis' error begins with; empty where it has none."""
    if code := _CODE_TAKEN_OFF.get(type(error)):
        return code
    found = _CODE.search(str(error))
    return found[1] if found else ""
