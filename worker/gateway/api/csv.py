"""Events as CSV (RFC 4180): one flat row each, for spreadsheets and data frames."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from worker.filters.facets import parties, subject
from worker.gateway.cursor import format_cursor
from worker.gateway.live.encoders import published
from worker.schema import Event, spec_of

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
)
"""`what` is a statement's act, a meeting's form, a decision's category; lists are joined by "; "."""
FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width ones are meant
"""What a spreadsheet takes for the beginning of a formula; such a cell gets an apostrophe before it (OWASP)."""


def events_to_csv(items: Iterable[StreamEvent]) -> str:
    """Return the events as a table with a header; what does not decode is left out."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows([_cell(value) for value in _row(item, item.event)] for item in items if item.event)
    return out.getvalue()


def _row(item: StreamEvent, event: Event) -> tuple[object, ...]:
    named = parties(event)
    return (
        event.id,
        item.kind,
        event.published_at.isoformat() if event.published_at else "",
        "; ".join(party.name for party in named),
        "; ".join(party.country or "" for party in named),
        getattr(event, spec_of(event).labels[0]),
        getattr(event, "status", ""),
        " … ".join(span.text for span in subject(event)),
        event.sentence.text,
        event.url,
        "; ".join(event.via),
        event.language,
        event.confidence,
        event.rule,
        event.cameo or "",
        "/".join(filter(None, (event.plover.type, event.plover.mode))) if event.plover else "",
        published(item),
        format_cursor(item.position),
    )


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
