"""Numbers of tasks and state of the workers, for operators; read-only."""

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
    """Numbers of tasks in the queue, by state."""

    backlog: int
    """Ready tasks: released and not yet delivered."""
    waiting: int
    """Tasks in the queues of their hosts."""
    pending: int
    """Tasks whose delivery has not ended."""
    delayed: int
    """Tasks to retry later."""
    dead: int
    """Dead letters."""
    oldest_s: float | None = None
    """Seconds since the oldest task, ready or pending, became ready; None where there is none."""
    oldest_ready_s: float | None = None
    """Seconds since the oldest task not yet delivered became ready, the lag of the workers; None if there is none."""
    oldest_pending_s: float | None = None
    """Seconds since the oldest pending task became ready; None if there is none."""

    visits: int = 0
    """Visits of pages read before, scheduled for later; they count as tasks from the time at which they are due."""

    @property
    def unfinished(self) -> int:
        """Tasks that have not been settled or dead-lettered, without the scheduled visits."""
        return self.backlog + self.pending + self.waiting + self.delayed


class WorkerState(Struct, frozen=True, kw_only=True):
    """State of a consumer of the queue."""

    name: str
    pending: int
    """Number of tasks delivered to the consumer and not yet finished."""
    idle_s: float
    """Seconds since the consumer last read tasks or renewed a lease."""


async def depth(client: Redis, keys: QueueKeys, group: ConsumerGroup) -> Depth:
    """Count the tasks by state, all at one instant; raise at once if Redis is unavailable."""
    places = [keys.ready, keys.waiting, keys.later, keys.dead, keys.visits]
    reply = await scripts.DEPTH.run_once(client, Call(places, [group.name]))
    s, us, length, pending, waiting, delayed, dead, oldest, oldest_ready, oldest_pending, visits = reply
    now_s = int(s) + int(us) / 1e6
    return Depth(
        backlog=max(0, length - pending),  # a pending entry may have been deleted by an operator
        pending=pending,
        waiting=max(0, waiting),
        delayed=delayed,
        dead=dead,
        oldest_s=_age_s(oldest, now_s),
        oldest_ready_s=_age_s(oldest_ready, now_s),
        oldest_pending_s=_age_s(oldest_pending, now_s),
        visits=visits,
    )


async def workers(client: Redis, group: ConsumerGroup) -> list[WorkerState]:
    """List the consumers, including those whose process has ended and that are not deleted yet."""
    try:
        consumers: Any = await client.xinfo_consumers(group.stream, group.name)
    except ResponseError as e:
        if "NOGROUP" in str(e) or "no such key" in str(e):
            return []
        raise
    return [
        WorkerState(name=it["name"].decode(errors="replace"), pending=it["pending"], idle_s=it["idle"] / 1000)
        for it in consumers
    ]


def _age_s(entry_id: bytes | None, now_s: float) -> float | None:
    return None if entry_id is None else max(0.0, now_s - id_key(entry_id.decode())[0] / 1000)
