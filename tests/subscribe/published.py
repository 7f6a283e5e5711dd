"""Invented events, and a function that publishes them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

import msgspec

from worker.publish import publication_entries
from worker.schema import (
    KINDS,
    Actor,
    Article,
    Decision,
    Event,
    Kind,
    Meeting,
    Retraction,
    Span,
    Statement,
    event_stream,
)

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MILLISECONDS = count(int(NOW.timestamp()) * 1000)
"""Times for entry ids: each event has a millisecond of its own, so that the order is defined over all kinds."""
SPAN = Span(start=0, end=1, text="x")


def make_event(kind: Kind, name: str, **more: Any) -> Event:
    required: dict[str, Any] = {"id": name, "url": "", "sentence": SPAN, "confidence": 1.0, "rule": "test"}
    match kind:
        case "statement":
            return Statement(**{"content": [SPAN], "quotation": "direct"} | required | more)
        case "meeting":
            return Meeting(**{"form": "talks", "status": "held", "participants": []} | required | more)
        case "decision":
            return Decision(**{"deciders": [], "status": "taken"} | required | more)


def event_named(name: str) -> Event:
    """Return an event whose id begins with the first letter of its kind: "s1" is a statement."""
    kind_of = {kind[0]: kind for kind in KINDS}
    return make_event(kind_of[name[0]], name)


def person(name: str, country: str | None = None) -> Actor:
    return Actor(name=name, type="person", country=country)


async def publish(redis: Redis, settings: Settings, *events: str | Event) -> None:
    """Publish events, given as such or by id as in `event_named`."""
    events_to_publish = [event_named(e) if isinstance(e, str) else e for e in events]
    for write in publication_entries(
        Article(id="a", url="https://news.example/1", text="x"), events_to_publish, settings.redis, NOW
    ):
        fields: Any = write.fields
        await redis.xadd(write.stream, fields, id=f"{next(MILLISECONDS)}-0")


def make_retraction(of: str) -> Retraction:
    """Return the retraction of an event, given by id as in `event_named`."""
    kind = next(kind for kind in KINDS if kind[0] == of[0])
    return Retraction(
        id=f"r-{of}", of=of, of_kind=kind, url="https://news.example/1", retracted_at=NOW, reason="forgotten"
    )


async def publish_retraction(redis: Redis, settings: Settings, of: str) -> Retraction:
    """Publish the retraction of an event in the stream of its kind."""
    retraction = make_retraction(of)
    data = msgspec.json.encode(retraction).decode()
    await publish_entry(redis, settings, retraction.of_kind, id=retraction.id, type="retraction", data=data)
    return retraction


async def publish_entry(redis: Redis, settings: Settings, kind: Kind, **fields: Any) -> None:
    """Add an entry with these fields to the stream of a kind."""
    stream = event_stream(settings.redis.key_prefix, kind)
    entry: Any = fields
    await redis.xadd(stream, entry, id=f"{next(MILLISECONDS)}-0")
