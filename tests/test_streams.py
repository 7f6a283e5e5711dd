from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import AuthenticationError, ReadOnlyError, ResponseError
from redis.exceptions import ConnectionError as RedisConnectionError

from worker.errors import UsageError
from worker.streams import (
    Call,
    Group,
    Script,
    browse,
    check_server,
    connect,
    order,
    persist,
    read,
    read_group,
    without_password,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis


# ---------------------------------------------------------------- connecting
@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port", ""])
def test_a_malformed_url_is_refused_by_name(url: str) -> None:
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


async def test_a_server_too_old_is_refused(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    async def info() -> dict[str, Any]:
        return {"redis_version": "6.0.16"}

    monkeypatch.setattr(redis, "info", info)
    with pytest.raises(UsageError, match=r"is version 6\.0\.16: 6\.2 or later is needed"):
        await check_server(redis)


async def test_a_read_that_blocks_outlasts_its_block(redis_url: str, key_prefix: str) -> None:
    async with connect(redis_url, block_s=0.01) as client:
        assert await read(client, {key_prefix: "0"}, count=1, block_s=0.01) == []
        assert client.connection_pool.connection_kwargs["socket_timeout"] > 5


# ---------------------------------------------------------------- persist
@pytest.mark.parametrize("error", [RedisConnectionError("gone"), ReadOnlyError("replica"), ConnectionResetError()])
async def test_a_step_is_repeated_while_redis_is_away(redis: Redis, error: Exception) -> None:
    failures = [error]

    async def step() -> str:
        if failures:
            raise failures.pop()
        return "done"

    assert await persist(redis, step) == "done"


async def test_patience_ends(redis: Redis) -> None:
    async def step() -> None:
        raise RedisConnectionError("still away")

    with pytest.raises(RedisConnectionError, match="still away"):
        await persist(redis, step, patience_s=0.06)


@pytest.mark.parametrize("error", [ResponseError("WRONGTYPE"), AuthenticationError("wrong password")])
async def test_what_waiting_cannot_mend_is_raised_at_once(redis: Redis, error: Exception) -> None:
    steps = 0

    async def step() -> None:
        nonlocal steps
        steps += 1
        raise error

    with pytest.raises(type(error)):
        await persist(redis, step)
    assert steps == 1


# ---------------------------------------------------------------- scripts
ADD = Script("-- KEYS: counter. ARGV: by how much.\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])")


async def test_a_script_is_loaded_when_the_server_does_not_know_it(redis: Redis, key_prefix: str) -> None:
    fresh = Script(f"return '{key_prefix}'")  # no server has seen it
    assert await fresh.run(redis, Call([], [])) == key_prefix.encode()


async def test_answers_keep_the_order_of_the_calls(redis: Redis, key_prefix: str) -> None:
    assert await ADD.run_many(redis, [Call([key_prefix], [n]) for n in (1, 10, 100)]) == [1, 11, 111]
    assert await ADD.run_many(redis, []) == []


async def test_one_call_that_fails_stops_none_of_the_others(redis: Redis, key_prefix: str) -> None:
    await redis.lpush(f"{key_prefix}:list", "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await ADD.run_many(redis, [Call([f"{key_prefix}:list"], [1]), Call([key_prefix], [5])])
    assert await redis.get(key_prefix) == b"5"


async def test_an_answered_call_is_not_sent_again_with_the_others(
    redis: Redis, key_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, failures = Script._send, [ReadOnlyError("failing over")]

    async def half(self: Script, client: Redis, calls: Any) -> list[Any]:
        answers = await send(self, client, calls[:1] if failures else calls)
        return [*answers, failures.pop()] if failures else answers

    monkeypatch.setattr(Script, "_send", half)
    await redis.script_load(ADD.source)
    assert await ADD.run_many(redis, [Call([key_prefix], [1]), Call([key_prefix], [10])]) == [1, 11]


# ---------------------------------------------------------------- groups
async def test_a_group_is_created_once_and_from_the_beginning(redis: Redis, key_prefix: str) -> None:
    await redis.xadd(key_prefix, {"n": "1"})
    group = Group(stream=key_prefix, name="g")
    found = await read_group(redis, {group: ">"}, "a", count=10)  # creates it
    assert [entry.fields for entry in found] == [{b"n": b"1"}]
    await group.create(redis)
    assert await read_group(redis, {group: ">"}, "a", count=10) == []
    assert await read_group(redis, {group: "0"}, "a", count=10) == found


async def test_a_group_on_what_is_no_stream_is_an_error(redis: Redis, key_prefix: str) -> None:
    await redis.set(key_prefix, "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await Group(stream=key_prefix, name="g").create(redis)


async def test_entries_pending_but_deleted_have_no_fields(redis: Redis, key_prefix: str) -> None:
    group = Group(stream=key_prefix, name="g")
    await redis.xadd(key_prefix, {"n": "1"})
    [entry] = await read_group(redis, {group: ">"}, "a", count=10)
    await redis.xdel(key_prefix, entry.id)
    assert [e.fields for e in await read_group(redis, {group: "0"}, "a", count=10)] == [None]


async def test_browsing_goes_both_ways(redis: Redis, key_prefix: str) -> None:
    for n in (1, 2, 3):
        await redis.xadd(key_prefix, {"n": n}, id=f"{n}-0")
    assert [e.id for e in await browse(redis, key_prefix, first="(1-0", count=10)] == ["2-0", "3-0"]
    assert [e.id for e in await browse(redis, key_prefix, last="2-0", count=1, newest_first=True)] == ["2-0"]
    assert await browse(redis, f"{key_prefix}:none", count=1) == []


def test_ids_sort_as_numbers() -> None:
    assert sorted(["10-0", "9-10", "9-9", "9"], key=order) == ["9", "9-9", "9-10", "10-0"]


async def test_a_connection_that_was_killed_is_opened_again(redis: Redis, redis_url: str, key_prefix: str) -> None:
    await ADD.run(redis, Call([key_prefix], [1]))
    victim = await redis.client_id()
    async with connect(redis_url) as other:
        assert await other.client_kill_filter(_id=str(victim)) == 1
    assert await ADD.run(redis, Call([key_prefix], [1])) == 2
