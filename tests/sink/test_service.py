"""A sink retries after disk errors: it logs and counts them, and writes each event once."""

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

from tests.sink.test_event_writer import FORMATS, finished_files, ids
from tests.subscribe.published import publish
from tests.webhook.test_delivery_telemetry import metric_value
from worker.schema import KINDS, Kind
from worker.sink import output_directory as output_directory_module
from worker.sink.disk_errors import DiskError
from worker.sink.event_writer import WRITE_LOOP, EventWriter, Rotation
from worker.sink.file_writers import writer_factory
from worker.sink.output_directory import OutputDirectory
from worker.sink.service import SINK_LOOPS, SinkService
from worker.subscribe import Subscription, subscribe
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from redis.asyncio import Redis

    from worker.settings import Settings


class RunningSink:
    """A sink service in a task."""

    def __init__(
        self, directory: OutputDirectory, settings: Settings, file_format: Any = "jsonl", age_s: float = 0.02
    ) -> None:
        self.stop, self.liveness = asyncio.Event(), LivenessMonitor(SINK_LOOPS)
        rotation = Rotation(size_bytes=1 << 30, age_s=age_s)
        self.event_writer = EventWriter(directory, writer_factory(file_format), rotation, pytest.fail, self.liveness)
        quick = settings.override(backoff_s=0.02, max_backoff_s=0.02)
        service = SinkService(self.event_writer, quick.retry, self.stop, self.liveness, lambda: 0.5)

        def resume() -> Subscription:
            after: dict[Kind, str] = dict.fromkeys(KINDS, "0") | directory.load_cursor()
            return subscribe(settings.redis.url or "", prefix=settings.redis.key_prefix, after=after, stop=self.stop)

        self.work = asyncio.create_task(service.run(resume))


@asynccontextmanager
async def running_sink(path: Path, settings: Settings, file_format: Any = "jsonl") -> AsyncIterator[RunningSink]:
    with OutputDirectory(path, file_format) as directory:
        running = RunningSink(directory, settings, file_format)
        try:
            yield running
        finally:
            running.stop.set()
            await asyncio.wait({running.work}, timeout=60)


async def wait_until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 - another task changes it
            await asyncio.sleep(0.01)


def fail_with_enospc(*_: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("file_format", "step"), [*itertools.product(FORMATS, ["sync", "rename"])])
async def test_after_disk_errors_every_event_is_written_once(
    *, redis: Redis, settings: Settings, tmp_path: Path, file_format: str, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = metric_value("communique_sink_failures_total", step=step, error="ENOSPC")
    async with running_sink(tmp_path, settings, file_format) as running:
        await publish(redis, settings, "s1", "m1")
        await wait_until(lambda: len(ids(tmp_path)) == 2)
        with monkeypatch.context() as broken, capture_logs() as lines:
            if step == "sync":
                broken.setattr(f"worker.sink.{file_format}.sync_to_disk", fail_with_enospc)
            else:
                broken.setattr(OutputDirectory, "commit", fail_with_enospc)
            await publish(redis, settings, "s2", "d1", "m2")
            await wait_until(
                lambda: metric_value("communique_sink_failures_total", step=step, error="ENOSPC") >= before + 3
            )
        await wait_until(lambda: len(ids(tmp_path)) == 5)
        await publish(redis, settings, "s3")
        await wait_until(lambda: len(ids(tmp_path)) == 6)
    assert await running.work is True
    assert Counter(ids(tmp_path)) == Counter(["s1", "s2", "s3", "m1", "m2", "d1"])
    logged = [line for line in lines if line["event"] == "disk"]
    assert {(line["error"], line["log_level"]) for line in logged} == {("ENOSPC", "error")}
    assert [line["attempt"] for line in logged[:2]] == [1, 2]


async def test_while_the_disk_fails_the_sink_is_alive_and_not_ready(
    redis: Redis, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_sink(tmp_path, settings) as running:
        monkeypatch.setattr(output_directory_module, "sync_to_disk", fail_with_enospc)  # also for the cursor file
        await publish(redis, settings, "s1")
        await wait_until(lambda: running.liveness.last_error is not None)
        trouble = running.liveness.last_error
        assert trouble
        assert trouble.reason == "ENOSPC"
        assert not SINK_LOOPS[WRITE_LOOP].critical
        monkeypatch.undo()
        await wait_until(lambda: ids(tmp_path) == ["s1"])


async def test_a_deleted_directory_of_unfinished_files_is_created_again(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    async with running_sink(tmp_path, settings) as running:
        await wait_until(lambda: running.event_writer.status("x").position.keys() == set(KINDS))
        shutil.rmtree(tmp_path / "_unfinished")
        await publish(redis, settings, "s1", "m1")
        await wait_until(lambda: len(ids(tmp_path)) == 2)
    assert await running.work is True


async def test_a_disk_error_after_the_stop_is_raised(
    redis: Redis, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with OutputDirectory(tmp_path, "jsonl") as directory:
        running = RunningSink(directory, settings, age_s=3600)
        await publish(redis, settings, "s1")
        await wait_until(lambda: running.event_writer.status("x").pending == {"statement": 1})
        monkeypatch.setattr("worker.sink.jsonl.sync_to_disk", fail_with_enospc)
        running.stop.set()
        with pytest.raises(DiskError, match="No space left on device"):
            await running.work
    assert finished_files(tmp_path) == []


async def test_the_status_has_the_cursor_and_the_unfinished_events(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    with OutputDirectory(tmp_path, "jsonl") as directory:
        running = RunningSink(directory, settings, age_s=3600)
        await publish(redis, settings, "s1", "s2", "m1")
        await wait_until(lambda: running.event_writer.status("archive").pending == {"statement": 2, "meeting": 1})
        status = running.event_writer.status("archive")
        assert metric_value("communique_sink_unfinished_events", format="jsonl") == 3
        running.stop.set()
        await running.work
        assert status.name == "sink:archive"
        assert status.position.keys() == set(KINDS)
        assert status.position == directory.load_cursor()  # everything read is in finished files now
        assert running.event_writer.status("archive").pending == {}
    assert metric_value("communique_sink_unfinished_events", format="jsonl") == 0


async def test_files_bytes_and_events_are_metric_value(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    names = ("communique_sink_events_total", "communique_sink_files_total", "communique_sink_bytes_total")
    before = [metric_value(name, kind="decision", format="parquet") for name in names]
    async with running_sink(tmp_path, settings, "parquet"):
        await publish(redis, settings, "d1", "d2")
        await wait_until(lambda: len(ids(tmp_path)) == 2)
    events, files, size = (
        metric_value(n, kind="decision", format="parquet") - b for n, b in zip(names, before, strict=True)
    )
    files_written = finished_files(tmp_path, "decision/*/*")
    assert (events, files) == (2, len(files_written))
    assert size == sum(file.stat().st_size for file in files_written)
    assert metric_value("communique_sink_last_file_timestamp_seconds", format="parquet") > 1.7e9
