"""`communique why` against a real Redis: each state of a URL."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from tests.environment import clean_environ
from worker.cli import why_report
from worker.fetch.robots import parse_robots
from worker.monitor.url_history import read_history
from worker.publish import publication_entries, with_provenance
from worker.queue import HostRequest, Hosts, NextVisit, Settlement, UrlQueue, find_task
from worker.schema import (
    Article,
    FailedAttempt,
    Meeting,
    Span,
    Task,
    article_id,
    article_stream,
    publication_id,
    task_id,
)
from worker.urls import lead_to

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from redis.asyncio import Redis

    from worker.queue import Delivery
    from worker.settings import Settings

TIMEOUT_S = 120
URL = "https://a.example/news/1"
NOW = datetime.now(UTC)
TASK = Task.of(URL, source="courier", put_at=NOW - timedelta(minutes=5))


async def why(settings: Settings, *args: str) -> tuple[int, str, str]:
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", "why", *args),
        env=clean | given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    return child.returncode or 0, out.decode(), err.decode()


async def report(settings: Settings, url: str = URL) -> dict[str, str]:
    """Return the report of a known URL: label -> its lines, joined."""
    status, out, err = await why(settings, url)
    assert (status, err) == (0, "")
    return _sections(out)


def _sections(out: str) -> dict[str, str]:
    found: dict[str, str] = {}
    label = ""
    for line in out.splitlines():
        label = line[:10].strip() or label
        found[label] = f"{found.get(label, '')}\n{line[10:]}".strip()
    return found


@pytest.fixture
async def queue(settings: Settings) -> AsyncIterator[UrlQueue]:
    async with UrlQueue(settings.redis.url or "", settings, "press-1") as opened:
        yield opened


def others(n: int) -> list[Task]:
    return [Task.of(f"https://a.example/other/{i}") for i in range(n)]


async def deliver(queue: UrlQueue, task: Task = TASK) -> Delivery:
    await queue.put(task)
    [delivery] = await queue.read(1, 0)
    return delivery


def publication(
    settings: Settings, delivery: Delivery, article_url: str = URL, redirects: Sequence[str] = ()
) -> Settlement:
    article = Article(id=article_id(article_url), url=article_url, text="Ana Belm met Liis Tamm.", title="Two met")
    span = Span(start=0, end=23, text=article.text)
    met = Meeting(
        id=task_id("meeting"),
        url=article_url,
        participants=[],
        form="talks",
        status="held",
        cue=span,
        sentence=span,
        confidence=0.9,
        rule="meet",
    )
    entries = publication_entries(article, [met], settings.redis, NOW)
    entries[0] = with_provenance(entries[0], delivery.task, "press-1")
    published = publication_id(article.url, article.text)
    addresses = lead_to(delivery.task.url, article_url, redirects)
    return Settlement(delivery, entries, published, article=article.id, addresses=addresses)


# ---------------------------------------------------------------- where it is
async def test_nothing_is_known_of_a_url_that_was_never_enqueued(redis: Redis, settings: Settings) -> None:
    status, out, err = await why(settings, URL)
    assert (status, err) == (1, "")
    found = _sections(out)
    assert found["now"] == "unknown: nothing is stored of this URL"
    assert found["queued"].startswith("never")
    assert found["robots"] == "not stored: fetched before the next request"
    assert found["host"] == "a.example: not requested yet; 0 tasks in its queue, 0 active; delay 1.0s"
    assert not [key async for key in redis.scan_iter(match=f"{settings.redis.key_prefix}*")]  # it only reads


async def test_a_waiting_task_has_its_place_in_the_queue_of_its_host(settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([*others(3), TASK, Task.of("https://a.example/last")])
    found = await report(settings, f"{URL}?utm_source=feed#top")
    assert found["url"] == URL
    assert found["task"].startswith(f"{TASK.id}   trace {TASK.trace_id}")
    assert found["queued"].endswith(" ago), by the source courier")
    assert found["now"] == "waits in the queue of a.example: place 3 of 4, attempt 1 of 5"
    assert found["failures"] == "none"
    assert "4 tasks in its queue, 1 active" in found["host"]


async def test_a_place_beyond_the_first_page_of_the_queue_is_found(settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([*others(1_200), TASK])
    assert (await report(settings))["now"].startswith("waits in the queue of a.example: place 1,200 of 1,200")


async def test_a_task_is_ready_and_then_in_progress_at_a_worker(settings: Settings, queue: UrlQueue) -> None:
    await queue.put(Task.of(URL, put_at=NOW))
    found = await report(settings)
    assert found["now"].startswith("ready for a worker since 2")
    assert found["queued"].endswith("by communique put, or over HTTP")
    await queue.read(1, 0)
    now = (await report(settings))["now"]
    assert now.startswith("in progress at press-1 since 2")
    assert "lease renewed" in now
    assert now.endswith("attempt 1 of 5")


async def test_a_failed_task_is_retried_at_its_time_and_keeps_its_failures(settings: Settings, queue: UrlQueue) -> None:
    failures = (
        FailedAttempt(at=NOW - timedelta(minutes=4), reason="http_503", detail="Service Unavailable"),
        FailedAttempt(at=NOW - timedelta(minutes=1), reason="timeout_read"),
    )
    delivery = await deliver(queue)
    await queue.retry_later(delivery, replace(TASK, attempt=2, failures=failures), NOW + timedelta(hours=1))
    found = await report(settings)
    assert found["now"].startswith(f"retried at {NOW + timedelta(hours=1):%Y-%m-%d %H:%M:%S} UTC, in ")
    assert found["now"].endswith("attempt 3 of 5")
    first, second = found["failures"].splitlines()
    assert first.endswith(" ago): http_503: Service Unavailable")
    assert second.endswith(" ago): timeout_read")


async def test_a_dead_letter_has_its_reason_and_its_detail(settings: Settings, queue: UrlQueue) -> None:
    await queue.dead_letter(await deliver(queue, others(1)[0]), "http_404", "of another URL")
    await queue.dead_letter(await deliver(queue, Task.of("https://b.example/")), "http_404", "of another host")
    status, out, _ = await why(settings, "https://b.example/")
    assert status == 0
    assert _sections(out)["now"].endswith(" ago): http_404: of another host")
    assert "of another URL" not in out


async def test_a_dead_letter_of_a_host_that_is_down_says_that_it_returns(settings: Settings, queue: UrlQueue) -> None:
    await queue.dead_letter(await deliver(queue), "host_down", "down for 86400 s", revive=True)
    letter, returns = (await report(settings))["now"].splitlines()
    assert letter.endswith("host_down: down for 86400 s")
    assert returns.strip() == "enqueued again when its host answers"


async def test_a_task_behind_the_part_of_the_queue_that_is_searched_is_not_said_to_be_in_none(
    redis: Redis, settings: Settings, queue: UrlQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (find_task, why_report):
        monkeypatch.setattr(module, "MAX_QUEUED", 3)
    monkeypatch.setattr(find_task, "SCAN_COUNT", 3)
    await queue.put_many([*others(5), TASK])
    history = await read_history(redis, settings, URL, max_articles=100)
    now = _sections("\n".join(why_report.report_lines(history, settings)))["now"]
    assert now == "not found: the first 3 of 5 tasks of its host were searched"


async def test_a_settled_task_has_its_article_and_its_events(settings: Settings, queue: UrlQueue) -> None:
    delivery = await deliver(queue)
    await queue.settle_many([publication(settings, delivery)])
    found = await report(settings)
    assert found["now"] == "settled"
    assert found["queued"].endswith("by the source courier")
    first, article, kinds, event = found["published"].splitlines()
    assert first.endswith(" by press-1: Two met")
    assert article == f"article {article_id(URL)}"
    assert kinds == "1 meeting"
    assert "talks held" in event


async def test_a_scheduled_visit_and_the_revision_are_named(settings: Settings, queue: UrlQueue) -> None:
    delivery, due_at = await deliver(queue), datetime.now(UTC) + timedelta(hours=5, minutes=30)
    visit = NextVisit(Task.visit(URL, due_at), due_at)
    await queue.settle_many([replace(publication(settings, delivery), next_visit=visit)])
    settled, visited = (await report(settings))["now"].splitlines()
    assert settled == "settled"
    assert visited.startswith(f"visited again at {due_at:%Y-%m-%d %H:%M}")


async def test_an_article_with_another_canonical_url_is_found_from_both(settings: Settings, queue: UrlQueue) -> None:
    other = "https://a.example/canonical"
    await queue.settle_many([publication(settings, await deliver(queue), other)])
    assert f"under the canonical URL {other}" in (await report(settings))["published"]
    found = await report(settings, other)
    assert f"from another address: {URL}" in found["published"]
    assert found["now"] == "settled"
    assert found["queued"].startswith("not by itself")


async def test_a_task_is_found_under_another_form_of_its_address(settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([*others(2), Task.of("http://www.a.example/news/1", put_at=NOW)])
    found = await report(settings, f"{URL}/")
    assert found["queued"].endswith("over HTTP, under the address http://www.a.example/news/1")
    assert found["now"].startswith("ready for a worker")
    assert found["host"].startswith("www.a.example: ")
    [delivery] = [it for it in await queue.read(2, 0) if it.task.url != others(1)[0].url]
    await queue.retry_later(delivery, delivery.task, NOW + timedelta(hours=1))
    assert (await report(settings))["now"].startswith("retried at ")


async def test_an_address_that_led_to_an_article_is_found_from_it(settings: Settings, queue: UrlQueue) -> None:
    short, old = "https://a.example/s/1", "https://a.example/old/1"
    delivery = await deliver(queue, Task.of(short))
    await queue.settle_many([publication(settings, delivery, URL, [old])])
    assert not await queue.put(Task.of(f"{old}/"))
    found = await report(settings, old)
    assert found["queued"].startswith("not by itself")
    assert f"under the canonical URL {URL}" in found["published"]
    assert f"from another address: {short}" in found["published"]


async def test_a_duplicate_names_the_address_of_the_publication(settings: Settings, queue: UrlQueue) -> None:
    await queue.settle_many([publication(settings, await deliver(queue, Task.of("https://b.example/")))])
    [outcome] = await queue.settle_many([publication(settings, await deliver(queue))])
    assert outcome == "duplicate"
    found = await report(settings, URL)
    assert found["now"] == "settled"
    assert "from another address: https://b.example/" in found["published"]
    assert found["queued"].startswith("yes, but its task is no longer stored")


async def test_the_extent_of_the_search_for_the_article_is_said(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await queue.settle_many([publication(settings, await deliver(queue))])
    for n in range(100):
        await redis.xadd(article_stream(settings.redis.key_prefix), {"id": f"{n}"})
    found = _sections((await why(settings, "--articles", "100", URL))[1])
    assert found["published"] == "not found in the newest 100 articles kept"
    assert "Two met" in (await report(settings))["published"]
    found = _sections((await why(settings, "https://c.example/"))[1])
    assert found["published"] == "not found in the 101 articles kept"


async def test_a_trimmed_article_leaves_only_the_markers(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    await queue.settle_many([publication(settings, await deliver(queue))])
    await redis.xtrim(article_stream(settings.redis.key_prefix), maxlen=0, approximate=False)
    found = await report(settings)
    assert found["now"] == "settled: its article was published before, or has been trimmed"
    assert found["queued"].startswith("yes, but its task is no longer stored")


# ---------------------------------------------------------------- host and robots.txt
async def test_a_failing_host_is_described(redis: Redis, settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([TASK, *others(1)])
    await Hosts(redis, settings).failed(HostRequest("a.example", "1"), "http_429", jitter=0.5, pause_s=2_900)
    host = (await report(settings))["host"]
    assert host.startswith("a.example: failing for ")
    assert "http_429, 1 in a row; 1 task in its queue, 1 active; delay 1.0s; next request in 4" in host


@pytest.mark.parametrize(
    ("robots", "words"),
    [
        (b"User-agent: *\nDisallow: /news", "disallowed by the line Disallow: /news; fetched "),
        (
            b"User-agent: *\nDisallow: /news\nAllow: /news/1\nCrawl-delay: 70",
            "allowed by the line Allow: /news/1; sets a delay of 1m 10s; fetched ",
        ),
        (b"", "allowed because no line matches; fetched "),
    ],
)
async def test_the_line_of_robots_txt_that_decides_is_named(
    redis: Redis, settings: Settings, robots: bytes, words: str
) -> None:
    stored = parse_robots(robots, "communique").encode()
    key = f"{settings.redis.key_prefix}:rules:https://a.example"
    await redis.set(key, stored, ex=round(settings.politeness.robots_ttl_s) - 10_000)
    status, out, _ = await why(settings, URL)
    assert status == 1  # of the URL itself nothing is known
    shown = _sections(out)["robots"]
    assert shown.startswith(words)
    assert shown.endswith("m ago)")
    assert "(2h 4" in shown


# ---------------------------------------------------------------- the command
async def test_json_has_every_field(settings: Settings, queue: UrlQueue) -> None:
    await queue.put_many([*others(1), TASK])
    status, out, _ = await why(settings, "--json", URL)
    shown: dict[str, Any] = json.loads(out)
    assert status == 0
    assert shown["known"] is True
    assert shown["found"]["place"] == {"type": "waiting", "position": 1}
    assert shown["task"]["source"] == "courier"
    assert (shown["markers"], shown["dead_letters"], shown["publication"]) == (
        {"seen": True, "done": False, "article": None},
        [],
        None,
    )
    assert shown["host"]["waiting"] == 1


async def test_a_malformed_url_is_an_error(settings: Settings) -> None:
    status, out, err = await why(settings, "ftp://a.example/")
    assert (status, out) == (2, "")
    assert err.startswith("communique: bad_url")
