"""Describe the API in OpenAPI 3.1, generated from the filters, structs and limits that the handlers use."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, Final

import msgspec

from worker.gateway import models
from worker.gateway.spec.openapi_components import (
    REF,
    Json,
    cacheable_response,
    json_content,
    json_response,
    problem_refs,
    problem_responses,
    schema_ref,
    string_schema,
)
from worker.gateway.spec.parameters import (
    filter_parameters,
    id_parameter,
    other_parameters,
    parameter_refs,
    query_parameter,
)
from worker.schema import MAX_REVISION, Article, Event

BODIES: Final = (
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
"""Types of all request and response bodies."""

OPENAPI_DESCRIPTION: Final = """\
Events from news articles (statements, meetings, decisions): live, as history, and with the articles they come from.

**Stream ids.** Every event of `/v1/stream` has an id that encodes the client's position in all event streams.
Sent back as `after` or `Last-Event-ID`, it resumes right after that event, without loss or repetition, as long as the
following events are kept. It is opaque; the event's own id is the field `id` of its JSON.

**Cursors.** A cursor is a stream id, `0` (the oldest event kept), `$` (now), a duration such as `1h`, `30m` or `2d`
(from so long ago on, by the gateway's clock), an RFC 3339 time or a Unix time in milliseconds (from that instant on),
or a Redis entry id.

**Filters.** Several values of one filter are alternatives (OR); different filters are combined (AND). Unknown names
and values are rejected.

**Caching.** Every `ETag` can be sent back as `If-None-Match`; 304 means that nothing has changed.

**Rate limits.** The number of requests is limited for each token, or for each client address without one.
`RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) state the quota and how much of it is left; a
429 response says in `Retry-After` when to try again.

**Errors** are `application/problem+json` (RFC 9457). **Every response** has an `X-Request-ID`: the client's own if it
sent a valid one.
"""


def make_openapi() -> Json:
    """Return the OpenAPI document as JSON values."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Communiqué gateway",
            "version": version("communique"),
            "description": OPENAPI_DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{}, {"bearer": []}],
        "tags": [
            {"name": "events", "description": "Live streams and history."},
            {"name": "articles", "description": "The articles that events were extracted from."},
            {"name": "operation", "description": "State and health of the services."},
            {"name": "documents", "description": "Machine-readable descriptions of the API; no token is needed."},
        ],
        "paths": _paths(),
        "components": {
            "schemas": {**schema_components(*BODIES), "Event": _event_schema()},
            "parameters": {p["name"]: p for p in [*filter_parameters(), *other_parameters()]},
            "headers": {
                "X-Request-ID": {
                    "description": "Id of the request; the gateway logs it.",
                    "schema": string_schema(128),
                },
                "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}},
                "RateLimit": {
                    "description": "Requests left, and seconds until the quota is full again.",
                    "schema": string_schema(),
                },
                "RateLimit-Policy": {
                    "description": "Quota of requests, and its window in seconds.",
                    "schema": string_schema(),
                },
                "ETag": {
                    "description": "Identifies this version of the response, for `If-None-Match`.",
                    "schema": string_schema(),
                },
                "Link": {
                    "description": 'URL of the next page, if there is one: `<…>; rel="next"`.',
                    "schema": string_schema(),
                },
            },
            "responses": problem_responses(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Required if the gateway has tokens. Scopes: `read` for GET, `write` to enqueue "
                    "articles. `/v1/stream` also accepts `access_token=` in its query, because a browser's "
                    "EventSource and WebSocket cannot send the header.",
                }
            },
        },
    }


def schema_components(*types: Any) -> Json:
    """Return the JSON Schemas of the types and of all types they contain, by name, sorted."""
    _, cacheable_response = msgspec.json.schema_components(types, ref_template=REF)
    return {name: cacheable_response[name] for name in sorted(cacheable_response)}


def _event_schema() -> Json:
    (made,), _ = msgspec.json.schema_components([Event], ref_template=REF)
    return made


# ---------------------------------------------------------------- paths
def _paths() -> Json:
    return {
        "/v1/stream": {"get": _stream()},
        "/v1/events": {"get": _events()},
        "/v1/events/{id}": {"get": _event()},
        "/v1/articles": {"get": _article_by_url(), "post": _enqueue()},
        "/v1/articles/{id}": {"get": _article()},
        "/v1/status": {"get": _status()},
        "/v1/schema": {"get": _document("schema", "The JSON Schema of an event", "application/schema+json")},
        "/v1/openapi.json": {"get": _document("openapi", "This document", "application/json")},
        "/v1/asyncapi.json": {"get": _document("asyncapi", "The live stream as AsyncAPI", "application/json")},
        "/healthz": {"get": _health("healthz", "Liveness check")},
        "/readyz": {"get": _health("readyz", "Readiness check: Redis answers and the streams are being read")},
    }


def _operation(name: str, tag: str, summary: str, responses: Json, **more: Any) -> Json:
    return {"operationId": name, "tags": [tag], "summary": summary, **more, "responses": responses}


def _get(name: str, tag: str, summary: str, schema: str, *statuses: str, **more: Any) -> Json:
    return _operation(
        name,
        tag,
        summary,
        {**cacheable_response(summary, json_content(schema_ref(schema))), **problem_refs(*statuses)},
        **more,
    )


def _stream() -> Json:
    summary = "Events as they are published"
    frames = "Server-Sent Events; the AsyncAPI document describes the frames."
    return _operation(
        "stream",
        "events",
        summary,
        {
            "200": json_response(frames, {"text/event-stream": {"schema": string_schema()}}),
            "101": {"description": "A WebSocket; the AsyncAPI document describes the messages."},
            **problem_refs("400", "401", "403", "429", "503"),
        },
        description="Server-Sent Events, or a WebSocket if the request asks for an upgrade (its subprotocol "
        "`cloudevents.json` selects CloudEvents envelopes). A heartbeat every 15 s carries the client's cursor. "
        "A client that reads too slowly receives an error and is disconnected; it may resume.",
        parameters=parameter_refs("after", "cloudevents", "Last-Event-ID"),
    )


def _events() -> Json:
    body = {
        **json_content(schema_ref("EventPage")),
        "text/csv": {"schema": string_schema()},
        "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
    }
    page = cacheable_response("A page of events; `Link` is the next page.", body, "Link")
    return _operation(
        "events",
        "events",
        "Past events, a page at a time",
        {**page, **problem_refs("400", "401", "403", "429", "503")},
        parameters=parameter_refs("after", "before", "order", "limit", "format", "cloudevents"),
    )


def _event() -> Json:
    body = {**json_content(schema_ref("Event")), "application/cloudevents+json": {"schema": {"type": "object"}}}
    return _operation(
        "event",
        "events",
        "One event by its id",
        {**cacheable_response("The event.", body), **problem_refs("400", "401", "403", "404", "429", "503")},
        parameters=[id_parameter(), {"$ref": "#/components/parameters/cloudevents"}],
    )


def _article() -> Json:
    statuses = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article",
        "articles",
        "An article and the events extracted from it",
        "ArticleWithEvents",
        *statuses,
        parameters=[id_parameter(), _revision_parameter()],
    )


def _revision_parameter() -> Json:
    schema = {"type": "integer", "minimum": 0, "maximum": MAX_REVISION}
    return query_parameter("revision", schema, "Revision of the article, as an event names it; without it, the newest.")


def _article_by_url() -> Json:
    url = query_parameter("url", {"type": "string", "minLength": 1, "maxLength": 2048}, "URL of the article.") | {
        "required": True
    }
    statuses = ("400", "401", "403", "404", "429", "503")
    return _get(
        "article_by_url",
        "articles",
        "The same, by the article's URL",
        "ArticleWithEvents",
        *statuses,
        parameters=[url, _revision_parameter()],
    )


def _enqueue() -> Json:
    return _operation(
        "put",
        "articles",
        "Enqueue URLs of articles",
        {
            "202": json_response(
                "At least one URL was enqueued now or before.", json_content(schema_ref("EnqueueResponse"))
            ),
            **problem_refs("400", "401", "403", "408", "413", "415", "422", "429", "503"),
        },
        requestBody={"required": True, "content": json_content(schema_ref("EnqueueRequest"))},
    )


def _status() -> Json:
    statuses = ("400", "401", "403", "429", "503")
    return _get("status", "operation", "State of the queue, the services and the streams", "Status", *statuses)


def _document(name: str, summary: str, content_type: str) -> Json:
    responses = cacheable_response(summary, {content_type: {"schema": {"type": "object"}}})
    return _operation(name, "documents", summary, {**responses, **problem_refs("400", "429")}, security=[{}])


def _health(name: str, summary: str) -> Json:
    responses = {
        "200": json_response("All checks passed.", json_content(schema_ref("HealthReport"))),
        "503": json_response("A check failed.", json_content(schema_ref("HealthReport"))),
    }
    return _operation(name, "operation", summary, {**responses, **problem_refs("400")}, security=[{}])
