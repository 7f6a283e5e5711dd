"""GET /v1/stream: events, their order, resuming, gaps, slow clients and shutdown, over SSE and WebSocket."""

from __future__ import annotations

import asyncio
import json
import random
import socket
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from tests.gateway.conftest import Publisher, RunningGateway, StartGateway, make_event, make_person, wait_until
from worker.gateway.live.replay import ReplayReader, ReplayWindow
from worker.schema import KINDS, event_stream
from worker.settings import Settings
from worker.streams import stream_tails
from worker.subscribe.cursor import START_CURSOR, decode_cursor, format_cursor

DEEP = b'{"deep":' + b"[" * 200_000
"""Deeper nesting than any decoder accepts."""


async def test_an_event_is_sent_byte_for_byte_as_published(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen() as client:
        await publish.numbers(1)
        frame = await client.frame()
    [fields] = await publish.entries("meeting")
    assert (frame.event, frame.data.encode()) == ("meeting", fields[b"data"])


async def test_only_new_events_are_sent_without_after(server: RunningGateway, publish: Publisher) -> None:
    await publish.numbers(1)
    await wait_until(lambda: server.gateway.broadcaster.cursor[1] != "0-0")
    async with server.listen() as client:
        await publish.numbers(2)
        assert await client.numbers(1) == [2]


async def test_only_matching_events_are_sent(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen("kind=statement&country=fi&speaker=niinisto") as client:
        await publish.events(
            make_event(1, "meeting", participants=[make_person("Sauli Niinistö", "FI")]),
            make_event(2, "statement", speaker=make_person("Sauli Niinistö", "SE")),
            make_event(3, "statement", speaker=make_person("Sauli Niinistö", "FI")),
            make_event(4, "statement", speaker=make_person("Sanna Marin", "FI")),
            make_event(5, "statement", speaker=make_person("Niinistö", "FI")),
        )
        assert await client.numbers(2) == [3, 5]


async def test_clients_with_equal_and_different_subscriptions_each_get_their_events(
    server: RunningGateway, publish: Publisher
) -> None:
    async with (
        server.listen("kind=meeting") as one,
        server.listen("kind=meeting") as two,
        server.listen("kind=decision") as three,
        server.listen("kind=meeting&cloudevents=1") as four,
    ):
        await publish.numbers(*range(9))
        assert await one.numbers(3) == await two.numbers(3) == [1, 4, 7]
        assert await three.numbers(3) == [2, 5, 8]
        assert [frame.json["data"]["rule"] for frame in await four.frames(3)] == ["1", "4", "7"]


# ---------------------------------------------------------------- order and resuming
async def test_a_replay_has_the_order_of_the_live_stream(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen() as client:
        for start in range(0, 60, 6):
            await publish.numbers(*random.Random(start).sample(range(start, start + 6), 6))
        live = await client.frames(60)
    async with server.listen("after=0") as client:
        replayed = await client.frames(60)
    assert [frame.data for frame in replayed] == [frame.data for frame in live]


async def test_resuming_after_any_event_gives_exactly_the_rest(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen() as client:
        await publish.numbers(*range(7))
        await publish.numbers(*range(7, 12))
        live = await client.frames(12)
    for at, frame in enumerate(live):
        async with server.listen(f"after={frame.id}") as client:
            await publish.numbers(100 + at)
            rest = [one.number for one in live[at + 1 :]] + list(range(100, 101 + at))
            assert await client.numbers(len(rest)) == rest


async def test_last_event_id_takes_precedence_over_after(server: RunningGateway, publish: Publisher) -> None:
    await publish.numbers(1)
    await publish.numbers(2)
    async with server.listen("after=0") as client:
        [first, _] = await client.frames(2)
    async with server.listen("after=0", **{"Last-Event-ID": first.id}) as client:
        assert await client.numbers(1) == [2]


@pytest.mark.parametrize("recent", [4, 512])
async def test_no_event_is_lost_or_repeated_between_replay_and_live_stream(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch, recent: int
) -> None:
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_RECENT_EVENTS", recent)
    total, clients = 600, 12

    async def publishing() -> None:
        for start in range(0, total, 4):
            await publish.numbers(*range(start, start + 4))
            await asyncio.sleep(0.002)

    async def listening(wait_s: float) -> list[str]:
        await asyncio.sleep(wait_s)
        async with server.listen("after=0") as client:
            return [frame.id for frame in await client.frames(total)]

    chance = random.Random(5)
    publisher = asyncio.create_task(publishing())
    received = await asyncio.gather(*(listening(chance.uniform(0, 0.5)) for _ in range(clients)))
    await publisher
    assert len(set(received[0])) == total
    assert all(ids == received[0] for ids in received)


async def test_a_client_ahead_of_this_gateway_gets_only_later_events(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, may_send = server.gateway.broadcaster._reader, False
    take = reader._take_complete
    monkeypatch.setattr(reader, "_take_complete", lambda now_ms: take(now_ms) if may_send else [])
    await publish.numbers(0, 1, 2)
    tails = await stream_tails(redis, [event_stream(settings.redis.key_prefix, kind) for kind in KINDS])
    async with server.listen(f"after={'.'.join(tail.last_id for tail in tails.values())}") as client:
        assert server.gateway.broadcaster.cursor == START_CURSOR
        may_send = True
        await wait_until(lambda: server.gateway.broadcaster.cursor != START_CURSOR)
        await publish.numbers(4)
        assert await client.numbers(1) == [4]


async def test_a_time_starts_with_the_events_from_that_instant_on(
    server: RunningGateway, publish: Publisher, redis: Redis
) -> None:
    await publish.numbers(1)
    s, us = await redis.time()
    await asyncio.sleep(0.005)
    await publish.numbers(2)
    async with server.listen(f"after={s * 1000 + us // 1000 + 1}") as client:
        assert await client.numbers(1) == [2]


async def test_a_heartbeat_advances_the_cursor_of_a_client_without_events(
    start_gateway: StartGateway, publish: Publisher
) -> None:
    async with start_gateway(gateway_heartbeat_s=0.05) as server:
        async with server.listen("kind=decision") as client:
            start_cursor = client.cursor
            await publish.numbers(1)
            await wait_until(lambda: server.gateway.broadcaster.cursor[1] != "0-0")
            client.cursor = ""
            await client.wait_until_live()
            while client.cursor == start_cursor:
                client.cursor = ""
                await client.wait_until_live()
        await publish.numbers(4)
        async with server.listen(f"after={client.cursor}") as again:
            assert await again.numbers(1) == [4]


# ---------------------------------------------------------------- gaps
async def test_trimmed_events_are_reported_and_the_stream_continues(
    start_gateway: StartGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    for number in (1, 4, 7):
        await publish.numbers(number)
    async with start_gateway() as server, server.listen("after=0") as client:
        [first, *_] = await client.frames(3)
    await redis.xtrim(event_stream(settings.redis.key_prefix, "meeting"), maxlen=1, approximate=False)
    async with start_gateway() as server, server.listen(f"after={first.id}") as client:
        gap, event = await client.frames(2)
    assert (gap.event, gap.json["kinds"], event.number) == ("gap", ["meeting"], 7)


@pytest.mark.parametrize("path", ["stream", "events"])
async def test_a_cursor_past_the_end_of_the_streams_is_reported_and_new_events_follow(
    server: RunningGateway, publish: Publisher, path: str
) -> None:
    await publish.numbers(0, 1, 2)
    await wait_until(lambda: server.events_read == 3)
    lost = ".".join(["1999999999999-7"] * 3)
    if path == "events":
        page = await server.get(f"/v1/events?after={lost}&kind=meeting")
        assert (page["gaps"], page["events"], (decode_cursor(page["position"]) or START_CURSOR)[1]) == (
            ["meeting"],
            [],
            server.gateway.broadcaster.cursor[1],
        )
        return
    async with server.listen(**{"Last-Event-ID": lost}) as client:
        gap = await client.frame()
        assert (gap.event, gap.json["kinds"]) == ("gap", ["statement", "meeting", "decision"])
        assert gap.id == format_cursor(server.gateway.broadcaster.cursor)
        await publish.numbers(4)
        assert await client.numbers(1) == [4]


async def test_a_future_time_is_no_gap(server: RunningGateway, publish: Publisher, redis: Redis) -> None:
    await publish.numbers(0, 1, 2)
    s, us = await redis.time()
    async with server.listen(f"after={s * 1000 + us // 1000 + 200}") as client:
        await publish.numbers(1)
        await asyncio.sleep(0.25)
        await publish.numbers(4)
        assert await client.numbers(1) == [4]


async def test_an_undecodable_entry_is_reported_and_the_stream_continues(
    server: RunningGateway, publish: Publisher
) -> None:
    async with server.listen("kind=meeting") as client:
        await publish.add("meeting", b"\xff{")
        await publish.numbers(1)
        live = await client.frames(2)
    async with server.listen("after=0") as client:
        replayed = await client.frames(2)
    for gap, event in (live, replayed):
        assert (gap.event, "does not decode" in gap.json["detail"], event.number) == ("gap", True, 1)


@pytest.mark.parametrize(
    "data", [DEEP, DEEP + b"]" * 200_000 + b"}", b'{"kind":"meeting","x":"\\ud800"}', b"", b"null", b"[]"]
)
async def test_no_entry_of_another_publisher_ends_the_reader(
    server: RunningGateway, publish: Publisher, data: bytes
) -> None:
    async with server.listen() as client, server.session.ws_connect("/v1/stream?cloudevents=1") as socket_:
        await socket_.receive()
        await publish.add("meeting", data)
        await publish.numbers(1)
        gap, event = await client.frames(2)
        assert (gap.event, event.number) == ("gap", 1)
        assert [(await socket_.receive_json(timeout=10))["type"] for _ in range(2)] == ["gap", "meeting"]


@pytest.mark.parametrize("ms", [0, 253_402_300_800_000, 9_999_999_999_999_999])
async def test_an_entry_id_may_have_any_time(server: RunningGateway, publish: Publisher, ms: int) -> None:
    await publish.numbers(1)
    [fields] = await publish.entries("meeting")
    async with server.session.ws_connect("/v1/stream?kind=decision") as socket_:
        await socket_.receive()
        data = json.loads(fields[b"data"]) | {"kind": "decision", "deciders": [], "status": "taken"}
        del data["participants"], data["form"]
        await publish.add("decision", json.dumps(data), f"{ms}-1")
        assert (await socket_.receive_json(timeout=10))["time"][:4] == ("1970" if ms == 0 else "9999")


async def test_line_breaks_in_the_data_of_another_publisher_do_not_split_the_frame(
    server: RunningGateway, publish: Publisher
) -> None:
    await publish.numbers(1)
    [fields] = await publish.entries("meeting")
    await publish.add("meeting", json.dumps(json.loads(fields[b"data"]), indent=2))
    async with server.listen("after=0") as client:
        assert await client.numbers(2) == [1, 1]


# ---------------------------------------------------------------- slow clients, many clients, shutdown
def slow_socket(port: int) -> socket.socket:
    made_socket = socket.socket()
    made_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made_socket.connect(("127.0.0.1", port))
    made_socket.sendall(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return made_socket


async def test_a_client_that_does_not_read_is_disconnected_without_affecting_others(
    start_gateway: StartGateway, publish: Publisher
) -> None:
    async with start_gateway(gateway_buffer_bytes=1 << 16) as server, server.listen() as client:
        with slow_socket(server.port) as slow:
            await wait_until(lambda: server.gateway.broadcaster.subscriber_count == 2)
            sent = 0
            while server.gateway.broadcaster.subscriber_count == 2:
                await publish.events(*(make_event(sent + i, "decision", via=["x" * 50_000]) for i in range(20)))
                assert await client.numbers(20) == list(range(sent, sent + 20))
                sent += 20
                assert sent < 2_000
            received = await asyncio.to_thread(read_all, slow)
    assert b"event: error" in received
    assert b"urn:communique:problem:too_slow" in received
    assert received.endswith(b"0\r\n\r\n")


def read_all(from_socket: socket.socket) -> bytes:
    from_socket.settimeout(10)
    return b"".join(iter(lambda: from_socket.recv(1 << 16), b""))


async def test_a_stalled_client_is_aborted(
    start_gateway: StartGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.endpoint.CLOSE_TIMEOUT_S", 0.05)
    async with start_gateway(gateway_buffer_bytes=1 << 16) as server:
        with slow_socket(server.port):
            await wait_until(lambda: server.gateway.broadcaster.subscriber_count == 1)
            while not server.streams_ended("too_slow"):
                await publish.events(*(make_event(i, "decision", via=["x" * 50_000]) for i in range(20)))
                await asyncio.sleep(0.01)
            assert server.gateway.broadcaster.subscriber_count == 0
            assert server.gateway.streams.connection_count == 0


async def test_clients_above_the_limit_are_refused(start_gateway: StartGateway) -> None:
    async with start_gateway(gateway_clients=1) as server, server.listen():
        problem = await server.get("/v1/stream", 503)
        assert problem["type"] == "urn:communique:problem:too_many_clients"


async def test_a_disconnected_client_is_removed(server: RunningGateway) -> None:
    async with server.listen():
        assert server.gateway.streams.connection_count == 1
        await wait_until(lambda: server.gateway.broadcaster.subscriber_count == 1)
    await wait_until(
        lambda: server.gateway.streams.connection_count == server.gateway.broadcaster.subscriber_count == 0
    )


async def test_every_client_gets_an_error_frame_when_the_gateway_stops(server: RunningGateway) -> None:
    async with server.listen() as client, server.session.ws_connect("/v1/stream") as other:
        await other.receive()
        server.stop.set()
        frame = await client.frame()
        assert (frame.event, frame.json["type"]) == ("error", "urn:communique:problem:stopping")
        message = await other.receive_json()
        assert (message["type"], message["data"]["type"]) == ("error", "urn:communique:problem:stopping")
        assert (await other.receive()).type is aiohttp.WSMsgType.CLOSE
        assert other.close_code == 1001


async def test_a_stream_whose_history_cannot_be_read_ends_with_an_error_frame(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch, publish: Publisher
) -> None:
    async def fail(*_: Any) -> None:
        raise ConnectionError

    monkeypatch.setattr("worker.gateway.live.replay.ReplayReader.find_gaps", fail)
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_RECENT_EVENTS", 0)
    await publish.numbers(1)
    await wait_until(lambda: server.gateway.broadcaster.cursor[1] != "0-0")
    async with server.listen("after=0") as client:
        assert (await client.frame()).json["type"] == "urn:communique:problem:unavailable"
    async with server.session.ws_connect("/v1/stream?after=0") as socket_:
        kinds = [(await socket_.receive_json(timeout=10))["type"] for _ in range(2)]
        await socket_.receive()
    assert (kinds, socket_.close_code) == (["heartbeat", "error"], 1013)


async def test_many_simultaneous_replays_are_each_complete(
    start_gateway: StartGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.endpoint.FULL_SPEED_REPLAYS", 1)
    for number in range(90):
        await publish.numbers(number)
        await asyncio.sleep(0.001)
    async with start_gateway() as server, asyncio.timeout(20):

        async def reading() -> list[int]:
            async with server.listen("after=0") as client:
                return sorted(await client.numbers(90))

        assert await asyncio.gather(*(reading() for _ in range(12))) == [list(range(90))] * 12


async def test_http_1_0_gets_no_chunked_coding(server: RunningGateway, publish: Publisher) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /v1/stream?after=0 HTTP/1.0\r\nHost: localhost\r\n\r\n")
    head = await reader.readuntil(b"\r\n\r\n")
    assert b"chunked" not in head.lower()
    await publish.numbers(1)
    body = await asyncio.wait_for(reader.readuntil(b'"rule":"1"'), 10)
    assert body.startswith(b": communique\n\n")
    assert b"\nevent: meeting\n" in body
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("kund=meeting", "kund"),
        ("kind=party", "kind"),
        ("act=deny&status=held", "status"),
        ("min_confidence=2", "min_confidence"),
        ("min_confidence=0.5&min_confidence=0.6", "min_confidence"),
        ("country=FIN", "country"),
        ("speaker=%20", "speaker"),
        ("after=yesterday", "after"),
        ("after=0&after=1", "after"),
        ("cloudevents=yes", "cloudevents"),
    ],
)
async def test_an_invalid_parameter_is_refused_by_name(server: RunningGateway, query: str, parameter: str) -> None:
    problem = await server.get(f"/v1/stream?{query}", 400)
    assert (problem["type"], problem["parameter"]) == ("urn:communique:problem:bad_parameter", parameter)


async def test_an_invalid_cursor_in_a_header_is_refused_by_the_name_of_the_header(server: RunningGateway) -> None:
    problem = await server.get("/v1/stream", 400, **{"Last-Event-ID": "x"})
    assert problem["parameter"] == "Last-Event-ID"


# ---------------------------------------------------------------- websocket
async def test_a_websocket_gets_the_same_events(server: RunningGateway, publish: Publisher) -> None:
    await publish.numbers(1)
    async with server.session.ws_connect("/v1/stream?after=0") as socket_:
        hello = await socket_.receive_json(timeout=10)
        await publish.numbers(2)
        first, second = [await socket_.receive_json(timeout=10) for _ in range(2)]
    assert hello == {"id": "s:0-0,m:0-0,d:0-0", "type": "heartbeat", "data": {}}
    assert [m["type"] for m in (first, second)] == ["meeting", "decision"]
    assert [m["data"]["rule"] for m in (first, second)] == ["1", "2"]
    assert first["time"] == "2026-03-01T12:00:00.000Z"
    async with server.listen(f"after={first['id']}") as client:
        assert await client.numbers(1) == [2]


async def test_a_websocket_may_request_envelopes_by_subprotocol(server: RunningGateway, publish: Publisher) -> None:
    async with server.session.ws_connect("/v1/stream", protocols=["cloudevents.json"]) as socket_:
        assert socket_.protocol == "cloudevents.json"
        await socket_.receive()
        await publish.numbers(1)
        envelope = await socket_.receive_json(timeout=10)
    assert (envelope["specversion"], envelope["type"], envelope["data"]["rule"]) == ("1.0", "meeting", "1")


async def test_long_messages_are_sent_completely(server: RunningGateway, publish: Publisher) -> None:
    async with server.session.ws_connect("/v1/stream") as socket_:
        await socket_.receive()
        for length in (1, 200, 70_000):
            await publish.events(make_event(1, via=["x" * length]))
            assert len((await socket_.receive_json(timeout=10))["data"]["via"][0]) == length


async def test_a_message_from_the_client_closes_the_websocket(server: RunningGateway) -> None:
    async with server.session.ws_connect("/v1/stream") as socket_:
        await socket_.receive()
        await socket_.send_str("hello")
        assert (await socket_.receive_json())["data"]["type"] == "urn:communique:problem:bad_request"
        await socket_.receive()
        assert socket_.close_code == 1008


async def test_a_closed_websocket_is_removed(server: RunningGateway) -> None:
    async with server.session.ws_connect("/v1/stream") as socket_:
        await socket_.receive()
        await wait_until(lambda: server.gateway.broadcaster.subscriber_count == 1)
    await wait_until(lambda: server.gateway.broadcaster.subscriber_count == 0)


@pytest.mark.parametrize(
    ("origin", "allowed"), [("https://evil.example", False), ("null", False), ("https://friend.example", True)]
)
async def test_other_origins_cannot_open_a_websocket(start_gateway: StartGateway, origin: str, allowed: Any) -> None:
    async with start_gateway(gateway_origins="https://friend.example") as server:
        if allowed:
            async with server.session.ws_connect("/v1/stream", origin=origin) as socket_:
                assert not socket_.closed
            return
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await server.session.ws_connect("/v1/stream", origin=origin)
        assert refused.value.status == 403


async def test_the_gateway_s_own_page_can_open_a_websocket(server: RunningGateway) -> None:
    async with server.session.ws_connect("/v1/stream", origin=server.url) as socket_:
        assert not socket_.closed


@pytest.mark.parametrize(
    ("trims", "expected"),
    [
        ({1: 3}, ["gap", 9, 10, 11]),
        ({2: 3}, ["gap", 1, 2, "gap", 9, 10, 11]),
        ({3: 3}, [1, 2, 3, 4, "gap", 9, 10, 11]),
        ({1: 8, 2: 3}, ["gap", 4, 5, "gap", 9, 10, 11]),
        ({1: 8, 3: 2}, ["gap", 4, 5, 6, 7, "gap", 10, 11]),
    ],
)
async def test_trimming_that_overtakes_a_replay_is_reported(
    server: RunningGateway,
    publish: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    trims: dict[int, int],
    expected: list[str | int],
) -> None:
    monkeypatch.setattr("worker.gateway.live.endpoint.REPLAY_CHUNK", 2)
    monkeypatch.setattr("worker.gateway.live.endpoint.MIN_CHUNK", 2)
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_RECENT_EVENTS", 0)
    await publish.events(*(make_event(i, "meeting") for i in range(12)))
    await wait_until(lambda: server.events_read == 12)
    [first, *_] = (await server.get("/v1/events?after=0&limit=1&format=json"))["position"].split(" ")
    read, reads = ReplayReader.read_chunks, 0

    async def trimmed(self: ReplayReader, *args: Any, **given: Any) -> Any:
        nonlocal reads
        reads += 1
        if left := trims.get(reads):
            stream = event_stream(publish.settings.redis.key_prefix, "meeting")
            await publish.redis.xtrim(stream, maxlen=left, approximate=False)
        return await read(self, *args, **given)

    monkeypatch.setattr(ReplayReader, "read_chunks", trimmed)
    found: list[str | int] = []
    async with server.listen(f"after={first}&kind=meeting") as client:
        while found[-1:] != [11]:
            frame = await client.frame()
            found.append("gap" if frame.event == "gap" else frame.number)
    assert found == expected


async def test_an_event_published_just_before_the_change_to_live_events_is_not_missed(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.live.recent_events.MAX_RECENT_EVENTS", 2)
    await publish.events(*(make_event(i, "meeting") for i in range(9)))
    await wait_until(lambda: server.events_read == 9)
    close, closed = ReplayWindow.aclose, 0

    async def late(self: ReplayWindow) -> None:
        nonlocal closed
        closed += 1
        if closed == 1:
            await publish.events(*(make_event(i, "meeting") for i in range(9, 20)))
            await wait_until(lambda: server.events_read == 20)
        await close(self)

    monkeypatch.setattr(ReplayWindow, "aclose", late)
    async with server.listen("after=0") as client:
        assert await client.numbers(20) == list(range(20))
