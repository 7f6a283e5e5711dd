"""The commands of the URL queue: put, status, dead."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from worker.cli.argument_types import positive_int
from worker.cli.command import INTERRUPTED, print_error, required_redis_url, set_command, with_tracing
from worker.cli.url_arguments import URLS_ON_STDIN, ListedUrl, read_urls
from worker.errors import Permanent
from worker.schema import Task
from worker.settings import Settings
from worker.suggestion import did_you_mean

if TYPE_CHECKING:
    from worker.queue import DeadLetter, UrlQueue

TASKS_PER_ROUND_TRIP = 500
DEAD_LETTERS_COUNTED = 100_000
"""Newest dead letters whose reasons are counted for a message."""


# ---------------------------------------------------------------- put
def add_put(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique put`."""
    set_command(
        parser,
        put_command,
        "communique put https://example.org/news/1 https://example.org/news/2\ncommunique put urls.txt\n"
        "grep -h ^http *.log | communique put -\ncommunique put --again https://example.org/news/1",
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="visit the pages now although they were read before: what changed is published, events that are gone are "
        "retracted",
    )
    parser.add_argument(
        "urls",
        nargs="+",
        metavar="URL",
        help="address of an article, or the name of a file with one per line (- for stdin); # begins a comment",
    )


@with_tracing("put")
def put_command(args: argparse.Namespace, settings: Settings) -> int:
    """Enqueue every URL; return 1 if a URL was invalid or the queue is full, 130 after Ctrl-C.

    Valid URLs before the queue was full, or before Ctrl-C, are enqueued.
    """
    at_once = 1 if URLS_ON_STDIN in args.urls and sys.stdin.isatty() else TASKS_PER_ROUND_TRIP
    counts = PutCounts()
    tasks = _make_tasks(read_urls(args.urls), counts, again=args.again)
    with asyncio.Runner() as runner, _opened_queue(runner, settings) as queue:
        try:
            is_complete = _put_all(tasks, at_once, counts, lambda batch: runner.run(_put(queue, batch, counts)))
        except KeyboardInterrupt:
            print_error(f"interrupted: {counts}")
            return INTERRUPTED
    if is_complete:
        print(counts)
    return int(counts.refused > 0 or not is_complete)


def _put_all(tasks: Iterator[Task], at_once: int, counts: PutCounts, put: Callable[[list[Task]], None]) -> bool:
    """Put tasks in batches; return False, with the reason printed, if not all could be put.

    A list is read outside the event loop, where Ctrl-C interrupts the wait for a line.
    """
    from worker.queue import QueueFull

    try:
        while batch := list(islice(tasks, at_once)):
            put(batch)
    except QueueFull as full:
        print_error(f"{full}; {counts.new + full.put} put in all")
        return False
    return True


async def _put(queue: UrlQueue, batch: list[Task], counts: PutCounts) -> None:
    are_new = await queue.put_many(batch)
    counts.new += sum(are_new)
    counts.seen += len(are_new) - sum(are_new)


@contextlib.contextmanager
def _opened_queue(runner: asyncio.Runner, settings: Settings) -> Iterator[UrlQueue]:
    """Yield the queue, open in the event loop of a runner between whose calls other work is done."""
    from worker.queue import UrlQueue

    stack = contextlib.AsyncExitStack()
    try:
        yield runner.run(stack.enter_async_context(UrlQueue(required_redis_url(settings), settings)))
    finally:
        runner.run(stack.aclose())


class PutCounts(Struct):
    """The numbers of URLs of one `put`, by outcome."""

    new: int = 0
    seen: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return f"{self.new} put, {self.seen} seen before, {self.refused} refused"


def _make_tasks(urls: Iterable[ListedUrl], counts: PutCounts, *, again: bool) -> Iterator[Task]:
    """Yield the tasks of valid URLs, visits with `again`; report and count the invalid ones.

    URLs that seem to be no articles are reported as well.
    """
    from worker.cli.url_advice import url_advice
    from worker.terminal.sanitise import sanitise
    from worker.urls import canonicalise

    for listed in urls:
        try:
            url = canonicalise(listed.url)
        except Permanent as e:
            counts.refused += 1
            print_error(sanitise(listed.locate(f"refused {e.detail}")))
            continue
        if advice := url_advice(url):
            print_error(sanitise(listed.locate(f"{url}: {advice}")))
        now = datetime.now(UTC)
        yield Task.visit(url, now) if again else Task.of(url, put_at=now)


# ---------------------------------------------------------------- status
def add_status(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique status`."""
    set_command(
        parser,
        status_command,
        "communique status\ncommunique status --json",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object: figures in bytes and seconds")


def status_command(args: argparse.Namespace, settings: Settings) -> int:
    """Print the depth of the queue, the numbers of hosts that wait or fail, and that of stored events per kind."""
    from worker.terminal.status_lines import status_lines

    figures = asyncio.run(_status(settings))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        print("\n".join(status_lines(figures)))
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
    """Enqueue the dead letters with a reason again; return 1 if there is none, and name the reasons that there are."""
    from worker.queue import UrlQueue

    async with UrlQueue(required_redis_url(settings), settings) as queue:
        if requeued := await queue.requeue(reason):
            print(f"{requeued} put back")
            return 0
        reasons = Counter(letter.reason for letter in await queue.list_dead_letters(DEAD_LETTERS_COUNTED))
    print_error(_unknown_reason(reason, reasons))
    return 1


def _unknown_reason(reason: str, reasons: Counter[str]) -> str:
    from worker.terminal.sanitise import sanitise

    if reason in reasons:
        return f"no dead letter with the reason {reason!r} can be put back: they are no tasks of this version"
    if not reasons:
        return f"no dead letter has the reason {reason!r}: there are none"
    numbers = ", ".join(f"{name} ({n:,})" for name, n in reasons.most_common())
    return sanitise(f"no dead letter has the reason {reason!r}{did_you_mean(reason, reasons)} There are: {numbers}")


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
