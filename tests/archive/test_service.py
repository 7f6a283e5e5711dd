"""The service copies the streams exactly once, whatever is killed or fails."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from tests.archive.test_writer import rows
from tests.environment import clean_environ
from tests.subscribe.published import event_named, publish, publish_retraction
from worker.archive.database import open_engine, parse_target
from worker.archive.migrations import migrate
from worker.archive.retention import Limits, Retention
from worker.archive.service import ArchiveService
from worker.archive.sql_schema import ARTICLES_TABLE, EVENTS_TABLE
from worker.archive.writer import ArchiveWriter
from worker.errors import UsageError
from worker.schema import KINDS, event_stream
from worker.streams import stream_tails
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from pathlib import Path

    from redis.asyncio import Redis
    from sqlalchemy import Engine

    from worker.settings import Settings

NAMES = [f"{'smd'[n % 3]}{n}" for n in range(60)]


def make_service(redis: Redis, settings: Settings, engine: Engine) -> ArchiveService:
    return ArchiveService(
        redis,
        settings.redis.key_prefix,
        ArchiveWriter(engine, pytest.fail),
        retention=Retention(engine, Limits()),
        retry=settings.override(backoff_s=0.01).retry,
        liveness=LivenessMonitor(),
        jitter=lambda: 0.0,
    )


async def copy(redis: Redis, settings: Settings, engine: Engine) -> ArchiveService:
    service = make_service(redis, settings, engine)
    await service.run(asyncio.Event(), once=True)
    return service


def ids(engine: Engine) -> list[str]:
    return [row["id"] for row in rows(engine, EVENTS_TABLE)]


async def until(engine: Engine, count: int) -> None:
    async with asyncio.timeout(60):
        while len(ids(engine)) < count:  # noqa: ASYNC110 - another process or thread writes
            await asyncio.sleep(0.02)


# ---------------------------------------------------------------- copying
async def test_what_the_streams_have_is_copied_once(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    await publish(redis, settings, *NAMES[:40])
    assert (await copy(redis, settings, archive_engine)).rows == 41  # an article, too
    await publish(redis, settings, *NAMES[40:])
    assert (await copy(redis, settings, archive_engine)).rows == 21
    assert (await copy(redis, settings, archive_engine)).rows == 0
    assert ids(archive_engine) == NAMES


async def test_it_follows_the_streams_and_publishes_its_progress(
    redis: Redis, settings: Settings, archive_engine: Engine
) -> None:
    service, stop = make_service(redis, settings, archive_engine), asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await publish(redis, settings, *NAMES)
    await until(archive_engine, len(NAMES))
    stop.set()
    await running
    streams = {event_stream(settings.redis.key_prefix, kind): kind for kind in KINDS}
    tails = await stream_tails(redis, streams)
    position = service.status("archive:x").position
    assert {kind: position[kind] for kind in KINDS} == {streams[it]: tail.last_id for it, tail in tails.items()}
    assert position["article"] != "0-0"


async def test_two_services_write_each_entry_once(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    stop = asyncio.Event()
    services = [make_service(redis, settings, archive_engine) for _ in range(2)]
    running = [asyncio.create_task(service.run(stop)) for service in services]
    for name in NAMES:
        await publish(redis, settings, name)
    await until(archive_engine, len(NAMES))
    stop.set()
    await asyncio.gather(*running)
    assert Counter(ids(archive_engine)) == Counter(NAMES)


async def test_a_retraction_is_applied(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    await publish(redis, settings, "s1", "s2")
    await copy(redis, settings, archive_engine)
    await publish_retraction(redis, settings, "s1")
    await copy(redis, settings, archive_engine)
    assert ids(archive_engine) == ["s2"]


async def test_it_writes_again_after_the_database_failed(
    redis: Redis, settings: Settings, archive_engine: Engine
) -> None:
    await publish(redis, settings, *NAMES)
    with archive_engine.begin() as connection:
        connection.execute(text("ALTER TABLE parties RENAME TO away"))
        connection.execute(text("ALTER TABLE cursors RENAME TO lost"))
    service, stop = make_service(redis, settings, archive_engine), asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await asyncio.sleep(0.2)
    assert not running.done()
    with archive_engine.begin() as connection:
        connection.execute(text("ALTER TABLE away RENAME TO parties"))
        connection.execute(text("ALTER TABLE lost RENAME TO cursors"))
    await until(archive_engine, len(NAMES))
    stop.set()
    await running
    assert ids(archive_engine) == NAMES


async def test_after_a_gap_it_continues(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    await publish(redis, settings, "s1", "s2", "s3", "s4")
    await copy(redis, settings, archive_engine)
    await publish(redis, settings, "s5", "s6")
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), maxlen=1, approximate=False)
    await copy(redis, settings, archive_engine)
    assert ids(archive_engine) == ["s1", "s2", "s3", "s4", "s6"]


async def test_a_gap_moves_the_cursor_only_with_the_rows_after_it(
    redis: Redis, settings: Settings, archive_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(redis, settings, "s1", "s2")
    await copy(redis, settings, archive_engine)
    before = ArchiveWriter(archive_engine, pytest.fail).cursor()
    await publish(redis, settings, "s3", "s4")
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), maxlen=1, approximate=False)

    def fail(*_: object) -> int:
        raise OperationalError("insert", {}, OSError("disk full"))

    with monkeypatch.context() as patch:
        patch.setattr(ArchiveWriter, "write", fail)
        with pytest.raises(OperationalError):
            await copy(redis, settings, archive_engine)
    assert ArchiveWriter(archive_engine, pytest.fail).cursor() == before
    await copy(redis, settings, archive_engine)
    assert ids(archive_engine) == ["s1", "s2", "s4"]


async def test_it_follows_a_stream_that_was_reset(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    stream = event_stream(settings.redis.key_prefix, "statement")
    await publish(redis, settings, "s1")
    service, stop = make_service(redis, settings, archive_engine), asyncio.Event()
    running = asyncio.create_task(service.run(stop))
    await until(archive_engine, 1)
    tail = (await stream_tails(redis, [stream]))[stream].last_id
    await redis.delete(stream)
    async with asyncio.timeout(60):
        while service.status("x").position["statement"] == tail:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0.05)
    event = event_named("s2")
    await redis.xadd(stream, {"type": "statement", "data": msgspec.json.encode(event)}, id="5-0")
    await until(archive_engine, 2)
    stop.set()
    await running
    assert ids(archive_engine) == ["s1", "s2"]


# ---------------------------------------------------------------- killed
@pytest.mark.slow
async def test_killed_at_random_moments_it_has_each_row_once(
    redis: Redis, settings: Settings, archive_address: str
) -> None:
    chance, names, kills = random.Random(7), [f"{'smd'[n % 3]}{n}" for n in range(3000)], 0
    environ = clean_environ() | {
        "COMMUNIQUE_REDIS_URL": settings.redis.url or "",
        "COMMUNIQUE_KEY_PREFIX": settings.redis.key_prefix,
        "COMMUNIQUE_ARCHIVE_URL": archive_address,
    }
    command = [sys.executable, "-m", "worker", "archive"]
    for start in range(0, len(names), 500):
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.DEVNULL)
        for first in range(start, start + 500, 25):
            await publish(redis, settings, *names[first : first + 25])
            await asyncio.sleep(chance.uniform(0, 0.15))
        process.kill()
        kills += await process.wait() == -signal.SIGKILL
    ended = await asyncio.create_subprocess_exec(*command, "--once", env=environ)
    assert (await ended.wait(), kills) == (0, 6)
    engine = open_engine(parse_target(archive_address))
    assert ids(engine) == names
    engine.dispose()


# ---------------------------------------------------------------- retention
async def test_rows_above_an_age_are_deleted(redis: Redis, settings: Settings, archive_engine: Engine) -> None:
    await publish(redis, settings, *NAMES)
    await copy(redis, settings, archive_engine)
    arrived = rows(archive_engine, EVENTS_TABLE)[29]["arrived_at"]
    now = arrived + timedelta(days=10)
    assert Retention(archive_engine, Limits(days=10)).apply(now) == 30
    assert ids(archive_engine) == NAMES[29:]
    assert rows(archive_engine, ARTICLES_TABLE) == []


async def test_the_oldest_rows_above_a_size_are_deleted(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(parse_target(f"sqlite:{tmp_path / 'a.sqlite'}"))
    migrate(engine)
    names = [f"s{n}" for n in range(6000)]
    await publish(redis, settings, *names)
    await copy(redis, settings, engine)
    limit = (tmp_path / "a.sqlite").stat().st_size // 2
    Retention(engine, Limits(size_bytes=limit)).apply(datetime.now(UTC))
    left = ids(engine)
    assert 1000 < len(left) <= 4000
    assert left == names[-len(left) :]
    engine.dispose()


def test_the_size_of_postgresql_cannot_be_limited(postgresql_url: str) -> None:
    engine = open_engine(parse_target(postgresql_url))
    with pytest.raises(UsageError, match="COMMUNIQUE_ARCHIVE_DAYS"):
        Retention(engine, Limits(size_bytes=1))


async def test_the_index_of_words_matches_the_rows(redis: Redis, settings: Settings, tmp_path: Path) -> None:
    engine = open_engine(parse_target(f"sqlite:{tmp_path / 'a.sqlite'}"))
    migrate(engine)
    await publish(redis, settings, *NAMES)
    await copy(redis, settings, engine)
    Retention(engine, Limits(days=0.001)).apply(rows(engine, EVENTS_TABLE)[9]["arrived_at"] + timedelta(days=0.001))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO event_search(event_search, rank) VALUES ('integrity-check', 1)"))
        assert connection.scalar(select(text("count(*) FROM event_search"))) == len(NAMES) - 9
    engine.dispose()
