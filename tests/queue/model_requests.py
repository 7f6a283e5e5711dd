"""The part of the model that sends requests, and records when each was sent."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from worker.queue import HostRequest, Hosts, QueueKeys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from tests.queue.snapshot import Snapshot
    from worker.settings import Settings

UNIT_S: Final = 1000.0
HOST_DELAY_S: Final = 4 * UNIT_S
CRAWL_DELAY_S: Final = 9 * UNIT_S
MAX_REQUESTS: Final = 2
PERMIT_S: Final = 2.5 * UNIT_S
TOLERANCE_S: Final = UNIT_S / 10
"""Longer than the real duration of a test."""

CONSTANTS: Final[dict[str, Any]] = {"PERMIT_S": PERMIT_S, "FIRST_PROBE_S": 5 * UNIT_S, "MAX_PROBE_S": 20 * UNIT_S}
"""Values of the constants of `worker.queue.hosts` that fit the virtual time."""

SHIFT: Final = """
local ms = tonumber(ARGV[1])
for _, field in ipairs({'sent_at', 'hold', 'next', 'retry_at', 'down_since', 'answered_at'}) do
  local at = redis.call('HGET', KEYS[1], field)
  if at then redis.call('HSET', KEYS[1], field, string.format('%.0f', tonumber(at) - ms)) end
end
local score = redis.call('ZSCORE', KEYS[2], ARGV[2])
if score then redis.call('ZINCRBY', KEYS[2], -ms, ARGV[2]) end
for _, token in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('ZINCRBY', KEYS[3], -ms, token) end
"""
"""Moves the times of a host into the past.  KEYS: its state, set of hosts, its requests.  ARGV: ms, its name."""


class Request(Struct):
    """One request of a worker."""

    who: int
    host: str
    token: str
    crawl_delay_s: float
    granted_at: float | None = None
    """Time at which its permit was granted; None while it has none."""
    sent_at: float | None = None


class RequestModel:
    """Requests to the hosts, and the virtual time."""

    def __init__(self, client: Redis, settings: Settings, names: Sequence[str]) -> None:
        self.client = client
        self.hosts = Hosts(client, settings)
        self._keys = QueueKeys(settings.redis.key_prefix)
        self._names = names
        self._tokens = itertools.count()
        self.now_s = 0.0
        self.open: list[Request] = []
        self.last_sent_at: dict[str, float] = {}
        self.last_granted_at: dict[str, float] = defaultdict(lambda: -1e9)
        self.in_flight: dict[str, dict[str, float]] = defaultdict(dict)
        """Host -> token of each request with a permit -> time at which it is dropped, unless its end is reported."""
        self.blocked_until: dict[str, float] = defaultdict(lambda: -1e9)
        """Host -> end of its pause; no request is sent before that."""
        self.settings = settings

    async def pass_time(self, _: int, which: int) -> None:
        """Let 1, 5 or 21 units of time pass."""
        seconds = (1, 5, 21)[which] * UNIT_S
        self.now_s += seconds
        for name in self._names:
            of_host = self._keys.host(name)
            keys = (of_host.state, self._keys.hosts, of_host.requests)
            await self.client.eval(SHIFT, 3, *keys, round(1000 * seconds), name)
        self.open = [it for it in self.open if it.granted_at is None or self.now_s - it.granted_at < self._timeout_s]

    @property
    def _timeout_s(self) -> float:
        return self.settings.fetch.total_timeout_s

    async def start(self, who: int, which: int) -> None:
        """Begin a request of a worker, with a Crawl-delay if `which` is 2."""
        crawl_delay_s = CRAWL_DELAY_S if which == 2 else 0.0
        self.open.append(Request(who, self._names[which % 2], str(next(self._tokens)), crawl_delay_s))
        await self.request_permit(who, -1)

    async def visit(self, who: int, which: int) -> None:
        """Begin a request, and send it at once if it has a permit."""
        await self.start(who, which)
        if self._may_send(it := self.open[-1]):
            self._send(it)

    async def request_permit(self, _: int, which: int) -> None:
        """Request the permit for a request that has not been sent."""
        waiting = [it for it in self.open if it.sent_at is None]
        if not waiting:
            return
        it = waiting[which % len(waiting)]
        wait_s = await self.hosts.permit(_host_request(it), it.crawl_delay_s)
        if wait_s == 0:
            self._check_limit(it)
            it.granted_at = self.last_granted_at[it.host] = self.now_s
            self.in_flight[it.host][it.token] = self.now_s + self._timeout_s + PERMIT_S
        elif wait_s > 1:
            latest = max(self.last_granted_at[it.host] + PERMIT_S + CRAWL_DELAY_S, self.blocked_until[it.host])
            assert self.now_s + wait_s <= latest + TOLERANCE_S  # no wait is longer than necessary

    def _check_limit(self, it: Request) -> None:
        assert sum(x.granted_at is not None and x.host == it.host for x in self.open if x is not it) < MAX_REQUESTS
        if it.granted_at is None:
            assert self.now_s >= self.blocked_until[it.host] - TOLERANCE_S

    async def send(self, _: int, which: int) -> None:
        """Send a request whose permit was requested less than PERMIT_S / 2 ago."""
        if ready := [it for it in self.open if self._may_send(it)]:
            self._send(ready[which % len(ready)])

    def _may_send(self, it: Request) -> bool:
        return it.sent_at is None and it.granted_at is not None and self.now_s - it.granted_at < PERMIT_S / 2

    def _send(self, it: Request) -> None:
        """Send a request; assert that the delay of the host and its own Crawl-delay are over."""
        gap_s = self.now_s - self.last_sent_at.get(it.host, -1e9)
        assert gap_s >= max(HOST_DELAY_S, it.crawl_delay_s) - TOLERANCE_S
        it.sent_at = self.last_sent_at[it.host] = self.now_s

    def check(self, found: Snapshot) -> None:
        """Assert that the queue counts exactly the requests in flight."""
        for name, host in found.hosts.items():
            counted = {token for token, until_ms in host.requests.items() if until_ms > found.now_ms}
            assert counted == {token for token, until in self.in_flight[name].items() if until > self.now_s}, name

    # ------------------------------------------------------------ reports
    def _sent(self, which: int) -> Request | None:
        sent = [it for it in self.open if it.sent_at is not None]
        return sent[which % len(sent)] if sent else None

    def _end(self, it: Request) -> None:
        self.open.remove(it)
        self.in_flight[it.host].pop(it.token, None)

    def _ago_s(self, it: Request) -> float | None:
        return None if it.sent_at is None else self.now_s - it.sent_at

    async def report_sent(self, _: int, which: int) -> None:
        if it := self._sent(which):
            await self.hosts.sent(_host_request(it), self._ago_s(it) or 0.0)

    async def answer(self, _: int, which: int) -> None:
        if it := self._sent(which):
            self._end(it)
            ago_s = self._ago_s(it) or 0.0
            await self.hosts.answered(_host_request(it), ago_s, ago_s, it.crawl_delay_s)
            self.blocked_until.pop(it.host, None)

    async def fail(self, _: int, which: int) -> None:
        """Report a failure of the host, of a request that was sent or not."""
        if self.open:
            self._end(it := self.open[which % len(self.open)])
            opens_at, pause_s = (1, 0.0) if which else (3, 30 * UNIT_S)
            outage = await self.hosts.failed(
                _host_request(it), "connect", jitter=0.5, ago_s=self._ago_s(it), opens_at=opens_at, pause_s=pause_s
            )
            self.blocked_until[it.host] = max(self.blocked_until[it.host], self.now_s + outage.retry_in_s)

    async def drop(self, _: int, which: int) -> None:
        if self.open:
            self._end(it := self.open[which % len(self.open)])
            await self.hosts.drop(_host_request(it), self._ago_s(it))

    async def reset(self, i: int) -> None:
        await self.hosts.reset(self._names[i])
        self.blocked_until.pop(self._names[i], None)

    # ------------------------------------------------------------ faults
    def kill(self, who: int) -> None:
        """End the requests of a worker without a report; send those that have a permit just before."""
        for it in self.open:
            if it.who == who and self._may_send(it):
                self._send(it)
        self.open = [it for it in self.open if it.who != who]

    def forget_all(self) -> None:
        self.in_flight.clear()
        self.open.clear()
        self.blocked_until.clear()
        self.last_sent_at.clear()


def _host_request(it: Request) -> HostRequest:
    return HostRequest(it.host, it.token)
