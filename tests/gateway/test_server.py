"""Connections below the request level: unparsable bytes, idle connections, disconnects."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.gateway.conftest import TIMEOUT_S, RunningGateway, StartGateway, wait_until

HOST = b"Host: localhost\r\n"


async def answered(port: int, sent: bytes) -> tuple[int, dict[str, str], Any]:
    """Send bytes and return status, headers and problem of the response."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    raw = await asyncio.wait_for(reader.read(), TIMEOUT_S)
    writer.close()
    head, _, body = raw.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    return int(first.split()[1]), dict(line.split(": ", 1) for line in lines), json.loads(body)


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET /v1/events?text=" + b"a" * 70_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "address_too_long"),
        (b"GET /v1/events HTTP/1.1\r\n" + HOST + b"Cookie: " + b"a" * 70_000 + b"\r\n\r\n", 431, "headers_too_large"),
        (b"GET /v1/events HTTP/1.1\r\n\r\n", 400, "bad_request"),
        (b"GET /v1/events HTTP/1.1\r\n" + HOST + HOST + b"\r\n", 400, "bad_request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"),
        (
            b"POST /v1/articles HTTP/1.1\r\n"
            + HOST
            + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
            "bad_request",
        ),
        (
            b"POST /v1/articles HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
            400,
            "bad_request",
        ),
    ],
)
async def test_unparsable_requests_get_a_problem_with_an_id(
    server: RunningGateway, sent: bytes, status: int, code: str
) -> None:
    answer, headers, problem = await answered(server.port, sent)
    assert (answer, problem["type"]) == (status, f"urn:communique:problem:{code}")
    assert headers["Content-Type"] == "application/problem+json"
    assert problem["instance"] == f"urn:communique:request:{headers['X-Request-ID']}"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/stream?access_token=hidden-0123456789\x00 HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /v1/stream HTTP/1.1\r\n" + HOST + b"Authorization: Bearer hidden-0123456789\x00\r\n\r\n",
    ],
)
async def test_a_token_in_an_unparsable_request_is_not_logged(
    server: RunningGateway, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], sent: bytes
) -> None:
    with capture_logs() as log:
        status, _, problem = await answered(server.port, sent)
    assert status == 400
    assert "request unreadable" in [line["event"] for line in log]
    everything = json.dumps([problem, log], default=str) + caplog.text + "".join(capfd.readouterr())
    assert "hidden" not in everything


async def test_a_disconnecting_client_is_not_an_error(server: RunningGateway, caplog: pytest.LogCaptureFixture) -> None:
    with capture_logs() as log:
        for path in (b"/v1/stream", b"/v1/stream?after=0", b"/v1/events"):
            for _ in range(20):
                gone = socket.create_connection(("127.0.0.1", server.port))
                gone.sendall(b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"\r\n")
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                gone.close()
        await wait_until(lambda: sum(line["event"] == "request" for line in log) >= 40)
        await wait_until(lambda: server.gateway.streams.connection_count == 0)
    assert {line["log_level"] for line in log} == {"info"}
    assert caplog.text == ""


async def test_an_idle_connection_is_closed(start_gateway: StartGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.gateway.server.IDLE_TIMEOUT_S", 0.1)
    async with start_gateway() as server:
        for begun in (b"", b"GET /v1/events HT"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begun)
            assert await asyncio.wait_for(reader.read(), TIMEOUT_S) == b""
            writer.close()


async def test_a_body_that_does_not_arrive_times_out(server: RunningGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.gateway.api.articles.BODY_TIMEOUT_S", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = b"POST /v1/articles HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: 50\r\n\r\n"
    writer.write(head + b'{"urls":')
    assert (await asyncio.wait_for(reader.readline(), TIMEOUT_S)).startswith(b"HTTP/1.1 408")
    writer.close()


@pytest.mark.parametrize("body", [b"no gzip", b"\x1f\x8b"])
async def test_a_body_that_cannot_be_decompressed_is_a_client_error(server: RunningGateway, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    async with server.session.post("/v1/articles", data=body, headers=headers) as response:
        assert response.status == 400


@pytest.mark.parametrize("host", [b"localhost:99999", b"localhost:abc", b"\xff\xfe", b"xn--a"])
async def test_an_invalid_host_is_a_client_error(server: RunningGateway, host: bytes) -> None:
    sent = b"GET /v1/status HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    assert (await asyncio.wait_for(reader.readline(), TIMEOUT_S)).split()[1] in {b"400", b"421"}
    writer.close()


async def test_head_opens_no_websocket(server: RunningGateway) -> None:
    sent = (
        b"HEAD /v1/stream HTTP/1.1\r\n"
        + HOST
        + (
            b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    assert (await asyncio.wait_for(reader.readline(), TIMEOUT_S)).startswith(b"HTTP/1.1 200")
    writer.close()
