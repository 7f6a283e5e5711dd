"""The command archive, and the sink that writes to a database, which is the same."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
from pathlib import Path
from typing import TYPE_CHECKING

from worker.cli.command import print_error, required_redis_url, set_command
from worker.cli.deliver import monitored
from worker.errors import UsageError
from worker.lifecycle import stop_on_signals
from worker.schema.plurals import plural
from worker.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from worker.archive.database import Target
    from worker.schema.fleet import ConsumerStatus


def add_archive(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique archive`."""
    set_command(
        parser,
        archive_command,
        "communique archive\n"
        "communique archive --to sqlite:news.sqlite --once\n"
        "COMMUNIQUE_ARCHIVE_URL=postgresql://news:PASSWORD@db/news communique archive",
    )
    parser.add_argument(
        "--to",
        metavar="ADDRESS",
        help="sqlite:PATH or postgresql://… (default: COMMUNIQUE_ARCHIVE_URL, or archive.sqlite in the data directory)",
    )
    parser.add_argument("--once", action="store_true", help="write what the streams have now, and end")


def archive_command(args: argparse.Namespace, settings: Settings) -> int:
    """Archive until a signal, or only what is stored now; return 1 if the database fails."""
    from sqlalchemy.exc import SQLAlchemyError

    from worker.archive.database import open_engine
    from worker.archive.migrations import migrate
    from worker.terminal.sanitise import sanitise

    redis_url, target = required_redis_url(settings), archive_target(args.to, settings)
    engine = open_engine(target)
    try:
        migrate(engine)
        rows = asyncio.run(_archive(engine, target, settings, redis_url, once=args.once))
    except SQLAlchemyError as e:
        print_error(sanitise(f"{target.name}: {getattr(e, 'orig', None) or e}"))
        return 1
    finally:
        engine.dispose()
    if args.once:
        print_error(f"{target.name}: {plural(rows, 'row')} added")
    return 0


def archive_target(to: str | None, settings: Settings) -> Target:
    """Return the archive of `--to` or of the settings; creates its directory.  UsageError for a malformed address."""
    from worker.archive.database import parse_target

    address = to or settings.archive.url
    target = parse_target(address or f"sqlite:{_data_dir(settings) / 'archive.sqlite'}")
    if target.path:
        try:
            target.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as e:
            raise UsageError(f"{target.path.parent}: {e.strerror}") from None
    return target


def _data_dir(settings: Settings) -> Path:
    from worker.streams.embedded_server import default_data_dir

    return Path(settings.redis.data_dir) if settings.redis.data_dir else default_data_dir(os.environ)


async def _archive(engine: Engine, target: Target, settings: Settings, redis_url: str, *, once: bool) -> int:
    from worker.archive.retention import Limits, Retention
    from worker.archive.service import ARCHIVE_BLOCK_S, ARCHIVE_LOOPS, ArchiveService
    from worker.archive.writer import ArchiveWriter
    from worker.streams import check_server, connect
    from worker.telemetry.liveness import LivenessMonitor
    from worker.terminal.sanitise import sanitise

    stop, liveness = stop_on_signals(), LivenessMonitor(ARCHIVE_LOOPS)
    limits = Limits(days=settings.archive.days, size_bytes=settings.archive.bytes)
    async with connect(redis_url, block_s=ARCHIVE_BLOCK_S) as client:
        await check_server(client)
        service = ArchiveService(
            client,
            settings.redis.key_prefix,
            ArchiveWriter(engine, lambda error: print_error(sanitise(error))),
            retention=Retention(engine, limits),
            retry=settings.retry,
            liveness=liveness,
            jitter=random.random,
        )
        if once:
            await service.run(stop, once=True)
            return service.rows

        async def statuses() -> list[ConsumerStatus]:
            return [service.status(f"archive:{target.name}")]

        async with monitored(settings, redis_url, "archive", liveness, statuses):
            await service.run(stop)
            return service.rows
