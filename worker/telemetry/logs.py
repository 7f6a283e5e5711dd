"""Configuration of structlog: JSON lines on stderr, or readable lines if stderr is a terminal.

stdout is reserved for the output of a command (events, articles), so that it can be piped while the log stays visible.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
"""Formatter of tracebacks without local variables, which can hold whole pages and secrets."""


def configure(level: str, stream: TextIO | None = None) -> None:
    """Let every `structlog.get_logger()` write lines of at least the severity `level` ("info") to `stream`.

    `stream` None is stderr.  May be called again, for instance to raise the level.
    """
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
