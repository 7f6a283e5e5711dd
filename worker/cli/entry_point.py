"""From argv to an exit status: parse, read the settings, run the command, print expected errors."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING

from worker.cli.command import INTERRUPTED, print_error
from worker.cli.parser import build_parser
from worker.errors import EventStreamError, Failure, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.cli.command import Command
    from worker.settings import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command (None: that of `sys.argv`) and return its exit status.

    An expected error is printed as one line; any other is a bug and is raised. argparse raises SystemExit for invalid
    arguments (status 2) and for `--help`.
    """
    _use_utf8()
    args = build_parser().parse_args(argv)
    command: Command = args.command
    try:
        settings = _read_settings()
        if args.logs:
            _configure_logs(settings)
        return command(args, settings)
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as e:
        cause = _cause(e)
        if isinstance(cause, BrokenPipeError):
            return _close_stdout()
        if not _is_expected(cause):
            raise
        print_error(_message(cause))
        return 2 if isinstance(cause, UsageError) else 1


def _use_utf8() -> None:
    """Make stdin and stdout UTF-8 in any locale; invalid bytes become surrogates, unencodable characters "?".

    A terminal keeps its own encoding.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=sys.stdout.encoding if sys.stdout.isatty() else "utf-8", errors="replace")


def _read_settings() -> Settings:
    from worker.settings import Settings

    return Settings.from_env(os.environ)


def _configure_logs(settings: Settings) -> None:
    from worker.telemetry import logs

    logs.configure(settings.log.level)


def _cause(error: Exception) -> Exception:
    """Return the first error of a task group: the other tasks were only cancelled because of it."""
    return _cause(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


def _is_expected(error: Exception) -> bool:
    """Return whether an error is a condition of the environment and not a bug."""
    from redis.exceptions import RedisError

    return isinstance(error, (UsageError, Failure, EventStreamError, RedisError, OSError))


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _close_stdout() -> int:
    """Replace a closed stdout (`… | head`) with /dev/null, so that Python does not fail to flush it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1
