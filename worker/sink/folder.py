"""The folder of a sink: parts that are finished, parts that are not, and the place to go on from.

    DIR/statement/date=2026-03-01/1772366400000-0_1772366699000-2.jsonl     finished: first and last entry in its name
    DIR/_unfinished/…                                                       being written; thrown away at the start
    DIR/_place.json                                                         the format, and the place of each kind
    DIR/_lock                                                               held by the one process that writes

A place is the later of two: that of the newest part's name, which is what a kill leaves, and that of `_place.json`,
which knows of what the filters passed over, and of parts that were taken away since.  The date is the day of
publication, UTC.
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

Format = Literal["jsonl", "parquet"]
PART: Final = re.compile(r"(\d{1,20}-\d{1,20})_(\d{1,20}-\d{1,20})\.(?:jsonl|parquet)")


class _Kept(Struct, frozen=True, kw_only=True):
    """What `_place.json` holds."""

    format: Format
    position: dict[Kind, str] = {}


class Folder:
    """`with Folder(path, format) as folder`: it is ours alone until the end of the block."""

    def __init__(self, path: Path, made_of: Format) -> None:
        """Touch nothing yet."""
        self.path = path
        self.format = made_of
        self._unfinished = path / "_unfinished"
        self._place = path / "_place.json"
        self._lock = -1

    def __enter__(self) -> Self:
        """Make the folder where it is not there; UsageError where another process writes, or in another format."""
        _make(self.path)
        self._lock = os.open(self.path / "_lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_format()
            shutil.rmtree(self._unfinished, ignore_errors=True)
            _make(self._unfinished)
        except BlockingIOError:
            self.__exit__()
            raise UsageError(f"{self.path}: another process writes there") from None
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    # ------------------------------------------------------------ the place
    def position(self) -> dict[Kind, str]:
        """Return the last entry of each kind that needs no more writing; nothing of a kind of which none was."""
        kept = dict(self._kept().position)
        for kind in KINDS:
            newest = _newest(self.path / kind)
            if newest and (kind not in kept or id_key(kept[kind]) < id_key(newest)):
                kept[kind] = newest
        return kept

    def keep(self, position: Mapping[Kind, str]) -> None:
        """Keep a position, durably."""
        body = msgspec.json.encode(_Kept(format=self.format, position=dict(position)))
        fresh = self._unfinished / self._place.name
        with fresh.open("wb") as file:
            file.write(body)
            make_durable(file.fileno())
        fresh.rename(self._place)
        _make_names_durable(self.path)

    def _kept(self) -> _Kept:
        try:
            return msgspec.json.decode(self._place.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return _Kept(format=self.format)
        except msgspec.DecodeError as e:
            raise UsageError(f"{self._place}: {e}") from None

    def _check_format(self) -> None:
        if (found := self._kept().format) != self.format:
            raise UsageError(f"{self.path} holds {found}, not {self.format}: take another folder")

    # ------------------------------------------------------------ parts
    def begin(self, kind: Kind) -> Path:
        """Return where a part is written until it is finished."""
        _make(self._unfinished)  # somebody may have tidied up
        return self._unfinished / f"{kind}.{self.format}"

    def finish(self, part: Path, kind: Kind, day: date, first: str, last: str) -> Path:
        """Put a part that is durable in its place: this is the moment at which its entries count as written."""
        home = self.path / kind / f"date={day.isoformat()}"
        _make(home)
        final = home / f"{first}_{last}.{self.format}"
        part.rename(final)
        _make_names_durable(home)
        return final


def make_durable(descriptor: int) -> None:
    """Return when what was written would survive a power cut."""
    os.fsync(descriptor)


def _make(folder: Path) -> None:
    """Make a folder and those above it, their names durable."""
    if not folder.is_dir():
        _make(folder.parent)
        with contextlib.suppress(FileExistsError):
            folder.mkdir()
        _make_names_durable(folder.parent)


def _make_names_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        make_durable(descriptor)
    finally:
        os.close(descriptor)


def _newest(folder: Path) -> str | None:
    """Return the last entry of a kind's newest part; entry ids only grow, so days do."""
    for day in sorted(folder.glob("date=*"), reverse=True):
        if found := list(_last_entries(day)):
            return max(found, key=id_key)
    return None


def _last_entries(day: Path) -> Iterator[str]:
    for path in day.iterdir():
        if named := PART.fullmatch(path.name):
            yield named[2]
