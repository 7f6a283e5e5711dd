"""What every request goes through, the page, the state, and the end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yarl
from redis.asyncio import Redis
from redis.exceptions import TimeoutError as RedisTimeout

from tests.gateway.conftest import Publisher, RunningGateway, StartGateway, wait_until
from worker.gateway.assets import WEB
from worker.queue import UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings
from worker.streams.embedded_server import embedded


async def test_a_request_keeps_the_id_that_it_came_with(server: RunningGateway) -> None:
    async with server.session.get("/v1/events?x=1", headers={"X-Request-ID": "abc-1"}) as response:
        assert response.headers["X-Request-ID"] == "abc-1"
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["instance"] == "urn:communique:request:abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é"])
async def test_an_id_that_is_none_is_replaced(server: RunningGateway, given: str) -> None:
    async with server.session.get("/v1/schema", headers={"X-Request-ID": given}) as response:
        assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/events", 404, "not_found"),
        ("GET", "/v1/events/short", 404, "not_found"),
        ("DELETE", "/v1/events", 405, "wrong_method"),
        ("OPTIONS", "/v1/events", 405, "wrong_method"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("GET", "/static/..%2fapp.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/static//etc/passwd", 404, "not_found"),
    ],
)
async def test_what_is_not_there_is_a_problem(
    server: RunningGateway, method: str, path: str, status: int, code: str
) -> None:
    async with server.session.request(method, yarl.URL(server.url + path, encoded=True)) as response:
        assert response.status == status
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["type"] == f"urn:communique:problem:{code}"


async def test_a_mistake_of_ours_is_a_problem_that_tells_nothing(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("worker.gateway.live.replay.ReplayReader.find_gaps", fail)
    problem = await server.get("/v1/events", 500)
    assert "secret" not in json.dumps(problem)


async def test_every_answer_says_what_a_browser_may_do_with_it(server: RunningGateway) -> None:
    for path in ("/", "/v1/events", "/v1/nothing", "/healthz"):
        async with server.session.get(path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "geolocation=()" in response.headers["Permissions-Policy"]


async def test_the_page_and_its_files_are_served_and_asked_about_again(server: RunningGateway) -> None:
    async with server.session.get("/") as response:
        assert response.content_type == "text/html"
        assert response.headers["Cache-Control"] == "no-cache"
        etag = response.headers["ETag"]
    async with server.session.get("/", headers={"If-None-Match": etag}) as response:
        assert response.status == 304
    async with server.session.get("/static/index.html") as response:
        assert await response.read() == (WEB / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path", ["/v1/schema", "/v1/openapi.json", "/v1/asyncapi.json", "/v1/status", "/v1/events", "/"]
)
async def test_head_is_get_without_a_body(server: RunningGateway, path: str) -> None:
    async with server.session.head(path) as response:
        assert (response.status, await response.read()) == (200, b"")


async def test_head_of_the_stream_ends(server: RunningGateway) -> None:
    async with asyncio.timeout(5), server.session.head("/v1/stream") as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")


@pytest.mark.parametrize("path", ["/v1/events?limit=50", "/v1/events?limit=50&format=csv", "/v1/events?cloudevents=1"])
async def test_what_a_client_has_is_not_sent_again(server: RunningGateway, publish: Publisher, path: str) -> None:
    await publish.numbers(*range(50))
    await wait_until(lambda: server.gateway.broadcaster.cursor[1] != "0-0")
    async with server.session.get(path) as response:
        assert response.headers["Content-Encoding"] in {"gzip", "deflate"}
        assert response.headers.getall("Vary") == ["Accept", "Accept-Encoding"]
        etag = response.headers["ETag"]
    async with server.session.get(path, headers={"If-None-Match": f'"other", {etag}'}) as response:
        assert (response.status, await response.read()) == (304, b"")
        assert (response.headers["ETag"], response.headers["Vary"]) == (etag, "Accept, Accept-Encoding")
    await publish.numbers(51)
    await wait_until(lambda: server.events_read == 51)
    async with server.session.get(path, headers={"If-None-Match": etag}) as response:
        assert response.status == 200


# ---------------------------------------------------------------- cors
PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


async def test_pages_of_other_origins_may_not_ask_unless_allowed(server: RunningGateway) -> None:
    async with server.session.options("/v1/articles", headers=PREFLIGHT | {"Origin": "https://a.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    async with server.session.get("/v1/events", headers={"Origin": "https://a.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("allowed", "answered"), [("https://a.example https://b.example", "https://a.example"), ("*", "*")]
)
async def test_pages_of_allowed_origins_may_ask(start_gateway: StartGateway, allowed: str, answered: str) -> None:
    async with start_gateway(gateway_origins=allowed) as server:
        origin = {"Origin": "https://a.example"}
        async with server.session.options("/v1/articles", headers=PREFLIGHT | origin) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == answered
            assert "POST" in response.headers["Access-Control-Allow-Methods"]
            assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
        for path in ("/v1/events", "/v1/events?x=1", "/v1/stream"):  # errors and streams can be read, too
            async with server.session.get(path, headers=origin) as response:
                assert response.headers["Access-Control-Allow-Origin"] == answered
                assert "Origin" in response.headers.getall("Vary")[-1]


# ---------------------------------------------------------------- state
async def test_the_state_counts_what_there_is(server: RunningGateway, publish: Publisher, settings: Settings) -> None:
    urls = [f"https://a.example/{i}" for i in range(4)]
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        await queue.put_many([Task(id=task_id(url), url=url) for url in urls])
        first, second = await queue.read(2, 0)
        await queue.dead_letter(second, "http_404", "gone")
        await publish.numbers(1, 2, 4)
        async with server.listen():
            status = await server.get("/v1/status")
        assert (status["queue"]["backlog"], status["queue"]["pending"], status["queue"]["dead"]) == (2, 1, 1)
        assert status["queue"]["oldest_pending_s"] >= 0
        assert [(w["name"], w["pending"]) for w in status["workers"]] == [(queue.consumer, 1)]
        assert status["dead"] == {"newest": 1, "by_reason": {"http_404": 1}}
        assert status["events"] == {"statement": 0, "meeting": 2, "decision": 1}
        assert status["stream"]["clients"] == 1
        assert first.attempts == 1


async def test_the_state_is_asked_for_once_a_second_however_many_ask(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await server.get("/v1/status")
    assert await server.get("/v1/status") == first
    monkeypatch.setattr("worker.gateway.api.status.CACHE_S", 0.0)
    assert await server.get("/v1/status") != first


async def test_a_state_that_cannot_be_had_is_not_asked_for_by_one_after_the_other(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    async def slow(*_: Any) -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.2)
        raise RedisTimeout

    monkeypatch.setattr("worker.gateway.api.status.take_snapshot", slow)
    await asyncio.gather(*(server.get("/v1/status", 503) for _ in range(5)))
    assert asked == 1
    monkeypatch.undo()
    await server.get("/v1/status", 200)


async def test_it_is_ready_while_redis_answers_and_its_reader_turns(server: RunningGateway, redis: Redis) -> None:
    assert (await server.get("/readyz"))["status"] == "ok"
    assert (await server.get("/healthz"))["status"] == "ok"
    server.gateway.broadcaster.last_read_at = asyncio.get_running_loop().time() - 60
    await redis.client_pause(1)  # and what was read meanwhile has had its turn
    health = await server.get("/readyz", 503)
    assert "has read nothing for 60 s" in health["checks"]["reader"]


# ---------------------------------------------------------------- life
async def test_the_command_serves_and_says_farewell(settings: Settings, redis_url: str) -> None:
    environ = os.environ | {"COMMUNIQUE_REDIS_URL": redis_url, "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    command = (sys.executable, "-m", "worker", "gateway", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    assert process.stderr
    port = int((await asyncio.wait_for(process.stderr.readline(), 20)).rpartition(b":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.wait_for(reader.readuntil(b"id: s:0-0,m:0-0,d:0-0"), 10)
    process.send_signal(signal.SIGTERM)
    assert b"problem:stopping" in await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def test_the_command_does_not_start_where_anybody_could_do_anything(redis_url: str) -> None:
    command = (sys.executable, "-m", "worker", "gateway", "--host", "0.0.0.0")
    environ = os.environ | {"COMMUNIQUE_REDIS_URL": redis_url}
    process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.PIPE)
    _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert b"no tokens" in said


async def test_a_redis_that_goes_away_makes_it_unready_and_holds_up_no_stop(
    tmp_path: Path, start_gateway: StartGateway
) -> None:
    async with contextlib.AsyncExitStack() as redis_server:
        url = await redis_server.enter_async_context(embedded(tmp_path / "redis"))
        async with start_gateway(redis_url=url) as server:
            await server.get("/readyz")
            await redis_server.aclose()
            health = await server.get("/readyz", 503)
            assert health["checks"]["redis"] != "ok"
            await server.get("/healthz")
            began = asyncio.get_running_loop().time()
            server.stop.set()
        assert asyncio.get_running_loop().time() - began < 5
