from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ReadOnlyError, ResponseError

from worker.streams import Call, Script, connect

if TYPE_CHECKING:
    from redis.asyncio import Redis


ADD = Script("-- KEYS: counter. ARGV: by how much.\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])")


async def test_a_script_is_loaded_when_the_server_does_not_know_it(redis: Redis, key_prefix: str) -> None:
    fresh = Script(f"return '{key_prefix}'")  # no server has seen it
    assert await fresh.run(redis, Call([], [])) == key_prefix.encode()


async def test_replies_are_in_the_order_of_the_calls(redis: Redis, key_prefix: str) -> None:
    assert await ADD.run_many(redis, [Call([key_prefix], [n]) for n in (1, 10, 100)]) == [1, 11, 111]
    assert await ADD.run_many(redis, []) == []


async def test_a_call_that_fails_does_not_stop_the_others(redis: Redis, key_prefix: str) -> None:
    await redis.lpush(f"{key_prefix}:list", "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await ADD.run_many(redis, [Call([f"{key_prefix}:list"], [1]), Call([key_prefix], [5])])
    assert await redis.get(key_prefix) == b"5"


async def test_a_call_that_has_its_reply_is_not_repeated(
    redis: Redis, key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, failures = Script._send, [ReadOnlyError("failing over")]

    async def half(self: Script, client: Redis, calls: Any) -> list[Any]:
        answers = await send(self, client, calls[:1] if failures else calls)
        return [*answers, failures.pop()] if failures else answers

    monkeypatch.setattr(Script, "_send", half)
    await redis.script_load(ADD.source)
    assert await ADD.run_many(redis, [Call([key_prefix], [1]), Call([key_prefix], [10])]) == [1, 11]


async def test_a_killed_connection_is_reopened(redis: Redis, redis_url: str, key_prefix: str) -> None:
    await ADD.run(redis, Call([key_prefix], [1]))
    victim = await redis.client_id()
    async with connect(redis_url) as other:
        assert await other.client_kill_filter(_id=str(victim)) == 1
    assert await ADD.run(redis, Call([key_prefix], [1])) == 2
