"""Rate limits with a real Redis and a real server: robots.txt, slots, pauses."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web
from redis.asyncio import Redis

from worker.errors import Failure, NotYet, Permanent, Transient
from worker.fetch.client import Fetcher
from worker.fetch.politeness import MAX_PAUSE_S, SLACK_S, Politeness
from worker.schema import Task, task_id
from worker.settings import Settings

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

    def task(self, path: str = "/a", slot_at: datetime | None = None) -> Task:
        url = self.base + path
        return Task(id=task_id(url), url=url, slot_at=slot_at)


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
    async with Fetcher(quick.fetch) as fetcher:
        yield Politeness(redis, fetcher, quick)


def replica(of: Politeness, **changed: float) -> Politeness:
    """Return the Politeness of another worker, which shares only Redis with `of`."""
    return Politeness(of._client, of._fetcher, of._settings.override(**changed))


def now() -> datetime:
    return datetime.now(UTC)


async def outcome(politeness: Politeness, task: Task, at: datetime | None = None) -> Failure | None:
    try:
        await politeness.admit(task, at or now())
    except Failure as failure:
        return failure
    return None


async def wait_s(politeness: Politeness, task: Task) -> float:
    failure = await outcome(politeness, task)
    assert failure is None or isinstance(failure, NotYet)
    return failure.wait_s if failure else 0.0


async def pass_time(politeness: Politeness, host: Host, seconds: float) -> None:
    """Let `seconds` pass for one host, by moving its times in Redis into the past."""
    key = f"{politeness._settings.redis.key_prefix}:host:{host.address}"
    for name, ms in (await politeness._client.hgetall(key)).items():
        await politeness._client.hset(key, name, int(float(ms) - seconds * 1000))


# ---------------------------------------------------------------- slots
async def test_the_first_task_is_admitted_at_once_and_each_other_gets_its_own_slot(
    politeness: Politeness, host: Host
) -> None:
    waits = [await wait_s(politeness, host.task(f"/{n}")) for n in range(4)]
    assert waits == pytest.approx([0, DELAY_S, 2 * DELAY_S, 3 * DELAY_S], abs=1)


async def test_slots_are_shared_by_all_replicas(politeness: Politeness, host: Host) -> None:
    replicas = [politeness, replica(politeness), replica(politeness)]
    waits = await asyncio.gather(*(wait_s(replicas[n % 3], host.task(f"/{n}")) for n in range(30)))
    assert sorted(waits) == pytest.approx([n * DELAY_S for n in range(30)], abs=1)


async def test_a_task_that_returns_in_its_slot_is_admitted_and_reserves_nothing(
    politeness: Politeness, host: Host
) -> None:
    await wait_s(politeness, host.task("/first"))
    wait = await wait_s(politeness, host.task("/second"))
    await wait_s(politeness, host.task("/third"))
    slot = now() + timedelta(seconds=wait)
    await pass_time(politeness, host, wait)
    assert await outcome(politeness, host.task("/second", slot_at=slot), at=slot) is None
    assert await wait_s(politeness, host.task("/fourth")) == pytest.approx(2 * DELAY_S, abs=1)


async def test_a_task_that_returns_early_keeps_its_slot(politeness: Politeness, host: Host) -> None:
    slot = now() + timedelta(seconds=50)
    assert await wait_s(politeness, host.task("/early", slot_at=slot)) == pytest.approx(50, abs=1)
    assert await wait_s(politeness, host.task("/other")) == 0.0


async def test_late_tasks_are_not_admitted_all_at_once(politeness: Politeness, host: Host) -> None:
    """After an outage all slots are in the past: one task is admitted, the others get new slots."""
    late = now() - timedelta(hours=1)
    waits = [await wait_s(politeness, host.task(f"/{n}", slot_at=late)) for n in range(4)]
    assert waits == pytest.approx([0, DELAY_S, 2 * DELAY_S, 3 * DELAY_S], abs=1)


async def test_jitter_within_the_slack_does_not_lose_the_slot(politeness: Politeness, host: Host) -> None:
    await wait_s(politeness, host.task("/late by almost the slack"))
    await pass_time(politeness, host, DELAY_S - SLACK_S * 0.9)
    assert await outcome(politeness, host.task("/on time", slot_at=now())) is None


async def test_many_tasks_of_one_host_do_not_delay_another(politeness: Politeness, hosts: tuple[Host, Host]) -> None:
    flooded, other = hosts
    await asyncio.gather(*(wait_s(politeness, flooded.task(f"/{n}")) for n in range(200)))
    assert await wait_s(politeness, other.task()) == 0.0
    assert flooded.requests == {"/robots.txt": 1}


async def test_the_keys_of_a_host_expire(politeness: Politeness, host: Host) -> None:
    for n in range(3):
        await wait_s(politeness, host.task(f"/{n}"))
    keys = [k async for k in politeness._client.scan_iter(match=f"{politeness._settings.redis.key_prefix}:host:*")]
    assert len(keys) == 2
    for key in keys:
        assert await politeness._client.ttl(key) > 2 * DELAY_S


async def test_without_a_delay_no_task_waits(politeness: Politeness, host: Host) -> None:
    undelayed = replica(politeness, host_delay_s=0.0)
    assert [await wait_s(undelayed, host.task(f"/{n}")) for n in range(5)] == [0.0] * 5


# ---------------------------------------------------------------- pauses
async def test_a_pause_applies_to_all_tasks_and_spaces_those_that_waited(politeness: Politeness, host: Host) -> None:
    await politeness.pause(host.address, 100)
    await politeness.pause(host.address, 5)
    other = replica(politeness)
    waits = [await wait_s(other, host.task("/a", slot_at=now())), await wait_s(other, host.task("/b"))]
    assert waits == pytest.approx([100, 100 + DELAY_S], abs=1)
    assert host.requests == {}


async def test_the_length_of_a_pause_is_limited(politeness: Politeness, host: Host) -> None:
    await politeness.pause(host.address, 1e12)
    assert await wait_s(politeness, host.task()) == pytest.approx(MAX_PAUSE_S, abs=1)
    await politeness.pause(host.address, -3)


# ---------------------------------------------------------------- robots.txt
async def test_a_disallowed_url_is_never_requested(politeness: Politeness, host: Host) -> None:
    host.robots = "User-agent: communique\nDisallow: /private\n\nUser-agent: *\nDisallow: /\n"
    assert await outcome(politeness, host.task("/public")) is None
    failure = await outcome(politeness, host.task("/private/a"))
    assert isinstance(failure, Permanent)
    assert failure.reason == "robots"
    assert "/private/a" in failure.detail


async def test_the_task_that_fetches_robots_txt_obeys_it_too(politeness: Politeness, host: Host) -> None:
    host.robots = "\ufeffUser-agent: *\nDisallow: /\n"
    failure = await outcome(politeness, host.task())
    assert isinstance(failure, Permanent)
    assert failure.reason == "robots"


async def test_robots_txt_is_fetched_once_for_all_replicas(politeness: Politeness, host: Host) -> None:
    host.released.clear()
    replicas = [replica(politeness, host_delay_s=0.0) for _ in range(4)]
    tasks = [asyncio.create_task(outcome(r, host.task(f"/{n}"))) for n in range(5) for r in replicas]
    while sum(task.done() for task in tasks) < len(tasks) - 1:  # noqa: ASYNC110 - all but the one that fetches it
        await asyncio.sleep(0.01)
    host.released.set()
    outcomes = await asyncio.gather(*tasks)
    assert host.requests["/robots.txt"] == 1
    assert outcomes.count(None) == 1
    assert all(o is None or (isinstance(o, NotYet) and o.wait_s > 0) for o in outcomes)
    assert await outcome(replica(politeness, host_delay_s=0.0), host.task("/later")) is None
    assert host.requests["/robots.txt"] == 1


async def test_a_slow_robots_txt_delays_only_the_task_that_fetches_it(politeness: Politeness, host: Host) -> None:
    host.released.clear()
    undelayed = replica(politeness, host_delay_s=0.0)
    fetching = asyncio.create_task(outcome(undelayed, host.task("/first")))
    while not host.requests["/robots.txt"]:  # noqa: ASYNC110 - until it is requested
        await asyncio.sleep(0.01)
    assert isinstance(await outcome(undelayed, host.task("/second")), NotYet)
    assert not fetching.done()
    host.released.set()
    assert await fetching is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
async def test_without_a_robots_txt_everything_is_allowed(politeness: Politeness, host: Host, status: int) -> None:
    host.robots, host.status = "User-agent: *\nDisallow: /\n", status
    assert await outcome(politeness, host.task()) is None


async def test_a_redirect_loop_means_no_robots_txt(politeness: Politeness, host: Host) -> None:
    host.status, host.headers = 302, {"Location": "/robots.txt"}
    assert await outcome(politeness, host.task()) is None


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_while_robots_txt_is_unreachable_the_host_is_paused(
    politeness: Politeness, host: Host, status: int
) -> None:
    host.status, host.headers = status, {"Retry-After": "40"}
    failure = await outcome(politeness, host.task("/a"))
    assert isinstance(failure, Transient)
    assert (failure.reason, failure.retry_after_s) == ("robots_unreachable", 40)
    assert await wait_s(politeness, host.task("/b")) == pytest.approx(40, abs=1)
    assert host.requests == {"/robots.txt": 1}
    host.status = 200
    await pass_time(politeness, host, 60)
    assert await outcome(politeness, host.task("/a")) is None


async def test_a_silent_robots_txt_is_unreachable(politeness: Politeness, host: Host) -> None:
    host.released.clear()
    limits = msgspec.structs.replace(politeness._settings.fetch, read_timeout_s=0.3)
    async with Fetcher(limits) as fetcher:
        failure = await outcome(Politeness(politeness._client, fetcher, politeness._settings), host.task())
    host.released.set()
    assert isinstance(failure, Transient)
    assert failure.reason == "robots_unreachable"
    assert "timeout_read" in failure.detail


async def test_a_private_host_is_reported_as_private(redis: Redis, settings: Settings, host: Host) -> None:
    strict = settings.override(allow_private_addresses=False)
    async with Fetcher(strict.fetch) as fetcher:
        failure = await outcome(Politeness(redis, fetcher, strict), host.task())
    assert isinstance(failure, Permanent)
    assert failure.reason == "private_address"


@pytest.mark.parametrize(
    ("line", "delay_s"),
    [
        ("Crawl-delay: 30", 30),
        ("Crawl-delay: 100000", 60),
        ("Crawl-delay: 0.1", DELAY_S),
        ("Crawl-delay: nan", DELAY_S),
        ("Request-rate: 2/1m", 30),
        (f"Request-rate: 1/{'9' * 400}", 60),
    ],
)
async def test_a_site_may_set_a_longer_delay(politeness: Politeness, host: Host, line: str, delay_s: float) -> None:
    host.robots = f"User-agent: *\n{line}\n"
    waits = [await wait_s(politeness, host.task(f"/{n}")) for n in range(3)]
    assert waits == pytest.approx([0, delay_s, 2 * delay_s], abs=1)


@pytest.mark.parametrize("robots", ["<!doctype html><html>404</html>", "\x00\xff" * 500, "Disallow: /\n" * 60_000, ""])
async def test_a_malformed_robots_txt_allows_everything(politeness: Politeness, host: Host, robots: str) -> None:
    host.robots = robots
    assert await outcome(politeness, host.task()) is None


async def test_a_huge_robots_txt_is_read_up_to_the_limit(politeness: Politeness, host: Host) -> None:
    host.robots = "User-agent: *\nDisallow: /early\n" + "# filler\n" * 60_000 + "Disallow: /late\n"
    assert isinstance(await outcome(politeness, host.task("/early")), Permanent)
    assert not isinstance(await outcome(politeness, host.task("/late")), Permanent)


async def test_a_bad_url_is_refused(politeness: Politeness) -> None:
    failure = await outcome(politeness, Task(id="x", url="ftp://a.example/"))
    assert isinstance(failure, Permanent)
    assert failure.reason == "bad_url"


# ---------------------------------------------------------------- redirects
async def test_a_redirect_to_another_host_obeys_its_robots_txt(
    politeness: Politeness, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    two.robots = "User-agent: *\nDisallow: /closed\n"
    task = one.task(f"/go?to={two.base}/closed")
    with pytest.raises(Permanent, match="robots: "):
        await politeness._fetcher.get(task.url, admit=politeness.redirect_hook(task))
    assert two.requests == {"/robots.txt": 1}


async def test_a_redirect_takes_a_slot_of_the_other_host_but_not_of_its_own(
    politeness: Politeness, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    admit = politeness.redirect_hook(one.task())
    await admit(one.base + "/elsewhere")
    await admit(one.base + "/and/again")
    assert await wait_s(politeness, one.task()) == 0.0
    await admit(two.base + "/a")
    assert await wait_s(politeness, two.task()) == pytest.approx(DELAY_S, abs=1)


async def test_a_redirect_to_a_busy_host_is_deferred_and_reserves_nothing(
    politeness: Politeness, hosts: tuple[Host, Host]
) -> None:
    one, two = hosts
    await wait_s(politeness, two.task())
    for _ in range(3):
        with pytest.raises(NotYet) as e:
            await politeness.redirect_hook(one.task())(two.base + "/a")
        assert e.value.wait_s == pytest.approx(DELAY_S, abs=1)


async def test_a_redirect_waits_for_a_slot_in_the_near_future(politeness: Politeness, hosts: tuple[Host, Host]) -> None:
    one, two = hosts
    quick = replica(politeness, host_delay_s=0.05)
    await wait_s(quick, two.task())
    await quick.redirect_hook(one.task())(two.base + "/a")
