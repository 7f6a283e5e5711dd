"""Building blocks of the OpenAPI document: responses, headers, problems and schemas."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

REF: Final = "#/components/schemas/{name}"
COMMON_HEADERS: Final = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
"""Headers of every response; the rate-limit headers are absent from requests that are not limited."""
PROBLEMS: Final = {
    "400": ("BadRequest", "A part of the request is unknown or malformed; `parameter` names it."),
    "401": ("Unauthorised", "A valid token is required."),
    "403": ("Forbidden", "The token lacks the required scope."),
    "404": ("NotFound", "The resource does not exist or is no longer kept."),
    "408": ("TooLate", "The body was not received in time."),
    "413": ("TooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "The body is not `application/json`."),
    "422": ("Unprocessable", "Every URL was refused; `results` gives the reasons."),
    "429": ("TooManyRequests", "Too many requests with this token or from this address."),
    "503": (
        "Unavailable",
        "Redis is unavailable, the queue is full, or the gateway is stopping or has reached its limit of clients.",
    ),
}


def problem_responses() -> Json:
    """Return the response components of all problems, by component name."""

    def problem(status: str, description: str) -> Json:
        extra = ["Retry-After"] if status in {"429", "503"} else []
        body = {"application/problem+json": {"schema": schema_ref("Problem")}}
        return {"description": description, "headers": header_refs(*COMMON_HEADERS, *extra), "content": body}

    return {name: problem(status, description) for status, (name, description) in PROBLEMS.items()}


def problem_refs(*statuses: str) -> Json:
    """Return references to the problem responses of the HTTP statuses `statuses`, by status."""
    return {status: {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"} for status in statuses}


def json_response(description: str, content: Json) -> Json:
    """Return a response object with a body and the common headers."""
    return {"description": description, "headers": header_refs(*COMMON_HEADERS), "content": content}


def cacheable_response(description: str, content: Json, *named: str) -> Json:
    """Return the 200 and 304 responses of a cacheable GET, by status; `named` are names of further headers."""
    named = (*COMMON_HEADERS, "ETag", *named)
    return {
        "200": {"description": description, "headers": header_refs(*named), "content": content},
        "304": {"description": "The client's copy is current.", "headers": header_refs(*named)},
    }


def header_refs(*names: str) -> Json:
    """Return references to header components."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def json_content(schema: Json) -> Json:
    """Return the content object of a JSON body."""
    return {"application/json": {"schema": schema}}


def schema_ref(name: str) -> Json:
    """Return a reference to a schema component."""
    return {"$ref": f"#/components/schemas/{name}"}


def string_schema(longest: int | None = None) -> Json:
    """Return the schema of a string of at most `longest` characters; None: no limit."""
    return {"type": "string"} | ({"maxLength": longest} if longest else {})
