"""The output directory of a sink: finished files, unfinished files, the cursor.

    DIR/statement/date=2026-03-01/1772366400000-0_1772366699000-2.jsonl     finished: first and last entry in its name
    DIR/_unfinished/…                                                       being written; deleted at the next start
    DIR/_place.json                                                         the format, and the cursor of each kind
    DIR/_lock                                                               held by the one process that writes

The cursor of a kind is the later of two entry ids: the last in the name of the newest finished file, which is what a
killed process leaves, and the one in `_place.json`, which also covers entries that the filters rejected and files that
have been moved away. The date is the day of publication, UTC.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Self

import msgspec
from msgspec import Struct

from worker.errors import UsageError
from worker.schema import KINDS, Kind
from worker.streams import id_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

FileFormat = Literal["jsonl", "parquet"]
FINISHED_NAME: Final = re.compile(r"(\d{1,20}-\d{1,20})_(\d{1,20}-\d{1,20})\.(?:jsonl|parquet)")
"""The name of a finished file, with the entry ids of its first and last event."""


class _CursorFile(Struct, frozen=True, kw_only=True):
    """The content of `_place.json`."""

    format: FileFormat
    position: dict[Kind, str] = {}


class OutputDirectory:
    """`with OutputDirectory(path, format) as directory`: an exclusively locked directory during the block."""

    def __init__(self, path: Path, file_format: FileFormat) -> None:
        """`path`: the directory, which is neither read nor locked yet.  `file_format`: format of its files."""
        self.path = path
        self.format = file_format
        self._unfinished = path / "_unfinished"
        self._cursor_path = path / "_place.json"
        self._lock = -1

    def __enter__(self) -> Self:
        """Create the directory if needed, lock it and delete unfinished files.

        UsageError if another process holds the lock, or if the directory holds files of another format.
        """
        _make_directory(self.path)
        self._lock = os.open(self.path / "_lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_format()
            shutil.rmtree(self._unfinished, ignore_errors=True)
            _make_directory(self._unfinished)
        except BlockingIOError:
            self.__exit__()
            raise UsageError(f"{self.path}: another process writes there") from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    # ------------------------------------------------------------ cursor
    def load_cursor(self) -> dict[Kind, str]:
        """Return the last durably written entry id per kind; kinds without any are absent."""
        cursor = dict(self._cursor_file().position)
        for kind in KINDS:
            newest = _newest_entry(self.path / kind)
            if newest and (kind not in cursor or id_key(cursor[kind]) < id_key(newest)):
                cursor[kind] = newest
        return cursor

    def save_cursor(self, cursor: Mapping[Kind, str]) -> None:
        """Write the cursor file atomically and sync it to disk."""
        body = msgspec.json.encode(_CursorFile(format=self.format, position=dict(cursor)))
        temporary = self._unfinished / self._cursor_path.name
        with temporary.open("wb") as file:
            file.write(body)
            sync_to_disk(file.fileno())
        temporary.rename(self._cursor_path)
        _sync_directory(self.path)

    def _cursor_file(self) -> _CursorFile:
        try:
            return msgspec.json.decode(self._cursor_path.read_bytes(), type=_CursorFile)
        except FileNotFoundError:
            return _CursorFile(format=self.format)
        except msgspec.DecodeError as e:
            raise UsageError(f"{self._cursor_path}: {e}") from None

    def _check_format(self) -> None:
        if (found := self._cursor_file().format) != self.format:
            raise UsageError(f"{self.path} holds {found}, not {self.format}: use another directory")

    # ------------------------------------------------------------ files
    def unfinished_path(self, kind: Kind) -> Path:
        """Return the path at which the file of a kind is written, after creating its directory."""
        _make_directory(self._unfinished)  # it may have been deleted since
        return self._unfinished / f"{kind}.{self.format}"

    def commit(self, unfinished: Path, kind: Kind, day: date, first: str, last: str) -> Path:
        """Rename a synced file to its final path and return that path; from then on its entries count as written.

        `first` and `last` are the entry ids of the file's first and last event.
        """
        directory = self.path / kind / f"date={day.isoformat()}"
        _make_directory(directory)
        final = directory / f"{first}_{last}.{self.format}"
        unfinished.rename(final)
        _sync_directory(directory)
        return final


def sync_to_disk(descriptor: int) -> None:
    """Flush a file to the disk (fsync): its content survives a power failure."""
    os.fsync(descriptor)


def _make_directory(path: Path) -> None:
    """Create a directory and its missing parents, each synced to disk; an existing directory is left as it is."""
    if not path.is_dir():
        _make_directory(path.parent)
        with contextlib.suppress(FileExistsError):
            path.mkdir()
        _sync_directory(path.parent)


def _sync_directory(path: Path) -> None:
    """Sync the entries of a directory to disk, so that a new name in it survives a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync_to_disk(descriptor)
    finally:
        os.close(descriptor)


def _newest_entry(kind_directory: Path) -> str | None:
    """Return the last entry id in the newest file of a kind; None if there is no file.

    Entry ids grow with time, so the directory of the latest day holds the newest file.
    """
    for day in sorted(kind_directory.glob("date=*"), reverse=True):
        if found := list(_last_entries(day)):
            return max(found, key=id_key)
    return None


def _last_entries(day_directory: Path) -> Iterator[str]:
    for path in day_directory.iterdir():
        if match := FINISHED_NAME.fullmatch(path.name):
            yield match[2]
