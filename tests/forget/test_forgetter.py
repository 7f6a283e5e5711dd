"""`forget` against a real Redis: what leaves the streams and the queue, what remains, and what a crash changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from worker.errors import UsageError
from worker.forget import ForgetReport, ForgetTarget, Forgetter
from worker.forget import publications as publications_module
from worker.publish import publication_entries, with_provenance
from worker.queue import NextVisit, ReadingWrite, Settlement, UrlQueue
from worker.queue.find_task import read_markers
from worker.schema import (
    KINDS,
    Article,
    Decision,
    Event,
    Kind,
    Meeting,
    Reading,
    Retraction,
    Span,
    Statement,
    Task,
    article_id,
    article_stream,
    event_stream,
    hash_id,
)
from worker.streams import Call, range_entries, retry_while_unavailable
from worker.subscribe import subscribe
from worker.subscribe.stream_events import decode_entry
from worker.urls import lead_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from redis.asyncio import Redis

    from worker.queue import Delivery
    from worker.settings import Settings

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
URL = "https://news.example/1"
OTHER = "https://news.example/2"
FOREIGN = "https://other.example/1"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(host_delay_s=0.0)


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[UrlQueue]:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        yield queue


def events_of(url: str) -> list[Event]:
    """One event of each kind."""
    span = Span(start=0, end=1, text="x")

    def common(kind: Kind) -> dict[str, Any]:
        return {
            "id": hash_id(url, kind),
            "url": url,
            "sentence": span,
            "confidence": 1.0,
            "rule": "test",
            "published_at": NOW,
        }

    return [
        Statement(content=[span], quotation="direct", **common("statement")),
        Meeting(form="talks", status="held", participants=[], **common("meeting")),
        Decision(deciders=[], status="taken", **common("decision")),
    ]


async def read_one(queue: UrlQueue) -> Delivery:
    """Return the next delivery, once it is released."""
    for _ in range(500):
        await queue.release(datetime.now(UTC))
        if deliveries := await queue.read(1, 0.01):
            return deliveries[0]
    raise AssertionError("no task was released")


async def publish(
    queue: UrlQueue, settings: Settings, task_url: str, url: str | None = None, redirects: Sequence[str] = ()
) -> None:
    """Enqueue `task_url`, and settle it with an article whose canonical URL is `url` (None: the same)."""
    url = url or task_url
    await queue.put(Task.of(task_url, put_at=NOW))
    delivery = await read_one(queue)
    article = Article(id=article_id(url), url=url, text="x")
    first, *rest = publication_entries(article, events_of(url), settings.redis, NOW)
    writes = [with_provenance(first, delivery.task, "w"), *rest]
    assert await queue.settle_many(
        [Settlement(delivery, writes, article=article.id, addresses=lead_to(url, url, redirects))]
    ) == ["done"]


async def forget(redis: Redis, settings: Settings, target: str, *, dry_run: bool = False) -> ForgetReport:
    forgetter = Forgetter(redis, settings, ForgetTarget.parse(target), lambda *_: None, dry_run=dry_run)
    return await forgetter.run(NOW)


async def articles(redis: Redis, settings: Settings) -> list[str]:
    found = await range_entries(redis, article_stream(settings.redis.key_prefix), count=1_000)
    return [(entry.fields or {})[b"source"].decode() for entry in found]


async def published(redis: Redis, settings: Settings, kind: Kind) -> list[Event | Retraction]:
    found = await range_entries(redis, event_stream(settings.redis.key_prefix, kind), count=1_000)
    return [decode_entry(entry) for entry in found]


def names(items: list[Event | Retraction]) -> list[str]:
    """The URL of each event, and "-URL" of each retraction."""
    return [f"-{it.url}" if isinstance(it, Retraction) else it.url for it in items]


# ---------------------------------------------------------------- streams
async def test_an_article_and_its_events_leave_the_streams_and_retractions_follow(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    for url in (URL, OTHER, FOREIGN):
        await publish(queue, settings, url)
    report = await forget(redis, settings, URL)
    assert (report.articles, report.events, report.is_empty) == (1, dict.fromkeys(KINDS, 1), False)
    assert await articles(redis, settings) == [OTHER, FOREIGN]
    for kind in KINDS:
        items = await published(redis, settings, kind)
        assert names(items) == [OTHER, FOREIGN, f"-{URL}"]
        assert items[-1] == Retraction(
            id=items[-1].id,
            of=hash_id(URL, kind),
            of_kind=kind,
            url=URL,
            published_at=NOW,
            retracted_at=NOW,
            reason="forgotten",
        )


async def test_a_subscriber_that_has_the_event_receives_the_retraction(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await publish(queue, settings, OTHER)
    await publish(queue, settings, URL)
    async with subscribe(redis, ["meeting"], prefix=settings.redis.key_prefix, after="0") as events:
        _, event = [await asyncio.wait_for(anext(events), 5) for _ in range(2)]
        await forget(redis, settings, URL)
        retraction = await asyncio.wait_for(anext(events), 5)
    assert isinstance(retraction, Retraction)
    assert retraction.of == event.id
    entries = await range_entries(redis, event_stream(settings.redis.key_prefix, "meeting"), count=10)
    fields = entries[-1].fields or {}
    assert (fields[b"type"], fields[b"id"], fields[b"source"]) == (b"retraction", retraction.id.encode(), URL.encode())
    assert fields[b"time"] == b"2026-03-01T12:00:00.000Z"


async def test_a_host_is_forgotten_without_its_subdomains(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    for url in (URL, OTHER, FOREIGN, "https://sub.news.example/1"):
        await publish(queue, settings, url)
    report = await forget(redis, settings, "News.Example")
    assert (report.articles, report.events["meeting"]) == (2, 2)
    assert await articles(redis, settings) == [FOREIGN, "https://sub.news.example/1"]


@pytest.mark.parametrize("target", ["https://short.example/a", URL, "short.example", "news.example"])
async def test_an_article_is_found_by_both_of_its_urls(
    redis: Redis, settings: Settings, queue: UrlQueue, target: str
) -> None:
    await publish(queue, settings, "https://short.example/a", URL)
    await publish(queue, settings, FOREIGN)
    report = await forget(redis, settings, target)
    assert (report.articles, report.events) == (1, dict.fromkeys(KINDS, 1))
    assert await articles(redis, settings) == [FOREIGN]
    for url in ("https://short.example/a", URL):
        assert not await queue.put(Task.of(url))


@pytest.mark.parametrize(
    "target",
    [
        "http://www.news.example/1",
        "https://m.news.example/1/",
        "https://short.example/a?utm_source=x",
        "https://news.example/old",
    ],
)
async def test_an_article_is_found_by_every_address_that_led_to_it(
    redis: Redis, settings: Settings, queue: UrlQueue, target: str
) -> None:
    """By a form of its canonical URL or of its task's, and by an address that redirected to it."""
    await publish(queue, settings, "https://short.example/a", URL, ["https://news.example/old"])
    await publish(queue, settings, FOREIGN)
    report = await forget(redis, settings, target)
    assert (report.articles, report.events) == (1, dict.fromkeys(KINDS, 1))
    assert await articles(redis, settings) == [FOREIGN]
    for url in ("https://short.example/a", URL, "https://news.example/old", target):
        assert not await queue.put(Task.of(url))
    assert (await forget(redis, settings, target)).is_empty


async def test_a_waiting_task_is_found_by_another_form_of_its_address(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await queue.put_many([Task.of("http://www.news.example/0"), Task.of("http://www.news.example/1")])
    report = await forget(redis, settings, URL)
    assert (report.tasks["waiting"], report.tasks["active"]) == (1, 0)
    assert not await queue.put(Task.of(URL))


async def test_events_are_found_although_their_article_was_trimmed(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await publish(queue, settings, URL)
    await redis.delete(article_stream(settings.redis.key_prefix))
    report = await forget(redis, settings, URL)
    assert (report.articles, report.events) == (0, dict.fromkeys(KINDS, 1))


@pytest.mark.parametrize("step", [1, 2, 3, 7])
async def test_the_result_does_not_depend_on_the_batches(
    redis: Redis, settings: Settings, queue: UrlQueue, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WALKED_EVENTS", "WALKED_ARTICLES", "DELETE_BATCH"):
        monkeypatch.setattr(publications_module, name, step)
    for n in range(6):
        await publish(queue, settings, f"https://{'news' if n % 2 else 'other'}.example/{n}")
    searched: list[tuple[str, int, int]] = []
    target = ForgetTarget.parse("news.example")
    report = await Forgetter(redis, settings, target, lambda *it: searched.append(it), dry_run=False).run(NOW)
    assert (report.articles, report.events) == (3, dict.fromkeys(KINDS, 3))
    assert await articles(redis, settings) == [f"https://other.example/{n}" for n in (0, 2, 4)]
    for kind in KINDS:
        kept, retracted = (await published(redis, settings, kind))[:3], (await published(redis, settings, kind))[3:]
        assert names(kept) == [f"https://other.example/{n}" for n in (0, 2, 4)]
        assert names(retracted) == [f"-https://news.example/{n}" for n in (1, 3, 5)]
    assert max(n for stream, n, _ in searched if stream == "article") == 6
    assert {length for _, _, length in searched} == {6}


async def test_events_published_while_forgetting_runs_are_found(
    redis: Redis, settings: Settings, queue: UrlQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker publishes a second article of the host after the first search and before its task is removed."""
    await publish(queue, settings, URL)
    find, is_published = Forgetter._find_articles, False

    async def find_then_publish(self: Forgetter) -> bool:
        nonlocal is_published
        found = await find(self)
        if not is_published:
            is_published = True
            await publish(queue, settings, OTHER)
        return found

    monkeypatch.setattr(Forgetter, "_find_articles", find_then_publish)
    report = await forget(redis, settings, "news.example")
    assert (report.articles, report.events) == (2, dict.fromkeys(KINDS, 2))
    assert await articles(redis, settings) == []


async def test_an_entry_that_does_not_decode_is_retracted_by_its_fields(redis: Redis, settings: Settings) -> None:
    entry: Any = {"id": "future", "type": "meeting", "v": "9", "source": URL, "data": "{}"}
    await redis.xadd(event_stream(settings.redis.key_prefix, "meeting"), entry)
    await forget(redis, settings, URL)
    (retraction,) = await published(redis, settings, "meeting")
    assert isinstance(retraction, Retraction)
    assert (retraction.of, retraction.url, retraction.published_at) == ("future", URL, None)


# ---------------------------------------------------------------- queue
async def test_tasks_leave_every_place_and_are_not_enqueued_again(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    urls = [f"https://news.example/{n}" for n in range(1_200)]
    await queue.put_many([Task.of(url) for url in [*urls, FOREIGN]])
    taken = [await read_one(queue) for _ in range(2)]
    in_progress, foreign = sorted(taken, key=lambda delivery: delivery.host)  # one of each host
    await queue.retry_later(in_progress, in_progress.task, datetime.now(UTC) + timedelta(hours=1))
    dead = await read_one(queue)
    await queue.dead_letter(dead, "http_404", "")
    active = await read_one(queue)
    dry = await forget(redis, settings, "news.example", dry_run=True)
    report = await forget(redis, settings, "news.example")
    assert dry.tasks == report.tasks == {"waiting": 1_197, "retries": 1, "visits": 0, "active": 1, "dead": 1}
    depth = await queue.depth()
    assert (depth.waiting, depth.delayed, depth.pending, depth.dead) == (0, 0, 1, 0)
    assert await queue.settle(active, []) == "gone"
    assert await queue.settle(foreign, []) == "done"
    assert await queue.put_many([Task.of(url) for url in urls]) == [False] * len(urls)


async def test_the_last_reading_and_the_scheduled_visit_are_removed(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await queue.put(Task.of(URL))
    delivery, due_at = await read_one(queue), datetime.now(UTC) + timedelta(hours=1)
    write = ReadingWrite(article=article_id(URL), reading=Reading(revision=0, text_hash=b"x", read_at_ms=0))
    settlement = Settlement(delivery, reading=write, next_visit=NextVisit(Task.visit(URL, due_at), due_at))
    assert await queue.settle_many([settlement]) == ["done"]
    dry = await forget(redis, settings, URL, dry_run=True)
    assert (dry.tasks["visits"], await queue.reading(article_id(URL))) == (1, write.reading)
    report = await forget(redis, settings, URL)
    assert (report.tasks["visits"], await queue.reading(article_id(URL))) == (1, None)
    depth = await queue.depth()
    assert (depth.visits, depth.waiting) == (0, 0)


async def test_a_url_that_was_never_read_is_marked(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    assert (await forget(redis, settings, URL)).is_empty
    assert (await read_markers(redis, queue.keys, URL)).seen
    assert not await queue.put(Task.of(URL))
    assert await queue.put(Task.of(OTHER))


async def test_tasks_whose_markers_have_expired_are_marked_again(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await queue.put_many([Task.of(URL), Task.of(OTHER)])
    await redis.delete(queue.keys.markers)  # no generation lives any more
    await forget(redis, settings, "news.example")
    assert await queue.put_many([Task.of(URL), Task.of(OTHER)]) == [False, False]


async def test_other_tasks_of_the_host_are_kept_and_released(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([Task.of(URL), Task.of(OTHER)])
    assert [it.task.url for it in await queue.read(2, 0)] == [URL]
    await forget(redis, settings, URL)
    assert (await read_one(queue)).task.url == OTHER


# ---------------------------------------------------------------- dry run, repetition, crash
async def snapshot(redis: Redis, prefix: str) -> dict[bytes, Any]:
    """The content of every key of a prefix, markers and host state included."""
    return {key: await redis.dump(key) async for key in redis.scan_iter(match=f"{prefix}*", count=1_000)}


async def test_a_dry_run_counts_and_changes_nothing(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    await publish(queue, settings, URL)
    await queue.put(Task.of(OTHER))
    before = await snapshot(redis, settings.redis.key_prefix)
    report = await forget(redis, settings, "news.example", dry_run=True)
    assert await snapshot(redis, settings.redis.key_prefix) == before
    assert (report.dry_run, report.articles, report.events["statement"]) == (True, 1, 1)
    real = await forget(redis, settings, "news.example")
    assert (real.articles, real.events, real.tasks) == (report.articles, report.events, report.tasks)


async def test_a_repeated_run_finds_nothing_and_publishes_nothing(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await publish(queue, settings, URL)
    await forget(redis, settings, URL)
    before = [await published(redis, settings, kind) for kind in KINDS]
    assert (await forget(redis, settings, URL)).is_empty
    assert [await published(redis, settings, kind) for kind in KINDS] == before


@pytest.mark.parametrize("crash_after", range(9))
async def test_a_run_that_died_is_completed_by_another_one(
    redis: Redis, settings: Settings, queue: UrlQueue, crash_after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run dies before one of its reads or deletions; each event is retracted once all the same."""
    monkeypatch.setattr(publications_module, "DELETE_BATCH", 1)
    for n in range(2):
        await publish(queue, settings, f"https://short.example/{n}", f"https://news.example/{n}")
    await publish(queue, settings, FOREIGN)
    left = [crash_after]

    async def die(client: Any, step: Any, *more: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise RedisConnectionError("killed")
        return await retry_while_unavailable(client, step, *more)

    with monkeypatch.context() as patch:
        patch.setattr("worker.forget.publications.retry_while_unavailable", die)
        with pytest.raises(RedisConnectionError):
            await forget(redis, settings, "short.example")
    await forget(redis, settings, "short.example")
    assert await articles(redis, settings) == [FOREIGN]
    for kind in KINDS:
        items = await published(redis, settings, kind)
        assert sorted(names(items)) == ["-https://news.example/0", "-https://news.example/1", FOREIGN]


async def test_a_retraction_is_not_repeated_after_a_lost_reply(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await publish(queue, settings, URL)
    stream = event_stream(settings.redis.key_prefix, "meeting")
    entries = await range_entries(redis, stream, count=1)
    streams = publications_module.PublishedEntries(redis, settings.redis.key_prefix)
    args = publications_module._retraction_args("meeting", entries[0], NOW)
    call = Call([stream], args)
    assert [await publications_module.RETRACT.run(redis, call) for _ in range(2)] == [1, 0]
    assert await streams.retract_events("meeting", [entries[0].id], NOW) == 0
    assert names(await published(redis, settings, "meeting")) == [f"-{URL}"]


# ---------------------------------------------------------------- webhooks
async def test_dead_letters_of_webhooks_are_deleted(redis: Redis, settings: Settings) -> None:
    prefix = settings.redis.key_prefix
    await redis.hset(f"{prefix}:readers", "webhook:press", "{}")
    bodies = [{"type": "meeting", "data": {"url": url}} for url in (URL, FOREIGN)]
    retraction = {"type": "retraction", "data": {"url": URL}}
    for body in (*bodies, retraction):
        await redis.xadd(f"{prefix}:webhook:press:dead", {"id": "m", "body": msgspec.json.encode(body)})
    await redis.xadd(f"{prefix}:webhook:press:dead", {"id": "m", "body": b"\xff"})
    assert (await forget(redis, settings, "news.example")).webhook_dead_letters == 1
    assert await redis.xlen(f"{prefix}:webhook:press:dead") == 3


# ---------------------------------------------------------------- target
@pytest.mark.parametrize("text", ["", "news.example/1", "ftp://news.example/", "https://", "a b", "user@host.example"])
def test_a_target_that_is_neither_url_nor_host_is_rejected(text: str) -> None:
    with pytest.raises(UsageError):
        ForgetTarget.parse(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("HTTPS://News.Example/1?utm_source=x#top", "https://news.example/1"),
        ("News.Example", "news.example"),
        ("192.0.2.1", "192.0.2.1"),
    ],
)
def test_a_target_is_canonical(text: str, name: str) -> None:
    assert ForgetTarget.parse(text).name == name
