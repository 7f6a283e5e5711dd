"""The files of a sink hold every event exactly once, also after kills and disk errors."""

from __future__ import annotations

import asyncio
import errno
import itertools
import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as pq
import pytest

from tests.sink.killed_process import run_killed
from tests.subscribe.published import event_named, make_event, person, publish
from worker.errors import UsageError
from worker.schema import KIND_SPECS, KINDS, Kind, Span, event_stream
from worker.sink.event_writer import EventWriter, Rotation
from worker.sink.file_writers import writer_factory
from worker.sink.output_directory import OutputDirectory
from worker.sink.parquet import arrow_schema
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

FORMATS = ["jsonl", "parquet"]
RETRACTION_COLUMNS = ["of", "of_kind", "retracted_at", "reason"]
NAMES = [f"{'smd'[n % 3]}{n}" for n in range(30)]


def rows(directory: Path) -> list[dict[str, Any]]:
    """The events in all finished files of a directory, file by file."""
    found: list[dict[str, Any]] = []
    for file in finished_files(directory):
        if file.suffix == ".jsonl":
            found += [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        else:
            found += pq.ParquetFile(file).read().to_pylist()
    return found


def finished_files(directory: Path, pattern: str = "*/date=*/*") -> list[Path]:
    while True:
        with suppress(FileNotFoundError):  # the writer removes a folder while the folders are listed
            return sorted(directory.glob(pattern))


def ids(directory: Path) -> list[str]:
    return [row["id"] for row in rows(directory)]


async def write_all(
    path: Path, settings: Settings, file_format: Any = "jsonl", size_bytes: int = 1 << 30, **more: Any
) -> list[str]:
    """Write all published events, and return the reported errors."""
    errors: list[str] = []
    stop = asyncio.Event()
    with OutputDirectory(path, file_format) as directory:
        after: dict[Kind, str] = dict.fromkeys(KINDS, "0") | directory.load_cursor()
        rotation = Rotation(size_bytes=size_bytes, age_s=more.pop("age_s", 60.0))
        event_writer = EventWriter(directory, writer_factory(file_format), rotation, errors.append)
        url = settings.redis.url or ""
        async with subscribe(url, prefix=settings.redis.key_prefix, after=after, stop=stop, **more) as events:
            working = asyncio.create_task(event_writer.run(events))
            reading = asyncio.create_task(events.caught_up())
            await asyncio.wait({working, reading}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
            stop.set()
            assert await working == (not errors)
            reading.cancel()
    return errors


# ---------------------------------------------------------------- content
@pytest.mark.parametrize("file_format", FORMATS)
async def test_every_event_is_written_once_under_its_kind_and_day(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    await publish(redis, settings, *NAMES)
    await write_all(tmp_path, settings, file_format)
    assert Counter(ids(tmp_path)) == Counter(NAMES)
    assert ids(tmp_path) == sorted(NAMES, key=lambda n: ("dms".index(n[0]), int(n[1:])))
    assert [str(p.relative_to(tmp_path).parent) for p in finished_files(tmp_path)] == [
        "decision/date=2026-03-01",
        "meeting/date=2026-03-01",
        "statement/date=2026-03-01",
    ]
    assert list((tmp_path / "_unfinished").iterdir()) == []


async def test_a_line_is_an_event_in_its_wire_form(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    said = make_event("statement", "s1", speaker=person("Zoë Łęcka", "PL"), via=["DPA"], said_on=date(2026, 2, 28))
    await publish(redis, settings, said)
    await write_all(tmp_path, settings)
    (file,) = finished_files(tmp_path)
    assert file.read_bytes() == msgspec.json.encode(said) + b"\n"


async def test_columns_are_the_nested_and_typed_fields(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    said = make_event(
        "statement",
        "s1",
        speaker=person("Zoë Łęcka", "PL"),
        via=["DPA", "BTA"],
        said_on=date(2026, 2, 28),
        published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
        content=[Span(start=0, end=3, text="one"), Span(start=9, end=12, text="two")],
    )
    await publish(redis, settings, said)
    await write_all(tmp_path, settings, "parquet")
    (row,) = rows(tmp_path)
    assert [row.pop(name) for name in RETRACTION_COLUMNS] == [None] * 4
    assert row == msgspec.to_builtins(said, builtin_types=(datetime, date))
    table = pq.read_table(tmp_path / "statement")
    assert [str(day) for day in table.column("date").to_pylist()] == ["2026-03-01"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_has_a_column_for_every_field_and_its_nullability(kind: Kind) -> None:
    schema = arrow_schema(kind)
    assert schema.names == ["kind", *KIND_SPECS[kind].struct.__struct_fields__, *RETRACTION_COLUMNS]
    assert [it.name for it in schema if not it.nullable] == ["kind", "id", "url"]
    assert str(schema.field("published_at").type) == "timestamp[us, tz=UTC]"


async def test_an_event_that_fits_no_column_is_skipped(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    beyond = make_event("meeting", "m2", sentence=Span(start=0, end=2**70, text="x"))
    await publish(redis, settings, "m1", beyond, "m3")
    await write_all(tmp_path, settings, "parquet")
    assert ids(tmp_path) == ["m1", "m3"]


@pytest.mark.parametrize("file_format", FORMATS)
async def test_a_file_of_the_maximum_size_is_finished(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.sink.parquet.ROWS_PER_GROUP", 4)
    await publish(redis, settings, *(f"s{n}" for n in range(20)))
    await write_all(tmp_path, settings, file_format, size_bytes=600)
    assert 3 <= len(finished_files(tmp_path)) <= 20
    assert ids(tmp_path) == [f"s{n}" for n in range(20)]


async def test_a_file_is_finished_by_age_without_further_events(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    await publish(redis, settings, "s1", "m1")
    with OutputDirectory(tmp_path, "jsonl") as directory:
        event_writer = EventWriter(
            directory, writer_factory("jsonl"), Rotation(size_bytes=1 << 30, age_s=0.1), pytest.fail
        )
        async with subscribe(redis, prefix=settings.redis.key_prefix, after="0", stop=stop) as events:
            working = asyncio.create_task(event_writer.run(events))
            async with asyncio.timeout(30):
                while len(ids(tmp_path)) < 2:  # noqa: ASYNC110 - polls the disk
                    await asyncio.sleep(0.02)
            stop.set()
            await working


async def test_each_day_has_its_own_files(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    stream = event_stream(settings.redis.key_prefix, "decision")
    for hour, name in enumerate(("d1", "d2", "d3")):
        at = int(datetime(2026, 3, 1, 22 + hour, tzinfo=UTC).timestamp()) * 1000 if hour < 2 else 1_772_409_600_000
        await redis.xadd(stream, {"data": msgspec.json.encode(event_named(name))}, id=f"{at}-0")
    await write_all(tmp_path, settings)
    days = {file.parent.name: file.read_text(encoding="utf-8").count("\n") for file in finished_files(tmp_path)}
    assert days == {"date=2026-03-01": 2, "date=2026-03-02": 1}


# ---------------------------------------------------------------- resuming
@pytest.mark.parametrize("file_format", FORMATS)
async def test_a_restart_resumes_at_the_cursor(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    for start in range(0, 30, 10):
        await publish(redis, settings, *NAMES[start : start + 10])
        await write_all(tmp_path, settings, file_format)
    await write_all(tmp_path, settings, file_format)
    assert Counter(ids(tmp_path)) == Counter(NAMES)


async def test_files_moved_away_are_not_written_again(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    await publish(redis, settings, *NAMES[:9])
    await write_all(tmp_path, settings)
    for file in finished_files(tmp_path):
        file.unlink()
    await publish(redis, settings, *NAMES[9:12])
    await write_all(tmp_path, settings)
    assert sorted(ids(tmp_path)) == sorted(NAMES[9:12])


async def test_without_a_cursor_file_the_names_of_the_files_give_the_cursor(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    await publish(redis, settings, *NAMES)
    await write_all(tmp_path, settings, size_bytes=1)
    (tmp_path / "_place.json").unlink()
    await write_all(tmp_path, settings)
    assert Counter(ids(tmp_path)) == Counter(NAMES)


async def test_events_that_the_filters_rejected_are_not_read_again(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    await publish(redis, settings, *NAMES)
    await write_all(tmp_path, settings, text="nowhere")
    with OutputDirectory(tmp_path, "jsonl") as directory:
        cursor = directory.load_cursor()
    for kind in KINDS:
        info: Any = await redis.xinfo_stream(event_stream(settings.redis.key_prefix, kind))
        assert cursor[kind] == info["last-generated-id"].decode()


async def test_an_undecodable_entry_is_reported_and_skipped(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    await publish(redis, settings, "s1")
    await redis.xadd(event_stream(settings.redis.key_prefix, "statement"), {"data": "{"}, id="1772500000000-0")
    await redis.xadd(
        event_stream(settings.redis.key_prefix, "statement"),
        {"data": msgspec.json.encode(event_named("s2"))},
        id="1772500000000-1",
    )
    errors = await write_all(tmp_path, settings)
    assert len(errors) == 1
    assert "does not decode" in errors[0]
    assert ids(tmp_path) == ["s1", "s2"]


def test_a_directory_is_locked_by_one_process(tmp_path: Path) -> None:
    with OutputDirectory(tmp_path, "jsonl"), pytest.raises(UsageError, match="another process writes there"):  # noqa: SIM117
        with OutputDirectory(tmp_path, "jsonl"):
            pass
    with OutputDirectory(tmp_path, "jsonl"):
        pass


def test_a_directory_has_one_format(tmp_path: Path) -> None:
    with OutputDirectory(tmp_path, "jsonl") as directory:
        directory.save_cursor({"statement": "1-0"})
    with pytest.raises(UsageError, match="holds jsonl, not parquet"), OutputDirectory(tmp_path, "parquet"):
        pass


@pytest.mark.parametrize("garbage", [b"", b"{", b'{"format": "xml"}', b"\xff", b'{"position": {"rumour": "1-0"}}'])
def test_an_invalid_cursor_file_is_an_error(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "_place.json").write_bytes(garbage)
    with pytest.raises(UsageError, match=r"_place\.json"), OutputDirectory(tmp_path, "jsonl"):
        pass


# ---------------------------------------------------------------- kills and disk errors
def environ(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_LOG_LEVEL": "warning",
    }


@pytest.mark.parametrize("file_format", FORMATS)
async def test_killed_at_any_durable_call_it_neither_loses_nor_duplicates_events(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    """Each run is killed one call later than the run before, so that every call is once the last."""
    published: list[str] = []
    directory = tmp_path / "events"
    command = ["sink", str(directory), "--once", "--format", file_format, "--rotate-bytes", "300"]
    for nth in range(1, 100):
        codes = []
        for when in ("before", "after"):
            fresh = [f"{'smd'[n % 3]}{nth}-{when}-{n}" for n in range(2)]
            await publish(redis, settings, *fresh)
            published += fresh
            codes.append(await asyncio.to_thread(run_killed, nth, when, environ(settings), command))
            assert not [name for name, times in Counter(ids(directory)).items() if times > 1]
        assert set(codes) <= {0, -signal.SIGKILL}
        if codes == [0, 0]:  # the command makes fewer calls
            break
    assert nth > 8
    await write_all(directory, settings, file_format)
    assert Counter(ids(directory)) == Counter(published)


async def test_killed_at_any_time_it_neither_loses_nor_duplicates_events(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "worker", "sink", str(tmp_path), "--rotate-s", "0.02"]
    published: list[str] = []
    for run in range(4):
        with subprocess.Popen(command, env=environ(settings)) as sinking:  # noqa: ASYNC220 - does not block
            try:
                await publish_until_written(redis, settings, tmp_path, run, published)
            finally:
                sinking.send_signal(signal.SIGKILL)
    assert len(ids(tmp_path)) > 50
    await write_all(tmp_path, settings)
    assert Counter(ids(tmp_path)) == Counter(published)


async def publish_until_written(
    redis: Redis, settings: Settings, directory: Path, run: int, published: list[str]
) -> None:
    """Publish events one by one until more than `20 * (run + 1)` further ones are in finished files."""
    before = len(ids(directory))
    async with asyncio.timeout(120):
        for n in itertools.count():
            published.append(f"{'smd'[n % 3]}{run}-{n}")
            await publish(redis, settings, published[-1])
            if len(ids(directory)) > before + 20 * (run + 1):
                return
            await asyncio.sleep(0.005)


def limit_file_size(size_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


@pytest.mark.parametrize("file_format", FORMATS)
async def test_a_full_disk_is_reported_and_finished_files_are_complete(
    redis: Redis, settings: Settings, tmp_path: Path, file_format: str
) -> None:
    """A limit on the file size simulates the full disk: the same call fails, at the same point."""
    await publish(redis, settings, "s1")
    await write_all(tmp_path, settings, file_format)
    noise = [
        make_event("statement", f"s{n}", sentence=Span(start=0, end=64, text=os.urandom(32).hex())) for n in range(2500)
    ]
    await publish(redis, settings, *noise[2:])
    command = [sys.executable, "-m", "worker", "sink", str(tmp_path), "--once", "--format", file_format]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        env=environ(settings),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: limit_file_size(50_000),
    )
    assert ended.returncode == 1
    assert ended.stderr == f"communique: {tmp_path}/_unfinished/statement.{file_format}: {os.strerror(errno.EFBIG)}\n"
    assert ids(tmp_path) == ["s1"]
    assert list((tmp_path / "_unfinished").iterdir()) == []
    await write_all(tmp_path, settings, file_format)
    assert ids(tmp_path) == ["s1", *(f"s{n}" for n in range(2, 2500))]
