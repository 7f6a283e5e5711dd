"""The queue alone: tasks that are put, received and settled with one event each, in one process, beside peers.

The peers send as many messages, receive each and publish one event for it.  Each program has a process and a Redis
server of its own; the best of several rounds counts.  The peers do without what this queue is for: a queue per host,
markers of what has been seen, and the event and the acknowledgement in one step.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib.util import find_spec
from typing import Any, NamedTuple

import uvloop
from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from worker.queue import Settlement, UrlQueue
from worker.schema import Task, task_id
from worker.settings import Settings
from worker.streams import StreamWrite, connect
from worker.streams.embedded_server import run_embedded_server

EPILOG = """\
examples:
  python -m tests.benchmarks.queue_alone
  python -m tests.benchmarks.queue_alone --tasks 20000 --rounds 5
  python -m tests.benchmarks.queue_alone --only communique

The peers are installed by `pip install -e '.[bench]'`; one that is missing is left out.
"""
BATCH = 100
"""Tasks put, read and settled at a time, and messages that a peer handles concurrently."""
EVENT = {"id": "0" * 32, "type": "statement", "v": "1", "source": "https://news.example/", "data": "x" * 600}
"""About the size of an event."""


class Run(NamedTuple):
    """One run of a program."""

    wall_s: float
    client_cpu_s: float
    server_cpu_s: float


# ---------------------------------------------------------------- programs
async def communique(url: str, n: int) -> None:
    """Put, read and settle tasks of 100 hosts."""
    writes, done = [StreamWrite(stream="communique:events:statement", fields=EVENT, maxlen=100_000)], 0
    async with UrlQueue(url, Settings.of(host_delay_s=0.0, host_max_requests=BATCH)) as queue:
        for batch in _batches(n):
            await queue.put_many([Task(id=task_id(page), url=page) for page in batch])
            while deliveries := await queue.read(BATCH, 0):
                outcomes = await queue.settle_many([Settlement(delivery, writes) for delivery in deliveries])
                done += outcomes.count("done")
    assert done == n


async def faststream(url: str, n: int) -> None:
    """Publish to a stream, and for each message that its consumer group receives to another."""
    from faststream.redis import RedisBroker, StreamSub  # noqa: PLC0415 - may be missing

    new_broker: Any = RedisBroker  # its types are known only where it is installed
    broker, left, finished = new_broker(url, max_connections=3 * BATCH, logger=None), n, asyncio.Event()

    async def handle(_: dict[str, str]) -> None:
        nonlocal left
        await broker.publish(EVENT, stream="events", maxlen=100_000)
        left -= 1
        if left == 0:
            finished.set()

    stream = StreamSub("urls", group="workers", consumer="one", max_records=BATCH)
    broker.subscriber(stream=stream, max_workers=BATCH)(handle)
    await broker.start()
    for batch in _batches(n):
        await asyncio.gather(*(broker.publish({"id": task_id(page), "url": page}, stream="urls") for page in batch))
    await finished.wait()
    await broker.stop()


async def taskiq(url: str, n: int) -> None:
    """Send tasks over a stream; each adds an event to another."""
    from taskiq.api import run_receiver_task  # noqa: PLC0415 - may be missing
    from taskiq_redis import RedisStreamBroker  # noqa: PLC0415 - may be missing

    broker, left, finished = RedisStreamBroker(url, max_connection_pool_size=3 * BATCH), n, asyncio.Event()
    broker.is_worker_process = True
    async with Redis.from_url(url, max_connections=3 * BATCH) as client:

        async def handle(_: str) -> None:
            nonlocal left
            await client.xadd("events", EVENT, maxlen=100_000)  # type: ignore[arg-type] # an invariant union
            left -= 1
            if left == 0:
                finished.set()

        task = broker.register_task(handle, task_name="handle")
        await broker.startup()
        receiver = asyncio.create_task(run_receiver_task(broker, max_async_tasks=BATCH))
        for batch in _batches(n):
            await asyncio.gather(*(task.kiq(page) for page in batch))
        await finished.wait()
        receiver.cancel()
        await asyncio.wait([receiver])
        await broker.shutdown()


def _batches(n: int) -> Iterator[list[str]]:
    pages = [f"https://host{i % 100}.example/{i}" for i in range(n)]
    return (pages[i : i + BATCH] for i in range(0, n, BATCH))


PROGRAMS: dict[str, Callable[[str, int], Awaitable[None]]] = {
    "communique": communique,
    "faststream": faststream,
    "taskiq": taskiq,
}
MODULES = {"communique": "worker", "faststream": "faststream", "taskiq": "taskiq_redis"}


# ---------------------------------------------------------------- measurement
async def run(name: str, n: int) -> Run:
    """Run a program in this process."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as url, connect(url) as client:
            await PROGRAMS[name](url, BATCH)  # imports and scripts
            await client.flushall()
            server, cpu, wall = await _server_cpu_s(client), time.process_time(), time.perf_counter()
            await PROGRAMS[name](url, n)
            figures = time.perf_counter() - wall, time.process_time() - cpu
            return Run(*figures, await _server_cpu_s(client) - server)


async def _server_cpu_s(client: Redis) -> float:
    info = await client.info("cpu")
    return float(info["used_cpu_user"]) + float(info["used_cpu_sys"])


def _run_in_process(name: str, n: int) -> Run | None:
    """Return the figures of a run; None if it did not finish within ten times the usual time."""
    words = [sys.executable, "-m", "tests.benchmarks.queue_alone", "--in-process", name, "--tasks", str(n)]
    try:
        output = subprocess.run(words, stdout=subprocess.PIPE, check=True, timeout=20 + n / 100).stdout
    except subprocess.TimeoutExpired:
        return None
    return Run(*json.loads(output.splitlines()[-1]))  # a program may write messages before


def main() -> None:
    args = _parser().parse_args()
    if args.in_process:
        sys.stdout.write("\n" + json.dumps(uvloop.run(run(args.in_process, args.tasks))))
        return
    names = [name for name in PROGRAMS if args.only in {None, name} and find_spec(MODULES[name])]
    runs = {name: [_run_in_process(name, args.tasks) for _ in range(args.rounds)] for name in names}
    table = Table("program", "tasks/s", "CPU µs/task", "server's CPU µs/task", title=f"{args.tasks:,} tasks")
    for name, rounds in runs.items():
        if not (finished := [it for it in rounds if it]):
            table.add_row(name, "did not finish", "", "")
            continue
        wall_s, client_s, server_s = (min(figures) for figures in zip(*finished, strict=True))
        per_task = (f"{1e6 * cpu_s / args.tasks:.0f}" for cpu_s in (client_s, server_s))
        table.add_row(name, f"{args.tasks / wall_s:,.0f}", *per_task)
    Console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.queue_alone",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--tasks", type=int, default=10_000, help="tasks of each round (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each program; the best figures count (3)")
    parser.add_argument("--only", choices=list(PROGRAMS), help="run one program")
    parser.add_argument("--in-process", choices=list(PROGRAMS), help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    main()
