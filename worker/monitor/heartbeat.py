"""Heartbeats of services, in the hash `<prefix>:services`.

A service writes a `ServiceHeartbeat` every `HEARTBEAT_INTERVAL_S` and deletes it on a clean exit.  After an unclean
exit it remains there, ageing, until another service deletes it after `RETENTION_S`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from worker.monitor.records import read_records, redis_time, write_records
from worker.queue import new_consumer_name
from worker.schema.fleet import RATE_WINDOW_S, RETENTION_S, ServiceHeartbeat
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections import Counter

    from redis.asyncio import Redis

    from worker.telemetry.liveness import LivenessMonitor


CLEANUP_INTERVAL_S: Final = 60.0
"""How often a process looks for heartbeats to delete."""


def services_key(prefix: str) -> str:
    """Return the key of the hash of heartbeats, by process name."""
    return f"{prefix}:services"


async def read_heartbeats(client: Redis, prefix: str) -> list[ServiceHeartbeat]:
    """Return the last heartbeat of every process, in no particular order."""
    return await read_records(client, services_key(prefix), ServiceHeartbeat)


class Heartbeat:
    """Writer of the heartbeats of one process."""

    def __init__(
        self,
        client: Redis,
        prefix: str,
        service: str,
        liveness: LivenessMonitor,
        *,
        clock: Callable[[], float],
        name: str | None = None,
    ) -> None:
        """`clock`: monotonic, in seconds.  `name`: None for a new unique name.  Nothing is written yet."""
        self.name = name or new_consumer_name()
        self._client = client
        self._prefix = prefix
        self._service = service
        self._liveness = liveness
        self._clock = clock
        self._started_at: datetime | None = None
        self._next_cleanup = clock()
        self._samples: deque[tuple[float, Counter[str]]] = deque([(clock(), _totals())])

    async def send(self) -> None:
        """Write one heartbeat; now and then delete those of any process that are older than `RETENTION_S`."""
        at = await redis_time(self._client)
        self._started_at = self._started_at or at
        heartbeat = ServiceHeartbeat(
            name=self.name,
            service=self._service,
            version=metrics.installed_version(),
            started_at=self._started_at,
            at=at,
            in_flight=metrics.tasks_in_flight() + metrics.deliveries_in_flight(),
            rates=self._rates(),
            totals=_losses(),
            late=self._liveness.overdue(),
            last_error=self._liveness.last_error,
        )
        await write_records(self._client, services_key(self._prefix), {self.name: msgspec.json.encode(heartbeat)})
        if self._clock() >= self._next_cleanup:
            self._next_cleanup = self._clock() + CLEANUP_INTERVAL_S
            await self._delete_expired(at)

    async def _delete_expired(self, at: datetime) -> None:
        found = await read_heartbeats(self._client, self._prefix)
        expired = [other.name for other in found if (at - other.at).total_seconds() > RETENTION_S]
        if expired:
            await self._client.hdel(services_key(self._prefix), *expired)

    async def deregister(self) -> None:
        """Delete the heartbeat of this process, on a clean exit."""
        await self._client.hdel(services_key(self._prefix), self.name)

    def _rates(self) -> dict[str, float]:
        """Return, for each total, its increase per second over `RATE_WINDOW_S`, or since this writer was created."""
        now = self._clock()
        self._samples.append((now, _totals()))
        while len(self._samples) > 2 and self._samples[1][0] <= now - RATE_WINDOW_S:  # noqa: PLR2004 - both ends
            self._samples.popleft()
        (then, before), (_, after) = self._samples[0], self._samples[-1]
        took_s = max(now - then, 1e-9)
        return {name: round((n - before[name]) / took_s, 4) for name, n in after.items()}


def _losses() -> dict[str, int]:
    """Return the counts in `ServiceHeartbeat.totals`."""
    counters = {"omitted_events": metrics.OMITTED_EVENTS, "trimmed_unread": metrics.TRIMMED_UNREAD}
    return {name: total for name, counter in counters.items() if (total := metrics.counter_totals(counter)[""])}


def _totals() -> Counter[str]:
    """Return the totals of this process by the names in `ServiceHeartbeat.rates`, which are computed from them."""
    outcomes, totals = (
        metrics.counter_totals(metrics.ARTICLES, "outcome"),
        metrics.counter_totals(metrics.EVENTS, "kind"),
    )
    totals["articles"], totals["failures"] = outcomes["done"], outcomes["dead"]
    totals["new_urls"] = metrics.counter_totals(metrics.NEW_URLS)[""]
    totals["handed_on"] = metrics.events_handed_on() + metrics.counter_totals(metrics.LIVE_EVENTS)[""]
    return totals
