"""Rate limiting: a token bucket for each bearer token, or for each client address without one."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from worker.gateway.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

MAX_BUCKETS: Final = 10_000
"""Buckets kept in memory; the least recently used is dropped first, and its client starts with a full one."""


class RateLimiter:
    """A token bucket for each key: `burst` requests at once, `rate_per_s` on average."""

    def __init__(self, rate_per_s: float, burst: int, clock: Callable[[], float]) -> None:
        """`rate_per_s`: average limit for each key.  `burst`: limit at once.  `clock`: monotonic, in seconds."""
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        """Requests left and the time at which that was computed, by key; least recently used first."""

    def take(self, key: str, cost: float = 1.0) -> float:
        """Take `cost` requests out of the bucket of `key`; return 0.0.

        If fewer are left, take nothing and return the seconds until there will be enough.
        """
        now = self._clock()
        level, at = self._buckets.pop(key, (float(self._burst), now))
        level = min(float(self._burst), level + (now - at) * self._rate_per_s)
        wait_s = max(0.0, (min(cost, self._burst) - level) / self._rate_per_s)
        self._buckets[key] = (level if wait_s else level - cost, now)
        while len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        return wait_s

    def policy_header(self) -> str:
        """Return the value of RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers): quota and window in seconds."""
        return f'"default";q={self._burst};w={max(1, math.ceil(self._burst / self._rate_per_s))}'

    def remaining_header(self, key: str) -> str:
        """Return the value of RateLimit: requests left for `key`, and seconds until its bucket is full."""
        level, _ = self._buckets.get(key, (float(self._burst), 0.0))
        return f'"default";r={int(level)};t={math.ceil((self._burst - level) / self._rate_per_s)}'

    def check(self, key: str) -> None:
        """Take one request out of the bucket of `key`; raise ProblemError with Retry-After if it is empty."""
        if wait_s := self.take(key):
            detail = f"the limit is {self._rate_per_s:g} requests a second on average"
            raise ProblemError("too_many_requests", detail, headers={"Retry-After": retry_after(wait_s)})


def retry_after(wait_s: float) -> str:
    """Return the value of Retry-After for a wait in seconds: rounded up, at least 1."""
    return str(max(1, math.ceil(wait_s)))


def network_key(address: str) -> str:
    """Return the network by which an address is limited: an IPv4 address itself, the /64 of an IPv6 address.

    IPv4-mapped addresses count as IPv4; text that is no address is returned, cut to 100 characters.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


def client_key(request: web.Request, token_name: str | None, proxies: int) -> str:
    """Return the key of the bucket in which a request is counted: its token's name, or else its client's network.

    With `proxies` trusted proxies in front of the gateway, they wrote the last `proxies` addresses of X-Forwarded-For,
    and the first of those is the client's.  Earlier ones are not trusted, since a client can forge them.
    """
    if token_name is not None:
        return f"token {token_name}"
    forwarded = [a.strip() for a in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return f"address {network_key(forwarded[-proxies])}"
    return f"address {network_key(request.remote or 'unknown')}"
