"""Parts of the OpenAPI document: how answers, headers and problems are described, each in one place."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

REF: Final = "#/components/schemas/{name}"
EVERY: Final = ("X-Request-ID", "RateLimit", "RateLimit-Policy")
"""Headers of every answer; the limits stand where there are any."""
PROBLEMS: Final = {
    "400": ("BadRequest", "Something in the request is unknown or malformed; `parameter` names it."),
    "401": ("Unauthorised", "A token is needed, and none that is known was given."),
    "403": ("Forbidden", "The token lacks the scope that this needs."),
    "404": ("NotFound", "There is no such thing, or it is not kept any more."),
    "408": ("TooLate", "The body did not come in time."),
    "413": ("TooLarge", "The body is too large."),
    "415": ("UnsupportedMediaType", "The body is not `application/json`."),
    "422": ("Unprocessable", "Every address was refused; `results` says why."),
    "429": ("TooManyRequests", "Too many requests from this token or address."),
    "503": (
        "Unavailable",
        "Redis is away, the queue is full, or the gateway stops or has all the clients it takes.",
    ),
}


def problems() -> Json:
    """Return the components that answer with a problem, by name."""

    def problem(status: str, description: str) -> Json:
        extra = ["Retry-After"] if status in {"429", "503"} else []
        body = {"application/problem+json": {"schema": ref("Problem")}}
        return {"description": description, "headers": headers(*EVERY, *extra), "content": body}

    return {name: problem(status, description) for status, (name, description) in PROBLEMS.items()}


def failing(*statuses: str) -> Json:
    """Refer to them by status."""
    return {status: {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"} for status in statuses}


def answer(description: str, content: Json) -> Json:
    """Describe an answer with a body."""
    return {"description": description, "headers": headers(*EVERY), "content": content}


def found(description: str, content: Json, *named: str) -> Json:
    """Describe what a GET answers that finds something, by status."""
    named = (*EVERY, "ETag", *named)
    return {
        "200": {"description": description, "headers": headers(*named), "content": content},
        "304": {"description": "What the client has already.", "headers": headers(*named)},
    }


def headers(*names: str) -> Json:
    """Refer to headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def as_json(schema: Json) -> Json:
    """Describe a body of JSON."""
    return {"application/json": {"schema": schema}}


def ref(name: str) -> Json:
    """Refer to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def string(longest: int | None = None) -> Json:
    """Describe a text."""
    return {"type": "string"} | ({"maxLength": longest} if longest else {})
