"""The documents in a zip archive, with limits on their size after decompression."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from worker.documents.contents import read_stream
from worker.documents.file_names import is_document, suffix_of
from worker.documents.input_document import InputDocument, failed
from worker.errors import Permanent

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

MAX_EXPANSION: Final = 200
"""Largest ratio of the decompressed size of an archive to its own: pages compress to a twentieth at best."""
MIN_EXPANDED_BYTES: Final = 256 << 20
"""Decompressed size up to which the ratio is not checked."""
ARCHIVE_ERRORS: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, ValueError, NotImplementedError, RuntimeError),
)
"""Exceptions of `zipfile` for damaged archives, and for methods of compression and encryption that it does not know."""


def archive_documents(path: str, ignored: Counter[str], *, texts: bool) -> Iterator[InputDocument]:
    """Yield the pages and texts in an archive, decompressed; a damaged member does not affect the others.

    Other files are counted in `ignored` by suffix.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            rest = max(MAX_EXPANSION * Path(path).stat().st_size, MIN_EXPANDED_BYTES)
            for member in _members(archive):
                if not is_document(member.filename, texts=texts):
                    ignored[suffix_of(member.filename)] += 1
                    continue
                rest -= member.file_size  # more is never read, whatever the member contains
                if rest < 0:
                    yield failed(path, Permanent("too_large", "it decompresses to too much; the rest is not read"))
                    return
                yield _member_document(path, archive, member)
    except ARCHIVE_ERRORS as e:
        yield failed(path, e)


def count_members(path: str, *, texts: bool) -> int:
    """Return the number of documents in an archive; 1, for its failure, if it cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            return sum(is_document(member.filename, texts=texts) for member in _members(archive))
    except ARCHIVE_ERRORS:
        return 1


def _member_document(path: str, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> InputDocument:
    name = f"{path}:{member.filename}"
    if member.flag_bits & 1:
        return failed(name, Permanent("encrypted", "it is protected by a password"))
    try:
        with archive.open(member) as file:
            is_gzip = member.filename.lower().endswith(".gz")
            return InputDocument(name=name, body=read_stream(file, is_gzip=is_gzip))
    except (*ARCHIVE_ERRORS, Permanent) as e:
        return failed(name, e)


def _members(archive: zipfile.ZipFile) -> Iterator[zipfile.ZipInfo]:
    """Yield the files of an archive, without hidden ones and those that macOS adds (`__MACOSX`)."""
    for member in archive.infolist():
        parts = PurePosixPath(member.filename).parts
        is_hidden = any(part.startswith((".", "__MACOSX")) and part not in {".", ".."} for part in parts)
        if not member.is_dir() and not is_hidden:
            yield member
