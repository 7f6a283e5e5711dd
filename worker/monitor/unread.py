"""The oldest entry of each stream that a consumer group, webhook, sink or archive has not finished."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.monitor.consumer_status import read_consumer_statuses
from worker.schema import record_stream
from worker.streams import group_infos, id_key

if TYPE_CHECKING:
    from collections.abc import Collection

    from redis.asyncio import Redis


async def oldest_needed_ids(client: Redis, prefix: str, streams: Collection[str]) -> dict[str, str]:
    """Return stream -> id from which on its entries are needed; streams without such a reader are absent.

    It is the id of the oldest pending entry of a group, else of the last entry delivered.  That one is included: by its
    presence a reader sees that nothing after it was trimmed.  Webhooks and sinks that have ended need no entries.
    """
    needed = [(stream, entry_id) for stream in streams for entry_id in await _needed_by_groups(client, stream)]
    needed += [
        (record_stream(prefix, name), entry_id)
        for status in await read_consumer_statuses(client, prefix)
        if not status.ended
        for name, entry_id in status.position.items()
    ]
    oldest: dict[str, str] = {}
    for stream, entry_id in needed:
        oldest[stream] = min(oldest.get(stream, entry_id), entry_id, key=id_key)
    return oldest


async def _needed_by_groups(client: Redis, stream: str) -> list[str]:
    groups = await group_infos(client, stream)
    pipe = client.pipeline(transaction=False)
    for group in groups:
        pipe.xpending(stream, group["name"])
    pending = [summary["min"] for summary in await pipe.execute() if summary["min"]]
    return [entry_id.decode() for entry_id in (*(group["last-delivered-id"] for group in groups), *pending)]
