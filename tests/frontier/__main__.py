"""Measure when each page is fetched: `python -m tests.frontier pace`, `crowd`, `outage`, `poison` or `memory`."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.frontier import scenarios
from tests.frontier.scenarios import Figure, Ground, table
from worker.settings import Settings
from worker.streams.embedded_server import run_embedded_server

if TYPE_CHECKING:
    from collections.abc import Sequence


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.frontier",
        description="Run workers on a private Redis against hosts on loopback, and print a table of figures and "
        "bounds. The exit status is 1 if a figure violates its bound.",
        epilog="examples:\n  python -m tests.frontier pace --busy 8\n  python -m tests.frontier outage --down 600",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("scenario", choices=["pace", "crowd", "outage", "poison", "memory"])
    parser.add_argument("--workers", type=int, default=3, help="worker processes (default: 3)")
    parser.add_argument("--hosts", type=int, default=20, help="pace: hosts (default: 20)")
    parser.add_argument(
        "--urls", type=int, default=2000, help="pace, memory, outage: URLs (default: 2,000; outage: at most 60)"
    )
    parser.add_argument(
        "--busy", type=int, default=0, help="pace: processes that compete with the workers for the CPU (default: 0)"
    )
    parser.add_argument("--hanging", type=int, default=200, help="crowd: hosts that never answer (default: 200)")
    parser.add_argument("--flood", type=int, default=10_000, help="crowd: URLs of one host (default: 10,000)")
    parser.add_argument("--down", type=float, default=600.0, help="outage: its length in seconds (default: 600)")
    parser.add_argument("--neighbours", type=int, default=200, help="poison: number of healthy pages (default: 200)")
    return parser


async def _run(args: argparse.Namespace) -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="frontier-") as name:
        folder = Path(name)
        async with run_embedded_server(folder / "redis") as url:
            ground = Ground(Settings.from_env({}).override(redis_url=url, allow_private_addresses=True), folder)
            match args.scenario:
                case "pace":
                    return await scenarios.pace(
                        ground, hosts=args.hosts, urls=args.urls, workers=args.workers, busy=args.busy
                    )
                case "crowd":
                    return await scenarios.crowd(ground, hanging=args.hanging, flood=args.flood, workers=args.workers)
                case "outage":
                    return await scenarios.outage(
                        ground, down_s=args.down, urls=min(args.urls, 60), workers=args.workers
                    )
                case "memory":
                    return await scenarios.memory(ground, urls=args.urls)
                case _:
                    return await scenarios.poison(ground, neighbours=args.neighbours)


def main() -> int:
    """Run one scenario; return the exit status."""
    args = _parser().parse_args()
    figures = asyncio.run(_run(args))
    print(f"{args.scenario}\n{table(figures)}")  # noqa: T201 - its output
    return 0 if all(it.holds for it in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
