"""A sink that runs on: what the disk refuses is said, counted, and written when the disk takes it."""

from __future__ import annotations

import asyncio
import errno
import itertools
import os
import shutil
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from tests.sink.test_collect import FORMATS, ids, parts
from tests.subscribe.published import publish
from tests.webhook.test_account import counted
from worker.schema import KINDS, Kind
from worker.sink import folder as folder_module
from worker.sink.collect import WRITE, Collector, Rotation
from worker.sink.disk import DiskError
from worker.sink.folder import Folder
from worker.sink.service import SINK_PARTS, Service
from worker.sink.writers import writer_of
from worker.subscribe import Subscription, subscribe
from worker.telemetry.liveness import Pulse

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


class Running:
    """A sink at work."""

    def __init__(self, folder: Folder, settings: Settings, made_of: Any = "jsonl", age_s: float = 0.02) -> None:
        self.stop, self.pulse = asyncio.Event(), Pulse(SINK_PARTS)
        rotation = Rotation(size_bytes=1 << 30, age_s=age_s)
        self.collector = Collector(folder, writer_of(made_of), rotation, pytest.fail, self.pulse)
        quick = settings.override(backoff_s=0.02, max_backoff_s=0.02)
        service = Service(self.collector, quick.retry, self.stop, self.pulse, lambda: 0.5)

        def resumed() -> Subscription:
            after: dict[Kind, str] = dict.fromkeys(KINDS, "0") | folder.position()
            return subscribe(settings.redis.url or "", prefix=settings.redis.key_prefix, after=after, stop=self.stop)

        self.work = asyncio.create_task(service.run(resumed))


@asynccontextmanager
async def sinking(path: Path, settings: Settings, made_of: Any = "jsonl") -> AsyncIterator[Running]:
    with Folder(path, made_of) as folder:
        running = Running(folder, settings, made_of)
        try:
            yield running
        finally:
            running.stop.set()
            await asyncio.wait({running.work}, timeout=10)


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not reached():  # noqa: ASYNC110 - another task gets there
            await asyncio.sleep(0.01)


def full(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("made_of", "step"), [*itertools.product(FORMATS, ["sync", "rename"])])
async def test_what_the_disk_refuses_is_written_once_when_it_takes_it(
    *, redis: Redis, settings: Settings, tmp_path: Path, made_of: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = counted("communique_sink_failures_total", step=step, error="ENOSPC")
    async with sinking(tmp_path, settings, made_of) as running:
        await publish(redis, settings, "s1", "m1")
        await until(lambda: len(ids(tmp_path)) == 2)
        with monkeypatch.context() as broken, capture_logs() as lines:
            if step == "sync":
                broken.setattr(f"worker.sink.{made_of}.make_durable", full)
            else:
                broken.setattr(Folder, "finish", full)
            await publish(redis, settings, "s2", "d1", "m2")
            await until(lambda: counted("communique_sink_failures_total", step=step, error="ENOSPC") >= before + 3)
        await until(lambda: len(ids(tmp_path)) == 5)
        await publish(redis, settings, "s3")
        await until(lambda: len(ids(tmp_path)) == 6)
    assert await running.work is True
    assert Counter(ids(tmp_path)) == Counter(["s1", "s2", "s3", "m1", "m2", "d1"])
    told = [line for line in lines if line["event"] == "disk"]
    assert {(line["error"], line["log_level"]) for line in told} == {("ENOSPC", "error")}
    assert [line["attempt"] for line in told[:2]] == [1, 2]


async def test_while_the_disk_refuses_the_sink_is_alive_and_not_ready(
    redis: Redis, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sinking(tmp_path, settings) as running:
        monkeypatch.setattr(folder_module, "make_durable", full)  # of the place, too
        await publish(redis, settings, "s1")
        await until(lambda: running.pulse.last_trouble is not None)
        trouble = running.pulse.last_trouble
        assert trouble
        assert trouble.reason == "ENOSPC"
        assert not SINK_PARTS[WRITE].vital
        monkeypatch.undo()
        await until(lambda: ids(tmp_path) == ["s1"])


async def test_a_folder_of_unfinished_files_that_somebody_took_away_is_made_again(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    async with sinking(tmp_path, settings) as running:
        await until(lambda: running.collector.reader("x").position.keys() == set(KINDS))
        shutil.rmtree(tmp_path / "_unfinished")
        await publish(redis, settings, "s1", "m1")
        await until(lambda: len(ids(tmp_path)) == 2)
    assert await running.work is True


async def test_an_end_that_cannot_be_written_is_an_error(
    redis: Redis, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Folder(tmp_path, "jsonl") as folder:
        running = Running(folder, settings, age_s=3600)
        await publish(redis, settings, "s1")
        await until(lambda: running.collector.reader("x").pending == {"statement": 1})
        monkeypatch.setattr("worker.sink.jsonl.make_durable", full)
        running.stop.set()
        with pytest.raises(DiskError, match="No space left on device"):
            await running.work
    assert parts(tmp_path) == []


async def test_it_tells_how_far_it_has_read_and_what_is_in_no_finished_file(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    with Folder(tmp_path, "jsonl") as folder:
        running = Running(folder, settings, age_s=3600)
        await publish(redis, settings, "s1", "s2", "m1")
        await until(lambda: running.collector.reader("archive").pending == {"statement": 2, "meeting": 1})
        standing = running.collector.reader("archive")
        assert counted("communique_sink_unfinished_events", format="jsonl") == 3
        running.stop.set()
        await running.work
        assert standing.name == "sink:archive"
        assert standing.position.keys() == set(KINDS)
        assert standing.position == folder.position()  # all that was read is in finished files now
        assert running.collector.reader("archive").pending == {}
    assert counted("communique_sink_unfinished_events", format="jsonl") == 0


async def test_files_bytes_and_events_are_counted(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    names = ("communique_sink_events_total", "communique_sink_files_total", "communique_sink_bytes_total")
    before = [counted(name, kind="decision", format="parquet") for name in names]
    async with sinking(tmp_path, settings, "parquet"):
        await publish(redis, settings, "d1", "d2")
        await until(lambda: len(ids(tmp_path)) == 2)
    events, files, size = (
        counted(n, kind="decision", format="parquet") - b for n, b in zip(names, before, strict=True)
    )
    written = parts(tmp_path, "decision/*/*")
    assert (events, files) == (2, len(written))
    assert size == sum(part.stat().st_size for part in written)
    assert counted("communique_sink_last_file_timestamp_seconds", format="parquet") > 1.7e9
