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
        """Stream of the tasks that are ready or delivered; field `task`, as JSON."""
        return f"{self.prefix}:urls"

    @property
    def delayed(self) -> str:
        """Sorted set of deferred tasks (JSON) by the time at which they are due (Unix ms)."""
        return f"{self.prefix}:delayed"

    @property
    def dead(self) -> str:
        """Stream of dead letters: the entry's own fields, `reason`, `detail` and `deliveries`."""
        return f"{self.prefix}:dead"

    def seen(self, task_id: str) -> str:
        """Marker of a task that has been enqueued; its value is the token of the call that did so."""
        return f"{self.prefix}:seen:{task_id}"

    def done(self, task_id: str) -> str:
        """Marker of a task whose results are written.

        Its value is "CONSUMER ENTRY-ID DELIVERY-COUNTER" of the writer.
        """
        return f"{self.prefix}:done:{task_id}"

    def published(self, publication_id: str) -> str:
        """Marker of a publication that is in the streams, whichever task led to it; its value is that of `done`."""
        return f"{self.prefix}:published:{publication_id}"
