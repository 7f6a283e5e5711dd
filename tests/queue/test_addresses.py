"""Addresses of one article: they are one task, and those that led to the article are not enqueued again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from redis.exceptions import ResponseError

from tests.queue.test_markers import SET, run
from tests.queue.test_url_queue import (  # noqa: F401 - fixtures
    NOW,
    deliver,
    lose_replies,
    out,
    pass_time,
    queue,
    settings,
    workers,
    written,
)
from worker.queue import Delivery, Hosts, Settlement, UrlQueue
from worker.queue.markers import article_of, make_marker, seen_marker
from worker.queue.removal import TaskRemover
from worker.queue.scripts import FIND_MARKERS
from worker.schema import Task, article_id, task_id
from worker.streams import Call

if TYPE_CHECKING:
    from collections.abc import Callable

    from redis.asyncio import Redis

    from worker.settings import Settings
    from worker.streams import StreamWrite

PAGE = "https://news.example/harbour-plan-approved"
FORMS = ["http://news.example/harbour-plan-approved", "https://www.news.example/harbour-plan-approved/amp/"]
ID = article_id(PAGE)


async def put(queue: UrlQueue, *urls: str) -> list[bool]:  # noqa: F811
    return await queue.put_many([Task.of(url) for url in urls])


async def read_one(queue: UrlQueue, url: str) -> Delivery:  # noqa: F811
    await pass_time(queue, Task.of(url))
    await queue.release(NOW)
    [delivery] = await queue.read(10, 0)
    assert delivery.task.url == url
    return delivery


async def die(queue: UrlQueue, url: str, *, revive: bool = False) -> None:  # noqa: F811
    """Make the task of a URL a dead letter."""
    assert await queue.dead_letter(await read_one(queue, url), "http_404", "", revive=revive)


async def article(queue: UrlQueue, url: str) -> str | None:  # noqa: F811
    [value] = await FIND_MARKERS.run(queue._client, Call([queue.keys.markers], [seen_marker(url)]))
    return article_of(value)


# ---------------------------------------------------------------- by rule
async def test_the_forms_of_an_address_are_one_task(queue: UrlQueue) -> None:  # noqa: F811
    assert await put(queue, FORMS[0], PAGE, *FORMS, "https://news.example/other") == [True, False, False, False, True]
    assert (await read_one(queue, FORMS[0])).task.id == task_id(FORMS[0])  # fetched and named as it was put


@pytest.mark.parametrize("url", [PAGE, *FORMS])
async def test_a_url_that_0_2_0_has_enqueued_is_not_enqueued_again(queue: UrlQueue, url: str) -> None:  # noqa: F811
    await run(queue, SET, make_marker("seen", task_id(url)), b"4byt", 86_400)
    assert await put(queue, url) == [False]


async def test_a_form_that_is_put_again_after_a_lost_reply_is_enqueued_once(
    queue: UrlQueue,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lose_replies(monkeypatch, times=1)
    assert await put(queue, FORMS[1], PAGE) == [True, False]
    assert (await queue.depth()).backlog + (await queue.depth()).waiting == 1


# ---------------------------------------------------------------- learned
async def test_addresses_that_led_to_an_article_are_not_enqueued_again(
    queue: UrlQueue,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    [delivery] = await deliver(queue, "https://short.example/1")
    addresses = [PAGE, "https://news.example/1"]
    settlement = Settlement(delivery, out("1"), "p", article=ID, addresses=addresses)
    assert await put(queue, "https://news.example/2") == [True]
    assert await queue.settle_many([settlement]) == ["done"]
    assert await put(queue, *FORMS, *addresses, "https://short.example/1/") == [False] * 5
    for url in (*addresses, "https://short.example/1"):
        assert await article(queue, url) == ID[:16]


async def test_the_addresses_of_a_duplicate_lead_to_the_article_that_was_published(
    queue: UrlQueue,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    one, two = await deliver(queue, "https://news.example/1", "https://short.example/2")
    other = article_id("http://news.example/harbour-plan-approved")
    settled = await queue.settle_many(
        [
            Settlement(one, out("1"), "p", article=ID, addresses=[PAGE]),
            Settlement(two, out("2"), "p", article=other, addresses=[PAGE, "https://news.example/3"]),
        ]
    )
    assert settled == ["done", "duplicate"]
    assert await put(queue, "https://news.example/3") == [False]
    for url in (PAGE, "https://short.example/2", "https://news.example/3"):
        assert await article(queue, url) == ID[:16]


async def test_nothing_is_learned_without_the_lease(
    workers: tuple[UrlQueue, UrlQueue],  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    a, b = workers
    [delivery] = await deliver(a, "https://short.example/1")
    settlement = Settlement(delivery, out("1"), "p", article=ID, addresses=[PAGE])
    assert await b.settle_many([settlement]) == ["fenced"]
    assert await put(a, PAGE) == [True]


async def test_a_bucket_of_another_type_fails_before_an_address_is_learned(
    queue: UrlQueue,  # noqa: F811
    redis: Redis,
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
    settings: Settings,  # noqa: F811
) -> None:
    [delivery] = await deliver(queue, "https://short.example/1")
    generations: Any = await redis.zrange(queue.keys.markers, 0, -1)
    bucket = f"{queue.keys.markers}:{generations[0].decode()}:{seen_marker(PAGE)[:3].decode()}"
    await redis.set(bucket, "not a hash")
    with pytest.raises(ResponseError, match="WRONGTYPE"):
        await queue.settle_many([Settlement(delivery, out("1"), "p", article=ID, addresses=[PAGE])])
    await redis.delete(bucket)
    assert await written(redis, settings) == []
    assert (await queue.depth()).pending == 1


# ---------------------------------------------------------------- publications
async def test_a_publication_is_recognised_by_either_of_its_ids(
    queue: UrlQueue,  # noqa: F811
    redis: Redis,
    settings: Settings,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    """The first id is that of 0.2.0, whose workers may run at the same time: they read and set that alone."""
    found = await deliver(queue, *(f"https://news{n}.example/" for n in range(4)))
    settlements = [
        Settlement(found[0], out("new"), "declared", folded_publication="folded"),
        Settlement(found[1], out("other form"), "other", folded_publication="folded"),
        Settlement(found[2], out("0.2.0"), "declared"),
        Settlement(found[3], out("new again"), "declared", folded_publication="elsewhere"),
    ]
    assert await queue.settle_many(settlements) == ["done", "duplicate", "duplicate", "duplicate"]
    assert await written(redis, settings) == ["new"]


# ---------------------------------------------------------------- failures
async def test_after_an_address_has_failed_another_one_is_tried(queue: UrlQueue) -> None:  # noqa: F811
    await put(queue, FORMS[0])
    await die(queue, FORMS[0])
    assert await put(queue, FORMS[0], PAGE, FORMS[1]) == [False, True, False]
    await die(queue, PAGE)
    assert await put(queue, PAGE, FORMS[0], FORMS[1]) == [False, False, True]
    await die(queue, FORMS[1])
    assert await put(queue, PAGE, *FORMS) == [False] * 3


async def test_an_address_of_a_host_that_may_answer_again_is_not_replaced(queue: UrlQueue) -> None:  # noqa: F811
    await put(queue, FORMS[0])
    await die(queue, FORMS[0], revive=True)
    assert await put(queue, PAGE) == [False]


async def test_a_dead_letter_that_is_enqueued_again_is_not_replaced(queue: UrlQueue) -> None:  # noqa: F811
    await put(queue, FORMS[0])
    await die(queue, FORMS[0])
    assert await queue.requeue() == 1
    assert await put(queue, PAGE) == [False]


async def test_the_failure_of_an_address_does_not_release_a_published_article(
    queue: UrlQueue,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    await put(queue, FORMS[0])
    await die(queue, FORMS[0])
    await put(queue, PAGE)
    delivery = await read_one(queue, PAGE)
    assert await queue.settle_many([Settlement(delivery, out("1"), "p", article=ID, addresses=[PAGE])]) == ["done"]
    await queue.requeue()
    await die(queue, FORMS[0])
    assert await put(queue, PAGE, *FORMS) == [False] * 3


async def test_a_failed_address_is_read_from_the_generation_that_lives_longer(
    redis_url: str,
    settings: Settings,  # noqa: F811
    queue: UrlQueue,  # noqa: F811
) -> None:
    await put(queue, FORMS[0])
    await die(queue, FORMS[0])
    async with UrlQueue(redis_url, settings.override(seen_ttl_s=86_400)) as shorter:
        assert await put(shorter, PAGE) == [True]
        assert await put(shorter, FORMS[1]) == [False]


async def test_forgotten_addresses_are_not_enqueued_and_keep_their_article(
    queue: UrlQueue,  # noqa: F811
    redis: Redis,
    settings: Settings,  # noqa: F811
    out: Callable[[str], list[StreamWrite]],  # noqa: F811
) -> None:
    await put(queue, FORMS[0])
    await die(queue, FORMS[0])
    await TaskRemover(redis, settings).mark_seen([PAGE])
    assert await put(queue, PAGE, *FORMS) == [False] * 3
    [delivery] = await deliver(queue, "https://news.example/1")
    await queue.settle_many([Settlement(delivery, out("1"), "p", article=ID)])
    await TaskRemover(redis, settings).mark_seen(["https://news.example/1"])
    assert await article(queue, "https://news.example/1") == ID[:16]


async def test_a_host_that_is_given_up_keeps_its_addresses(
    queue: UrlQueue,  # noqa: F811
    redis: Redis,
    settings: Settings,  # noqa: F811
) -> None:
    await put(queue, FORMS[0])
    await read_one(queue, FORMS[0])
    await put(queue, "http://news.example/2")
    assert await Hosts(redis, settings).give_up("news.example", "") == 1
    assert await put(queue, "https://news.example/2") == [False]
