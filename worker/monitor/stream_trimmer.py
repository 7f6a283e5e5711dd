"""Keeps the streams within their memory budget, and checks the memory settings of the running server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import structlog
from redis.exceptions import RedisError

from worker.monitor.memory import product_streams
from worker.monitor.stream_budget import StreamBudget, entries_to_trim, stream_budget
from worker.monitor.unread import oldest_needed_ids
from worker.streams import evicts_keys, is_memory_full, stream_sizes, trim_oldest
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from redis.asyncio import Redis

    from worker.settings import Settings

log = structlog.get_logger()

TRIM_INTERVAL_S: Final = 1.0
"""Interval between two checks of the streams, by any service of the fleet."""
MEMORY_CHECK_INTERVAL_S: Final = 15.0
"""Interval at which a service reads the memory limit and the eviction policy of the server."""


class StreamTrimmer:
    """Trims the streams of a fleet.  Every service has one; any number may run at a time."""

    def __init__(self, client: Redis, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: monotonic, in seconds.  Nothing is read yet."""
        self._client = client
        self._settings = settings
        self._clock = clock
        self._streams = product_streams(settings.redis.key_prefix)
        self._budget = StreamBudget(0, 0)
        self._memory_checked_at = -MEMORY_CHECK_INTERVAL_S
        self._evicts = False
        self._is_failing = False

    async def poll(self) -> None:
        """Check the memory settings and trim, each if it is due; a failure is logged once, and tried again."""
        try:
            if self._clock() - self._memory_checked_at >= MEMORY_CHECK_INTERVAL_S:
                await self._check_memory()
                self._memory_checked_at = self._clock()
            if await self._acquire_turn():
                await self.trim(self._budget)
            self._is_failing = False
        except (RedisError, OSError) as e:
            if not self._is_failing:
                log.warning("streams_not_trimmed", error=str(e))
            self._is_failing = True

    async def _check_memory(self) -> None:
        """Read the limit of the memory, which sets the budget, and the eviction policy."""
        info: Any = await self._client.info("memory")
        self._budget = stream_budget(self._settings.redis, int(info.get("maxmemory", 0)))
        evicts = evicts_keys(info)
        if evicts and not self._evicts:
            policy = info["maxmemory_policy"]
            log.error("redis_evicts_keys", detail=f"maxmemory-policy is {policy}: set it to noeviction")
        self._evicts = evicts

    async def _acquire_turn(self) -> bool:
        """Return whether no service has trimmed within the interval.

        A full server cannot record that; then each service trims.
        """
        key, expires_ms = f"{self._settings.redis.key_prefix}:trimmed", round(TRIM_INTERVAL_S * 900)
        try:
            return bool(await self._client.set(key, 1, nx=True, px=expires_ms))
        except RedisError as e:
            if not is_memory_full(e):
                raise
            return True

    async def trim(self, budget: StreamBudget) -> None:
        """Trim the streams to `budget`, except for entries that a reader needs; those only beyond the reserve."""
        sizes = await stream_sizes(self._client, self._streams)
        to_trim = entries_to_trim(sizes, budget.bytes, budget.bytes)
        if not to_trim:
            return
        needed = await oldest_needed_ids(self._client, self._settings.redis.key_prefix, self._streams)
        for stream, count in to_trim.items():
            removed = await trim_oldest(self._client, stream, count, needed.get(stream))
            metrics.TRIMMED_ENTRIES.labels(self._streams[stream]).inc(removed)
        await self._trim_unread(budget, needed.keys())

    async def _trim_unread(self, budget: StreamBudget, needed: Collection[str]) -> None:
        """Trim entries, read or not, so that the streams fit in budget and reserve; readers find a gap."""
        sizes = await stream_sizes(self._client, self._streams)
        for stream, count in entries_to_trim(sizes, budget.bytes, budget.bytes + budget.reserve_bytes).items():
            removed = await trim_oldest(self._client, stream, count)
            metrics.TRIMMED_ENTRIES.labels(self._streams[stream]).inc(removed)
            if removed and stream in needed:
                metrics.TRIMMED_UNREAD.labels(self._streams[stream]).inc(removed)
                log.error("unread_entries_trimmed", stream=stream, entries=removed)
