"""The commands that feed the queue or look at it: put, status, dead."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec
import rich
from rich.table import Table

from worker.commands import addresses, required_redis_url, task, tell
from worker.commands.traced import traced
from worker.errors import Permanent
from worker.queue import DeadLetter, QueueFull, UrlQueue
from worker.schema import Task
from worker.settings import Settings
from worker.subscribe import events_per_kind
from worker.terminal.sanitise import sanitise

BATCH = 500
"""Tasks in one round trip."""


# ---------------------------------------------------------------- put
@traced
def put(args: argparse.Namespace, settings: Settings) -> int:
    """Enqueue every URL; 1 where any was refused, and then the others are in the queue all the same."""
    return asyncio.run(_put(addresses(args.urls), settings))


async def _put(urls: Iterable[str], settings: Settings) -> int:
    refused: list[str] = []
    new = seen = 0
    async with UrlQueue(required_redis_url(settings), settings) as queue:
        tasks = _tasks(urls, refused)
        while batch := list(islice(tasks, BATCH)):
            try:
                answers = await queue.put_many(batch)
            except QueueFull as full:
                tell(f"{full}; {new + full.put} put in all")
                return 1
            new += sum(answers)
            seen += len(answers) - sum(answers)
    print(f"{new} put, {seen} seen before, {len(refused)} refused")
    return int(bool(refused))


def _tasks(urls: Iterable[str], refused: list[str]) -> Iterator[Task]:
    for url in urls:
        try:
            yield task(url)
        except Permanent as e:
            refused.append(url)
            tell(f"refused {sanitise(e.detail)}")


# ---------------------------------------------------------------- status
def status(args: argparse.Namespace, settings: Settings) -> int:
    """Print how much work there is and how many events were published."""
    found = asyncio.run(_status(settings))
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        rich.print(_grid(found))
    return 0


async def _status(settings: Settings) -> dict[str, int | float | None]:
    async with UrlQueue(required_redis_url(settings), settings) as queue:
        depth = msgspec.structs.asdict(await queue.depth())
        return depth | await events_per_kind(required_redis_url(settings), settings.redis.key_prefix)


def _grid(rows: dict[str, int | float | None]) -> Table:
    grid = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        grid.add_row(name, "-" if value is None else f"{value:,.0f}")
    return grid


# ---------------------------------------------------------------- dead
def dead(args: argparse.Namespace, settings: Settings) -> int:
    """List the dead letters, the newest first, or put those with one reason back."""
    return asyncio.run(_requeue(args.requeue, settings) if args.requeue else _list(args, settings))


async def _requeue(reason: str, settings: Settings) -> int:
    async with UrlQueue(required_redis_url(settings), settings) as queue:
        print(f"{await queue.requeue(reason)} put back")
    return 0


async def _list(args: argparse.Namespace, settings: Settings) -> int:
    async with UrlQueue(required_redis_url(settings), settings) as queue:
        letters = await queue.list_dead_letters(args.limit)
    for letter in letters:
        sys.stdout.write(msgspec.json.encode(letter).decode() + "\n" if args.json else _line(letter) + "\n")
    return 0


def _line(letter: DeadLetter) -> str:
    what = letter.task.url if letter.task else repr(letter.fields)
    return sanitise(f"{letter.buried_at:%Y-%m-%d %H:%M:%S}  {letter.reason:<20}  {what}  {letter.detail}")
