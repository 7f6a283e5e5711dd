"""When each source is due, and which process polls it: state shared by all replicas.

One Redis hash with a TTL per source, `<prefix>:source:<hash of its URL>`, with the fields `due` (Unix ms by Redis'
clock), `etag`, `last_modified`, `failures` (consecutive), `interval` (s), `moved_to` (URL) and `sitemaps` (states, as
`sitemap_pool` encodes them).  The process that moves `due` into the future polls the source.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from worker import schema
from worker.discover.sitemap_pool import SitemapStates, decode_states, encode_states
from worker.discover.sources import Source
from worker.fetch.client import Validators
from worker.settings import FetchSettings, Settings
from worker.streams import Arg, Call, Script

if TYPE_CHECKING:
    from redis.asyncio import Redis

MAX_HOST_WAIT_S: Final = 60.0
"""Longest wait for a slot of the source's host; with a longer one the poll is postponed instead."""
STATE_TTL_S: Final = 30 * 86_400
"""Seconds after which the state of a source that is not polled any more expires."""

_ACQUIRE: Final = Script.of("worker.discover", "now", "acquire")
_RELEASE: Final = Script.of("worker.discover", "now", "release")


class PollState(Struct, frozen=True, kw_only=True):
    """What is known of a source from its last poll."""

    validators: Validators = Validators()
    failures: int = 0
    """Consecutive failures."""
    interval_s: float | None = None
    """Interval that the last polls led to; None before the first."""
    moved_to: str | None = None
    """URL that replaces that of the source, as permanent redirects said; None if there is none."""
    sitemaps: SitemapStates = {}
    """States of the sitemaps of an index."""


class PollLease(Struct, frozen=True, kw_only=True):
    """The right to poll a source, with its state when the lease was acquired."""

    state: PollState


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
        call = Call([self._key(source)], [self._lease_ms, int(due_only), STATE_TTL_S, *_FIELDS])
        reply = await _ACQUIRE.run(self._client, call)
        return reply / 1000 if isinstance(reply, int) else PollLease(state=_decode_state(*reply))

    async def renew(self, source: Source) -> None:
        """Extend the lease of a source that takes several requests."""
        await _RELEASE.run(self._client, Call([self._key(source)], [self._lease_ms, STATE_TTL_S]))

    async def release(self, source: Source, next_s: float, state: PollState) -> None:
        """Release the lease and store the source's new state; the source is due again in `next_s` seconds."""
        times = (round(next_s * 1000), STATE_TTL_S + round(next_s))
        await _RELEASE.run(self._client, Call([self._key(source)], [*times, *_encode_state(state)]))

    @property
    def _lease_ms(self) -> int:
        return round(poll_lease_s(self._settings.fetch) * 1000)

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


_FIELDS: Final = ("etag", "last_modified", "failures", "interval", "moved_to", "sitemaps")
"""Fields of the hash with the state."""


def _encode_state(state: PollState) -> list[Arg]:
    """Return names and values of the fields; an empty value means that there is none."""
    validators = (state.validators.etag or "", state.validators.last_modified or "")
    sitemaps = encode_states(state.sitemaps) if state.sitemaps else b""
    interval = "" if state.interval_s is None else f"{state.interval_s:g}"
    values: tuple[Arg, ...] = (*validators, state.failures, interval, state.moved_to or "", sitemaps)
    return [part for pair in zip(_FIELDS, values, strict=True) for part in pair]


def _decode_state(*values: bytes | None) -> PollState:
    """Return the state of the values of the fields; versions before 1.1 stored the first three only."""
    *texts, sitemaps = values
    etag, last_modified, failures, interval, moved_to = (text.decode() if text else None for text in texts)
    return PollState(
        validators=Validators(etag=etag, last_modified=last_modified),
        failures=int(failures or 0),
        interval_s=float(interval) if interval else None,
        moved_to=moved_to,
        sitemaps=decode_states(sitemaps),
    )
