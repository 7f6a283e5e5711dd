"""Steps on a real server whose memory is full: they wait where a service allows it, and raise elsewhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from structlog.testing import capture_logs

from worker.streams import MEMORY_SHORTAGE, connect, is_memory_full, retry_while_unavailable, waiting_for_memory
from worker.streams.memory_wait import MemoryShortage

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis


@pytest.fixture
async def full(private_redis_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Redis]:
    """A client of a full server, whose steps are not retried."""
    monkeypatch.setattr(retry_while_unavailable, "__defaults__", (0.0,))
    async with connect(private_redis_url) as client:
        await client.config_set("maxmemory", 1)
        yield client


async def write(client: Redis) -> None:
    await retry_while_unavailable(client, lambda: client.xadd("stream", {"a": "b"}))


async def until_waiting() -> None:
    async with asyncio.timeout(60):
        while not MEMORY_SHORTAGE.waiting:  # noqa: ASYNC110 - a counter is polled
            await asyncio.sleep(0.01)


async def test_steps_of_a_service_wait_until_there_is_room(full: Redis) -> None:
    with waiting_for_memory(asyncio.Event()), capture_logs() as lines:
        writing = [asyncio.create_task(write(full)) for _ in range(3)]
        await until_waiting()
        await full.config_set("maxmemory", 0)
        await asyncio.gather(*writing)
    assert await full.xlen("stream") == 3
    assert MEMORY_SHORTAGE.waiting == 0
    assert [line["event"] for line in lines] == ["redis_full", "redis_not_full"]


async def test_a_stop_ends_the_wait_with_the_reason(full: Redis) -> None:
    stop = asyncio.Event()
    with waiting_for_memory(stop):
        writing = asyncio.create_task(write(full))
        await until_waiting()
        stop.set()
        with pytest.raises(RedisConnectionError, match="its memory is full"):
            await writing
    assert MEMORY_SHORTAGE.waiting == 0


async def test_elsewhere_a_full_server_is_an_error(full: Redis) -> None:
    with pytest.raises(RedisConnectionError, match="its memory is full") as raised:
        await write(full)
    assert is_memory_full(raised.value)


def test_the_log_gives_the_time_from_the_first_wait_to_the_last() -> None:
    times = iter([100.0, 107.5])
    shortage = MemoryShortage(lambda: next(times))
    with capture_logs() as lines, shortage.step("here"), shortage.step("here"):
        assert shortage.waiting == 2
    assert [line.get("waited_s") for line in lines] == [None, 7.5]
