"""Disk errors with the operation and the file: an OSError of a write alone names neither."""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DiskOperation = Literal["open", "write", "sync", "rename", "place"]
"""An operation of a sink, the label `step` of the failure metric; "place" writes the cursor file."""


class DiskError(OSError):
    """A failed operation on a disk; `filename` is the path."""

    @property
    def code(self) -> str:
        """The symbolic name of the errno, such as "ENOSPC"; "other" for an errno without one."""
        return errno.errorcode.get(self.errno or 0, "other")


@contextmanager
def disk_errors(operation: DiskOperation, path: Path) -> Iterator[None]:
    """Convert an OSError of the block to a DiskError with the path, and count it by operation and error."""
    try:
        yield
    except OSError as e:
        error = DiskError(e.errno, e.strerror or str(e), str(e.filename or path))
        metrics.DISK_FAILURES.labels(operation, error.code).inc()
        raise error from e
