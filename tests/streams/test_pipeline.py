"""Commands of concurrent tasks share round trips; each task gets its own reply or error."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError

from worker.streams import connect, pipeline
from worker.streams.pipeline import Batcher, pack, send_batched, send_commands

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis


async def test_replies_are_in_the_order_of_the_commands_and_errors_are_among_them(
    redis: Redis, key_prefix: str
) -> None:
    commands = [("RPUSH", key_prefix, 1), ("INCR", key_prefix), ("RPUSH", key_prefix, "two", b"\xff\x00")]
    one, error, three = await send_commands(redis, [pack(*words) for words in commands])
    assert (one, three) == (1, 3)
    assert isinstance(error, ResponseError)
    assert await redis.lrange(key_prefix, 0, -1) == [b"1", b"two", b"\xff\x00"]


async def test_more_replies_than_one_timeout_is_for(redis: Redis) -> None:
    words = [f"{i}" for i in range(2 * pipeline.REPLIES_PER_TIMEOUT + 1)]
    assert await send_commands(redis, [pack("ECHO", word) for word in words]) == [word.encode() for word in words]


@pytest.fixture
def round_trips(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the numbers of commands of the round trips so far."""
    send, sizes = pipeline.send_commands, []

    async def counted(client: Redis, commands: Sequence[bytes]) -> list[Any]:
        sizes.append(len(commands))
        return await send(client, commands)

    monkeypatch.setattr(pipeline, "send_commands", counted)
    return sizes


async def test_concurrent_commands_share_a_round_trip(redis: Redis, round_trips: list[int]) -> None:
    replies = await asyncio.gather(*(send_batched(redis, pack("ECHO", f"{i}")) for i in range(700)))
    assert replies == [f"{i}".encode() for i in range(700)]
    assert round_trips == [500, 200]


async def test_a_command_issued_during_a_round_trip_goes_with_the_next(redis: Redis, round_trips: list[int]) -> None:
    batcher = Batcher()
    first = asyncio.create_task(batcher.send(redis, pack("ECHO", "1")))
    while not round_trips:  # noqa: ASYNC110 - until it is sent
        await asyncio.sleep(0)
    rest = await asyncio.gather(batcher.send(redis, pack("ECHO", "2")), batcher.send(redis, pack("ECHO", "3")))
    assert [await first, *rest] == [b"1", b"2", b"3"]
    assert round_trips == [1, 2]


async def test_a_task_that_is_cancelled_affects_no_other(redis: Redis) -> None:
    batcher = Batcher()
    one, two = (asyncio.create_task(batcher.send(redis, pack("ECHO", word))) for word in ("1", "2"))
    await asyncio.sleep(0)
    one.cancel()
    assert await two == b"2"
    assert one.cancelled()


async def test_each_task_gets_the_error_of_the_connection_and_the_next_one_is_opened(redis_url: str) -> None:
    async with connect(redis_url) as client, connect(redis_url) as other:
        batcher = Batcher()
        victim = int(await batcher.send(client, pack("CLIENT", "ID")))
        stalled = [asyncio.create_task(batcher.send(client, pack("BLPOP", "nothing", 60))) for _ in range(3)]
        while not any(  # noqa: ASYNC110 - Redis is polled
            c["id"] == str(victim) and "b" in c["flags"] for c in await other.client_list()
        ):
            await asyncio.sleep(0.01)
        await other.client_kill_filter(_id=str(victim))
        for task in stalled:
            with pytest.raises((RedisConnectionError, OSError)):
                await task
        assert await batcher.send(client, pack("ECHO", "1")) == b"1"


async def test_a_server_that_does_not_answer_is_given_up(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "REPLY_TIMEOUT_S", 0.05)
    with pytest.raises(TimeoutError):
        await send_commands(redis, [pack("BLPOP", "nothing", 60)])
    assert await send_commands(redis, [pack("ECHO", "1")]) == [b"1"]  # not the reply of the command before
