"""What may be asked, as OpenAPI and AsyncAPI describe it: made of the same filters, patterns and limits that answer."""

from __future__ import annotations

from typing import Any, Final

from worker.filters import CONFIDENCE, LONGEST_VALUE, MOST_VALUES, PARAMETERS
from worker.gateway.cursor import CURSOR_PATTERN, ENTRY_PATTERN, UNIX_MS_PATTERN

Json = dict[str, Any]

ID_PATTERN: Final = "^[0-9a-f]{32}$"
MAX_EVENTS: Final = 1_000
"""Of one page of history."""
DEFAULT_EVENTS: Final = 100
PLACE: Final[Json] = {
    "anyOf": [
        {"const": "$"},
        {"type": "string", "pattern": f"^({CURSOR_PATTERN}|{ENTRY_PATTERN}|{UNIX_MS_PATTERN})$"},
        {"type": "string", "format": "date-time"},
    ]
}


def filter_parameters() -> list[Json]:
    """Return the filters as OpenAPI parameters."""
    repeated = [
        {
            "name": p.name,
            "in": "query",
            "description": f"{p.description} May be repeated.",
            "explode": True,
            "schema": {"type": "array", "maxItems": MOST_VALUES, "items": _value(p.values, p.pattern)},
        }
        for p in PARAMETERS
    ]
    least = {"type": "number", "minimum": 0, "maximum": 1}
    return [
        *repeated,
        {
            "name": CONFIDENCE,
            "in": "query",
            "description": "Events that are right with at least this probability.",
            "schema": least,
        },
    ]


def _value(values: tuple[str, ...], pattern: str | None) -> Json:
    if values:
        return {"type": "string", "enum": list(values)}
    # There must be something to look for.
    return {"type": "string", "minLength": 1, "maxLength": LONGEST_VALUE, "pattern": pattern or r"\S"}


def other_parameters() -> list[Json]:
    """Return what else may be asked."""
    place = "A place (see above)"
    return [
        query("after", PLACE, f"{place}: only what lies behind it."),
        query("before", PLACE, f"{place}: only what lies up to it; a page's `next` in the order `newest`."),
        query(
            "order", {"enum": ["newest", "oldest"]}, "Which come first. Default: `oldest` with `after`, else `newest`."
        ),
        query(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MAX_EVENTS, "default": DEFAULT_EVENTS},
            "Most events.",
        ),
        query("format", {"enum": ["json", "csv"]}, "Instead of `Accept`."),
        query("cloudevents", {"enum": ["0", "1"]}, "1: each event in a CloudEvents 1.0 envelope (JSON, structured)."),
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "As `after`, which it overrides: it is what a browser sends when it reconnects.",
            "schema": PLACE,
        },
    ]


def query(name: str, schema: Json, description: str) -> Json:
    """Describe a parameter of the query."""
    return {"name": name, "in": "query", "description": description, "schema": schema}


def used(*names: str) -> list[Json]:
    """Refer to all filters and some other parameters."""
    every = [*(p.name for p in PARAMETERS), CONFIDENCE, *names]
    return [{"$ref": f"#/components/parameters/{name}"} for name in every]


def path_id() -> Json:
    """Describe the id in a path."""
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
