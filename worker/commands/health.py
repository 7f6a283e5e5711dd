"""The command that asks one service whether it is well.  Containers run it all the time, so it imports little."""

from __future__ import annotations

import argparse
import urllib.error
import urllib.request
from typing import Final

from worker.commands import tell
from worker.errors import UsageError
from worker.settings import Settings

TIMEOUT_S: Final = 5.0
EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - asked, not bound
"""Where to ask who listens on every address."""


def health(args: argparse.Namespace, settings: Settings) -> int:
    """Ask the service that has these settings; 1 where it is not well, or does not answer."""
    if not settings.metrics.port:
        raise UsageError("which service? set COMMUNIQUE_METRICS_PORT to the port that it answers on")
    host = EVERYWHERE.get(settings.metrics.host, settings.metrics.host)
    url = f"http://{host}:{settings.metrics.port}/{'healthz' if args.alive else 'readyz'}"
    try:
        with _opener().open(url, timeout=TIMEOUT_S) as answer:
            print(answer.read().decode().strip())
    except urllib.error.HTTPError as e:
        with e:
            print(e.read().decode().strip())
        return 1
    except OSError as e:
        tell(f"{url}: {e}")
        return 1
    return 0


def _opener() -> urllib.request.OpenerDirector:
    """Ask directly: a proxy of the environment does not know our own machine."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}))
