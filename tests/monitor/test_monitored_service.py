"""Health endpoints of a service, and the command that requests them."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from tests.environment import clean_environ
from worker.consume import open_consumer, worker_loops
from worker.discover import discover_loops
from worker.errors import UsageError
from worker.monitor import monitored_service as health
from worker.monitor.heartbeat import read_heartbeats, services_key
from worker.monitor.monitored_service import FleetPoller, monitored_service
from worker.queue import UrlQueue
from worker.schema.fleet import ServiceHeartbeat
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server
from worker.telemetry.liveness import LivenessMonitor, LoopSpec


def fetch_json(port: int | None, path: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
    """Return status and JSON body of a response."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=90) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as e:
        with e:
            content = e.read()
            return e.code, json.loads(content) if content.startswith(b"{") else {"text": content.decode()}


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(health, "HEARTBEAT_INTERVAL_S", 0.05)
    monkeypatch.setattr(health, "EVENT_LOOP_INTERVAL_S", 0.05)
    return settings.override(metrics_port=0)


def url(settings: Settings) -> str:
    return settings.redis.url or ""


async def test_a_working_service_is_alive_and_ready_until_it_drains(settings: Settings) -> None:
    liveness = LivenessMonitor(worker_loops(settings))
    async with (
        open_consumer(settings, url(settings), liveness=liveness) as worker,
        monitored_service(settings, url(settings), "worker", liveness) as port,
    ):
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop))
        async with connect(url(settings)) as client:
            while not await read_heartbeats(client, settings.redis.key_prefix):  # noqa: ASYNC110 - Redis is polled
                await asyncio.sleep(0.05)
        status, body = await asyncio.to_thread(fetch_json, port, "/readyz")
        assert (status, body["status"], body["late"]) == (200, "ok", [])
        assert body["heard_s_ago"].keys() == {"tend", "read", "loop", "redis"}
        async with connect(url(settings)) as client, UrlQueue(url(settings), settings) as queue:
            [its] = await read_heartbeats(client, settings.redis.key_prefix)
            assert its.name in {state.name for state in await queue.workers()}  # the same name as in the consumer group
        assert (await asyncio.to_thread(fetch_json, port, "/healthz"))[0] == 200
        stop.set()
        await working
        status, body = await asyncio.to_thread(fetch_json, port, "/readyz")  # drained: it no longer reads
        assert (status, body["late"]) == (503, ["read"])
        assert (await asyncio.to_thread(fetch_json, port, "/healthz"))[0] == 200


async def test_a_blocked_event_loop_is_reported_by_the_server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SERVICE_LOOPS", {"loop": LoopSpec(max_silence_s=0.3, critical=True)})
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        with ThreadPoolExecutor() as threads:
            pending = threads.submit(_fetch_later, port)
            status, body = pending.result()  # blocks the event loop: the fault
    assert (status, body["late"]) == (503, ["loop"])


def _fetch_later(port: int | None) -> tuple[int, dict[str, Any]]:
    time.sleep(0.6)
    return fetch_json(port, "/healthz")


async def test_without_redis_a_service_is_alive_but_not_ready(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health,
        "SERVICE_LOOPS",
        {"loop": LoopSpec(max_silence_s=15, critical=True), "redis": LoopSpec(max_silence_s=0.3)},
    )
    async with run_embedded_server(tmp_path / "r") as redis_url:
        monitoring = monitored_service(settings, redis_url, "worker", LivenessMonitor())
        port = await monitoring.__aenter__()
        assert (await asyncio.to_thread(fetch_json, port, "/readyz"))[0] == 200
    try:
        deadline = time.monotonic() + 90
        while (await asyncio.to_thread(fetch_json, port, "/readyz"))[0] == 200:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        status, body = await asyncio.to_thread(fetch_json, port, "/readyz")
        assert (status, body["late"]) == (503, ["redis"])
        assert (await asyncio.to_thread(fetch_json, port, "/healthz"))[0] == 200
    finally:
        await monitoring.__aexit__(None, None, None)


async def test_a_service_recovers_when_redis_is_available_again(settings: Settings, tmp_path: Path) -> None:
    seen = []
    async with run_embedded_server(tmp_path / "r") as redis_url:
        monitoring = monitored_service(settings, redis_url, "worker", LivenessMonitor())
        port = await monitoring.__aenter__()
    await asyncio.sleep(0.3)
    async with run_embedded_server(tmp_path / "r"):
        deadline = time.monotonic() + 90
        while b"communique_redis_up 1.0" not in await asyncio.to_thread(_metrics, port):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        seen.append("back")
        await monitoring.__aexit__(None, None, None)
    assert seen == ["back"]


def _metrics(port: int | None) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=90) as answer:
        return bytes(answer.read())


async def test_other_paths_and_methods_are_rejected(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        assert (await asyncio.to_thread(fetch_json, port, "/"))[0] == 404
        assert (await asyncio.to_thread(fetch_json, port, "/metrics", "POST"))[0] == 405
        assert (await asyncio.to_thread(fetch_json, port, "/healthz", "HEAD"))[0] == 200


async def test_a_port_in_use_is_an_error_that_names_it(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        with pytest.raises(UsageError, match=f"cannot serve metrics on 127.0.0.1, port {port}: Address already in use"):
            async with monitored_service(
                settings.override(metrics_port=port), url(settings), "discover", LivenessMonitor()
            ):
                pass


async def test_without_a_port_there_is_no_server_but_a_heartbeat(settings: Settings) -> None:
    settings = settings.override(metrics_port=None)
    async with connect(url(settings)) as client:
        async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
            assert port is None
            while not await client.hlen(services_key(settings.redis.key_prefix)):  # noqa: ASYNC110 - Redis is polled
                await asyncio.sleep(0.05)
            (value,) = await client.hvals(services_key(settings.redis.key_prefix))
            assert msgspec.json.decode(value, type=ServiceHeartbeat).service == "worker"
        assert await client.hlen(services_key(settings.redis.key_prefix)) == 0  # deregistered


async def test_a_silent_client_does_not_block_others(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await asyncio.to_thread(fetch_json, port, "/healthz"))[0] == 200
        writer.close()


def test_the_limits_of_loops_allow_for_their_slowest_iteration() -> None:
    settings = Settings.of(total_timeout_s=60, process_timeout_s=15, lease_s=60)
    loops = worker_loops(settings)
    assert loops["read"].max_silence_s > 75
    assert loops["tend"].critical
    assert not loops["read"].critical
    assert loops["tend"].max_silence_s < 3 * settings.queue.lease_s  # reported before the watchdog exits
    assert discover_loops(settings.fetch)["ask"].max_silence_s > 2 * settings.fetch.total_timeout_s


# ---------------------------------------------------------------- communique health
def _run_health(port: int, *words: str) -> subprocess.CompletedProcess[str]:
    clean = clean_environ()
    given = {"COMMUNIQUE_METRICS_PORT": str(port), "COMMUNIQUE_METRICS_HOST": "0.0.0.0"}
    return subprocess.run(
        [sys.executable, "-m", "worker", "health", *words],
        env=clean | given,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


async def test_the_exit_status_of_the_command_is_the_health_of_the_service(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SERVICE_LOOPS", {"loop": LoopSpec(max_silence_s=15, critical=True)})
    liveness = LivenessMonitor({"read": LoopSpec(max_silence_s=60)})
    async with monitored_service(settings, url(settings), "worker", liveness) as port:
        assert port
        healthy = await asyncio.to_thread(_run_health, port)
        liveness.mark_ended("read")
        unready = await asyncio.to_thread(_run_health, port)
        alive = await asyncio.to_thread(_run_health, port, "--alive")
    unreachable = await asyncio.to_thread(_run_health, port)
    assert (healthy.returncode, json.loads(healthy.stdout)["status"]) == (0, "ok")
    assert (unready.returncode, json.loads(unready.stdout)["late"]) == (1, ["read"])
    assert alive.returncode == 0
    assert (unreachable.returncode, unreachable.stdout) == (1, "")
    assert f":{port}/readyz" in unreachable.stderr


async def test_every_second_poll_takes_a_snapshot_and_so_does_the_one_after_a_failure() -> None:
    take: Any = AsyncMock(side_effect=["1", "2", RedisConnectionError, "3", "4"])
    heartbeat: Any = AsyncMock()
    poller = FleetPoller(take, heartbeat, LivenessMonitor(), None)
    seen: list[Any] = []
    for _ in range(8):
        await poller.poll()
        seen.append(poller.last_snapshot())
    assert seen == ["1", "1", "2", "2", None, "3", "3", "4"]
    assert heartbeat.send.await_count == 8
