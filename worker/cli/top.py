"""The command `top`, a dashboard of the whole fleet."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final

from worker.cli.argument_types import refresh_interval_s
from worker.cli.command import required_redis_url, set_command
from worker.lifecycle import sleep_until, stop_on_signals
from worker.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from worker.schema.fleet import FleetSnapshot

MAX_DEAD_LETTERS: Final = 5
PIPE_COLUMNS: Final = 160
"""Width of the output on a pipe, where no terminal truncates it."""


def add_top(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique top`."""
    set_command(
        parser,
        top_command,
        "communique top\ncommunique top --every 0.5\ncommunique top --once | less -S\n"
        "COMMUNIQUE_REDIS_URL=redis://fleet.example:6379/0 communique top",
    )
    parser.add_argument("--once", action="store_true", help="print it once, as plain text on a pipe, and end")
    parser.add_argument("--every", type=refresh_interval_s, default=2.0, metavar="S", help="redraw every S seconds (2)")


def top_command(args: argparse.Namespace, settings: Settings) -> int:
    """Show the fleet once, or redraw it until Ctrl-C or the key q."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else Console(width=PIPE_COLUMNS)
    asyncio.run(_print_once(console, settings) if args.once else _redraw(console, settings, args.every))
    return 0


async def _print_once(console: Console, settings: Settings) -> None:
    async with _snapshots(settings) as take:
        console.print(_render(await take(), settings, console.width))


async def _redraw(console: Console, settings: Settings, interval_s: float) -> None:
    """Redraw until a signal or the key q; while Redis is unavailable, show the last snapshot and the error."""
    from redis.exceptions import RedisError
    from rich.console import Group
    from rich.live import Live
    from rich.text import Text

    from worker.terminal.keys import on_key

    stop = stop_on_signals()

    async def render() -> RenderableType:
        return _render(await take(), settings, console.width, ends_by_key=sys.stdin.isatty())

    async with _snapshots(settings) as take:
        shown = await render()
        live = Live(shown, console=console, screen=console.is_terminal, auto_refresh=False)
        with live, on_key("q", stop.set):
            while not await sleep_until(stop, interval_s):
                try:
                    shown = await render()
                    live.update(shown, refresh=True)
                except (RedisError, OSError) as e:
                    live.update(Group(shown, Text(f"\nRedis does not answer: {e}", "bold red")), refresh=True)


@contextlib.asynccontextmanager
async def _snapshots(settings: Settings) -> AsyncIterator[Callable[[], Awaitable[FleetSnapshot]]]:
    """Yield a function that takes a snapshot of the fleet."""
    from worker.monitor.snapshot import take_snapshot
    from worker.queue import UrlQueue
    from worker.streams import connect

    redis_url = required_redis_url(settings)
    async with connect(redis_url) as client:
        queue = UrlQueue(redis_url, settings)  # not entered: entering it would create the queue in Redis
        try:
            yield lambda: take_snapshot(client, queue, settings, dead_letters=MAX_DEAD_LETTERS)
        finally:
            await queue.aclose()


def _render(fleet: FleetSnapshot, settings: Settings, columns: int, *, ends_by_key: bool = False) -> RenderableType:
    from rich.console import Group
    from rich.text import Text

    from worker.streams import without_password
    from worker.terminal.fleet_dashboard import render_fleet

    redis_url = without_password(settings.redis.url or "")
    title = Text.assemble(("communique top", "bold"), (f"  {redis_url}  {fleet.at:%Y-%m-%d %H:%M:%S} UTC", "dim"))
    if ends_by_key:
        title.append("  q ends", "dim")
    return Group(title, render_fleet(fleet, columns))
