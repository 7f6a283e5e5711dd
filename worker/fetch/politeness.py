"""Rules of robots.txt (RFC 9309) for all hosts, shared by all workers.

Redis keys:
    <prefix>:robots:<origin>          robots.txt as served, empty where the site has none; expires
    <prefix>:robots:<origin>:asking   lock of the worker that is fetching it; expires
"""

from __future__ import annotations

import asyncio
import math
import secrets
from typing import TYPE_CHECKING, Final, cast

from protego import Protego

from worker import urls
from worker.errors import HostFailure, NotYet, Permanent, Transient
from worker.fetch.client import AGENT, ROBOTS
from worker.streams import retry_while_unavailable
from worker.telemetry.tracing import span

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.fetch.client import Fetcher
    from worker.settings import Settings

ROBOTS_WAIT_S: Final = 5.0
"""Longest wait for a robots.txt that another worker is fetching; the task is retried after it."""
ROBOTS_POLL_S: Final = 0.1
"""Interval of looking whether it is there."""

_ROBOTS_CACHE_S: Final = 300.0
"""Longest time for which a parsed robots.txt is cached in the process."""
_ROBOTS_CACHE_SIZE: Final = 500
"""Most parsed robots.txt files cached in the process."""

_NO_ROBOTS: Final = frozenset({"too_many_redirects", "redirect_loop", "bad_redirect"})
"""Failures that mean that there is no robots.txt, as a 4xx does (RFC 9309, 2.3.1.2 and 2.3.1.3)."""


class Politeness:
    """Rules of all hosts, shared through Redis; `client` must yield bytes."""

    def __init__(self, client: Redis, fetcher: Fetcher, settings: Settings) -> None:
        self._client = client
        self._fetcher = fetcher
        self._settings = settings
        self._robots: dict[str, tuple[float, Protego]] = {}

    async def admit(self, url: str) -> float:
        """Return the delay that robots.txt sets for the host of `url`, in seconds; 0.0 where it sets none.

        Raises Permanent("robots") if robots.txt disallows the URL, Permanent("crawl_delay") if the delay is longer than
        `max_host_delay_s`, HostFailure("robots_unreachable"), or NotYet if another worker takes long to fetch it.
        """
        origin = urls.origin_of(url)
        rules = await self._cached_rules(origin) or await self._fetch_rules(origin)
        if not rules.can_fetch(url, AGENT):
            raise Permanent("robots", f"{origin}/robots.txt disallows {url} for {AGENT}")
        return self._delay_s(origin, rules)

    def _delay_s(self, origin: str, rules: Protego) -> float:
        politeness = self._settings.politeness
        delay_s = _requested_delay_s(rules)
        if delay_s > politeness.max_host_delay_s and not politeness.cap_host_delay:
            detail = f"{origin}/robots.txt asks for {delay_s:.0f} s between requests, more than "
            raise Permanent("crawl_delay", detail + f"COMMUNIQUE_MAX_HOST_DELAY_S={politeness.max_host_delay_s:g}")
        return min(delay_s, politeness.max_host_delay_s)

    def _key(self, origin: str) -> str:
        return f"{self._settings.redis.key_prefix}:robots:{origin}"

    # ------------------------------------------------------------ cache
    async def _cached_rules(self, origin: str) -> Protego | None:
        """Return the parsed robots.txt of an origin from the caches (process, Redis); None if it is in neither."""
        now = asyncio.get_running_loop().time()
        until, rules = self._robots.get(origin, (0.0, None))
        if rules is not None and now < until:
            return rules
        key = self._key(origin)
        text = cast("bytes | None", await retry_while_unavailable(self._client, lambda: self._client.get(key)))
        return await self._cache_rules(origin, text) if text is not None else None

    async def _cache_rules(self, origin: str, text: bytes) -> Protego:
        """Parse a robots.txt and cache it in the process; if the cache is full, the oldest entry is dropped."""
        rules = await asyncio.to_thread(Protego.parse, text.decode("utf-8-sig", "replace"))
        while len(self._robots) >= _ROBOTS_CACHE_SIZE:
            self._robots.pop(next(iter(self._robots)))
        until = asyncio.get_running_loop().time() + min(_ROBOTS_CACHE_S, self._settings.politeness.robots_ttl_s)
        self._robots.pop(origin, None)
        self._robots[origin] = (until, rules)
        return rules

    # ------------------------------------------------------------ fetch
    async def _fetch_rules(self, origin: str) -> Protego:
        """Fetch the robots.txt of an origin, or wait for the worker that is fetching it; cache and return it."""
        client, token = self._client, secrets.token_hex(8)
        lock, lease_ms = f"{self._key(origin)}:asking", math.ceil((self._settings.fetch.total_timeout_s + 1) * 1000)
        give_up_at = asyncio.get_running_loop().time() + ROBOTS_WAIT_S
        while not await retry_while_unavailable(client, lambda: client.set(lock, token, nx=True, px=lease_ms)):
            if asyncio.get_running_loop().time() >= give_up_at:
                raise NotYet("host_busy", f"{origin}/robots.txt is being fetched", ROBOTS_WAIT_S)
            await asyncio.sleep(ROBOTS_POLL_S)
            if rules := await self._cached_rules(origin):
                return rules
        try:
            if rules := await self._cached_rules(origin):  # fetched by another worker before the lock was taken
                return rules
            with span("robots"):
                text = await self._fetch_robots(origin)
            key, ttl_s = self._key(origin), self._settings.politeness.robots_ttl_s
            await retry_while_unavailable(client, lambda: client.set(key, text, ex=ttl_s))
        finally:
            await retry_while_unavailable(client, lambda: client.delete(lock))
        return await self._cache_rules(origin, text)

    async def _fetch_robots(self, origin: str) -> bytes:
        """Return the bytes of robots.txt; b"" if the site has none.

        While it is unreachable, no page may be requested (RFC 9309, 2.3.1.4).
        """
        try:
            page = await self._fetcher.get(
                f"{origin}/robots.txt", resource_type=ROBOTS, max_bytes=self._settings.politeness.robots_max_bytes
            )
        except Permanent as e:
            if e.reason.startswith("http_") or e.reason in _NO_ROBOTS:
                return b""
            if e.reason == "private_address":
                raise
            raise Transient("robots_unreachable", str(e)) from None
        except HostFailure as e:
            unreachable = HostFailure("robots_unreachable", str(e), e.pause_s)
            unreachable.outage = e.outage
            raise unreachable from None
        return page.body


def _requested_delay_s(rules: Protego) -> float:
    """Return the longer of Crawl-delay and the interval of Request-rate, in seconds; math.inf if it overflows."""
    rate = rules.request_rate(AGENT)
    try:
        return max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    except OverflowError:  # the two integers of Request-rate may have any number of digits
        return math.inf
