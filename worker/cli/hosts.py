"""`communique hosts`: list the hosts of the queue, or reset the failures of one."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

import msgspec

from worker.cli.argument_types import positive_int
from worker.cli.command import print_error, required_redis_url, set_command
from worker.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from worker.queue.host_states import HostState


def add_hosts(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique hosts`."""
    set_command(
        parser,
        hosts_command,
        "communique hosts\ncommunique hosts --json news.example\ncommunique hosts --reset news.example",
    )
    parser.add_argument("hosts", nargs="*", metavar="HOST", help="hosts to list (default: those that fail or wait)")
    parser.add_argument(
        "--reset", metavar="HOST", help="delete the failures and pauses of a host, so that it is requested now"
    )
    parser.add_argument("--limit", type=positive_int, default=50, metavar="N", help="list at most N hosts (50)")
    parser.add_argument("--json", action="store_true", help="JSON lines")


def hosts_command(args: argparse.Namespace, settings: Settings) -> int:
    """List hosts with their state, those that fail first, or reset one; return 1 if it had no failure and no pause."""
    return asyncio.run(_reset(args.reset, settings) if args.reset else _list(args, settings))


async def _reset(host: str, settings: Settings) -> int:
    from worker.queue import Hosts
    from worker.streams import connect

    async with connect(required_redis_url(settings)) as client:
        if await Hosts(client, settings).reset(host):
            print(f"{host} may be requested now")
            return 0
    print_error(f"{host} has no failure and no pause")
    return 1


async def _list(args: argparse.Namespace, settings: Settings) -> int:
    import rich

    from worker.monitor.records import redis_time
    from worker.queue import QueueKeys
    from worker.queue.host_states import list_hosts, read_hosts
    from worker.streams import connect

    keys = QueueKeys(settings.redis.key_prefix)
    async with connect(required_redis_url(settings)) as client:
        now_ms = (await redis_time(client)).timestamp() * 1000
        if args.hosts:
            states = await read_hosts(client, keys, now_ms, args.hosts)
        else:
            states = await list_hosts(client, keys, now_ms, args.limit)
    if args.json:
        for state in states:
            print(msgspec.json.encode(state).decode())
    elif states:
        rich.print(_table(states))
    else:
        print("no host fails or waits")
    return 0


def _table(states: list[HostState]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("host", "state", "next", "queue", "active", "delay", "response"):
        table.add_column(name, justify="left" if name in {"host", "state"} else "right")
    for it in states:
        table.add_row(
            Text(it.host, overflow="fold"),
            _describe(it),
            _seconds(max(it.wait_s or 0.0, it.probe_s)) if it.wait_s is not None or it.probe_s else "-",
            f"{it.waiting:,}",
            f"{it.active}",
            _seconds(it.delay_s),
            _seconds(it.response_s),
        )
    return table


def _describe(state: HostState) -> str:
    """Return the state in words: "works", or the last failure and how long the host has been failing."""
    if state.reason is None:
        return "works"
    return f"{state.reason}, {state.failures} in a row, for {_seconds(state.down_s)}"


def _seconds(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f} s" if value < 60 else f"{value / 60:.0f} min"  # noqa: PLR2004 - seconds in a minute
