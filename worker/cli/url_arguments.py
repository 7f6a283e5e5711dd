"""URLs on the command line or in a list on stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence


def read_urls(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the URLs of a command line; `-` is replaced by the lines of stdin, without blank lines and # comments."""
    for argument in arguments:
        yield from _without_comments(sys.stdin) if argument == "-" else [argument]


def _without_comments(lines: Iterable[str]) -> Iterator[str]:
    stripped = (line.strip() for line in lines)
    return (line for line in stripped if line and not line.startswith("#"))
