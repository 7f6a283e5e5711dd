"""Traces of a command, where OpenTelemetry's variables ask for them."""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable

from worker.settings import Settings
from worker.telemetry.metrics import installed_version
from worker.telemetry.tracing import export_traces

Command = Callable[[argparse.Namespace, Settings], int]


def traced(command: Command) -> Command:
    """Have the spans of this command sent as `communique-<name>` while it runs."""

    @functools.wraps(command)
    def run(args: argparse.Namespace, settings: Settings) -> int:
        with export_traces(command.__name__, installed_version()):
            return command(args, settings)

    return run
