"""What a request asks for: its query read strictly, and which of our forms it accepts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from worker import filters
from worker.gateway import cursor as position
from worker.gateway.live.encoders import CLOUDEVENT, CLOUDEVENTS
from worker.gateway.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Collection

    from aiohttp import web

    from worker.filters import Filter
    from worker.gateway.cursor import Cursor

FILTER_PARAMETERS: Final = frozenset({p.name for p in filters.PARAMETERS} | {filters.CONFIDENCE})


def reject_unknown(request: web.Request, known: Collection[str]) -> None:
    """Refuse a query with a parameter of no meaning here, or with one given twice that may not be."""
    for name in dict.fromkeys(request.query):
        if name not in known:
            raise ProblemError("bad_parameter", f"there is no parameter {name!r} here", parameter=name)
        if name not in FILTER_PARAMETERS and len(request.query.getall(name)) > 1:
            raise ProblemError("bad_parameter", "given twice", parameter=name)


def parse_filter(request: web.Request) -> Filter:
    """Read the filters."""
    try:
        return filters.parse(
            {name: request.query.getall(name) for name in FILTER_PARAMETERS.intersection(request.query)}
        )
    except filters.FilterError as e:
        raise ProblemError("bad_parameter", str(e), parameter=e.parameter) from None


def parse_cursor(request: web.Request, name: str) -> Cursor | None:
    """Read a place in the query; None where it is "$" or not given."""
    return parse_cursor_text(request.query.get(name, "$"), name)


def parse_cursor_text(text: str, name: str) -> Cursor | None:
    """Read a place, given as the parameter or header of this name."""
    try:
        return position.decode_cursor(text)
    except ValueError as e:
        raise ProblemError("bad_parameter", f"{text[:100]!r}: {e}", parameter=name) from None


def parse_choice(request: web.Request, name: str, words: Collection[str], otherwise: str) -> str:
    """Read a parameter that is one of some words."""
    word = request.query.get(name, otherwise)
    if word not in words:
        raise ProblemError("bad_parameter", f"{word[:100]!r} is none of {', '.join(words)}", parameter=name)
    return word


def parse_int(request: web.Request, name: str, otherwise: int, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    text = request.query.get(name, str(otherwise))
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(most)) + 2 else 0
    if not 1 <= number <= most:
        raise ProblemError("bad_parameter", f"{text[:100]!r} is no number from 1 to {most}", parameter=name)
    return number


def wants_cloudevents(request: web.Request) -> bool:
    """Tell whether envelopes are asked for, by the query or else by `Accept`."""
    if "cloudevents" in request.query:
        return parse_choice(request, "cloudevents", ("0", "1"), "0") == "1"
    return not accepted_media_types(request).isdisjoint({CLOUDEVENT, CLOUDEVENTS})


def accepted_media_types(request: web.Request) -> set[str]:
    """Return the media types of `Accept`, without their parameters; those with a weight of 0 are not accepted."""
    found = set()
    for part in ",".join(request.headers.getall("Accept", ())).split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if not any(word.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for word in parameters):
            found.add(kind)
    return found - {""}
