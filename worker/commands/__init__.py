"""What each command does.  `worker.cli` reads the command line and calls one function here by name."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from worker.errors import UsageError
from worker.schema import Task
from worker.settings import Settings
from worker.urls import canonical


def required_redis_url(settings: Settings) -> str:
    """Return the Redis to use; UsageError where none is named."""
    if settings.redis.url is None:
        raise UsageError(
            "which Redis? set COMMUNIQUE_REDIS_URL, e.g. redis://localhost:6379/0 "
            "(`communique run` and `communique demo` need none: they start their own)"
        )
    return settings.redis.url


def tell(message: str) -> None:
    """Say something to the person at the terminal that is no part of the answer."""
    print(f"communique: {message}", file=sys.stderr)


def addresses(given: Sequence[str]) -> Iterator[str]:
    """Yield the URLs of a command line, `-` standing for a list on stdin (blank lines and # comments skipped)."""
    for word in given:
        yield from _listed(sys.stdin) if word == "-" else [word]


def _listed(lines: Iterable[str]) -> Iterator[str]:
    stripped = (line.strip() for line in lines)
    return (line for line in stripped if line and not line.startswith("#"))


def task(url: str) -> Task:
    """Make the task of a URL put by hand; Permanent("bad_url") says what is wrong with it."""
    address = canonical(url)
    return Task.of(address, put_at=datetime.now(UTC))


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGTERM and SIGINT set; a second one of them ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def asked(number: signal.Signals) -> None:
        if stop.is_set():
            raise SystemExit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked, number)
    return stop
