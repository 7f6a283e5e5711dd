"""The command that shows the whole fleet: top."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from redis.exceptions import RedisError
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from worker.commands import required_redis_url, stop_on_signals
from worker.monitor.snapshot import take_snapshot
from worker.queue import UrlQueue
from worker.schema.fleet import FleetSnapshot
from worker.settings import Settings
from worker.streams import connect, without_password
from worker.terminal.fleet_dashboard import render_fleet

LETTERS: Final = 5
PIPE_WIDTH: Final = 160
"""Columns of a pipe: nobody's terminal cuts a line there."""

Look = Callable[[], Awaitable[FleetSnapshot]]


def top(args: argparse.Namespace, settings: Settings) -> int:
    """Show the fleet until Ctrl-C, or once."""
    console = Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)
    asyncio.run(_once(console, settings) if args.once else _live(console, settings, args.every))
    return 0


async def _once(console: Console, settings: Settings) -> None:
    async with _looking(settings) as look:
        console.print(_screen(await look(), settings))


async def _live(console: Console, settings: Settings, every_s: float) -> None:
    """Redraw until a signal comes; while Redis is away, say so and keep what was seen last."""
    stop = stop_on_signals()
    async with _looking(settings) as look:
        shown = _screen(await look(), settings)
        with Live(shown, console=console, screen=console.is_terminal, auto_refresh=False) as live:
            while not stop.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), every_s)
                try:
                    shown = _screen(await look(), settings)
                    live.update(shown, refresh=True)
                except (RedisError, OSError) as e:
                    live.update(Group(shown, Text(f"\nRedis does not answer: {e}", "bold red")), refresh=True)


@contextlib.asynccontextmanager
async def _looking(settings: Settings) -> AsyncIterator[Look]:
    redis_url = required_redis_url(settings)
    async with connect(redis_url) as client:
        queue = UrlQueue(redis_url, settings)  # not entered: whoever looks creates nothing
        try:
            yield lambda: take_snapshot(client, queue, settings, dead_letters=LETTERS)
        finally:
            await queue.aclose()


def _screen(fleet: FleetSnapshot, settings: Settings) -> RenderableType:
    where = without_password(settings.redis.url or "")
    title = Text.assemble(("communique top", "bold"), (f"  {where}  {fleet.at:%Y-%m-%d %H:%M:%S} UTC", "dim"))
    return Group(title, render_fleet(fleet))
