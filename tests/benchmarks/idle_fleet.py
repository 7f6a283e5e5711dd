"""What idle workers cost Redis: the commands that it processes per second, those of scripts included, by name."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections import Counter
from typing import Any

from redis.asyncio import Redis
from rich.console import Console
from rich.table import Table

from tests.environment import clean_environ
from worker.monitor.heartbeat import read_heartbeats
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server

EPILOG = """\
examples:
  python -m tests.benchmarks.idle_fleet
  python -m tests.benchmarks.idle_fleet --workers 1 --seconds 20
"""
SETTLE_S = 60.0
"""Time until a worker that has had no task looks for due hosts at the longest interval."""


async def count_commands(workers: int, seconds: float) -> Counter[str]:
    """Return the number of commands in `seconds` seconds, by name, with `workers` idle workers."""
    with tempfile.TemporaryDirectory() as folder:
        async with run_embedded_server(folder) as url, connect(url) as client:
            fleet = [await _start_worker(url) for _ in range(workers)]
            try:
                while len(await read_heartbeats(client, Settings().redis.key_prefix)) < workers:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
                await asyncio.sleep(SETTLE_S)
                before = await _calls(client)
                await asyncio.sleep(seconds)
                return await _calls(client) - before
            finally:
                for process in fleet:
                    process.terminate()
                for process in fleet:
                    await process.wait()


async def _start_worker(url: str) -> asyncio.subprocess.Process:
    env = clean_environ()
    words = sys.executable, "-m", "worker", "consume"
    given = {"COMMUNIQUE_REDIS_URL": url, "COMMUNIQUE_CONTACT_URL": "https://example.org/bot"}
    return await asyncio.create_subprocess_exec(*words, env=env | given, stderr=asyncio.subprocess.DEVNULL)


async def _calls(client: Redis) -> Counter[str]:
    stats: dict[str, Any] = await client.info("commandstats")
    return Counter({name.removeprefix("cmdstat_"): it["calls"] for name, it in stats.items()})


def main() -> None:
    args = _parser().parse_args()
    calls = asyncio.run(count_commands(args.workers, args.seconds))
    table = Table("command", "per second", title=f"{args.workers} idle workers", show_footer=True)
    table.columns[0].footer, table.columns[1].footer = "all", f"{calls.total() / args.seconds:.1f}"
    for name, count in calls.most_common():
        table.add_row(name, f"{count / args.seconds:.1f}")
    Console().print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.idle_fleet",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--workers", type=int, default=4, help="workers (4)")
    parser.add_argument("--seconds", type=float, default=60.0, help="time to count commands (60)")
    return parser


if __name__ == "__main__":
    main()
