"""Encode events as CSV (RFC 4180), one row each, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from worker.filters.facets import actors_of, subject_spans
from worker.gateway.cursor import format_cursor
from worker.gateway.live.encoders import publication_time
from worker.schema import Event, Retraction, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.gateway.live.event import StreamEvent

COLUMNS: Final = (
    "id",
    "kind",
    "published_at",
    "parties",
    "countries",
    "what",
    "status",
    "subject",
    "sentence",
    "url",
    "via",
    "language",
    "confidence",
    "rule",
    "cameo",
    "plover",
    "sent_at",
    "position",
    "title",
    "site",
    "revision",
    "same_as",
)
"""`what` holds a statement's act, a meeting's form or a decision's category; lists are joined by "; "."""
FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms count too
"""Characters at which a spreadsheet starts a formula; such a cell gets an apostrophe first (OWASP, CSV injection)."""


def events_to_csv(items: Iterable[StreamEvent]) -> str:
    """Return the events as CSV with a header row; items that do not decode and retractions are omitted."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    events = ((item, item.event) for item in items if item.event and not isinstance(item.event, Retraction))
    rows.writerows([_cell(value) for value in _row(item, event)] for item, event in events)
    return out.getvalue()


def _row(item: StreamEvent, event: Event) -> tuple[object, ...]:
    actors = actors_of(event)
    return (
        event.id,
        item.kind,
        event.published_at.isoformat() if event.published_at else "",
        "; ".join(party.name for party in actors),
        "; ".join(party.country or "" for party in actors),
        getattr(event, spec_of(event).labels[0]),
        getattr(event, "status", ""),
        " … ".join(span.text for span in subject_spans(event)),
        event.sentence.text,
        event.url,
        "; ".join(event.via),
        event.language,
        event.confidence,
        event.rule,
        event.cameo or "",
        "/".join(filter(None, (event.plover.type, event.plover.mode))) if event.plover else "",
        publication_time(item),
        format_cursor(item.cursor),
        event.title,
        event.site or "",
        event.revision,
        event.same_as or "",
    )


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
