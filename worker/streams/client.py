"""Redis clients that never retry a command by themselves, and their URLs without passwords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from redis.asyncio import BlockingConnectionPool, Connection, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.connection import HiredisRespSerializer
from redis.exceptions import ConnectionError  # noqa: A004 - the name that every caller of redis-py expects

from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

SOCKET_TIMEOUT_S: Final = 5.0
MAX_CONNECTIONS: Final = 32
"""Connections of one client; further concurrent commands wait until one is free."""

_SERIALIZER: Final = HiredisRespSerializer()


class _Sending:
    """Packs commands with hiredis, and reports every closed connection as a ConnectionError.

    By themselves, redis-py's asyncio connections use hiredis for replies only.
    """

    def pack_command(self, *args: Any) -> list[bytes]:
        """Return the command in the Redis protocol; raise DataError for an argument that is not text or a number."""
        packed: list[bytes] = _SERIALIZER.pack(*args)
        return packed

    async def _send_packed_command(self, command: Iterable[bytes]) -> None:
        """Write a command; raise ConnectionError where the connection has been closed in the meantime.

        Then redis-py itself lets through the RuntimeError of uvloop, and an AttributeError where its writer is gone.
        """
        try:
            await super()._send_packed_command(command)  # type: ignore[misc]
        except (RuntimeError, AttributeError) as e:
            raise ConnectionError(f"the connection has been closed: {e}") from e


class _TCPConnection(_Sending, Connection):
    pass


class _TLSConnection(_Sending, SSLConnection):
    pass


class _UnixConnection(_Sending, UnixDomainSocketConnection):
    pass


_PACKED_BY_HIREDIS: Final[dict[type, type]] = {
    Connection: _TCPConnection,
    SSLConnection: _TLSConnection,
    UnixDomainSocketConnection: _UnixConnection,
}


def connect(url: str, *, block_s: float = 0.0) -> Redis:
    """Return a client that yields bytes and never retries a command by itself; it connects at its first command.

    `block_s` is the longest blocking read it will make, in seconds (0: none).  Raises UsageError for a URL that is
    malformed or has a scheme other than redis://, rediss:// or unix://.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=MAX_CONNECTIONS,
            timeout=SOCKET_TIMEOUT_S,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=block_s + SOCKET_TIMEOUT_S,
            socket_connect_timeout=SOCKET_TIMEOUT_S,
        )
    except ValueError as e:
        raise UsageError(f"Redis URL {without_password(url)!r}: {e}") from None
    pool.connection_class = _PACKED_BY_HIREDIS[pool.connection_class]
    return Redis.from_pool(pool)


def without_password(url: str) -> str:
    """Return the URL with its user info removed and `?password=` masked, for messages and logs."""
    scheme, mark, rest = url.partition("://")  # not urlsplit: a malformed URL is shown, too
    authority, slash, path = rest.partition("/")
    shown = f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"
    return _PASSWORD.sub("***", shown)


_PASSWORD: Final = re.compile(r"(?<=[?&]password=)[^&#]*")
"""redis-py also accepts the password as a query parameter."""


def server_address(client: Redis) -> str:
    """Return the address of the client's Redis server for log and error messages: a socket path or "host:port"."""
    options = client.connection_pool.connection_kwargs
    return str(options.get("path") or f"{options.get('host', 'localhost')}:{options.get('port', 6379)}")
