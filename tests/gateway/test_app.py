"""The gateway as a whole: page, HEAD requests, start and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.gateway.conftest import TIMEOUT_S, RunningGateway, StartGateway
from worker.gateway.assets import WEB
from worker.settings import Settings
from worker.streams.embedded_server import run_embedded_server


async def test_the_page_and_its_files_are_served_and_revalidated(server: RunningGateway) -> None:
    async with server.session.get("/") as response:
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-cache"
        etag = response.headers["ETag"]
    async with server.session.get("/", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    async with server.session.get("/static/index.html") as response:
        assert await response.read() == (WEB / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path", ["/v1/schema", "/v1/openapi.json", "/v1/asyncapi.json", "/v1/status", "/v1/events", "/", "/runbook"]
)
async def test_head_is_get_without_a_body(server: RunningGateway, path: str) -> None:
    async with server.session.head(path) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_head_of_the_stream_ends(server: RunningGateway) -> None:
    async with asyncio.timeout(TIMEOUT_S), server.session.head("/v1/stream") as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")


# ---------------------------------------------------------------- start and shutdown
async def test_the_command_serves_and_ends_streams_at_shutdown(settings: Settings, redis_url: str) -> None:
    environ = os.environ | {"COMMUNIQUE_REDIS_URL": redis_url, "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    command = (sys.executable, "-m", "worker", "gateway", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    assert process.stderr
    port = int((await asyncio.wait_for(process.stderr.readline(), TIMEOUT_S)).rpartition(b":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"id: s:0-0,m:0-0,d:0-0"), TIMEOUT_S)
    process.send_signal(signal.SIGTERM)
    assert b"problem:stopping" in await asyncio.wait_for(reader.read(), TIMEOUT_S)
    writer.close()
    assert await asyncio.wait_for(process.wait(), TIMEOUT_S) == 0


async def test_the_command_refuses_an_open_address_without_tokens(redis_url: str) -> None:
    command = (sys.executable, "-m", "worker", "gateway", "--host", "0.0.0.0")
    environ = os.environ | {"COMMUNIQUE_REDIS_URL": redis_url}
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    _, stderr = await asyncio.wait_for(process.communicate(), TIMEOUT_S)
    assert process.returncode == 2
    assert b"no tokens" in stderr


async def test_without_redis_it_is_unready_and_stops_in_time(tmp_path: Path, start_gateway: StartGateway) -> None:
    async with contextlib.AsyncExitStack() as redis_server:
        url = await redis_server.enter_async_context(run_embedded_server(tmp_path / "redis"))
        async with start_gateway(redis_url=url) as server:
            await server.get("/readyz")
            await redis_server.aclose()
            health = await server.get("/readyz", 503)
            assert health["checks"]["redis"] != "ok"
            await server.get("/healthz")
            began = asyncio.get_running_loop().time()
            server.stop.set()
        assert asyncio.get_running_loop().time() - began < 12  # retries of Redis would take 15 s or more
