"""What runs until it is told to stop."""

from __future__ import annotations

from worker import arguments
from worker.parser.command import Commands, command, sources


def discover(commands: Commands) -> None:
    """Add `communique discover`."""
    p = command(
        commands,
        "services:discover",
        "ask the feeds in the sources file for new articles and enqueue them",
        "communique discover\ncommunique discover --once --sources deploy/sources.toml",
    )
    p.add_argument("--once", action="store_true", help="ask every source once, print what came of it, and end")
    sources(p)


def consume(commands: Commands) -> None:
    """Add `communique consume`."""
    command(
        commands,
        "services:consume",
        "be a worker: fetch, parse, extract and publish until SIGTERM, which drains",
        "communique consume\nCOMMUNIQUE_CONCURRENCY=64 communique consume",
    )


def gateway(commands: Commands) -> None:
    """Add `communique gateway`."""
    p = command(
        commands,
        "services:gateway",
        "serve live streams (SSE, WebSocket), history, articles and the page over HTTP",
        "communique gateway\ncommunique gateway --host 0.0.0.0 --port 80\n"
        "curl -N 'localhost:8080/v1/stream?kind=meeting&country=FI'\n"
        "curl 'localhost:8080/v1/events?act=accuse&format=csv' > accusations.csv",
    )
    p.add_argument("--host", metavar="ADDRESS", help="listen there (default: COMMUNIQUE_GATEWAY_HOST, or 127.0.0.1)")
    p.add_argument(
        "--port",
        type=arguments.port,
        metavar="N",
        help="on this port, 0 for a free one (COMMUNIQUE_GATEWAY_PORT, 8080)",
    )
    p.add_argument(
        "--open",
        action="store_true",
        help="serve other machines without tokens (COMMUNIQUE_GATEWAY_TOKENS): something else keeps strangers out",
    )


def subscribe(commands: Commands) -> None:
    """Add `communique subscribe`."""
    p = command(
        commands,
        "services:subscribe",
        "print events as they are published: JSON lines, or readable lines on a terminal",
        "communique subscribe\ncommunique subscribe meeting decision --from-start | jq .participants[].name\n"
        "communique subscribe --country FI --country EE --min-confidence 0.8\n"
        "communique subscribe statement --group archive --count 100",
    )
    arguments.subscribe(p)
