"""The commands that need only this machine: run (real URLs) and demo (a built-in news site)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from worker.cli.command import add_sources_option, print_error, set_command, with_tracing
from worker.cli.run_observers import JsonLinesObserver, OutcomeRecorder
from worker.cli.url_arguments import read_urls
from worker.lifecycle import stop_on_signals
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.local import RunObserver, UrlSource

PRIVATE_LEASE_S: Final = 10.0
"""Longest lease on a private server: it has no other workers, so tasks of a killed run are soon claimed again."""

GIVE_UP_HOST_AFTER_S: Final = 10.0
"""Longest time for which a run that ends by itself, on a server of its own, waits for a host that fails: three attempts
in 15 s."""


# ---------------------------------------------------------------- run
def add_run(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique run`."""
    set_command(
        parser,
        run_command,
        "communique run https://example.org/news/1\ncommunique run --sources my-feeds.toml\n"
        "COMMUNIQUE_DATA_DIR=/var/lib/communique communique run urls.txt",
    )
    parser.add_argument(
        "urls",
        nargs="*",
        metavar="URL",
        help="articles to read, or the name of a file with one per line (- for stdin); without any: the sources",
    )
    add_sources_option(parser)
    parser.add_argument("--once", action="store_true", help="with sources: poll each once, process all, and end")
    parser.add_argument("--json", action="store_true", help="only JSON lines on stdout")


@with_tracing("run")
def run_command(args: argparse.Namespace, settings: Settings) -> int:
    """Process the URLs, or poll the sources; return 1 if a URL, or a source polled once, could not be read."""
    from worker.discover import load_sources
    from worker.local import feed_source, url_list_source

    urls = [listed.url for listed in read_urls(args.urls)]
    if args.urls and not urls:
        print_error("the list has no URLs")
        return 0
    sources = () if args.urls else load_sources(args.sources or settings.discover.sources)
    with _observer(as_json=args.json) as observer:
        recorder = OutcomeRecorder(observer)
        if args.urls:
            source = url_list_source(urls, recorder)
        else:
            source = feed_source(sources, settings, recorder, once=args.once)
        endless = not args.urls and not args.once  # its failures are not reported, so they are not recorded either
        if not endless and not settings.redis.url:  # a server of its own: no other worker waits for the hosts
            give_up_s = min(settings.politeness.host_give_up_after_s, GIVE_UP_HOST_AFTER_S)
            settings = settings.override(host_give_up_after_s=give_up_s)
        asyncio.run(_run(settings, source, observer if endless else recorder))
    return recorder.print_failures()


async def _run(settings: Settings, source: UrlSource, observer: RunObserver) -> None:
    from worker.consume import worker_loops
    from worker.local import redis_server, run_locally
    from worker.monitor.monitored_service import monitored_service
    from worker.streams.embedded_server import default_data_dir
    from worker.telemetry.liveness import LivenessMonitor

    stop = stop_on_signals()
    data_dir = Path(settings.redis.data_dir) if settings.redis.data_dir else default_data_dir(os.environ)
    if not settings.redis.url:
        settings = settings.override(lease_s=min(settings.queue.lease_s, PRIVATE_LEASE_S))
    async with redis_server(settings.redis, data_dir) as redis_url:
        liveness = LivenessMonitor(worker_loops(settings))
        async with monitored_service(settings, redis_url, "run", liveness):
            await run_locally(settings, redis_url, source, observer, stop, liveness=liveness)


# ---------------------------------------------------------------- demo
DEMO_HOST_DELAY_S: Final = 0.05
DEMO_HOST_MAX_REQUESTS: Final = 8
DEMO_BACKOFF_S: Final = 0.5
DEMO_MAX_BODY_BYTES: Final = 4 << 20


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique demo`."""
    set_command(
        parser,
        demo_command,
        "communique demo\ncommunique demo --json | jq -r .kind | sort | uniq -c",
    )
    parser.add_argument("--json", action="store_true", help="only JSON lines on stdout")


@with_tracing("demo")
def demo_command(args: argparse.Namespace, settings: Settings) -> int:
    """Process the feed of the demo site from its beginning; return 0, because some of its pages fail on purpose."""
    demo_settings = settings.override(
        key_prefix=f"{settings.redis.key_prefix}:demo",
        allow_private_addresses=True,  # the site is on loopback
        host_delay_s=DEMO_HOST_DELAY_S,
        host_max_requests=DEMO_HOST_MAX_REQUESTS,
        response_delay_factor=0.0,  # the site runs in this process
        backoff_s=DEMO_BACKOFF_S,
        max_body_bytes=DEMO_MAX_BODY_BYTES,
    )
    with _observer(as_json=args.json) as observer:
        asyncio.run(_demo(demo_settings, observer))
    return 0


async def _demo(settings: Settings, observer: RunObserver) -> None:
    from worker.demo.site import serve_site
    from worker.discover import Source
    from worker.local import feed_source, redis_server, run_locally
    from worker.streams.embedded_server import default_data_dir

    stop = stop_on_signals()
    data_dir = Path(settings.redis.data_dir) if settings.redis.data_dir else default_data_dir(os.environ) / "demo"
    async with serve_site() as served, redis_server(settings.redis, data_dir) as redis_url:
        await _delete_keys(redis_url, settings.redis.key_prefix)
        source = feed_source([Source(name="demo", url=served.feed_url)], settings, observer, once=True)
        await run_locally(settings, redis_url, source, observer, stop)


async def _delete_keys(redis_url: str, prefix: str) -> None:
    """Delete the keys of an earlier demo."""
    from worker.streams import connect

    async with connect(redis_url) as client:
        if keys := [key async for key in client.scan_iter(match=f"{prefix}:*", count=1000)]:
            await client.unlink(*keys)


# ---------------------------------------------------------------- output
@contextlib.contextmanager
def _observer(*, as_json: bool) -> Iterator[RunObserver]:
    """Yield a printer of JSON lines, or else the live view.

    Log lines would break the live view, so only errors are logged during the block.
    """
    if as_json:
        yield JsonLinesObserver()
        return
    from rich.console import Console

    from worker.telemetry import logs
    from worker.terminal.live_view import LiveView

    logs.configure("error")
    with LiveView(Console()) as view:
        yield view
