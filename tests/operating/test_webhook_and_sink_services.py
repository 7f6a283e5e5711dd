"""Health of a running webhook and sink, and their rows in `communique top` while they run and afterwards."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.environment import clean_environ
from tests.operating.conftest import TIMEOUT_S, ServiceProcess, has_published, process, wait_until
from tests.subscribe.published import publish
from tests.webhook.receiver import SECRET, running_receiver

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


async def get_json(service: ServiceProcess, path: str) -> Any:
    return json.loads(await service.get(path))


async def run_command(settings: Settings, *words: str, **environ: str) -> tuple[int, str]:
    """Return the exit status and the output of a command."""
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", *words), env=clean | given | environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    return child.returncode or 0, out.decode()


async def test_running_services_are_healthy_and_listed_in_top(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET}
    async with (
        running_receiver() as receiver,
        process(settings, tmp_path / "w.log", "webhook", "--to", receiver.url, "--name", "press", **environ) as webhook,
        process(settings, tmp_path / "s.log", "sink", str(tmp_path / "events"), "--name", "archive") as sink,
    ):
        await wait_until(lambda: _has_loop(webhook, "webhook:press"))
        assert (await get_json(webhook, "readyz"))["status"] == "ok"
        assert (await get_json(sink, "readyz"))["heard_s_ago"].keys() == {"write", "loop", "redis"}
        port = webhook.instance.rpartition(":")[2]
        status, answer = await run_command(settings, "health", COMMUNIQUE_METRICS_PORT=port)
        assert (status, json.loads(answer)["status"]) == (0, "ok")

        await publish(redis, settings, "s1", "m1", "s2")
        await receiver.wait_for(lambda: len(receiver.accepted) == 3)
        await wait_until(lambda: _in_top(settings, ["sink:archive", "statement", "0.0s", "0", "2"]))
        await wait_until(
            lambda: _in_top(settings, ["webhook:press", "decision,", "meeting,", "statement", "0.0s", "0", "0"])
        )
        _, top = await run_command(settings, "top", "--once")
    assert {line.split()[0] for line in top.splitlines() if line.startswith(("webhook ", "sink "))} == {
        "webhook",
        "sink",
    }


async def _has_loop(service: ServiceProcess, part: str) -> bool:
    return part in (await get_json(service, "healthz"))["heard_s_ago"]


async def _in_top(settings: Settings, words: list[str]) -> bool:
    _, top = await run_command(settings, "top", "--once")
    return words in [line.split() for line in top.splitlines()]


@pytest.mark.parametrize("word", ["webhook", "sink"])
async def test_a_service_that_has_ended_is_listed_as_a_subscriber_only(
    settings: Settings, tmp_path: Path, word: str
) -> None:
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET, "COMMUNIQUE_WEBHOOK_URL": "http://127.0.0.1:1/"}
    rest = [str(tmp_path / "events")] if word == "sink" else []
    async with process(settings, tmp_path / "log", word, *rest, "--name", "press", **environ) as service:
        await wait_until(lambda: has_published(settings, f"{word}:press"))
        service.child.terminate()
        assert await asyncio.wait_for(service.child.wait(), TIMEOUT_S) == 0
    _, top = await run_command(settings, "top", "--once")
    services, _, subscribers = top.partition("subscribers")
    assert "no heartbeat received" in services
    assert f"{word}:press" in subscribers
