from __future__ import annotations

import asyncio
import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pyarrow.parquet as pq
import pytest

from tests.sink.killed import run_killed
from tests.subscribe.published import event, named, person, publish
from worker.errors import UsageError
from worker.schema import KIND_SPECS, KINDS, Kind, Span, event_stream
from worker.sink.collect import Collector, Rotation
from worker.sink.folder import Folder
from worker.sink.parquet import arrow_schema
from worker.sink.writers import writer_of
from worker.subscribe import subscribe

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

FORMATS = ["jsonl", "parquet"]
NAMES = [f"{'smd'[n % 3]}{n}" for n in range(30)]


def rows(folder: Path) -> list[dict[str, Any]]:
    """Everything in a folder's finished parts, a part after the other."""
    found: list[dict[str, Any]] = []
    for part in parts(folder):
        if part.suffix == ".jsonl":
            found += [json.loads(line) for line in part.read_text(encoding="utf-8").splitlines()]
        else:
            found += pq.ParquetFile(part).read().to_pylist()
    return found


def parts(folder: Path, pattern: str = "*/date=*/*") -> list[Path]:
    return sorted(folder.glob(pattern))


def ids(folder: Path) -> list[str]:
    return [row["id"] for row in rows(folder)]


async def collect(
    path: Path, settings: Settings, made_of: Any = "jsonl", size_bytes: int = 1 << 30, **more: Any
) -> list[str]:
    """Write what there is, and return what was told."""
    told: list[str] = []
    stop = asyncio.Event()
    with Folder(path, made_of) as folder:
        after: dict[Kind, str] = dict.fromkeys(KINDS, "0") | folder.position()
        rotation = Rotation(size_bytes=size_bytes, age_s=more.pop("age_s", 60.0))
        collector = Collector(folder, writer_of(made_of), rotation, told.append)
        url = settings.redis.url or ""
        async with subscribe(url, prefix=settings.redis.key_prefix, after=after, stop=stop, **more) as events:
            working = asyncio.create_task(collector.run(events))
            reading = asyncio.create_task(events.caught_up())
            await asyncio.wait({working, reading}, return_when=asyncio.FIRST_COMPLETED, timeout=10)
            stop.set()
            assert await working == (not told)
            reading.cancel()
    return told


# ---------------------------------------------------------------- what is written
@pytest.mark.parametrize("made_of", FORMATS)
async def test_every_event_stands_once_under_its_kind_and_day(
    redis: Redis, settings: Settings, tmp_path: Path, made_of: str
) -> None:
    await publish(redis, settings, *NAMES)
    await collect(tmp_path, settings, made_of)
    assert Counter(ids(tmp_path)) == Counter(NAMES)
    assert ids(tmp_path) == sorted(NAMES, key=lambda n: ("dms".index(n[0]), int(n[1:])))
    assert [str(p.relative_to(tmp_path).parent) for p in parts(tmp_path)] == [
        "decision/date=2026-03-01",
        "meeting/date=2026-03-01",
        "statement/date=2026-03-01",
    ]
    assert list((tmp_path / "_unfinished").iterdir()) == []


async def test_lines_are_the_events_in_their_wire_form(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    said = event("statement", "s1", speaker=person("Zoë Łęcka", "PL"), via=["DPA"], said_on=date(2026, 2, 28))
    await publish(redis, settings, said)
    await collect(tmp_path, settings)
    (part,) = parts(tmp_path)
    assert part.read_bytes() == msgspec.json.encode(said) + b"\n"


async def test_columns_are_the_fields_nested_and_typed(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    said = event(
        "statement",
        "s1",
        speaker=person("Zoë Łęcka", "PL"),
        via=["DPA", "BTA"],
        said_on=date(2026, 2, 28),
        published_at=datetime(2026, 3, 1, 7, tzinfo=UTC),
        content=[Span(start=0, end=3, text="one"), Span(start=9, end=12, text="two")],
    )
    await publish(redis, settings, said)
    await collect(tmp_path, settings, "parquet")
    (row,) = rows(tmp_path)
    assert row == msgspec.to_builtins(said, builtin_types=(datetime, date))
    table = pq.read_table(tmp_path / "statement")
    assert [str(day) for day in table.column("date").to_pylist()] == ["2026-03-01"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_has_a_column_for_every_field_and_knows_which_may_be_missing(kind: Kind) -> None:
    schema = arrow_schema(kind)
    assert schema.names == ["kind", *KIND_SPECS[kind].struct.__struct_fields__]
    assert schema.field("published_at").nullable
    assert not schema.field("confidence").nullable
    assert str(schema.field("published_at").type) == "timestamp[us, tz=UTC]"


async def test_an_event_that_fits_no_column_holds_up_no_other(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    beyond = event("meeting", "m2", sentence=Span(start=0, end=2**70, text="x"))
    await publish(redis, settings, "m1", beyond, "m3")
    await collect(tmp_path, settings, "parquet")
    assert ids(tmp_path) == ["m1", "m3"]


@pytest.mark.parametrize("made_of", FORMATS)
async def test_a_part_that_has_its_size_is_finished(
    redis: Redis, settings: Settings, tmp_path: Path, made_of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.sink.parquet.ROWS", 4)
    await publish(redis, settings, *(f"s{n}" for n in range(20)))
    await collect(tmp_path, settings, made_of, size_bytes=600)
    assert 3 <= len(parts(tmp_path)) <= 20
    assert ids(tmp_path) == [f"s{n}" for n in range(20)]


async def test_a_part_is_finished_in_time_though_nothing_comes(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    stop = asyncio.Event()
    await publish(redis, settings, "s1", "m1")
    with Folder(tmp_path, "jsonl") as folder:
        collector = Collector(folder, writer_of("jsonl"), Rotation(size_bytes=1 << 30, age_s=0.1), pytest.fail)
        async with subscribe(redis, prefix=settings.redis.key_prefix, after="0", stop=stop) as events:
            working = asyncio.create_task(collector.run(events))
            async with asyncio.timeout(5):
                while len(ids(tmp_path)) < 2:  # noqa: ASYNC110 - the disk is asked
                    await asyncio.sleep(0.02)
            stop.set()
            await working


async def test_a_day_has_parts_of_its_own(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    stream = event_stream(settings.redis.key_prefix, "decision")
    for hour, name in enumerate(("d1", "d2", "d3")):
        at = int(datetime(2026, 3, 1, 22 + hour, tzinfo=UTC).timestamp()) * 1000 if hour < 2 else 1_772_409_600_000
        await redis.xadd(stream, {"data": msgspec.json.encode(named(name))}, id=f"{at}-0")
    await collect(tmp_path, settings)
    days = {part.parent.name: part.read_text(encoding="utf-8").count("\n") for part in parts(tmp_path)}
    assert days == {"date=2026-03-01": 2, "date=2026-03-02": 1}


# ---------------------------------------------------------------- going on
@pytest.mark.parametrize("made_of", FORMATS)
async def test_it_goes_on_where_it_stopped(redis: Redis, settings: Settings, tmp_path: Path, made_of: str) -> None:
    for start in range(0, 30, 10):
        await publish(redis, settings, *NAMES[start : start + 10])
        await collect(tmp_path, settings, made_of)
    await collect(tmp_path, settings, made_of)
    assert Counter(ids(tmp_path)) == Counter(NAMES)


async def test_parts_taken_away_are_not_written_again(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    await publish(redis, settings, *NAMES[:9])
    await collect(tmp_path, settings)
    for part in parts(tmp_path):
        part.unlink()
    await publish(redis, settings, *NAMES[9:12])
    await collect(tmp_path, settings)
    assert sorted(ids(tmp_path)) == sorted(NAMES[9:12])


async def test_without_its_place_the_names_of_the_parts_tell_it(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    await publish(redis, settings, *NAMES)
    await collect(tmp_path, settings, size_bytes=1)
    (tmp_path / "_place.json").unlink()
    await collect(tmp_path, settings)
    assert Counter(ids(tmp_path)) == Counter(NAMES)


async def test_what_the_filters_pass_over_is_not_read_again(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    await publish(redis, settings, *NAMES)
    await collect(tmp_path, settings, text="nowhere")
    with Folder(tmp_path, "jsonl") as folder:
        kept = folder.position()
    for kind in KINDS:
        info: Any = await redis.xinfo_stream(event_stream(settings.redis.key_prefix, kind))
        assert kept[kind] == info["last-generated-id"].decode()


async def test_what_is_no_event_is_told_and_passed(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    await publish(redis, settings, "s1")
    await redis.xadd(event_stream(settings.redis.key_prefix, "statement"), {"data": "{"}, id="1772500000000-0")
    await redis.xadd(
        event_stream(settings.redis.key_prefix, "statement"),
        {"data": msgspec.json.encode(named("s2"))},
        id="1772500000000-1",
    )
    told = await collect(tmp_path, settings)
    assert len(told) == 1
    assert "does not decode" in told[0]
    assert ids(tmp_path) == ["s1", "s2"]


def test_two_do_not_write_into_one_folder(tmp_path: Path) -> None:
    with Folder(tmp_path, "jsonl"), pytest.raises(UsageError, match="another process writes there"):  # noqa: SIM117
        with Folder(tmp_path, "jsonl"):
            pass
    with Folder(tmp_path, "jsonl"):
        pass


def test_a_folder_has_one_format(tmp_path: Path) -> None:
    with Folder(tmp_path, "jsonl") as folder:
        folder.keep({"statement": "1-0"})
    with pytest.raises(UsageError, match="holds jsonl, not parquet"), Folder(tmp_path, "parquet"):
        pass


@pytest.mark.parametrize("garbage", [b"", b"{", b'{"format": "xml"}', b"\xff", b'{"position": {"rumour": "1-0"}}'])
def test_a_place_that_is_none_is_an_error_not_a_beginning(tmp_path: Path, garbage: bytes) -> None:
    (tmp_path / "_place.json").write_bytes(garbage)
    with pytest.raises(UsageError, match=r"_place\.json"), Folder(tmp_path, "jsonl"):
        pass


# ---------------------------------------------------------------- what can happen on the way
def environ(settings: Settings) -> dict[str, str]:
    return os.environ | {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_LOG_LEVEL": "warning",
    }


@pytest.mark.parametrize("made_of", FORMATS)
async def test_killed_at_any_step_nothing_is_lost_and_nothing_is_there_twice(
    redis: Redis, settings: Settings, tmp_path: Path, made_of: str
) -> None:
    """Each run is killed one step later than the last, so every step is somebody's last."""
    published: list[str] = []
    folder = tmp_path / "events"
    command = ["sink", str(folder), "--once", "--format", made_of, "--rotate-bytes", "300"]
    for step in range(1, 100):
        codes = []
        for when in ("before", "after"):
            fresh = [f"{'smd'[n % 3]}{step}-{when}-{n}" for n in range(2)]
            await publish(redis, settings, *fresh)
            published += fresh
            codes.append(await asyncio.to_thread(run_killed, step, when, environ(settings), command))
            assert not [name for name, times in Counter(ids(folder)).items() if times > 1]
        assert set(codes) <= {0, -signal.SIGKILL}
        if codes == [0, 0]:  # there is no such step any more
            break
    assert step > 8
    await collect(folder, settings, made_of)
    assert Counter(ids(folder)) == Counter(published)


async def test_killed_at_any_time_while_events_come_nothing_is_lost_or_there_twice(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "worker", "sink", str(tmp_path), "--rotate-s", "0.02"]
    published: list[str] = []
    for run in range(4):
        with subprocess.Popen(command, env=environ(settings)) as sinking:  # noqa: ASYNC220 - it is not waited for
            before = len(ids(tmp_path))
            for n in range(400):
                published.append(f"{'smd'[n % 3]}{run}-{n}")
                await publish(redis, settings, published[-1])
                if len(ids(tmp_path)) > before + 20 * (run + 1):
                    break
                await asyncio.sleep(0.005)
            sinking.send_signal(signal.SIGKILL)
    assert len(ids(tmp_path)) > 50
    await collect(tmp_path, settings)
    assert Counter(ids(tmp_path)) == Counter(published)


def limited(size_bytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))


@pytest.mark.parametrize("made_of", FORMATS)
async def test_a_disk_that_is_full_is_said_and_what_is_there_is_whole(
    redis: Redis, settings: Settings, tmp_path: Path, made_of: str
) -> None:
    """A limit on the size of files stands for the disk: the same call fails, at the same place."""
    await publish(redis, settings, "s1")
    await collect(tmp_path, settings, made_of)
    noise = [
        event("statement", f"s{n}", sentence=Span(start=0, end=64, text=os.urandom(32).hex())) for n in range(2500)
    ]
    await publish(redis, settings, *noise[2:])
    command = [sys.executable, "-m", "worker", "sink", str(tmp_path), "--once", "--format", made_of]
    ended = await asyncio.to_thread(
        subprocess.run,
        command,
        env=environ(settings),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: limited(50_000),
    )
    assert ended.returncode == 1
    assert ended.stderr == f"communique: {tmp_path}/_unfinished/statement.{made_of}: {os.strerror(errno.EFBIG)}\n"
    assert ids(tmp_path) == ["s1"]
    assert list((tmp_path / "_unfinished").iterdir()) == []
    await collect(tmp_path, settings, made_of)
    assert ids(tmp_path) == ["s1", *(f"s{n}" for n in range(2, 2500))]
