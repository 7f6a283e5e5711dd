"""Bytes of files: gzip decompressed, with a limit on the size after decompression."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from worker.errors import Permanent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

MAX_PAGE_BYTES: Final = 64 << 20
"""Largest document, after decompression."""
GZIP_MAGIC: Final = b"\x1f\x8b"
DECOMPRESSION_ERRORS: Final = (EOFError, zlib.error, gzip.BadGzipFile)


def read_file(path: Path, max_bytes: int = MAX_PAGE_BYTES) -> bytes:
    """Return the content of a file; a `.gz` is decompressed.

    Permanent("too_large") above `max_bytes`, Permanent("unreadable") for damaged gzip; OSError.
    """
    with path.open("rb") as file:
        return read_stream(file, max_bytes, is_gzip=path.suffix.lower() == ".gz")


def read_stream(file: IO[bytes], max_bytes: int = MAX_PAGE_BYTES, *, is_gzip: bool = False) -> bytes:
    """Return the rest of a stream, decompressed if it is gzip; Permanent as in `read_file`."""
    try:
        body = (gzip.GzipFile(fileobj=file) if is_gzip else file).read(max_bytes + 1)
        if not is_gzip and body.startswith(GZIP_MAGIC):
            body = gzip.GzipFile(fileobj=io.BytesIO(body)).read(max_bytes + 1)
    except DECOMPRESSION_ERRORS as e:
        raise Permanent("unreadable", str(e)) from None
    if len(body) > max_bytes:
        raise Permanent("too_large", f"more than {max_bytes:,} bytes")
    return body


def open_file(path: Path) -> IO[bytes]:
    """Open a file for reading; gzip, recognised by its first bytes, is decompressed while it is read."""
    file = path.open("rb")
    if file.peek(2)[:2] == GZIP_MAGIC:
        file.close()
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return file


def read_lines(file: IO[bytes], max_bytes: int = MAX_PAGE_BYTES) -> Iterator[tuple[int, bytes | None]]:
    """Yield number and text of each line that is not blank; None for a line longer than `max_bytes`.

    Permanent("unreadable") for damaged gzip.
    """
    number = 0
    try:
        while line := file.readline(max_bytes + 1):
            number += 1
            if len(line) > max_bytes:
                _skip_line(file, line)
                yield number, None
            elif line.strip():
                yield number, line
    except DECOMPRESSION_ERRORS as e:
        raise Permanent("unreadable", f"line {number + 1}: {e}") from None


def _skip_line(file: IO[bytes], part: bytes) -> None:
    while part and not part.endswith(b"\n"):
        part = file.readline(1 << 20)
