"""One document of a command line, before it is read as an article."""

from __future__ import annotations

from msgspec import Struct

from worker.errors import Permanent


class InputDocument(Struct, frozen=True, kw_only=True):
    """One document: a file to be read, or bytes that have been read from an archive or a stream."""

    name: str
    """Path, with the name in the archive or the number of the line after a colon."""
    path: str | None = None
    body: bytes | None = None
    failure: tuple[str, str] | None = None
    """Reason and detail why it cannot be read; None if it can."""


def failed(name: str, error: Exception) -> InputDocument:
    """Return the document for something that cannot be read."""
    if isinstance(error, Permanent):
        return InputDocument(name=name, failure=(error.reason, error.detail))
    message = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    return InputDocument(name=name, failure=("unreadable", message))
