"""The commands that need nothing but this machine: run (real addresses) and demo (a news site of our own)."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import msgspec
from rich.console import Console

from worker.commands import addresses, stop_on_signals, task, tell
from worker.commands.traced import traced
from worker.consume import worker_loops
from worker.demo.site import site
from worker.discover import Source, load_sources, open_discovery
from worker.errors import Permanent
from worker.local import POLL_INTERVAL_S, RunObserver, UrlSource, run_locally
from worker.monitor.health import monitored_service
from worker.queue import QueueFull, UrlQueue
from worker.schema import Event, Task
from worker.settings import Settings
from worker.streams import connect
from worker.streams.embedded_server import default_data_dir, embedded
from worker.telemetry import logs as log
from worker.telemetry.liveness import LivenessMonitor
from worker.terminal.live_view import LiveView
from worker.terminal.sanitise import sanitise

PRIVATE_LEASE_S = 10.0
"""Nobody else works on a server of our own: what an earlier run held when it was killed need not wait long."""


# ---------------------------------------------------------------- run
@traced
def run(args: argparse.Namespace, settings: Settings) -> int:
    """Read the URLs, or follow the sources; 1 where something that was to be read once could not be."""
    given = list(addresses(args.urls))
    sources = () if args.urls else load_sources(args.sources or settings.discover.sources)
    with _screen(as_json=args.json) as screen:
        watch = Watch(screen)
        feed = _urls(given, watch) if args.urls else _sources(sources, settings, watch, once=args.once)
        endless = not args.urls and not args.once  # nobody waits for an account of that
        asyncio.run(_run(settings, _data_dir(settings), feed, screen if endless else watch))
    return watch.account()


async def _run(settings: Settings, data_dir: Path, feed: UrlSource, screen: RunObserver) -> None:
    stop = stop_on_signals()
    if not settings.redis.url:
        settings = settings.override(lease_s=min(settings.queue.lease_s, PRIVATE_LEASE_S))
    async with redis_of(settings, data_dir) as redis_url:
        liveness = LivenessMonitor(worker_loops(settings))
        async with monitored_service(settings, redis_url, "run", liveness):
            await run_locally(settings, redis_url, feed, screen, stop, liveness=liveness)


@contextlib.asynccontextmanager
async def redis_of(settings: Settings, data_dir: Path) -> AsyncIterator[str]:
    """Yield the Redis that the settings name, or a private server's URL while the block lasts."""
    if settings.redis.url:
        yield settings.redis.url
    else:
        async with embedded(data_dir) as redis_url:
            yield redis_url


def _data_dir(settings: Settings) -> Path:
    return Path(settings.redis.data_dir) if settings.redis.data_dir else default_data_dir(os.environ)


def _urls(given: Sequence[str], screen: RunObserver) -> UrlSource:
    """Make the feed of a list of URLs; one that is malformed, or was read in an earlier run, ends at once."""

    async def feed(queue: UrlQueue, _: str, stop: asyncio.Event) -> None:
        for url in given:
            try:
                if not stop.is_set() and not await _put(queue, task(url)):
                    screen.on_outcome(url, "seen")
            except Permanent as e:
                screen.on_outcome(url, "dead", e.reason)

    return feed


async def _put(queue: UrlQueue, task: Task) -> bool:
    """Put a task; where the queue is full, wait for the worker to make room."""
    while True:
        with contextlib.suppress(QueueFull):
            return await queue.put(task)
        await asyncio.sleep(POLL_INTERVAL_S)


def _sources(sources: Sequence[Source], settings: Settings, screen: RunObserver, *, once: bool) -> UrlSource:
    """Make the feed of RSS, Atom and JSON feeds; with `once`, a source that fails is shown like a URL."""

    async def feed(queue: UrlQueue, redis_url: str, stop: asyncio.Event) -> None:
        async with open_discovery(sources, settings, redis_url, queue) as discovering:
            if not once:
                await discovering.run(stop)
                return
            for asked in await discovering.poll_all():
                if asked.outcome == "failed":
                    screen.on_outcome(asked.source, "dead", asked.reason)

    return feed


# ---------------------------------------------------------------- demo
DEMO_HOST_DELAY_S = 0.05
DEMO_BACKOFF_S = 0.5
DEMO_BODY_BYTES = 4 << 20


@traced
def demo(args: argparse.Namespace, settings: Settings) -> int:
    """Run over the demo site's feed, always from the beginning; its refusals are part of the show, so 0."""
    settings = settings.override(
        key_prefix=f"{settings.redis.key_prefix}:demo",
        allow_private_addresses=True,  # the site is on loopback
        host_delay_s=DEMO_HOST_DELAY_S,
        backoff_s=DEMO_BACKOFF_S,
        max_body_bytes=DEMO_BODY_BYTES,
    )
    data_dir = Path(settings.redis.data_dir) if settings.redis.data_dir else default_data_dir(os.environ) / "demo"
    with _screen(as_json=args.json) as screen:
        asyncio.run(_demo(settings, data_dir, screen))
    return 0


async def _demo(settings: Settings, data_dir: Path, screen: RunObserver) -> None:
    stop = stop_on_signals()
    async with site() as served, redis_of(settings, data_dir) as redis_url:
        await _forget(redis_url, settings.redis.key_prefix)
        feed = _sources([Source(name="demo", url=served.feed_url)], settings, screen, once=True)
        await run_locally(settings, redis_url, feed, screen, stop)


async def _forget(redis_url: str, prefix: str) -> None:
    """Delete what an earlier demo left."""
    async with connect(redis_url) as client:
        if keys := [key async for key in client.scan_iter(match=f"{prefix}:*", count=1000)]:
            await client.unlink(*keys)


# ---------------------------------------------------------------- screens
@contextlib.contextmanager
def _screen(*, as_json: bool) -> Iterator[RunObserver]:
    """Give JSON lines for programs, or the live view, which log lines would tear: there only errors are logged."""
    if as_json:
        yield JsonLines()
        return
    log.configure("error")
    with LiveView(Console()) as view:
        yield view


class JsonLines:
    """Events on stdout, a line each; how each URL ended stands in the log."""

    def on_event(self, event: Event) -> None:
        """Print it."""
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
        sys.stdout.flush()

    def on_outcome(self, url: str, outcome: str, reason: str | None = None) -> None:
        """Leave it to the log."""

    def on_tick(self, now_s: float, backlog: int | None = None) -> None:
        """Nothing here changes with time."""


class Watch:
    """Hands everything on to a screen, and remembers which URLs led to nothing."""

    def __init__(self, screen: RunObserver) -> None:
        """Watch what `screen` is told."""
        self._screen = screen
        self._given_up: list[tuple[str, str]] = []
        self._seen: list[str] = []
        self.on_event = screen.on_event
        self.on_tick = screen.on_tick

    def on_outcome(self, url: str, outcome: str, reason: str | None = None) -> None:
        """Remember a refusal, and hand it on."""
        if outcome == "dead":
            self._given_up.append((url, reason or outcome))
        elif outcome == "seen":
            self._seen.append(url)
        self._screen.on_outcome(url, outcome, reason)

    def account(self) -> int:
        """Tell on stderr what led to nothing, and return the exit status."""
        for url, reason in self._given_up:
            tell(f"given up: {sanitise(url)}: {reason}")
        if self._seen:
            tell(f"read before, so not again: {len(self._seen)} URLs (another COMMUNIQUE_DATA_DIR starts afresh)")
        return int(bool(self._given_up))
