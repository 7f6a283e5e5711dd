"""Snapshot of the fleet, read from Redis without changing anything there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from worker.monitor.consumer_status import read_consumer_statuses
from worker.monitor.heartbeat import read_heartbeats
from worker.monitor.memory import read_memory_use
from worker.monitor.records import redis_time
from worker.queue.host_states import HostState, count_hosts, list_hosts
from worker.schema import ARTICLE, KINDS, record_stream
from worker.schema.fleet import ConsumerLag, ConsumerStatus, DeadLetterSummary, FleetSnapshot, ThrottledHost
from worker.streams import group_infos, id_key, range_entries

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from redis.asyncio import Redis

    from worker.queue import Depth, UrlQueue
    from worker.settings import Settings

MAX_HOSTS: Final = 20
"""Bound of the hosts shown, and thereby of the metrics' labels and of the cost of a snapshot."""
MAX_GROUPS: Final = 50
"""Bound of the consumer groups shown of one stream."""


async def take_snapshot(client: Redis, queue: UrlQueue, settings: Settings, *, dead_letters: int = 0) -> FleetSnapshot:
    """Read the state of the whole fleet, with the newest `dead_letters` dead letters; may raise RedisError."""
    prefix = settings.redis.key_prefix
    at, depth = await redis_time(client), await queue.depth()
    now_ms = at.timestamp() * 1000
    counts = await count_hosts(client, queue.keys, now_ms)
    hosts = await list_hosts(client, queue.keys, now_ms, MAX_HOSTS)
    memory = await read_memory_use(client, settings)
    heartbeats = await read_heartbeats(client, prefix)
    consumers = await read_consumer_statuses(client, prefix)
    return FleetSnapshot(
        at=at,
        **_queue_counts(depth),
        max_backlog=settings.queue.max_backlog,
        services=tuple(sorted(heartbeats, key=lambda heartbeat: (heartbeat.service, heartbeat.name))),
        release_lag_s=counts.release_lag_s,
        waiting_hosts=counts.waiting,
        down_hosts=counts.down,
        hosts=tuple(_throttled(host) for host in hosts if host.wait_s or host.reason),
        consumers=tuple(consumers),
        lags=(*await _group_lags(client, prefix, at), *await _consumer_lags(client, prefix, consumers, at)),
        dead_letters=await _dead_letters(queue, dead_letters) if dead_letters else (),
        memory_bytes=memory.used_bytes,
        memory_limit_bytes=memory.limit_bytes,
        stream_bytes=memory.stream_bytes,
        stream_budget_bytes=memory.budget.bytes,
        stream_reserve_bytes=memory.budget.reserve_bytes,
        eviction_policy=memory.eviction_policy,
    )


def _queue_counts(depth: Depth) -> dict[str, Any]:
    return {
        "backlog": depth.backlog,
        "pending": depth.pending,
        "waiting": depth.waiting,
        "delayed": depth.delayed,
        "dead": depth.dead,
        "lag_s": depth.oldest_ready_s or 0.0,
        "oldest_pending_s": depth.oldest_pending_s or 0.0,
    }


async def _dead_letters(queue: UrlQueue, count: int) -> tuple[DeadLetterSummary, ...]:
    found = await queue.list_dead_letters(count)
    return tuple(
        DeadLetterSummary(
            at=letter.buried_at, reason=letter.reason, subject=letter.task.url if letter.task else "an unreadable entry"
        )
        for letter in found
    )


# ---------------------------------------------------------------- hosts
def _throttled(host: HostState) -> ThrottledHost:
    return ThrottledHost(
        host=host.host,
        pause_s=host.probe_s,
        wait_s=max(host.wait_s or 0.0, host.probe_s),
        waiting=host.waiting,
        reason=host.reason,
        down_s=host.down_s,
    )


# ---------------------------------------------------------------- lags
async def _group_lags(client: Redis, prefix: str, at: datetime) -> tuple[ConsumerLag, ...]:
    """Return the lag of every consumer group, on the streams of events and of articles."""
    streams: dict[str, str] = {record_stream(prefix, name): name for name in (*KINDS, ARTICLE)}
    return tuple([lag for key, name in streams.items() for lag in await _group_lags_of(client, key, name, at)])


async def _group_lags_of(client: Redis, key: str, name: str, at: datetime) -> list[ConsumerLag]:
    lags = []
    for group in (await group_infos(client, key))[:MAX_GROUPS]:
        undelivered = await range_entries(client, key, first=f"({group['last-delivered-id'].decode()}", count=1)
        lags.append(
            ConsumerLag(
                stream=name,
                group=group["name"].decode(errors="replace"),
                entries=group.get("lag"),
                pending=group["pending"],
                lag_s=_age_s(undelivered[0].id, at) if undelivered else 0.0,
            )
        )
    return lags


async def _consumer_lags(
    client: Redis, prefix: str, consumers: Iterable[ConsumerStatus], at: datetime
) -> list[ConsumerLag]:
    """Return the lag of every webhook and sink that has not ended, on each of its streams."""
    positions = [
        (consumer, kind, entry_id)
        for consumer in consumers
        if not consumer.ended
        for kind, entry_id in consumer.position.items()
    ]
    pipe = client.pipeline(transaction=False)
    for _, name, entry_id in positions:
        pipe.xrange(record_stream(prefix, name), f"({entry_id}", "+", count=1)
    return [
        ConsumerLag(
            stream=kind,
            group=consumer.name,
            entries=None if undelivered else 0,
            pending=consumer.pending.get(kind, 0),
            lag_s=_age_s(undelivered[0][0].decode(), at) if undelivered else 0.0,
        )
        for (consumer, kind, _), undelivered in zip(positions, await pipe.execute(), strict=True)
    ]


def _age_s(entry_id: str, at: datetime) -> float:
    """Return the age of a stream entry in seconds, from the milliseconds in its id."""
    return max(0.0, at.timestamp() - id_key(entry_id)[0] / 1000)
