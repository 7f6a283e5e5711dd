"""Requests at the pace of their hosts, with a real Redis and real servers, which note when each request arrives."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from worker.errors import Failure, HostFailure, NotYet, Permanent
from worker.fetch.client import Fetcher, open_fetcher
from worker.fetch.pacing import SlowSlots
from worker.queue import HostRequest, Hosts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from redis.asyncio import Redis

    from worker.settings import Settings

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"


class Server:
    """Answers each request after `delay_s`, or never; notes arrivals and the most requests in progress."""

    def __init__(self) -> None:
        self.url = ""
        self.delay_s: float | None = 0.0
        self.answer = PAGE
        self.closes_once = False
        """Whether to close the connection of the next request without an answer."""
        self.arrivals: list[float] = []
        self.connections = 0
        self.in_progress = 0
        self.most_in_progress = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                self.arrivals.append(time.monotonic())
                if self.closes_once:
                    self.closes_once = False
                    return
                self.in_progress += 1
                self.most_in_progress = max(self.most_in_progress, self.in_progress)
                await (asyncio.sleep(self.delay_s) if self.delay_s is not None else asyncio.Event().wait())
                self.in_progress -= 1
                writer.write(self.answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(address: str = "127.0.0.1") -> AsyncIterator[Server]:
    server = Server()
    listening = await asyncio.start_server(server.handle, address, 0)
    server.url = f"http://{address}:{listening.sockets[0].getsockname()[1]}/"
    try:
        yield server
    finally:
        listening.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@asynccontextmanager
async def fetchers(redis: Redis, settings: Settings, count: int = 1) -> AsyncIterator[list[Fetcher]]:
    """Yield the fetchers of several workers, which share only Redis."""
    made = [open_fetcher(Hosts(redis, settings), settings) for _ in range(count)]
    for fetcher in made:
        await fetcher.__aenter__()
    try:
        yield made
    finally:
        for fetcher in made:
            await fetcher.__aexit__()


def shortest_gap(logged: Sequence[Mapping[str, Any]]) -> float:
    """Return the shortest time between two requests, by the times at which the workers sent them."""
    sent: list[float] = sorted(line["at_s"] for line in logged if line["event"] == "request_sent")
    return min(after - before for before, after in pairwise(sent))


async def get(fetcher: Fetcher, url: str) -> str:
    """Get a page; return "read", or the reason of the failure."""
    try:
        await fetcher.get(url)
    except Failure as failure:
        return failure.reason
    return "read"


async def test_requests_of_all_workers_to_a_host_arrive_at_least_the_delay_apart(
    redis: Redis, settings: Settings, server: Server
) -> None:
    settings = settings.override(host_delay_s=0.1, response_delay_factor=0.0)
    async with fetchers(redis, settings, 3) as workers:
        with capture_logs() as logged:
            results = await asyncio.gather(*(get(worker, server.url) for worker in workers for _ in range(5)))
    assert results == ["read"] * 15
    assert len(server.arrivals) == 15
    assert shortest_gap(logged) > 0.0999  # the clocks of Redis and of the loop differ by a few microseconds in a while


async def test_slow_answers_overlap_up_to_the_limit_of_requests_in_flight(
    redis: Redis, settings: Settings, server: Server
) -> None:
    settings = settings.override(host_delay_s=0.05, response_delay_factor=0.0, host_max_requests=3)
    server.delay_s = 0.5
    async with fetchers(redis, settings, 2) as workers:
        with capture_logs() as logged:
            await asyncio.gather(*(get(worker, server.url) for worker in workers for _ in range(5)))
    assert server.most_in_progress == 3
    assert shortest_gap(logged) > 0.0499


async def test_a_request_repeated_on_a_new_connection_waits_for_the_delay(
    redis: Redis, settings: Settings, server: Server
) -> None:
    settings = settings.override(host_delay_s=0.3, response_delay_factor=0.0)
    async with fetchers(redis, settings) as [worker]:
        assert await get(worker, server.url) == "read"
        server.closes_once = True
        with capture_logs() as logged:
            assert await get(worker, server.url) == "read"
    assert len(server.arrivals) == 3
    assert shortest_gap(logged) > 0.2999


async def test_a_worker_that_was_stopped_after_its_permit_asks_again(
    redis: Redis, settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    permit = Hosts.permit

    async def late(self: Hosts, *args: Any) -> float:
        nonlocal asked
        asked += 1
        wait_s = await permit(self, *args)
        if asked == 1:
            time.sleep(1.1)  # noqa: ASYNC251 - the whole process is stopped
        return wait_s

    monkeypatch.setattr(Hosts, "permit", late)
    async with fetchers(redis, settings) as [worker]:
        assert await get(worker, server.url) == "read"
    assert asked == 2


async def test_a_request_that_would_wait_long_is_retried_later(
    redis: Redis, settings: Settings, server: Server
) -> None:
    async with fetchers(redis, settings.override(host_delay_s=30.0)) as [worker]:
        assert await get(worker, server.url) == "read"
        with pytest.raises(NotYet) as e:
            await worker.get(server.url)
    assert e.value.wait_s == pytest.approx(30, abs=2)
    assert len(server.arrivals) == 1


async def test_a_long_wait_after_a_redirect_says_where_to_go_on(
    redis: Redis, settings: Settings, server: Server
) -> None:
    server.answer = b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"
    async with fetchers(redis, settings.override(host_delay_s=30.0)) as [worker]:
        with pytest.raises(NotYet) as e:
            await worker.get(server.url)
        assert (e.value.redirected_to, e.value.redirects) == (f"{server.url}new", 1)
        with pytest.raises(Permanent, match="too_many_redirects"):
            await open_and_get(redis, settings, server, redirects=5)


async def open_and_get(redis: Redis, settings: Settings, server: Server, redirects: int) -> None:
    """Get a page to which redirects have led, without a delay."""
    await Hosts(redis, settings).reset("127.0.0.1")
    async with fetchers(redis, settings.override(host_delay_s=0.0, key_prefix=f"{settings.redis.key_prefix}-2")) as [
        it
    ]:
        await it.get(server.url, redirects=redirects)


async def test_a_host_whose_breaker_is_open_is_not_connected_to_after_a_redirect(
    redis: Redis, settings: Settings, server: Server
) -> None:
    async with serving("127.0.0.2") as other, fetchers(redis, settings) as [worker]:
        server.answer = b"HTTP/1.1 302 Found\r\nLocation: " + other.url.encode() + b"\r\nContent-Length: 0\r\n\r\n"
        await Hosts(redis, settings).failed(HostRequest("127.0.0.2", "t"), "connect", jitter=0.999)
        with pytest.raises(NotYet) as e:
            await worker.get(server.url)
        assert (e.value.redirected_to, other.connections) == (other.url, 0)


async def test_the_wait_for_a_permit_does_not_count_as_time_of_the_response(
    redis: Redis, settings: Settings, server: Server
) -> None:
    settings = settings.override(host_delay_s=4.0, total_timeout_s=3.0, response_delay_factor=0.0)
    async with fetchers(redis, settings) as [worker]:
        assert await asyncio.gather(*(get(worker, server.url) for _ in range(2))) == ["read", "read"]


async def test_a_failure_of_a_host_carries_its_outage(redis: Redis, settings: Settings, server: Server) -> None:
    server.answer = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    async with fetchers(redis, settings) as [worker]:
        with pytest.raises(HostFailure) as e:
            await worker.get(server.url)
        assert e.value.outage
        assert 3.9 < e.value.outage.retry_in_s <= 6
        assert await get(worker, server.url) in {"host_busy", "http_503"}


@pytest.mark.parametrize(("status", "failures"), [(b"500 Oops", 3), (b"404 Not Found", 99)])
async def test_server_errors_pause_a_host_at_the_third_and_client_errors_never(
    redis: Redis, settings: Settings, server: Server, status: bytes, failures: int
) -> None:
    server.answer = b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n"
    settings = settings.override(host_delay_s=0.0)
    hosts = Hosts(redis, settings)
    async with fetchers(redis, settings) as [worker]:
        for i in range(1, 5):
            reason = await get(worker, server.url)
            if i >= failures:
                assert await redis.hget(f"{settings.redis.key_prefix}:host:127.0.0.1", "retry_at")
                break
            assert reason == f"http_{status[:3].decode()}"
    assert (await hosts.reset("127.0.0.1")) or failures == 99


async def test_hanging_hosts_take_a_share_of_the_slots_and_one_more_is_aborted(
    redis: Redis, settings: Settings
) -> None:
    settings = settings.override(concurrency=4, slow_share=0.5, slow_after_s=0.2, read_timeout_s=30.0)
    async with serving("127.0.0.1") as one, serving("127.0.0.2") as two, serving("127.0.0.3") as three:
        servers = [one, two, three]
        for server in servers:
            server.delay_s = None
        async with fetchers(redis, settings) as [worker]:
            waiting = [asyncio.create_task(get(worker, server.url)) for server in servers]
            done, others = await asyncio.wait(waiting, timeout=10, return_when=asyncio.FIRST_COMPLETED)
            assert [task.result() for task in done] == ["slow"]
            assert len(others) == 2
            for task in others:
                task.cancel()
            await asyncio.wait(others)


async def test_a_cancelled_request_is_no_longer_counted(redis: Redis, settings: Settings, server: Server) -> None:
    server.delay_s = None
    async with fetchers(redis, settings) as [worker]:
        waiting = asyncio.create_task(get(worker, server.url))
        while not server.arrivals:  # noqa: ASYNC110 - until it is sent
            await asyncio.sleep(0.01)
        waiting.cancel()
        await asyncio.wait([waiting])
    assert await redis.zcard(f"{settings.redis.key_prefix}:host:127.0.0.1:requests") == 0


async def test_a_permit_granted_to_a_request_that_is_aborted_meanwhile_is_returned(
    redis: Redis, settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    permit = Hosts.permit

    async def without_reply(self: Hosts, *args: Any) -> float:
        await permit(self, *args)
        return await asyncio.Future()

    monkeypatch.setattr(Hosts, "permit", without_reply)
    async with fetchers(redis, settings.override(concurrency=1, slow_after_s=0.2)) as [worker]:
        assert worker._pacer
        assert worker._pacer.slow_slots.acquire()  # another request is slow already
        assert await get(worker, server.url) == "host_busy"
    host = f"{settings.redis.key_prefix}:host:127.0.0.1"
    assert (await redis.zcard(f"{host}:requests"), await redis.hget(host, "holder")) == (0, None)


async def test_a_host_that_answers_gets_the_tasks_back_that_were_given_up(
    redis: Redis, settings: Settings, server: Server
) -> None:
    hosts = Hosts(redis, settings)
    prefix = settings.redis.key_prefix
    await redis.rpush(f"{prefix}:host:127.0.0.1:queue", "task")
    await redis.set(f"{prefix}:waiting", 1)
    assert await hosts.give_up("127.0.0.1", "down") == 1
    async with fetchers(redis, settings) as [worker]:
        assert await get(worker, server.url) == "read"
    assert await redis.xlen(f"{prefix}:dead") == 0
    assert await redis.llen(f"{prefix}:host:127.0.0.1:queue") + await redis.xlen(f"{prefix}:ready") == 1


def test_no_more_requests_are_slow_than_allowed() -> None:
    slots = SlowSlots(after_s=1.0, most=2)
    assert [slots.acquire() for _ in range(3)] == [True, True, False]
    slots.release()
    assert slots.acquire()
