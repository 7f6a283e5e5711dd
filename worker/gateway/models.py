"""Response and request bodies of the API, apart from events and articles; the API descriptions derive from them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from worker.queue import Depth, WorkerState
from worker.schema import Article, Event, Kind, Retraction
from worker.schema.fleet import ConsumerLag, ServiceHeartbeat, ThrottledHost

MAX_URLS = 1_000
"""URLs in one request."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error as a problem document (RFC 9457, `application/problem+json`)."""

    type: str
    """`urn:communique:problem:` followed by a short stable code."""
    title: str
    """Summary of the type; the same for every problem of that type."""
    status: int
    detail: str = ""
    """Explanation of this occurrence."""
    instance: str = ""
    """Request id as a URN; the gateway's log lines carry the same id."""
    parameter: str = ""
    """Name of the invalid parameter, header or field."""
    results: list[EnqueueResult] = []
    """Result for each URL of a POST of which every URL was refused."""


# ---------------------------------------------------------------- events
class EventPage(Struct, frozen=True, kw_only=True):
    """One page of event history; retractions are among the events, where they were published."""

    events: list[Event | Retraction]
    next: str | None = None
    """Cursor of the next page: pass it as `after` in the order `oldest`, as `before` in the order `newest`.  None: no
    further page at present.  A page with fewer events than `limit`, even an empty one, may have a next page,
    because a request scans a bounded number of entries."""
    position: str
    """Cursor for /v1/stream: passed as `after` with the same filters, the stream continues right after this page."""
    gaps: list[Kind] = []
    """Kinds of which entries after `after` may already have been trimmed."""


class Gap(Struct, frozen=True, kw_only=True, tag_field="code", tag="gap"):
    """Frame of a live stream: some events cannot be delivered.  The stream continues."""

    kinds: list[Kind]
    """Kinds of the missing events."""
    detail: str
    """Reason: trimmed before they were read, or not decodable."""


# ---------------------------------------------------------------- articles
class EnqueueRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """URLs of articles to fetch."""

    urls: Annotated[list[str], Meta(min_length=1, max_length=MAX_URLS)]


class EnqueueResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Outcome for one URL."""

    url: str
    """The URL as sent."""
    outcome: Literal["put", "seen", "refused"]
    """put: enqueued.  seen: already enqueued within `COMMUNIQUE_SEEN_TTL_S`.  refused: not a fetchable URL."""
    article: str = ""
    """Id of the article, unless its page declares another canonical URL.  Empty if refused."""
    reason: str = ""
    """Short stable code of the refusal."""
    detail: str = ""
    """Explanation of the refusal."""


class EnqueueResponse(Struct, frozen=True, kw_only=True):
    """Outcomes for all URLs of a request, in its order, and their counts."""

    put: int
    seen: int
    refused: int
    results: list[EnqueueResult]


class ArticleWithEvents(Struct, frozen=True, kw_only=True):
    """A revision of an article and the events published with it, in the order of their sentences.

    Span offsets of the events count code points of `article.text`.  Events of an earlier revision that are still in the
    article belong to that revision.
    """

    article: Article
    events: list[Event]


# ---------------------------------------------------------------- status
class DeadLetterCounts(Struct, frozen=True, kw_only=True):
    """The newest dead letters, counted by reason."""

    newest: int
    """Number of dead letters counted; older ones are not included."""
    by_reason: dict[str, int]
    """Count for each reason, most frequent first."""


class StreamStatus(Struct, frozen=True, kw_only=True):
    """The gateway's live streams."""

    clients: int
    """Live streams open at this gateway."""
    position: str
    """Cursor up to which the gateway has read the Redis streams."""
    lag_s: float
    """Seconds from publication to broadcast, for the oldest event of the last batch."""


class MemoryStatus(Struct, frozen=True, kw_only=True):
    """Memory of Redis and of the streams in it, in bytes."""

    used_bytes: int
    """Memory that Redis uses."""
    limit_bytes: int
    """`maxmemory` of Redis; 0 if there is no limit."""
    stream_bytes: dict[str, int]
    """Estimated memory of each stream: "article", and each kind of event."""
    budget_bytes: int
    """Memory budget of all streams together; above it their oldest entries are trimmed."""
    reserve_bytes: int
    """Memory beyond the budget for entries that a consumer group, webhook, sink or archive has not finished."""
    eviction_policy: str | None = None
    """`maxmemory-policy` if it makes Redis drop keys when its memory is full; otherwise null."""


class Status(Struct, frozen=True, kw_only=True):
    """State of all services, at most one second old."""

    at: datetime
    queue: Depth
    workers: list[WorkerState]
    services: list[ServiceHeartbeat]
    """Last heartbeat of every service."""
    hosts: list[ThrottledHost]
    """Hosts that fail, the last failure first, then those with the longest waits; truncated."""
    waiting_hosts: int
    """Number of hosts whose next task is due later."""
    down_hosts: int
    """Number of hosts that failed within the last hour and have not answered since."""
    lags: list[ConsumerLag]
    """Lag of every consumer group, webhook and sink."""
    dead: DeadLetterCounts
    events: dict[Kind, int]
    """Number of events kept in Redis, by kind."""
    articles: int
    """Number of articles kept in Redis."""
    memory: MemoryStatus
    trimmed_unread: int
    """Entries that the services listed have trimmed, since they started, before a consumer group, webhook, sink or
    archive had read them: the reserve was used up."""
    omitted_events: int
    """Events that the services listed have not published, since they started, because their article has more than
    `COMMUNIQUE_MAX_EVENTS`."""
    stream: StreamStatus


class HealthReport(Struct, frozen=True, kw_only=True):
    """Result of a health check; `checks` maps each check to "ok" or to a description of the failure."""

    status: Literal["ok", "failing"]
    checks: dict[str, str]
