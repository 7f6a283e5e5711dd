"""The API as OpenAPI 3.1, made of the same filters, structs and limits that answer; `make_openapi` returns it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

import msgspec

from worker.filters import CONFIDENCE, LONGEST_VALUE, MOST_VALUES, PARAMETERS
from worker.gateway import answers
from worker.gateway.position import ENTRY_PATTERN, POSITION_PATTERN, UNIX_MS_PATTERN
from worker.schema import Article, Event

Json = dict[str, Any]

REF: Final = "#/components/schemas/{name}"
ID_PATTERN: Final = "^[0-9a-f]{32}$"
MOST_EVENTS: Final = 1_000
"""Of one page of history."""
DEFAULT_EVENTS: Final = 100
SPOKEN: Final = (
    Event,
    Article,
    answers.Problem,
    answers.Page,
    answers.Put,
    answers.PutAnswer,
    answers.ArticleAnswer,
    answers.Status,
    answers.Health,
)

DESCRIPTION: Final = """\
Events from news articles (statements, meetings, decisions): live, as history, and with the articles they come from.

**Ids of the stream.** Every event of `/v1/stream` comes with an id that says how far its reader is in all streams at
once. Handed back as `after` or `Last-Event-ID`, it resumes exactly behind that event as long as what follows is kept:
nothing is missed or repeated. It is opaque; the event's own id is the field `id` of its JSON.

**Places.** Wherever a place is asked for: such an id, `0` (the oldest kept), `$` (now), a Unix time in milliseconds
or a time of RFC 3339 (from that instant on), or a Redis entry id.

**Filters.** Values of one filter are alternatives; different filters narrow each other down; an unknown name or value
is refused.

**Errors** are `application/problem+json` (RFC 9457). **Every answer** carries `X-Request-ID`, the client's own where
it sent one.
"""

LIMIT: Final[Json] = {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": DEFAULT_EVENTS}
PLACE: Final[Json] = {
    "anyOf": [
        {"const": "$"},
        {"type": "string", "pattern": f"^({POSITION_PATTERN}|{ENTRY_PATTERN}|{UNIX_MS_PATTERN})$"},
        {"type": "string", "format": "date-time"},
    ]
}


def make_openapi() -> Json:
    """Return the document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Communiqué gateway",
            "version": version("communique"),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}],
        "tags": [
            {"name": "events", "description": "Live and past."},
            {"name": "articles", "description": "What the events were found in."},
            {"name": "operation", "description": "How the whole is doing."},
            {"name": "documents", "description": "What all of this means; never behind a token."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": {**schemas(*SPOKEN), "Event": _event_schema()},
            "parameters": {p["name"]: p for p in [*filter_parameters(), *_other_parameters()]},
            "headers": {
                "X-Request-ID": {"description": "Id of the request, as it stands in the log.", "schema": _string(128)},
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
                "Link": {"description": 'The next page, where there is one: `<…>; rel="next"`.', "schema": _string()},
            },
            "responses": _problems(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Needed where there are tokens. Scopes: `read` for whatever is asked for, "
                    "`write` to put articles. `/v1/stream` also takes `access_token=` in its query: a browser's "
                    "EventSource and WebSocket send no header.",
                }
            },
        },
    }


def schemas(*types: Any) -> Json:
    """Return the JSON Schema of some types and of their parts, by name."""
    _, found = msgspec.json.schema_components(types, ref_template=REF)
    return {name: found[name] for name in sorted(found)}


def _event_schema() -> Json:
    (made,), _ = msgspec.json.schema_components([Event], ref_template=REF)
    return made


# ---------------------------------------------------------------- parameters
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


def _other_parameters() -> list[Json]:
    place = "A place (see above)"
    return [
        _query("after", PLACE, f"{place}: only what lies behind it."),
        _query("before", PLACE, f"{place}: only what lies up to it; a page's `next` in the order `newest`."),
        _query(
            "order", {"enum": ["newest", "oldest"]}, "Which come first. Default: `oldest` with `after`, else `newest`."
        ),
        _query(
            "limit",
            {"type": "integer", "minimum": 1, "maximum": MOST_EVENTS, "default": DEFAULT_EVENTS},
            "Most events.",
        ),
        _query("format", {"enum": ["json", "csv"]}, "Instead of `Accept`."),
        _query("cloudevents", {"enum": ["0", "1"]}, "1: each event in a CloudEvents 1.0 envelope (JSON, structured)."),
        {
            "name": "Last-Event-ID",
            "in": "header",
            "description": "As `after`, which it overrides: it is what a browser sends when it reconnects.",
            "schema": PLACE,
        },
    ]


def _query(name: str, schema: Json, description: str) -> Json:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _used(*names: str) -> list[Json]:
    """Refer to all filters and some other parameters."""
    every = [*(p.name for p in PARAMETERS), CONFIDENCE, *names]
    return [{"$ref": f"#/components/parameters/{name}"} for name in every]


# ---------------------------------------------------------------- paths
def _paths() -> Json:
    return {
        "/v1/stream": {"get": _stream()},
        "/v1/events": {"get": _events()},
        "/v1/events/{id}": {"get": _event()},
        "/v1/articles": {"get": _article_by_url(), "post": _put()},
        "/v1/articles/{id}": {"get": _article()},
        "/v1/status": {"get": _get("status", "operation", "The queue, its workers, and what is kept", "Status")},
        "/v1/schema": {"get": _document("schema", "The JSON Schema of an event", "application/schema+json")},
        "/v1/openapi.json": {"get": _document("openapi", "This document", "application/json")},
        "/v1/asyncapi.json": {"get": _document("asyncapi", "The live stream as AsyncAPI", "application/json")},
        "/healthz": {"get": _health("healthz", "Whether the process is alive and follows the streams")},
        "/readyz": {"get": _health("readyz", "Whether Redis answers and the streams are being read")},
    }


def _operation(name: str, tag: str, summary: str, responses: Json, **more: Any) -> Json:
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": responses}


def _get(name: str, tag: str, summary: str, schema: str, *problems: str, **more: Any) -> Json:
    return _operation(name, tag, summary, {"200": _answer(summary, _json(_ref(schema))), **_failing(*problems)}, **more)


def _stream() -> Json:
    summary = "Events as they are published"
    frames = "Server-Sent Events; the AsyncAPI document says what each frame holds."
    return _operation(
        "stream",
        "events",
        summary,
        {
            "200": _answer(frames, {"text/event-stream": {"schema": _string()}}),
            "101": {"description": "A WebSocket; the AsyncAPI document says what each message holds."},
            **_failing("400", "401", "403", "429", "503"),
        },
        description="Server-Sent Events, or a WebSocket where the request asks for an upgrade (its subprotocol "
        "`cloudevents.json` asks for envelopes). A heartbeat every 15 s carries the reader's place. "
        "A client that reads too slowly is told so and dropped; it may resume.",
        parameters=_used("after", "cloudevents", "Last-Event-ID"),
    )


def _events() -> Json:
    body = {
        **_json(_ref("Page")),
        "text/csv": {"schema": _string()},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
    }
    page = _answer("A page; `Link` leads to the next.", body) | {"headers": _headers("X-Request-ID", "Link")}
    return _operation(
        "events",
        "events",
        "Events of the past, a page at a time",
        {"200": page, **_failing("400", "401", "403", "429", "503")},
        parameters=_used("after", "before", "order", "limit", "format", "cloudevents"),
    )


def _event() -> Json:
    found = {**_json(_ref("Event")), "application/cloudevents+json": {"schema": {"type": "object"}}}
    return _operation(
        "event",
        "events",
        "One event by its id",
        {"200": _answer("The event.", found), **_failing("400", "401", "403", "404", "429", "503")},
        parameters=[_id(), {"$ref": "#/components/parameters/cloudevents"}],
    )


def _article() -> Json:
    problems = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article", "articles", "An article, and the events found in it", "ArticleAnswer", *problems, parameters=[_id()]
    )


def _article_by_url() -> Json:
    url = _query("url", {"type": "string", "minLength": 1, "maxLength": 2048}, "The article's address.") | {
        "required": True
    }
    problems = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article_by_url", "articles", "The same, by the article's address", "ArticleAnswer", *problems, parameters=[url]
    )


def _put() -> Json:
    return _operation(
        "put",
        "articles",
        "Enqueue addresses of articles to be read",
        {
            "202": _answer("At least one is enqueued, or was before.", _json(_ref("PutAnswer"))),
            **_failing("400", "401", "403", "413", "415", "422", "429", "503"),
        },
        requestBody={"required": True, "content": _json(_ref("Put"))},
    )


def _document(name: str, summary: str, content_type: str) -> Json:
    answer = _answer(summary, {content_type: {"schema": {"type": "object"}}})
    return _operation(name, "documents", summary, {"200": answer, **_failing("400")}, security=[{}])


def _health(name: str, summary: str) -> Json:
    answers_ = {"200": _answer("It is.", _json(_ref("Health"))), "503": _answer("It is not.", _json(_ref("Health")))}
    return _operation(name, "operation", summary, {**answers_, **_failing("400")}, security=[{}])


def _id() -> Json:
    return {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": ID_PATTERN}}


# ---------------------------------------------------------------- parts
PROBLEMS: Final = {
    "400": ("BadRequest", "Something in the request is unknown or malformed; `parameter` names it."),
    "401": ("Unauthorised", "A token is needed, and none that is known was given."),
    "403": ("Forbidden", "The token lacks the scope that this needs."),
    "404": ("NotFound", "There is no such thing, or it is not kept any more."),
    "413": ("TooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "The body is not `application/json`."),
    "422": ("Unprocessable", "Every address was refused; `results` says why."),
    "429": ("TooManyRequests", "Too many requests from this token or address."),
    "503": (
        "Unavailable",
        "Redis is away, the queue is full, or the gateway stops or has all the clients it takes.",
    ),
}


def _problems() -> Json:
    def problem(status: str, description: str) -> Json:
        extra = ["Retry-After"] if status in {"429", "503"} else []
        body = {"application/problem+json": {"schema": _ref("Problem")}}
        return {"description": description, "headers": _headers("X-Request-ID", *extra), "content": body}

    return {name: problem(status, description) for status, (name, description) in PROBLEMS.items()}


def _failing(*statuses: str) -> Json:
    return {status: {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"} for status in statuses}


def _answer(description: str, content: Json) -> Json:
    return {"description": description, "headers": _headers("X-Request-ID"), "content": content}


def _headers(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _string(longest: int | None = None) -> Json:
    return {"type": "string"} | ({"maxLength": longest} if longest else {})
