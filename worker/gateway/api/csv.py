"""Encode published events as CSV, one row each, for spreadsheets and data frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker.csv_rows import EVENT_COLUMNS, PROVENANCE_COLUMNS, csv_row, event_cells, provenance_cells
from worker.gateway.live.encoders import publication_time
from worker.schema import Retraction
from worker.subscribe.cursor import format_cursor

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.gateway.live.event import StreamEvent
    from worker.schema import Event

COLUMNS: Final = (*EVENT_COLUMNS, "sent_at", "position", *PROVENANCE_COLUMNS)


def events_to_csv(items: Iterable[StreamEvent]) -> str:
    """Return the events as CSV with a header row; items that do not decode and retractions are omitted."""
    events = ((item, item.event) for item in items if item.event and not isinstance(item.event, Retraction))
    return "".join(map(csv_row, (COLUMNS, *(_row(item, event) for item, event in events))))


def _row(item: StreamEvent, event: Event) -> tuple[object, ...]:
    return *event_cells(event), publication_time(item), format_cursor(item.cursor), *provenance_cells(event)
