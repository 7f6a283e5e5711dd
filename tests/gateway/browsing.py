"""Helpers of the page tests: a gateway, a browser, and invented articles with their events."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from worker.gateway.app import GATEWAY_LOOPS, open_gateway
from worker.gateway.server import serve_gateway
from worker.publish import publication_entries
from worker.schema import Actor, Article, Decision, Event, Meeting, Plover, Span, Statement, article_id, hash_id
from worker.settings import Settings
from worker.streams import connect
from worker.telemetry.liveness import LivenessMonitor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed_browser(bundled: str) -> str | None:
    """Return the path of Chromium: playwright's own if it was downloaded, else the system's; None if there is none."""
    if Path(bundled).exists():
        return bundled
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


@asynccontextmanager
async def served(settings: Settings, redis_url: str, port: int = 0) -> AsyncIterator[str]:
    """Run a gateway on loopback while the block lasts; yields its address."""
    stop, ready = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with open_gateway(settings, redis_url, LivenessMonitor(GATEWAY_LOOPS)) as made:
        serving = asyncio.create_task(serve_gateway(made, "127.0.0.1", port, stop, ready.set_result))
        await asyncio.wait({serving, ready}, return_when=asyncio.FIRST_COMPLETED)
        try:
            yield ready.result() if ready.done() else serving.result() or ""
        finally:
            stop.set()
            await serving


async def publish(redis_url: str, settings: Settings, article: Article, *events: Event) -> None:
    """Add an article and its events to the streams, as a worker does."""
    async with connect(redis_url) as client:
        pipe = client.pipeline(transaction=False)
        for write in publication_entries(article, events, settings.redis, datetime.now(UTC)):
            fields: dict[Any, Any] = dict(write.fields)
            pipe.xadd(write.stream, fields)
        await pipe.execute()


def article(text: str, name: str = "harbour", **more: Any) -> Article:
    """Make an article with this text; `more` overrides its other fields."""
    url = f"https://meridian-courier.example/{name}"
    fields: dict[str, Any] = {
        "title": "The harbour stays open",
        "language": "en",
        "published_at": datetime(2025, 3, 5, 9, tzinfo=UTC),
    }
    return Article(id=article_id(url), url=url, text=text, **{**fields, **more})


def span(text: str, words: str) -> Span:
    """Return the span of the first occurrence of some words; offsets in code points."""
    start = text.index(words)
    return Span(start=start, end=start + len(words), text=words)


def person(of: Article, mention: str, name: str = "", country: str | None = None, role: str | None = None) -> Actor:
    """Make a person whose mention is the first occurrence of `mention`; `name` defaults to it."""
    return Actor(name=name or mention, mention=span(of.text, mention), type="person", country=country, role=role)


def statement(of: Article, speaker: Actor | None, *content: str, **more: Any) -> Statement:
    """Make a statement whose content spans are these words."""
    return Statement(
        speaker=speaker,
        content=[span(of.text, words) for words in content],
        **_every(
            "statement", of, content[0], {"quotation": "direct", "rule": "quotation_source_cue", "cameo": "010", **more}
        ),
    )


def meeting(of: Article, *parties: Actor, **more: Any) -> Meeting:
    """Make a meeting of these parties, held by default."""
    given = {"form": "talks", "status": "held", "rule": "meet", "plover": Plover(type="CONSULT", mode="visit"), **more}
    return Meeting(participants=list(parties), **_every("meeting", of, parties[0].name, given))


def decision(of: Article, *deciders: Actor, **more: Any) -> Decision:
    """Make a decision of these deciders, taken by default."""
    given = {"status": "taken", "category": "legislative", "rule": "act legislative", **more}
    return Decision(deciders=list(deciders), **_every("decision", of, deciders[0].name, given))


def _every(kind: str, of: Article, words: str, given: dict[str, Any]) -> dict[str, Any]:
    whole = Span(start=0, end=len(of.text), text=of.text)
    common = {
        "id": hash_id(kind, of.url, words),
        "url": of.url,
        "published_at": of.published_at,
        "sentence": whole,
        "confidence": 0.9,
    }
    return {**common, **given}
