"""Rules of robots.txt (RFC 9309) for all hosts, shared by all workers.

Redis keys:
    <prefix>:rules:<origin>          rules of its robots.txt for this crawler (`RobotsRules.encode`); expires
    <prefix>:rules:<origin>:asking   lock of the worker that is fetching it; expires
"""

from __future__ import annotations

import asyncio
import math
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple, cast

import structlog

from worker import urls
from worker.errors import HostFailure, NotYet, Permanent, Transient
from worker.fetch.client import AGENT
from worker.fetch.resource_types import ROBOTS
from worker.fetch.robots import parse_robots
from worker.fetch.robots_rules import RobotsRules
from worker.streams import Call, Script, retry_while_unavailable
from worker.telemetry.tracing import span

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.fetch.client import Fetcher
    from worker.settings import Settings

ROBOTS_WAIT_S: Final = 5.0
"""Longest wait for a robots.txt that another worker is fetching; after it, the task is retried later."""
ROBOTS_POLL_S: Final = 0.1
"""Interval between two checks whether that worker has stored it."""

_CACHE_S: Final = 300.0
"""Longest time for which the process caches rules."""
_CACHE_SIZE: Final = 500
"""Largest number of origins whose rules the process caches."""
_CACHE_BYTES: Final = 4 << 20
"""Largest total size of these rules, as encoded."""

_NO_ROBOTS: Final = frozenset({"too_many_redirects", "redirect_loop", "bad_redirect"})
"""Failures that mean that there is no robots.txt, as a 4xx does (RFC 9309, 2.3.1.2 and 2.3.1.3)."""

_LOCK: Final = Script.of("worker.fetch", "lock")
_UNLOCK: Final = Script.of("worker.fetch", "unlock")

log = structlog.get_logger()


class _RulesCache:
    """Encoded rules by origin; beyond the limits, the oldest are dropped."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, bytes]] = {}
        self._bytes = 0

    def get(self, origin: str, now: float) -> bytes | None:
        """Return the rules of an origin; None if they are missing or expired."""
        until, stored = self._entries.get(origin, (0.0, None))
        return stored if now < until else None

    def put(self, origin: str, stored: bytes, *, until: float) -> None:
        """Keep the rules of an origin until a time of the event loop's clock."""
        self._drop(origin)
        self._entries[origin] = (until, stored)
        self._bytes += len(stored)
        while len(self._entries) > _CACHE_SIZE or self._bytes > _CACHE_BYTES:
            self._drop(next(iter(self._entries)))

    def _drop(self, origin: str) -> None:
        _, stored = self._entries.pop(origin, (0.0, b""))
        self._bytes -= len(stored)


class StoredRules(NamedTuple):
    """The rules of an origin in Redis, which all workers share."""

    rules: RobotsRules
    expires_in_s: float
    """Seconds until robots.txt is fetched again."""


async def read_stored_rules(client: Redis, prefix: str, origin: str) -> StoredRules | None:
    """Return the rules of an origin without fetching them; None if they are not stored or do not decode."""
    key = _rules_key(prefix, origin)
    pipe = client.pipeline(transaction=False)
    pipe.get(key)
    pipe.pttl(key)
    stored, left_ms = await pipe.execute()
    if stored is None:
        return None
    try:
        return StoredRules(RobotsRules.decode(stored), max(0, left_ms) / 1000)
    except ValueError:
        return None


def _rules_key(prefix: str, origin: str) -> str:
    return f"{prefix}:rules:{origin}"


class Politeness:
    """Rules of all hosts, shared through Redis; `client` must return bytes."""

    def __init__(self, client: Redis, fetcher: Fetcher, settings: Settings) -> None:
        self._client = client
        self._fetcher = fetcher
        self._settings = settings
        self._cache = _RulesCache()

    async def admit(self, url: str) -> float:
        """Return the delay that robots.txt sets for the host of `url`, in seconds; 0.0 where it sets none.

        Raises Permanent("robots") if robots.txt disallows the URL, Permanent("crawl_delay") if the delay is longer than
        `max_host_delay_s`, HostFailure("robots_unreachable"), or NotYet if another worker needs more than
        ROBOTS_WAIT_S to fetch it.
        """
        origin = urls.origin_of(url)
        rules = await self._cached_rules(origin) or await self._fetch_rules(origin)
        normal_url = urls.normalise(url)
        if not rules.allows(normal_url):
            rule = rules.rule_for(normal_url)
            raise Permanent("robots", f"{origin}/robots.txt disallows {url} for {AGENT} ({rule})")
        return self._delay_s(origin, rules.delay_s)

    def _delay_s(self, origin: str, delay_s: float) -> float:
        politeness = self._settings.politeness
        if delay_s > politeness.max_host_delay_s and not politeness.cap_host_delay:
            detail = f"{origin}/robots.txt sets a delay of {delay_s:.0f} s between requests, more than "
            raise Permanent("crawl_delay", detail + f"COMMUNIQUE_MAX_HOST_DELAY_S={politeness.max_host_delay_s:g}")
        return min(delay_s, politeness.max_host_delay_s)

    def _key(self, origin: str) -> str:
        return _rules_key(self._settings.redis.key_prefix, origin)

    # ------------------------------------------------------------ cache
    async def _cached_rules(self, origin: str) -> RobotsRules | None:
        """Return the rules of an origin from the caches (process, Redis); None if they are in neither."""
        now = asyncio.get_running_loop().time()
        stored = self._cache.get(origin, now)
        if stored is None:
            key = self._key(origin)
            stored = cast("bytes | None", await retry_while_unavailable(self._client, lambda: self._client.get(key)))
            if stored is None:
                return None
            self._cache.put(origin, stored, until=now + self._cache_s)
        try:
            return RobotsRules.decode(stored)
        except ValueError:  # stored by a version with another format
            return None

    @property
    def _cache_s(self) -> float:
        return min(_CACHE_S, self._settings.politeness.robots_ttl_s)

    # ------------------------------------------------------------ fetch
    async def _fetch_rules(self, origin: str) -> RobotsRules:
        """Fetch the robots.txt of an origin, or wait for the worker that is fetching it; cache and return the rules."""
        client, token = self._client, secrets.token_hex(8)
        lock, lease_ms = f"{self._key(origin)}:asking", math.ceil((self._settings.fetch.total_timeout_s + 1) * 1000)
        give_up_at = asyncio.get_running_loop().time() + ROBOTS_WAIT_S
        while not await _LOCK.run(client, Call([lock], [token, lease_ms])):
            if asyncio.get_running_loop().time() >= give_up_at:
                raise NotYet("host_busy", f"{origin}/robots.txt is being fetched", ROBOTS_WAIT_S)
            await asyncio.sleep(ROBOTS_POLL_S)
            if found := await self._cached_rules(origin):
                return found
        try:
            if found := await self._cached_rules(origin):  # fetched by another worker before the lock was taken
                return found
            with span("robots"):
                body = await self._fetch_robots(origin)
            rules, stored = await asyncio.to_thread(self._parse, origin, body)
            key, ttl_s = self._key(origin), self._settings.politeness.robots_ttl_s
            await retry_while_unavailable(client, lambda: client.set(key, stored, ex=ttl_s))
        finally:
            await _UNLOCK.run(client, Call([lock], [token]))
        self._cache.put(origin, stored, until=asyncio.get_running_loop().time() + self._cache_s)
        return rules

    def _parse(self, origin: str, body: bytes) -> tuple[RobotsRules, bytes]:
        """Return the rules of a robots.txt and their encoded form; log a warning if not all are matched exactly."""
        is_truncated = len(body) >= self._max_bytes
        if is_truncated:  # a rule that is cut off could match other URLs
            body = body[: max(body.rfind(b"\n"), body.rfind(b"\r")) + 1]
        rules = parse_robots(body, AGENT)
        if is_truncated or rules.cut:
            number = len(rules.allowed) + len(rules.disallowed)
            log.warning("robots_limited", origin=origin, bytes=len(body), rules=number, cut=rules.cut)
        return rules, rules.encode()

    @property
    def _max_bytes(self) -> int:
        return min(self._settings.politeness.robots_max_bytes, self._settings.fetch.max_body_bytes)

    async def _fetch_robots(self, origin: str) -> bytes:
        """Return the bytes of robots.txt; b"" if the site has none.

        While it is unreachable, no page may be requested (RFC 9309, 2.3.1.4).
        """
        try:
            page = await self._fetcher.get(f"{origin}/robots.txt", resource_type=ROBOTS, max_bytes=self._max_bytes)
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
