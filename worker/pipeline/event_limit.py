"""The limit of events per article: without it, a page that is one long list could fill the streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from worker.schema import Event


def limit_events(events: Sequence[Event], limit: int) -> tuple[list[Event], int]:
    """Return the first `limit` events and the number of those omitted.

    An event that was attributed to an omitted statement has no attribution.
    """
    kept = list(events[:limit])
    if len(kept) == len(events):
        return kept, 0
    ids = {None, *(event.id for event in kept)}
    return [_attributed_within(event, ids) for event in kept], len(events) - len(kept)


def _attributed_within(event: Event, ids: set[str | None]) -> Event:
    return event if getattr(event, "attributed_to", None) in ids else replace(event, attributed_to=None)
