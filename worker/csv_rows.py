"""Rows of CSV (RFC 4180) that a spreadsheet does not run as formulas, and the cells of an event."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from worker.filters.facets import actors_of, subject_spans
from worker.schema import kind_of, spec_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.schema import Event

EVENT_COLUMNS: Final = (
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
)
"""`what` holds a statement's act, a meeting's form or a decision's category; lists are joined by "; "."""
PROVENANCE_COLUMNS: Final = ("title", "site", "revision", "same_as")
"""Columns of the article of an event."""
FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms count too
"""Characters at which a spreadsheet starts a formula; such a cell gets an apostrophe first (OWASP, CSV injection)."""


def event_cells(event: Event) -> tuple[object, ...]:
    """Return the cells of an event, one per name in `EVENT_COLUMNS`."""
    actors = actors_of(event)
    return (
        event.id,
        kind_of(event),
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
    )


def provenance_cells(event: Event) -> tuple[object, ...]:
    """Return the cells of an event, one per name in `PROVENANCE_COLUMNS`."""
    return event.title, event.site or "", event.revision, event.same_as or ""


def csv_row(cells: Iterable[object]) -> str:
    """Return one row with its line end; text that a spreadsheet would run as a formula begins with an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow([_safe(cell) for cell in cells])
    return out.getvalue()


def _safe(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
