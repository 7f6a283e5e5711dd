"""JSON Lines files: one event or retraction per line, in its wire form."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from worker.sink.output_directory import sync_to_disk

if TYPE_CHECKING:
    from pathlib import Path

    from worker.schema import Event, Retraction


class JsonLinesWriter:
    """A `FileWriter` of JSON Lines."""

    def __init__(self, path: Path) -> None:
        """`path`: the file, which is created or emptied at once."""
        self._file = path.open("wb")
        self.size_bytes = 0

    def add(self, event: Event | Retraction) -> None:
        """Append an event or a retraction to the file."""
        self.size_bytes += self._file.write(msgspec.json.encode(event) + b"\n")

    def finish(self) -> None:
        """Write everything, sync it to disk and close the file."""
        self._file.flush()
        sync_to_disk(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Close the file without completing it."""
        with contextlib.suppress(OSError):
            self._file.close()
