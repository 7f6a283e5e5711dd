"""Which hosts, retries and visits are due."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from worker import urls
from worker.errors import Permanent
from worker.queue import scripts
from worker.queue.delivery import TASK_DECODE_ERRORS
from worker.schema import Task
from worker.streams import Call, retry_while_unavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.queue.keys import QueueKeys

MAX_DUE: Final = 100
"""Largest number of hosts, of retries, and of visits, that one step handles."""


class DueWork(NamedTuple):
    """What is due now, and when more will be."""

    hosts: list[str]
    """Hosts whose next task may be released."""
    retries: list[bytes]
    """Tasks (JSON) to move to the queues of their hosts, earliest first."""
    visits: list[bytes]
    """Scheduled visits (JSON), the same."""
    next_s: float
    """Seconds until another host, retry or visit is due; math.inf if none will be, 0.0 if this step reached MAX_DUE."""


async def find_due(client: Redis, keys: QueueKeys, now_ms: int) -> DueWork:
    """Read what is due; `now_ms` is the current time by the clock that schedules retries (not Redis' clock)."""
    call = Call([keys.hosts, keys.later, keys.visits], [now_ms, MAX_DUE, MAX_DUE])
    hosts, retries, visits, *waits = await retry_while_unavailable(client, lambda: scripts.DUE.run_once(client, call))
    full = MAX_DUE in {len(hosts), len(retries), len(visits)}
    next_s = 0.0 if full else min((wait / 1000 for wait in waits if wait >= 0), default=math.inf)
    return DueWork([host.decode() for host in hosts], retries, visits, next_s)


def host_of_task(task: bytes) -> str:
    """Return the host of a task (JSON); "" if it is not a task."""
    try:
        return urls.host_of(msgspec.json.decode(task, type=Task).url)
    except (*TASK_DECODE_ERRORS, Permanent):
        return ""
