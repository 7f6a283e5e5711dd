"""Describe the API's parameters for OpenAPI and AsyncAPI, generated from the filters, patterns and limits in use."""

from __future__ import annotations

from typing import Final

from worker.durations import DURATION_PATTERN
from worker.filters import CONFIDENCE, MAX_VALUE_CHARACTERS, MAX_VALUES, PARAMETERS
from worker.gateway.spec.openapi_components import Json
from worker.subscribe.cursor import CURSOR_PATTERN, ENTRY_PATTERN
from worker.subscribe.start import UNIX_MS_PATTERN

ID_PATTERN: Final = "^[0-9a-f]{32}$"
MAX_PAGE_EVENTS: Final = 1_000
"""Events on one page of history."""
DEFAULT_EVENTS: Final = 100
CURSOR_SCHEMA: Final[Json] = {
    "anyOf": [
        {"const": "$"},
        {"type": "string", "pattern": f"^({CURSOR_PATTERN}|{ENTRY_PATTERN}|{UNIX_MS_PATTERN}|{DURATION_PATTERN})$"},
        {"type": "string", "format": "date-time"},
    ]
}


def filter_parameters() -> list[Json]:
    """Return the filters as OpenAPI parameter objects."""
    repeated = [
        {
            "name": p.name,
            "in": "query",
            "description": f"{p.description} May be repeated.",
            "explode": True,
            "schema": {"type": "array", "maxItems": MAX_VALUES, "items": _value(p.values, p.pattern)},
        }
        for p in PARAMETERS
    ]
    least = {"type": "number", "minimum": 0, "maximum": 1}
    return [
        *repeated,
        {
            "name": CONFIDENCE,
            "in": "query",
            "description": "Only events whose confidence is at least this probability.",
            "schema": least,
        },
    ]


def _value(values: tuple[str, ...], pattern: str | None) -> Json:
    if values:
        return {"type": "string", "enum": list(values)}
    # A value without any visible character would match nothing.
    return {"type": "string", "minLength": 1, "maxLength": MAX_VALUE_CHARACTERS, "pattern": pattern or r"\S"}


def other_parameters() -> list[Json]:
    """Return the parameters that are not filters, as OpenAPI parameter objects."""
    return [
        query_parameter("after", CURSOR_SCHEMA, "A cursor, time or duration (`1h`, see above): only events after it."),
        query_parameter(
            "before",
            CURSOR_SCHEMA,
            "A cursor, time or duration (`1h`, see above): only events up to it; the `next` of a page in the order "
            "`newest`.",
        ),
        query_parameter(
            "order",
            {"enum": ["newest", "oldest"]},
            "Which events come first. Default: `oldest` with `after`, otherwise `newest`.",
        ),
        query_parameter(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_EVENTS, "default": DEFAULT_EVENTS},
            "Maximum number of events.",
        ),
        query_parameter("format", {"enum": ["json", "csv"]}, "Overrides `Accept`."),
        query_parameter(
            "cloudevents", {"enum": ["0", "1"]}, "1: each event in a CloudEvents 1.0 envelope (JSON, structured)."
        ),
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "Same as `after`, and overrides it; a browser sends it when it reconnects.",
            "schema": CURSOR_SCHEMA,
        },
    ]


def query_parameter(name: str, schema: Json, description: str) -> Json:
    """Return a query parameter object."""
    return {"name": name, "in": "query", "description": description, "schema": schema}


def parameter_refs(*names: str) -> list[Json]:
    """Return `$ref` objects for every filter parameter and for the parameters `names`."""
    every = [*(p.name for p in PARAMETERS), CONFIDENCE, *names]
    return [{"$ref": f"#/components/parameters/{name}"} for name in every]


def id_parameter() -> Json:
    """Return the parameter object of `{id}` in a path."""
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}
