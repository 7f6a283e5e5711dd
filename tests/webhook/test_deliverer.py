"""The delivery loop against a real Redis and a real HTTP receiver."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from tests.subscribe.published import make_event, person, publish, publish_entry, publish_retraction
from tests.webhook.receiver import SECRET, Receiver, running_receiver
from tests.webhook.running_deliverer import RunningDeliverer, webhook_to
from worker.errors import Permanent
from worker.schema import KINDS, event_stream
from worker.streams import connect, stream_tails
from worker.streams.embedded_server import run_embedded_server
from worker.webhook import deliverer as deliverer_module
from worker.webhook.sender import ReceiverGone
from worker.webhook.subscription_state import SubscriptionState

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(backoff_s=0.01, max_backoff_s=0.02, webhook_secret=SECRET, webhook_timeout_s=5.0)


# ---------------------------------------------------------------- delivery
async def test_every_event_arrives_once_signed_in_its_envelope(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    names = [f"{'smd'[n % 3]}{n}" for n in range(60)]
    await publish(redis, settings, *names[:30])
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.bodies) == 30)
        await publish(redis, settings, *names[30:])
        await receiver.wait_for(lambda: len(receiver.bodies) == 60)
    assert sorted(receiver.accepted) == sorted(names)
    assert len(set(receiver.ids)) == 60
    first = receiver.bodies[receiver.accepted.index("s0")]
    assert list(first) == ["type", "timestamp", "data"]
    assert first["type"] == first["data"]["kind"] == "statement"
    assert first["timestamp"].endswith("Z")


async def test_retractions_are_sent_under_their_type_and_unknown_types_skipped(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, "m1")
    await publish_entry(redis, settings, "meeting", id="x", type="forecast", data="{}")
    await publish_retraction(redis, settings, "m1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, filters={"country": ["SE"]})):
        await receiver.wait_for(lambda: len(receiver.bodies) == 1)
        await publish(redis, settings, make_event("meeting", "m2", participants=[person("Eva Berg", "SE")]))
        await receiver.wait_for(lambda: len(receiver.bodies) == 2)
    assert [body["type"] for body in receiver.bodies] == ["retraction", "meeting"]
    assert (receiver.bodies[0]["data"]["of"], receiver.bodies[0]["data"]["reason"]) == ("m1", "forgotten")


async def test_only_matching_events_are_sent_and_the_cursor_passes_the_others(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, make_event("meeting", "m1", participants=[person("Aino Ranta", "FI")]), "m2", "s1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, filters={"country": "FI"})) as running:
        await receiver.wait_for(lambda: receiver.accepted == ["m1"])
        streams = {event_stream(settings.redis.key_prefix, kind): kind for kind in KINDS}
        ends = {streams[name]: tail.last_id for name, tail in (await stream_tails(redis, streams)).items()}
        async with asyncio.timeout(60):
            while await running.state.load_cursor() != ends:  # noqa: ASYNC110 - polls Redis
                await asyncio.sleep(0.02)
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await asyncio.sleep(0.1)
    assert receiver.accepted == ["m1"]


async def test_with_a_concurrency_of_one_events_arrive_in_order(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    names = [f"{'smd'[n % 3]}{n}" for n in range(20)]
    receiver.answer = lambda name, n: web.Response(status=503 if name == "s3" and n < 3 else 200)
    await publish(redis, settings, *names)
    async with RunningDeliverer(redis, settings.override(webhook_concurrency=1), webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.bodies) == 20)
    assert receiver.accepted == names


async def test_requests_in_flight_are_limited_by_the_concurrency(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    async def answer_slowly(_name: str, _n: int) -> web.Response:
        await asyncio.sleep(0.02)
        return web.Response()

    receiver.answer = answer_slowly
    await publish(redis, settings, *(f"s{n}" for n in range(30)))
    async with RunningDeliverer(redis, settings.override(webhook_concurrency=5), webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.bodies) == 30)
    assert receiver.max_concurrent == 5


# ---------------------------------------------------------------- failures
@pytest.mark.parametrize("status", [408, 429, 500, 503, 599])
async def test_a_transient_failure_is_retried_under_the_same_id(
    redis: Redis, settings: Settings, receiver: Receiver, status: int
) -> None:
    receiver.answer = lambda _name, n: web.Response(status=status if n < 4 else 204)
    await publish(redis, settings, "s1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)) as running:
        await receiver.wait_for(lambda: receiver.accepted == ["s1"])
    assert receiver.attempts["s1"] == 4
    assert await running.state.newest_dead_letters(10) == []


@pytest.mark.parametrize("status", [301, 400, 401, 404, 422])
async def test_a_permanent_failure_becomes_a_dead_letter_and_other_events_are_delivered(
    redis: Redis, settings: Settings, receiver: Receiver, status: int
) -> None:
    headers = {"Location": receiver.url}
    receiver.answer = lambda name, _n: web.Response(status=status if name == "s1" else 200, headers=headers)
    await publish(redis, settings, "s1", "s2")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)) as running:
        await receiver.wait_for(lambda: receiver.accepted == ["s2"])
    assert receiver.attempts["s1"] == 1
    (letter,) = await running.state.newest_dead_letters(10)
    assert (letter["reason"], letter["id"][:10]) == (f"http_{status}", "statement-")
    assert '"id":"s1"' in letter["body"]
    await _expect_no_attempt(redis, settings, receiver)


async def _expect_no_attempt(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    before = sum(receiver.attempts.values())
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await asyncio.sleep(0.1)
    assert sum(receiver.attempts.values()) == before


async def test_an_event_that_fails_for_too_long_becomes_a_dead_letter(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=500 if name == "s1" else 200)
    await publish(redis, settings, "s1", "s2")
    async with RunningDeliverer(redis, settings.override(webhook_give_up_s=1.0), webhook_to(receiver.url)) as running:
        async with asyncio.timeout(30):
            while not (dead := await running.state.newest_dead_letters(10)):  # noqa: ASYNC110 - polls Redis
                await asyncio.sleep(0.02)
    assert [letter["reason"] for letter in dead] == ["http_500"]
    assert receiver.attempts["s1"] > 3
    assert receiver.accepted == ["s2"]


async def test_retry_after_delays_every_event_of_the_receiver(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    at: list[float] = []

    def answer(_name: str, _n: int) -> web.Response:
        at.append(time.monotonic())
        return web.Response(status=429, headers={"Retry-After": "1"}) if len(at) == 1 else web.Response()

    receiver.answer = answer
    await publish(redis, settings, "s1", "s2")
    async with RunningDeliverer(redis, settings.override(webhook_concurrency=1), webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.accepted) == 2)
    assert at[1] - at[0] >= 0.99
    receiver.bodies.clear()
    at.clear()
    await publish(redis, settings, "s3", "s4", "s5")
    async with RunningDeliverer(redis, settings.override(webhook_concurrency=3), webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(at) >= 3)
        await publish(redis, settings, "s6")
        await receiver.wait_for(lambda: "s6" in receiver.accepted)
    assert at[-1] - at[0] >= 0.99


async def test_410_ends_the_subscription_until_it_is_reactivated(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=410 if name == "s2" else 200)
    await publish(redis, settings, "s1", "s2", "s3")
    one = settings.override(webhook_concurrency=1)
    async with RunningDeliverer(redis, one, webhook_to(receiver.url)) as running:
        assert isinstance(await asyncio.wait_for(asyncio.shield(running.work), 30), ReceiverGone)
    assert receiver.accepted == ["s1"]
    async with RunningDeliverer(redis, one, webhook_to(receiver.url)) as running:
        assert isinstance(await asyncio.wait_for(asyncio.shield(running.work), 30), ReceiverGone)
    assert receiver.attempts["s2"] == 1
    receiver.answer = lambda _name, _n: web.Response()
    await running.state.reactivate()
    async with RunningDeliverer(redis, one, webhook_to(receiver.url)):
        await receiver.wait_for(lambda: receiver.accepted == ["s1", "s2", "s3"])


async def test_a_host_name_with_a_private_address_gets_no_request_and_the_cursor_stays(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, "s1")
    by_name = webhook_to(receiver.url.replace("127.0.0.1", "localhost"))
    async with RunningDeliverer(redis, settings.override(allow_private_addresses=False), by_name) as running:
        ended = await asyncio.wait_for(asyncio.shield(running.work), 30)
    assert isinstance(ended, Permanent)
    assert ended.reason == "private_address"
    assert not receiver.attempts
    async with RunningDeliverer(redis, settings, by_name):
        await receiver.wait_for(lambda: receiver.accepted == ["s1"])


async def test_a_receiver_that_hangs_does_not_delay_the_others(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    forever = asyncio.Event()

    async def hang(_name: str, _n: int) -> web.Response:
        await forever.wait()
        return web.Response()

    brief = settings.override(webhook_timeout_s=1.0)
    async with running_receiver() as hanging:
        hanging.answer = hang
        await publish(redis, settings, *(f"s{n}" for n in range(40)))
        async with (
            RunningDeliverer(redis, brief, webhook_to(hanging.url, name="hangs")),
            RunningDeliverer(redis, brief, webhook_to(receiver.url)),
        ):
            await receiver.wait_for(lambda: len(set(receiver.accepted)) == 40)
            assert not hanging.bodies
        forever.set()


# ---------------------------------------------------------------- stop, crash, standby
async def test_after_a_stop_delivery_resumes_at_the_cursor(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda name, _n: web.Response(status=503 if name == "s5" else 200)
    await publish(redis, settings, *(f"s{n}" for n in range(10)))
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.accepted) == 9)
    receiver.answer = lambda _name, _n: web.Response()
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await receiver.wait_for(lambda: "s5" in receiver.accepted)
    assert set(receiver.accepted) == {f"s{n}" for n in range(10)}
    assert not {"s0", "s1", "s2", "s3", "s4"}.intersection(receiver.accepted[9:])  # only s5 and the events after it


async def test_a_subscription_from_now_on_has_a_cursor_before_the_first_event(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    await publish(redis, settings, "s1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, after="$")) as running:
        async with asyncio.timeout(30):
            while not await running.state.load_cursor():  # noqa: ASYNC110 - polls Redis
                await asyncio.sleep(0.01)
    await publish(redis, settings, "s2")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, after="$")):
        await receiver.wait_for(lambda: receiver.accepted == ["s2"])


async def test_of_two_processes_with_one_name_one_delivers_and_the_other_takes_over(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer_module, "STANDBY_INTERVAL_S", 0.05)
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)) as first:
        await publish(redis, settings, "s1")
        await receiver.wait_for(lambda: receiver.accepted == ["s1"])
        async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
            await publish(redis, settings, "s2", "s3")
            await receiver.wait_for(lambda: len(receiver.accepted) == 3)
            await asyncio.sleep(0.1)
            assert sorted(receiver.accepted) == ["s1", "s2", "s3"]
            first.stop.set()
            await first.work
            await publish(redis, settings, "s4")
            await receiver.wait_for(lambda: "s4" in receiver.accepted)
    assert len(receiver.accepted) == 4


async def test_only_the_lease_holder_writes_the_cursor(redis: Redis, settings: Settings) -> None:
    first, second = (SubscriptionState(redis, settings.redis.key_prefix, "press") for _ in range(2))
    assert await first.acquire_lease()
    assert await first.save_cursor({"statement": "5-0"})
    await first.release_lease()
    assert await second.acquire_lease()
    assert not await first.acquire_lease()
    assert not await first.save_cursor({"statement": "9-0"})
    assert not await first.mark_ended("http_410")
    await first.release_lease()
    assert await second.save_cursor({"statement": "6-0"})
    assert await second.load_cursor() == {"statement": "6-0"}
    assert await second.end_reason() is None


async def test_reading_stops_when_an_unfinished_event_has_filled_the_window(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer_module, "WINDOW", 10)
    receiver.answer = lambda name, _n: web.Response(status=503 if name == "s0" else 200)
    await publish(redis, settings, *(f"s{n}" for n in range(30)))
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url)):
        await receiver.wait_for(lambda: len(receiver.accepted) == 9)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.1)
        assert len(receiver.accepted) == 9
        receiver.answer = lambda _name, _n: web.Response()
        await receiver.wait_for(lambda: len(receiver.accepted) == 30)
    assert sorted(receiver.accepted) == sorted(f"s{n}" for n in range(30))


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
async def test_a_malformed_response_is_retried(redis: Redis, settings: Settings, answer: bytes) -> None:
    answers = [answer, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 100_000]
    requests = 0

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal requests
        requests += 1
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0))
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await publish(redis, settings, "s1")
        async with RunningDeliverer(redis, settings, webhook_to(f"http://127.0.0.1:{port}/")) as running:
            async with asyncio.timeout(30):
                while answers:  # noqa: ASYNC110 - polls the state of the server
                    await asyncio.sleep(0.01)
        assert await running.state.newest_dead_letters(10) == []
    assert requests == 2


async def test_a_status_line_in_another_encoding_is_stored_with_the_dead_letter(
    redis: Redis, settings: Settings
) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 400 N\xf6\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await publish(redis, settings, "s1")
        async with (
            RunningDeliverer(redis, settings, webhook_to(f"http://127.0.0.1:{port}/")) as running,
            asyncio.timeout(30),
        ):
            while not (dead := await running.state.newest_dead_letters(10)):  # noqa: ASYNC110 - polls Redis
                await asyncio.sleep(0.01)
    assert dead[0]["reason"] == "http_400"


async def test_kill_9_of_redis_loses_no_event(tmp_path: Path, settings: Settings, receiver: Receiver) -> None:
    server = run_embedded_server(tmp_path)
    url = await server.__aenter__()
    here = settings.override(redis_url=url)
    names = [f"s{n}" for n in range(20)]
    async with contextlib.AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect(url))
        running = RunningDeliverer(client, here, webhook_to(receiver.url))
        await running.__aenter__()
        await publish(client, here, *names[:10])
        await receiver.wait_for(lambda: len(receiver.accepted) == 10)
        os.kill((await client.info("server"))["process_id"], signal.SIGKILL)
        await server.__aexit__(None, None, None)
        await asyncio.sleep(0.2)
        await stack.enter_async_context(run_embedded_server(tmp_path))
        stack.push_async_exit(running)
        await publish(client, here, *names[10:])
        await receiver.wait_for(lambda: set(receiver.accepted) == set(names))
