from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.subscribe.published import event, person, publish
from tests.webhook.receiver import SECRET, Receiver, receiving
from tests.webhook.running import Running, hook
from worker.errors import Permanent
from worker.schema import KINDS
from worker.streams import connect
from worker.streams.embedded_server import embedded
from worker.webhook import deliver as deliver_module
from worker.webhook.place import Place
from worker.webhook.post import Gone

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(backoff_s=0.01, max_backoff_s=0.02, webhook_secret=SECRET, webhook_timeout_s=5.0)


# ---------------------------------------------------------------- what arrives
async def test_every_event_arrives_once_signed_in_its_envelope(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    names = [f"{'smd'[n % 3]}{n}" for n in range(60)]
    await publish(redis, settings, *names[:30])
    async with Running(redis, settings, hook(receiver.url)):
        await receiver.until(lambda: len(receiver.bodies) == 30)
        await publish(redis, settings, *names[30:])
        await receiver.until(lambda: len(receiver.bodies) == 60)
    assert sorted(receiver.taken) == sorted(names)
    assert len(set(receiver.ids)) == 60
    first = receiver.bodies[receiver.taken.index("s0")]
    assert list(first) == ["type", "timestamp", "data"]
    assert first["type"] == first["data"]["kind"] == "statement"
    assert first["timestamp"].endswith("Z")


async def test_only_what_passes_the_filters_is_sent_and_the_rest_counts_as_done(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, event("meeting", "m1", participants=[person("Aino Ranta", "FI")]), "m2", "s1")
    async with Running(redis, settings, hook(receiver.url, filters={"country": "FI"})) as running:
        await receiver.until(lambda: receiver.taken == ["m1"])
    assert set(await running.place.position()) == set(KINDS)
    async with Running(redis, settings, hook(receiver.url)):
        await asyncio.sleep(0.1)
    assert receiver.taken == ["m1"]


async def test_with_a_concurrency_of_one_they_arrive_in_order(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    names = [f"{'smd'[n % 3]}{n}" for n in range(20)]
    receiver.answer = lambda name, n: web.Response(status=503 if name == "s3" and n < 3 else 200)
    await publish(redis, settings, *names)
    async with Running(redis, settings.override(webhook_concurrency=1), hook(receiver.url)):
        await receiver.until(lambda: len(receiver.bodies) == 20)
    assert receiver.taken == names


async def test_no_more_than_the_concurrency_are_under_way(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    async def slowly(_name: str, _n: int) -> web.Response:
        await asyncio.sleep(0.02)
        return web.Response()

    receiver.answer = slowly
    await publish(redis, settings, *(f"s{n}" for n in range(30)))
    async with Running(redis, settings.override(webhook_concurrency=5), hook(receiver.url)):
        await receiver.until(lambda: len(receiver.bodies) == 30)
    assert receiver.most_at_once == 5


# ---------------------------------------------------------------- what fails
@pytest.mark.parametrize("status", [408, 429, 500, 503, 599])
async def test_what_may_pass_is_tried_again_under_the_same_id(
    redis: Redis, settings: Settings, receiver: Receiver, status: int
) -> None:
    receiver.answer = lambda _name, n: web.Response(status=status if n < 4 else 204)
    await publish(redis, settings, "s1")
    async with Running(redis, settings, hook(receiver.url)) as running:
        await receiver.until(lambda: receiver.taken == ["s1"])
    assert receiver.attempts["s1"] == 4
    assert await running.place.dead(10) == []


@pytest.mark.parametrize("status", [301, 400, 401, 404, 422])
async def test_what_will_not_pass_is_buried_and_the_rest_goes_on(
    redis: Redis, settings: Settings, receiver: Receiver, status: int
) -> None:
    headers = {"Location": receiver.url}
    receiver.answer = lambda name, _n: web.Response(status=status if name == "s1" else 200, headers=headers)
    await publish(redis, settings, "s1", "s2")
    async with Running(redis, settings, hook(receiver.url)) as running:
        await receiver.until(lambda: receiver.taken == ["s2"])
    assert receiver.attempts["s1"] == 1
    (letter,) = await running.place.dead(10)
    assert (letter["reason"], letter["id"][:10]) == (f"http_{status}", "statement-")
    assert '"id":"s1"' in letter["body"]
    await _nothing_more(redis, settings, receiver)


async def _nothing_more(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    before = sum(receiver.attempts.values())
    async with Running(redis, settings, hook(receiver.url)):
        await asyncio.sleep(0.1)
    assert sum(receiver.attempts.values()) == before


async def test_what_fails_for_too_long_is_buried(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    receiver.answer = lambda name, _n: web.Response(status=500 if name == "s1" else 200)
    await publish(redis, settings, "s1", "s2")
    async with Running(redis, settings.override(webhook_give_up_s=0.2), hook(receiver.url)) as running:
        async with asyncio.timeout(5):
            while not (dead := await running.place.dead(10)):  # noqa: ASYNC110 - Redis is asked
                await asyncio.sleep(0.02)
    assert [letter["reason"] for letter in dead] == ["http_500"]
    assert receiver.attempts["s1"] > 3
    assert receiver.taken == ["s2"]


async def test_retry_after_holds_for_everything_that_goes_there(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    at: list[float] = []

    def answer(_name: str, _n: int) -> web.Response:
        at.append(time.monotonic())
        return web.Response(status=429, headers={"Retry-After": "1"}) if len(at) == 1 else web.Response()

    receiver.answer = answer
    await publish(redis, settings, "s1", "s2")
    async with Running(redis, settings.override(webhook_concurrency=1), hook(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 2)
    assert at[1] - at[0] >= 0.99
    receiver.bodies.clear()
    at.clear()
    await publish(redis, settings, "s3", "s4", "s5")
    async with Running(redis, settings.override(webhook_concurrency=3), hook(receiver.url)):
        await receiver.until(lambda: len(at) >= 3)
        await publish(redis, settings, "s6")
        await receiver.until(lambda: "s6" in receiver.taken)
    assert at[-1] - at[0] >= 0.99


async def test_410_ends_the_subscription_for_good_until_told_otherwise(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=410 if name == "s2" else 200)
    await publish(redis, settings, "s1", "s2", "s3")
    one = settings.override(webhook_concurrency=1)
    async with Running(redis, one, hook(receiver.url)) as running:
        assert isinstance(await asyncio.wait_for(asyncio.shield(running.work), 5), Gone)
    assert receiver.taken == ["s1"]
    async with Running(redis, one, hook(receiver.url)) as running:
        assert isinstance(await asyncio.wait_for(asyncio.shield(running.work), 5), Gone)
    assert receiver.attempts["s2"] == 1
    receiver.answer = lambda _name, _n: web.Response()
    await running.place.begin_again()
    async with Running(redis, one, hook(receiver.url)):
        await receiver.until(lambda: receiver.taken == ["s1", "s2", "s3"])


async def test_a_name_in_the_private_network_is_not_asked_and_the_place_stays(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, "s1")
    by_name = hook(receiver.url.replace("127.0.0.1", "localhost"))
    async with Running(redis, settings.override(allow_private_addresses=False), by_name) as running:
        ended = await asyncio.wait_for(asyncio.shield(running.work), 5)
    assert isinstance(ended, Permanent)
    assert ended.reason == "private_address"
    assert not receiver.attempts
    async with Running(redis, settings, by_name):
        await receiver.until(lambda: receiver.taken == ["s1"])


async def test_a_receiver_that_hangs_delays_nobody_else(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    forever = asyncio.Event()

    async def hang(_name: str, _n: int) -> web.Response:
        await forever.wait()
        return web.Response()

    brief = settings.override(webhook_timeout_s=0.3)
    async with receiving() as hanging:
        hanging.answer = hang
        await publish(redis, settings, *(f"s{n}" for n in range(40)))
        async with Running(redis, brief, hook(hanging.url, name="hangs")), Running(redis, brief, hook(receiver.url)):
            await receiver.until(lambda: len(receiver.taken) == 40)
            assert not hanging.bodies
        forever.set()


# ---------------------------------------------------------------- stopping, crashing, standing by
async def test_after_a_stop_it_goes_on_behind_what_was_delivered(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=503 if name == "s5" else 200)
    await publish(redis, settings, *(f"s{n}" for n in range(10)))
    async with Running(redis, settings, hook(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 9)
    receiver.answer = lambda _name, _n: web.Response()
    async with Running(redis, settings, hook(receiver.url)):
        await receiver.until(lambda: "s5" in receiver.taken)
    assert set(receiver.taken) == {f"s{n}" for n in range(10)}
    assert not {"s0", "s1", "s2", "s3", "s4"}.intersection(receiver.taken[9:])  # only s5 and what was behind it


async def test_from_now_on_is_a_place_before_the_first_event(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, "s1")
    async with Running(redis, settings, hook(receiver.url, after="$")) as running:
        async with asyncio.timeout(5):
            while not await running.place.position():  # noqa: ASYNC110 - Redis is asked
                await asyncio.sleep(0.01)
    await publish(redis, settings, "s2")
    async with Running(redis, settings, hook(receiver.url, after="$")):
        await receiver.until(lambda: receiver.taken == ["s2"])


async def test_of_two_with_one_name_one_delivers_and_the_other_takes_over(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_module, "STAND_BY_S", 0.05)
    async with Running(redis, settings, hook(receiver.url)) as first:
        await publish(redis, settings, "s1")
        await receiver.until(lambda: receiver.taken == ["s1"])
        async with Running(redis, settings, hook(receiver.url)):
            await publish(redis, settings, "s2", "s3")
            await receiver.until(lambda: len(receiver.taken) == 3)
            await asyncio.sleep(0.1)
            assert sorted(receiver.taken) == ["s1", "s2", "s3"]
            first.stop.set()
            await first.work
            await publish(redis, settings, "s4")
            await receiver.until(lambda: "s4" in receiver.taken)
    assert len(receiver.taken) == 4


async def test_who_has_lost_its_lease_moves_no_place(redis: Redis, settings: Settings) -> None:
    ours, theirs = (Place(redis, settings.redis.key_prefix, "press") for _ in range(2))
    assert await ours.take()
    assert await ours.move({"statement": "5-0"})
    await ours.leave()
    assert await theirs.take()
    assert not await ours.take()
    assert not await ours.move({"statement": "9-0"})
    assert not await ours.end("http_410")
    await ours.leave()
    assert await theirs.move({"statement": "6-0"})
    assert await theirs.position() == {"statement": "6-0"}
    assert await theirs.stopped() is None


async def test_an_event_that_holds_the_place_up_stops_the_reading_in_time(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver_module, "WINDOW", 10)
    receiver.answer = lambda name, _n: web.Response(status=503 if name == "s0" else 200)
    await publish(redis, settings, *(f"s{n}" for n in range(30)))
    async with Running(redis, settings, hook(receiver.url)):
        await receiver.until(lambda: len(receiver.taken) == 9)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)
        assert len(receiver.taken) == 9
        receiver.answer = lambda _name, _n: web.Response()
        await receiver.until(lambda: len(receiver.taken) == 30)
    assert sorted(receiver.taken) == sorted(f"s{n}" for n in range(30))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x00\xff\r\n\r\n",
        b"HTTP/1.1 999999 \r\n\r\n",
        b"HTTP/1.1 503 \xff\xfe\r\nRetry-After: \xff\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Oops\r\nRetry-After: 1e9\r\nTransfer-Encoding: chunked\r\n\r\nzz",
    ],
)
async def test_what_is_no_answer_of_a_receiver_is_tried_again(redis: Redis, settings: Settings, answer: bytes) -> None:
    answers = [answer, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000]
    asked = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await publish(redis, settings, "s1")
        async with Running(redis, settings, hook(f"http://127.0.0.1:{port}/")) as running:
            async with asyncio.timeout(10):
                while answers:  # noqa: ASYNC110 - the server's state
                    await asyncio.sleep(0.01)
        assert await running.place.dead(10) == []
    assert asked == 2


async def test_a_status_line_of_no_encoding_is_kept_with_the_dead_letter(redis: Redis, settings: Settings) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 400 N\xf6\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await publish(redis, settings, "s1")
        async with Running(redis, settings, hook(f"http://127.0.0.1:{port}/")) as running, asyncio.timeout(10):
            while not (dead := await running.place.dead(10)):  # noqa: ASYNC110 - Redis is asked
                await asyncio.sleep(0.01)
    assert dead[0]["reason"] == "http_400"


async def test_kill_9_of_redis_loses_no_event(tmp_path: Path, settings: Settings, receiver: Receiver) -> None:
    server = embedded(tmp_path)
    url = await server.__aenter__()
    here = settings.override(redis_url=url)
    names = [f"s{n}" for n in range(20)]
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect(url))
        running = Running(client, here, hook(receiver.url))
        await running.__aenter__()
        await publish(client, here, *names[:10])
        await receiver.until(lambda: len(receiver.taken) == 10)
        os.kill((await client.info("server"))["process_id"], signal.SIGKILL)
        await server.__aexit__(None, None, None)
        await asyncio.sleep(0.2)
        await stack.enter_async_context(embedded(tmp_path))
        stack.push_async_exit(running)
        await publish(client, here, *names[10:])
        await receiver.until(lambda: set(receiver.taken) == set(names))
