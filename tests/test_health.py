"""Health that means it: told by a thread, so that a wedged loop says so."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from worker.consume import open_consumer, worker_loops
from worker.discover import discover_loops
from worker.errors import UsageError
from worker.monitor import health
from worker.monitor.health import monitored_service
from worker.monitor.heartbeat import read_heartbeats, services_key
from worker.queue import UrlQueue
from worker.schema.fleet import ServiceHeartbeat
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import embedded
from worker.telemetry.liveness import LivenessMonitor, LoopSpec


def asked(port: int | None, path: str, method: str = "GET") -> tuple[int, dict[str, Any]]:
    """Status and JSON of an answer."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as e:
        with e:
            body = e.read()
            return e.code, json.loads(body) if body.startswith(b"{") else {"text": body.decode()}


@pytest.fixture
def settings(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(health, "HEARTBEAT_INTERVAL_S", 0.05)
    monkeypatch.setattr(health, "EVENT_LOOP_INTERVAL_S", 0.05)
    return settings.override(metrics_port=0)


def url(settings: Settings) -> str:
    return settings.redis.url or ""


async def test_a_service_that_works_is_alive_and_ready(settings: Settings) -> None:
    liveness = LivenessMonitor(worker_loops(settings))
    async with (
        open_consumer(settings, url(settings), liveness=liveness) as worker,
        monitored_service(settings, url(settings), "worker", liveness) as port,
    ):
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run(stop))
        await asyncio.sleep(0.3)
        status, said = await asyncio.to_thread(asked, port, "/readyz")
        assert (status, said["status"], said["late"]) == (200, "ok", [])
        assert said["heard_s_ago"].keys() == {"tend", "read", "loop", "redis"}
        async with connect(url(settings)) as client, UrlQueue(url(settings), settings) as queue:
            [its] = await read_heartbeats(client, settings.redis.key_prefix)
            assert its.name in {state.name for state in await queue.workers()}  # one name for both
        assert (await asyncio.to_thread(asked, port, "/healthz"))[0] == 200
        stop.set()
        await working
        status, said = await asyncio.to_thread(asked, port, "/readyz")  # drained: it reads no more
        assert (status, said["late"]) == (503, ["read"])
        assert (await asyncio.to_thread(asked, port, "/healthz"))[0] == 200


async def test_a_wedged_event_loop_says_so_itself(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SERVICE_LOOPS", {"loop": LoopSpec(max_silence_s=0.3, critical=True)})
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        with ThreadPoolExecutor() as threads:
            asking = threads.submit(_asked_later, port)
            time.sleep(1)  # noqa: ASYNC251 - the fault
            status, said = asking.result()
    assert (status, said["late"]) == (503, ["loop"])


def _asked_later(port: int | None) -> tuple[int, dict[str, Any]]:
    time.sleep(0.6)
    return asked(port, "/healthz")


async def test_without_redis_a_service_is_alive_but_not_ready(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        health,
        "SERVICE_LOOPS",
        {"loop": LoopSpec(max_silence_s=15, critical=True), "redis": LoopSpec(max_silence_s=0.3)},
    )
    async with embedded(tmp_path / "r") as redis_url:
        watching = monitored_service(settings, redis_url, "worker", LivenessMonitor())
        port = await watching.__aenter__()
        assert (await asyncio.to_thread(asked, port, "/readyz"))[0] == 200
    try:
        await asyncio.sleep(0.6)
        status, said = await asyncio.to_thread(asked, port, "/readyz")
        assert (status, said["late"]) == (503, ["redis"])
        assert (await asyncio.to_thread(asked, port, "/healthz"))[0] == 200
    finally:
        await watching.__aexit__(None, None, None)


async def test_it_becomes_ready_again_when_redis_is_back(settings: Settings, tmp_path: Path) -> None:
    seen = []
    async with embedded(tmp_path / "r") as redis_url:
        watching = monitored_service(settings, redis_url, "worker", LivenessMonitor())
        port = await watching.__aenter__()
    await asyncio.sleep(0.3)
    async with embedded(tmp_path / "r"):
        deadline = time.monotonic() + 20
        while b"communique_redis_up 1.0" not in await asyncio.to_thread(_metrics, port):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        seen.append("back")
        await watching.__aexit__(None, None, None)
    assert seen == ["back"]


def _metrics(port: int | None) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return bytes(answer.read())


async def test_only_three_questions_are_answered(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        assert (await asyncio.to_thread(asked, port, "/"))[0] == 404
        assert (await asyncio.to_thread(asked, port, "/metrics", "POST"))[0] == 405
        assert (await asyncio.to_thread(asked, port, "/healthz", "HEAD"))[0] == 200


async def test_a_port_that_is_taken_is_named(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        with pytest.raises(UsageError, match=f"cannot serve metrics on 127.0.0.1, port {port}: Address already in use"):
            async with monitored_service(
                settings.override(metrics_port=port), url(settings), "discover", LivenessMonitor()
            ):
                pass


async def test_without_a_port_there_is_no_server_but_a_beat(settings: Settings) -> None:
    settings = settings.override(metrics_port=None)
    async with connect(url(settings)) as client:
        async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
            assert port is None
            await asyncio.sleep(0.2)
            (value,) = await client.hvals(services_key(settings.redis.key_prefix))
            assert msgspec.json.decode(value, type=ServiceHeartbeat).service == "worker"
        assert await client.hlen(services_key(settings.redis.key_prefix)) == 0  # it said farewell


async def test_a_client_that_says_nothing_keeps_nobody_waiting(settings: Settings) -> None:
    async with monitored_service(settings, url(settings), "worker", LivenessMonitor()) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        assert (await asyncio.to_thread(asked, port, "/healthz"))[0] == 200
        writer.close()


def test_a_worker_has_the_time_of_its_slowest_task_before_it_counts_as_not_reading() -> None:
    settings = Settings.of(total_timeout_s=60, process_timeout_s=15, lease_s=60)
    parts = worker_loops(settings)
    assert parts["read"].max_silence_s > 75
    assert parts["tend"].critical
    assert not parts["read"].critical
    assert parts["tend"].max_silence_s < 3 * settings.queue.lease_s  # told before the watchdog ends it
    assert discover_loops(settings)["ask"].max_silence_s > 2 * settings.fetch.total_timeout_s


# ---------------------------------------------------------------- the command of the containers
def _health(port: int, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMMUNIQUE_")}
    given = {"COMMUNIQUE_METRICS_PORT": str(port), "COMMUNIQUE_METRICS_HOST": "0.0.0.0"}
    return subprocess.run(
        [sys.executable, "-m", "worker", "health", *words],
        env=clean | given,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


async def test_the_command_asks_the_service_and_ends_as_it_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SERVICE_LOOPS", {"loop": LoopSpec(max_silence_s=15, critical=True)})
    liveness = LivenessMonitor({"read": LoopSpec(max_silence_s=60)})
    async with monitored_service(settings, url(settings), "worker", liveness) as port:
        assert port
        well = await asyncio.to_thread(_health, port)
        liveness.mark_ended("read")
        unready = await asyncio.to_thread(_health, port)
        alive = await asyncio.to_thread(_health, port, "--alive")
    nobody = await asyncio.to_thread(_health, port)
    assert (well.returncode, json.loads(well.stdout)["status"]) == (0, "ok")
    assert (unready.returncode, json.loads(unready.stdout)["late"]) == (1, ["read"])
    assert alive.returncode == 0
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert f":{port}/readyz" in nobody.stderr
