from __future__ import annotations

import asyncio

import pytest
import uvloop
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import DataError

from worker.errors import UsageError
from worker.streams import connect, read_entries, without_password


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port", ""])
def test_a_malformed_url_is_named_in_the_error(url: str) -> None:
    with pytest.raises(UsageError, match="Redis URL"):
        connect(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://me:secret@host:1/2", "redis://host:1/2"),
        ("redis://:p@ss@host", "redis://host"),
        ("unix:///run/redis.sock?db=1", "unix:///run/redis.sock?db=1"),
        ("redis://host?password=secret&db=1", "redis://host?password=***&db=1"),
        ("unix:///run/redis.sock?db=1&password=secret", "unix:///run/redis.sock?db=1&password=***"),
        ("nonsense", "nonsense"),
    ],
)
def test_no_message_shows_a_password(url: str, shown: str) -> None:
    assert without_password(url) == shown


async def test_the_socket_timeout_is_longer_than_the_block(redis_url: str, key_prefix: str) -> None:
    async with connect(redis_url, block_s=0.01) as client:
        assert await read_entries(client, {key_prefix: "0"}, count=1, block_s=0.01) == []
        assert client.connection_pool.connection_kwargs["socket_timeout"] > 5


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://localhost", "unix:///run/redis.sock"])
def test_commands_are_packed_by_hiredis_in_the_same_form(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = connect(url).connection_pool
    connection = pool.connection_class(**pool.connection_kwargs)
    command = ("CLIENT LIST", "naïve", b"\r\n\0", bytearray(b"x"), 10**20, -1, 2.5, "", b"y" * 10_000)
    packed = connection.pack_command(*command)
    assert b"".join(packed) == b"".join(AbstractConnection.pack_command(connection, *command))
    assert b"".join(connection.pack_commands([command, ("PING",)])) == b"".join([*packed, b"*1\r\n$4\r\nPING\r\n"])
    with pytest.raises(DataError):
        connection.pack_command("SET", "key", None)  # type: ignore[arg-type]
    monkeypatch.setattr("hiredis.pack_command", lambda args: b"%d arguments" % len(args))
    assert connection.pack_command("GET", "key") == [b"2 arguments"]


async def test_a_pipeline_and_a_large_value_arrive_unchanged(redis: Redis, key_prefix: str) -> None:
    value = bytes(range(256)) * 1000
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.set(key_prefix, value)
        pipeline.append(key_prefix, "é")
        pipeline.get(key_prefix)
        assert (await pipeline.execute())[-1] == value + "é".encode()


@pytest.mark.parametrize("closed", ["transport", "writer"])
def test_a_connection_that_was_closed_is_a_connection_error(redis_url: str, closed: str) -> None:
    async def send() -> None:
        async with connect(redis_url) as client:
            connection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
            await connection.connect()
            if closed == "transport":  # uvloop raises a RuntimeError
                connection._writer.transport.abort()
                await asyncio.sleep(0)
            else:
                connection._writer.close()
                connection._writer = None
            try:
                with pytest.raises(RedisConnectionError, match="the connection has been closed"):
                    await connection._send_packed_command([b"PING\r\n"])
            finally:
                await connection.disconnect(nowait=True)

    uvloop.run(send())
