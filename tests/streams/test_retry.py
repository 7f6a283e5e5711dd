from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.exceptions import AuthenticationError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from worker.streams import retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis


@pytest.mark.parametrize("error", [RedisConnectionError("gone"), ReadOnlyError("replica"), ConnectionResetError()])
async def test_a_step_is_repeated_while_redis_is_unavailable(redis: Redis, error: Exception) -> None:
    failures = [error]

    async def step() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert await retry_while_unavailable(redis, step) == "done"


async def test_retrying_ends_at_the_timeout(redis: Redis) -> None:
    async def step() -> None:
        raise RedisConnectionError("still away")

    with pytest.raises(RedisConnectionError, match="still away"):
        await retry_while_unavailable(redis, step, timeout_s=0.06)


@pytest.mark.parametrize("error", [ResponseError("WRONGTYPE"), AuthenticationError("wrong password")])
async def test_an_error_that_is_not_temporary_is_raised_at_once(redis: Redis, error: Exception) -> None:
    steps = 0

    async def step() -> None:
        nonlocal steps
        steps += 1
        raise error

    with pytest.raises(type(error)):
        await retry_while_unavailable(redis, step)
    assert steps == 1
