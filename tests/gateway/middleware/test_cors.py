"""Cross-origin requests: only configured origins get CORS headers."""

from __future__ import annotations

import pytest

from tests.gateway.conftest import RunningGateway, StartGateway

PREFLIGHT = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}


async def test_other_origins_get_no_cors_headers(server: RunningGateway) -> None:
    async with server.session.options("/v1/articles", headers=PREFLIGHT | {"Origin": "https://a.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers
    async with server.session.get("/v1/events", headers={"Origin": "https://a.example"}) as response:
        assert "Access-Control-Allow-Origin" not in response.headers


@pytest.mark.parametrize(
    ("allowed", "answered"), [("https://a.example https://b.example", "https://a.example"), ("*", "*")]
)
async def test_allowed_origins_get_cors_headers(start_gateway: StartGateway, allowed: str, answered: str) -> None:
    async with start_gateway(gateway_origins=allowed) as server:
        origin = {"Origin": "https://a.example"}
        async with server.session.options("/v1/articles", headers=PREFLIGHT | origin) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == answered
            assert "POST" in response.headers["Access-Control-Allow-Methods"]
            assert "Content-Type" in response.headers["Access-Control-Allow-Headers"]
        for path in ("/v1/events", "/v1/events?x=1", "/v1/stream"):  # errors and streams can be read, too
            async with server.session.get(path, headers=origin) as response:
                assert response.headers["Access-Control-Allow-Origin"] == answered
                assert "Origin" in response.headers.getall("Vary")[-1]
