"""Refusals and failures, as `application/problem+json` (RFC 9457)."""

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
    "bad_request": (400, "The request cannot be understood"),
    "bad_body": (400, "The body is not what is expected"),
    "unauthorised": (401, "A token is needed"),
    "forbidden": (403, "The token does not allow this"),
    "not_found": (404, "There is no such thing here"),
    "wrong_method": (405, "This cannot be done here"),
    "not_acceptable": (406, "This cannot be given in any form that is accepted"),
    "too_late": (408, "The body did not come in time"),
    "too_large": (413, "The body is too large"),
    "address_too_long": (414, "The address is too long"),
    "wrong_type": (415, "The body has the wrong type"),
    "wrong_host": (421, "This host is not served here"),
    "refused": (422, "Every address was refused"),
    "headers_too_large": (431, "A header is too large"),
    "too_many_requests": (429, "Too many requests"),
    "internal": (500, "A mistake of ours"),
    "unavailable": (503, "Not now"),
    "queue_full": (503, "The queue is full"),
    "too_many_clients": (503, "There are as many clients as this gateway takes"),
    "stopping": (503, "The gateway is stopping"),
    "too_slow": (408, "Events were not read as fast as they came"),
}
"""By code: the status and the title; `too_slow` is only ever said within a stream."""


class ProblemError(Exception):
    """Ends the handling of a request with a problem; see `make_problem`."""

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
    """Return the problem of a code."""
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
    """Return the response that states a problem."""
    stated = msgspec.structs.replace(problem, instance=f"urn:communique:request:{request_id}")
    return web.Response(
        status=problem.status, body=msgspec.json.encode(stated), content_type=CONTENT_TYPE, headers=headers
    )
