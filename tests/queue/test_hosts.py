from __future__ import annotations

import asyncio
import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.queue.test_url_queue import NOW, task
from worker.queue import HostRequest, Hosts, QueueKeys, UrlQueue
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

HOST = "news.example"


@pytest.fixture
def settings(redis_url: str, key_prefix: str) -> Settings:
    return Settings.of(redis_url=redis_url, key_prefix=key_prefix, host_delay_s=10.0, response_delay_factor=2.0)


@pytest.fixture
def hosts(redis: Redis, settings: Settings) -> Hosts:
    return Hosts(redis, settings)


@pytest.fixture
async def queue(redis_url: str, settings: Settings) -> AsyncIterator[UrlQueue]:
    async with UrlQueue(redis_url, settings) as queue:
        yield queue


class Clock:
    """Lets time pass by moving the times of a host into the past."""

    def __init__(self, redis: Redis, prefix: str) -> None:
        self._redis = redis
        self._prefix = prefix
        self._key = f"{prefix}:host:{HOST}"

    async def pass_s(self, seconds: float) -> None:
        for field in ("sent_at", "hold", "next", "retry_at", "down_since", "answered_at"):
            if at := await self._redis.hget(self._key, field):
                await self._redis.hset(self._key, field, f"{float(at) - 1000 * seconds:.0f}")
        tokens: Any = await self._redis.zrange(f"{self._key}:requests", 0, -1)
        for token in tokens:
            await self._redis.zincrby(f"{self._key}:requests", -1000 * seconds, token)
        if await self._redis.zscore(f"{self._prefix}:hosts", HOST) is not None:
            await self._redis.zincrby(f"{self._prefix}:hosts", -1000 * seconds, HOST)


@pytest.fixture
def clock(redis: Redis, settings: Settings) -> Clock:
    return Clock(redis, settings.redis.key_prefix)


def request(token: str = "1") -> HostRequest:
    return HostRequest(HOST, token)


async def answer(hosts: Hosts, token: str = "1", **given: float) -> bool:
    values = {"ago_s": 0.0, "response_s": 0.0, "crawl_delay_s": 0.0} | given
    return await hosts.answered(request(token), **values)


# ---------------------------------------------------------------- release
async def test_one_task_of_a_new_host_is_released_and_four_once_it_has_answered(
    queue: UrlQueue, hosts: Hosts, clock: Clock
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(6)])
    [first] = await queue.read(10, 0)
    await clock.pass_s(60)
    await queue.release(NOW)
    assert await queue.read(10, 0) == []
    await answer(hosts, ago_s=60.0)
    released = [first]
    for _ in range(5):
        released += await queue.read(10, 0)
        await clock.pass_s(60)
        await queue.release(NOW)
    assert [d.task.url[-1] for d in released] == ["0", "1", "2", "3"]


async def test_a_task_is_released_a_little_before_its_request_may_be_sent(
    queue: UrlQueue, hosts: Hosts, clock: Clock, redis: Redis
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(3)])
    [first] = await queue.read(10, 0)
    assert await hosts.permit(request()) == 0
    await answer(hosts)
    await queue.settle(first, [])
    sent_at = float((await redis.hget(queue.keys.host(HOST).state, "sent_at")) or 0)
    assert await redis.zscore(queue.keys.hosts, HOST) == math.ceil(sent_at + 10_000 - 250)
    await clock.pass_s(5)
    await queue.release(NOW)
    assert await queue.read(10, 0) == []
    await clock.pass_s(4.85)
    await queue.release(NOW)
    assert len(await queue.read(10, 0)) == 1
    assert 5 < await queue.release(NOW) <= 10  # the third follows the second by the delay


async def test_the_end_of_a_delivery_releases_the_next_task_after_the_delay(
    queue: UrlQueue, hosts: Hosts, clock: Clock
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(2)])
    [first] = await queue.read(10, 0)
    assert await hosts.permit(request()) == 0
    await answer(hosts)
    await queue.settle(first, [])
    assert await queue.read(10, 0) == []
    assert 9 < await queue.release(NOW) <= 10
    await clock.pass_s(10)
    await queue.release(NOW)
    [second] = await queue.read(10, 0)
    assert second.task.url == f"https://{HOST}/1"


async def test_a_flood_of_one_host_does_not_delay_another(queue: UrlQueue) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(500)])
    await queue.put(task("https://other.example/"))
    assert [d.host for d in await queue.read(10, 0)] == [HOST, "other.example"]
    depth = await queue.depth()
    assert (depth.waiting, depth.backlog, depth.pending) == (499, 0, 2)


async def test_an_entry_deleted_by_hand_does_not_block_its_host(queue: UrlQueue, redis: Redis, clock: Clock) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(2)])
    [first] = await queue.read(10, 0)
    await redis.xack(queue.keys.ready, "workers", first.entry_id)
    await redis.xdel(queue.keys.ready, first.entry_id)
    await clock.pass_s(10)
    await queue.put(task(f"https://{HOST}/2"))
    assert [d.task.url[-1] for d in await queue.read(10, 0)] == ["1"]


async def test_a_host_whose_released_tasks_have_vanished_is_found(queue: UrlQueue, redis: Redis, clock: Clock) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(2)])
    await redis.delete(queue.keys.ready)
    await clock.pass_s(10)
    await queue.release(NOW)
    assert await queue.read(10, 0) == []
    assert await queue.recheck_full_hosts() == 1
    assert [d.task.url[-1] for d in await queue.read(10, 0)] == ["1"]


async def test_all_full_hosts_are_rechecked_in_turn(
    queue: UrlQueue, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.queue.url_queue.MAX_RECHECKED", 2)
    await queue.put_many([task(f"https://news{i}.example/{j}") for i in range(5) for j in range(2)])
    await redis.delete(queue.keys.ready)
    for i in range(5):
        await redis.hdel(queue.keys.host(f"news{i}.example").state, "next")
    rechecked = [await queue.recheck_full_hosts() for _ in range(3)]
    assert rechecked == [2, 2, 1]
    assert len(await queue.read(10, 0)) == 5


@pytest.mark.parametrize(("first", "order"), [(True, "012"), (False, "120")])
async def test_a_task_that_is_put_back_is_the_first_or_the_last_of_its_host(
    queue: UrlQueue, clock: Clock, first: bool, order: str
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(3)])
    [delivery] = await queue.read(10, 0)
    assert await queue.put_back(delivery, delivery.task, first=first)
    assert not await queue.put_back(delivery, delivery.task, first=first)
    assert (await queue.depth()).waiting == 3
    released = []
    for _ in range(3):
        await clock.pass_s(10)
        await queue.release(NOW)
        [delivery] = await queue.read(10, 0)
        released.append(delivery.task.url[-1])
        await queue.settle(delivery, [])
    assert "".join(released) == order


# ---------------------------------------------------------------- permits
async def test_a_second_request_waits_until_the_first_is_known_to_be_sent_and_then_for_the_delay(
    hosts: Hosts,
) -> None:
    assert await hosts.permit(request("1")) == 0
    assert await hosts.permit(request("2")) == 0.05
    await hosts.sent(request("1"), ago_s=4.0)
    assert 5 < await hosts.permit(request("2")) <= 6


async def test_without_a_delay_a_permit_keeps_others_away_until_it_is_used(redis: Redis, settings: Settings) -> None:
    hosts = Hosts(redis, settings.override(host_delay_s=0.0))
    assert await hosts.permit(request("1")) == 0
    assert await hosts.permit(request("2")) == 0.05
    await hosts.sent(request("1"), ago_s=0.0)
    assert await hosts.permit(request("2")) == 0


@pytest.mark.parametrize("report", ["sent", "drop", "failed"])
async def test_a_task_waits_for_the_report_of_a_permit_and_no_longer(
    redis: Redis, redis_url: str, settings: Settings, report: str
) -> None:
    settings = settings.override(host_delay_s=0.0)
    hosts = Hosts(redis, settings)
    async with UrlQueue(redis_url, settings) as queue:
        assert await hosts.permit(request("1")) == 0
        await queue.put(task(f"https://{HOST}/"))
        assert await queue.read(1, 0) == []
        match report:
            case "sent":
                await hosts.sent(request("1"), ago_s=0.0)
            case "drop":
                await hosts.drop(request("1"), None)
            case "failed":
                await hosts.failed(request("1"), "http_500", jitter=0.5, opens_at=3)
        assert len(await queue.read(1, 0)) == 1


async def test_a_permit_can_be_renewed_by_its_holder(hosts: Hosts, clock: Clock) -> None:
    assert await hosts.permit(request("1")) == 0
    await clock.pass_s(1)
    assert await hosts.permit(request("1")) == 0
    await clock.pass_s(1.5)
    assert await hosts.permit(request("2")) == 0.05


async def test_a_permit_that_ended_without_a_report_counts_as_a_request(
    hosts: Hosts, clock: Clock, queue: UrlQueue
) -> None:
    assert await hosts.permit(request("1")) == 0  # its worker sends the request, and dies
    await clock.pass_s(5)
    assert 6 < await hosts.permit(request("2")) <= 7
    await queue.put(task(f"https://{HOST}/"))
    assert 6 < await queue.release(NOW) <= 7
    await clock.pass_s(7)
    assert await hosts.permit(request("2")) == 0


async def test_a_request_that_was_not_sent_delays_no_other(hosts: Hosts) -> None:
    assert await hosts.permit(request("1")) == 0
    await hosts.failed(request("1"), "reset", jitter=0.5, opens_at=9)
    assert await hosts.permit(request("2")) == 0


async def test_no_more_requests_are_in_flight_than_allowed(hosts: Hosts) -> None:
    for token in ("1", "2"):
        assert await hosts.permit(request(token)) == 0
        await hosts.sent(request(token), ago_s=10.0)
    assert await hosts.permit(request("3")) == 0.05
    await answer(hosts, "1", ago_s=10.0)
    assert await hosts.permit(request("3")) == 0


async def test_a_late_report_does_not_end_the_permit_of_another_request(hosts: Hosts, clock: Clock) -> None:
    assert await hosts.permit(request("1")) == 0
    await clock.pass_s(12)  # the worker of the first request has stalled
    assert await hosts.permit(request("2")) == 0
    await answer(hosts, "1", ago_s=30.0)
    await clock.pass_s(1)
    assert await hosts.permit(request("3")) == 0.05


async def test_a_request_without_a_report_is_no_longer_counted_after_its_timeout(hosts: Hosts, clock: Clock) -> None:
    for token in ("1", "2"):
        assert await hosts.permit(request(token)) == 0
        await hosts.sent(request(token), ago_s=10.0)
    await clock.pass_s(50)
    assert await hosts.permit(request("3")) == 0.05
    await clock.pass_s(20)
    assert await hosts.permit(request("3")) == 0


async def test_a_late_report_does_not_move_the_last_request_back(hosts: Hosts, clock: Clock) -> None:
    assert await hosts.permit(request("1")) == 0
    await hosts.sent(request("1"), ago_s=0.0)
    await clock.pass_s(30)
    assert await hosts.permit(request("2")) == 0
    await hosts.sent(request("2"), ago_s=0.0)
    await answer(hosts, "1", ago_s=30.0)
    assert 9 < await hosts.permit(request("3")) <= 10


async def test_a_longer_delay_of_robots_txt_counts_from_the_request_for_robots_txt(hosts: Hosts) -> None:
    await hosts.permit(request("robots.txt"))
    await answer(hosts, "robots.txt")
    assert 24 < await hosts.permit(request("page"), crawl_delay_s=25.0) <= 25


@pytest.mark.parametrize(
    ("response_s", "crawl_delay_s", "delay_s"), [(0.1, 0.0, 10.0), (0.1, 25.0, 25.0), (8.0, 0.0, 16.0), (90, 0, 30)]
)
async def test_the_delay_is_the_longest_of_setting_robots_txt_and_response_time(
    hosts: Hosts, response_s: float, crawl_delay_s: float, delay_s: float
) -> None:
    await hosts.permit(request("1"))
    await answer(hosts, response_s=response_s, crawl_delay_s=crawl_delay_s)
    assert delay_s - 1 < await hosts.permit(request("2")) <= delay_s


# ---------------------------------------------------------------- circuit breaker
async def test_the_time_to_the_next_probe_doubles_up_to_its_limit(hosts: Hosts, clock: Clock) -> None:
    waits = []
    for i in range(9):
        waits.append((await hosts.failed(request(str(i)), "connect", jitter=0.5)).retry_in_s)
        await clock.pass_s(waits[-1])
    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]


@pytest.mark.parametrize(("jitter", "wait_s"), [(0.0, 4.0), (0.5, 5.0), (0.999, 6.0)])
async def test_the_time_to_the_next_probe_is_jittered(hosts: Hosts, jitter: float, wait_s: float) -> None:
    assert (await hosts.failed(request(), "dns", jitter=jitter)).retry_in_s == pytest.approx(wait_s, abs=0.01)


async def test_a_failure_reported_twice_counts_once(hosts: Hosts) -> None:
    for token in ("1", "1", "2", "2"):
        outage = await hosts.failed(request(token), "http_500", jitter=0.5, opens_at=3)
        assert outage.retry_in_s == 0
    assert (await hosts.failed(request("3"), "http_500", jitter=0.5, opens_at=3)).retry_in_s == 5


async def test_a_failure_reported_again_after_another_one_counts_once(hosts: Hosts, clock: Clock) -> None:
    for token in ("1", "2", "1"):
        await hosts.failed(request(token), "connect", jitter=0.5)
        await clock.pass_s(600)
    assert (await hosts.failed(request("3"), "connect", jitter=0.5)).retry_in_s == 20


async def test_failures_of_requests_sent_before_the_breaker_opened_do_not_extend_it(hosts: Hosts, clock: Clock) -> None:
    waits = [(await hosts.failed(request(str(i)), "timeout_read", jitter=0.5)).retry_in_s for i in range(4)]
    assert waits[0] == 5
    assert waits == sorted(waits, reverse=True)  # the time of the next probe stays the same
    await clock.pass_s(10)
    assert (await hosts.failed(request("probe"), "timeout_read", jitter=0.5)).retry_in_s == 10


async def test_a_host_that_fails_gets_one_request_at_a_time(hosts: Hosts, clock: Clock) -> None:
    await hosts.failed(request("1"), "connect", jitter=0.5)
    await clock.pass_s(60)
    assert await hosts.permit(request("2")) == 0
    await hosts.sent(request("2"), 0.0)
    await clock.pass_s(20)
    assert await hosts.permit(request("3")) > 0


async def test_the_pause_of_a_host_is_known_without_a_permit(hosts: Hosts) -> None:
    assert await hosts.pause_s(HOST) == 0
    await hosts.failed(request("1"), "connect", jitter=0.5)
    assert 4 < await hosts.pause_s(HOST) <= 5


async def test_server_errors_open_the_breaker_at_the_third_in_a_row(hosts: Hosts, clock: Clock) -> None:
    waits = []
    for i in range(4):
        waits.append((await hosts.failed(request(str(i)), "http_500", jitter=0.5, opens_at=3)).retry_in_s)
        await clock.pass_s(waits[-1])
    assert waits == [0, 0, 5, 10]


async def test_a_success_closes_the_breaker(hosts: Hosts, redis: Redis, queue: UrlQueue) -> None:
    await hosts.failed(request("1"), "connect", jitter=0.5)
    assert await redis.zrange(queue.keys.down, 0, -1) == [HOST.encode()]
    assert 4 < await hosts.permit(request("2")) <= 5
    await answer(hosts, "2", ago_s=10.0)
    assert await hosts.permit(request("3")) == 0
    assert await redis.zrange(queue.keys.down, 0, -1) == []


async def test_while_a_host_fails_one_task_is_released_as_a_probe(queue: UrlQueue, hosts: Hosts, clock: Clock) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(3)])
    [first] = await queue.read(10, 0)
    await hosts.failed(request(), "connect", jitter=0.5)
    await queue.put_back(first, first.task)
    await clock.pass_s(4)
    await queue.release(NOW)
    assert await queue.read(10, 0) == []
    await clock.pass_s(60)
    await queue.release(NOW)
    await clock.pass_s(60)
    await queue.release(NOW)
    assert [d.task.url[-1] for d in await queue.read(10, 0)] == ["1"]


async def test_a_host_that_has_answered_and_fails_gets_one_probe(queue: UrlQueue, hosts: Hosts, clock: Clock) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(4)])
    await answer(hosts, ago_s=60.0)
    for _ in range(2):
        await clock.pass_s(60)
        await queue.release(NOW)
    released = await queue.read(10, 0)
    assert len(released) == 3
    await hosts.failed(request("2"), "connect", jitter=0.5)
    for delivery in released:
        await queue.put_back(delivery, delivery.task)
    for _ in range(3):
        await clock.pass_s(60)
        await queue.release(NOW)
    assert len(await queue.read(10, 0)) == 1


@pytest.mark.parametrize(("asked_s", "pause_s"), [(120.0, 120.0), (1e9, 3600.0)])
async def test_a_pause_that_the_host_asks_for_is_bounded(hosts: Hosts, asked_s: float, pause_s: float) -> None:
    outage = await hosts.failed(request(), "http_429", jitter=0.5, pause_s=asked_s)
    assert outage.retry_in_s == pause_s


async def test_tasks_for_which_the_dead_letters_have_no_room_stay_in_the_queue(
    redis: Redis, settings: Settings, queue: UrlQueue
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(6)])
    assert len(await queue.read(10, 0)) == 1
    hosts = Hosts(redis, settings.override(dead_length=3))
    assert await hosts.give_up(HOST, "down") == 3
    depth = await queue.depth()
    assert (depth.dead, depth.waiting) == (3, 2)


async def test_a_short_pause_does_not_end_a_long_one(hosts: Hosts) -> None:
    await hosts.failed(request("1"), "http_429", jitter=0.5, pause_s=120.0)
    assert 119 < (await hosts.failed(request("2"), "http_429", jitter=0.5, pause_s=10.0)).retry_in_s <= 120
    assert 119 < (await hosts.failed(request("3"), "connect", jitter=0.5)).retry_in_s <= 120


async def test_the_outage_says_since_when_and_when_the_host_last_answered(
    hosts: Hosts, clock: Clock, redis: Redis
) -> None:
    await hosts.permit(request("0"))
    await answer(hosts, "0")
    await clock.pass_s(1000)
    await hosts.failed(request("1"), "connect", jitter=0.5)
    await clock.pass_s(100)
    outage = await hosts.failed(request("2"), "connect", jitter=0.5)
    assert outage.down_s == pytest.approx(100, abs=1)
    now_s, _ = await redis.time()
    assert outage.answered_at / 1000 == pytest.approx(now_s - 1100, abs=2)


async def test_tasks_of_a_host_that_is_given_up_are_enqueued_again_when_it_answers(
    queue: UrlQueue, hosts: Hosts, clock: Clock
) -> None:
    await queue.put_many([task(f"https://{HOST}/{i}") for i in range(3)])
    [first] = await queue.read(10, 0)
    await hosts.failed(request("1"), "connect", jitter=0.5)
    assert await queue.dead_letter(first, "host_down", "for a day", revive=True)
    assert await hosts.give_up(HOST, "for a day") == 2
    assert [letter.reason for letter in await queue.list_dead_letters()] == ["host_down"] * 3
    depth = await queue.depth()
    assert (depth.waiting, depth.backlog, depth.pending, depth.dead) == (0, 0, 0, 3)
    await clock.pass_s(600)
    await queue.put(task(f"https://{HOST}/3"))
    [probe] = await queue.read(10, 0)
    assert await answer(hosts, "2")
    assert await hosts.revive(HOST) == 3
    waiting: Any = await queue._client.lrange(queue.keys.host(HOST).queue, 0, -1)
    assert [msgspec.json.decode(it)["url"][-1] for it in waiting] == ["0", "1", "2"]
    assert not await answer(hosts, "3")
    depth = await queue.depth()
    assert (depth.waiting + depth.backlog, depth.pending, depth.dead) == (3, 1, 0)
    assert probe.task.url == f"https://{HOST}/3"


async def test_a_reset_host_may_be_requested_at_once(hosts: Hosts, redis: Redis, settings: Settings) -> None:
    await hosts.failed(request("1"), "connect", jitter=0.5)
    assert await hosts.reset(HOST)
    assert not await hosts.reset(HOST)
    assert await hosts.permit(request("2")) == 0
    assert await redis.zcard(QueueKeys(settings.redis.key_prefix).down) == 0


async def test_a_reset_does_not_end_the_delay_of_a_host(hosts: Hosts) -> None:
    await hosts.permit(request("1"))
    await hosts.reset(HOST)
    assert await hosts.permit(request("2")) == 0.05
    await hosts.sent(request("1"), ago_s=0.0)
    await hosts.reset(HOST)
    assert 9 < await hosts.permit(request("2")) <= 10


@pytest.mark.parametrize("steps", [["permit"], ["failed"], ["permit", "answer"]])
async def test_the_state_of_a_host_expires(hosts: Hosts, queue: UrlQueue, redis: Redis, steps: list[str]) -> None:
    for step in steps:
        match step:
            case "permit":
                await hosts.permit(request())
            case "failed":
                await hosts.failed(request(), "connect", jitter=0.5)
            case "answer":
                await answer(hosts)
    assert 86_000 < await redis.ttl(queue.keys.host(HOST).state) <= 86_500
    assert await redis.ttl(queue.keys.host(HOST).requests) in {-2, 61, 62}
    await answer(hosts)
    assert not await redis.exists(queue.keys.host(HOST).requests)


async def test_many_workers_at_once_get_permits_at_least_the_delay_apart(redis: Redis, settings: Settings) -> None:
    hosts = Hosts(redis, settings.override(host_delay_s=0.05, host_max_requests=3))
    loop, granted = asyncio.get_running_loop(), []

    async def worker(name: int) -> None:
        for i in range(5):
            one = HostRequest(HOST, f"{name}-{i}")
            while wait_s := await hosts.permit(one):  # noqa: ASYNC110 - the state is in Redis
                await asyncio.sleep(wait_s)
            sent_at = loop.time()
            granted.append(sent_at)
            await hosts.answered(one, loop.time() - sent_at, 0.0, 0.0)

    await asyncio.gather(*(worker(i) for i in range(4)))
    gaps = [later - earlier for earlier, later in pairwise(granted)]
    assert len(granted) == 20
    assert min(gaps) >= 0.0499
