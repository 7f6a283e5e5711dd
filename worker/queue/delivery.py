"""Deliveries of tasks, and the exception for a full queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from worker.schema import Task
from worker.schema.plurals import plural
from worker.streams import Entry, Lease


class Delivery(Struct, frozen=True):
    """A task delivered to a worker under a lease."""

    entry_id: str
    task: Task
    """The task as enqueued: `task.attempt` does not include crashes."""
    attempts: int
    """Delivery counter of Redis: 1, plus 1 for every worker that died or stalled while processing the task."""

    host: str
    """Host whose queue it came from; "" for an entry that was added by hand."""

    crashes: int = 0
    """Number of workers that died while they processed this task alone (`UrlQueue.quarantine`)."""

    @property
    def is_suspect(self) -> bool:
        """Whether an earlier worker died or stalled while it had this task, perhaps because of it."""
        return self.task.lost + self.attempts > 1

    @property
    def is_repeated_suspect(self) -> bool:
        """Whether that has happened twice, although its page was processed alone: the fetch may be the cause."""
        return self.task.lost + self.attempts > 2  # noqa: PLR2004

    @property
    def unfinished_task(self) -> Task:
        """The task to enqueue again: it stays a suspect where it is one."""
        return replace(self.task, lost=self.task.lost + self.attempts - 1)

    @property
    def lease(self) -> Lease:
        """The lease, which must still be valid for the worker to write anything."""
        return Lease(self.entry_id, self.attempts)


class QueueFull(Exception):  # noqa: N818 - an outcome, not a programming error
    """The queue has reached `max_backlog`: `waiting` tasks are neither settled nor dead letters.

    `put` tasks of this call were enqueued.
    """

    def __init__(self, waiting: int, put: int = 0, accepted: Sequence[bool | None] = ()) -> None:
        super().__init__(waiting, put)
        self.waiting = waiting
        self.put = put
        self.accepted = tuple(accepted)
        """For each task of the call whether it was enqueued; None if the queue was full."""

    def __str__(self) -> str:
        waiting = plural(self.waiting, "task is waiting", "tasks are waiting")
        return f"the queue is full: {waiting} ({self.put} enqueued by this call)"


MAX_FIELDS: Final = 100
"""Fields kept of an entry that cannot be decoded; a valid one has two fields.  Lua's stack bounds `unpack`."""
TASK_DECODE_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Errors of `decode_task` for a field that is not a task; RecursionError where its JSON is nested too deeply."""


def decode_task(entry: Entry) -> Task:
    """Decode the field `task` of a stream entry; raises one of `TASK_DECODE_ERRORS` where it is not a task."""
    return msgspec.json.decode((entry.fields or {}).get(b"task", b""), type=Task)


def host_of_entry(entry: Entry) -> str:
    """Return the host whose queue a released entry came from; "" for an entry that was added by hand."""
    return (entry.fields or {}).get(b"host", b"").decode(errors="replace")
