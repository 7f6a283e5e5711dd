"""Runs a command in a process that kills itself (SIGKILL) at its nth call that changes the disk durably."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

DURABLE_CALLS = ("fsync", "rename", "mkdir")
"""Functions of `os` that are counted."""
FORKSERVER = multiprocessing.get_context("forkserver")
FORKSERVER.set_forkserver_preload(["worker.cli", "worker.sink.service", "worker.sink.parquet", "worker.subscribe"])


def run_killed(nth: int, when: Literal["before", "after"], environ: dict[str, str], argv: list[str]) -> int:
    """Run a command and return its exit code; -9 if it was killed, before or after its nth counted call."""
    process = FORKSERVER.Process(target=_run, args=(nth, when, environ, argv))
    process.start()
    process.join(120)
    code = process.exitcode
    assert code is not None, "the process hangs"
    process.close()
    return code


def _run(nth: int, when: str, environ: dict[str, str], argv: list[str]) -> None:
    from worker import cli  # noqa: PLC0415 - preloaded in the fork server

    os.environ.update(environ)
    calls = 0

    def count_calls(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            fatal = calls == nth
            if fatal and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*given, **named)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in DURABLE_CALLS:
        setattr(os, name, count_calls(getattr(os, name)))
    sys.exit(cli.main(argv))
