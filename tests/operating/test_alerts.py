"""Every alert fires by the fault that it names, on what real services say, and not before.

The fault is real: a killed worker, a stopped Redis, a page that holds its process.  What the services say before and
after is scraped; then the rules as they are deployed are evaluated by promtool as if it had been so for a while.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer, TestServer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tests.operating.conftest import HERE, Fires, Watching, fired, get, long_ago, process, says, until
from tests.operating.promtool import Phase, Series, down, firing, needs, series
from worker.consume import Consumer, open_consumer, page_reader
from worker.discover import Discovery, Source, open_discovery
from worker.errors import Transient
from worker.fetch.client import Fetcher
from worker.fetch.politeness import Politeness
from worker.monitor import health
from worker.queue import UrlQueue
from worker.schema import Page, Task, task_id
from worker.schema import fleet as vitals
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import embedded
from worker.telemetry.liveness import LoopSpec
from worker.telemetry.metrics.registry import REGISTRY

pytestmark = needs("promtool")
BUG_COUNTED = r'communique_articles_total\{outcome="put_off",reason="bug"\} [1-9]'


def tasks(*urls: str) -> list[Task]:
    return [Task(id=task_id(url), url=url) for url in urls]


@asynccontextmanager
async def working(worker: Consumer) -> AsyncIterator[None]:
    """Let a consumer work while the block lasts."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(RedisError, ExceptionGroup):
            await running


async def drained(settings: Settings) -> bool:
    queue = UrlQueue(settings.redis.url or "", settings)
    try:
        depth = await queue.depth()
    finally:
        await queue.aclose()
    return not depth.backlog + depth.pending + depth.delayed


def site(*routes: tuple[str, str]) -> TestServer:
    """A server that answers each path with a body, and everything else with 404."""
    bodies = dict(routes)

    async def answer(request: web.Request) -> web.Response:
        found = request.path in bodies
        return web.Response(text=bodies.get(request.path, ""), status=200 if found else 404, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return TestServer(app)


# ---------------------------------------------------------------- services
async def test_a_worker_that_is_killed(
    settings: Settings, watching: Watching, fires: Fires, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vitals, "SILENT_S", 1.0)
    settings = settings.override(lease_s=1.0)
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    app = web.Application()
    app.router.add_get("/hang", hang)
    async with TestServer(app) as server, watching(settings, "discover") as scrape:
        async with process(settings, tmp_path / "log", "consume", COMMUNIQUE_LEASE_S="1") as victim:
            async with UrlQueue(settings.redis.url or "", settings) as queue:
                await queue.put_many(tasks(str(server.make_url("/hang"))))
                await until(lambda: _holds_a_task(queue))
            before = series(await victim.ask("metrics"), "victim:9464") | series(await scrape(), HERE)
            victim.child.kill()
            await victim.child.wait()
        after = down("victim:9464") | series(await scrape(), HERE)
        await asyncio.sleep(vitals.HEARTBEAT_TIMEOUT_S)
        silent = down("victim:9464") | series(await scrape(), HERE)
        claims = int(REGISTRY.get_sample_value("communique_claims_total") or 0)
        async with open_consumer(settings, settings.redis.url or "") as heir, working(heir):
            await until(lambda: says(scrape, rf"communique_claims_total {claims + 1}\.0"))
            claimed = down("victim:9464") | series(await scrape(), HERE)
            never.set()
    fires("CommuniqueServiceDown", before, after, instance="victim:9464")
    fires("CommuniqueServiceSilent", before, silent, service="worker")
    fires("CommuniqueNoWorker", before, silent)
    fires("CommuniqueWorkersDie", silent, claimed, minutes=10)


async def _holds_a_task(queue: UrlQueue) -> bool:
    return (await queue.depth()).pending == 1


async def test_a_service_that_starts_again_and_again(settings: Settings, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[[source]]\nname = "none"\nurl = "http://127.0.0.1:1/feed"\n')
    starts: list[Series] = []
    for attempt in range(5):
        words = ("discover", "--sources", str(sources))
        async with process(settings, tmp_path / f"log{attempt}", *words) as service:
            starts.append(series(await service.ask("metrics"), HERE))
    phases = [Phase(30, starts[0]), *(Phase(2, start) for start in starts[1:])]
    *before, after = firing("CommuniqueRestarting", phases, tmp_path, instance=HERE)
    assert after
    assert not any(before)
    fired.add("CommuniqueRestarting")


async def test_an_event_loop_that_is_wedged(
    settings: Settings, watching: Watching, fires: Fires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health,
        "SERVICE_LOOPS",
        {"loop": LoopSpec(max_silence_s=0.5, critical=True), "redis": LoopSpec(max_silence_s=60)},
    )
    monkeypatch.setattr(health, "TURN_S", 0.1)
    async with watching(settings) as scrape:
        before = await scrape()
        with ThreadPoolExecutor() as threads:
            scraping = threads.submit(_later, f"{scrape.address}/metrics")
            time.sleep(1.2)  # noqa: ASYNC251 - the fault
            after = scraping.result()
    fires("CommuniqueLoopStuck", before, after, part="loop")


def _later(url: str) -> str:
    time.sleep(0.8)
    return get(url)


async def test_a_bug_of_ours(
    settings: Settings, watching: Watching, fires: Fires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "process_page", None)  # not callable: nothing foresees that
    async with site(("/a", "<p>a</p>")) as server, watching(settings) as scrape:
        before = await scrape()
        await _work_off(settings, server, "/a", ended=lambda: says(scrape, BUG_COUNTED))
        after = await scrape()
    fires("CommuniqueBug", before, after, minutes=10)


async def _work_off(
    settings: Settings, server: BaseTestServer, *paths: str, ended: Callable[[], Awaitable[bool]] | None = None
) -> None:
    """Put the paths, and work until nothing is left of them, or until another end is reached."""
    settings = settings.override(host_delay_s=0, backoff_s=0.1, max_attempts=2, drain_s=1)
    url = settings.redis.url or ""
    async with UrlQueue(url, settings) as queue:
        await queue.put_many(tasks(*(str(server.make_url(path)) for path in paths)))
    async with open_consumer(settings, url) as worker, working(worker):
        await until(ended or (lambda: drained(settings)))


# ---------------------------------------------------------------- redis
async def test_a_redis_that_is_stopped(settings: Settings, watching: Watching, fires: Fires, tmp_path: Path) -> None:
    async with embedded(tmp_path / "redis") as url:
        watch = watching(settings.override(redis_url=url))
        scrape = await watch.__aenter__()
        before = await scrape()
    try:
        await until(lambda: says(scrape, r"communique_redis_up 0"))
        after = await scrape()
    finally:
        await watch.__aexit__(None, None, None)
    fires("CommuniqueRedisUnreachable", before, after)


async def test_a_redis_that_fills_up(
    settings: Settings, watching: Watching, fires: Fires, private_redis_url: str
) -> None:
    settings = settings.override(redis_url=private_redis_url)
    async with connect(private_redis_url) as client, watching(settings) as scrape:
        used = int((await client.info("memory"))["used_memory"])
        await client.config_set("maxmemory", used + 40_000_000)
        before = await scrape()
        for n in range(36):
            await client.set(f"big{n}", b"x" * 1_000_000)
        after = await scrape()
    fires("CommuniqueRedisMemory", before, after)


# ---------------------------------------------------------------- queue
async def test_a_queue_that_nobody_reads(redis: Redis, settings: Settings, watching: Watching, fires: Fires) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue, watching(settings) as scrape:
        before = await scrape()
        await redis.xadd(queue.keys.urls, {"task": '{"id":"t","url":"https://a.example/"}'}, id=long_ago())
        after = await scrape()
        fires("CommuniqueQueueLagging", before, after)
        await queue.read(1, 0)  # and whoever reads it now never ends it
        fires("CommuniqueTaskStuck", before, await scrape())


async def test_a_queue_that_fills_up(settings: Settings, watching: Watching, fires: Fires) -> None:
    settings = settings.override(max_backlog=20)
    async with UrlQueue(settings.redis.url or "", settings) as queue, watching(settings) as scrape:
        before = await scrape()
        await queue.put_many(tasks(*(f"https://a.example/{n}" for n in range(19))))
        after = await scrape()
    fires("CommuniqueQueueFilling", before, after)


# ---------------------------------------------------------------- pages
async def test_a_site_whose_pages_are_gone(settings: Settings, watching: Watching, fires: Fires) -> None:
    async with site() as server, watching(settings) as scrape:
        before = await scrape()
        await _work_off(settings, server, *(f"/{n}" for n in range(20)))
        after = await scrape()
    fires("CommuniqueGivingUp", before, after, minutes=10)


async def test_pages_that_never_end_parsing(
    settings: Settings, watching: Watching, fires: Fires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "process_page", never_ends)
    settings = settings.override(process_timeout_s=0.3, processes=1)
    async with site(*((f"/{n}", "<p>a</p>") for n in range(3))) as server, watching(settings) as scrape:
        before = await scrape()
        await _work_off(settings, server, *(f"/{n}" for n in range(3)))
        after = await scrape()
    fires("CommuniqueParseKills", before, after, minutes=10, cause="timeout")


def never_ends(_: Page) -> None:
    while True:
        pass


async def test_many_hosts_that_ask_to_be_left_alone(settings: Settings, watching: Watching, fires: Fires) -> None:
    async with (
        connect(settings.redis.url or "") as client,
        Fetcher(settings.fetch) as fetcher,
        watching(settings) as scrape,
    ):
        before = await scrape()
        politeness = Politeness(client, fetcher, settings)
        for n in range(51):
            with suppress(Transient):
                async with politeness.honour_retry_after(f"https://news-{n}.example/"):
                    raise Transient("http_429", retry_after_s=900)
        after = await scrape()
    assert len(re.findall(r"(?m)^communique_host_pause_seconds\{", after)) == 20  # bounded, however many there are
    fires("CommuniqueHostsPaused", before, after)


# ---------------------------------------------------------------- sources
@asynccontextmanager
async def asking(settings: Settings, url: str) -> AsyncIterator[Discovery]:
    redis_url = settings.redis.url or ""
    settings = settings.override(host_delay_s=0)
    async with (
        UrlQueue(redis_url, settings) as queue,
        open_discovery([Source(name="courier", url=url)], settings, redis_url, queue) as discovering,
    ):
        yield discovering


async def test_a_source_that_fails(settings: Settings, watching: Watching, fires: Fires) -> None:
    async with (
        site() as server,
        asking(settings, str(server.make_url("/feed"))) as discovering,
        watching(settings, "discover", on_poll=discovering.update_gauges) as scrape,
    ):
        before = await scrape()
        for _ in range(3):
            await discovering.poll_all()
        after = await scrape()
    fires("CommuniqueSourceFailing", before, after, source="courier")


async def test_sources_that_have_nothing_new(settings: Settings, watching: Watching, fires: Fires) -> None:
    feed = '<rss version="2.0"><channel><title>C</title><item><link>https://a.example/{}</link></item></channel></rss>'
    async with (
        site(("/feed", feed.format(1))) as server,
        asking(settings, str(server.make_url("/feed"))) as discovering,
        watching(settings, "discover", on_poll=discovering.update_gauges) as scrape,
    ):
        first = await scrape()
        await discovering.poll_all()
        found = await scrape()
        await discovering.poll_all()
        nothing_new = await scrape()
    assert series(found, HERE) != series(first, HERE)
    fires("CommuniqueNothingNew", first, found, nothing_new, minutes=5 * 60, step_s=300)
