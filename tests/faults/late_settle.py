"""A settle on the wire: the worker that sent it, and the tasks that it ends."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Self

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Collection

    from redis.asyncio import Redis

CONSUMER: Final = re.compile(rb"\r\n\S+-(\d+)-[0-9a-f]{8}\r\n")
"""The argument with the consumer name, HOST-PID-RANDOM."""
ENTRY: Final = re.compile(rb"\r\n(\d{13}-\d+)\r\n")
"""The argument with the id of the task's entry."""


class LateSettle(Struct, frozen=True):
    """A request of one worker that settles one or more tasks."""

    pid: int
    entries: frozenset[str]

    @classmethod
    def parse(cls, request: bytes) -> Self:
        """Read a request in the Redis protocol, or its first part; the pid is 0 where that has no consumer."""
        consumer = CONSUMER.search(request)
        return cls(int(consumer[1]) if consumer else 0, frozenset(i.decode() for i in ENTRY.findall(request)))

    async def urls(self, client: Redis, ready: str, entries: Collection[str]) -> set[str]:
        """Return the URLs of those entries that are still in the stream of released tasks."""
        found: list[Any] = [entry for i in entries for entry in await client.xrange(ready, i, i) or ()]
        return {json.loads(fields[b"task"])["url"] for _, fields in found}
