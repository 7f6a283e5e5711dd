"""Names of files: which of a folder or an archive are documents."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

PAGE_SUFFIXES: Final = (".html", ".htm", ".xhtml", "")
"""Names of pages in a folder or an archive; crawlers save many pages without a suffix."""
TEXT_SUFFIXES: Final = (".txt", ".text")


def is_document(name: str, *, texts: bool) -> bool:
    """Return whether a file is taken for a page, or with `texts` also for a text; `.gz` may follow the suffix."""
    suffix = suffix_of(name).removesuffix(".gz")
    return suffix in PAGE_SUFFIXES or (texts and suffix in TEXT_SUFFIXES)


def suffix_of(name: str) -> str:
    """Return the suffix of a name in lower case, with that before `.gz`: ".html.gz"; "" if it has none."""
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix + ".gz" if path.suffix == ".gz" else path.suffix
