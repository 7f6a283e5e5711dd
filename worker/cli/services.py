"""The commands that run a service until SIGTERM or SIGINT: discover, consume, gateway."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from worker.cli.argument_types import port_number
from worker.cli.command import (
    add_sources_option,
    print_error,
    require_contact_url,
    required_redis_url,
    set_command,
    with_tracing,
)
from worker.lifecycle import stop_on_signals
from worker.schema.plurals import plural
from worker.settings import Settings

if TYPE_CHECKING:
    from worker.discover import PollResult, Source


# ---------------------------------------------------------------- discover
def add_discover(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique discover`."""
    set_command(
        parser,
        discover_command,
        "communique discover\ncommunique discover --once --sources deploy/sources.toml",
    )
    parser.add_argument("--once", action="store_true", help="poll every source once, print the results, and end")
    add_sources_option(parser)


@with_tracing("discover")
def discover_command(args: argparse.Namespace, settings: Settings) -> int:
    """Poll the sources until a signal, or each source once and return 1 if any poll failed."""
    import uvloop

    from worker.discover import load_sources

    sources = load_sources(args.sources or settings.discover.sources)
    require_contact_url(settings)
    results = uvloop.run(_discover(sources, settings, once=args.once))
    for result in results:
        print(_format_result(result))
    return int(any(result.outcome == "failed" for result in results))


async def _discover(sources: tuple[Source, ...], settings: Settings, *, once: bool) -> list[PollResult]:
    from worker.discover import discover_loops, open_discovery
    from worker.monitor.monitored_service import monitored_service
    from worker.queue import UrlQueue
    from worker.telemetry.liveness import LivenessMonitor

    redis_url, stop, liveness = (
        required_redis_url(settings),
        stop_on_signals(),
        LivenessMonitor(discover_loops(settings.fetch)),
    )
    async with (
        UrlQueue(redis_url, settings) as queue,
        open_discovery(sources, settings, redis_url, queue, liveness) as discovery,
    ):
        if once:
            return await discovery.poll_all()
        async with monitored_service(settings, redis_url, "discover", liveness, discovery.update_gauges):
            print_error(f"polling {plural(len(sources), 'source')} for {_fleet(settings)}; Ctrl-C ends")
            await discovery.run(stop)
        return []


def _format_result(result: PollResult) -> str:
    from worker.terminal.sanitise import sanitise

    error = f" ({result.reason}: {sanitise(result.detail or '')})" if result.reason else ""
    omitted = f", {result.omitted} omitted" if result.omitted else ""
    return f"{result.source}: {result.outcome}, {plural(result.links, 'link')}, {result.new} new{omitted}{error}"


def _fleet(settings: Settings) -> str:
    """Return the fleet for which a service works: Redis without its password, and the key prefix."""
    from worker.streams import without_password

    return f"{without_password(required_redis_url(settings))} (key prefix {settings.redis.key_prefix})"


# ---------------------------------------------------------------- consume
def add_consume(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique consume`."""
    set_command(
        parser,
        consume_command,
        "communique consume\nCOMMUNIQUE_CONCURRENCY=64 communique consume",
    )


@with_tracing("consume")
def consume_command(_: argparse.Namespace, settings: Settings) -> int:
    """Run a worker until a signal, then finish the tasks in progress."""
    import uvloop

    require_contact_url(settings)
    uvloop.run(_consume(settings))
    return 0


async def _consume(settings: Settings) -> None:
    from worker.consume import open_consumer, worker_loops
    from worker.monitor.monitored_service import monitored_service
    from worker.telemetry.liveness import LivenessMonitor

    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor(worker_loops(settings))
    async with (
        open_consumer(settings, redis_url, liveness=liveness) as consumer,
        monitored_service(settings, redis_url, "worker", liveness),
    ):
        at_once, contact = settings.worker.concurrency, settings.fetch.contact_url
        print_error(f"working for {_fleet(settings)}: {at_once} articles at a time, contact {contact}; Ctrl-C drains")
        await consumer.run(stop)


# ---------------------------------------------------------------- gateway
def add_gateway(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique gateway`."""
    set_command(
        parser,
        gateway_command,
        "communique gateway\ncommunique gateway --host 0.0.0.0 --port 80\n"
        "curl -N 'localhost:8080/v1/stream?kind=meeting&country=FI'\n"
        "curl 'localhost:8080/v1/events?act=accuse&format=csv' > accusations.csv",
    )
    parser.add_argument(
        "--host", metavar="ADDRESS", help="listen on this address (default: COMMUNIQUE_GATEWAY_HOST, or 127.0.0.1)"
    )
    parser.add_argument(
        "--port",
        type=port_number,
        metavar="N",
        help="on this port, 0 for a free one (COMMUNIQUE_GATEWAY_PORT, 8080)",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="allow other machines without tokens (COMMUNIQUE_GATEWAY_TOKENS): access is restricted by other means",
    )


@with_tracing("gateway")
def gateway_command(args: argparse.Namespace, settings: Settings) -> int:
    """Serve streams, history and the page until a signal, then close the streams and end."""
    import uvloop

    options = {"gateway_host": args.host, "gateway_port": args.port, "gateway_open": args.open or None}
    given = {name: value for name, value in options.items() if value is not None}
    uvloop.run(_gateway(settings.override(**given)))
    return 0


async def _gateway(settings: Settings) -> None:
    from worker.gateway.app import GATEWAY_LOOPS, open_gateway
    from worker.gateway.server import serve_gateway
    from worker.monitor.monitored_service import monitored_service
    from worker.telemetry.liveness import LivenessMonitor

    redis_url, stop, liveness = required_redis_url(settings), stop_on_signals(), LivenessMonitor(GATEWAY_LOOPS)
    async with (
        open_gateway(settings, redis_url, liveness) as gateway,
        monitored_service(settings, redis_url, "gateway", liveness),
    ):
        await serve_gateway(
            gateway, settings.gateway.host, settings.gateway.port, stop, lambda url: print_error(f"serving {url}")
        )
