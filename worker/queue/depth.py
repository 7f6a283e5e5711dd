"""How much work there is, and who does it: what operators ask.  Whoever looks changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from redis.exceptions import ResponseError

from worker.queue import scripts
from worker.streams import Call, id_key

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys
    from worker.streams import ConsumerGroup


class Depth(Struct, frozen=True, kw_only=True):
    """How much work there is, in tasks."""

    backlog: int
    """Ready, not delivered yet."""
    pending: int
    """Delivered, under way."""
    delayed: int
    dead: int
    oldest_s: float | None = None
    """Since the oldest task ready or under way became ready; None where there is none."""
    oldest_ready_s: float | None = None
    """The same of those not delivered yet: how far the workers are behind."""
    oldest_pending_s: float | None = None
    """The same of those under way."""


class WorkerState(Struct, frozen=True, kw_only=True):
    """A consumer of the queue."""

    name: str
    pending: int
    """Tasks in its hands."""
    idle_s: float
    """Since it last asked for work or renewed a lease."""


async def depth(client: Redis, keys: QueueKeys, group: ConsumerGroup) -> Depth:
    """Count the tasks, all at one moment; raises at once where Redis is away."""
    answer = await scripts.DEPTH.run_readonly(client, Call([keys.urls, keys.delayed, keys.dead], [group.name]))
    s, us, length, pending, delayed, dead, oldest, oldest_ready, oldest_pending = answer
    now_s = int(s) + int(us) / 1e6
    return Depth(
        backlog=max(0, length - pending),  # what is pending may have been deleted by hand
        pending=pending,
        delayed=delayed,
        dead=dead,
        oldest_s=_age_s(oldest, now_s),
        oldest_ready_s=_age_s(oldest_ready, now_s),
        oldest_pending_s=_age_s(oldest_pending, now_s),
    )


async def workers(client: Redis, group: ConsumerGroup) -> list[WorkerState]:
    """List the consumers, those too that are gone and not collected yet."""
    try:
        found: Any = await client.xinfo_consumers(group.stream, group.name)
    except ResponseError as e:
        if "NOGROUP" in str(e) or "no such key" in str(e):
            return []
        raise
    return [
        WorkerState(name=w["name"].decode(errors="replace"), pending=w["pending"], idle_s=w["idle"] / 1000)
        for w in found
    ]


def _age_s(entry_id: bytes | None, now_s: float) -> float | None:
    return None if entry_id is None else max(0.0, now_s - id_key(entry_id.decode())[0] / 1000)
