"""Markers: each lives for its TTL, in a few bytes, whatever their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ResponseError

from tests.queue.old_queue import OldQueue
from tests.queue.test_url_queue import deliver, out, queue, settings, task, workers, written  # noqa: F401 - fixtures
from tests.servers import server
from worker.queue import Settlement, UrlQueue
from worker.queue.markers import make_marker
from worker.settings import Settings
from worker.streams import Script, connect

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.streams import StreamWrite

DAY_MS = 86_400_000
TTL_MS = 30 * DAY_MS

_SOURCE = Script.of("worker.queue", "check_type", "host", "markers").source
SET = Script(f"{_SOURCE}\nset_marker(KEYS[7], ARGV[4], ARGV[5], ARGV[6])")
FIND = Script(f"{_SOURCE}\nreturn find_marker(KEYS[7], ARGV[4]) or false")
FILL = Script(
    f"{_SOURCE}\n"
    "local function byte(hex) return string.char(tonumber(hex, 16)) end\n"
    "for i = tonumber(ARGV[4]), tonumber(ARGV[5]) do\n"
    "  local hash = redis.sha1hex(i)\n"
    "  local field = string.gsub(string.sub(hash, 7, 26), '..', byte)\n"
    "  set_marker(KEYS[7], string.sub(hash, 1, 6) .. field, ARGV[6], 2592000)\n"
    "end"
)
"""Set a range of markers, from one number to another."""


async def run(queue: UrlQueue, script: Script, *args: str | bytes | int) -> Any:  # noqa: F811
    call = queue._policy.call(queue.keys, "host.example", [queue.keys.markers], args)
    return await script.run(queue._client, call)


async def buckets(queue: UrlQueue) -> list[bytes]:  # noqa: F811
    return [key async for key in queue._client.scan_iter(match=f"{queue.keys.markers}:*", count=10_000)]


async def age(queue: UrlQueue, ms: int) -> None:  # noqa: F811
    """Make all generations and their buckets older by `ms`."""
    names: Any = await queue._client.zrange(queue.keys.markers, 0, -1)
    for name in names:
        older = int(name) - ms
        for key in [key async for key in queue._client.scan_iter(match=f"{queue.keys.markers}:{int(name)}:*")]:
            renamed = key.replace(name, str(older).encode())
            await queue._client.rename(key, renamed)
            await queue._client.pexpireat(renamed, older)
        await queue._client.zrem(queue.keys.markers, name)
        await queue._client.zadd(queue.keys.markers, {str(older): older})


def test_kinds_and_names_have_markers_of_their_own() -> None:
    markers = {make_marker(kind, name) for kind in ("seen", "done", "published") for name in ("a", "b", "", "\ud800")}
    assert len(markers) == 12
    assert {len(marker) for marker in markers} == {16}


async def test_a_marker_lives_for_its_whole_ttl(queue: UrlQueue) -> None:  # noqa: F811
    a, b, c = (task(f"https://{name}.example/") for name in "abc")
    await queue.put(a)
    await age(queue, 9 * DAY_MS)
    await queue.put(b)
    assert len(await queue._client.zrange(queue.keys.markers, 0, -1)) == 1
    await age(queue, 2 * DAY_MS)
    await queue.put(c)
    await age(queue, 27 * DAY_MS)
    assert await queue.put_many([b, c]) == [False, False]  # b is 29 days old
    await age(queue, 2 * DAY_MS)
    assert not await queue.put(c)


async def test_a_marker_expires_at_most_a_third_later(queue: UrlQueue) -> None:  # noqa: F811
    await queue.put(task())
    [bucket] = await buckets(queue)
    assert TTL_MS <= await queue._client.pttl(bucket) <= TTL_MS * 4 / 3
    await age(queue, TTL_MS * 4 // 3)
    assert await queue.put(task())
    assert len(await queue._client.zrange(queue.keys.markers, 0, -1)) == 1  # the old generation is forgotten


async def test_markers_are_found_after_the_ttl_has_changed(redis_url: str, settings: Settings) -> None:  # noqa: F811
    for ttl_s in (30 * 86_400, 86_400, 365 * 86_400):
        async with UrlQueue(redis_url, settings.override(seen_ttl_s=ttl_s)) as changed:
            assert await changed.put(task(f"https://ttl{ttl_s}.example/"))
            new_keys = [key for key in await buckets(changed) if await changed._client.pttl(key) > ttl_s * 1334]
            assert not new_keys or ttl_s == 86_400  # a shorter TTL uses generations of its own
            assert not await changed.put(task(f"https://ttl{30 * 86_400}.example/"))


async def test_a_full_bucket_continues_on_the_next_level(queue: UrlQueue) -> None:  # noqa: F811
    crowded = [b"abc%03d%010d" % (i, i) for i in range(1000)]  # one bucket of the first level, ten of the second
    for i, marker in enumerate(crowded):
        await run(queue, SET, marker, str(i), 60)
    assert [await run(queue, FIND, marker) for marker in crowded] == [b"%d" % i for i in range(1000)]
    assert await run(queue, FIND, b"abcfff0123456789") is None
    sizes = {key.rsplit(b":", 1)[1]: await queue._client.hlen(key) for key in await buckets(queue)}
    assert sizes.pop(b"abc") == 256
    assert {len(digits) for digits in sizes} == {4}
    assert sum(sizes.values()) == 744


async def test_a_marker_that_is_set_again_replaces_its_value(queue: UrlQueue) -> None:  # noqa: F811
    for value in ("first", "second"):
        await run(queue, SET, b"abcdef0123456789", value, 60)
    assert await run(queue, FIND, b"abcdef0123456789") == b"second"


async def test_a_bucket_of_another_type_fails_before_anything_is_written(
    queue: UrlQueue,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
    redis: Redis,
    settings: Settings,  # noqa: F811
) -> None:
    [delivery] = await deliver(queue)
    generations: Any = await redis.zrange(queue.keys.markers, 0, -1)
    [generation] = generations
    bucket = f"{queue.keys.markers}:{generation.decode()}:{make_marker('published', 'p')[:3].decode()}"
    await redis.set(bucket, "not a hash")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await queue.settle_many([Settlement(delivery, out("1"), "p")])
    await redis.delete(bucket)
    assert await written(redis, settings) == []
    assert await queue.settle_many([Settlement(delivery, out("1"), "p")]) == ["done"]


async def test_the_markers_of_format_1_count(
    redis: Redis,
    redis_url: str,
    settings: Settings,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    prefix = settings.redis.key_prefix
    seen, done, published = (task(f"https://{name}.example/") for name in ("seen", "done", "published"))
    await redis.mset({f"{prefix}:seen:{seen.id}": 1, f"{prefix}:done:{done.id}": 1, f"{prefix}:published:p": 1})
    await redis.set(f"{prefix}:migrated", 1, ex=60)
    async with UrlQueue(redis_url, settings) as queue:  # noqa: F811
        assert await queue.put_many([seen, done, published]) == [False, True, True]
        first, second = await queue.read(10, 0)
        settlements = [Settlement(first, out("1"), "other"), Settlement(second, out("2"), "p")]
        assert await queue.settle_many(settlements) == ["duplicate", "duplicate"]
        assert await written(redis, settings) == []


async def test_a_migration_keeps_the_markers_of_format_1(
    redis: Redis,
    redis_url: str,
    settings: Settings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("worker.queue.migration.MIN_IDLE_S", 0.0)
    old = OldQueue(redis, settings.redis.key_prefix, "old-worker")
    await old.create_group()
    await old.put_many([task("https://old.example/")])
    async with UrlQueue(redis_url, settings) as queue:  # noqa: F811
        assert await redis.ttl(queue.keys.migrated) > 29 * 86_400
        assert await queue.put_many([task("https://old.example/"), task("https://new.example/")]) == [False, True]
    async with UrlQueue(redis_url, settings) as later:
        assert not await later.put(task("https://old.example/"))
        await redis.delete(later.keys.migrated)
    async with UrlQueue(redis_url, settings) as last:  # the keys are not read any more
        assert await last.put(task("https://old.example/"))


async def test_a_url_takes_at_most_150_bytes(tmp_path: Path, settings: Settings) -> None:  # noqa: F811
    """A URL has four markers: seen (with a token and an article), done, and published under one or two ids."""
    urls = 30_000
    async with server(tmp_path) as url, UrlQueue(url, settings) as queue, connect(url) as client:  # noqa: F811
        before: Any = await client.info("memory")
        await run(queue, FILL, 1, urls, "4byt8 bytes.")
        await run(queue, FILL, urls + 1, 4 * urls, "")
        after: Any = await client.info("memory")
        assert (after["used_memory"] - before["used_memory"]) / urls <= 150
        encodings = {await client.object("ENCODING", bucket) for bucket in (await buckets(queue))[:50]}
        assert encodings <= {b"listpack", b"ziplist"}
