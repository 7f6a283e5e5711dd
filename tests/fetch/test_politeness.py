"""robots.txt, with a real Redis and a real server."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest
import structlog
from aiohttp import web
from redis.asyncio import Redis

from worker.errors import Failure, HostFailure, NotYet, Permanent
from worker.fetch.client import Fetcher, open_fetcher
from worker.fetch.politeness import _LOCK, _UNLOCK, Politeness, _RulesCache
from worker.fetch.robots_rules import RobotsRules
from worker.queue import Hosts
from worker.settings import Settings
from worker.streams import Call

DELAY_S = 10.0
"""Long enough that no slot is reached while a test runs."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Host:
    """A host on loopback, with a configurable robots.txt; counts its requests by path."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.base = ""
        self.robots = ""
        self.status = 200
        self.headers: dict[str, str] = {}
        self.released = asyncio.Event()
        """robots.txt is sent once it is set."""
        self.released.set()
        self.requests: Counter[str] = Counter()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests[request.path] += 1
        if request.path != "/robots.txt":
            return web.Response(status=302, headers={"Location": request.query.get("to", "/landed")})
        await self.released.wait()
        return web.Response(text=self.robots, status=self.status, headers=self.headers)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Host]:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        listening = socket.create_server((self.address, 0))
        await web.SockSite(runner, listening).start()
        self.base = f"http://{self.address}:{listening.getsockname()[1]}"
        try:
            yield self
        finally:
            await runner.cleanup()

    def url(self, path: str = "/a") -> str:
        return self.base + path


@pytest.fixture
async def hosts() -> AsyncIterator[tuple[Host, Host]]:
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(Host(f"127.0.0.{n}").serving()) for n in (1, 2)]
        yield one, two


@pytest.fixture
def host(hosts: tuple[Host, Host]) -> Host:
    return hosts[0]


@pytest.fixture
async def politeness(redis: Redis, settings: Settings) -> AsyncIterator[Politeness]:
    quick = settings.override(host_delay_s=DELAY_S, total_timeout_s=60.0, read_timeout_s=60.0)
    async with open_fetcher(Hosts(redis, quick), quick) as fetcher:
        yield Politeness(redis, fetcher, quick)


def replica(of: Politeness, **changed: float) -> Politeness:
    """Return the Politeness of another worker, which shares only Redis with `of`."""
    return Politeness(of._client, of._fetcher, of._settings.override(**changed))


async def outcome(politeness: Politeness, url: str) -> Failure | None:
    try:
        await politeness.admit(url)
    except Failure as failure:
        return failure
    return None


async def pass_time(politeness: Politeness, host: Host, seconds: float) -> None:
    """Let `seconds` pass for one host, by moving its times in Redis into the past."""
    key = f"{politeness._settings.redis.key_prefix}:host:{host.address}"
    for name in ("sent_at", "retry_at", "next"):
        if ms := await politeness._client.hget(key, name):
            await politeness._client.hset(key, name, int(float(ms) - seconds * 1000))


# ---------------------------------------------------------------- robots.txt
async def test_a_disallowed_url_is_never_requested(politeness: Politeness, host: Host) -> None:
    host.robots = "User-agent: communique\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
    assert await outcome(politeness, host.url("/public")) is None
    failure = await outcome(politeness, host.url("/private/a"))
    assert isinstance(failure, Permanent)
    assert failure.reason == "robots"
    assert "/private/a" in failure.detail


async def test_the_task_that_fetches_robots_txt_obeys_it_too(politeness: Politeness, host: Host) -> None:
    host.robots = "\ufeffUser-agent: *\nDisallow: /\n"
    failure = await outcome(politeness, host.url())
    assert isinstance(failure, Permanent)
    assert failure.reason == "robots"


async def test_robots_txt_is_fetched_once_for_all_replicas(politeness: Politeness, host: Host) -> None:
    host.released.clear()
    replicas = [replica(politeness) for _ in range(4)]
    tasks = [asyncio.create_task(outcome(r, host.url(f"/{n}"))) for n in range(5) for r in replicas]
    while not host.requests["/robots.txt"]:  # noqa: ASYNC110 - until it is requested
        await asyncio.sleep(0.01)
    host.released.set()
    assert await asyncio.gather(*tasks) == [None] * 20
    assert host.requests["/robots.txt"] == 1
    assert await outcome(replica(politeness), host.url("/later")) is None
    assert host.requests["/robots.txt"] == 1


async def test_robots_txt_that_was_fetched_before_the_lock_was_taken_is_not_fetched_again(
    politeness: Politeness, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = replica(politeness)
    look_up, looked = late._cached_rules, asyncio.Event()

    async def look_up_and_pause(origin: str) -> RobotsRules | None:
        found = await look_up(origin)
        if not looked.is_set():  # the other worker fetches it between this first look and the lock
            looked.set()
            await politeness.admit(host.url("/first"))
        return found

    monkeypatch.setattr(late, "_cached_rules", look_up_and_pause)
    assert await outcome(late, host.url("/second")) is None
    assert looked.is_set()
    assert host.requests["/robots.txt"] == 1


async def test_a_worker_whose_reply_was_lost_still_holds_the_lock(politeness: Politeness, host: Host) -> None:
    client, lock = politeness._client, f"{politeness._key(host.base)}:asking"
    first = Call([lock], ["a", 60_000])
    assert [await _LOCK.run(client, call) for call in (first, first, Call([lock], ["b", 60_000]))] == [1, 1, 0]
    assert await client.pttl(lock) > 50_000
    assert await _UNLOCK.run(client, Call([lock], ["b"])) == 0
    assert [await _UNLOCK.run(client, Call([lock], ["a"])) for _ in range(2)] == [1, 0]


async def test_the_lock_of_another_worker_is_left_alone(politeness: Politeness, host: Host) -> None:
    lock = f"{politeness._key(host.base)}:asking"
    host.released.clear()
    stalled = asyncio.create_task(outcome(politeness, host.url()))
    while not host.requests["/robots.txt"]:  # noqa: ASYNC110 - until it is requested
        await asyncio.sleep(0.01)
    await politeness._client.set(lock, "of another worker")  # the lease of the first one has expired
    host.released.set()
    assert await stalled is None
    assert await politeness._client.get(lock) == b"of another worker"


async def test_rules_in_the_form_of_another_version_are_fetched_again(politeness: Politeness, host: Host) -> None:
    await politeness._client.set(politeness._key(host.base), b"User-agent: *\nDisallow: /\n")
    assert await outcome(politeness, host.url()) is None
    assert host.requests["/robots.txt"] == 1
    assert await outcome(replica(politeness), host.url()) is None
    assert host.requests["/robots.txt"] == 1


async def test_a_host_costs_redis_and_the_process_little(politeness: Politeness, host: Host) -> None:
    rules = [f"Disallow: /archive/{n}/" for n in range(30_000)]
    host.robots = "User-agent: *\n" + "\n".join(rules)
    assert await outcome(politeness, host.url("/archive/9999/a"))
    stored = await politeness._client.get(politeness._key(host.base))
    assert isinstance(stored, bytes)
    assert politeness._cache._bytes == len(stored) < 2_000
    assert await outcome(replica(politeness), host.url("/archive/9999/a"))
    assert host.requests["/robots.txt"] == 1


def test_the_cache_of_the_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.fetch.politeness._CACHE_SIZE", 3)
    monkeypatch.setattr("worker.fetch.politeness._CACHE_BYTES", 10)
    cache = _RulesCache()
    for origin, stored in (("a", b"1"), ("b", b"22"), ("c", b"3"), ("a", b"1"), ("d", b"4")):
        cache.put(origin, stored, until=100.0)
    assert [cache.get(origin, 99.9) for origin in "abcd"] == [b"1", None, b"3", b"4"]
    cache.put("e", b"5" * 9, until=100.0)
    assert [cache.get(origin, 99.9) for origin in "acde"] == [None, None, b"4", b"5" * 9]
    assert cache.get("d", 100.0) is None


async def test_a_task_does_not_wait_long_for_the_robots_txt_that_another_worker_fetches(
    politeness: Politeness, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.fetch.politeness.ROBOTS_WAIT_S", 0.3)
    host.released.clear()
    fetching = asyncio.create_task(outcome(politeness, host.url("/first")))
    while not host.requests["/robots.txt"]:  # noqa: ASYNC110 - until it is requested
        await asyncio.sleep(0.01)
    failure = await outcome(replica(politeness), host.url("/second"))
    assert isinstance(failure, NotYet)
    assert failure.wait_s == 0.3
    assert not fetching.done()
    host.released.set()
    assert await fetching is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_without_a_robots_txt_everything_is_allowed(politeness: Politeness, host: Host, status: int) -> None:
    host.robots, host.status = "User-agent: *\nDisallow: /\n", status
    assert await outcome(politeness, host.url()) is None


async def test_a_redirect_loop_means_no_robots_txt(politeness: Politeness, host: Host) -> None:
    host.status, host.headers = 302, {"Location": "/robots.txt"}
    assert await outcome(politeness, host.url()) is None


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_while_robots_txt_is_unreachable_the_host_is_paused(
    politeness: Politeness, host: Host, status: int
) -> None:
    host.status, host.headers = status, {"Retry-After": "40"}
    failure = await outcome(politeness, host.url("/a"))
    assert isinstance(failure, HostFailure)
    assert failure.reason == "robots_unreachable"
    assert failure.outage
    assert failure.outage.retry_in_s == 40
    again = await outcome(politeness, host.url("/b"))
    assert isinstance(again, NotYet)
    assert again.wait_s == pytest.approx(40, abs=1)
    assert host.requests == {"/robots.txt": 1}
    host.status = 200
    await pass_time(politeness, host, 60)
    assert await outcome(politeness, host.url("/a")) is None


async def test_a_silent_robots_txt_is_unreachable(politeness: Politeness, host: Host) -> None:
    host.released.clear()
    limits = msgspec.structs.replace(politeness._settings.fetch, read_timeout_s=0.3)
    async with Fetcher(limits) as fetcher:
        failure = await outcome(Politeness(politeness._client, fetcher, politeness._settings), host.url())
    host.released.set()
    assert isinstance(failure, HostFailure)
    assert failure.reason == "robots_unreachable"
    assert "timeout_read" in failure.detail


async def test_a_private_host_is_reported_as_private(redis: Redis, settings: Settings, host: Host) -> None:
    strict = settings.override(allow_private_addresses=False)
    async with Fetcher(strict.fetch) as fetcher:
        failure = await outcome(Politeness(redis, fetcher, strict), host.url())
    assert isinstance(failure, Permanent)
    assert failure.reason == "private_address"


@pytest.mark.parametrize(
    ("line", "delay_s"),
    [
        ("Crawl-delay: 30", 30.0),
        ("Crawl-delay: 600", 600.0),
        ("Crawl-delay: 0.1", 0.1),
        ("Crawl-delay: nan", 0.0),
        ("Request-rate: 2/1m", 30.0),
        ("", 0.0),
    ],
)
async def test_the_delay_is_that_of_robots_txt(politeness: Politeness, host: Host, line: str, delay_s: float) -> None:
    host.robots = f"User-agent: *\n{line}\n"
    assert await politeness.admit(host.url()) == delay_s


@pytest.mark.parametrize("line", ["Crawl-delay: 601", "Crawl-delay: 100000", f"Request-rate: 1/{'9' * 400}"])
async def test_a_host_that_asks_for_a_longer_delay_is_skipped_unless_the_delay_is_capped(
    politeness: Politeness, host: Host, line: str
) -> None:
    host.robots = f"User-agent: *\n{line}\n"
    failure = await outcome(politeness, host.url())
    assert isinstance(failure, Permanent)
    assert failure.reason == "crawl_delay"
    assert "COMMUNIQUE_MAX_HOST_DELAY_S=600" in failure.detail
    assert await replica(politeness, cap_host_delay=True).admit(host.url()) == 600


@pytest.mark.parametrize("robots", ["<!doctype html><html>404</html>", "\x00\xff" * 500, "Disallow: /\n" * 60_000, ""])
async def test_a_malformed_robots_txt_allows_everything(politeness: Politeness, host: Host, robots: str) -> None:
    host.robots = robots
    assert await outcome(politeness, host.url()) is None


async def test_a_huge_robots_txt_is_read_up_to_the_limit(politeness: Politeness, host: Host) -> None:
    limit = politeness._settings.politeness.robots_max_bytes
    start = "User-agent: *\nDisallow: /early\n"
    filler = "# filler\n" * ((limit - len(start)) // 9)
    host.robots = start + filler + " " * (limit - len(start + filler) - len("Disallow: /")) + "Disallow: /late\n"
    with structlog.testing.capture_logs() as logs:
        assert isinstance(await outcome(politeness, host.url("/early")), Permanent)
    assert await outcome(politeness, host.url("/late")) is None
    assert await outcome(politeness, host.url("/other")) is None
    (entry,) = [log for log in logs if log["event"] == "robots_limited"]
    assert (entry["origin"], entry["rules"], entry["cut"]) == (host.base, 1, 0)
    assert entry["bytes"] <= limit


async def test_rules_with_too_many_stars_are_reported(politeness: Politeness, host: Host) -> None:
    host.robots = f"User-agent: *\nDisallow: /a{'*b' * 100}\n"
    with structlog.testing.capture_logs() as logs:
        assert await outcome(politeness, host.url("/x")) is None
    assert [log["cut"] for log in logs if log["event"] == "robots_limited"] == [1]
    failure = await outcome(politeness, host.url("/abc"))
    assert failure
    assert "Disallow: /a***" in failure.detail


async def test_a_bad_url_is_refused(politeness: Politeness) -> None:
    failure = await outcome(politeness, "ftp://a.example/")
    assert isinstance(failure, Permanent)
    assert failure.reason == "bad_url"


# ---------------------------------------------------------------- redirects
async def test_a_redirect_to_another_host_obeys_its_robots_txt(
    politeness: Politeness, hosts: tuple[Host, Host], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.fetch.pacing.MAX_PERMIT_WAIT_S", 60.0)
    monkeypatch.setattr("worker.fetch.pacing.asyncio.sleep", lambda _: pass_time(politeness, hosts[0], DELAY_S))
    one, two = hosts
    two.robots = "User-agent: *\nDisallow: /closed\n"
    url = one.url(f"/go?to={two.base}/closed")
    with pytest.raises(Permanent, match="robots: "):
        await politeness._fetcher.get(url, admit=politeness.admit)
    assert two.requests == {"/robots.txt": 1}
