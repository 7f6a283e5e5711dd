"""May this host be asked now?  robots.txt (RFC 9309), one delay a host over all replicas, Retry-After for everybody.

A host's *slots* are reserved: a task that must wait is put off once, to a moment that is its own, and takes no part in
the queue's work until then; so a flood of one host's URLs delays no other host.  At that moment it passes the host's
*gate*, which sees to it that tasks which come late (after an outage, from a slow worker) do not come all at once.

Keys, all with a TTL, times in Unix ms of Redis' own clock:
    <prefix>:host:<host>            hash: `next` first slot not reserved, `gate` next request, `pause` end of a pause
    <prefix>:host:<origin>:robots   robots.txt as served; empty where the site has none
    <prefix>:host:<origin>:asking   one worker is fetching it
    <prefix>:hosts:waiting          sorted set for operators: hosts by the end of the last slot reserved
    <prefix>:hosts:paused           the same: hosts by the end of their pause
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
"""A request may come this much before its moment: tasks put off are moved in ticks, and without slack the jitter of
one would cost the next its slot.  The rate is kept in any case."""

MAX_PAUSE_S: Final = 3600.0
"""Longest pause that a server gets by asking once; it may ask again then."""

HOP_WAIT_S: Final = 5.0
"""Longest wait for another host in the middle of a redirect; for more, the task comes back later."""

_LOCAL_ROBOTS_S: Final = 300.0
_LOCAL_ROBOTS: Final = 500
"""Parsed robots.txt files kept in the process, and for how long before Redis is asked again."""

_NO_ROBOTS: Final = frozenset({"too_many_redirects", "redirect_loop", "bad_redirect"})
"""Failures that mean "there is none" like a 4xx does (RFC 9309, 2.3.1.2 and 2.3.1.3)."""


class HostKeys(Struct, frozen=True):
    """The keys that tell which hosts are not to be asked now: sorted sets of hosts, by the Unix ms when they may be."""

    prefix: str

    @property
    def waiting(self) -> str:
        """All whose next slot is still to come."""
        return f"{self.prefix}:hosts:waiting"

    @property
    def paused(self) -> str:
        """Those that asked for a pause."""
        return f"{self.prefix}:hosts:paused"


class _Wait(NamedTuple):
    wait_s: float
    """0.0: go now."""
    reserved: bool


class Politeness:
    """The rules of all hosts, shared through Redis; `client` answers bytes."""

    def __init__(self, client: Redis, fetcher: Fetcher, settings: Settings) -> None:
        self._client = client
        self._fetcher = fetcher
        self._settings = settings
        self._hosts = HostKeys(settings.redis.key_prefix)
        self._robots: dict[str, tuple[float, Protego]] = {}

    async def admit(self, task: Task, now: datetime) -> None:
        """Return if `task.url` may be asked for at once; `now` is the clock that gave `task.slot_at`.

        Permanent("robots"), NotYet("host_busy") with the wait until the slot that is now the task's own, or
        Transient("robots_unreachable").  What is known is checked first, then the slot; an unknown robots.txt is
        fetched last, by the one task whose turn it is, while the others have slots to wait for.
        """
        host = urls.host(task.url)
        rules = await self._known_robots(urls.origin(task.url))
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

    def redirects_of(self, task: Task) -> Admit:
        """Make the `admit` hook of `Fetcher.get` for one task: robots.txt at every hop, a slot at every other host.

        A redirect within the task's own host is part of the same visit.  The hook sleeps for a short wait and raises
        NotYet for a longer one, without a reservation.
        """
        here = urls.host(task.url)

        async def admit(url: str) -> None:
            rules = await self._known_robots(urls.origin(url))
            if rules is not None:
                _check(rules, url)
            if (host := urls.host(url)) != here:
                wait = await self._reserve_slot(host, self._delay_s(rules), most_s=HOP_WAIT_S)
                if not wait.reserved:
                    raise NotYet("host_busy", f"redirected to {host}, which has no slot soon", wait.wait_s)
                with span("wait"):
                    await asyncio.sleep(wait.wait_s)
            if rules is None:
                await self._fetch_rules(url)

        return admit

    @asynccontextmanager
    async def honour_retry_after(self, url: str) -> AsyncIterator[None]:
        """Make what a server asks of one request to `url` by Retry-After hold for all of its host."""
        try:
            yield
        except Transient as failure:
            if failure.retry_after_s:
                await self.pause(urls.host(url), failure.retry_after_s)
            raise

    async def pause(self, host: str, seconds: float) -> None:
        """Ask nothing of `host` for `seconds` (at most an hour), whoever wants to: it said Retry-After."""
        ms = _ms(min(max(seconds, 0.0), MAX_PAUSE_S))
        await _PAUSE.run(self._client, Call([self._key(host), self._hosts.paused], [ms, host]))

    # ------------------------------------------------------------ slots
    async def _reserve_slot(
        self, host: str, delay_s: float, *, holds_slot: bool = False, least_s: float = 0.0, most_s: float = math.inf
    ) -> _Wait:
        most_ms = -1 if math.isinf(most_s) else _ms(most_s)
        args: list[Arg] = [_ms(delay_s), _ms(SLACK_S), int(holds_slot), _ms(least_s), most_ms, host]
        wait_ms, reserved = await _ENTER.run(self._client, Call([self._key(host), self._hosts.waiting], args))
        return _Wait(wait_ms / 1000, bool(reserved))

    def _delay_s(self, rules: Protego | None) -> float:
        """Return what the site asks for, within our own least and most."""
        s = self._settings
        asked_s = _asked_delay_s(rules) if rules is not None else 0.0
        return max(s.politeness.host_delay_s, min(asked_s, s.politeness.max_host_delay_s))

    def _key(self, name: str) -> str:
        return f"{self._settings.redis.key_prefix}:host:{name}"

    # ------------------------------------------------------------ robots.txt
    async def _known_robots(self, origin: str) -> Protego | None:
        """Return the rules if this process or any other has fetched them lately."""
        now = asyncio.get_running_loop().time()
        until, rules = self._robots.get(origin, (0.0, None))
        if rules is not None and now < until:
            return rules
        key = self._key(f"{origin}:robots")
        text = cast("bytes | None", await retry_while_unavailable(self._client, lambda: self._client.get(key)))
        return await self._remember(origin, text) if text is not None else None

    async def _remember(self, origin: str, text: bytes) -> Protego:
        rules = await asyncio.to_thread(Protego.parse, text.decode("utf-8-sig", "replace"))
        while len(self._robots) >= _LOCAL_ROBOTS:
            self._robots.pop(next(iter(self._robots)))
        until = asyncio.get_running_loop().time() + min(_LOCAL_ROBOTS_S, self._settings.politeness.robots_ttl_s)
        self._robots.pop(origin, None)
        self._robots[origin] = (until, rules)
        return rules

    async def _fetch_rules(self, url: str) -> Protego:
        """Fetch the robots.txt that nobody knows and check `url` against it; NotYet if another is just doing that."""
        client, host, origin = self._client, urls.host(url), urls.origin(url)
        asking, lease_s = self._key(f"{origin}:asking"), self._settings.fetch.total_timeout_s + 1
        if not await retry_while_unavailable(client, lambda: client.set(asking, b"", nx=True, px=_ms(lease_s))):
            wait = await self._reserve_slot(host, self._delay_s(None), least_s=SLACK_S)
            raise NotYet("host_busy", f"{origin}/robots.txt is being fetched", wait.wait_s)
        try:
            with span("robots"):
                text = await self._fetch_robots(host, origin)
            ttl_s = self._settings.politeness.robots_ttl_s
            await retry_while_unavailable(client, lambda: client.set(self._key(f"{origin}:robots"), text, ex=ttl_s))
        finally:
            await retry_while_unavailable(client, lambda: client.delete(asking))
        rules = await self._remember(origin, text)
        if (delay_s := self._delay_s(rules)) > self._delay_s(None):
            await self.pause(host, delay_s)  # our own request is the first; the slot was taken before this was known
        _check(rules, url)
        return rules

    async def _fetch_robots(self, host: str, origin: str) -> bytes:
        """Return the file's text, b"" where there is none; while it cannot be had, nobody asks the host (2.3.1.4)."""
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
    if not rules.can_fetch(url, AGENT):
        raise Permanent("robots", f"{urls.origin(url)}/robots.txt keeps {AGENT} from {url}")


def _asked_delay_s(rules: Protego) -> float:
    """Crawl-delay, or the spacing that Request-rate means, whichever is longer; math.inf where no float holds it."""
    rate = rules.request_rate(AGENT)
    try:
        return max(rules.crawl_delay(AGENT) or 0.0, rate.seconds / rate.requests if rate else 0.0)
    except OverflowError:  # Request-rate's two whole numbers may have any number of digits
        return math.inf


def _ms(seconds: float) -> int:
    return math.ceil(seconds * 1000)


# Durations come in as ms; moments are Unix ms by Redis' clock, so that no worker's clock matters.
_HOST: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function moment(name) return tonumber(redis.call('HGET', KEYS[1], name)) or 0 end
local function keep(name, value) redis.call('HSET', KEYS[1], name, string.format('%.0f', value)) end
local function live()  -- a minute longer than anything in it matters
  redis.call('PEXPIRE', KEYS[1], math.max(moment('next'), moment('gate'), moment('pause'), now) - now + 60000)
end
local function list(host, till)  -- in the operators' sorted set KEYS[2], from which what is over goes
  redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
  redis.call('ZADD', KEYS[2], string.format('%.0f', till), host)
  if redis.call('PTTL', KEYS[2]) < till - now then
    redis.call('PEXPIRE', KEYS[2], string.format('%.0f', till - now + 60000))
  end
end
"""

_ENTER: Final = Script(
    _HOST
    + """
-- KEYS: the host's hash, the set of waiting hosts.
-- ARGV: delay, slack, 1 if the task holds a slot, least wait, longest wait to reserve for (-1: any); all but the
-- third in ms; the host.  Returns {0, 1} for "go now", {wait in ms, 1} with a slot reserved, {wait in ms, 0} without.
local delay, slack, holds = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local least, most = tonumber(ARGV[4]), tonumber(ARGV[5])
local free, gate, pause = moment('next'), moment('gate'), moment('pause')
if least == 0 and pause <= now and gate - slack <= now and (holds or free <= now) then
  keep('gate', math.max(gate, now) + delay)
  if not holds then keep('next', now + delay) end
  live()
  return {0, 1}
end
local slot = math.max(free, gate, pause, now + math.max(least, 1))
if most >= 0 and slot - now > most then return {slot - now, 0} end
if delay > 0 then keep('next', slot + delay) end
live()
list(ARGV[6], slot + delay)
return {slot - now, 1}
"""
)

_PAUSE: Final = Script(
    _HOST
    + """
-- KEYS: the host's hash, the set of paused hosts.  ARGV: duration (ms), the host.  A pause never shortens another.
keep('pause', math.max(moment('pause'), now + tonumber(ARGV[1])))
live()
if moment('pause') > now then list(ARGV[2], moment('pause')) end
return 1
"""
)
