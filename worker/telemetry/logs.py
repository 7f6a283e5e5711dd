"""structlog, set up once by the command: JSON lines on a pipe, readable lines on a terminal, always on stderr.

stdout belongs to what a command was asked for (events, articles); so one can pipe it and still read the log.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Without local variables: they hold whole pages, and whatever those hide."""


def configure(level: str, stream: TextIO | None = None) -> None:
    """Make every `structlog.get_logger()` write to `stream` (stderr), from `level` ("info") up."""
    out = stream or sys.stderr
    tty = out.isatty()
    render: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=True) if tty else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if tty else [TRACEBACKS]),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
