"""The command `health`, which queries the health endpoint of one service.

Containers run it every few seconds, so it uses the standard library only.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from worker.cli.command import print_error, set_command
from worker.errors import UsageError
from worker.settings import Settings

if TYPE_CHECKING:
    from urllib.request import OpenerDirector

TIMEOUT_S: Final = 5.0
LOOPBACK_FOR: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - queried, not bound
"""Listening address of a service on all interfaces -> the address to query."""


def add_health(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `communique health`."""
    set_command(
        parser,
        health_command,
        "communique health\nCOMMUNIQUE_METRICS_PORT=9464 communique health --alive",
        logs=False,
    )
    parser.add_argument(
        "--alive", action="store_true", help="only whether its loops make progress, not whether it can do its work"
    )


def health_command(args: argparse.Namespace, settings: Settings) -> int:
    """Query the service of these settings and print its response; return 1 if it is unhealthy or does not respond."""
    from urllib.error import HTTPError

    if not settings.metrics.port:
        raise UsageError("which service? set COMMUNIQUE_METRICS_PORT to its port for metrics and health")
    host = LOOPBACK_FOR.get(settings.metrics.host, settings.metrics.host)
    url = f"http://{host}:{settings.metrics.port}/{'healthz' if args.alive else 'readyz'}"
    try:
        with _opener().open(url, timeout=TIMEOUT_S) as response:
            print(response.read().decode().strip())
    except HTTPError as e:
        with e:
            print(e.read().decode().strip())
        return 1
    except OSError as e:
        print_error(f"{url}: {e}")
        return 1
    return 0


def _opener() -> OpenerDirector:
    """Return an opener that ignores the proxy variables: a proxy cannot reach this machine's loopback."""
    from urllib.request import ProxyHandler, build_opener

    return build_opener(ProxyHandler({}))
