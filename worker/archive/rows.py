"""Articles and events as rows of the archive.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from worker.filters.facets import fold_name, subject_spans, url_host
from worker.schema import Actor, Article, Event, Span, actors_in, article_id, kind_of, spec_of
from worker.streams import id_key
from worker.subscribe.stream_events import published_at

if TYPE_CHECKING:
    from datetime import date

    from worker.archive.sql_schema import Row
    from worker.streams import Entry

SEPARATOR: Final = "; "
"""Between the names of a column with several."""
DATE_FIELDS: Final = ("said_on", "held_on", "decided_on")
"""Fields with the day of an event, of all kinds."""
PLACE_FIELDS: Final = ("place", "venue")


def article_row(seq: int, entry: Entry, article: Article) -> Row:
    """Return the row of an article; `seq` is its place in the order of arrival."""
    return {
        "seq": seq,
        "id": article.id,
        "revision": article.revision,
        "entry_id": entry.id,
        "arrived_at": published_at(id_key(entry.id)[0]),
        "url": _text(article.url),
        "host": url_host(article.url),
        "title": _text(article.title),
        "site": _optional(article.site),
        "section": _optional(article.section),
        "byline": _text(SEPARATOR.join(article.byline)),
        "published_at": article.published_at,
        "updated_at": article.updated_at,
        "paywalled": article.paywalled,
        "format": article.format,
        "language": article.language,
        "source": _optional(article.source),
        "requested_url": _optional(article.requested_url),
        "same_as": article.same_as,
        "events_omitted": article.events_omitted,
        "words": article.word_count or len(article.text.split()),  # 0 in entries of older versions
        "text": _text(article.text),
        "data": _data(entry),
    }


def event_row(seq: int, entry: Entry, event: Event) -> Row:
    """Return the row of an event; `seq` is its place in the order of arrival."""
    agent = next(iter(actors_in(event, spec_of(event).agents)), None)
    return {
        "seq": seq,
        "id": event.id,
        "kind": kind_of(event),
        "entry_id": entry.id,
        "arrived_at": published_at(id_key(entry.id)[0]),
        "article_id": article_id(event.url),
        "url": _text(event.url),
        "host": url_host(event.url),
        "title": _text(event.title),
        "site": _optional(event.site),
        "published_at": event.published_at,
        "event_date": _event_date(event),
        "language": event.language,
        "confidence": event.confidence,
        "rule": event.rule,
        "speaker": _name(getattr(event, "speaker", None)),
        "actor": _name(agent),
        "role": agent and _optional(agent.role),
        "country": agent and agent.country,
        "target": _name(getattr(event, "target", None)),
        "parties": _text(SEPARATOR.join(actor.name for _, actor in parties(event))),
        **{name: getattr(event, name, None) for name in ("act", "quotation", "form", "status", "category")},
        "place": _span(next((found for name in PLACE_FIELDS if (found := getattr(event, name, None))), None)),
        "words": _text(" … ".join(span.text for span in subject_spans(event))),
        "sentence": _text(event.sentence.text),
        "cue": _span(event.cue),
        "via": _text(SEPARATOR.join(event.via)),
        "cameo": event.cameo,
        "plover": event.plover and event.plover.type,
        "revision": event.revision,
        "same_as": event.same_as,
        "retracted_at": None,
        "retraction": None,
        "data": _data(entry),
    }


def party_rows(seq: int, event: Event) -> list[Row]:
    """Return a row for each actor of an event with the number `seq`."""
    return [
        {
            "event_seq": seq,
            "number": number,
            "part": part,
            "name": _text(actor.name),
            "folded": _text(fold_name(actor.name)),
            "type": actor.type,
            "role": _optional(actor.role),
            "country": actor.country,
        }
        for number, (part, actor) in enumerate(parties(event))
    ]


def parties(event: Event) -> list[tuple[str, Actor]]:
    """Return the actors of an event, each with the name of its field."""
    return [(name, actor) for name in spec_of(event).parties for actor in actors_in(event, (name,))]


def _event_date(event: Event) -> date | None:
    return next((found for name in DATE_FIELDS if (found := getattr(event, name, None))), None)


def _name(actor: Actor | None) -> str | None:
    return _text(actor.name) if actor else None


def _span(span: Span | None) -> str | None:
    return _text(span.text) if span else None


def _optional(text: str | None) -> str | None:
    return None if text is None else _text(text)


def _text(text: str) -> str:
    """Return a text that both databases store: without NUL, which PostgreSQL refuses, and without lone surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _data(entry: Entry) -> str:
    fields: dict[bytes, Any] = entry.fields or {}
    return _text(fields.get(b"data", b"").decode("utf-8", "replace"))
