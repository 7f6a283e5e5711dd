"""The tasks that one run has enqueued, among all that wait in the queue, and which of them are unfinished."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.queue.find_task import find_dead_letters, find_task, read_markers
from worker.schema import task_id

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from redis.asyncio import Redis

    from worker.consume import TaskResult
    from worker.queue import UrlQueue
    from worker.schema import Task

FINAL_OUTCOMES: Final = frozenset({"done", "duplicate", "dead"})
"""Outcomes of a delivery after which its task is in no place of the queue."""
SEARCHED_AT_ONCE: Final = 20
"""Most tasks that are searched in Redis by one call of `settle_elsewhere`."""


class OwnTasks:
    """A queue that remembers what is put: the part of `UrlQueue` that the sources of a run need.

    A task that was seen before, and is still unfinished, is one of the run as well.
    """

    def __init__(self, queue: UrlQueue, client: Redis) -> None:
        """`client`: a Redis client that yields bytes.  No task has been put yet."""
        self._queue = queue
        self._client = client
        self._ids: set[str] = set()
        self._unfinished: dict[str, Task] = {}
        self._is_endless = False
        self._missed: set[str] = set()
        """Tasks that were in no place of the queue when they were searched last."""

    async def put(self, task: Task) -> bool:
        """Put a task; return whether this run waits for it: it is new, or still unfinished."""
        self._add([task])
        if await self._queue.put(task):
            return True
        self._remove(task)
        if found := await self._find(task):
            self._add([found])  # it may have been put under another form of the URL
        return found is not None

    async def put_many(self, tasks: Sequence[Task]) -> list[bool]:
        """Put tasks; return for each whether it is new.  The run waits for the new ones only."""
        self._add(tasks)
        are_new = await self._queue.put_many(tasks)
        for task, is_new in zip(tasks, are_new, strict=True):
            if not is_new:
                self._remove(task)
        return are_new

    def without_end(self) -> UrlQueue:
        """Return the queue itself, for a run that never ends: no task is remembered, and every result is its own."""
        self._is_endless = True
        return self._queue

    @property
    def are_finished(self) -> bool:
        """Return whether every task of the run has had its final outcome."""
        return not self._unfinished

    def record(self, result: TaskResult) -> bool:
        """Record the result of a delivery; return whether it is of a task of this run."""
        own = task_id(result.url)
        is_own = self._is_endless or own in self._ids
        if result.outcome in FINAL_OUTCOMES:
            self._unfinished.pop(own, None)
            self._ids.discard(own)
        return is_own

    async def settle_elsewhere(self, on_dead: Callable[[str, str], None]) -> None:
        """Search for tasks that another worker has finished; `on_dead` gets URL and reason of one that it gave up.

        A task that is in no place twice in a row is finished: between two places it is in none for a moment.
        """
        for task in list(self._unfinished.values())[:SEARCHED_AT_ONCE]:
            if await self._find(task):
                self._missed.discard(task.id)
                self._unfinished[task.id] = self._unfinished.pop(task.id, task)  # the others are searched next
            elif task.id not in self._missed:
                self._missed.add(task.id)
            elif self._unfinished.pop(task.id, None):
                for letter in await find_dead_letters(self._client, self._queue.keys, task.url, 1):
                    on_dead(task.url, letter.reason)

    def _add(self, tasks: Sequence[Task]) -> None:
        self._ids.update(task.id for task in tasks)
        self._unfinished.update((task.id, task) for task in tasks)

    def _remove(self, task: Task) -> None:
        self._ids.discard(task.id)
        self._unfinished.pop(task.id, None)

    async def _find(self, task: Task) -> Task | None:
        """Return the unfinished task of the same article; None if there is none."""
        if (await read_markers(self._client, self._queue.keys, task.url)).done:
            return None
        found = await find_task(self._client, self._queue.keys, task.url)
        return found.task if found else None
