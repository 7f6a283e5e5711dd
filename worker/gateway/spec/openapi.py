"""The API as OpenAPI 3.1, made of the same filters, structs and limits that answer; `make_openapi` returns it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

import msgspec

from worker.gateway import models
from worker.gateway.spec.openapi_components import REF, answer, as_json, failing, found, problems, ref, string
from worker.gateway.spec.parameters import Json, filter_parameters, other_parameters, path_id, query, used
from worker.schema import Article, Event

SPOKEN: Final = (
    Event,
    Article,
    models.Problem,
    models.EventPage,
    models.EnqueueRequest,
    models.EnqueueResponse,
    models.ArticleWithEvents,
    models.Status,
    models.HealthReport,
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

**Again.** Every `ETag` can be handed back as `If-None-Match`: 304 says that nothing has changed.

**Limits.** So many requests at once and so many a second, for each token, or else each address: `RateLimit-Policy` and
`RateLimit` (draft-ietf-httpapi-ratelimit-headers) say how many are left, 429 and `Retry-After` when to come back.

**Errors** are `application/problem+json` (RFC 9457). **Every answer** carries `X-Request-ID`, the client's own where
it sent one.
"""


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
            "parameters": {p["name"]: p for p in [*filter_parameters(), *other_parameters()]},
            "headers": {
                "X-Request-ID": {"description": "Id of the request, as it stands in the log.", "schema": string(128)},
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
                "RateLimit": {"description": "Requests left, and seconds until all are again.", "schema": string()},
                "RateLimit-Policy": {
                    "description": "Requests at once, and in how many seconds.",
                    "schema": string(),
                },
                "ETag": {"description": "Names this answer, for `If-None-Match`.", "schema": string()},
                "Link": {"description": 'The next page, where there is one: `<…>; rel="next"`.', "schema": string()},
            },
            "responses": problems(),
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


# ---------------------------------------------------------------- paths
def _paths() -> Json:
    return {
        "/v1/stream": {"get": _stream()},
        "/v1/events": {"get": _events()},
        "/v1/events/{id}": {"get": _event()},
        "/v1/articles": {"get": _article_by_url(), "post": _put()},
        "/v1/articles/{id}": {"get": _article()},
        "/v1/status": {"get": _status()},
        "/v1/schema": {"get": _document("schema", "The JSON Schema of an event", "application/schema+json")},
        "/v1/openapi.json": {"get": _document("openapi", "This document", "application/json")},
        "/v1/asyncapi.json": {"get": _document("asyncapi", "The live stream as AsyncAPI", "application/json")},
        "/healthz": {"get": _health("healthz", "Whether the process is alive")},
        "/readyz": {"get": _health("readyz", "Whether Redis answers and the streams are being read")},
    }


def _operation(name: str, tag: str, summary: str, responses: Json, **more: Any) -> Json:
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": responses}


def _get(name: str, tag: str, summary: str, schema: str, *problems: str, **more: Any) -> Json:
    return _operation(name, tag, summary, {**found(summary, as_json(ref(schema))), **failing(*problems)}, **more)


def _stream() -> Json:
    summary = "Events as they are published"
    frames = "Server-Sent Events; the AsyncAPI document says what each frame holds."
    return _operation(
        "stream",
        "events",
        summary,
        {
            "200": answer(frames, {"text/event-stream": {"schema": string()}}),
            "101": {"description": "A WebSocket; the AsyncAPI document says what each message holds."},
            **failing("400", "401", "403", "429", "503"),
        },
        description="Server-Sent Events, or a WebSocket where the request asks for an upgrade (its subprotocol "
        "`cloudevents.json` asks for envelopes). A heartbeat every 15 s carries the reader's place. "
        "A client that reads too slowly is told so and dropped; it may resume.",
        parameters=used("after", "cloudevents", "Last-Event-ID"),
    )


def _events() -> Json:
    body = {
        **as_json(ref("EventPage")),
        "text/csv": {"schema": string()},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
    }
    page = found("A page; `Link` leads to the next.", body, "Link")
    return _operation(
        "events",
        "events",
        "Events of the past, a page at a time",
        {**page, **failing("400", "401", "403", "429", "503")},
        parameters=used("after", "before", "order", "limit", "format", "cloudevents"),
    )


def _event() -> Json:
    body = {**as_json(ref("Event")), "application/cloudevents+json": {"schema": {"type": "object"}}}
    return _operation(
        "event",
        "events",
        "One event by its id",
        {**found("The event.", body), **failing("400", "401", "403", "404", "429", "503")},
        parameters=[path_id(), {"$ref": "#/components/parameters/cloudevents"}],
    )


def _article() -> Json:
    problems = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article",
        "articles",
        "An article, and the events found in it",
        "ArticleWithEvents",
        *problems,
        parameters=[path_id()],
    )


def _article_by_url() -> Json:
    url = query("url", {"type": "string", "minLength": 1, "maxLength": 2048}, "The article's address.") | {
        "required": True
    }
    problems = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article_by_url",
        "articles",
        "The same, by the article's address",
        "ArticleWithEvents",
        *problems,
        parameters=[url],
    )


def _put() -> Json:
    return _operation(
        "put",
        "articles",
        "Enqueue addresses of articles to be read",
        {
            "202": answer("At least one is enqueued, or was before.", as_json(ref("EnqueueResponse"))),
            **failing("400", "401", "403", "408", "413", "415", "422", "429", "503"),
        },
        requestBody={"required": True, "content": as_json(ref("EnqueueRequest"))},
    )


def _status() -> Json:
    problems = ("400", "401", "403", "429", "503")
    return _get("status", "operation", "The queue, its workers, and what is kept", "Status", *problems)


def _document(name: str, summary: str, content_type: str) -> Json:
    made = found(summary, {content_type: {"schema": {"type": "object"}}})
    return _operation(name, "documents", summary, {**made, **failing("400", "429")}, security=[{}])


def _health(name: str, summary: str) -> Json:
    answers_ = {
        "200": answer("It is.", as_json(ref("HealthReport"))),
        "503": answer("It is not.", as_json(ref("HealthReport"))),
    }
    return _operation(name, "operation", summary, {**answers_, **failing("400")}, security=[{}])
