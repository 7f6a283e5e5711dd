"""When each source is due, and which process polls it: state shared by all replicas.

One Redis hash with a TTL per source, `<prefix>:source:<hash of its URL>`, with the fields `due` (Unix ms by Redis'
clock), `etag`, `last_modified` and `failures` (consecutive).  The process that moves `due` into the future polls the
source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker import schema
from worker.discover.sources import Source
from worker.fetch.client import Validators
from worker.settings import FetchSettings, Settings
from worker.streams import Call, Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

MAX_HOST_WAIT_S: Final = 60.0
"""Longest wait for a slot of the source's host; with a longer one the poll is postponed instead."""
STATE_TTL_S: Final = 30 * 86_400
"""Seconds after which the state of a source that is not polled any more expires."""

_ACQUIRE: Final = Script.of("worker.discover", "now", "acquire")
_RELEASE: Final = Script.of("worker.discover", "now", "release")


class PollLease(Struct, frozen=True, kw_only=True):
    """The right to poll a source, with its state when the lease was acquired."""

    validators: Validators
    failures: int
    """Consecutive failures before this poll."""


class SourceState(Struct, frozen=True, kw_only=True):
    """State of a source across all replicas."""

    source: str
    due_in_s: float
    """Seconds until the source is due; negative if it is overdue."""
    failures: int
    """Consecutive failures."""


def poll_lease_s(fetch: FetchSettings) -> float:
    """Return the length of a lease in seconds: longer than one poll can take."""
    return MAX_HOST_WAIT_S + 2 * fetch.total_timeout_s


class PollSchedule:
    """The schedule of all sources; `client` is a Redis client that yields bytes."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def acquire(self, source: Source, *, due_only: bool) -> PollLease | float:
        """Acquire the lease to poll a source, or return the seconds until the source is due.

        With `due_only` False the lease is acquired even before the source is due.  The lease of a process that dies
        expires, and another process can acquire it.
        """
        call = Call([self._key(source)], [round(poll_lease_s(self._settings.fetch) * 1000), int(due_only), STATE_TTL_S])
        reply = await _ACQUIRE.run(self._client, call)
        if isinstance(reply, int):
            return reply / 1000
        etag, last_modified, failures = (value.decode() if value else None for value in reply)
        return PollLease(validators=Validators(etag=etag, last_modified=last_modified), failures=int(failures or 0))

    async def release(self, source: Source, next_s: float, validators: Validators, failures: int) -> None:
        """Release the lease and store the source's new state; the source is due again in `next_s` seconds."""
        times = (round(next_s * 1000), STATE_TTL_S + round(next_s))
        state = (validators.etag or "", validators.last_modified or "", failures)
        await _RELEASE.run(self._client, Call([self._key(source)], [*times, *state]))

    async def states(self, sources: Sequence[Source]) -> list[SourceState]:
        """Return the state of each source, in the given order; read-only."""
        pipe = self._client.pipeline(transaction=False)
        for source in sources:
            pipe.hmget(self._key(source), "due", "failures")
        pipe.time()
        *replies, (s, us) = await pipe.execute()
        now_ms = 1000 * s + us / 1000
        return [
            SourceState(
                source=source.name, due_in_s=(float(due or now_ms) - now_ms) / 1000, failures=int(failures or 0)
            )
            for source, (due, failures) in zip(sources, replies, strict=True)
        ]

    def _key(self, source: Source) -> str:
        return f"{self._settings.redis.key_prefix}:source:{schema.hash_id(source.url)}"
