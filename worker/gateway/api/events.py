"""GET /v1/events: the past, a page at a time, as JSON, CSV or CloudEvents; and one event by its id."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec import Raw, Struct, structs

from worker.gateway.api.csv import events_to_csv
from worker.gateway.cursor import START_CURSOR, Cursor, format_cursor, replace_positions
from worker.gateway.live.encoders import CLOUDEVENT, CLOUDEVENTS, cloudevent
from worker.gateway.middleware.compression import body
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
from worker.gateway.spec.parameters import DEFAULT_EVENTS, MAX_EVENTS

if TYPE_CHECKING:
    from aiohttp import web

    from worker.filters import Filter
    from worker.gateway.api.lookup import Lookup
    from worker.gateway.live.broadcaster import Broadcaster
    from worker.gateway.live.event import StreamEvent
    from worker.gateway.live.replay import ReplayReader, ReplayWindow
    from worker.schema import Kind

PARAMETERS: Final = FILTER_PARAMETERS | {"after", "before", "order", "limit", "format", "cloudevents"}
MOST_SEEN: Final = 20_000
"""Entries that one request looks at; a page then ends, with a next one."""
CHUNK: Final = 200
AT_A_TIME: Final = 2
"""Requests that look through history; others wait, so that the present does not wait for all of them."""


class _Page(Struct, frozen=True, kw_only=True):
    """`answers.Page` with events as they were published."""

    events: list[Raw]
    next: str | None
    position: str
    gaps: list[Kind]


class HistoryResult(Struct, frozen=True, kw_only=True):
    """What a request for history found."""

    items: list[StreamEvent]
    next: Cursor | None
    position: Cursor
    gaps: list[Kind] = []


class EventHandlers:
    """Answers for the past."""

    def __init__(self, broadcaster: Broadcaster, history: ReplayReader, lookup: Lookup) -> None:
        """Take the present from the hub: history ends there."""
        self._broadcaster = broadcaster
        self._history = history
        self._lookup = lookup
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def page(self, request: web.Request) -> web.Response:
        """Answer GET /v1/events."""
        reject_unknown(request, PARAMETERS)
        wanted, limit = parse_filter(request), parse_int(request, "limit", DEFAULT_EVENTS, MAX_EVENTS)
        after, before = parse_cursor(request, "after"), parse_cursor(request, "before")
        order = parse_choice(request, "order", ("newest", "oldest"), "oldest" if "after" in request.query else "newest")
        form = parse_choice(
            request, "format", ("json", "csv"), "csv" if "text/csv" in accepted_media_types(request) else "json"
        )
        envelopes = wants_cloudevents(request)
        low, beyond = await self._kept(
            (after or self._broadcaster.position) if "after" in request.query else START_CURSOR, wanted
        )
        window = self._history.window(wanted.kinds, low, before or self._broadcaster.position, CHUNK)
        async with self._turns, contextlib.aclosing(window):
            found = await (_oldest if order == "oldest" else _newest)(window, wanted, limit)
        gaps = {*beyond, *window.lost, *await self._history.gaps(wanted.kinds, low)}  # last: it may have gone meanwhile
        found = structs.replace(found, gaps=sorted(gaps))
        response = _spelt(found, form, envelopes=envelopes)
        response.headers["Vary"] = "Accept"
        if found.next:
            way = "after" if order == "oldest" else "before"
            url = request.rel_url.update_query({way: format_cursor(found.next), "order": order})
            response.headers["Link"] = f'<{url}>; rel="next"'
        return response

    async def _kept(self, low: Cursor, wanted: Filter) -> tuple[Cursor, list[Kind]]:
        """Return the place, or where the streams end that end before it, and their kinds."""
        if not self._broadcaster.is_ahead(low, wanted.kinds):
            return low, []
        beyond = await self._history.beyond(wanted.kinds, low)
        return replace_positions(low, beyond), [*beyond]

    async def one(self, request: web.Request) -> web.Response:
        """Answer GET /v1/events/{id}."""
        reject_unknown(request, {"cloudevents"})
        item = await self._lookup.event(request.match_info["id"])
        if item is None:
            raise ProblemError("not_found", "no such event, or not among the newest that are looked through")
        return body(cloudevent(item), CLOUDEVENT) if wants_cloudevents(request) else body(item.data)


async def _oldest(window: ReplayWindow, wanted: Filter, limit: int) -> HistoryResult:
    """Go up; the next page begins behind the last item looked at."""
    items: list[StreamEvent] = []
    seen = 0
    while not window.exhausted and seen < MOST_SEEN:
        for item in await window.oldest():
            seen += 1
            if item.event is None or not item.passes(wanted):
                continue
            items.append(item)
            if len(items) == limit:
                return HistoryResult(items=items, next=item.position, position=item.position)
    following = None if window.exhausted else window.low
    return HistoryResult(items=items, next=following, position=window.low)


async def _newest(window: ReplayWindow, wanted: Filter, limit: int) -> HistoryResult:
    """Go down; the next page ends before the last item looked at, whose own position is just behind it."""
    top, items, seen = window.high, [], 0
    while not window.exhausted and seen < MOST_SEEN:
        for item in await window.newest():
            seen += 1
            if item.event is None or not item.passes(wanted):
                continue
            items.append(item)
            if len(items) == limit:
                return HistoryResult(items=items, next=item.below, position=top)
    following = None if window.exhausted else window.high
    return HistoryResult(items=items, next=following, position=top)


def _spelt(found: HistoryResult, form: str, *, envelopes: bool) -> web.Response:
    if envelopes:
        return body(msgspec.json.encode([Raw(cloudevent(item)) for item in found.items]), CLOUDEVENTS)
    if form == "csv":
        return body(events_to_csv(found.items).encode("utf-8", "replace"), "text/csv", charset="utf-8")
    return body(msgspec.json.encode(_page(found)))


def _page(found: HistoryResult) -> _Page:
    return _Page(
        events=[Raw(item.data) for item in found.items],
        next=format_cursor(found.next) if found.next else None,
        position=format_cursor(found.position),
        gaps=found.gaps,
    )
