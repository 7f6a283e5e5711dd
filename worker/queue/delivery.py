"""A task in a worker's hands, what may become of it, and why one may not be taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import Struct

from worker.schema import Task
from worker.streams import Entry, Lease, StreamWrite

Outcome = Literal["done", "duplicate", "gone", "fenced"]
"""What became of a settle: written · published before, nothing written · no longer pending (settled already, perhaps by
this very call whose reply was lost) · delivered to another worker since. Only `done` has written anything."""


class Delivery(Struct, frozen=True, kw_only=True):
    """A task under lease."""

    entry_id: str
    task: Task
    """As enqueued: `task.attempt` does not count the crashes, which are `attempts - 1`."""
    attempts: int
    """Redis's delivery counter: 1, and one more for every worker that died or stalled over it."""

    @property
    def lease(self) -> Lease:
        """What must still hold for its worker to write anything."""
        return Lease(self.entry_id, self.attempts)


class Settlement(Struct, frozen=True):
    """A delivery whose work is done, and what it is to publish."""

    delivery: Delivery
    writes: Sequence[StreamWrite] = ()
    publication: str | None = None
    """Id of what is published: not again by another task, either. None: no other task can find the same."""


class QueueFull(Exception):  # noqa: N818 - a refusal, not an error of ours
    """More than `max_backlog` tasks wait; `put` tasks of this call went in before that."""

    def __init__(self, waiting: int, put: int = 0) -> None:
        super().__init__(waiting, put)
        self.waiting = waiting
        self.put = put

    def __str__(self) -> str:
        return f"the queue is full: {self.waiting} tasks wait ({self.put} of these were put)"


TASK_DECODE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What `task_of` raises where the field is no task; the last where it is nested too deep."""


def decode_task(entry: Entry) -> Task:
    """Decode the field `task`, or raise one of `UNREADABLE`."""
    return msgspec.json.decode((entry.fields or {}).get(b"task", b""), type=Task)
