"""Strict parsing of a request's query string and `Accept` header.

Every function raises ProblemError `bad_parameter`, which names the parameter, if a value is invalid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker import filters
from worker.gateway.live.encoders import CLOUDEVENT, CLOUDEVENTS
from worker.gateway.problems import ProblemError
from worker.subscribe.start import END, parse_start

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from aiohttp import web

    from worker.filters import Filter
    from worker.subscribe.cursor import Cursor

FILTER_PARAMETERS: Final = frozenset({p.name for p in filters.PARAMETERS} | {filters.CONFIDENCE})
"""Parameters that make up a filter; only these may be repeated."""
ZERO_WEIGHTS: Final = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})


def reject_unknown(request: web.Request, known: Collection[str]) -> None:
    """Raise ProblemError if the query has a parameter that is not in `known`, or repeats one that is no filter."""
    for name in dict.fromkeys(request.query):
        if name not in known:
            raise ProblemError("bad_parameter", f"unknown parameter {name!r}", parameter=name)
        if name not in FILTER_PARAMETERS and len(request.query.getall(name)) > 1:
            raise ProblemError("bad_parameter", "must not be repeated", parameter=name)


def parse_filter(request: web.Request) -> Filter:
    """Return the event filter that the query's filter parameters describe; all events if there are none."""
    given = {name: request.query.getall(name) for name in FILTER_PARAMETERS.intersection(request.query)}
    try:
        return filters.build_filter(given)
    except filters.FilterError as e:
        raise ProblemError("bad_parameter", str(e), parameter=e.parameter) from None


def parse_cursor(request: web.Request, name: str, now: datetime) -> Cursor | None:
    """Return the cursor in the query parameter `name`; None (the present) if it is "$" or absent.

    `now`: the time from which a duration is counted back.
    """
    return parse_cursor_text(request.query.get(name, END), name, now)


def parse_cursor_text(text: str, name: str, now: datetime) -> Cursor | None:
    """Parse a cursor; None is "$", the present.  `name` is the parameter or header that an error refers to."""
    try:
        return parse_start(text, round(now.timestamp() * 1000))
    except ValueError as e:
        raise ProblemError("bad_parameter", f"{text[:100]!r}: {e}", parameter=name) from None


def parse_choice(request: web.Request, name: str, choices: Collection[str], default: str) -> str:
    """Return the value of a parameter that must be one of `choices`; `default` if it is absent."""
    value = request.query.get(name, default)
    if value not in choices:
        raise ProblemError("bad_parameter", f"{value[:100]!r} is not one of {', '.join(choices)}", parameter=name)
    return value


def parse_int(request: web.Request, name: str, default: int, maximum: int, minimum: int = 1) -> int:
    """Return the value of an integer parameter from `minimum` to `maximum`; `default` if it is absent."""
    text = request.query.get(name, str(default))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(maximum)) + 2 else minimum - 1
    if not minimum <= number <= maximum:
        detail = f"{text[:100]!r} is not an integer from {minimum} to {maximum}"
        raise ProblemError("bad_parameter", detail, parameter=name)
    return number


def wants_cloudevents(request: web.Request) -> bool:
    """Tell whether to wrap events in CloudEvents envelopes: `cloudevents` in the query decides, else `Accept`."""
    if "cloudevents" in request.query:
        return parse_choice(request, "cloudevents", ("0", "1"), "0") == "1"
    return not accepted_media_types(request).isdisjoint({CLOUDEVENT, CLOUDEVENTS})


def accepted_media_types(request: web.Request) -> set[str]:
    """Return the media types listed in `Accept`, in lower case, without parameters and without those of weight 0."""
    accepted = set()
    for part in ",".join(request.headers.getall("Accept", ())).split(","):
        media_type, *parameters = (word.strip().lower() for word in part.split(";"))
        if ZERO_WEIGHTS.isdisjoint(word.replace(" ", "") for word in parameters):
            accepted.add(media_type)
    return accepted - {""}
