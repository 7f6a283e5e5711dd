"""The whole state of a queue, read from Redis, and the invariants of docs/queue.md checked on it."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import msgspec
from msgspec import Struct

from worker.schema import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from redis.asyncio import Redis

    from worker.queue import QueueKeys
    from worker.settings import Settings

LEAD_MS: Final = 250.0
"""Time between the release of a task and the earliest sending of its request."""


class Host(Struct):
    """State of one host; times are Unix ms by the clock of Redis."""

    state: dict[str, str]
    queue: list[bytes]
    active: set[str]
    requests: dict[str, float]
    score: float | None
    """Its score in the set of hosts; None if it is not in the set."""

    def ms(self, field: str) -> float | None:
        """Return a field of the state as a number; None if it is missing."""
        return float(self.state[field]) if field in self.state else None

    def next_request_at(self, default_delay_ms: float) -> float:
        """Return the earliest time of the next request, if one with a permit is sent when the permit expires."""
        hold, delay_ms = self.ms("hold"), self.ms("delay") or default_delay_ms
        sent_at = self.ms("sent_at") if hold is None else max(self.ms("sent_at") or 0.0, hold)
        return max(self.ms("retry_at") or 0.0, 0.0 if sent_at is None else sent_at + delay_ms)

    def due(self, default_delay_ms: float) -> float:
        """Return the earliest release of the next task."""
        return max(self.ms("next") or 0.0, self.next_request_at(default_delay_ms)) - LEAD_MS

    def most_active(self, max_requests: int) -> int:
        """Return how many tasks may be active."""
        return 1 if "failures" in self.state or "answered_at" not in self.state else 2 * max_requests


class Snapshot(Struct):
    """All tasks of a queue and the state of its hosts."""

    now_ms: float
    hosts: dict[str, Host]
    ready: dict[str, tuple[bytes, str]]
    """Entry -> task and host."""
    pending: set[str]
    """Entries that are delivered to a worker."""
    later: list[bytes]
    visits: list[bytes]
    dead: list[bytes]
    waiting: int
    """The counter in Redis, not the actual number of tasks."""

    def tasks(self) -> Counter[str]:
        """Return the numbers of tasks in all places, by id; an entry that is not a task counts as ""."""
        queued = [task for host in self.hosts.values() for task in host.queue]
        return Counter(
            map(task_id, [*queued, *(task for task, _ in self.ready.values()), *self.later, *self.visits, *self.dead])
        )


def task_id(task: bytes) -> str:
    """Return the id of a task (JSON); "" if it is not a task."""
    try:
        return msgspec.json.decode(task, type=Task).id
    except (msgspec.DecodeError, RecursionError):
        return ""


async def take_snapshot(client: Redis, keys: QueueKeys) -> Snapshot:
    """Read the whole queue, which must not be in use."""
    names = sorted(await _host_names(client, keys))
    pipe = client.pipeline(transaction=False)
    pipe.time()
    pipe.xrange(keys.ready)
    pipe.xrange(keys.dead)
    pipe.zrange(keys.later, 0, -1)
    pipe.zrange(keys.visits, 0, -1)
    pipe.get(keys.waiting)
    pipe.xpending_range(keys.ready, "workers", "-", "+", 100_000)
    for name in names:
        _read_host(pipe, keys, name)
    (s, us), ready, dead, later, visits, waiting, pending, *of_hosts = await pipe.execute(raise_on_error=False)
    return Snapshot(
        now_ms=s * 1000 + us / 1000,
        hosts={name: _host(of_hosts[5 * i : 5 * i + 5]) for i, name in enumerate(names)},
        ready={i.decode(): (fields[b"task"], fields.get(b"host", b"").decode()) for i, fields in ready},
        pending=set() if isinstance(pending, Exception) else {it["message_id"].decode() for it in pending},
        later=later,
        visits=visits,
        dead=[fields.get(b"task", b"") for _, fields in dead],
        waiting=int(waiting or 0),
    )


async def _host_names(client: Redis, keys: QueueKeys) -> set[str]:
    first = f"{keys.prefix}:host:"
    found = {key.decode()[len(first) :] async for key in client.scan_iter(f"{first}*", count=100_000)}
    named: Any = await client.zrange(keys.hosts, 0, -1)
    # no host of a test has a colon in its name
    return {name.decode() for name in named} | {name.split(":")[0] for name in found}


def _read_host(pipe: Any, keys: QueueKeys, name: str) -> None:
    of_host = keys.host(name)
    pipe.hgetall(of_host.state)
    pipe.lrange(of_host.queue, 0, -1)
    pipe.smembers(of_host.active)
    pipe.zrange(of_host.requests, 0, -1, withscores=True)
    pipe.zscore(keys.hosts, name)


def _host(replies: Sequence[Any]) -> Host:
    state, queue, active, requests, score = replies
    return Host(
        state={field.decode(): value.decode() for field, value in state.items()},
        queue=queue,
        active={entry_id.decode() for entry_id in active},
        requests={token.decode(): at for token, at in requests},
        score=score,
    )


def check_invariants(found: Snapshot, settings: Settings) -> None:
    """Assert what must hold between any two steps (docs/queue.md, Invariants 2 to 5)."""
    limit, delay_ms = settings.politeness.host_max_requests, settings.politeness.host_delay_s * 1000
    assert found.waiting == sum(len(host.queue) for host in found.hosts.values()) + len(found.later)
    for name, host in found.hosts.items():
        released = {entry for entry, (_, of) in found.ready.items() if of == name}
        assert released == host.active, name
        assert len(host.active) <= 2 * limit, name
        assert (host.score is not None) == bool(host.queue or host.active), name
        assert len([at for at in host.requests.values() if at > found.now_ms]) <= limit, name
        if host.queue and len(host.active & set(found.ready)) < host.most_active(limit):
            assert host.score is not None
            due = max(host.due(delay_ms), found.now_ms)
            assert host.score <= due + 1, name  # rounded to a millisecond
        elif host.score is not None and len(host.active) >= host.most_active(limit):
            assert host.score == math.inf, name
