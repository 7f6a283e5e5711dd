from __future__ import annotations

from typing import TYPE_CHECKING

from worker.streams import id_key, range_entries

if TYPE_CHECKING:
    from redis.asyncio import Redis


async def test_a_range_is_read_in_both_directions(redis: Redis, key_prefix: str) -> None:
    for n in (1, 2, 3):
        await redis.xadd(key_prefix, {"n": n}, id=f"{n}-0")
    assert [e.id for e in await range_entries(redis, key_prefix, first="(1-0", count=10)] == ["2-0", "3-0"]
    assert [e.id for e in await range_entries(redis, key_prefix, last="2-0", count=1, newest_first=True)] == ["2-0"]
    assert await range_entries(redis, f"{key_prefix}:none", count=1) == []


def test_ids_sort_as_numbers() -> None:
    assert sorted(["10-0", "9-10", "9-9", "9"], key=id_key) == ["9", "9-9", "9-10", "10-0"]
