"""The commands that run until they are told to stop: consume, discover, gateway, subscribe."""

from __future__ import annotations

import argparse
import asyncio
import sys

import msgspec
import uvloop
from rich.console import Console

from worker import arguments
from worker.commands import required_redis_url, stop_on_signals, tell
from worker.commands.traced import traced
from worker.consume import open_consumer, worker_loops
from worker.discover import PollResult, Source, discover_loops, load_sources, open_discovery
from worker.errors import EventStreamError
from worker.gateway.app import GATEWAY_LOOPS, open_gateway
from worker.gateway.server import serve_gateway
from worker.monitor.health import monitored_service
from worker.queue import UrlQueue
from worker.schema import KINDS, Event
from worker.settings import Settings
from worker.subscribe import Subscription
from worker.subscribe import subscribe as subscribe_to
from worker.telemetry.liveness import LivenessMonitor
from worker.terminal.event_line import format_event
from worker.terminal.sanitise import sanitise


# ---------------------------------------------------------------- consume
@traced
def consume(_: argparse.Namespace, settings: Settings) -> int:
    """Be a worker until SIGTERM or SIGINT, then drain."""
    uvloop.run(_consume(settings))
    return 0


async def _consume(settings: Settings) -> None:
    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor(worker_loops(settings))
    async with (
        open_consumer(settings, redis_url, liveness=liveness) as worker,
        monitored_service(settings, redis_url, "worker", liveness),
    ):
        await worker.run(stop)


# ---------------------------------------------------------------- discover
@traced
def discover(args: argparse.Namespace, settings: Settings) -> int:
    """Ask the sources until SIGTERM, or each once: then 1 where one failed."""
    found = load_sources(args.sources or settings.discover.sources)
    asked = uvloop.run(_discover(found, settings, once=args.once))
    for source in asked:
        print(f"{source.source}: {source.outcome}, {source.links} links, {source.new} new{_why(source)}")
    return int(any(source.outcome == "failed" for source in asked))


async def _discover(sources: tuple[Source, ...], settings: Settings, *, once: bool) -> list[PollResult]:
    redis_url, stop, liveness = (
        required_redis_url(settings),
        stop_on_signals(),
        LivenessMonitor(discover_loops(settings)),
    )
    async with (
        UrlQueue(redis_url, settings) as queue,
        open_discovery(sources, settings, redis_url, queue, liveness) as discovering,
    ):
        if once:
            return await discovering.poll_all()
        async with monitored_service(settings, redis_url, "discover", liveness, discovering.update_gauges):
            await discovering.run(stop)
        return []


def _why(asked: PollResult) -> str:
    return f" ({asked.reason}: {sanitise(asked.detail or '')})" if asked.reason else ""


# ---------------------------------------------------------------- gateway
@traced
def gateway(args: argparse.Namespace, settings: Settings) -> int:
    """Serve streams, history and the page until SIGTERM or SIGINT, then say farewell to whoever listens."""
    asked = {"gateway_host": args.host, "gateway_port": args.port, "gateway_open": args.open or None}
    given = {name: value for name, value in asked.items() if value is not None}
    uvloop.run(_gateway(settings.override(**given)))
    return 0


async def _gateway(settings: Settings) -> None:
    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor(GATEWAY_LOOPS)
    async with (
        open_gateway(settings, redis_url, liveness) as made,
        monitored_service(settings, redis_url, "gateway", liveness),
    ):
        await serve_gateway(
            made, settings.gateway.host, settings.gateway.port, stop, lambda url: tell(f"serving {url}")
        )


# ---------------------------------------------------------------- subscribe
def subscribe(args: argparse.Namespace, settings: Settings) -> int:
    """Print events until --count is reached or a signal comes; 1 where the streams held what could not be printed."""
    return asyncio.run(_subscribe(args, settings))


async def _subscribe(args: argparse.Namespace, settings: Settings) -> int:
    subscription = subscribe_to(
        required_redis_url(settings),
        args.kinds or KINDS,
        prefix=settings.redis.key_prefix,
        group=args.group,
        consumer=args.consumer,
        after="0" if args.from_start or args.group else "$",
        stop=stop_on_signals(),
        **arguments.filters(args),
    )
    async with subscription:
        return await _print_all(subscription, args)


async def _print_all(subscription: Subscription, args: argparse.Namespace) -> int:
    """Print what comes; what the subscription could not hand over is told, and the rest goes on."""
    console = None if args.json or not sys.stdout.isatty() else Console()
    printed = status = 0
    while printed != args.count:
        try:
            _print(await anext(subscription), console)
            printed += 1
        except EventStreamError as e:
            tell(sanitise(str(e)))
            status = 1
        except StopAsyncIteration:
            break
    await subscription.acknowledge()  # the last one printed, too: it must not come again in the next run
    return status


def _print(event: Event, console: Console | None) -> None:
    """Print one event at once: whoever reads a pipe of a live stream waits for this line."""
    if console:
        console.print(format_event(event, console.width))
    else:
        sys.stdout.write(msgspec.json.encode(event).decode() + "\n")
        sys.stdout.flush()
