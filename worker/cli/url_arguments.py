"""URLs on the command line, or in lists: files that are named, or stdin."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from worker.cli.command import open_stdin
from worker.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

URLS_ON_STDIN: Final = "-"
STDIN_HINT: Final = "reading URLs from the terminal, one per line; Ctrl-D ends the list"
_COMMENT: Final = re.compile(r"(?:^|\s)#.*", re.DOTALL)
"""A comment: at the start of a line, or after white space; elsewhere a # begins the fragment of a URL."""
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class ListedUrl(NamedTuple):
    """A URL as given, which may be invalid."""

    url: str
    where: str = ""
    """ "FILE:LINE" in a list; "" on the command line."""

    def locate(self, message: str) -> str:
        """Return a message about the URL, with the place of the URL before it."""
        return f"{self.where}: {message}" if self.where else message


def read_urls(arguments: Sequence[str]) -> Iterator[ListedUrl]:
    """Yield the URLs of a command line; `-`, and the name of a file, are replaced by the lines of the list.

    UsageError for an argument that is neither, OSError for a list that cannot be read.
    """
    for argument in arguments:
        if argument == URLS_ON_STDIN:
            yield from _listed("stdin", open_stdin(STDIN_HINT))
        elif not _SCHEME.match(argument) and Path(argument).is_file():
            with Path(argument).open("rb") as file:
                yield from _listed(argument, file)
        elif _looks_like_a_file(argument):
            raise UsageError(f"{argument!r} is neither a URL (no http:// or https://) nor a file that exists")
        else:
            yield ListedUrl(argument)


def _looks_like_a_file(argument: str) -> bool:
    return "://" not in argument and argument.lower().endswith((".txt", ".list", ".lst", ".csv", ".urls"))


def _listed(name: str, file: IO[bytes]) -> Iterator[ListedUrl]:
    """Yield the URLs of a list, one per line, without blank lines and comments."""
    for number, line in enumerate(_decoded(file), 1):
        if url := _COMMENT.sub("", line).strip():
            yield ListedUrl(url, f"{name}:{number}")


def _decoded(file: IO[bytes]) -> Iterable[str]:
    """Return the lines of a list: UTF-8, or UTF-16 with a byte order mark, as some editors save it."""
    first = file.readline()
    if first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.StringIO((first + file.read()).decode("utf-16", "replace"))
    return _decoded_utf8(first.removeprefix(codecs.BOM_UTF8), file)


def _decoded_utf8(first: bytes, rest: Iterable[bytes]) -> Iterator[str]:
    yield first.decode("utf-8", "surrogateescape")
    for line in rest:
        yield line.decode("utf-8", "surrogateescape")
