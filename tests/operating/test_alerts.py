"""Each alert fires because of its fault, on metrics that real services export, and not before.

The faults are real: a killed worker, a stopped Redis, a page that blocks its process.  The services are scraped before
and after; then promtool evaluates the deployed rules as if each state had lasted for some time.
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

from tests.operating.conftest import (
    INSTANCE,
    OLD_S,
    AssertFires,
    Monitored,
    fired,
    get,
    has_line,
    old_entry_id,
    process,
    wait_until,
)
from tests.operating.promtool import Phase, Series, alert_states, down, requires, series
from worker.consume import Consumer, open_consumer, page_reader
from worker.discover import Discovery, Source, open_discovery
from worker.monitor import monitored_service as health
from worker.queue import HostRequest, Hosts, UrlQueue
from worker.schema import Page, Task, article_stream, fleet, task_id
from worker.settings import Settings
from worker.streams import connect, retry_while_unavailable, waiting_for_memory
from worker.streams.embedded_server import run_embedded_server
from worker.telemetry.liveness import LoopSpec
from worker.telemetry.metrics.registry import REGISTRY

pytestmark = requires("promtool")
BUG_COUNTED = r'communique_articles_total\{outcome="put_off",reason="bug"\} [1-9]'


def tasks(*urls: str) -> list[Task]:
    return [Task(id=task_id(url), url=url) for url in urls]


@asynccontextmanager
async def running_consumer(worker: Consumer) -> AsyncIterator[None]:
    """Run a consumer for the duration of the block."""
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        with suppress(RedisError, ExceptionGroup):
            await running


async def is_drained(settings: Settings) -> bool:
    queue = UrlQueue(settings.redis.url or "", settings)
    try:
        depth = await queue.depth()
    finally:
        await queue.aclose()
    return not depth.unfinished


def site(*routes: tuple[str, str]) -> TestServer:
    """Return a server that answers each path with its body, and other paths with 404."""
    bodies = dict(routes)

    async def answer(request: web.Request) -> web.Response:
        found = request.path in bodies
        return web.Response(text=bodies.get(request.path, ""), status=200 if found else 404, content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    return TestServer(app)


# ---------------------------------------------------------------- services
async def test_a_killed_worker(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fleet, "HEARTBEAT_TIMEOUT_S", 1.0)
    settings = settings.override(lease_s=1.0)
    never = asyncio.Event()

    async def hang(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    app = web.Application()
    app.router.add_get("/hang", hang)
    async with TestServer(app) as server, monitored(settings, "discover") as scrape:
        async with process(settings, tmp_path / "log", "consume", COMMUNIQUE_LEASE_S="1") as victim:
            async with UrlQueue(settings.redis.url or "", settings) as queue:
                await queue.put_many(tasks(str(server.make_url("/hang"))))
                await wait_until(lambda: _holds_a_task(queue))
            before = series(await victim.get("metrics"), "victim:9464") | series(await scrape(), INSTANCE)
            victim.child.kill()
            await victim.child.wait()
        after = down("victim:9464") | series(await scrape(), INSTANCE)
        await asyncio.sleep(fleet.HEARTBEAT_TIMEOUT_S)
        silent = down("victim:9464") | series(await scrape(), INSTANCE)
        claims = int(REGISTRY.get_sample_value("communique_claims_total") or 0)
        async with open_consumer(settings, settings.redis.url or "") as successor, running_consumer(successor):
            await wait_until(lambda: has_line(scrape, rf"communique_claims_total {claims + 1}\.0"))
            claimed = down("victim:9464") | series(await scrape(), INSTANCE)
            never.set()
    assert_fires("CommuniqueServiceDown", before, after, instance="victim:9464")
    assert_fires("CommuniqueServiceSilent", before, silent, service="worker")
    assert_fires("CommuniqueNoWorker", before, silent)
    assert_fires("CommuniqueWorkersDie", silent, claimed, minutes=10)


async def _holds_a_task(queue: UrlQueue) -> bool:
    return (await queue.depth()).pending == 1


async def test_a_service_that_keeps_restarting(settings: Settings, tmp_path: Path) -> None:
    sources = tmp_path / "sources.toml"
    sources.write_text('[[source]]\nname = "none"\nurl = "http://127.0.0.1:1/feed"\n')
    starts: list[Series] = []
    for attempt in range(5):
        words = ("discover", "--sources", str(sources))
        async with process(settings, tmp_path / f"log{attempt}", *words) as service:
            starts.append(series(await service.get("metrics"), INSTANCE))
    phases = [Phase(30, starts[0]), *(Phase(2, start) for start in starts[1:])]
    *before, after = alert_states("CommuniqueRestarting", phases, tmp_path, instance=INSTANCE)
    assert after
    assert not any(before)
    fired.add("CommuniqueRestarting")


async def test_a_blocked_event_loop(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health,
        "SERVICE_LOOPS",
        {"loop": LoopSpec(max_silence_s=0.5, critical=True), "redis": LoopSpec(max_silence_s=60)},
    )
    monkeypatch.setattr(health, "EVENT_LOOP_INTERVAL_S", 0.1)
    async with monitored(settings) as scrape:
        before = await scrape()
        with ThreadPoolExecutor() as threads:
            scraping = threads.submit(_get_later, f"{scrape.address}/metrics")
            after = scraping.result()  # blocks the event loop: the fault
    assert_fires("CommuniqueLoopStuck", before, after, part="loop")


def _get_later(url: str) -> str:
    time.sleep(0.8)
    return get(url)


async def test_an_unexpected_exception(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "process_and_encode", None)  # not callable: an unexpected error
    async with site(("/a", "<p>a</p>")) as server, monitored(settings) as scrape:
        before = await scrape()
        await _process_pages(settings, server, "/a", ended=lambda: has_line(scrape, BUG_COUNTED))
        after = await scrape()
    assert_fires("CommuniqueBug", before, after, minutes=10)


async def _process_pages(
    settings: Settings, server: BaseTestServer, *paths: str, ended: Callable[[], Awaitable[bool]] | None = None
) -> None:
    """Enqueue the paths and run a worker until the queue is empty, or until `ended` returns true."""
    settings = settings.override(host_delay_s=0, backoff_s=0.1, max_attempts=2, drain_s=1)
    url = settings.redis.url or ""
    async with UrlQueue(url, settings) as queue:
        await queue.put_many(tasks(*(str(server.make_url(path)) for path in paths)))
    async with open_consumer(settings, url) as worker, running_consumer(worker):
        await wait_until(ended or (lambda: is_drained(settings)))


# ---------------------------------------------------------------- redis
async def test_a_stopped_redis(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, tmp_path: Path
) -> None:
    async with run_embedded_server(tmp_path / "redis") as url:
        monitoring = monitored(settings.override(redis_url=url))
        scrape = await monitoring.__aenter__()
        before = await scrape()
    try:
        await wait_until(lambda: has_line(scrape, r"communique_redis_up 0"))
        after = await scrape()
    finally:
        await monitoring.__aexit__(None, None, None)
    assert_fires("CommuniqueRedisUnreachable", before, after)


async def test_a_redis_with_little_memory_left(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, private_redis_url: str
) -> None:
    settings = settings.override(redis_url=private_redis_url)
    async with connect(private_redis_url) as client, monitored(settings) as scrape:
        used = int((await client.info("memory"))["used_memory"])
        await client.config_set("maxmemory", used + 40_000_000)
        before = await scrape()
        for n in range(36):
            await client.set(f"big{n}", b"x" * 1_000_000)
        after = await scrape()
    assert_fires("CommuniqueRedisMemory", before, after)


async def test_a_full_redis(
    settings: Settings,
    monitored: Monitored,
    assert_fires: AssertFires,
    private_redis_url: str,
    tmp_path: Path,
) -> None:
    settings = settings.override(redis_url=private_redis_url)
    async with connect(private_redis_url) as client, monitored(settings) as scrape:
        before = await scrape()
        await client.config_set("maxmemory", 1)
        with waiting_for_memory(asyncio.Event()):
            step = asyncio.create_task(retry_while_unavailable(client, lambda: client.set("a", "b"), 0.0))
            await wait_until(lambda: has_line(scrape, "communique_redis_full_waits 1"))
            during = await scrape()
            assert await has_line(scrape, "communique_redis_up 1")
            await client.config_set("maxmemory", 0)
            await step
        after = await scrape()
    assert_fires("CommuniqueRedisFull", before, during)
    [*_, still] = alert_states(
        "CommuniqueRedisFull", [Phase(20, series(s, INSTANCE)) for s in (during, after)], tmp_path
    )
    assert not still


async def test_an_eviction_policy_that_is_set_later(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, private_redis_url: str
) -> None:
    settings = settings.override(redis_url=private_redis_url)
    async with connect(private_redis_url) as client, monitored(settings) as scrape:
        await client.config_set("maxmemory", 100_000_000)
        before = await scrape()
        await client.config_set("maxmemory-policy", "allkeys-lru")
        after = await scrape()
    assert_fires("CommuniqueRedisEvictsKeys", before, after)


async def test_a_group_that_never_reads(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, private_redis_url: str
) -> None:
    settings = settings.override(redis_url=private_redis_url, stream_bytes=100_000)
    articles = article_stream(settings.redis.key_prefix)
    async with connect(private_redis_url) as client, monitored(settings) as scrape:
        await client.xgroup_create(articles, "idle", id="0", mkstream=True)
        before = await scrape()
        for _ in range(40):
            await client.xadd(articles, {"data": b"x" * 10_000})
        await wait_until(lambda: has_line(scrape, r'communique_trimmed_unread_entries_total\{stream="article"\} [1-9]'))
        after = await scrape()
    assert_fires("CommuniqueUnreadTrimmed", before, after, minutes=10, stream="article")


# ---------------------------------------------------------------- queue
async def test_a_queue_without_a_working_reader(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue, monitored(settings) as scrape:
        before = await scrape()
        await redis.xadd(queue.keys.ready, {"task": '{"id":"t","url":"https://a.example/"}'}, id=old_entry_id())
        after = await scrape()
        assert_fires("CommuniqueQueueLagging", before, after)
        await queue.read(1, 0)  # and is never settled
        assert_fires("CommuniqueTaskStuck", before, await scrape())


async def test_tasks_that_no_worker_releases(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue, monitored(settings) as scrape:
        await queue.put_many(tasks(*(f"https://a.example/{n}" for n in range(2))))
        before = await scrape()
        [delivery] = await queue.read(1, 0)
        await queue.settle(delivery, [])
        assert await redis.zscore(queue.keys.hosts, "a.example")
        await redis.zadd(queue.keys.hosts, {"a.example": (time.time() - OLD_S) * 1000})
        await wait_until(lambda: has_line(scrape, rf"communique_queue_release_lag_seconds {str(OLD_S)[:2]}\d\d"))
        after = await scrape()
    assert_fires("CommuniqueQueueNotReleased", before, after)


async def test_a_queue_near_its_limit(settings: Settings, monitored: Monitored, assert_fires: AssertFires) -> None:
    settings = settings.override(max_backlog=20)
    async with UrlQueue(settings.redis.url or "", settings) as queue, monitored(settings) as scrape:
        before = await scrape()
        await queue.put_many(tasks(*(f"https://a.example/{n}" for n in range(19))))
        await wait_until(lambda: has_line(scrape, r'communique_queue_tasks\{state="waiting"\} 1[78]\.0'))
        after = await scrape()
    assert_fires("CommuniqueQueueFilling", before, after)
    assert_fires("CommuniqueBacklogGrowing", before, after, minutes=180, step_s=60)


# ---------------------------------------------------------------- pages
async def test_a_site_whose_pages_are_gone(settings: Settings, monitored: Monitored, assert_fires: AssertFires) -> None:
    async with site() as server, monitored(settings) as scrape:
        before = await scrape()
        await _process_pages(settings, server, *(f"/{n}" for n in range(20)))
        after = await scrape()
    assert_fires("CommuniqueGivingUp", before, after, minutes=10)


async def test_pages_whose_parsing_loop_forever(
    settings: Settings, monitored: Monitored, assert_fires: AssertFires, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_reader, "process_and_encode", loop_forever)
    settings = settings.override(process_timeout_s=0.3, processes=1)
    async with site(*((f"/{n}", "<p>a</p>") for n in range(3))) as server, monitored(settings) as scrape:
        before = await scrape()
        await _process_pages(settings, server, *(f"/{n}" for n in range(3)))
        after = await scrape()
    assert_fires("CommuniqueParseKills", before, after, minutes=10, cause="timeout")


def loop_forever(_: Page, **_options: object) -> None:
    while True:
        pass


async def test_many_hosts_that_fail(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    hosts = Hosts(redis, settings)
    async with monitored(settings) as scrape:
        await hosts.failed(HostRequest("down.example", "1"), "connect", jitter=0.5)
        await wait_until(lambda: has_line(scrape, r"communique_down_hosts 1\.0"))
        before = await scrape()
        for n in range(50):
            await hosts.failed(HostRequest(f"news-{n}.example", f"{n}"), "http_429", jitter=0.5, pause_s=900)
        await wait_until(lambda: has_line(scrape, r"communique_down_hosts 51\.0"))
        after = await scrape()
    assert len(re.findall(r"(?m)^communique_host_pause_seconds\{", after)) == 20  # bounded
    assert_fires("CommuniqueManyHostsDown", before, after)


# ---------------------------------------------------------------- sources
@asynccontextmanager
async def discovery_of(settings: Settings, url: str) -> AsyncIterator[Discovery]:
    redis_url = settings.redis.url or ""
    settings = settings.override(host_delay_s=0)
    async with (
        UrlQueue(redis_url, settings) as queue,
        open_discovery([Source(name="courier", url=url)], settings, redis_url, queue) as discovering,
    ):
        yield discovering


async def test_a_failing_source(settings: Settings, monitored: Monitored, assert_fires: AssertFires) -> None:
    async with (
        site() as server,
        discovery_of(settings, str(server.make_url("/feed"))) as discovering,
        monitored(settings, "discover", on_poll=discovering.update_gauges) as scrape,
    ):
        before = await scrape()
        for _ in range(3):
            await discovering.poll_all()
        after = await scrape()
    assert_fires("CommuniqueSourceFailing", before, after, source="courier")


async def test_sources_without_new_urls(settings: Settings, monitored: Monitored, assert_fires: AssertFires) -> None:
    feed = '<rss version="2.0"><channel><title>C</title><item><link>https://a.example/{}</link></item></channel></rss>'
    async with (
        site(("/feed", feed.format(1))) as server,
        discovery_of(settings, str(server.make_url("/feed"))) as discovering,
        monitored(settings, "discover", on_poll=discovering.update_gauges) as scrape,
    ):
        first = await scrape()
        await discovering.poll_all()
        found = await scrape()
        await discovering.poll_all()
        nothing_new = await scrape()
    assert series(found, INSTANCE) != series(first, INSTANCE)
    assert_fires("CommuniqueNothingNew", first, found, nothing_new, minutes=5 * 60, step_s=300)
