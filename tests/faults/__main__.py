"""Run a fault run by hand: `python -m tests.faults --urls 10000`; see `--help`."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from tests.faults.fault_run import Report, run
from tests.faults.plan import Plan


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults",
        description="Let workers fetch pages of loopback hosts while faults are injected at random times: workers and "
        "Redis killed, workers stopped beyond their lease or drained, connections cut, replies lost, Redis full or a "
        "replica, scripts and group lost. Print how often each fault fired, and how many URLs were lost, published "
        "twice or are stuck. The exit status is 1 if there are any, or if a fault did not fire.",
        epilog="examples:\n  python -m tests.faults --urls 10000\n  python -m tests.faults --urls 2000 --flush",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--urls", type=int, default=10_000, help="number of URLs (default: 10,000)")
    parser.add_argument("--hosts", type=int, default=50, help="number of hosts (default: 50)")
    parser.add_argument("--workers", type=int, default=3, help="worker processes (default: 3)")
    parser.add_argument("--seconds", type=float, default=900.0, help="longest time of the run (default: 900)")
    parser.add_argument("--pause", type=float, default=1.5, help="mean time between two faults in s (default: 1.5)")
    parser.add_argument("--delay", type=float, default=0.05, help="delay between two requests to a host in s")
    parser.add_argument("--seed", type=int, default=0, help="seed of the random times (default: 0)")
    parser.add_argument(
        "--real", action="store_true", help="use real workers, which also parse the pages and extract events"
    )
    parser.add_argument("--flush", action="store_true", help="send FLUSHALL halfway, then enqueue all URLs again")
    parser.add_argument("--secure", action="store_true", help="TLS, and the user of docs/operating.md")
    parser.add_argument("--keep", type=Path, help="folder for the logs and the data of Redis (default: removed)")
    return parser


async def _run(plan: Plan, folder: Path) -> Report:
    """Run the plan; SIGTERM ends it and all its processes, like Ctrl-C."""
    running = asyncio.ensure_future(run(plan, folder))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    return await running


def main() -> int:
    """Run a plan given by arguments; return the exit status."""
    args = _parser().parse_args()
    plan = Plan(
        urls=args.urls, hosts=args.hosts, workers=args.workers, seconds=args.seconds, pause_s=args.pause,
        seed=args.seed, host_delay_s=args.delay, worker="real" if args.real else "plain", flush=args.flush,
        secure=args.secure,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        folder = args.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        report = asyncio.run(_run(plan, folder))
    print(report.table())  # noqa: T201 - its output
    return 0 if report.holds else 1


if __name__ == "__main__":
    sys.exit(main())
