"""Helpers of the commands: implementation and examples, stdin, errors on stderr, the Redis URL, tracing."""

from __future__ import annotations

import argparse
import functools
import sys
from typing import IO, TYPE_CHECKING, Final, TypeAlias

from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from worker.settings import Settings

INTERRUPTED: Final = 130
"""128 + SIGINT, the exit status by which a shell recognises an interrupted command."""
Command: TypeAlias = "Callable[[argparse.Namespace, Settings], int]"
"""The implementation of a command: arguments and settings to exit status."""


def set_command(parser: argparse.ArgumentParser, command: Command, examples: str, *, logs: bool = True) -> None:
    """Set the implementation of a command and the examples of its --help, one per line.

    `logs` is whether it writes log lines: for one that does not, logging is neither imported nor configured.
    """
    parser.epilog = "examples:\n" + "\n".join(f"  {line}" for line in examples.strip().splitlines())
    parser.set_defaults(command=command, logs=logs)


def add_sources_option(parser: argparse.ArgumentParser) -> None:
    """Add `--sources`, the file of feeds."""
    parser.add_argument(
        "--sources", metavar="FILE", help="feeds to poll (default: COMMUNIQUE_SOURCES or deploy/sources.toml)"
    )


def with_tracing(name: str) -> Callable[[Command], Command]:
    """Return a decorator that exports the spans of a command as service `communique-<name>`.

    Without an exporter in the OTEL_… variables it does nothing.
    """

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def traced(args: argparse.Namespace, settings: Settings) -> int:
            from worker.telemetry.metrics import installed_version
            from worker.telemetry.tracing import export_traces

            with export_traces(name, installed_version()):
                return command(args, settings)

        return traced

    return decorate


def open_stdin(hint: str) -> IO[bytes]:
    """Return stdin; on a terminal, print a hint first: nothing else shows that it is read."""
    if sys.stdin.isatty():
        print_error(hint)
    return sys.stdin.buffer


def required_redis_url(settings: Settings) -> str:
    """Return the configured Redis URL; UsageError if none is configured."""
    if settings.redis.url is None:
        raise UsageError(
            "which Redis? set COMMUNIQUE_REDIS_URL, e.g. redis://localhost:6379/0 "
            "(`communique run` and `communique demo` need none: they start their own)"
        )
    return settings.redis.url


def require_contact_url(settings: Settings) -> None:
    """Raise UsageError if no contact URL is set and sites of other operators may be requested."""
    from worker.settings import FetchSettings

    fetch = settings.fetch
    if fetch.contact_url == FetchSettings().contact_url and not fetch.allow_private_addresses:
        raise UsageError(
            "set COMMUNIQUE_CONTACT_URL to a page that says who you are and how to reach you: "
            "it is part of the User-Agent of every request"
        )


def print_error(message: str) -> None:
    """Print a message for the user to stderr."""
    print(f"communique: {message}", file=sys.stderr)
