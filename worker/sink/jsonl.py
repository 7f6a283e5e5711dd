"""A part in JSON Lines: an event a line, as the wire form has it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from worker.sink.folder import make_durable

if TYPE_CHECKING:
    from pathlib import Path

    from worker.schema import Event


class JsonLines:
    """A file being written; OSError where there is no room for it."""

    def __init__(self, path: Path) -> None:
        """Begin an empty file."""
        self._file = path.open("wb")
        self.size_bytes = 0
        """Written so far, as far as is known."""

    def add(self, event: Event) -> None:
        """Write an event."""
        self.size_bytes += self._file.write(msgspec.json.encode(event) + b"\n")

    def finish(self) -> None:
        """Close the file when all of it is durable."""
        self._file.flush()
        make_durable(self._file.fileno())
        self._file.close()

    def abandon(self) -> None:
        """Close the file, whatever is in it."""
        with contextlib.suppress(OSError):
            self._file.close()
