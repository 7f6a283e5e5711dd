"""Real services and the metrics that they export."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.environment import clean_environ
from tests.gateway.conftest import publish, start_gateway
from tests.operating.promtool import STEP_S, Phase, Series, alert_states, series
from worker.monitor import monitored_service as health
from worker.monitor.consumer_status import read_consumer_statuses
from worker.monitor.monitored_service import monitored_service
from worker.settings import Settings
from worker.telemetry.liveness import LivenessMonitor

__all__ = ["publish", "start_gateway"]  # fixtures of the gateway that are used here too

POLL_INTERVAL_S = 0.05
"""Interval between two snapshots of a service in this process."""
TIMEOUT_S = 90.0
OLD_S = 1200
INSTANCE = "here:9464"
AssertFires = Callable[..., None]
fired: set[str] = set()
"""Names of the alerts that a test has seen firing."""


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:
        return str(answer.read().decode())


class Scrape:
    """Scrapes a service of this process."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def __call__(self) -> str:
        """Return its metrics from a snapshot that was taken after this call."""
        await asyncio.sleep(6 * POLL_INTERVAL_S)
        return await asyncio.to_thread(get, f"{self.address}/metrics")


Monitored = Callable[..., AbstractAsyncContextManager[Scrape]]


@pytest.fixture
def monitored(monkeypatch: pytest.MonkeyPatch) -> Monitored:
    """Return a context manager that monitors a service in this process and yields its `Scrape`."""
    monkeypatch.setattr(health, "HEARTBEAT_INTERVAL_S", POLL_INTERVAL_S)

    @asynccontextmanager
    async def monitor(
        settings: Settings,
        service: str = "worker",
        liveness: LivenessMonitor | None = None,
        on_poll: Callable[[], Awaitable[None]] | None = None,
    ) -> AsyncIterator[Scrape]:
        liveness = liveness or LivenessMonitor()
        settings = settings.override(metrics_port=0)
        async with monitored_service(settings, settings.redis.url or "", service, liveness, on_poll) as port:
            yield Scrape(f"http://127.0.0.1:{port}")

    return monitor


@asynccontextmanager
async def process(settings: Settings, log: Path, *words: str, **environ: str) -> AsyncIterator[ServiceProcess]:
    """Run a command with metrics endpoints as a process; it is killed at the end if it still runs."""
    given = {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_ALLOW_PRIVATE_ADDRESSES": "true",
        "COMMUNIQUE_METRICS_PORT": "0",
    }
    clean = clean_environ()
    with log.open("w") as stderr:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "worker", *words, env=clean | given | environ, stderr=stderr
        )
    try:
        yield ServiceProcess(child, await _port(child, log))
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


class ServiceProcess:
    """A running service and the address of its endpoints."""

    def __init__(self, child: asyncio.subprocess.Process, port: int) -> None:
        self.child = child
        self.instance = f"127.0.0.1:{port}"

    async def metrics(self) -> str:
        return await self.get("metrics")

    async def get(self, path: str) -> str:
        return await asyncio.to_thread(get, f"http://{self.instance}/{path}")


async def _port(child: asyncio.subprocess.Process, log: Path) -> int:
    async with asyncio.timeout(TIMEOUT_S):
        while child.returncode is None:
            for line in log.read_text().splitlines():  # noqa: ASYNC240 - a short file
                if line.endswith("}") and (entry := json.loads(line))["event"] == "monitoring":
                    return int(entry["port"])
            await asyncio.sleep(0.02)
    raise AssertionError(log.read_text())  # noqa: ASYNC240 - a short file


@pytest.fixture
def assert_fires(tmp_path: Path) -> AssertFires:
    """Return a check that an alert does not fire for the scrapes before its fault, but for the last one after it."""

    def check(alert: str, *scraped: str | Series, minutes: int = 20, step_s: int = STEP_S, **labels: str) -> None:
        phases = [Phase(minutes, series(s, INSTANCE) if isinstance(s, str) else s) for s in scraped]
        *before, after = alert_states(alert, phases, tmp_path, step_s=step_s, **labels)
        assert not any(before), f"{alert} fires without its fault"
        assert after, f"{alert} does not fire"
        fired.add(alert)

    return check


def old_entry_id() -> str:
    """Return the id of a stream entry that is twenty minutes old."""
    return f"{round((time.time() - OLD_S) * 1000)}-0"


async def has_line(scrape: Callable[[], Awaitable[str]], line: str) -> bool:
    """Return whether a line of the metrics begins with a match of this regular expression."""
    return re.search(rf"(?m)^{line}", await scrape()) is not None


async def has_published(settings: Settings, name: str) -> bool:
    """Return whether a webhook or sink has published its position."""
    async with Redis.from_url(settings.redis.url or "", protocol=2) as client:
        return any(
            status.name == name and status.position
            for status in await read_consumer_statuses(client, settings.redis.key_prefix)
        )


async def wait_until(reached: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not await reached():  # noqa: ASYNC110 - a service is polled
            await asyncio.sleep(0.05)
