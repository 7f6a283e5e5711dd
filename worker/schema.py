"""Everything that travels: tasks, pages, articles, events, and the names of the streams they travel on.

Offsets are Unicode code points of `Article.text`, half open.  Instants are aware UTC datetimes.  A new field
needs a default, so that old entries still decode.  The JSON form of an event is the published contract.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta, timezone
from typing import Any, Literal

import msgspec
from msgspec import Struct

VERSION = 1
"""Version of the wire form, the field `v` of every stream entry."""

Kind = Literal["statement", "meeting", "decision"]
KINDS: tuple[Kind, ...] = ("statement", "meeting", "decision")

ActorType = Literal["person", "organisation", "country", "group", "unnamed"]
Quotation = Literal["direct", "mixed", "indirect"]
Act = Literal[
    "say", "demand", "accuse", "criticise", "praise", "promise", "threaten", "deny", "ask", "announce", "decline"
]
Form = Literal["talks", "visit", "call", "summit", "press_conference", "other"]
MeetingStatus = Literal["held", "planned", "proposed", "cancelled", "denied"]
DecisionStatus = Literal["taken", "rejected", "postponed", "pending", "proposed", "not_taken"]
Category = Literal[
    "legislative", "executive", "personnel", "court", "enforcement", "campaign", "endorsement", "agreement", "other"
]


# ---------------------------------------------------------------- work
class Task(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One URL to be read.  `id` is the hash of the canonical URL and the wire version, never a stream id."""

    id: str
    url: str
    source: str | None = None
    """Name of the feed that led here; None for a URL put by hand."""
    attempt: int = 0
    """Failed attempts so far; crashes are counted by the queue on top."""
    slot_at: datetime | None = None
    """The host's slot reserved for this task; None while none is."""
    put_at: datetime | None = None

    @property
    def trace_id(self) -> str:
        """Id of this URL's way from discovery to its events, as W3C Trace Context spells one (32 hex digits).

        It follows from what the task carries: the same in every attempt, every worker and every log, and no field of
        its own in the queue.
        """
        return digest("trace", self.id, self.put_at.isoformat() if self.put_at else "")


class Page(Struct, frozen=True, kw_only=True):
    """What a server answered: `body` after decompression, `url` after redirects."""

    url: str
    body: bytes
    content_type: str = "text/html"
    charset: str | None = None
    """As the HTTP header declares it; None where it is silent."""
    fetched_at: datetime | None = None


class Article(Struct, frozen=True, kw_only=True):
    """One article as text, its paragraphs separated by an empty line."""

    id: str
    url: str
    """Canonical URL; may be empty for a text that came without one."""
    text: str
    """Without the title, unless the page repeats it in the body."""
    title: str = ""
    byline: list[str] = []
    published_at: datetime | None = None
    published_offset_s: int = 0
    """Seconds east of UTC of the clock by which the page dates itself: `published_at` there is the newspaper's day."""
    language: str | None = None
    """BCP 47, lower case primary tag ("en"); None where it could not be told."""
    site: str | None = None
    """Name of the outlet as the page gives it."""
    fetched_at: datetime | None = None

    def published_there(self) -> datetime | None:
        """Return `published_at` by the page's own clock: its day is the one that the newspaper prints."""
        zone = timezone(timedelta(seconds=self.published_offset_s))
        return self.published_at and self.published_at.astimezone(zone)


# ---------------------------------------------------------------- parts of an event
class Span(Struct, frozen=True, kw_only=True):
    """A stretch of the article: `text[start:end] == span.text`, always."""

    start: int
    end: int
    text: str


class Actor(Struct, frozen=True, kw_only=True):
    """A party.  `name` is the fullest name that this article gives, never one that it does not contain."""

    name: str
    mention: Span | None = None
    type: ActorType
    role: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2 of the country the actor represents, or None."""


class Plover(Struct, frozen=True, kw_only=True):
    """PLOVER event type and mode ("CONSULT", "visit")."""

    type: str
    mode: str | None = None


class _Event(Struct, frozen=True, kw_only=True, tag_field="kind"):
    """What every event has."""

    id: str
    url: str
    published_at: datetime | None = None
    language: str = "en"
    sentence: Span
    """The evidence."""
    cue: Span | None = None
    """The words that announce the event."""
    via: list[str] = []
    """Outlets credited, outermost last: "reported DPA, quoted by BTA" is ["DPA", "BTA"]."""
    confidence: float
    """0 to 1."""
    rule: str
    """Name of the construction that fired."""
    plover: Plover | None = None
    cameo: str | None = None


# ---------------------------------------------------------------- events
class Statement(_Event, frozen=True, kw_only=True, tag_field="kind", tag="statement"):
    """Somebody said something."""

    speaker: Actor | None = None
    content: list[Span]
    """The pieces around the cue, and continuation sentences and paragraphs."""
    quotation: Quotation
    act: Act = "say"
    target: Actor | None = None
    venue: Span | None = None
    said_on: date | None = None


class Meeting(_Event, frozen=True, kw_only=True, tag_field="kind", tag="meeting"):
    """Parties met, will meet, or will not."""

    form: Form
    status: MeetingStatus
    participants: list[Actor]
    place: Span | None = None
    held_on: date | None = None
    when: Span | None = None
    """As worded."""
    topic: Span | None = None
    mentions: list[Span] = []
    """Every trigger of this meeting, the fullest first."""
    attributed_to: str | None = None
    """Id of the statement whose content reports it."""


class Decision(_Event, frozen=True, kw_only=True, tag_field="kind", tag="decision"):
    """Somebody decided, refused, put off, or explicitly did not decide."""

    deciders: list[Actor]
    status: DecisionStatus
    category: Category = "other"
    object: Span | None = None
    """What was decided."""
    decided_on: date | None = None
    when: Span | None = None
    mentions: list[Span] = []
    attributed_to: str | None = None


Event = Statement | Meeting | Decision


def event_schema() -> dict[str, Any]:
    """Return the published contract: the JSON Schema (draft 2020-12) of an event."""
    (root,), parts = msgspec.json.schema_components([Event], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Communiqué event",
        **root,
        "$defs": {name: parts[name] for name in sorted(parts)},
    }


# ---------------------------------------------------------------- names and ids
def digest(*parts: str) -> str:
    """Return 128 bits of SHA-256 over the parts, as 32 hex digits: the form of every id here."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def task_id(canonical_url: str) -> str:
    """Id of the work on one URL under this wire version."""
    return digest("task", str(VERSION), canonical_url)


def article_id(canonical_url: str) -> str:
    """Id of an article, the same for every fetch of it."""
    return digest("article", canonical_url)


def event_stream(prefix: str, kind: Kind) -> str:
    """Name of the Redis stream of one kind."""
    return f"{prefix}:events:{kind}"


def article_stream(prefix: str) -> str:
    """Name of the Redis stream of articles."""
    return f"{prefix}:articles"
