from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from redis.exceptions import ResponseError

from worker.streams import ConsumerGroup, read_group_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis


async def test_a_group_is_created_once_at_the_start_of_its_stream(redis: Redis, key_prefix: str) -> None:
    await redis.xadd(key_prefix, {"n": "1"})
    group = ConsumerGroup(stream=key_prefix, name="g")
    found = await read_group_entries(redis, {group: ">"}, "a", count=10)  # creates it
    assert [entry.fields for entry in found] == [{b"n": b"1"}]
    await group.create(redis)
    assert await read_group_entries(redis, {group: ">"}, "a", count=10) == []
    assert await read_group_entries(redis, {group: "0"}, "a", count=10) == found


async def test_a_group_on_a_key_of_another_type_is_an_error(redis: Redis, key_prefix: str) -> None:
    await redis.set(key_prefix, "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await ConsumerGroup(stream=key_prefix, name="g").create(redis)


async def test_entries_pending_but_deleted_have_no_fields(redis: Redis, key_prefix: str) -> None:
    group = ConsumerGroup(stream=key_prefix, name="g")
    await redis.xadd(key_prefix, {"n": "1"})
    [entry] = await read_group_entries(redis, {group: ">"}, "a", count=10)
    await redis.xdel(key_prefix, entry.id)
    assert [e.fields for e in await read_group_entries(redis, {group: "0"}, "a", count=10)] == [None]
