"""From URLs to events through real processes, with workers that are killed on the way."""

import asyncio
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import msgspec
import pytest
from redis.asyncio import Redis

from tests.environment import clean_environ
from worker.demo.site import Site, serve_site
from worker.fetch.client import Fetcher
from worker.pipeline.process_page import process_page
from worker.queue import Depth, UrlQueue
from worker.schema import KINDS, Task, article_stream, event_stream, task_id
from worker.settings import FetchSettings, Settings
from worker.streams import range_entries

QUICK = {
    "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
    "COMMUNIQUE_HOST_DELAY_S": "0",
    "COMMUNIQUE_BACKOFF_S": "0.2",
    "COMMUNIQUE_LEASE_S": "1.5",
    "COMMUNIQUE_DRAIN_S": "5",
}
TIMEOUT_S = 60


@asynccontextmanager
async def worker(settings: Settings, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `communique consume` as a process, which is killed at the end if it still runs."""
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    clean = clean_environ()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "worker", "consume"),
        env=clean | QUICK | given | more,
        stderr=asyncio.subprocess.DEVNULL,  # a pipe that is not read would block it
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def put(settings: Settings, urls: Sequence[str]) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        assert all(await queue.put_many([Task(id=task_id(url), url=url) for url in urls]))


async def until(settings: Settings, reached: Callable[[Depth], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        while not reached(depth := await queue.depth()):
            assert time.monotonic() < deadline, f"still {depth} after {TIMEOUT_S} s"
            await asyncio.sleep(0.05)


def empty(depth: Depth) -> bool:
    return not depth.unfinished


async def published(redis: Redis, settings: Settings) -> Counter[tuple[str, str]]:
    """Count the entries in the streams by (stream's last name component, id)."""
    streams = [
        article_stream(settings.redis.key_prefix),
        *(event_stream(settings.redis.key_prefix, kind) for kind in KINDS),
    ]
    found = [
        (stream.rpartition(":")[2], entry)
        for stream in streams
        for entry in await range_entries(redis, stream, count=1_000_000)
    ]
    return Counter((name, entry.fields[b"id"].decode()) for name, entry in found if entry.fields)


async def expected(urls: Sequence[str]) -> Counter[tuple[str, str]]:
    """Return the expected counts, by processing every page here, without queue or worker."""
    want: Counter[tuple[str, str]] = Counter()
    async with Fetcher(FetchSettings(allow_private_addresses=True)) as fetcher:
        for url in urls:
            result = process_page(await fetcher.get(url))
            want["articles", result.article.id] += 1
            want.update((msgspec.to_builtins(event)["kind"], event.id) for event in result.events)
    return want


def copies(served: Site, count: int) -> list[str]:
    """Return the URLs with an article of their own, interleaved so that every kind of page occurs early."""
    return sorted(served.plain, key=lambda url: int(re.sub(r".*-", "", url)))[:count]


@pytest.mark.parametrize("count", [int(os.environ.get("WALK_URLS", "100"))])
async def test_a_worker_killed_midway_loses_and_duplicates_no_event(
    redis: Redis, settings: Settings, count: int
) -> None:
    async with (
        serve_site(copies=count // 14 + 1, crawl_delay_s=0) as served,
        worker(settings),
        worker(settings) as victim,
    ):
        urls = copies(served, count)
        await put(settings, urls)
        await until(settings, lambda d: d.unfinished < 2 * count / 3)
        victim.kill()
        await victim.wait()
        await until(settings, lambda d: d.pending > 0)  # it was killed at work
        await until(settings, empty)
        found = await published(redis, settings)
        assert found == await expected(urls)
        assert max(found.values()) == 1


async def test_an_article_with_an_old_and_a_new_url_is_published_once(redis: Redis, settings: Settings) -> None:
    async with serve_site(crawl_delay_s=0) as served, worker(settings):
        [old] = (url for url in served.articles if "/2019/" in url)
        new = old.replace("/2019/", "/news/").removesuffix(".html")
        await put(settings, [old, new])
        await until(settings, empty)
        assert served.requests[urlsplit(new).path] == 2  # both were read
        assert await published(redis, settings) == await expected([new])


async def test_sigterm_drains_and_loses_nothing(redis: Redis, settings: Settings) -> None:
    async with serve_site(copies=4, crawl_delay_s=0) as served:
        urls = copies(served, 40)
        await put(settings, urls)
        async with worker(settings) as first:
            await until(settings, lambda d: d.unfinished < len(urls))
            first.send_signal(signal.SIGTERM)
            assert await first.wait() == 0
        async with worker(settings):
            await until(settings, empty)
        assert await published(redis, settings) == await expected(urls)


async def test_tasks_not_finished_within_drain_s_are_handed_back_at_once(settings: Settings) -> None:
    async with serve_site(slow_s=30) as served:
        async with worker(settings, COMMUNIQUE_DRAIN_S="0.2") as process:
            await put(settings, served.articles)
            await until(settings, lambda d: d.pending == 1 and d.unfinished == 1)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
        await until(settings, lambda d: d.pending == 0 and d.unfinished == 1)


async def test_every_url_of_the_site_ends_as_an_article_or_a_dead_letter_with_its_reason(
    redis: Redis, settings: Settings
) -> None:
    async with serve_site(slow_s=0.1) as served, worker(settings, COMMUNIQUE_MAX_BODY_BYTES="4000000"):
        await put(settings, served.urls)
        await until(settings, empty)
        async with UrlQueue(settings.redis.url or "", settings) as queue:
            letters = {letter.task.url: letter.reason for letter in await queue.list_dead_letters() if letter.task}
        assert letters.keys() == served.refused.keys()
        assert all(letters.values())
        assert await redis.xlen(article_stream(settings.redis.key_prefix)) == len(served.articles)
