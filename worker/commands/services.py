"""The commands that run until they are told to stop: consume, discover, subscribe."""

from __future__ import annotations

import argparse
import asyncio
import sys

import msgspec
import uvloop
from rich.console import Console

from worker.commands import required_redis_url, stop_on_signals
from worker.consume import consumer
from worker.schema import KINDS, Event
from worker.settings import Settings
from worker.subscribe import Subscription, subscribe as subscribe_to
from worker.view import line


# ---------------------------------------------------------------- consume
def consume(_: argparse.Namespace, settings: Settings) -> int:
    """Be a worker until SIGTERM or SIGINT, then drain."""
    uvloop.run(_consume(settings))
    return 0


async def _consume(settings: Settings) -> None:
    stop = stop_on_signals()
    async with consumer(settings, required_redis_url(settings)) as worker:
        await worker.run(stop)


# ---------------------------------------------------------------- subscribe
def subscribe(args: argparse.Namespace, settings: Settings) -> int:
    """Print events until --count is reached or a signal comes."""
    asyncio.run(_subscribe(args, settings))
    return 0


async def _subscribe(args: argparse.Namespace, settings: Settings) -> None:
    subscription = subscribe_to(
        required_redis_url(settings),
        args.kinds or KINDS,
        prefix=settings.key_prefix,
        group=args.group,
        after="0" if args.from_start or args.group else "$",
        stop=stop_on_signals(),
    )
    async with subscription:
        await _print_all(subscription, args)


async def _print_all(subscription: Subscription, args: argparse.Namespace) -> None:
    console = None if args.json or not sys.stdout.isatty() else Console()
    printed = 0
    async for event in subscription:
        _print(event, console)
        printed += 1
        if printed == args.count:
            break


def _print(event: Event, console: Console | None) -> None:
    """Print one event at once: whoever reads a pipe of a live stream waits for this line."""
    if console:
        console.print(line(event, console.width))
    else:
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
        sys.stdout.flush()
