"""The program, in a process that kills itself (SIGKILL) at the nth step that makes something durable."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

STEPS = ("fsync", "rename", "mkdir")
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["worker.cli", "worker.commands.forward", "worker.sink.parquet"])


def run_killed(step: int, when: Literal["before", "after"], environ: dict[str, str], argv: list[str]) -> int:
    """Run a command and return its exit code: -9 where there was an nth step."""
    process = FORKS.Process(target=_run, args=(step, when, environ, argv))
    process.start()
    process.join(60)
    code = process.exitcode
    assert code is not None, "it hangs"
    process.close()
    return code


def _run(step: int, when: str, environ: dict[str, str], argv: list[str]) -> None:
    from worker import cli  # noqa: PLC0415 - preloaded where this is forked from

    os.environ.update(environ)
    calls = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            fatal = calls == step
            if fatal and when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            answer = real(*given, **named)
            if fatal:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer

        return call

    for name in STEPS:
        setattr(os, name, counted(getattr(os, name)))
    sys.exit(cli.main(argv))
