"""`communique why URL`: everything that is known of one URL."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

import msgspec

from worker.cli.argument_types import positive_int
from worker.cli.command import required_redis_url, set_command
from worker.errors import Permanent, UsageError
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.monitor.url_history import UrlHistory

MAX_ARTICLES = 20_000


def add_why(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique why`."""
    set_command(
        parser,
        why_command,
        "communique why https://example.org/news/1\n"
        "communique why --json https://example.org/news/1 | jq .found\n"
        "communique why --articles 200000 https://example.org/news/last-week",
    )
    parser.add_argument("url", metavar="URL", help="address of an article, as enqueued or as its page declares it")
    parser.add_argument(
        "--articles",
        type=positive_int,
        default=MAX_ARTICLES,
        metavar="N",
        help=f"search the newest N published articles ({MAX_ARTICLES:,})",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def why_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print what is known of a URL: its task, host, robots.txt, failures and events; return 1 if nothing is known."""
    from worker.cli.why_report import report_lines

    history = asyncio.run(_read(args.url, args.articles, settings))
    if args.json:
        print(msgspec.json.encode(_with_derived(history)).decode())
    else:
        print("\n".join(report_lines(history, settings)))
    return 0 if history.is_known else 1


async def _read(url: str, max_articles: int, settings: Settings) -> UrlHistory:
    from worker.monitor.url_history import read_history
    from worker.streams import connect
    from worker.urls import canonicalise

    try:
        canonical_url = canonicalise(url)
    except Permanent as e:
        raise UsageError(str(e)) from None
    async with connect(required_redis_url(settings)) as client:
        return await read_history(client, settings, canonical_url, max_articles=max_articles)


def _with_derived(history: UrlHistory) -> dict[str, object]:
    """Return the fields of the history, and those that are derived from them."""
    derived = {"known": history.is_known, "task": history.task}
    return {**msgspec.structs.asdict(history), **derived}
