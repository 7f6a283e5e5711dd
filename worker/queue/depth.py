"""How much work there is, and who does it: what operators ask.  Whoever looks changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from redis.exceptions import ResponseError

from worker.streams import browse, order

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import Keys
    from worker.streams import Group


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


async def depth(client: Redis, keys: Keys, group: Group) -> Depth:
    """Count the tasks, in one transaction but for the oldest that is ready."""
    pipe = client.pipeline(transaction=True)
    pipe.xlen(keys.urls)
    pipe.xpending(keys.urls, group.name)
    pipe.zcard(keys.delayed)
    pipe.xlen(keys.dead)
    pipe.xrange(keys.urls, count=1)
    pipe.xinfo_groups(keys.urls)
    pipe.time()
    answers = await pipe.execute(raise_on_error=False)
    for wrong in (a for a in answers if isinstance(a, ResponseError) and not _nothing_there(a)):
        raise wrong
    length, pending, delayed, dead, first, groups, (s, us) = answers
    held = 0 if isinstance(pending, ResponseError) else int(pending["pending"])  # no stream, no group
    delivered = "0-0" if isinstance(groups, ResponseError) else _last_delivered(groups, group)
    ready = await browse(client, keys.urls, first=f"({delivered}", count=1)
    now_s = s + us / 1e6
    return Depth(
        backlog=max(0, length - held),
        pending=held,
        delayed=delayed,
        dead=dead,
        oldest_s=_age_s(first[0][0] if first else None, now_s),
        oldest_ready_s=_age_s(ready[0].id if ready else None, now_s),
        oldest_pending_s=_age_s(pending["min"] if held else None, now_s),
    )


def _last_delivered(groups: list[dict[str, Any]], ours: Group) -> str:
    """Return the id of the entry that was delivered last, or one before all."""
    ids = (g["last-delivered-id"].decode() for g in groups if g["name"].decode() == ours.name)
    return next(ids, "0-0")


async def workers(client: Redis, group: Group) -> list[WorkerState]:
    """List the consumers, those too that are gone and not collected yet."""
    try:
        found: Any = await client.xinfo_consumers(group.stream, group.name)
    except ResponseError as e:
        if not _nothing_there(e):
            raise
        return []
    return [
        WorkerState(name=w["name"].decode(errors="replace"), pending=w["pending"], idle_s=w["idle"] / 1000)
        for w in found
    ]


def _nothing_there(error: ResponseError) -> bool:
    """Tell whether an error only means that the stream or its group is not there yet."""
    return "NOGROUP" in str(error) or "no such key" in str(error)


def _age_s(entry_id: str | bytes | None, now_s: float) -> float | None:
    if entry_id is None:
        return None
    added_ms, _ = order(entry_id if isinstance(entry_id, str) else entry_id.decode())
    return max(0.0, now_s - added_ms / 1000)
