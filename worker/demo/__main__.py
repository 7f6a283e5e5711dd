"""`python -m worker.demo`: serve the demo site for a look, or for a load test, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio

from worker.demo.site import site


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m worker.demo",
        description="Serve a small invented news site on 127.0.0.1 until Ctrl-C.",
        epilog="example: python -m worker.demo --port 8000 --copies 70",
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--copies", type=int, default=1, help="addresses that each plain article gets (default: 1)")
    parser.add_argument("--crawl-delay", type=float, default=0.05, metavar="SECONDS", help="what robots.txt asks for")
    parser.add_argument("--slow", type=float, default=3.0, metavar="SECONDS", help="what the slow page takes")
    return parser


async def _serve(options: argparse.Namespace) -> None:
    delays = {"slow_s": options.slow, "crawl_delay_s": options.crawl_delay}
    async with site(port=options.port, copies=options.copies, **delays) as courier:
        print(courier.feed_url, flush=True)  # noqa: T201 - the command's answer
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    try:
        asyncio.run(_serve(_parser().parse_args()))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
