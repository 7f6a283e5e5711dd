"""Real services, and what they say on their ports."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.gateway.conftest import publish, start_gateway
from tests.operating.promtool import STEP_S, Phase, Series, firing, series
from worker.monitor import health
from worker.monitor.consumer_status import read_consumer_statuses
from worker.monitor.health import monitored_service
from worker.settings import Settings
from worker.telemetry.liveness import LivenessMonitor

__all__ = ["publish", "start_gateway"]  # fixtures of theirs that are used here too

QUICK_S = 0.05
"""Between two surveys of a service in this process."""
PATIENCE_S = 90.0
LONG_AGO_S = 1200
HERE = "here:9464"
Fires = Callable[..., None]
fired: set[str] = set()
"""Alerts that a test has seen fire."""


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
        return str(answer.read().decode())


class Scrape:
    """Asks a service of this process."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def __call__(self) -> str:
        """Return its metrics, of a survey that began after this call."""
        await asyncio.sleep(6 * QUICK_S)
        return await asyncio.to_thread(get, f"{self.address}/metrics")


Watching = Callable[..., AbstractAsyncContextManager[Scrape]]


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Watching:
    """Watch a service in this process: yields what scrapes it, after a survey that began when it was called."""
    monkeypatch.setattr(health, "HEARTBEAT_INTERVAL_S", QUICK_S)

    @asynccontextmanager
    async def watch(
        settings: Settings,
        service: str = "worker",
        liveness: LivenessMonitor | None = None,
        on_poll: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[Scrape]:
        liveness = liveness or LivenessMonitor()
        settings = settings.override(metrics_port=0)
        async with monitored_service(settings, settings.redis.url or "", service, liveness, on_poll) as port:
            yield Scrape(f"http://127.0.0.1:{port}")

    return watch


@asynccontextmanager
async def process(settings: Settings, log: Path, *words: str, **environ: str) -> AsyncIterator[Process]:
    """Run a command that can be watched as a process of its own; what is left of it in the end is killed."""
    given = {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_METRICS_PORT": "0",
    }
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMMUNIQUE_")}
    with log.open("w") as stderr:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", *words, env=clean | given | environ, stderr=stderr
        )
    try:
        yield Process(child, await _port(child, log))
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


class Process:
    """A service, and where it answers."""

    def __init__(self, child: asyncio.subprocess.Process, port: int) -> None:
        self.child = child
        self.instance = f"127.0.0.1:{port}"

    async def metrics(self) -> str:
        return await self.ask("metrics")

    async def ask(self, path: str) -> str:
        return await asyncio.to_thread(get, f"http://{self.instance}/{path}")


async def _port(child: asyncio.subprocess.Process, log: Path) -> int:
    async with asyncio.timeout(PATIENCE_S):
        while child.returncode is None:
            for line in log.read_text().splitlines():  # noqa: ASYNC240 - a moment
                if line.endswith("}") and (said := json.loads(line))["event"] == "monitoring":
                    return int(said["port"])
            await asyncio.sleep(0.02)
    raise AssertionError(log.read_text())  # noqa: ASYNC240 - a moment


@pytest.fixture
def fires(tmp_path: Path) -> Fires:
    """Hold an alert against what was scraped before its fault, and after it."""

    def judge(alert: str, *scraped: str | Series, minutes: int = 20, step_s: int = STEP_S, **labels: str) -> None:
        phases = [Phase(minutes, series(s, HERE) if isinstance(s, str) else s) for s in scraped]
        *before, after = firing(alert, phases, tmp_path, step_s=step_s, **labels)
        assert not any(before), f"{alert} fires without its fault"
        assert after, f"{alert} does not fire"
        fired.add(alert)

    return judge


def long_ago() -> str:
    """Id of a stream entry that came in twenty minutes ago."""
    return f"{round((time.time() - LONG_AGO_S) * 1000)}-0"


async def says(scrape: Callable[[], Awaitable[str]], line: str) -> bool:
    """Tell whether a line of the metrics begins like this (a regular expression)."""
    return re.search(rf"(?m)^{line}", await scrape()) is not None


async def stands(settings: Settings, name: str) -> bool:
    """Tell whether a reader has told of its place."""
    async with Redis.from_url(settings.redis.url or "", protocol=2) as client:
        return any(
            reader.name == name and reader.position
            for reader in await read_consumer_statuses(client, settings.redis.key_prefix)
        )


async def until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await reached():  # noqa: ASYNC110 - a service is asked
            await asyncio.sleep(0.05)
