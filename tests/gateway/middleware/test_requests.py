"""Every request gets a request id, the security headers, and a problem document for any error."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yarl

from tests.gateway.conftest import RunningGateway


async def test_a_valid_request_id_of_the_client_is_kept(server: RunningGateway) -> None:
    async with server.session.get("/v1/events?x=1", headers={"X-Request-ID": "abc-1"}) as response:
        assert response.headers["X-Request-ID"] == "abc-1"
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["instance"] == "urn:communique:request:abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "é"])
async def test_an_invalid_request_id_is_replaced(server: RunningGateway, given: str) -> None:
    async with server.session.get("/v1/schema", headers={"X-Request-ID": given}) as response:
        assert len(response.headers["X-Request-ID"]) == 32


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v2/events", 404, "not_found"),
        ("GET", "/v1/events/short", 404, "not_found"),
        ("DELETE", "/v1/events", 405, "wrong_method"),
        ("OPTIONS", "/v1/events", 405, "wrong_method"),
        ("GET", "/static/nothing.js", 404, "not_found"),
        ("GET", "/static/..%2fapp.py", 404, "not_found"),
        ("GET", "/static/%2e%2e/app.py", 404, "not_found"),
        ("GET", "/static//etc/passwd", 404, "not_found"),
    ],
)
async def test_unknown_resources_and_methods_are_problems(
    server: RunningGateway, method: str, path: str, status: int, code: str
) -> None:
    async with server.session.request(method, yarl.URL(server.url + path, encoded=True)) as response:
        assert response.status == status
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["type"] == f"urn:communique:problem:{code}"


async def test_an_internal_error_is_a_problem_without_details(
    server: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("worker.gateway.live.replay.ReplayReader.find_gaps", fail)
    problem = await server.get("/v1/events", 500)
    assert "secret" not in json.dumps(problem)


async def test_every_response_has_the_security_headers(server: RunningGateway) -> None:
    for path in ("/", "/v1/events", "/v1/nothing", "/healthz"):
        async with server.session.get(path) as response:
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            assert "geolocation=()" in response.headers["Permissions-Policy"]
