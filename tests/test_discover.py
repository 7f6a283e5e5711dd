"""Discovery against a real server, a real Redis and the real queue: every new link once, no source spoils another."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from aiohttp import web
from msgspec.structs import replace
from redis.asyncio import Redis

from worker.discover import Discover, Source, load_sources
from worker.errors import UsageError
from worker.fetch import Fetcher
from worker.politeness import Politeness
from worker.queue import QueueFull, UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings

SHIPPED = Path(__file__).parent.parent / "deploy" / "sources.toml"


class Site:
    """A site on loopback whose feeds a test writes."""

    def __init__(self) -> None:
        self.base = ""
        self.bodies: dict[str, str] = {}
        self.statuses: dict[str, int] = {}
        self.headers: dict[str, dict[str, str]] = {}
        self.asked: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        headers = self.headers.get(request.path, {})
        etag = headers.get("ETag")
        if etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304)
        return web.Response(
            text=self.bodies.get(request.path, ""),
            status=self.statuses.get(request.path, 200 if request.path in self.bodies else 404),
            headers=headers,
            content_type=None if "Content-Type" in headers else "application/rss+xml",
        )


def rss(*urls: str) -> str:
    return f"<rss><channel>{''.join(f'<item><link>{u}</link></item>' for u in urls)}</channel></rss>"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application()
    app.router.add_get("/{path:.*}", site.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listening).start()
    site.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
    yield site
    await runner.cleanup()


@pytest.fixture
def quick(settings: Settings) -> Settings:
    return replace(settings, host_delay_s=0.0, discover_interval_s=600.0, total_timeout_s=1.0)


@pytest.fixture
async def queue(quick: Settings) -> AsyncIterator[UrlQueue]:
    assert quick.redis_url
    async with UrlQueue(quick.redis_url, quick) as queue:
        yield queue


@pytest.fixture
async def fetcher(quick: Settings) -> AsyncIterator[Fetcher]:
    async with Fetcher(quick) as fetcher:
        yield fetcher


@pytest.fixture
def make(redis: Redis, quick: Settings, queue: UrlQueue, fetcher: Fetcher, site: Site) -> Make:
    return Make(redis, quick, queue, fetcher, site)


class Make:
    """Builds discoverers of the site's feeds: `make("/world.xml")`."""

    def __init__(self, redis: Redis, settings: Settings, queue: UrlQueue, fetcher: Fetcher, site: Site) -> None:
        self.redis, self.settings, self.queue, self.fetcher, self.site = redis, settings, queue, fetcher, site

    def __call__(self, *paths: str, queue: object = None, **changed: float) -> Discover:
        settings = replace(self.settings, **changed)
        return Discover(
            [Source(name=path, url=self.site.base + path) for path in paths],
            settings,
            client=self.redis,
            fetcher=self.fetcher,
            politeness=Politeness(self.redis, self.fetcher, settings),
            queue=queue or self.queue,  # type: ignore[arg-type]
        )

    async def queued(self) -> list[Task]:
        return [delivery.task for delivery in await self.queue.read(100, 0.0)]


# ---------------------------------------------------------------- what it is for
async def test_links_become_tasks_once(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a?utm_source=rss", "https://other.example/b#top", "/a")
    discover = make("/world.xml")
    [asked] = await discover.once()
    assert (asked.outcome, asked.links, asked.new, asked.refused) == ("read", 3, 2, 0)
    [again] = await discover.once()
    assert (again.outcome, again.links, again.new) == ("read", 3, 0)
    first, second = await make.queued()
    assert (first.url, second.url) == (f"{site.base}/a", "https://other.example/b")
    assert first.id == task_id(first.url)
    assert first.source == "/world.xml"
    assert isinstance(first.put_at, datetime)
    assert first.put_at.tzinfo is not None


async def test_a_bad_link_spoils_no_other(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a", "javascript:alert(1)", "http://user:pw@a.example/", "http://[x", "/b")
    [asked] = await make("/world.xml").once()
    assert (asked.new, asked.refused) == (2, 3)
    assert asked.detail
    assert "javascript" in asked.detail


async def test_a_bad_source_spoils_no_other(make: Make, site: Site) -> None:
    site.bodies |= {"/good.xml": rss("/a"), "/page": "<!doctype html><title>Sign in</title>", "/busy.xml": ""}
    site.statuses["/busy.xml"] = 500
    outcomes = await make("/gone.xml", "/page", "/good.xml", "/busy.xml").once()
    assert [(o.source, o.outcome, o.reason) for o in outcomes] == [
        ("/gone.xml", "failed", "http_404"),
        ("/page", "failed", "not_a_feed"),
        ("/good.xml", "read", None),
        ("/busy.xml", "failed", "http_500"),
    ]
    assert outcomes[1].detail
    assert "HTML page titled 'Sign in'" in outcomes[1].detail
    assert len(await make.queued()) == 1


async def test_each_source_asked_is_one_log_line(make: Make, site: Site) -> None:
    site.bodies["/good.xml"] = rss("/a")
    with structlog.testing.capture_logs() as lines:
        await make("/good.xml", "/gone.xml").once()
    by_source = {line["source"]: line for line in lines if line["event"] == "source"}
    assert [line["event"] for line in lines].count("source") == len(by_source) == 2
    assert by_source["/good.xml"]["new"] == 1
    assert by_source["/gone.xml"]["reason"] == "http_404"


# ---------------------------------------------------------------- when
async def test_a_source_is_asked_when_due_by_one_of_all_replicas(make: Make, site: Site) -> None:
    site.bodies["/world.xml"] = rss("/a")
    replicas = [make("/world.xml") for _ in range(3)]
    rounds = await asyncio.gather(*(r.once(due_only=True) for r in replicas))
    assert sorted(o.outcome for [o] in rounds) == ["not_due", "not_due", "read"]
    [later] = await replicas[0].once(due_only=True)
    assert later.outcome == "not_due"
    assert later.next_s == pytest.approx(600, abs=5)
    assert site.asked["/world.xml"] == 1


async def test_what_has_not_changed_is_not_sent_again_even_to_a_new_process(make: Make, site: Site) -> None:
    site.bodies["/world.xml"], site.headers["/world.xml"] = rss("/a"), {"ETag": '"v1"'}
    assert [o.outcome for o in await make("/world.xml").once()] == ["read"]
    assert [o.outcome for o in await make("/world.xml").once()] == ["unchanged"]
    assert [o.outcome for o in await make("/world.xml").once()] == ["unchanged"]
    site.headers["/world.xml"] = {"ETag": '"v2"'}
    assert [o.outcome for o in await make("/world.xml").once()] == ["read"]


async def test_what_was_not_enqueued_is_not_taken_for_seen(make: Make, site: Site) -> None:
    """Validators are kept only after the links are safe: a full queue loses none of them."""

    class Full:
        async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
            raise QueueFull(waiting=7, put=len(tasks) - 1)

    site.bodies["/world.xml"], site.headers["/world.xml"] = rss("/a"), {"ETag": '"v1"'}
    [full] = await make("/world.xml", queue=Full()).once()
    assert (full.outcome, full.reason, full.next_s) == ("failed", "queue_full", 600)
    [asked] = await make("/world.xml").once()
    assert (asked.outcome, asked.new) == ("read", 1)


async def test_a_failing_source_is_asked_ever_more_rarely_until_it_recovers(make: Make, site: Site) -> None:
    discover = make("/world.xml")
    assert [(await discover.once())[0].next_s for _ in range(3)] == [1200, 2400, 4800]
    assert [(await make("/world.xml").once())[0].next_s for _ in range(9)][-1] == 6 * 3600
    site.bodies["/world.xml"] = rss("/a")
    assert (await discover.once())[0].next_s == 600
    del site.bodies["/world.xml"]
    assert (await discover.once())[0].next_s == 1200


async def test_retry_after_of_a_feed_is_kept_by_everybody(make: Make, site: Site) -> None:
    site.bodies |= {"/world.xml": "", "/other.xml": rss("/a")}
    site.statuses["/world.xml"], site.headers["/world.xml"] = 429, {"Retry-After": "3000"}
    [asked] = await make("/world.xml").once()
    assert (asked.reason, asked.next_s) == ("http_429", 3000)
    [other] = await make("/other.xml").once()
    assert (other.outcome, other.reason) == ("waiting", "host_busy")
    assert other.next_s == pytest.approx(3000, abs=5)
    assert site.asked["/other.xml"] == 0


# ---------------------------------------------------------------- politeness
async def test_feeds_obey_robots_txt(make: Make, site: Site) -> None:
    site.bodies |= {"/robots.txt": "User-agent: *\nDisallow: /feeds/", "/feeds/world.xml": rss("/a")}
    [asked] = await make("/feeds/world.xml").once()
    assert (asked.outcome, asked.reason) == ("failed", "robots")
    assert site.asked["/feeds/world.xml"] == 0


async def test_a_feed_that_moved_to_where_robots_may_not_go_is_not_asked_there(make: Make, site: Site) -> None:
    site.bodies |= {"/robots.txt": "User-agent: *\nDisallow: /new/", "/old.xml": "", "/new/world.xml": rss("/a")}
    site.statuses["/old.xml"], site.headers["/old.xml"] = 301, {"Location": "/new/world.xml"}
    [asked] = await make("/old.xml").once()
    assert (asked.outcome, asked.reason) == ("failed", "robots")
    assert site.asked["/new/world.xml"] == 0


async def test_feeds_of_one_host_are_asked_one_after_the_other(make: Make, site: Site) -> None:
    site.bodies |= {f"/{n}.xml": rss(f"/{n}") for n in range(3)}
    started = asyncio.get_running_loop().time()
    outcomes = await make("/0.xml", "/1.xml", "/2.xml", host_delay_s=0.6).once()
    assert [o.outcome for o in outcomes] == ["read"] * 3
    assert asyncio.get_running_loop().time() - started >= 1.0


# ---------------------------------------------------------------- the loop
async def test_the_loop_asks_again_and_stops_when_told(make: Make, site: Site) -> None:
    stop = asyncio.Event()
    calls: list[int] = []

    class Counting:
        async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
            calls.append(len(tasks))
            if len(calls) == 3:
                stop.set()
            return [False] * len(tasks)

    site.bodies["/world.xml"] = rss("/a")
    async with asyncio.timeout(5):
        await make("/world.xml", queue=Counting(), discover_interval_s=0.05).run(stop)
    assert calls == [1, 1, 1]


async def test_the_loop_stops_in_the_middle_of_asking(make: Make, site: Site) -> None:
    hanging = asyncio.Event()

    class Slow:
        async def put_many(self, _: Sequence[Task]) -> list[bool]:
            hanging.set()
            await asyncio.sleep(60)
            return []

    site.bodies["/world.xml"] = rss("/a")
    stop = asyncio.Event()
    running = asyncio.create_task(make("/world.xml", queue=Slow()).run(stop))
    async with asyncio.timeout(5):
        await hanging.wait()
        stop.set()
        await running


# ---------------------------------------------------------------- the sources file
def test_the_shipped_sources_file_is_sound() -> None:
    sources = load_sources(SHIPPED)
    assert len(sources) >= 5
    assert all(source.url.startswith("https://") for source in sources)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "names no source"),
        ("# only a comment\n", "names no source"),
        ("[[source]]\nname = 'a'\n", "missing required field `url` - at `$.source[0]`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\nurls = 'x'\n", "unknown field `urls` - at `$.source[0]`"),
        ("[[sources]]\nname = 'a'\n", "unknown field `sources`"),
        ("[[source]]\nname = 'a'\nurl = 7\n", "Expected `str`, got `int` - at `$.source[0].url`"),
        ("[[source]]\nname = ''\nurl = 'https://a.example/'\n", "at `$.source[0].name`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\ninterval_s = 0\n", "at `$.source[0].interval_s`"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\nlanguage = 'English'\n", "at `$.source[0].language`"),
        ("[[source]]\nname = 'a'\nurl = 'a.example/feed'\n", "url of source 'a': 'a.example/feed': no http"),
        ("[[source]]\nname = 'a'\nurl = 'https://a.example/'\n" * 2, "'a' stands there 2 times"),
        ("[[source]\n", "line 1"),
        ("\x00", "sources file"),
    ],
)
def test_a_bad_sources_file_is_an_error_that_names_the_place(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as e:
        load_sources(path)
    assert str(path) in str(e.value)
    assert why in str(e.value)


def test_a_sources_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        load_sources(tmp_path / "none.toml")
    with pytest.raises(UsageError, match="directory"):
        load_sources(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b"[[source]]\nname = '\xfc'\n")
    with pytest.raises(UsageError, match="utf-8"):
        load_sources(tmp_path / "latin.toml")
