"""Rate limiting by token buckets."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given
from hypothesis import strategies as st

from tests.gateway.conftest import StartGateway
from worker.gateway.middleware import rate_limit
from worker.gateway.middleware.rate_limit import RateLimiter, client_key, network_key, retry_after


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_passes_and_then_the_rate_applies() -> None:
    clock = Clock()
    bucket = RateLimiter(2.0, 3, clock)
    assert [bucket.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert bucket.take("b") == 0
    clock.now += 0.5
    assert [bucket.take("a") for _ in range(2)] == [0, 0.5]


@given(st.lists(st.floats(0, 3), max_size=60))
def test_requests_never_exceed_burst_and_rate(pauses: list[float]) -> None:
    clock = Clock()
    bucket, passed = RateLimiter(2.0, 5, clock), 0
    for pause in pauses:
        clock.now += pause
        passed += bucket.take("a") == 0
    assert passed <= 5 + 2.0 * (clock.now - 100.0) + 1e-6


@given(st.lists(st.floats(0, 3), max_size=60))
def test_a_request_passes_after_the_announced_wait(pauses: list[float]) -> None:
    clock = Clock()
    bucket = RateLimiter(2.0, 2, clock)
    for pause in pauses:
        clock.now += pause
        if wait_s := bucket.take("a"):
            clock.now += wait_s + 1e-9
            assert bucket.take("a") == 0


def test_the_number_of_buckets_is_bounded() -> None:
    bucket = RateLimiter(1.0, 1, Clock())
    for i in range(rate_limit.MAX_BUCKETS + 10):
        bucket.take(str(i))
    assert len(bucket._buckets) == rate_limit.MAX_BUCKETS


def test_retry_after_is_in_whole_seconds() -> None:
    assert [retry_after(s) for s in (0.01, 1.0, 1.2)] == ["1", "1", "2"]


def test_with_trusted_proxies_the_client_address_is_the_one_the_outermost_saw() -> None:
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": "made-up, 192.0.2.1, 10.0.0.2"})
    assert client_key(request, None, 2) == "address 192.0.2.1"
    assert client_key(request, None, 1) == "address 10.0.0.2"
    assert client_key(request, None, 0) == client_key(request, None, 4)
    assert client_key(request, "dashboard", 2) == "token dashboard"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
    ],
)
def test_addresses_of_one_network_share_a_bucket(address: str, network: str) -> None:
    assert network_key(address) == network


async def test_a_limited_client_gets_429_with_retry_after(start_gateway: StartGateway) -> None:
    async with start_gateway(gateway_rate_per_s=0.5, gateway_burst=2) as server:
        for left in ('"default";r=1;t=2', '"default";r=0;t=4'):
            async with server.session.get("/v1/schema") as response:
                assert (response.status, response.headers["RateLimit"]) == (200, left)
                assert response.headers["RateLimit-Policy"] == '"default";q=2;w=4'
        async with server.session.get("/v1/events") as response:
            assert (response.status, response.headers["Retry-After"]) == (429, "2")
        for _ in range(5):  # health checks are not limited
            async with server.session.get("/readyz") as response:
                assert (response.status, "RateLimit" in response.headers) == (200, False)
