"""What the gateway answers with, apart from events and articles themselves; the API's documents are made of these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from worker.queue import Depth, WorkerState
from worker.schema import Article, Event, Kind
from worker.schema.fleet import ConsumerLag, ServiceHeartbeat, ThrottledHost

MAX_URLS = 1_000
"""Of one request."""


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What went wrong, as RFC 9457 has it (`application/problem+json`)."""

    type: str
    """`urn:communique:problem:` and a short stable code."""
    title: str
    """The same for every problem of this type."""
    status: int
    detail: str = ""
    """What was wrong this time."""
    instance: str = ""
    """The request's id, as a URN; it also stands in our log."""
    parameter: str = ""
    """Name of the parameter, header or field that is to blame."""
    results: list[EnqueueResult] = []
    """Why each URL of a POST was refused."""


# ---------------------------------------------------------------- events
class EventPage(Struct, frozen=True, kw_only=True):
    """A page of history."""

    events: list[Event]
    next: str | None = None
    """Where the next page begins: `after` in the order `oldest`, `before` in the order `newest`.  None: there is none
    now.  A page may hold fewer events than `limit` (none, too) and still have a next one: a request looks at a bounded
    number of entries."""
    position: str
    """Given to /v1/stream as `after`, with the same filters, the stream goes on exactly behind this page."""
    gaps: list[Kind] = []
    """Kinds of which something behind `after` may have been trimmed away already."""


class Gap(Struct, frozen=True, kw_only=True, tag_field="code", tag="gap"):
    """Said within a stream, which goes on: something cannot be handed over."""

    kinds: list[Kind]
    """Of what."""
    detail: str
    """It was trimmed away before it was read, or it does not decode."""


# ---------------------------------------------------------------- articles
class EnqueueRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Addresses of articles to read."""

    urls: Annotated[list[str], Meta(min_length=1, max_length=MAX_URLS)]


class EnqueueResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one address."""

    url: str
    """As it was given."""
    outcome: Literal["put", "seen", "refused"]
    """Enqueued; enqueued before, within `COMMUNIQUE_SEEN_TTL_S`; or not an address that can be read."""
    article: str = ""
    """Id that the article has, unless its page names another address as its own."""
    reason: str = ""
    """Short stable code of a refusal."""
    detail: str = ""


class EnqueueResponse(Struct, frozen=True, kw_only=True):
    """What became of every address, in their order."""

    put: int
    seen: int
    refused: int
    results: list[EnqueueResult]


class ArticleWithEvents(Struct, frozen=True, kw_only=True):
    """An article and the events found in it, by kind and in order of position.

    Offsets of the events' spans count code points of `article.text`.
    """

    article: Article
    events: list[Event]


# ---------------------------------------------------------------- state
class DeadLetterCounts(Struct, frozen=True, kw_only=True):
    """What was given up lately."""

    newest: int
    """How many of the newest dead letters were counted."""
    by_reason: dict[str, int]
    """The most frequent first."""


class StreamStatus(Struct, frozen=True, kw_only=True):
    """The gateway's own side."""

    clients: int
    """Streams being listened to here."""
    position: str
    """How far the streams have been read."""
    lag_s: float
    """How long the event read last had been waiting for it."""


class Status(Struct, frozen=True, kw_only=True):
    """The state of the whole, at most a second old."""

    at: datetime
    queue: Depth
    workers: list[WorkerState]
    services: list[ServiceHeartbeat]
    """What every service tells of itself every few seconds."""
    hosts: list[ThrottledHost]
    """Those that are not to be asked now, the longest waits first; not all of them."""
    lags: list[ConsumerLag]
    """How far each group of subscribers is behind."""
    dead: DeadLetterCounts
    events: dict[Kind, int]
    """Kept, by kind."""
    articles: int
    """Kept."""
    stream: StreamStatus


class HealthReport(Struct, frozen=True, kw_only=True):
    """Whether the gateway is well; `checks` says of each thing looked at "ok" or what is wrong with it."""

    status: Literal["ok", "failing"]
    checks: dict[str, str]
