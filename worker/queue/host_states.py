"""State of hosts, for operators; read-only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from worker.queue.hosts import MAX_PAUSE_S

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys


class HostState(Struct, frozen=True, kw_only=True):
    """State of one host."""

    host: str
    waiting: int
    """Tasks in its queue."""
    active: int
    """Active tasks: released, and their delivery has not ended."""
    wait_s: float | None
    """Seconds until its next task may be released, 0.0 if it may be now; None if none is waiting or the limit of active
    tasks is reached."""
    delay_s: float | None
    """Delay between two requests; None if it is the one in the settings."""
    response_s: float | None
    """Moving average of its response time; None if it has not answered yet."""
    reason: str | None = None
    """Code of its last failure; None if it has not failed since its last answer."""
    failures: int = 0
    """Failures in a row."""
    down_s: float = 0.0
    """Seconds since the first of those failures."""
    probe_s: float = 0.0
    """Seconds until its pause ends, or until its next probe; 0.0 if neither is due later."""


class HostCounts(Struct, frozen=True, kw_only=True):
    """Numbers of hosts by state."""

    known: int
    """Hosts with queued or released tasks."""
    waiting: int
    """Hosts whose next task may be released at a later time."""
    down: int
    """Hosts that failed within the last MAX_PAUSE_S and have not answered since.  One with tasks is probed at
    least that often, so it is always counted."""
    release_lag_s: float
    """Seconds for which the earliest due task has not been released; 0.0 if none is due."""


async def count_hosts(client: Redis, keys: QueueKeys, now_ms: float) -> HostCounts:
    """Count hosts by state."""
    pipe = client.pipeline(transaction=False)
    pipe.zcard(keys.hosts)
    pipe.zcount(keys.hosts, f"({now_ms:.0f}", "(+inf")
    pipe.zcount(keys.down, f"({now_ms - MAX_PAUSE_S * 1000:.0f}", "+inf")
    pipe.zrange(keys.hosts, 0, 0, withscores=True)
    pipe.zrange(keys.later, 0, 0, withscores=True)
    known, waiting, down, *first = await pipe.execute()
    due_ms = min((score for found in first for _, score in found), default=now_ms)
    return HostCounts(known=known, waiting=waiting, down=down, release_lag_s=max(0.0, now_ms - due_ms) / 1000)


async def list_hosts(client: Redis, keys: QueueKeys, now_ms: float, limit: int) -> list[HostState]:
    """Return up to `limit` hosts: the most recent failures first, then the longest waits, then hosts at their limit."""
    pipe = client.pipeline(transaction=False)
    pipe.zrange(keys.down, 0, limit - 1, desc=True)
    pipe.zrange(keys.hosts, "(+inf", "-inf", desc=True, byscore=True, offset=0, num=limit)
    pipe.zrange(keys.hosts, "+inf", "+inf", byscore=True, offset=0, num=limit)
    down, waiting, full = await pipe.execute()
    names = list(dict.fromkeys([*down, *waiting, *full]))[:limit]
    return await read_hosts(client, keys, now_ms, [name.decode(errors="replace") for name in names])


async def read_hosts(client: Redis, keys: QueueKeys, now_ms: float, names: Sequence[str]) -> list[HostState]:
    """Return the states of the named hosts, in that order."""
    pipe = client.pipeline(transaction=False)
    for name in names:
        of_host = keys.host(name)
        pipe.hgetall(of_host.state)
        pipe.llen(of_host.queue)
        pipe.scard(of_host.active)
        pipe.zscore(keys.hosts, name)
    replies: list[Any] = await pipe.execute()
    return [
        _host_state(name, state, now_ms, waiting=waiting, active=active, due=due)
        for name, state, waiting, active, due in zip(
            names, replies[::4], replies[1::4], replies[2::4], replies[3::4], strict=True
        )
    ]


def _host_state(
    name: str, state: dict[bytes, bytes], now_ms: float, *, waiting: int, active: int, due: float | None
) -> HostState:
    def ms(field: bytes) -> float | None:
        return float(state[field]) if field in state else None

    retry_at, down_since, delay, response = (ms(f) for f in (b"retry_at", b"down_since", b"delay", b"response"))
    return HostState(
        host=name,
        waiting=waiting,
        active=active,
        wait_s=None if due is None or math.isinf(due) else max(0.0, due - now_ms) / 1000,
        delay_s=None if delay is None else delay / 1000,
        response_s=None if response is None else response / 1000,
        reason=state[b"reason"].decode(errors="replace") if b"reason" in state else None,
        failures=int(state.get(b"failures", b"0")),
        down_s=0.0 if down_since is None else max(0.0, now_ms - down_since) / 1000,
        probe_s=0.0 if retry_at is None else max(0.0, retry_at - now_ms) / 1000,
    )
