"""Add a source to the sources file, whose other bytes, comments included, stay as they are."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from worker import urls
from worker.discover.sources import MAX_NAME_LENGTH, read_sources
from worker.errors import Permanent, UsageError

if TYPE_CHECKING:
    from worker.discover.sources import Source


def check_addable(path: Path, url: str, name: str | None) -> None:
    """Raise UsageError if the file is invalid, or has a source with this URL (or `name`, unless it is None) already."""
    try:
        url = urls.normalise(url)
    except Permanent as e:
        raise UsageError(e.detail) from None
    for other in _known(path):
        if other.url == url:
            raise UsageError(f"sources file {path} has {url} already, as {other.name!r}")
        if other.name == name:
            raise UsageError(f"sources file {path} has a source named {name!r} already: choose another --name")


def add_to_file(path: Path, source: Source) -> None:
    """Append a source to a sources file, which is created if it does not exist.

    Raises UsageError as `check_addable`, and if the file cannot be written; it is then left as it is.
    """
    check_addable(path, source.url, source.name)
    try:
        before = path.read_bytes() if path.exists() else b""
        _replace(path, before + _entry(source, before).encode(), _known(path))
    except OSError as e:
        raise UsageError(f"sources file {path}: {e.strerror}") from None


def _known(path: Path) -> tuple[Source, ...]:
    return read_sources(path) if path.exists() else ()


def free_name(path: Path, title: str) -> str:
    """Return a name for a source that no other one in the file has: its title, with a number if necessary."""
    taken = {source.name for source in _known(path)}
    name, number = title[:MAX_NAME_LENGTH], 1
    while name in taken:
        number += 1
        name = f"{title[: MAX_NAME_LENGTH - 6]} {number}"
    return name


def _entry(source: Source, before: bytes) -> str:
    """Return the TOML of a source, separated from what comes before."""
    given = {"name": source.name, "url": source.url, "since": source.since}
    lines = [f"{key} = {_toml_string(value)}" for key, value in given.items() if value is not None]
    gap = "" if not before else "\n" if before.endswith(b"\n") else "\n\n"
    return gap + "\n".join(["[[source]]", *lines]) + "\n"


def _toml_string(text: str) -> str:
    """Return a basic string of TOML: that of JSON, but for DEL, which TOML does not allow unescaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, content: bytes, known: tuple[Source, ...]) -> None:
    """Replace a file in one step, once its new content has proved valid."""
    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        if len(read_sources(temporary, shown=path)) != len(known) + 1:
            raise UsageError(f"sources file {path}: add the source by hand, since `source` is not a list of tables")
        temporary.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o644)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
