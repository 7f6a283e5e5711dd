"""Judge the final state of Redis, which is read with plain commands, independently of the code under test."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from redis.asyncio import Redis


class Verdict(Struct, frozen=True):
    """Numbers of URLs by their final state."""

    published: int
    lost: int
    """URLs without an article that are neither in the queue nor dead letters."""
    doubled: int
    """URLs with more than one article."""
    stuck: int
    """Tasks that are still in the queue, or that the counter of waiting tasks still includes."""
    dead: int
    unknown: int
    """URLs of articles that were not enqueued."""

    missed: int = 0
    """Events that the subscriber did not receive."""
    repeated: int = 0
    """Receptions of an event after its first."""

    @property
    def holds(self) -> bool:
        """Whether every URL was published exactly once, the queue is empty, and the subscriber missed nothing."""
        return not self.failures

    @property
    def failures(self) -> list[str]:
        """The figures that are not 0, as phrases."""
        figures = {name: getattr(self, name) for name in ("lost", "doubled", "stuck", "dead", "unknown", "missed")}
        return [f"{count} {name}" for name, count in figures.items() if count]


async def count_articles(client: Redis, prefix: str) -> Counter[str]:
    """Return how many articles of each URL are in the stream of articles."""
    entries: Any = await client.xrange(f"{prefix}:articles")
    return Counter(json.loads(fields[b"data"])["url"] for _, fields in entries)


async def count_events(client: Redis, prefix: str) -> Counter[str]:
    """Return how often each event id is in the stream of meetings."""
    entries: Any = await client.xrange(f"{prefix}:events:meeting")
    return Counter(fields[b"id"].decode() for _, fields in entries)


async def published_by(client: Redis, prefix: str, urls: Collection[str], pid: int) -> int:
    """Count the articles of these URLs that the worker process wrote."""
    entries: Any = await client.xrange(f"{prefix}:articles") if urls else []
    writers = {(json.loads(fields[b"data"])["url"], pid_of(fields[b"worker"])) for _, fields in entries}
    return sum((url, pid) in writers for url in urls)


def pid_of(consumer: bytes) -> int:
    """Return the process of a consumer, whose name is HOST-PID-RANDOM."""
    return int(consumer.rsplit(b"-", 2)[1])


async def count_unfinished(client: Redis, prefix: str) -> int:
    """Count the ready tasks and all waiting ones, or the counter of waiting tasks if that is greater."""
    released, later = await client.xlen(f"{prefix}:ready"), await client.zcard(f"{prefix}:later")
    queues = [key async for key in client.scan_iter(f"{prefix}:host:*:queue", count=10_000)]
    queued = sum([await client.llen(key) for key in queues])
    counter = int(await client.get(f"{prefix}:waiting") or 0)
    return released + max(queued + later, abs(counter))


async def judge(
    client: Redis, prefix: str, urls: Collection[str], received: Mapping[str, int] | None = None
) -> Verdict:
    """Compare the stream of articles with the URLs that were enqueued.

    `received`: how often a subscriber received each event; None without a subscriber.
    """
    unfinished = await count_unfinished(client, prefix)  # first: what is published meanwhile is not lost
    found = await count_articles(client, prefix)
    events = await count_events(client, prefix) if received is not None else Counter()
    dead = await client.xlen(f"{prefix}:dead")
    missing = sum(url not in found for url in urls)
    return Verdict(
        published=len(found),
        lost=max(0, missing - unfinished - dead),
        doubled=sum(count > 1 for count in found.values()),
        stuck=unfinished,
        dead=dead,
        unknown=len(found.keys() - set(urls)),
        missed=len(events.keys() - (received or {}).keys()),
        repeated=sum(count - 1 for count in (received or {}).values()),
    )
