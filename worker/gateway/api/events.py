"""Handlers of /v1/events: pages of history as JSON, CSV or CloudEvents, and single events by id."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Raw, Struct, structs

from worker.durations import parse_duration_s
from worker.gateway.api.csv import events_to_csv
from worker.gateway.live.encoders import CLOUDEVENT, CLOUDEVENTS, encode_cloudevent
from worker.gateway.middleware.compression import body_response
from worker.gateway.problems import ProblemError
from worker.gateway.query import (
    FILTER_PARAMETERS,
    accepted_media_types,
    parse_choice,
    parse_cursor,
    parse_filter,
    parse_int,
    reject_unknown,
    wants_cloudevents,
)
from worker.gateway.spec.parameters import DEFAULT_EVENTS, MAX_PAGE_EVENTS
from worker.schema import Retraction
from worker.subscribe.cursor import START_CURSOR, Cursor, format_cursor, replace_positions

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp import web

    from worker.filters import Filter
    from worker.gateway.api.lookup import PublicationLookup
    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.event import StreamEvent
    from worker.gateway.live.replay import ReplayReader, ReplayWindow
    from worker.schema import Kind

EVENTS_PARAMETERS: Final = FILTER_PARAMETERS | {"after", "before", "order", "limit", "format", "cloudevents"}
MAX_SCANNED: Final = 20_000
"""Entries scanned by one request; its page then ends early and has a next one."""
HISTORY_CHUNK: Final = 200
"""Entries of one stream read in one round trip."""
MAX_CONCURRENT_SCANS: Final = 2
"""Requests that scan history at the same time; more would delay the live streams."""


class _RawPage(Struct, frozen=True, kw_only=True):
    """Encodes as `models.EventPage`, with the JSON of each event as it was published."""

    events: list[Raw]
    next: str | None
    position: str
    gaps: list[Kind]


class HistoryResult(Struct, frozen=True, kw_only=True):
    """Result of a scan: the fields of `models.EventPage` with decoded events and cursors."""

    items: list[StreamEvent]
    next: Cursor | None
    position: Cursor
    gaps: list[Kind] = []


class EventHandlers:
    """Handlers for past events."""

    def __init__(
        self, broadcaster: Broadcaster, history: ReplayReader, lookup: PublicationLookup, clock: Callable[[], datetime]
    ) -> None:
        """`history`: reads past events.  `lookup`: finds one by id.  `clock`: the current time.  Nothing is read yet.

        `broadcaster`: pages end at its position, so that a live stream can continue after them.
        """
        self._broadcaster = broadcaster
        self._history = history
        self._lookup = lookup
        self._clock = clock
        self._scans = asyncio.Semaphore(MAX_CONCURRENT_SCANS)

    async def list_events(self, request: web.Request) -> web.Response:
        """Handle GET /v1/events."""
        reject_unknown(request, EVENTS_PARAMETERS)
        limit, order = parse_int(request, "limit", DEFAULT_EVENTS, MAX_PAGE_EVENTS), _parse_order(request)
        output_format, envelopes = _parse_format(request), wants_cloudevents(request)
        now = self._clock()
        result = await self._scan(request, order, limit, now)
        response = _format_response(result, output_format, envelopes=envelopes)
        response.headers["Vary"] = "Accept"
        if result.next:
            parameter = "after" if order == "oldest" else "before"
            following = _resolve_durations(request, now) | {parameter: format_cursor(result.next), "order": order}
            url = request.rel_url.update_query(following)
            response.headers["Link"] = f'<{url}>; rel="next"'
        return response

    async def get_event(self, request: web.Request) -> web.Response:
        """Handle GET /v1/events/{id}."""
        reject_unknown(request, {"cloudevents"})
        item = await self._lookup.find_event(request.match_info["id"])
        if item is None or isinstance(item.event, Retraction):
            raise ProblemError("not_found", "there is no such event among the newest ones, which are indexed")
        if wants_cloudevents(request):
            return body_response(encode_cloudevent(item), CLOUDEVENT)
        return body_response(item.data)

    # ------------------------------------------------------------ history
    async def _scan(self, request: web.Request, order: str, limit: int, now: datetime) -> HistoryResult:
        """Return the events between the query's `after` and `before` that pass its filter, at most `limit`."""
        wanted = parse_filter(request)
        after, before = (parse_cursor(request, name, now) for name in ("after", "before"))
        start = (after or self._broadcaster.cursor) if "after" in request.query else START_CURSOR
        low, reset_kinds = await self._clamp(start, wanted)
        window = self._history.window(wanted.kinds, low, before or self._broadcaster.cursor, HISTORY_CHUNK)
        async with self._scans, contextlib.aclosing(window):
            result = await (_scan_oldest if order == "oldest" else _scan_newest)(window, wanted, limit)
        trimmed = await self._history.find_gaps(wanted.kinds, low)  # after the scan, since Redis trims meanwhile
        return structs.replace(result, gaps=sorted({*reset_kinds, *window.lost, *trimmed}))

    async def _clamp(self, low: Cursor, wanted: Filter) -> tuple[Cursor, list[Kind]]:
        """Return `low` set back to the end of each stream that ends before it, and the kinds of those streams."""
        if not self._broadcaster.is_behind(low, wanted.kinds):
            return low, []
        ends = await self._history.find_resets(wanted.kinds, low)
        return replace_positions(low, ends), [*ends]


def _resolve_durations(request: web.Request, now: datetime) -> dict[str, str]:
    """Return the bounds that are durations as cursors, so that they are the same on the next page."""
    given = [name for name in ("after", "before") if parse_duration_s(request.query.get(name, "")) is not None]
    return {name: format_cursor(cursor) for name in given if (cursor := parse_cursor(request, name, now))}


def _parse_order(request: web.Request) -> str:
    """Return "newest" or "oldest"; the default depends on whether `after` is given."""
    return parse_choice(request, "order", ("newest", "oldest"), "oldest" if "after" in request.query else "newest")


def _parse_format(request: web.Request) -> str:
    """Return "json" or "csv", from the query or else from `Accept`."""
    default = "csv" if "text/csv" in accepted_media_types(request) else "json"
    return parse_choice(request, "format", ("json", "csv"), default)


async def _scan_oldest(window: ReplayWindow, wanted: Filter, limit: int) -> HistoryResult:
    """Scan upwards; the next page begins after the last event scanned."""
    items: list[StreamEvent] = []
    scanned = 0
    while not window.exhausted and scanned < MAX_SCANNED:
        for item in await window.next_oldest():
            scanned += 1
            if item.event is None or not item.matches(wanted):
                continue
            items.append(item)
            if len(items) == limit:
                return HistoryResult(items=items, next=item.cursor, position=item.cursor)
    next_page = None if window.exhausted else window.low
    return HistoryResult(items=items, next=next_page, position=window.low)


async def _scan_newest(window: ReplayWindow, wanted: Filter, limit: int) -> HistoryResult:
    """Scan downwards; the next page ends before the last event scanned."""
    top, items, scanned = window.high, [], 0
    while not window.exhausted and scanned < MAX_SCANNED:
        for item in await window.next_newest():
            scanned += 1
            if item.event is None or not item.matches(wanted):
                continue
            items.append(item)
            if len(items) == limit:
                return HistoryResult(items=items, next=item.cursor_before, position=top)
    next_page = None if window.exhausted else window.high
    return HistoryResult(items=items, next=next_page, position=top)


def _format_response(result: HistoryResult, output_format: str, *, envelopes: bool) -> web.Response:
    if envelopes:
        return body_response(msgspec.json.encode([Raw(encode_cloudevent(item)) for item in result.items]), CLOUDEVENTS)
    if output_format == "csv":
        return body_response(events_to_csv(result.items).encode("utf-8", "replace"), "text/csv", charset="utf-8")
    return body_response(msgspec.json.encode(_raw_page(result)))


def _raw_page(result: HistoryResult) -> _RawPage:
    return _RawPage(
        events=[Raw(item.data) for item in result.items],
        next=format_cursor(result.next) if result.next else None,
        position=format_cursor(result.position),
        gaps=result.gaps,
    )
