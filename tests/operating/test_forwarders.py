"""A webhook and a sink in operation: asked for their health, seen by top while they run and when they have ended."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.operating.conftest import Process, process, stands, until
from tests.subscribe.published import publish
from tests.webhook.receiver import SECRET, running_receiver

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


async def asked(service: Process, path: str) -> Any:
    return json.loads(await service.ask(path))


async def said(settings: Settings, *words: str, **environ: str) -> tuple[int, str]:
    """What a command prints, and how it ends."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COMMUNIQUE_")}
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "worker", *words), env=clean | given | environ, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await child.communicate()
    return child.returncode or 0, out.decode()


async def test_they_are_asked_for_their_health_and_stand_in_top(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET}
    async with (
        running_receiver() as receiver,
        process(settings, tmp_path / "w.log", "webhook", "--to", receiver.url, "--name", "press", **environ) as webhook,
        process(settings, tmp_path / "s.log", "sink", str(tmp_path / "events"), "--name", "archive") as sink,
    ):
        await until(lambda: _has(webhook, "webhook:press"))
        assert (await asked(webhook, "readyz"))["status"] == "ok"
        assert (await asked(sink, "readyz"))["heard_s_ago"].keys() == {"write", "loop", "redis"}
        port = webhook.instance.rpartition(":")[2]
        status, answer = await said(settings, "health", COMMUNIQUE_METRICS_PORT=port)
        assert (status, json.loads(answer)["status"]) == (0, "ok")

        await publish(redis, settings, "s1", "m1", "s2")
        await receiver.wait_for(lambda: len(receiver.accepted) == 3)
        await until(lambda: _in_top(settings, ["sink:archive", "statement", "0.0s", "0", "2"]))
        await until(
            lambda: _in_top(settings, ["webhook:press", "decision,", "meeting,", "statement", "0.0s", "0", "0"])
        )
        _, top = await said(settings, "top", "--once")
    assert {line.split()[0] for line in top.splitlines() if line.startswith(("webhook ", "sink "))} == {
        "webhook",
        "sink",
    }


async def _has(service: Process, part: str) -> bool:
    return part in (await asked(service, "healthz"))["heard_s_ago"]


async def _in_top(settings: Settings, words: list[str]) -> bool:
    _, top = await said(settings, "top", "--once")
    return words in [line.split() for line in top.splitlines()]


@pytest.mark.parametrize("word", ["webhook", "sink"])
async def test_one_that_ended_is_told_apart_from_one_that_runs(settings: Settings, tmp_path: Path, word: str) -> None:
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET, "COMMUNIQUE_WEBHOOK_URL": "http://127.0.0.1:1/"}
    rest = [str(tmp_path / "events")] if word == "sink" else []
    async with process(settings, tmp_path / "log", word, *rest, "--name", "press", **environ) as service:
        await until(lambda: stands(settings, f"{word}:press"))
        service.child.terminate()
        assert await asyncio.wait_for(service.child.wait(), 30) == 0
    _, top = await said(settings, "top", "--once")
    services, _, subscribers = top.partition("subscribers")
    assert "no heartbeat received" in services
    assert f"{word}:press" in subscribers
