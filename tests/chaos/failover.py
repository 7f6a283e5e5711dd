"""Loss of the primary: a failover by Sentinels to a replica that lags, and the promotion of a replica by hand."""

from __future__ import annotations

import asyncio
import contextlib
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, Final

from tests.chaos.fleet import count_earlier, running_fleet
from tests.chaos.row import Row
from tests.chaos.sentinels import sentinels
from tests.faults.plan import PREFIX
from tests.faults.redis_under_test import DURABLE, RedisServer, RedisUnderTest, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

LAG_S: Final = 1.0
"""How long the replica receives nothing before the primary is killed."""
AFTERWARDS_S: Final = 2.0
"""How long URLs are enqueued after the failover."""
REPLICATION_USER: Final = ["replication", "on", ">PASSWORD", "+psync", "+replconf", "+ping"]


@contextlib.asynccontextmanager
async def replicated(folder: Path) -> AsyncIterator[tuple[RedisUnderTest, RedisServer]]:
    """Run a primary behind a proxy, and a replica that has caught up."""
    primary = RedisUnderTest(folder / "primary")
    login = {"masteruser": "replication", "masterauth": "PASSWORD"}
    replica = RedisServer(folder / "replica", {**DURABLE, **login, "replicaof": f"127.0.0.1 {primary.port}"})
    async with running(primary):
        await primary.command("ACL", "SETUSER", *REPLICATION_USER)
        await primary.proxy.open()
        try:
            async with running(replica):
                while (await replica.client.info("replication"))["master_link_status"] != "up":  # noqa: ASYNC110 - it polls
                    await asyncio.sleep(0.05)
                yield primary, replica
        finally:
            await primary.proxy.close()


async def failover(folder: Path, seed: int, seconds: float, *, wait_replicas: int = 0) -> Row:
    """Kill a primary whose replica lags; the Sentinels promote the replica."""
    del seed  # the fault is one sequence of steps
    begun = time.monotonic()
    async with (
        replicated(folder) as (primary, replica),
        sentinels(folder, primary.port, primary.proxy),
        running_fleet(primary.url, folder, seconds, wait_replicas=wait_replicas) as fleet,
    ):
        second = RedisServer(folder / "second", {**DURABLE, "replicaof": f"127.0.0.1 {replica.port}"})
        async with AsyncExitStack() as stack, fleet.producing():
            await fleet.warm_up(primary.client)
            behind = await _let_replica_lag(primary, replica)
            killed_at, killed_ms = time.monotonic(), time.time() * 1000
            await primary.kill()
            stall_s = await _wait_for_progress(replica, killed_ms, fleet.deadline)
            await stack.enter_async_context(running(second))  # with WAIT, nothing is enqueued without a replica
            await asyncio.sleep(AFTERWARDS_S)
        verdict = await fleet.judge(replica.client)
        lost = await fleet.lost(replica.client)
        failures = [phrase for phrase in verdict.failures if not phrase.endswith(" lost")]
        if wait_replicas and verdict.lost:
            failures.append(f"{verdict.lost} lost in spite of WAIT")
        if not behind or not (verdict.lost or wait_replicas):
            failures.append("the lag had no effect")
        if earlier := count_earlier(lost, killed_at - LAG_S):
            failures.append(f"{earlier} lost that were enqueued before the replica lagged")
        return Row.of(
            f"Sentinel failover, {'WAIT 1' if wait_replicas else 'asynchronous'}", verdict, tried=1,
            fired=int(behind > 0), urls=len(fleet.producer.acknowledged), seconds=time.monotonic() - begun,
            failures=failures,
            notes=[
                f"replica {behind} bytes behind when the primary was killed; {stall_s:.1f} s until the next article",
                f"subscriber notified of {len(fleet.watch.gaps)} gaps",
            ],
        )  # fmt: skip


async def _let_replica_lag(primary: RedisUnderTest, replica: RedisServer) -> int:
    """Cut the replication for LAG_S; return how many bytes the replica is then behind."""
    await primary.command("ACL", "SETUSER", "replication", "off")
    await primary.command("CLIENT", "KILL", "TYPE", "replica")
    await asyncio.sleep(LAG_S)
    return await _offset(primary, "master_repl_offset") - await _offset(replica, "slave_repl_offset")


async def _offset(server: RedisServer, field: str) -> int:
    found: Any = await server.client.info("replication")
    return int(found[field])


async def _wait_for_progress(replica: RedisServer, since_ms: float, deadline: float) -> float:
    """Wait for the first article that the replica adds itself; return the seconds until then."""
    while time.monotonic() < deadline:
        found: Any = await replica.client.xrange(f"{PREFIX}:articles", f"{since_ms:.0f}", "+", 1)
        if found:
            return (int(found[0][0].split(b"-")[0]) - since_ms) / 1000
        await asyncio.sleep(0.05)
    return float("inf")


async def promotion(folder: Path, seed: int, seconds: float) -> Row:
    """Promote a replica by hand, in the order that docs/operating.md describes."""
    del seed
    begun = time.monotonic()
    async with (
        replicated(folder) as (primary, replica),
        running_fleet(primary.url, folder, seconds) as fleet,
    ):
        async with fleet.producing():
            await fleet.warm_up(primary.client)
            promoted_ms = time.time() * 1000
            behind = await _promote(primary, replica)
            stall_s = await _wait_for_progress(replica, promoted_ms, fleet.deadline)
            await asyncio.sleep(AFTERWARDS_S)
        verdict = await fleet.judge(replica.client)
        role = (await replica.client.info("replication"))["role"]
        failures = [*verdict.failures, *([f"{verdict.repeated} repeated"] if verdict.repeated else [])]
        return Row.of(
            "replica promoted by hand", verdict, tried=1, fired=int(role == "master"),
            urls=len(fleet.producer.acknowledged), seconds=time.monotonic() - begun,
            failures=failures + ([] if role == "master" else ["the replica was not promoted"]),
            notes=[f"replica {behind} bytes behind when writes were paused; {stall_s:.1f} s until the next article"],
        )  # fmt: skip


async def _promote(primary: RedisUnderTest, replica: RedisServer) -> int:
    """Pause writes, let the replica catch up, promote it, switch the address; return how far it was behind."""
    await primary.command("CLIENT", "PAUSE", "10000", "WRITE")
    behind = first = await _offset(primary, "master_repl_offset") - await _offset(replica, "slave_repl_offset")
    while behind:
        behind = await _offset(primary, "master_repl_offset") - await _offset(replica, "slave_repl_offset")
    await replica.command("REPLICAOF", "NO", "ONE")
    primary.proxy.target = replica.port
    primary.proxy.cut()
    await primary.command("REPLICAOF", "127.0.0.1", str(replica.port))
    await primary.command("CLIENT", "UNPAUSE")
    return first
