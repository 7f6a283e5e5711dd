"""Retry steps that may be repeated while Redis is unavailable."""

from __future__ import annotations

import asyncio
import contextlib
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

from worker.lifecycle import sleep_until
from worker.streams.client import server_address
from worker.streams.memory_wait import MEMORY_SHORTAGE, memory_wait_stop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from redis.asyncio import Redis

T = TypeVar("T")

RETRY_TIMEOUT_S: Final = 15.0
"""Seconds for which a step is retried by default: enough for a restart or a failover, not for an outage."""
MEMORY_RETRY_S: Final = 1.0
"""Longest pause between two attempts of a step that waits for memory."""
CONNECTION_ERRORS: Final = (ConnectionError, TimeoutError, OSError)
"""Redis cannot be reached, or is still loading its data."""
UNAVAILABLE_CODES: Final = {
    "BUSY": "a script of another client holds it up",
    "MASTERDOWN": "it is a replica that has lost its primary",
    "MISCONF": "it cannot write to its disk",
    "NOREPLICAS": "too few replicas follow it (min-replicas-to-write, COMMUNIQUE_WAIT_REPLICAS)",
    "OOM": "its memory is full (maxmemory)",
    "READONLY": "it is a replica, which accepts no writes",
    "UNBLOCKED": "it has become a replica",
}
"""Error codes of a server that is reachable but temporarily rejects commands, with their meaning: retried as well."""

_FULL: Final = "OOM"
_CODE: Final = re.compile(r"""(?:^|: -|: \(["'])([A-Z]+) """)
"""The code at the start of an error message, after a prefix that Redis 6.2 adds in scripts, redis-py in pipelines."""
_CODE_OF_CLASS: Final[Mapping[type[Exception], str]] = {
    MasterDownError: "MASTERDOWN",
    OutOfMemoryError: "OOM",
    ReadOnlyError: "READONLY",
}
"""Errors whose code redis-py removes from the message, since it has a class for each."""


class MemoryFullError(ConnectionError):
    """Redis has rejected a step because its memory is full."""


async def retry_while_unavailable(
    client: Redis, step: Callable[[], Awaitable[T]], timeout_s: float = RETRY_TIMEOUT_S
) -> T:
    """Run `step` and return its result, retrying with exponential back-off (50 ms to 1 s) while Redis is unavailable.

    `step` must be safe to repeat.  Once `timeout_s` seconds have passed, raises the step's own error, or a
    ConnectionError with the reason if Redis was reachable but rejected commands (`UNAVAILABLE_CODES`).  Within
    `waiting_for_memory`, full memory has no timeout.
    """
    try:
        return await _retry(client, step, timeout_s)
    except MemoryFullError:
        if (stop := memory_wait_stop()) is None or stop.is_set():
            raise
    with MEMORY_SHORTAGE.step(server_address(client)):
        while not stop.is_set():
            with contextlib.suppress(MemoryFullError):
                return await _retry(client, step, timeout_s)
            await sleep_until(stop, MEMORY_RETRY_S)
    return await _retry(client, step, timeout_s)


async def _retry(client: Redis, step: Callable[[], Awaitable[T]], timeout_s: float) -> T:
    """Retry `step` until the timeout, also for full memory: then raises MemoryFullError."""
    clock = asyncio.get_running_loop().time
    deadline, pause_s = clock() + timeout_s, 0.05
    while True:
        try:
            return await step()
        except (RedisError, OSError) as e:
            code = _code(e)
            if code not in UNAVAILABLE_CODES and not _is_connection_error(e):
                raise
            if clock() >= deadline:
                if code not in UNAVAILABLE_CODES:
                    raise
                since = f"Redis at {server_address(client)} has rejected commands for {timeout_s:g} s"
                timed_out = MemoryFullError if code == _FULL else ConnectionError
                raise timed_out(f"{since}: {UNAVAILABLE_CODES[code]}: {e}") from e
            if code == "READONLY":  # connected to a former primary: resolve its name again
                await client.connection_pool.disconnect()
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, 1.0)


def is_memory_full(error: Exception) -> bool:
    """Return whether Redis rejected a command because its memory is full."""
    return isinstance(error, MemoryFullError) or _code(error) == _FULL


def _is_connection_error(error: Exception) -> bool:
    return isinstance(error, CONNECTION_ERRORS) and not isinstance(error, AuthenticationError | AuthorizationError)


def _code(error: Exception) -> str:
    """Return the code of a Redis error, such as "OOM"; "" where it has none."""
    if code := _CODE_OF_CLASS.get(type(error)):
        return code
    found = _CODE.search(str(error))
    return found[1] if found else ""
