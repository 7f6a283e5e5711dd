"""What Redis loses by its settings of durability: a killed process, and a power failure.

A power failure loses what of the append-only file is not synced to the disk.  It is simulated: the file is cut to its
size of one second before, as `appendfsync everysec` may leave it, or, with `always`, ends in half a command.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tests.chaos.fleet import count_earlier, running_fleet
from tests.chaos.row import Row
from tests.faults.judge import count_articles
from tests.faults.plan import PREFIX
from tests.faults.progress import wait_for_articles
from tests.faults.redis_under_test import DURABLE, RedisUnderTest, redis_under_test

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

UNSYNCED_S: Final = 1.0
"""How much of the append-only file a power failure loses with `everysec`."""
SNAPSHOT_AGE_S: Final = 2.0
SAMPLE_S: Final = 0.02
TORN: Final = b"*3\r\n$3\r\nSET\r\n$1"
"""The first part of a command."""


class Durability(Struct, frozen=True, kw_only=True):
    """A setting of Redis, a fault, and what the fault may lose."""

    name: str
    options: Mapping[str, str]
    power_loss: bool
    may_lose_s: float = 0.0
    """Tasks enqueued in this time (s) before the fault may be lost."""
    snapshot: bool = False
    """Whether the data are only in a snapshot, taken SNAPSHOT_AGE_S before the fault."""


NO_FILE: Final = {**DURABLE, "appendonly": "no"}
EVERYSEC: Final = {**DURABLE, "appendfsync": "everysec"}
CASES: Final = (
    Durability(name="appendfsync always, power failure", options=DURABLE, power_loss=True),
    Durability(name="appendfsync everysec, kill -9", options=EVERYSEC, power_loss=False),
    Durability(name="appendfsync everysec, power failure", options=EVERYSEC, power_loss=True, may_lose_s=UNSYNCED_S),
    Durability(
        name="snapshot 2 s old, kill -9", options=NO_FILE, power_loss=False, may_lose_s=SNAPSHOT_AGE_S, snapshot=True
    ),
)


async def durability(folder: Path, seed: int, seconds: float, *, case: Durability) -> Row:
    """Kill Redis while URLs are enqueued and published, damage its file, restart it, and judge what is missing."""
    del seed  # the fault is one sequence of steps
    begun = time.monotonic()
    async with (
        redis_under_test(folder / "redis", case.options) as redis,
        running_fleet(redis.url, folder, seconds) as fleet,
    ):
        async with fleet.producing():
            await fleet.warm_up(redis.client)
            before, damage, failed_at = await _fail(redis, case)
            after = await wait_for_articles(redis.client, PREFIX, 1, fleet.deadline)
            await wait_for_articles(redis.client, PREFIX, before + 20, fleet.deadline)
        verdict = await fleet.judge(redis.client)
        lost = await fleet.lost(redis.client)
        failures = _failures(case, lost, failed_at, verdict.repeated)
        failures += [
            f"{count} {what}" for what, count in (("doubled", verdict.doubled), ("stuck", verdict.stuck)) if count
        ]
        return Row.of(
            case.name, verdict, tried=1, fired=1, urls=len(fleet.producer.acknowledged),
            seconds=time.monotonic() - begun, failures=failures,
            notes=[f"{damage}; articles before {before}, after the restart {after}"],
        )  # fmt: skip


def _failures(case: Durability, lost: Mapping[str, float], failed_at: float, repeated: int) -> list[str]:
    """Return which losses exceed what the case may lose, and whether a case that must lose something did not."""
    if not case.may_lose_s:
        found = [f"{len(lost)} lost"] if lost else []
        return found + ([f"{repeated} repeated"] if repeated else [])
    earlier = count_earlier(lost, failed_at - case.may_lose_s)
    if not lost:
        return ["the fault had no effect: nothing was lost"]
    return [f"{earlier} lost that were enqueued earlier than {case.may_lose_s:g} s before"] if earlier else []


async def _fail(redis: RedisUnderTest, case: Durability) -> tuple[int, str, float]:
    """Let the fault happen; return the number of articles before it, what it did, and when (monotonic clock)."""
    async with _file_sizes(redis.folder) as size_before:
        if case.snapshot:
            await _snapshot(redis)
        await asyncio.sleep(SNAPSHOT_AGE_S)
        before = len(await count_articles(redis.client, PREFIX))
        await redis.kill()
        failed_at = time.monotonic()
        damage = _damage(redis.folder, case, size_before) if case.power_loss else "killed"
    await redis.start()
    return before, damage, failed_at


async def _snapshot(redis: RedisUnderTest) -> None:
    await redis.command("BGSAVE")
    while (await redis.client.info("persistence"))["rdb_bgsave_in_progress"]:  # noqa: ASYNC110 - it polls
        await asyncio.sleep(SAMPLE_S)


def _damage(folder: Path, case: Durability, size_before: Callable[[float], int]) -> str:
    """Leave of the append-only file what a power failure may leave; return a description."""
    file = append_only_file(folder)
    if not case.may_lose_s:
        with file.open("ab") as end:
            end.write(TORN)
        return "the file ends in half a command"
    size, kept = file.stat().st_size, size_before(UNSYNCED_S)
    with file.open("r+b") as whole:
        whole.truncate(kept)
    return f"{size - kept} bytes of the last {UNSYNCED_S:g} s cut off"


def append_only_file(folder: Path) -> Path:
    """Return the file that Redis appends to: one of several from Redis 7 on."""
    return next(folder.glob("appendonlydir/*.incr.aof"), folder / "appendonly.aof")


@contextlib.asynccontextmanager
async def _file_sizes(folder: Path) -> AsyncIterator[Callable[[float], int]]:
    """Sample the size of the append-only file; yield a function that returns its size some seconds ago."""
    samples: list[tuple[float, int]] = []

    async def sample() -> None:
        while True:
            with contextlib.suppress(FileNotFoundError):
                samples.append((time.monotonic(), append_only_file(folder).stat().st_size))
            await asyncio.sleep(SAMPLE_S)

    def size_before(seconds: float) -> int:
        return max(size for at, size in samples if at <= time.monotonic() - seconds)

    sampling = asyncio.create_task(sample())
    try:
        yield size_before
    finally:
        sampling.cancel()
        await asyncio.gather(sampling, return_exceptions=True)
