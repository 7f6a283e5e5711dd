"""Paths of a command line -> the documents in them: files, folders, zip archives, JSON lines, stdin.

Nothing is unpacked to disk, so names in an archive are only shown.
"""

from __future__ import annotations

import codecs
import os
import stat
import zlib
from collections import Counter
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Literal

import msgspec
from msgspec import Struct

from worker.documents.contents import MAX_PAGE_BYTES, open_file, read_lines, read_stream
from worker.documents.file_names import is_document, suffix_of
from worker.documents.input_document import InputDocument, failed
from worker.documents.read_article import is_json
from worker.errors import Permanent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

STDIN: Final = "-"
_SNIFFED_BYTES: Final = 4_096


class InputFile(Struct, frozen=True, kw_only=True):
    """A file of one document, or of several."""

    path: str
    kind: Literal["page", "archive", "lines"]


class InputList(Struct, kw_only=True):
    """The files of some paths."""

    texts: bool
    """Whether plain texts in folders and archives are documents."""

    files: list[InputFile] = []
    failures: list[InputDocument] = []
    """Paths that cannot be read."""
    ignored: Counter[str] = msgspec.field(default_factory=Counter)
    """Suffix -> files in folders and archives that are neither pages nor texts."""

    is_one_file: bool = False
    """Whether the command line names one file, which is no folder and no archive."""


def find_inputs(paths: Sequence[str], *, texts: bool) -> InputList:
    """Return the files of some paths in their order, those of a folder by name; `-` is stdin.

    Folders are searched recursively, without hidden files and symbolic links.  A file that is named itself is taken
    whatever its name; `texts` is whether plain texts of a folder are.
    """
    found = InputList(texts=texts)
    for path in paths:
        try:
            if path == STDIN:
                found.files.append(InputFile(path=path, kind="page"))
            elif Path(path).is_dir():
                _add_folder(path, found)
            else:
                found.files.append(InputFile(path=path, kind=_kind_of_file(Path(path))))
        except (OSError, ValueError, Permanent) as e:
            found.failures.append(failed(path, e))
    found.is_one_file = (
        len(paths) == 1 and not Path(paths[0]).is_dir() and all(f.kind != "archive" for f in found.files)
    )
    return found


def _kind_of_file(path: Path) -> Literal["page", "archive", "lines"]:
    """Return the kind of a file that is named on the command line; OSError if it cannot be read."""
    if path.suffix.lower() == ".zip":
        path.open("rb").close()
        return "archive"
    if not stat.S_ISREG(path.stat().st_mode):
        return "page"  # a pipe can be read once only
    with open_file(path) as file:
        try:
            return "lines" if is_json_lines(file.readline(MAX_PAGE_BYTES)) else "page"
        except (EOFError, zlib.error, OSError):
            return "page"  # damaged: reported where it is read


def is_json_lines(line: bytes) -> bool:
    """Return whether the first line of a document is a complete JSON object, so that the others probably are, too."""
    line = line.removeprefix(codecs.BOM_UTF8)
    if not is_json(line[:_SNIFFED_BYTES]) or not line.strip().endswith(b"}"):
        return False
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _add_folder(folder: str, found: InputList) -> None:
    def report(error: OSError) -> None:
        found.failures.append(failed(error.filename or folder, error))

    for parent, folders, names in os.walk(folder, onerror=report):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(parent, name)
            if name.startswith(".") or not path.is_file() or path.is_symlink():
                continue
            if path.suffix.lower() == ".zip":
                found.files.append(InputFile(path=str(path), kind="archive"))
            elif is_document(name, texts=found.texts):
                found.files.append(InputFile(path=str(path), kind="page"))
            else:
                found.ignored[suffix_of(name)] += 1


# ---------------------------------------------------------------- documents
def iterate_documents(found: InputList, stdin: IO[bytes]) -> Iterator[InputDocument]:
    """Yield the documents of a list; files in archives that are no documents are counted in `found.ignored`."""
    yield from found.failures
    for file in found.files:
        if file.path == STDIN:
            yield from _stdin_documents(stdin)
        elif file.kind == "archive":
            from worker.documents.archives import archive_documents

            yield from archive_documents(file.path, found.ignored, texts=found.texts)
        elif file.kind == "lines":
            yield from _line_documents(file.path)
        else:
            yield InputDocument(name=file.path, path=file.path)


def count_documents(found: InputList) -> int | None:
    """Return the number of documents of a list; None if only reading it tells."""
    if any(file.path == STDIN or file.kind == "lines" for file in found.files):
        return None
    archives = [file.path for file in found.files if file.kind == "archive"]
    if not archives:
        return len(found.failures) + len(found.files)
    from worker.documents.archives import count_members

    inside = sum(count_members(path, texts=found.texts) for path in archives)
    return len(found.failures) + len(found.files) - len(archives) + inside


def _line_documents(path: str) -> Iterator[InputDocument]:
    try:
        with open_file(Path(path)) as file:
            yield from _documents_of_lines(path, read_lines(file))
    except (OSError, Permanent) as e:
        yield failed(path, e)


def _documents_of_lines(name: str, lines: Iterable[tuple[int, bytes | None]]) -> Iterator[InputDocument]:
    for number, line in lines:
        if line is None:
            yield failed(f"{name}:{number}", Permanent("too_large", f"a line of more than {MAX_PAGE_BYTES} bytes"))
        else:
            yield InputDocument(name=f"{name}:{number}", body=line)


def _stdin_documents(stdin: IO[bytes]) -> Iterator[InputDocument]:
    """Yield stdin as one document, or each line of it if the first is a JSON object."""
    try:
        first = stdin.readline(MAX_PAGE_BYTES)
        if is_json_lines(first):
            yield InputDocument(name="stdin:1", body=first)
            yield from _documents_of_lines("stdin", ((n + 1, line) for n, line in read_lines(stdin)))
        else:
            yield InputDocument(name=STDIN, body=read_stream(_Rest(first, stdin)))  # type: ignore[arg-type]
    except Permanent as e:
        yield failed(STDIN, e)


class _Rest:
    """A stream of which the first line has been read."""

    def __init__(self, first: bytes, rest: IO[bytes]) -> None:
        self._first = first
        self._rest = rest

    def read(self, size: int) -> bytes:
        """Return the first line and what follows, at most `size` bytes; call it once."""
        return self._first + self._rest.read(max(size - len(self._first), 0))
