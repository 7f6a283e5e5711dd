"""The fleet as Redis knows it: services that say they live, and one look at all of it.

Every service writes a `Beat` into the hash `<prefix>:services` every `BEAT_S`, and takes it back when it ends well; so
one that was killed stays there for a while, silent.  Webhooks and sinks tell of their places in `<prefix>:readers`, and
stay there when they end, as a group of subscribers does: what nobody hands on falls behind, and that is seen.
Looking changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import msgspec
from msgspec.structs import replace
from redis.exceptions import ResponseError

from worker.fetch.politeness import HostKeys
from worker.queue import Depth, UrlQueue, consumer_name
from worker.schema import KINDS, article_stream, event_stream
from worker.schema.fleet import FORGOTTEN_S, MINUTE_S, Beat, Fleet, Host, Lag, Letter, Reader
from worker.streams import id_key, range_entries
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections import Counter

    from redis.asyncio import Redis

    from worker.schema import Kind
    from worker.settings import Settings
    from worker.telemetry.liveness import Pulse

T = TypeVar("T")

MOST_HOSTS: Final = 20
"""Hosts shown: the metrics' labels are bounded by it, and so is what one look costs."""
MOST_GROUPS: Final = 50
"""Groups of subscribers shown of one stream, and readers of them all."""


def services_key(prefix: str) -> str:
    """Name of the hash of beats, by the names of the services."""
    return f"{prefix}:services"


# ---------------------------------------------------------------- a service says that it lives
class Heart:
    """Beats for one service; `clock` is monotonic."""

    def __init__(
        self,
        client: Redis,
        settings: Settings,
        service: str,
        pulse: Pulse,
        *,
        clock: Callable[[], float],
        name: str | None = None,
    ) -> None:
        self.name = name or consumer_name()
        self._client = client
        self._key = services_key(settings.redis.key_prefix)
        self._service = service
        self._pulse = pulse
        self._clock = clock
        self._began: datetime | None = None
        self._samples: deque[tuple[float, Counter[str]]] = deque([(clock(), _done())])

    async def beat(self) -> None:
        """Say so, once, and forget the services that have been silent for a long time."""
        at = await _now(self._client)
        self._began = self._began or at
        beat = Beat(
            name=self.name,
            service=self._service,
            version=metrics.our_version(),
            started_at=self._began,
            at=at,
            in_flight=metrics.in_flight() + metrics.under_way(),
            rates=self._rates(),
            late=self._pulse.late(),
            trouble=self._pulse.last_trouble,
        )
        await self._client.hset(self._key, self.name, msgspec.json.encode(beat))
        gone = [b.name for b in await beats(self._client, self._key) if (at - b.at).total_seconds() > FORGOTTEN_S]
        if gone:
            await self._client.hdel(self._key, *gone)

    async def farewell(self) -> None:
        """Take the beat back: this service ends as it should."""
        await self._client.hdel(self._key, self.name)

    def _rates(self) -> dict[str, float]:
        """Return what was done a second, over the last minute or since the start."""
        now = self._clock()
        self._samples.append((now, _done()))
        while len(self._samples) > 2 and self._samples[1][0] <= now - MINUTE_S:  # noqa: PLR2004 - the two ends
            self._samples.popleft()
        (then, before), (_, after) = self._samples[0], self._samples[-1]
        took_s = max(now - then, 1e-9)
        return {name: round((n - before[name]) / took_s, 4) for name, n in after.items()}


def _done() -> Counter[str]:
    """Return what this process has done so far, by the names that `Beat.rates` has."""
    outcomes, done = metrics.totals(metrics.ARTICLES, "outcome"), metrics.totals(metrics.EVENTS, "kind")
    done["articles"], done["failures"] = outcomes["done"], outcomes["dead"]
    done["new_urls"] = metrics.totals(metrics.NEW_URLS)[""]
    done["handed_on"] = metrics.handed_on() + metrics.totals(metrics.LIVE_EVENTS)[""]
    return done


# ---------------------------------------------------------------- a reader says where it stands
def readers_key(prefix: str) -> str:
    """Name of the hash of readers, by their names."""
    return f"{prefix}:readers"


async def tell_of(client: Redis, prefix: str, standing: Iterable[Reader]) -> None:
    """Let everybody see where these readers stand now; the moment is set here."""
    at = await _now(client)
    told = {reader.name: msgspec.json.encode(replace(reader, at=at)) for reader in standing}
    if told:
        await client.hset(readers_key(prefix), mapping=told)  # type: ignore[arg-type] # an invariant union


async def readers(client: Redis, prefix: str) -> list[Reader]:
    """Read where every reader stands; not more of them than anybody wants to see."""
    found = _decoded(await _awaited(client.hvals(readers_key(prefix))), Reader)
    return sorted(found, key=lambda reader: reader.name)[:MOST_GROUPS]


# ---------------------------------------------------------------- a look at all of it
async def survey(client: Redis, queue: UrlQueue, settings: Settings, *, letters: int = 0) -> Fleet:
    """Look at the whole fleet, with the newest dead letters where asked for; a RedisError where Redis is away."""
    at, depth = await _now(client), await queue.depth()
    hosts, waiting, paused = await _hosts(client, HostKeys(settings.redis.key_prefix), at)
    memory: Any = await client.info("memory")
    found = await beats(client, services_key(settings.redis.key_prefix))
    standing = await readers(client, settings.redis.key_prefix)
    return Fleet(
        at=at,
        **_counts(depth),
        limit=settings.queue.max_backlog,
        services=tuple(sorted(found, key=lambda beat: (beat.service, beat.name))),
        waiting_hosts=waiting,
        paused_hosts=paused,
        hosts=hosts,
        readers=tuple(standing),
        lags=(
            *await _lags(client, settings.redis.key_prefix, at),
            *await _lags_of_readers(client, settings, standing, at),
        ),
        letters=await _letters(queue, letters) if letters else (),
        memory_bytes=int(memory.get("used_memory", 0)),
        memory_limit_bytes=int(memory.get("maxmemory", 0)),
    )


def _counts(depth: Depth) -> dict[str, Any]:
    return {
        "backlog": depth.backlog,
        "pending": depth.pending,
        "delayed": depth.delayed,
        "dead": depth.dead,
        "lag_s": depth.oldest_ready_s or 0.0,
        "oldest_pending_s": depth.oldest_pending_s or 0.0,
    }


async def beats(client: Redis, key: str) -> list[Beat]:
    """Read the beat of every service."""
    return _decoded(await _awaited(client.hvals(key)), Beat)


def _decoded(values: Iterable[bytes], of: type[T]) -> list[T]:
    """Decode what can be: a later version of a service may write others."""
    found = []
    for value in values:
        with suppress(msgspec.DecodeError):
            found.append(msgspec.json.decode(value, type=of))
    return found


async def _awaited(answer: Any) -> Any:
    return await answer  # redis-py types some answers as "awaitable or not"


async def _now(client: Redis) -> datetime:
    s, us = await client.time()
    return datetime.fromtimestamp(s + us / 1e6, UTC)


async def _letters(queue: UrlQueue, count: int) -> tuple[Letter, ...]:
    found = await queue.list_dead_letters(count)
    return tuple(
        Letter(
            at=letter.buried_at, reason=letter.reason, what=letter.task.url if letter.task else "an unreadable entry"
        )
        for letter in found
    )


# ---------------------------------------------------------------- hosts
async def _hosts(client: Redis, keys: HostKeys, at: datetime) -> tuple[tuple[Host, ...], int, int]:
    """Return the hosts with the longest waits, paused ones first; how many wait; how many are paused."""
    now_ms = at.timestamp() * 1000
    still = (f"({now_ms:.0f}", "+inf")
    pipe = client.pipeline(transaction=False)
    for key in (keys.paused, keys.waiting):
        pipe.zrange(key, 0, MOST_HOSTS - 1, desc=True, withscores=True)
        pipe.zcount(key, *still)
    paused, paused_count, waiting, waiting_count = await pipe.execute()
    pauses, waits = _left(paused, now_ms), _left(waiting, now_ms)
    names = list(dict.fromkeys([*pauses, *waits]))[:MOST_HOSTS]
    hosts = (
        Host(host=name, pause_s=(pause := pauses.get(name, 0.0)), wait_s=max(pause, waits.get(name, 0.0)))
        for name in names
    )
    return tuple(hosts), waiting_count, paused_count


def _left(scores: Iterable[tuple[bytes, float]], now_ms: float) -> dict[str, float]:
    return {host.decode(errors="replace"): (ms - now_ms) / 1000 for host, ms in scores if ms > now_ms}


# ---------------------------------------------------------------- subscribers
async def _lags(client: Redis, prefix: str, at: datetime) -> tuple[Lag, ...]:
    """Return how far every group of subscribers is behind, on the streams of events and of articles."""
    streams = {event_stream(prefix, kind): str(kind) for kind in KINDS} | {article_stream(prefix): "article"}
    return tuple([lag for key, name in streams.items() for lag in await _lags_of(client, key, name, at)])


async def _lags_of(client: Redis, key: str, name: str, at: datetime) -> list[Lag]:
    try:
        groups: Any = await client.xinfo_groups(key)
    except ResponseError as e:
        if "no such key" in str(e):
            return []
        raise
    lags = []
    for group in groups[:MOST_GROUPS]:
        behind = await range_entries(client, key, first=f"({group['last-delivered-id'].decode()}", count=1)
        lags.append(
            Lag(
                stream=name,
                group=group["name"].decode(errors="replace"),
                entries=group.get("lag"),
                pending=group["pending"],
                lag_s=_since_s(behind[0].id, at) if behind else 0.0,
            )
        )
    return lags


async def _lags_of_readers(client: Redis, settings: Settings, standing: Iterable[Reader], at: datetime) -> list[Lag]:
    """Return how far every reader is behind; one that has ended for good is not waited for."""
    read = [(reader, kind, place) for reader in standing if not reader.ended for kind, place in reader.position.items()]
    pipe = client.pipeline(transaction=False)
    for _, kind, place in read:
        pipe.xrange(event_stream(settings.redis.key_prefix, cast("Kind", kind)), f"({place}", "+", count=1)
    return [
        Lag(
            stream=kind,
            group=reader.name,
            entries=None if behind else 0,
            pending=reader.pending.get(kind, 0),
            lag_s=_since_s(behind[0][0].decode(), at) if behind else 0.0,
        )
        for (reader, kind, _), behind in zip(read, await pipe.execute(), strict=True)
    ]


def _since_s(entry_id: str, at: datetime) -> float:
    """Return how long before `at` an entry came in."""
    return max(0.0, at.timestamp() - id_key(entry_id)[0] / 1000)
