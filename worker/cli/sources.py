"""The command `sources`: check what the sources of a file give now, or add one to the file."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import difflib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from worker.cli.command import add_sources_option, print_error, set_command
from worker.errors import Failure, UsageError
from worker.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from worker.discover import Source
    from worker.discover.source_check import SourceChecker, SourceReport


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique sources`."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = _add_action(actions, "check", "read each source now, and print what it gives; nothing is enqueued")
    set_command(
        check,
        check_command,
        "communique sources check --sources my-sources.toml\ncommunique sources check Courier --json",
    )
    check.add_argument("names", nargs="*", metavar="NAME", help="sources to check (default: all in the file)")
    add_sources_option(check)
    check.add_argument("--json", action="store_true", help="JSON lines")
    add = _add_action(actions, "add", "add a feed, or what a site offers as feed or news sitemap, to the file")
    set_command(
        add,
        add_command,
        "communique sources add https://example.org/ --sources my-sources.toml\n"
        "communique sources add https://example.org/feed.xml --name Courier",
    )
    add.add_argument("url", metavar="URL", help="address of a feed, of a sitemap, or of any page of a site")
    add.add_argument("--name", metavar="NAME", help="name of the source (default: the title of the feed)")
    add_sources_option(add)


def _add_action(actions: argparse._SubParsersAction, name: str, summary: str) -> argparse.ArgumentParser:  # type: ignore[type-arg]
    parser: argparse.ArgumentParser = actions.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


# ---------------------------------------------------------------- check
def check_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print what each source gives now; return 1 if one of them cannot be read."""
    import rich

    from worker.discover import load_sources

    sources = _named(load_sources(args.sources or settings.discover.sources), args.names)
    reports = asyncio.run(_check(sources, settings))
    if args.json:
        for report in reports:
            print(msgspec.json.encode(report).decode())
    else:
        rich.print(_table(reports))
    return int(any(report.outcome == "failed" for report in reports))


def _named(sources: tuple[Source, ...], names: list[str]) -> tuple[Source, ...]:
    """Return the sources with these names; all if there are no names.  UsageError names those that do not exist."""
    known = [source.name for source in sources]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
            raise UsageError(f"no source is named {name!r}{hint}")
    return tuple(source for source in sources if not names or source.name in names)


async def _check(sources: tuple[Source, ...], settings: Settings) -> list[SourceReport]:
    async with _checker(settings) as checker:
        return await checker.check_all(sources)


@contextlib.asynccontextmanager
async def _checker(settings: Settings) -> AsyncIterator[SourceChecker]:
    """Yield a checker that shares the delays of the fleet's Redis; without one, it has a private server."""
    from worker.discover.source_check import open_checker
    from worker.local import redis_server

    with tempfile.TemporaryDirectory(prefix="communique-") as folder:
        async with (
            redis_server(settings.redis, Path(folder)) as redis_url,
            open_checker(settings, redis_url) as checker,
        ):
            yield checker


def _table(reports: list[SourceReport]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from worker.terminal.sanitise import sanitise

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("source", "gives", "links", "used", "newest", "note"):
        table.add_column(name, justify="right" if name in {"links", "used"} else "left")
    for it in reports:
        table.add_row(
            Text(sanitise(it.name), overflow="fold"),
            Text(it.format or "nothing", style="" if it.format else "red"),
            f"{it.links:,}",
            f"{it.selected:,}",
            f"{it.newest:%Y-%m-%d %H:%M}" if it.newest else "-",
            Text(sanitise(_note(it)), overflow="fold"),
        )
    return table


def _note(report: SourceReport) -> str:
    """Return what is noteworthy about a source, in words; "" if nothing is."""
    if report.outcome == "failed":
        return f"{report.reason}: {report.detail}" if report.detail else report.reason or ""
    counts = {
        "left out by its filters": report.excluded,
        "beyond its limit": report.omitted,
        "without a link": report.without_link,
        "sitemaps failed": report.failed_sitemaps,
        "sitemaps left for later": report.unread_sitemaps,
    }
    notes = [f"{number:,} {what}" for what, number in counts.items() if number]
    if report.moved_to:
        notes.insert(0, f"moved to {report.moved_to}")
    if report.detail:
        notes.append(report.detail)
    return "; ".join(notes)


# ---------------------------------------------------------------- add
def add_command(args: argparse.Namespace, settings: Settings) -> int:
    """Find the best source for a URL, and add it to the file; return 1 if there is none."""
    from worker.discover.sources_file import add_to_file, check_addable

    path = Path(args.sources or settings.discover.sources)
    check_addable(path, args.url, args.name)
    try:
        found = asyncio.run(_find(args.url, settings))
    except Failure as failure:
        print_error(f"{args.url}: {failure}")
        return 1
    if not found:
        print_error(
            f"{args.url} declares no feed, and its robots.txt names no news sitemap: look for a page called RSS"
        )
        return 1
    best, *others = found
    source = _make_source(best, path, args.name)
    add_to_file(path, source)
    print(f"added {source.name!r} to {path}: {_describe(best)}")
    for other in others:
        print(f"not added: {_describe(other)}")
    return 0


async def _find(url: str, settings: Settings) -> list[SourceReport]:
    from worker.discover.autodiscovery import find_sources

    async with _checker(settings) as checker:
        return await find_sources(checker, url)


def _make_source(report: SourceReport, path: Path, name: str | None) -> Source:
    """Return the source to add; a sitemap gets a `since`, because it may list an outlet's whole archive."""
    from worker.discover import Source
    from worker.discover.autodiscovery import SITEMAP_SINCE
    from worker.discover.sources_file import free_name
    from worker.urls import host_of, normalise

    is_sitemap = report.format in {"sitemap", "sitemap index", "robots.txt", "text"}
    url = normalise(report.moved_to or report.url)
    return Source(
        name=name or free_name(path, report.title or host_of(url)), url=url, since=SITEMAP_SINCE if is_sitemap else None
    )


def _describe(report: SourceReport) -> str:
    from worker.schema.plurals import plural
    from worker.terminal.sanitise import sanitise

    newest = f", the newest of {report.newest:%Y-%m-%d}" if report.newest else ""
    title = f" {sanitise(report.title)!r}" if report.title else ""
    return f"{report.moved_to or report.url} ({report.format}{title}, {plural(report.links, 'link')}{newest})"
