"""Rate limits per host, shared by all workers: robots.txt (RFC 9309), a delay between requests, Retry-After.

A task that must wait reserves a *slot* of its host, a time of its own, and is deferred once until then.  It does not
occupy the queue in the meantime, so many URLs of one host do not delay other hosts.  At that time it is also checked
against the host's earliest next request (`gate`), so that tasks that are late (after an outage, from a slow worker) do
not all start at once.

Redis keys, all with a TTL, with times in Unix ms by Redis' clock:
    <prefix>:host:<host>            hash: `next` first slot not reserved, `gate` earliest next request, `pause` its end
    <prefix>:host:<origin>:robots   robots.txt as served; empty where the site has none
    <prefix>:host:<origin>:asking   lock of the worker that is fetching robots.txt
    <prefix>:hosts:waiting          sorted set for operators: hosts by the end of their last reserved slot
    <prefix>:hosts:paused           sorted set for operators: hosts by the end of their pause
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from msgspec import Struct
from protego import Protego

from worker import urls
from worker.errors import NotYet, Permanent, Transient
from worker.fetch.client import AGENT, ROBOTS
from worker.streams import Arg, Call, Script, retry_while_unavailable
from worker.telemetry.tracing import span

if TYPE_CHECKING:
    from datetime import datetime

    from redis.asyncio import Redis

    from worker.fetch.client import Admit, Fetcher
    from worker.schema import Task
    from worker.settings import Settings

SLACK_S: Final = 0.5
"""How much before its slot a request may start.

Deferred tasks are promoted in ticks; without slack, the jitter of one task would cost the next one its slot.  The rate
limit holds in any case.
"""

MAX_PAUSE_S: Final = 3600.0
"""Longest pause after one Retry-After; the server may send another one then."""

REDIRECT_WAIT_S: Final = 5.0
"""Longest wait for the slot of another host during a redirect; with a longer one the task is deferred."""

_ROBOTS_CACHE_S: Final = 300.0
"""Longest time for which a parsed robots.txt is cached in the process."""
_ROBOTS_CACHE_SIZE: Final = 500
"""Most parsed robots.txt files cached in the process."""

_NO_ROBOTS: Final = frozenset({"too_many_redirects", "redirect_loop", "bad_redirect"})
"""Failures that mean that there is no robots.txt, as a 4xx does (RFC 9309, 2.3.1.2 and 2.3.1.3)."""


_RESERVE_SLOT: Final = Script.of("worker.fetch", "host", "reserve_slot")
_PAUSE: Final = Script.of("worker.fetch", "host", "pause")


class HostKeys(Struct, frozen=True):
    """Keys of the sorted sets of hosts that must wait; the score is the end of the wait (Unix ms)."""

    prefix: str

    @property
    def waiting(self) -> str:
        """Key of the hosts whose next free slot is in the future."""
        return f"{self.prefix}:hosts:waiting"

    @property
    def paused(self) -> str:
        """Key of the hosts that are paused, by Retry-After or by an unreachable robots.txt."""
        return f"{self.prefix}:hosts:paused"


class _SlotWait(NamedTuple):
    """Seconds that a request must wait, and whether a slot is reserved for it."""

    wait_s: float
    """Seconds to wait; 0.0: send the request now."""
    reserved: bool
    """Whether a slot at the end of the wait is reserved for the task."""


class Politeness:
    """Rules and rate limits of all hosts, shared through Redis; `client` must yield bytes."""

    def __init__(self, client: Redis, fetcher: Fetcher, settings: Settings) -> None:
        self._client = client
        self._fetcher = fetcher
        self._settings = settings
        self._hosts = HostKeys(settings.redis.key_prefix)
        self._robots: dict[str, tuple[float, Protego]] = {}

    async def admit(self, task: Task, now: datetime) -> None:
        """Return if `task.url` may be requested now; `now` is the time of the clock that set `task.slot_at`.

        Raises Permanent("robots") if robots.txt disallows the URL, NotYet("host_busy") with the wait until the slot
        that is now reserved for the task, or Transient("robots_unreachable").

        A cached robots.txt is checked first, then the slot.  If robots.txt is not cached, the task that has the slot
        fetches it last; the other tasks of the host wait for their slots.
        """
        host = urls.host_of(task.url)
        rules = await self._cached_rules(urls.origin_of(task.url))
        if rules is not None:
            _check(rules, task.url)
        early_s = (task.slot_at - now).total_seconds() if task.slot_at else 0.0
        if early_s > SLACK_S:
            raise NotYet("host_busy", f"the slot at {host} is still to come", early_s)
        wait = await self._reserve_slot(host, self._delay_s(rules), holds_slot=task.slot_at is not None)
        if wait.wait_s > 0:
            raise NotYet("host_busy", f"the next free slot at {host}", wait.wait_s)
        if rules is None:
            await self._fetch_rules(task.url)

    def redirect_hook(self, task: Task) -> Admit:
        """Return the `admit` hook of `Fetcher.get` for one task.

        The hook checks robots.txt for every redirect target and takes a slot of every host other than the task's own.
        It sleeps for a wait of up to REDIRECT_WAIT_S; for a longer wait it raises NotYet without reserving a slot.
        """
        own_host = urls.host_of(task.url)

        async def admit(url: str) -> None:
            rules = await self._cached_rules(urls.origin_of(url))
            if rules is not None:
                _check(rules, url)
            if (host := urls.host_of(url)) != own_host:
                wait = await self._reserve_slot(host, self._delay_s(rules), most_s=REDIRECT_WAIT_S)
                if not wait.reserved:
                    raise NotYet("host_busy", f"redirected to {host}, which has no slot soon", wait.wait_s)
                with span("wait"):
                    await asyncio.sleep(wait.wait_s)
            if rules is None:
                await self._fetch_rules(url)

        return admit

    @asynccontextmanager
    async def honour_retry_after(self, url: str) -> AsyncIterator[None]:
        """Pause the host of `url` for all workers if the block raises a Transient with a Retry-After."""
        try:
            yield
        except Transient as failure:
            if failure.retry_after_s:
                await self.pause(urls.host_of(url), failure.retry_after_s)
            raise

    async def pause(self, host: str, seconds: float) -> None:
        """Pause all requests to `host`, of all workers, for `seconds` (at most MAX_PAUSE_S)."""
        ms = _ms(min(max(seconds, 0.0), MAX_PAUSE_S))
        await _PAUSE.run(self._client, Call([self._key(host), self._hosts.paused], [ms, host]))

    # ------------------------------------------------------------ slots
    async def _reserve_slot(
        self, host: str, delay_s: float, *, holds_slot: bool = False, least_s: float = 0.0, most_s: float = math.inf
    ) -> _SlotWait:
        """Admit a request to `host` now, or reserve the host's next free slot.

        `holds_slot`: the task has reserved a slot earlier.  `least_s`: wait at least this long.  If the wait would
        exceed `most_s`, no slot is reserved.
        """
        most_ms = -1 if math.isinf(most_s) else _ms(most_s)
        args: list[Arg] = [_ms(delay_s), _ms(SLACK_S), int(holds_slot), _ms(least_s), most_ms, host]
        wait_ms, reserved = await _RESERVE_SLOT.run(self._client, Call([self._key(host), self._hosts.waiting], args))
        return _SlotWait(wait_ms / 1000, bool(reserved))

    def _delay_s(self, rules: Protego | None) -> float:
        """Return the seconds between two requests to a host: its robots.txt's delay, within the settings' bounds.

        `rules` None: no robots.txt is known, `host_delay_s` applies.
        """
        s = self._settings
        requested_s = _requested_delay_s(rules) if rules is not None else 0.0
        return max(s.politeness.host_delay_s, min(requested_s, s.politeness.max_host_delay_s))

    def _key(self, name: str) -> str:
        return f"{self._settings.redis.key_prefix}:host:{name}"

    # ------------------------------------------------------------ robots.txt
    async def _cached_rules(self, origin: str) -> Protego | None:
        """Return the parsed robots.txt of an origin from the caches (process, Redis); None if it is in neither."""
        now = asyncio.get_running_loop().time()
        until, rules = self._robots.get(origin, (0.0, None))
        if rules is not None and now < until:
            return rules
        key = self._key(f"{origin}:robots")
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

    async def _fetch_rules(self, url: str) -> Protego:
        """Fetch, cache and return the robots.txt of a URL's origin; raise Permanent if it disallows the URL.

        Raise NotYet if another worker is fetching it; a lock in Redis ensures that only one does.
        """
        client, host, origin = self._client, urls.host_of(url), urls.origin_of(url)
        lock, lease_s = self._key(f"{origin}:asking"), self._settings.fetch.total_timeout_s + 1
        if not await retry_while_unavailable(client, lambda: client.set(lock, b"", nx=True, px=_ms(lease_s))):
            wait = await self._reserve_slot(host, self._delay_s(None), least_s=SLACK_S)
            raise NotYet("host_busy", f"{origin}/robots.txt is being fetched", wait.wait_s)
        try:
            with span("robots"):
                text = await self._fetch_robots(host, origin)
            ttl_s = self._settings.politeness.robots_ttl_s
            await retry_while_unavailable(client, lambda: client.set(self._key(f"{origin}:robots"), text, ex=ttl_s))
        finally:
            await retry_while_unavailable(client, lambda: client.delete(lock))
        rules = await self._cache_rules(origin, text)
        if (delay_s := self._delay_s(rules)) > self._delay_s(None):
            await self.pause(host, delay_s)  # the slot was reserved with the default delay
        _check(rules, url)
        return rules

    async def _fetch_robots(self, host: str, origin: str) -> bytes:
        """Return the bytes of robots.txt; b"" if the site has none.

        While it is unreachable the host is paused (RFC 9309, 2.3.1.4).
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
            unreachable = Transient("robots_unreachable", str(e))
        except Transient as e:
            unreachable = Transient("robots_unreachable", str(e), e.retry_after_s)
        else:
            return page.body
        await self.pause(host, unreachable.retry_after_s or self._settings.retry.backoff_s)
        raise unreachable


def _check(rules: Protego, url: str) -> None:
    """Raise Permanent("robots") if the rules disallow the URL."""
    if not rules.can_fetch(url, AGENT):
        raise Permanent("robots", f"{urls.origin_of(url)}/robots.txt disallows {url} for {AGENT}")


def _requested_delay_s(rules: Protego) -> float:
    """Return the longer of Crawl-delay and the interval of Request-rate, in seconds; math.inf if it overflows."""
    rate = rules.request_rate(AGENT)
    try:
        return max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    except OverflowError:  # the two integers of Request-rate may have any number of digits
        return math.inf


def _ms(seconds: float) -> int:
    """Return seconds as ms, rounded up."""
    return math.ceil(seconds * 1000)
