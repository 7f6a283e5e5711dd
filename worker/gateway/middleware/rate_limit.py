"""How much one may ask: a token bucket (the algorithm) for each bearer token, or else for each address."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from worker.gateway.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiohttp import web

MAX_CALLERS: Final = 10_000
"""Whose buckets are kept; who has not asked for longest is forgotten first, and has a full bucket again."""


class RateLimiter:
    """A bucket for each caller: `burst` requests at once, `rate_per_s` in the long run."""

    def __init__(self, rate_per_s: float, burst: int, clock: Callable[[], float]) -> None:
        """Measure with a monotonic clock, in seconds."""
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, cost: float = 1.0) -> float:
        """Take a request's worth out of the caller's bucket; return 0, or the seconds until there is enough."""
        now = self._clock()
        level, at = self._buckets.pop(caller, (float(self._burst), now))
        level = min(float(self._burst), level + (now - at) * self._rate_per_s)
        wait_s = max(0.0, (min(cost, self._burst) - level) / self._rate_per_s)
        self._buckets[caller] = (level if wait_s else level - cost, now)
        while len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        return wait_s

    def policy(self) -> str:
        """Return what RateLimit-Policy says (draft-ietf-httpapi-ratelimit-headers): so many in so many seconds."""
        return f'"default";q={self._burst};w={max(1, math.ceil(self._burst / self._rate_per_s))}'

    def left(self, caller: str) -> str:
        """Return what RateLimit says: requests left, and seconds until there are as many as there can be."""
        level, _ = self._buckets.get(caller, (float(self._burst), 0.0))
        return f'"default";r={int(level)};t={math.ceil((self._burst - level) / self._rate_per_s)}'

    def admit(self, caller: str) -> None:
        """Take a request's worth, or refuse."""
        if wait_s := self.take(caller):
            detail = f"{self._rate_per_s:g} requests a second are allowed in the long run"
            raise ProblemError("too_many_requests", detail, headers={"Retry-After": retry_after(wait_s)})


def retry_after(wait_s: float) -> str:
    """Return what the header says: whole seconds, at least one."""
    return str(max(1, math.ceil(wait_s)))


def network_key(address: str) -> str:
    """Return whom an address stands for: itself, or the /64 that one subscriber of IPv6 is given."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:100]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


def caller_key(request: web.Request, token_name: str | None, proxies: int) -> str:
    """Name who asks: by token, or by address.

    Behind `proxies` proxies of our own, that many of the last addresses in X-Forwarded-For were written by them; the
    first of those is the client's.  Anything before it the client may have made up.
    """
    if token_name is not None:
        return f"token {token_name}"
    forwarded = [a.strip() for a in ",".join(request.headers.getall("X-Forwarded-For", ())).split(",")]
    if proxies and len(forwarded) >= proxies and forwarded[-proxies]:
        return f"address {network_key(forwarded[-proxies])}"
    return f"address {network_key(request.remote or 'unknown')}"
