"""What a disk may refuse, told by the step and the file: an error of a write alone names neither."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Step = Literal["open", "write", "sync", "rename", "place"]


class DiskError(OSError):
    """The disk did not do what it was asked to; `filename` says where."""

    @property
    def name(self) -> str:
        """Its name, such as "ENOSPC"; "other" where it has none."""
        return errno.errorcode.get(self.errno or 0, "other")


@contextmanager
def step(name: Step, path: Path) -> Iterator[None]:
    """Let an OSError of the block be a DiskError that says where, and be counted."""
    try:
        yield
    except OSError as e:
        error = DiskError(e.errno, e.strerror or str(e), str(e.filename or path))
        metrics.DISK_FAILURES.labels(name, error.name).inc()
        raise error from e
