"""The command `subscribe`, which prints events as they are published."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import TYPE_CHECKING

from worker.cli.argument_types import positive_int, start_cursor
from worker.cli.command import print_error, required_redis_url, set_command
from worker.cli.event_filters import add_filters, add_kinds, parsed_filters
from worker.errors import EventStreamError
from worker.lifecycle import stop_on_signals
from worker.schema import KINDS
from worker.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from worker.schema import Event, Retraction
    from worker.subscribe import Subscription


def add_subscribe(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique subscribe`."""
    set_command(
        parser,
        subscribe_command,
        "communique subscribe\ncommunique subscribe meeting decision --from-start | jq .participants[].name\n"
        "communique subscribe --country FI --country EE --min-confidence 0.8\n"
        "communique subscribe statement --since 1h --json\n"
        "communique subscribe statement --group archive --count 100",
    )
    add_kinds(parser)
    add_filters(parser)
    start = parser.add_mutually_exclusive_group()
    start.add_argument("--from-start", action="store_true", help="start with the oldest stored event, not the next")
    start.add_argument(
        "--since",
        type=start_cursor,
        metavar="START",
        help="start so long ago (1h, 30m, 2d), at a time (2026-03-01T12:00:00Z) or after an event id of the gateway",
    )
    parser.add_argument(
        "--group",
        metavar="NAME",
        help="share the events with the other subscribers of this group; resumes; the first time it starts with the "
        "oldest stored event, or at --since",
    )
    parser.add_argument(
        "--consumer",
        metavar="NAME",
        help="name of this subscriber within its group (default: the host name): two on one host need two, otherwise "
        "both get each other's unacknowledged events",
    )
    parser.add_argument("--count", type=positive_int, metavar="N", help="end after N events and retractions")
    parser.add_argument("--json", action="store_true", help="JSON lines on a terminal too")


def subscribe_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print events until --count is reached or a signal; return 1 if a stream entry could not be decoded."""
    return asyncio.run(_subscribe(args, settings))


async def _subscribe(args: argparse.Namespace, settings: Settings) -> int:
    from worker.subscribe import subscribe

    subscription = subscribe(
        required_redis_url(settings),
        args.kinds or KINDS,
        prefix=settings.redis.key_prefix,
        group=args.group,
        consumer=args.consumer,
        after=args.since or ("0" if args.from_start or args.group else "$"),
        stop=stop_on_signals(),
        **parsed_filters(args),
    )
    if sys.stderr.isatty() and not (args.from_start or args.since or args.group):
        print_error("waiting for new events; --from-start or --since 1h prints stored ones first; Ctrl-C ends")
    async with subscription:
        return await _print_all(subscription, args)


async def _print_all(subscription: Subscription, args: argparse.Namespace) -> int:
    """Print every event; report entries that cannot be decoded, and continue."""
    from rich.console import Console

    from worker.terminal.sanitise import sanitise

    console = None if args.json or not sys.stdout.isatty() else Console()
    printed = status = 0
    while printed != args.count:
        try:
            _print(await anext(subscription), console)
            printed += 1
        except EventStreamError as e:
            print_error(sanitise(str(e)))
            status = 1
        except StopAsyncIteration:
            break
    await subscription.acknowledge()  # also the last one, which the next run would otherwise get again
    return status


def _print(event: Event | Retraction, console: Console | None) -> None:
    """Print one event or retraction, on a console or as a JSON line.

    Flush, because the reader of a pipe waits for the line.
    """
    from worker.subscribe import to_json
    from worker.terminal.event_line import format_line

    if console:
        console.print(format_line(event, console.width))
    else:
        sys.stdout.write(to_json(event) + "\n")
        sys.stdout.flush()
