"""Whose turn it is to ask a source: its state, shared by all replicas in one hash with a TTL.

`<prefix>:source:<hash of its URL>`: `due` (Unix ms by Redis' clock), `etag`, `last_modified` and `failures` in a row.
Whoever moves `due` ahead does the asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker import schema
from worker.discover.sources import Source
from worker.fetch.client import Validators
from worker.settings import Settings
from worker.streams import Call, Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

SLEEP_S: Final = 60.0
"""Longest wait for a host's slot that is slept; for more, the source is asked another time."""
STATE_TTL_S: Final = 30 * 86_400


class PollLease(Struct, frozen=True, kw_only=True):
    """A source's state when its turn was taken."""

    validators: Validators
    failures: int


class SourceState(Struct, frozen=True, kw_only=True):
    """How a source stands with all replicas together."""

    source: str
    due_in_s: float
    """Negative where it should have been asked already."""
    failures: int
    """In a row."""


def lease_s(settings: Settings) -> float:
    """Return how long a turn lasts: longer than asking one source can take."""
    return SLEEP_S + 2 * settings.fetch.total_timeout_s


class PollSchedule:
    """The state of all sources; `client` is a Redis client that answers bytes."""

    def __init__(self, client: Redis, settings: Settings) -> None:
        self._client = client
        self._settings = settings

    async def acquire(self, source: Source, *, due_only: bool) -> PollLease | float:
        """Take the source's turn, or return the seconds until it is due.

        The turn is ours for longer than asking can take; a process that dies with it loses it to another after that.
        """
        call = Call([self._key(source)], [round(lease_s(self._settings) * 1000), int(due_only), STATE_TTL_S])
        answer = await _TAKE.run(self._client, call)
        if isinstance(answer, int):
            return answer / 1000
        etag, last_modified, failures = (value.decode() if value else None for value in answer)
        return PollLease(validators=Validators(etag=etag, last_modified=last_modified), failures=int(failures or 0))

    async def release(self, source: Source, next_s: float, validators: Validators, failures: int) -> None:
        """Leave the source to whoever comes first when it is due again, in `next_s`."""
        when = (round(next_s * 1000), STATE_TTL_S + round(next_s))
        state = (validators.etag or "", validators.last_modified or "", failures)
        await _GIVE_BACK.run(self._client, Call([self._key(source)], [*when, *state]))

    async def states(self, sources: Sequence[Source]) -> list[SourceState]:
        """Tell how each source stands, in their order; asks none and takes no turn."""
        pipe = self._client.pipeline(transaction=False)
        for source in sources:
            pipe.hmget(self._key(source), "due", "failures")
        pipe.time()
        *answers, (s, us) = await pipe.execute()
        now_ms = 1000 * s + us / 1000
        return [
            SourceState(
                source=source.name, due_in_s=(float(due or now_ms) - now_ms) / 1000, failures=int(failures or 0)
            )
            for source, (due, failures) in zip(sources, answers, strict=True)
        ]

    def _key(self, source: Source) -> str:
        return f"{self._settings.redis.key_prefix}:source:{schema.hash_id(source.url)}"


_NOW: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""

_TAKE: Final = Script(
    _NOW
    + """
-- KEYS: the source's hash.  ARGV: how long the turn lasts (ms), 1 to take it only when due, TTL (s).
-- Returns {etag, last_modified, failures}, each possibly nil or empty, or the time until it is due (ms).
local due = tonumber(redis.call('HGET', KEYS[1], 'due')) or 0
if ARGV[2] == '1' and due > now then return due - now end
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now + tonumber(ARGV[1])))
redis.call('EXPIRE', KEYS[1], ARGV[3])
return redis.call('HMGET', KEYS[1], 'etag', 'last_modified', 'failures')
"""
)

_GIVE_BACK: Final = Script(
    _NOW
    + """
-- KEYS: the source's hash.  ARGV: until due again (ms), TTL (s), etag, last_modified, failures.
redis.call('HSET', KEYS[1], 'due', string.format('%.0f', now + tonumber(ARGV[1])),
  'etag', ARGV[3], 'last_modified', ARGV[4], 'failures', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
"""
)
