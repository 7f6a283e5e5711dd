"""`python -m worker.demo`: serve the demo site until Ctrl-C, for a browser or a load test."""

from __future__ import annotations

import argparse
import asyncio

from worker.demo.site import serve_site
from worker.lifecycle import stop_on_signals


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker.demo",
        description="Serve a small invented news site on 127.0.0.1 until Ctrl-C.",
        epilog="example: python -m worker.demo --port 8000 --copies 70",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--copies", type=int, default=1, help="number of URLs of each plain article (default: 1)")
    parser.add_argument(
        "--crawl-delay", type=float, default=0.05, metavar="SECONDS", help="Crawl-delay in robots.txt (default: 0.05)"
    )
    parser.add_argument(
        "--slow", type=float, default=3.0, metavar="SECONDS", help="response time of the slow page (default: 3)"
    )
    return parser


async def _serve(options: argparse.Namespace) -> None:
    delays = {"slow_s": options.slow, "crawl_delay_s": options.crawl_delay}
    stop = stop_on_signals()
    async with serve_site(port=options.port, copies=options.copies, **delays) as site:
        print(site.feed_url, flush=True)  # noqa: T201 - the command's output
        await stop.wait()


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    asyncio.run(_serve(_parser().parse_args()))


if __name__ == "__main__":
    main()
