"""`communique hosts` against a real Redis."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from tests.environment import clean_environ
from worker.queue import HostRequest, Hosts, UrlQueue
from worker.schema import Task

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

TIMEOUT_S = 120


async def communique(settings: Settings, *args: str) -> tuple[int, str, str]:
    clean = clean_environ()
    given = {"COMMUNIQUE_REDIS_URL": settings.redis.url or "", "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "worker", *args),
        env=clean | given | {"COLUMNS": "160"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(child.communicate(), TIMEOUT_S)
    return child.returncode or 0, out.decode(), err.decode()


async def test_hosts_that_fail_come_first_and_then_those_that_wait(redis: Redis, settings: Settings) -> None:
    async with UrlQueue(settings.redis.url or "", settings) as queue:
        tasks = [
            Task(id=f"{host}{n}", url=f"https://{host}.example/{n}") for host in ("busy", "down") for n in range(3)
        ]
        await queue.put_many(tasks)
        await queue.read(10, 0)
        await Hosts(redis, settings).failed(HostRequest("down.example", "1"), "dns", jitter=0.5)
        status, out, err = await communique(settings, "hosts", "--json")
        counts = json.loads((await communique(settings, "status", "--json"))[1])
    assert (status, err) == (0, "")
    down, busy = map(json.loads, out.splitlines())
    assert (down["host"], down["reason"], down["failures"], down["waiting"], down["active"]) == (
        *("down.example", "dns", 1),
        *(2, 1),
    )
    assert 0 < down["probe_s"] <= 5
    assert [counts[name] for name in ("backlog", "waiting", "pending", "delayed")] == [0, 4, 2, 0]
    assert (counts["waiting_hosts"], counts["down_hosts"]) == (0, 1)  # the others are at their limit
    assert (busy["host"], busy["waiting"], busy["active"], busy["wait_s"]) == ("busy.example", 2, 1, None)
    assert "reason" not in busy or busy["reason"] is None


async def test_a_reset_host_has_no_failure_any_more(redis: Redis, settings: Settings) -> None:
    await Hosts(redis, settings).failed(HostRequest("down.example", "1"), "connect", jitter=0.5)
    _, table, _ = await communique(settings, "hosts")
    assert "connect, 1 in a row" in table
    reset = await communique(settings, "hosts", "--reset", "down.example")
    assert reset == (0, "down.example may be requested now\n", "")
    status, _, err = await communique(settings, "hosts", "--reset", "down.example")
    assert status == 1
    assert "down.example has no failure and no pause" in err
    assert await communique(settings, "hosts") == (0, "no host fails or waits\n", "")
