"""Judge the final state of Redis, which is read with plain commands, independently of the code under test."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection

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

    @property
    def holds(self) -> bool:
        """Whether every URL was published exactly once and the queue is empty."""
        return not (self.lost or self.doubled or self.stuck or self.dead or self.unknown)


async def count_articles(client: Redis, prefix: str) -> Counter[str]:
    """Return how many articles of each URL are in the stream of articles."""
    entries: Any = await client.xrange(f"{prefix}:articles")
    return Counter(json.loads(fields[b"data"])["url"] for _, fields in entries)


async def count_unfinished(client: Redis, prefix: str) -> int:
    """Count the ready tasks and all waiting ones, or the counter of waiting tasks if that is greater."""
    released, later = await client.xlen(f"{prefix}:ready"), await client.zcard(f"{prefix}:later")
    queues = [key async for key in client.scan_iter(f"{prefix}:host:*:queue", count=10_000)]
    queued = sum([await client.llen(key) for key in queues])
    counter = int(await client.get(f"{prefix}:waiting") or 0)
    return released + max(queued + later, abs(counter))


async def judge(client: Redis, prefix: str, urls: Collection[str]) -> Verdict:
    """Compare the stream of articles with the URLs that were enqueued."""
    found, unfinished = await count_articles(client, prefix), await count_unfinished(client, prefix)
    dead = await client.xlen(f"{prefix}:dead")
    missing = sum(url not in found for url in urls)
    return Verdict(
        published=len(found),
        lost=max(0, missing - unfinished - dead),
        doubled=sum(count > 1 for count in found.values()),
        stuck=unfinished,
        dead=dead,
        unknown=len(found.keys() - set(urls)),
    )
