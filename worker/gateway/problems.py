"""Error responses as problem documents (RFC 9457, `application/problem+json`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from aiohttp import web

from worker.gateway.models import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from worker.gateway.models import EnqueueResult

CONTENT_TYPE: Final = "application/problem+json"

PROBLEM_TITLES: Final = {
    "bad_parameter": (400, "A parameter is unknown or malformed"),
    "bad_request": (400, "The request is malformed"),
    "bad_body": (400, "The request body is malformed"),
    "unauthorised": (401, "A valid token is required"),
    "forbidden": (403, "The request is not permitted"),
    "not_found": (404, "The resource does not exist"),
    "wrong_method": (405, "The method is not allowed for this resource"),
    "not_acceptable": (406, "No acceptable representation is available"),
    "too_late": (408, "The request body was not received in time"),
    "too_large": (413, "The request body is too large"),
    "address_too_long": (414, "The request URI is too long"),
    "wrong_type": (415, "The request body has an unsupported media type"),
    "wrong_host": (421, "The gateway does not serve this host"),
    "refused": (422, "Every URL was refused"),
    "headers_too_large": (431, "A header field is too large"),
    "too_many_requests": (429, "Too many requests"),
    "internal": (500, "Internal error"),
    "unavailable": (503, "The service is temporarily unavailable"),
    "queue_full": (503, "The queue is full"),
    "too_many_clients": (503, "The gateway has reached its limit of live streams"),
    "stopping": (503, "The gateway is stopping"),
    "too_slow": (408, "The client did not read events as fast as they arrived"),
}
"""HTTP status and title of every problem code; `too_slow` is only sent as the last frame of a live stream."""


class ProblemError(Exception):
    """Abort the request and respond with a problem document.

    `code` is a key of `PROBLEM_TITLES`; `headers` are added to the response.
    """

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        parameter: str = "",
        headers: Mapping[str, str] | None = None,
        results: Sequence[EnqueueResult] = (),
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.problem = make_problem(code, detail, parameter=parameter, results=results)
        self.headers = dict(headers or {})


def make_problem(code: str, detail: str = "", *, parameter: str = "", results: Sequence[EnqueueResult] = ()) -> Problem:
    """Build the problem document of a code, without `instance`.  KeyError if the code is unknown."""
    status, title = PROBLEM_TITLES[code]
    return Problem(
        type=f"urn:communique:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        parameter=parameter,
        results=list(results),
    )


def problem_response(problem: Problem, request_id: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Build the HTTP response of a problem, with the request id as its `instance`."""
    stated = msgspec.structs.replace(problem, instance=f"urn:communique:request:{request_id}")
    return web.Response(
        status=problem.status, body=msgspec.json.encode(stated), content_type=CONTENT_TYPE, headers=headers
    )
