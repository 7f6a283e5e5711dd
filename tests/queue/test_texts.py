"""The index of texts: later articles find an earlier one by a band of its text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ResponseError

from tests.queue.test_url_queue import deliver, out, queue, settings, workers, written  # noqa: F401 - fixtures
from worker.queue import ReadingWrite, Settlement, UrlQueue
from worker.schema import Reading, article_id

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

# ruff: noqa: F811 - fixtures
ONE, TWO = "https://news1.example/", "https://news2.example/"
BANDS = (2**64 - 1, 0, 5)
OTHERS = (7, 8, 5)


async def settle(queue: UrlQueue, url: str, bands: tuple[int, ...], publication: str | None = None) -> str:
    [delivery] = await deliver(queue, url)
    reading = Reading(revision=0, text_hash=b"x", read_at_ms=0, fingerprint=17)
    write = ReadingWrite(article=article_id(url), reading=reading)
    it = Settlement(delivery, [], publication or url, reading=write, bands=bands)
    return (await queue.settle_many([it]))[0]


async def test_an_article_is_found_by_any_band_of_its_text(queue: UrlQueue) -> None:
    assert await queue.find_texts(BANDS) == {}
    assert await settle(queue, ONE, BANDS) == "done"
    for band in BANDS:
        [(article, reading)] = (await queue.find_texts((1, band, 2))).items()
        assert (article, reading.fingerprint) == (article_id(ONE), 17)
    assert await queue.find_texts((1, 2, 3)) == {}


async def test_the_first_article_with_a_band_keeps_it(queue: UrlQueue) -> None:
    await settle(queue, ONE, BANDS)
    await settle(queue, TWO, OTHERS)
    assert list(await queue.find_texts((5,))) == [article_id(ONE)]
    assert list(await queue.find_texts((0, 7, 5))) == [article_id(ONE), article_id(TWO)]


async def test_bands_expire(queue: UrlQueue, redis: Redis, settings: Settings) -> None:
    await settle(queue, ONE, BANDS)
    await settle(queue, TWO, (2**63, 2**62))
    ttls = [await redis.ttl(key) async for key in redis.scan_iter(f"{queue.keys.texts}:*")]
    assert len(ttls) == 4  # 0 and 5 share a bucket
    assert all(settings.queue.copy_ttl_s - 10 <= ttl <= settings.queue.copy_ttl_s * 4 / 3 for ttl in ttls)


async def test_a_duplicate_is_not_indexed(queue: UrlQueue, redis: Redis) -> None:
    await settle(queue, ONE, BANDS, "p")
    assert await settle(queue, TWO, OTHERS, "p") == "duplicate"
    await redis.set(queue.keys.reading(article_id(TWO)), Reading(revision=0, text_hash=b"x", read_at_ms=0).encode())
    assert await queue.find_texts((7, 8)) == {}


async def test_an_article_whose_reading_is_forgotten_is_not_found(queue: UrlQueue, redis: Redis) -> None:
    await settle(queue, ONE, BANDS)
    await redis.delete(queue.keys.reading(article_id(ONE)))
    assert await queue.find_texts(BANDS) == {}


async def test_an_index_of_another_type_leaves_nothing_written(
    queue: UrlQueue, redis: Redis, settings: Settings, out: Any
) -> None:
    [delivery] = await deliver(queue)
    await redis.set(queue.keys.texts, "x")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await queue.settle_many([Settlement(delivery, out("1"))])
    assert await written(redis, settings) == []
