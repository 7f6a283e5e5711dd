"""The interface of a file format, and the choice of the format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

from worker.errors import UsageError
from worker.schema import Event, Kind, Retraction
from worker.sink.jsonl import JsonLinesWriter

if TYPE_CHECKING:
    from worker.sink.output_directory import FileFormat


class FileWriter(Protocol):
    """One open file of events of one kind and their retractions.

    Every method but `discard` raises OSError if the disk fails.
    """

    size_bytes: int
    """Bytes written so far; a format that buffers counts them when it flushes."""

    def add(self, event: Event | Retraction) -> None:
        """Append an event or a retraction to the file."""

    def finish(self) -> None:
        """Write everything, sync it to disk and close the file."""

    def discard(self) -> None:
        """Close the file without completing it; the file is not usable and has to be deleted."""


WriterFactory: TypeAlias = Callable[[Path, Kind], FileWriter]
"""Opens an empty file at a path, for events of one kind."""


def writer_factory(file_format: FileFormat) -> WriterFactory:
    """Return the factory of a format. UsageError if the format is Parquet and pyarrow is not installed."""
    if file_format == "jsonl":
        return lambda path, _: JsonLinesWriter(path)
    try:
        from worker.sink.parquet import ParquetFileWriter  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'communique[parquet]'") from None
    return ParquetFileWriter
