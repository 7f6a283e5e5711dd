"""The command line: argv, environ, signals and exit codes; what a command does stands in `worker.commands`.

Exit status: 0 done, 1 failed, 2 wrong use.  Answers go to stdout; logs and errors to stderr.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence

import redis.exceptions

from worker.errors import EventStreamError, Failure, UsageError
from worker.parser import parser
from worker.settings import Settings
from worker.telemetry import logs as log

__all__ = ["main", "parser"]

Command = Callable[[argparse.Namespace, Settings], int]

FORESEEN = (UsageError, Failure, EventStreamError, redis.exceptions.RedisError, OSError)
"""What ends a command with a message; anything else is a bug and keeps its traceback."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    _use_utf8()
    args = parser().parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
        log.configure(settings.log.level)
        return _resolve(args.function)(args, settings)
    except KeyboardInterrupt:
        return 130  # 128 + SIGINT, as a shell expects it
    except Exception as e:
        cause = _cause(e)
        if isinstance(cause, BrokenPipeError):
            return _quietly()
        if isinstance(cause, FORESEEN):
            return _say(_words(cause), 2 if isinstance(cause, UsageError) else 1)
        raise


def _use_utf8() -> None:
    """Take and give UTF-8 whatever the locale; what is none of it is one bad line, not the end.

    A terminal keeps its own encoding, and shows what it can.
    """
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding=sys.stdout.encoding if sys.stdout.isatty() else "utf-8", errors="replace")


def _cause(error: Exception) -> Exception:
    """Return what ended a group of loops: one of them failed, and the others were only cancelled with it."""
    return _cause(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


def _say(message: str, status: int) -> int:
    print(f"communique: {message}", file=sys.stderr)
    return status


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error) or type(error).__name__


def _quietly() -> int:
    """Whoever read us has gone (`… | head`): nobody is left to tell, and Python must not try at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


def _resolve(name: str) -> Command:
    """Import a command's module only now, so that `--help` and the pure commands start at once."""
    module, _, function = name.partition(":")
    command: Command = getattr(importlib.import_module(f"worker.commands.{module}"), function)
    return command
