"""Redis keys of the queue; docs/queue.md describes their content."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

GROUP: Final = "workers"
"""The consumer group of the stream of released tasks."""
FORMAT: Final = 2
"""Version of the format of these keys."""


class HostKeys(Struct, frozen=True):
    """The keys of one host, all in the partition with the prefix."""

    prefix: str
    host: str

    @property
    def state(self) -> str:
        """Return the key of the hash with request times, delay and circuit breaker."""
        return f"{self.prefix}:host:{self.host}"

    @property
    def queue(self) -> str:
        """Return the key of the list of waiting tasks (JSON), first in, first out."""
        return f"{self.prefix}:host:{self.host}:queue"

    @property
    def active(self) -> str:
        """Return the key of the set of active entries: released, and their delivery has not ended."""
        return f"{self.prefix}:host:{self.host}:active"

    @property
    def requests(self) -> str:
        """Return the key of the sorted set of requests in flight; the score is when each is no longer counted."""
        return f"{self.prefix}:host:{self.host}:requests"

    @property
    def given_up(self) -> str:
        """Return the key of the set of the host's dead letters to enqueue again when it answers."""
        return f"{self.prefix}:host:{self.host}:given-up"


class QueueKeys(Struct, frozen=True):
    """The keys of one partition.

    All begin with its prefix; with several partitions that is a hash tag (`communique:{3}`).
    """

    prefix: str

    def host(self, name: str) -> HostKeys:
        """Return the keys of a host of this partition."""
        return HostKeys(self.prefix, name)

    @property
    def format(self) -> str:
        """Return the key of the version of the format; in format 1, it was the key of the work stream."""
        return f"{self.prefix}:urls"

    @property
    def stream_of_format_1(self) -> str:
        """Return the key to which the work stream of format 1 is renamed while its tasks are moved."""
        return f"{self.prefix}:urls:1"

    @property
    def deferred_of_format_1(self) -> str:
        """Return the key of the sorted set of deferred tasks of format 1."""
        return f"{self.prefix}:delayed"

    @property
    def ready(self) -> str:
        """Return the key of the stream of released tasks, with the fields `task` (JSON) and `host`."""
        return f"{self.prefix}:ready"

    @property
    def hosts(self) -> str:
        """Return the key of the sorted set of hosts; the score is when the next task may be released (Unix ms)."""
        return f"{self.prefix}:hosts"

    @property
    def later(self) -> str:
        """Return the key of the sorted set of tasks (JSON) to retry; the score is when each is due (Unix ms)."""
        return f"{self.prefix}:later"

    @property
    def visits(self) -> str:
        """Return the key of the sorted set of scheduled visits (JSON); the score is when each is due (Unix ms)."""
        return f"{self.prefix}:visits"

    def reading(self, article_id: str) -> str:
        """Return the key of the record of the last reading of an article's page (`schema.Reading`)."""
        return f"{self.prefix}:reading:{article_id}"

    @property
    def texts(self) -> str:
        """Return the key of the index of texts, stored like the markers: band of a text -> id of its article."""
        return f"{self.prefix}:texts"

    @property
    def waiting(self) -> str:
        """Return the key of the number of tasks in the queues of hosts and in `later`."""
        return f"{self.prefix}:waiting"

    @property
    def down(self) -> str:
        """Return the key of the sorted set of hosts that fail; the score is the time of the last failure (Unix ms)."""
        return f"{self.prefix}:down"

    @property
    def dead(self) -> str:
        """Return the key of the stream of dead letters: the entry's own fields, `reason`, `detail` and `deliveries`."""
        return f"{self.prefix}:dead"

    def crashes(self, task_id: str) -> str:
        """Return the key of the number of workers that died while they processed the task alone."""
        return f"{self.prefix}:crashes:{task_id}"

    @property
    def markers(self) -> str:
        """Return the key of the sorted set of generations of markers; the keys of buckets begin with it."""
        return f"{self.prefix}:markers"

    @property
    def migrated(self) -> str:
        """Return the key that exists for as long as a migrated queue may have markers of format 1."""
        return f"{self.prefix}:migrated"

    @property
    def confirmed(self) -> str:
        """Return the key that is written after tasks which replicas have to confirm."""
        return f"{self.prefix}:confirmed"

    def marker_of_format_1(self, kind: str, name: str) -> str:
        """Return the key of a marker of format 1: of a task that was `seen` or `done`, or of a publication."""
        return f"{self.prefix}:{kind}:{name}"
