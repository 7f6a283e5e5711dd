"""Redis keys of the queue."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

GROUP: Final = "workers"
"""The consumer group of the work stream."""


class QueueKeys(Struct, frozen=True):
    """The keys of one partition.

    All begin with its prefix; with several partitions that is a hash tag (`communique:{3}`).
    """

    prefix: str

    @property
    def urls(self) -> str:
        """Return the key of the work stream: tasks that are ready or delivered, each as JSON in the field `task`."""
        return f"{self.prefix}:urls"

    @property
    def delayed(self) -> str:
        """Return the key of the sorted set of deferred tasks (JSON); the score is the due time in Unix ms."""
        return f"{self.prefix}:delayed"

    @property
    def dead(self) -> str:
        """Return the key of the stream of dead letters: the entry's own fields, `reason`, `detail` and `deliveries`."""
        return f"{self.prefix}:dead"

    def seen(self, task_id: str) -> str:
        """Return the key of the marker of an enqueued task; its value is the token of the call that enqueued it."""
        return f"{self.prefix}:seen:{task_id}"

    def done(self, task_id: str) -> str:
        """Return the key of the marker of a task whose results are written.

        Its value is "CONSUMER ENTRY-ID DELIVERY-COUNTER" of the writer.
        """
        return f"{self.prefix}:done:{task_id}"

    def published(self, publication_id: str) -> str:
        """Return the key of the marker of a publication that is in the streams, whichever task led to it.

        Its value has the form of that of `done`.
        """
        return f"{self.prefix}:published:{publication_id}"
