"""Clients that never repeat a command by themselves, and what may be shown of their URLs."""

from __future__ import annotations

import re
from typing import Final

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from worker.errors import UsageError

SOCKET_TIMEOUT_S: Final = 5.0
CONNECTIONS: Final = 32
"""Of one client; more commands at a time than that wait for one."""


def connect(url: str, *, block_s: float = 0.0) -> Redis:
    """Make a client that answers bytes and never repeats a command by itself; `block_s` is its longest blocking read.

    UsageError where the URL is not one of redis://, rediss:// or unix://.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=CONNECTIONS,
            timeout=SOCKET_TIMEOUT_S,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=block_s + SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
        )
    except ValueError as e:
        raise UsageError(f"Redis URL {without_password(url)!r}: {e}") from None
    return Redis.from_pool(pool)


def without_password(url: str) -> str:
    """Return the URL as it may be shown and logged."""
    scheme, mark, rest = url.partition("://")  # by hand: it may be shown because it is malformed
    place, slash, path = rest.partition("/")
    shown = f"{scheme}{mark}{place.rpartition('@')[2]}{slash}{path}"
    return _PASSWORD.sub("***", shown)


_PASSWORD: Final = re.compile(r"(?<=[?&]password=)[^&#]*")
"""redis-py takes one in the query, too."""


def address(client: Redis) -> str:
    """Return where the client connects to, for messages."""
    given = client.connection_pool.connection_kwargs
    return str(given.get("path") or f"{given.get('host', 'localhost')}:{given.get('port', 6379)}")
