"""`communique forget URL|HOST`: remove an article, or all articles of a host, with their events and tasks."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from worker.cli.command import print_error, required_redis_url, set_command
from worker.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.forget import ForgetReport, ForgetTarget

PROGRESS_INTERVAL_S = 1.0


def add_forget(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique forget`."""
    set_command(
        parser,
        forget_command,
        "communique forget --dry-run https://example.org/news/1\n"
        "communique forget https://example.org/news/1\n"
        "communique forget --json www.example.org | jq .events",
    )
    parser.add_argument(
        "target",
        metavar="URL|HOST",
        help="address of an article, as enqueued or as its page declares it; or a host, without its subdomains",
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be removed, and remove nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object")


def forget_command(args: argparse.Namespace, settings: Settings) -> int:
    """Remove everything of a URL or a host, and publish retractions; return 1 if nothing of it was found."""
    from worker.forget import ForgetTarget

    report = asyncio.run(_forget(ForgetTarget.parse(args.target), settings, dry_run=args.dry_run))
    if args.json:
        print(msgspec.json.encode(report).decode())
    elif report.is_empty:
        print_error(f"nothing of {report.target} is kept")
    else:
        print(_describe(report))
    return int(report.is_empty)


async def _forget(target: ForgetTarget, settings: Settings, *, dry_run: bool) -> ForgetReport:
    from worker.forget import Forgetter
    from worker.queue import UrlQueue
    from worker.streams import connect

    redis_url = required_redis_url(settings)
    async with (
        UrlQueue(redis_url, settings),
        connect(redis_url) as client,
    ):  # the queue checks the server and its format
        return await Forgetter(client, settings, target, _ProgressLine(), dry_run=dry_run).run(datetime.now(UTC))


class _ProgressLine:
    """Prints on stderr how far the search of a stream is, at most once per `PROGRESS_INTERVAL_S`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: returns monotonic time in seconds."""
        self._clock = clock
        self._printed = clock()

    def __call__(self, stream: str, searched: int, length: int) -> None:
        """Report that `searched` of the `length` entries of a stream have been searched."""
        if self._clock() - self._printed >= PROGRESS_INTERVAL_S:
            self._printed = self._clock()
            print(f"{stream}: {searched:,} of {max(searched, length):,} entries searched", file=sys.stderr, flush=True)


def _describe(report: ForgetReport) -> str:
    events = ", ".join(f"{n:,} {kind}" for kind, n in report.events.items())
    tasks = ", ".join(f"{n:,} {place}" for place, n in report.tasks.items())
    return (
        f"{report.target}: {'would be removed' if report.dry_run else 'removed'}\n"
        f"articles: {report.articles:,}\nevents: {events}\ntasks: {tasks}\n"
        f"dead letters of webhooks: {report.webhook_dead_letters:,}"
    )
