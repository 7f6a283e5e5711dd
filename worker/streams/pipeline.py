"""Send commands to Redis in one round trip, at a fraction of the CPU time of redis-py's pipelines."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

import hiredis
from redis.exceptions import ResponseError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

Arg = str | bytes | int

REPLY_TIMEOUT_S: Final = 5.0
"""Longest time for REPLIES_PER_TIMEOUT replies."""
REPLIES_PER_TIMEOUT: Final = 100
CONFIRMATION_TIMEOUT_S: Final = 1.0
"""Longest time that one attempt waits for replicas to confirm a write."""
MAX_BATCH: Final = 500
"""Most commands of concurrent callers in one round trip."""


def pack(*words: Arg) -> bytes:
    """Return a command in the Redis protocol."""
    packed: bytes = hiredis.pack_command(words)  # type: ignore[arg-type] # declared as a tuple of one
    return packed


async def send_commands(client: Redis, commands: Sequence[bytes]) -> list[Any]:
    """Send packed commands in one write and return their replies; a reply may be an instance of ResponseError.

    Raises a connection error if not all replies arrive.
    """
    connection = await client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
    try:
        await connection.send_packed_command(b"".join(commands))
        replies: list[Any] = []
        while len(replies) < len(commands):
            # One timeout for many replies: a timeout per reply would take as much CPU time as the reply.
            async with asyncio.timeout(REPLY_TIMEOUT_S):
                chunk = commands[len(replies) : len(replies) + REPLIES_PER_TIMEOUT]
                replies += [await _read_reply(connection) for _ in chunk]
        return replies
    finally:
        await client.connection_pool.release(connection)


class Confirmation(NamedTuple):
    """How many replicas must have a write before it counts as done."""

    replicas: int
    key: str
    """A string that is written after the commands."""


async def send_confirmed(client: Redis, commands: Sequence[bytes], confirm: Confirmation) -> list[Any]:
    """Send packed commands as `send_commands` does; return once replicas have confirmed all writes up to now.

    Raises ResponseError (NOREPLICAS) if too few do so within CONFIRMATION_TIMEOUT_S.  The server has then executed the
    commands all the same.  If a command has failed, returns the replies without that check.
    """
    # WAIT covers only writes up to the last one of its connection.  A command that is repeated may write nothing, and
    # its first attempt may have used another connection.  So there is a write that always follows.
    wait = pack("WAIT", confirm.replicas, round(CONFIRMATION_TIMEOUT_S * 1000))
    *replies, written, confirmed = await send_commands(client, [*commands, pack("SET", confirm.key, 1), wait])
    if any(isinstance(reply, ResponseError) for reply in replies):
        return replies
    for reply in (written, confirmed):
        if isinstance(reply, ResponseError):
            raise reply
    if confirmed < confirm.replicas:
        raise ResponseError(f"NOREPLICAS {confirmed} of {confirm.replicas} replicas have confirmed the write")
    return replies


async def _read_reply(connection: Any) -> Any:
    try:
        return await connection.read_response(timeout=math.inf)
    except ResponseError as e:
        return e


class Batcher:
    """Sends single commands of concurrent tasks together: those issued during one round trip are sent in the next."""

    def __init__(self) -> None:
        self._queued: list[tuple[bytes, asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def send(self, client: Redis, command: bytes) -> Any:
        """Send a packed command and return its reply, which may be an instance of ResponseError.

        Raises a connection error if no reply arrives.  If the caller is cancelled, the command may still be sent.
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._queued.append((command, future))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send_queued(client))
        reply = await future
        if isinstance(reply, Exception) and not isinstance(reply, ResponseError):
            raise reply
        return reply

    async def _send_queued(self, client: Redis) -> None:
        batch: list[tuple[bytes, asyncio.Future[Any]]] = []
        try:
            while self._queued:
                batch, self._queued = self._queued[:MAX_BATCH], self._queued[MAX_BATCH:]
                for (_, future), reply in zip(batch, await _try_commands(client, [c for c, _ in batch]), strict=True):
                    if not future.done():  # its caller was cancelled
                        future.set_result(reply)
        finally:  # without effect, unless this task is cancelled
            for _, future in (*batch, *self._queued):
                future.cancel()


async def _try_commands(client: Redis, commands: Sequence[bytes]) -> Sequence[Any]:
    """Return the replies; if the connection fails, its error in place of each."""
    try:
        return await send_commands(client, commands)
    except Exception as e:  # noqa: BLE001 - raised by each caller
        return [e] * len(commands)


_BATCHERS: WeakKeyDictionary[Redis, Batcher] = WeakKeyDictionary()


async def send_batched(client: Redis, command: bytes) -> Any:
    """Send one command together with those of other tasks that use the same client; see `Batcher.send`."""
    if (batcher := _BATCHERS.get(client)) is None:
        batcher = _BATCHERS[client] = Batcher()
    return await batcher.send(client, command)
