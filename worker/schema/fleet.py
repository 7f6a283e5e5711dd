"""Snapshot of a fleet at one moment: services, queue, throttled hosts, and consumers of the event streams.

Everything is read from Redis, so all machines see the same.  `ServiceHeartbeat` and `ConsumerStatus` are stored there
as JSON; fields that were renamed keep their encoded names.  Instants are aware UTC datetimes by Redis' clock, ages and
durations are seconds.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

HEARTBEAT_INTERVAL_S = 5.0
HEARTBEAT_TIMEOUT_S = 20.0
"""A service whose last heartbeat is older than this is not alive: three heartbeats are missing, plus a tolerance."""
RETENTION_S = 900.0
"""Age at which the heartbeat of a service that is not alive is deleted."""
RATE_WINDOW_S = 60.0
"""Period over which the rates of a heartbeat are averaged."""


class LastError(Struct, frozen=True, kw_only=True, rename={"subject": "what"}):
    """The last failure of a service."""

    at: datetime
    subject: str
    """URL of an article, or name of a source, a webhook or a file."""
    reason: str
    """Reason code, as in logs and metrics."""


class ServiceHeartbeat(Struct, frozen=True, kw_only=True, omit_defaults=True, rename={"last_error": "trouble"}):
    """State of one process, written by itself every `HEARTBEAT_INTERVAL_S`."""

    name: str
    """Unique name of the process: host, process id and a random part."""
    service: str
    """Kind of service: "worker", "discover", "run", …"""
    version: str
    started_at: datetime
    at: datetime
    in_flight: int = 0
    """Number of tasks being worked on, or of events that a webhook is delivering."""
    rates: dict[str, float] = {}
    """Name of a count -> its increase per second, averaged over `RATE_WINDOW_S`.

    The names are "articles", "failures", "new_urls", each kind of event as published, and "handed_on": events read by a
    gateway, delivered by a webhook, written by a sink.
    """
    totals: dict[str, int] = {}
    """Name of a count -> its value since the process started; counts that are 0 are absent.

    The names are "omitted_events": events that were not published because their article has too many; and
    "trimmed_unread": entries that the process trimmed before a consumer group, webhook, sink or archive had read them.
    """
    late: dict[str, float] = {}
    """Overdue loop of the process -> seconds since the loop's last heartbeat."""
    last_error: LastError | None = None


class ThrottledHost(Struct, frozen=True, kw_only=True):
    """A host that must not be requested now."""

    host: str
    wait_s: float
    """Seconds until its next request."""
    pause_s: float = 0.0
    """Remaining seconds of the pause after a failure: until the next probe, or as long as Retry-After said; 0 if there
    is none."""
    waiting: int = 0
    """Number of tasks in its queue."""
    reason: str | None = None
    """Code of its last failure; None while it works."""
    down_s: float = 0.0
    """Seconds since the first of its failures in a row; 0 while it works."""


class ConsumerStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Progress of a webhook, a sink or an archive, which store their own cursor, as last published by its process."""

    name: str
    """Service and name of the consumer: "webhook:press", "sink:/var/lib/events", "archive:sqlite:/data/archive"."""
    at: datetime
    """Time at which the status was published."""
    position: dict[str, str]
    """Kind of event, or "article" -> id of the last entry up to which everything is delivered or stored."""
    pending: dict[str, int] = {}
    """Kind of event -> number of events read but not delivered yet, or not in a finished file yet."""
    pause_s: float = 0.0
    """Remaining seconds, at the time `at`, of the pause that the receiver demanded by Retry-After."""
    dead: int = 0
    """Number of dead letters kept."""
    ended: str | None = None
    """Reason code if the subscription has ended; None while it is active."""


class ConsumerLag(Struct, frozen=True, kw_only=True):
    """Lag of one consumer group, webhook, sink or archive on one stream."""

    stream: str
    """A kind of event, or "article"."""
    group: str
    """Name of the consumer group, or of the `ConsumerStatus`."""
    entries: int | None
    """Number of entries not delivered yet.  None if unknown: a lagging webhook or sink, Redis before 7, or a group
    whose count Redis lost by a deletion."""
    pending: int
    """Number of entries delivered but not acknowledged."""
    lag_s: float
    """Age of the oldest entry not delivered yet; 0 if there is none."""


class DeadLetterSummary(Struct, frozen=True, kw_only=True):
    """The part of a dead letter that an overview shows."""

    at: datetime
    reason: str
    subject: str
    """URL of the task, or a note that the entry is unreadable."""


class FleetSnapshot(Struct, frozen=True, kw_only=True):
    """State of the whole fleet."""

    at: datetime
    backlog: int
    """Number of tasks that are ready and not delivered to a worker yet."""
    waiting: int = 0
    """Number of tasks that wait for their hosts."""
    pending: int
    """Number of tasks that workers are handling."""
    delayed: int
    """Number of failed tasks that are retried later."""
    dead: int
    """Number of dead letters kept."""
    max_backlog: int
    """Number of waiting tasks above which the queue rejects more."""
    lag_s: float = 0.0
    """Seconds since the oldest undelivered task became ready; 0 if there is none."""
    oldest_pending_s: float = 0.0
    """Seconds since the oldest pending task became ready; 0 if there is none."""
    services: tuple[ServiceHeartbeat, ...] = ()
    release_lag_s: float = 0.0
    """Seconds for which the task that is due first has not been released; 0 if none is due."""
    waiting_hosts: int = 0
    """Number of hosts whose next task is due later."""
    down_hosts: int = 0
    """Number of hosts that failed within the last hour and have not answered since."""
    hosts: tuple[ThrottledHost, ...] = ()
    """Hosts that fail, the last failure first, then those with the longest waits; bounded (`MAX_HOSTS`)."""
    consumers: tuple[ConsumerStatus, ...] = ()
    lags: tuple[ConsumerLag, ...] = ()
    """Lags of consumer groups, webhooks and sinks."""
    dead_letters: tuple[DeadLetterSummary, ...] = ()
    """The newest dead letters, newest first; empty unless requested."""
    memory_bytes: int = 0
    """Memory used by Redis."""
    memory_limit_bytes: int = 0
    """`maxmemory` of Redis; 0 if there is no limit."""
    stream_bytes: dict[str, int] = {}
    """Name of a stream ("article", or a kind of event) -> its estimated memory in Redis."""
    stream_budget_bytes: int = 0
    """Memory budget of all these streams together."""
    stream_reserve_bytes: int = 0
    """Memory beyond the budget for entries that a reader has not finished."""
    eviction_policy: str | None = None
    """`maxmemory-policy` if it makes Redis drop keys when its memory is full; else None."""

    def total(self, name: str) -> int:
        """Return the sum of a count of `ServiceHeartbeat.totals` over the services listed."""
        return sum(heartbeat.totals.get(name, 0) for heartbeat in self.services)

    @property
    def unfinished(self) -> int:
        """Return the number of tasks that are neither settled nor dead letters; `max_backlog` limits it."""
        return self.backlog + self.waiting + self.delayed + self.pending

    def age_s(self, record: ServiceHeartbeat | ConsumerStatus) -> float:
        """Return the seconds from the time of `record` to the time of this snapshot; never negative."""
        return max(0.0, (self.at - record.at).total_seconds())

    def is_alive(self, record: ServiceHeartbeat | ConsumerStatus) -> bool:
        """Return whether the time of `record` is less than `HEARTBEAT_TIMEOUT_S` before this snapshot."""
        return self.age_s(record) < HEARTBEAT_TIMEOUT_S

    def remaining_pause_s(self, consumer: ConsumerStatus) -> float:
        """Return the seconds left of the pause that a webhook's receiver demanded; 0 if none are left."""
        return max(0.0, consumer.pause_s - self.age_s(consumer))
