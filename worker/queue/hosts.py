"""Requests to hosts, across all workers: permits to send one, and the circuit breaker of a host that fails."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from worker.errors import Outage
from worker.queue import scripts
from worker.queue.host_policy import HostPolicy
from worker.queue.keys import QueueKeys
from worker.streams import retry_while_unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from worker.settings import Settings
    from worker.streams import Arg, Script

PERMIT_S: Final = 2.0
"""Validity of a permit until its request is reported as sent; meanwhile, no other request gets a permit."""
MAX_PAUSE_S: Final = 3600.0
"""Longest pause after one Retry-After; the next response may demand another pause."""
FIRST_PROBE_S: Final = 5.0
"""Time from the opening of the circuit breaker to the first probe; it doubles with every probe that fails."""
MAX_PROBE_S: Final = 600.0
"""Longest time between two probes."""
JITTER: Final = 0.2
"""Largest deviation of the time between two probes, as a share of it."""
GIVE_UP_BATCH: Final = 500
"""Tasks given up or enqueued again in one step."""


class HostRequest(NamedTuple):
    """One HTTP request, as permits and reports identify it."""

    host: str
    token: str
    """Unique among all requests."""


class Hosts:
    """Permits and circuit breaker of every host; `client` must return bytes."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        self._client = client
        self._keys = QueueKeys(settings.redis.key_prefix)
        self._policy = HostPolicy.of(settings)
        self._politeness = settings.politeness
        self._dead_length = settings.redis.dead_length
        self._request_ms = _ms(settings.fetch.total_timeout_s) + _ms(PERMIT_S)

    # ------------------------------------------------------------ requests
    async def permit(self, request: HostRequest, crawl_delay_s: float = 0.0) -> float:
        """Return 0.0 if the request may be sent now, else the seconds to wait before the next call.

        A permit is valid for PERMIT_S; the request must be sent within half of that.  Another call with the same token
        renews the permit.  `crawl_delay_s`: delay that robots.txt sets.
        """
        args: list[Arg] = [request.token, _ms(PERMIT_S), self._request_ms, _ms(crawl_delay_s)]
        wait_ms: int = await self._run(scripts.PERMIT, request.host, [self._requests(request.host)], args)
        return wait_ms / 1000

    async def sent(self, request: HostRequest, ago_s: float) -> None:
        """Start the delay of the host: its request was sent `ago_s` seconds ago and is not answered yet."""
        await self._run(scripts.SENT, request.host, [], [request.token, _ago_ms(ago_s)])

    async def answered(self, request: HostRequest, ago_s: float, response_s: float, crawl_delay_s: float) -> bool:
        """End a request that was sent `ago_s` seconds ago; return whether tasks of the host had been given up.

        `response_s`: seconds from sending to the end of the response.  `crawl_delay_s`: delay that robots.txt sets.
        """
        politeness = self._politeness
        host_keys = self._keys.host(request.host)
        args: list[Arg] = [
            request.token,
            _ago_ms(ago_s),
            _ms(response_s),
            max(self._policy.delay_ms, _ms(crawl_delay_s)),
            str(politeness.response_delay_factor),
            _ms(politeness.max_response_delay_s),
        ]
        keys = [host_keys.requests, self._keys.down, host_keys.given_up]
        return bool(await self._run(scripts.ANSWERED, request.host, keys, args))

    async def failed(
        self,
        request: HostRequest,
        reason: str,
        *,
        jitter: float,
        ago_s: float | None = None,
        opens_at: int = 1,
        pause_s: float = 0.0,
    ) -> Outage:
        """End a request after a failure of the host, and return the host's state.

        `ago_s`: seconds since it was sent; None if it was not.  `opens_at`: failures in a row that open the circuit
        breaker.  `pause_s`: the pause that the host demanded, limited to MAX_PAUSE_S; 0.0: none.
        `jitter` is in [0, 1).
        """
        factor = 1 + JITTER * (2 * jitter - 1)
        args: list[Arg] = [
            request.token,
            _ago_ms(ago_s),
            reason,
            opens_at,
            _ms(FIRST_PROBE_S),
            _ms(MAX_PROBE_S),
            f"{factor:.4f}",
            _ms(min(max(pause_s, 0.0), MAX_PAUSE_S)),
        ]
        keys = [self._requests(request.host), self._keys.down]
        at, retry_ms, down_ms, answered_at = await self._run(scripts.FAILED, request.host, keys, args)
        return Outage(request.host, at, retry_ms / 1000, down_ms / 1000, answered_at)

    async def pause_s(self, host: str) -> float:
        """Return the seconds until the end of the host's pause or of its open circuit breaker; 0.0 without one."""
        state = self._keys.host(host).state
        retry_at = await retry_while_unavailable(self._client, lambda: self._client.hget(state, "retry_at"))
        if retry_at is None:
            return 0.0
        now_s, now_us = await retry_while_unavailable(self._client, self._client.time)
        return max(0.0, float(retry_at) / 1000 - now_s - now_us / 1e6)

    async def drop(self, request: HostRequest, ago_s: float | None) -> None:
        """End a request whose answer is no longer awaited; `ago_s`: seconds since it was sent, None if it was not."""
        args: list[Arg] = [request.token, _ago_ms(ago_s)]
        await self._run(scripts.DROP, request.host, [self._requests(request.host)], args)

    # ------------------------------------------------------------ give up and revive
    async def give_up(self, host: str, detail: str) -> int:
        """Move the waiting tasks of a host to the dead letters (`host_down`); return their number."""
        args: list[Arg] = [GIVE_UP_BATCH, self._dead_length, detail]
        return await self._in_batches(scripts.GIVE_UP, host, args)

    async def revive(self, host: str) -> int:
        """Enqueue the dead letters of a host that was down; return their number."""
        return await self._in_batches(scripts.REVIVE, host, [GIVE_UP_BATCH])

    async def _in_batches(self, script: Script, host: str, args: Sequence[Arg]) -> int:
        total, last = 0, GIVE_UP_BATCH
        while last == GIVE_UP_BATCH:
            last = await self._run(script, host, [self._keys.dead, self._keys.host(host).given_up], args)
            total += last
        return total

    async def reset(self, host: str) -> bool:
        """Forget the failures and pauses of a host; return whether there were any."""
        return bool(await self._run(scripts.RESET, host, [self._keys.down], []))

    def _requests(self, host: str) -> str:
        return self._keys.host(host).requests

    async def _run(self, script: Script, host: str, keys: Sequence[str], args: Sequence[Arg]) -> Any:
        return await script.run(self._client, self._policy.call(self._keys, host, keys, args))


def _ms(seconds: float) -> int:
    """Return seconds as ms, rounded up."""
    return math.ceil(seconds * 1000)


def _ago_ms(seconds: float | None) -> str:
    """Return the time since a request was sent in ms, with a fraction; "-1" if it was not sent."""
    return "-1" if seconds is None else f"{seconds * 1000:.3f}"
