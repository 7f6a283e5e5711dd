"""The commands of the URL queue: put, status, dead."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from worker.cli.argument_types import positive_int
from worker.cli.command import print_error, required_redis_url, set_command, with_tracing
from worker.cli.url_arguments import read_urls
from worker.errors import Permanent
from worker.schema import Task
from worker.settings import Settings

if TYPE_CHECKING:
    from rich.table import Table

    from worker.queue import DeadLetter

TASKS_PER_ROUND_TRIP = 500


# ---------------------------------------------------------------- put
def add_put(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique put`."""
    set_command(
        parser,
        put_command,
        "communique put https://example.org/news/1 https://example.org/news/2\ncommunique put - < urls.txt\n"
        "communique put --again https://example.org/news/1",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="visit the pages now although they were read before: what changed is published, events that are gone are "
        "retracted",
    )
    parser.add_argument(
        "urls", nargs="+", metavar="URL", help="address of an article; - reads a list from stdin, one per line"
    )


@with_tracing("put")
def put_command(args: argparse.Namespace, settings: Settings) -> int:
    """Enqueue every URL; return 1 if a URL was invalid or the queue is full.

    Valid URLs before the queue was full are enqueued.
    """
    return asyncio.run(_put(read_urls(args.urls), settings, again=args.again))


async def _put(urls: Iterable[str], settings: Settings, *, again: bool) -> int:
    from worker.queue import QueueFull, UrlQueue

    refused: list[str] = []
    new = seen = 0
    async with UrlQueue(required_redis_url(settings), settings) as queue:
        tasks = _make_tasks(urls, refused, again=again)
        while batch := list(islice(tasks, TASKS_PER_ROUND_TRIP)):
            try:
                are_new = await queue.put_many(batch)
            except QueueFull as full:
                print_error(f"{full}; {new + full.put} put in all")
                return 1
            new += sum(are_new)
            seen += len(are_new) - sum(are_new)
    print(f"{new} put, {seen} seen before, {len(refused)} refused")
    return int(bool(refused))


def _make_tasks(urls: Iterable[str], refused: list[str], *, again: bool) -> Iterator[Task]:
    """Yield the tasks of valid URLs, visits with `again`; report the invalid ones and append them to `refused`."""
    from worker.terminal.sanitise import sanitise
    from worker.urls import canonicalise

    for url in urls:
        try:
            address, now = canonicalise(url), datetime.now(UTC)
            yield Task.visit(address, now) if again else Task.of(address, put_at=now)
        except Permanent as e:
            refused.append(url)
            print_error(f"refused {sanitise(e.detail)}")


# ---------------------------------------------------------------- status
def add_status(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique status`."""
    set_command(
        parser,
        status_command,
        "communique status\ncommunique status --json",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


def status_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print the depth of the queue, the numbers of hosts that wait or fail, and that of stored events per kind."""
    import rich

    figures = asyncio.run(_status(settings))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        rich.print(_figures_table(figures))
    return 0


async def _status(settings: Settings) -> dict[str, int | float | None]:
    from worker.monitor.memory import read_memory_use
    from worker.monitor.records import redis_time
    from worker.queue import UrlQueue
    from worker.queue.host_states import count_hosts
    from worker.streams import connect
    from worker.subscribe import events_per_kind

    redis_url = required_redis_url(settings)
    async with UrlQueue(redis_url, settings) as queue, connect(redis_url) as client:
        depth = msgspec.structs.asdict(await queue.depth())
        hosts = await count_hosts(client, queue.keys, (await redis_time(client)).timestamp() * 1000)
        depth |= {"waiting_hosts": hosts.waiting, "down_hosts": hosts.down}
        memory = await read_memory_use(client, settings)
        depth |= {
            "redis_bytes": memory.used_bytes,
            "redis_limit_bytes": memory.limit_bytes,
            "stream_bytes": sum(memory.stream_bytes.values()),
            "stream_budget_bytes": memory.budget.bytes,
            "stream_reserve_bytes": memory.budget.reserve_bytes,
        }
        return depth | await events_per_kind(redis_url, settings.redis.key_prefix)


def _figures_table(figures: dict[str, int | float | None]) -> Table:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for name, value in figures.items():
        table.add_row(name, "-" if value is None else f"{value:,.0f}")
    return table


# ---------------------------------------------------------------- dead
def add_dead(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique dead`."""
    set_command(
        parser,
        dead_command,
        "communique dead\ncommunique dead --requeue http_503",
    )
    parser.add_argument("--requeue", metavar="REASON", help="enqueue every dead letter with this reason again")
    parser.add_argument("--limit", type=positive_int, default=100, metavar="N", help="list the newest N (100)")
    parser.add_argument("--json", action="store_true", help="JSON lines")


def dead_command(args: argparse.Namespace, settings: Settings) -> int:
    """List dead letters, the newest first, or enqueue those with one reason again."""
    return asyncio.run(_requeue(args.requeue, settings) if args.requeue else _list_dead(args, settings))


async def _requeue(reason: str, settings: Settings) -> int:
    from worker.queue import UrlQueue

    async with UrlQueue(required_redis_url(settings), settings) as queue:
        print(f"{await queue.requeue(reason)} put back")
    return 0


async def _list_dead(args: argparse.Namespace, settings: Settings) -> int:
    from worker.queue import UrlQueue

    async with UrlQueue(required_redis_url(settings), settings) as queue:
        letters = await queue.list_dead_letters(args.limit)
    for letter in letters:
        sys.stdout.write((msgspec.json.encode(letter).decode() if args.json else _format_letter(letter)) + "\n")
    return 0


def _format_letter(letter: DeadLetter) -> str:
    from worker.terminal.sanitise import sanitise

    task = letter.task.url if letter.task else repr(letter.fields)
    return sanitise(f"{letter.buried_at:%Y-%m-%d %H:%M:%S}  {letter.reason:<20}  {task}  {letter.detail}")
