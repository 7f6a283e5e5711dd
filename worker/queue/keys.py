"""Where in Redis the queue is."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

GROUP: Final = "workers"
"""The consumer group of the work stream."""


class QueueKeys(Struct, frozen=True):
    """The keys of one partition.  All begin with its prefix, a hash tag where there are several (`communique:{3}`)."""

    prefix: str

    @property
    def urls(self) -> str:
        """Stream of tasks waiting and under way: field `task`."""
        return f"{self.prefix}:urls"

    @property
    def delayed(self) -> str:
        """Sorted set of tasks put off, as JSON, by the Unix ms they are due."""
        return f"{self.prefix}:delayed"

    @property
    def dead(self) -> str:
        """Stream of what was given up: the entry's own fields, `reason`, `detail` and `deliveries`."""
        return f"{self.prefix}:dead"

    def seen(self, task_id: str) -> str:
        """Marker of a task enqueued before."""
        return f"{self.prefix}:seen:{task_id}"

    def done(self, task_id: str) -> str:
        """Marker of a task whose results are written: the consumer, entry and delivery that wrote them."""
        return f"{self.prefix}:done:{task_id}"

    def published(self, publication_id: str) -> str:
        """Marker of what is in the streams, whichever task has led to it."""
        return f"{self.prefix}:published:{publication_id}"
