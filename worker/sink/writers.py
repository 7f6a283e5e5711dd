"""How a part is written: one interface, two formats."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from worker.errors import UsageError
from worker.schema import Event, Kind
from worker.sink.jsonl import JsonLines

if TYPE_CHECKING:
    from worker.sink.folder import Format


class Writer(Protocol):
    """A part being written."""

    size_bytes: int
    """Written so far, as far as is known."""

    def add(self, event: Event) -> None:
        """Take an event."""

    def finish(self) -> None:
        """Close the part when all of it is durable."""

    def abandon(self) -> None:
        """Close the part, whatever is in it."""


Begin: TypeAlias = Callable[[Path, Kind], Writer]


def writer_of(made_of: Format) -> Begin:
    """Return what begins a part of a format; UsageError where Parquet is wanted and pyarrow is not installed."""
    if made_of == "jsonl":
        return lambda path, _: JsonLines(path)
    try:
        from worker.sink.parquet import Parquet  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'communique[parquet]'") from None
    return Parquet
