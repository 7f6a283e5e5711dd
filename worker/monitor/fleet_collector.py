"""Gauges of the fleet and of the loops of this process, computed at each scrape from the last snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from worker.schema.fleet import ConsumerLag, FleetSnapshot
from worker.streams import MEMORY_SHORTAGE
from worker.telemetry.metrics.registry import REGISTRY, gauge, unlabelled


class LoopAges(Protocol):
    """The part of `worker.telemetry.liveness.LivenessMonitor` that the collector needs."""

    def ages(self) -> dict[str, float]:
        """Return the seconds since the last heartbeat of each loop."""

    def limits(self) -> dict[str, float]:
        """Return the longest regular time between two heartbeats of each loop."""


class FleetCollector(Collector):
    """Custom collector of prometheus_client; without services it yields families without samples."""

    def __init__(self) -> None:
        self._services: dict[str, LoopAges] = {}
        self._last_snapshot: Callable[[], FleetSnapshot | None] = lambda: None

    def add_service(self, service: str, loops: LoopAges, last_snapshot: Callable[[], FleetSnapshot | None]) -> None:
        """Export the loops of a service of this process, and the fleet as `last_snapshot` returns it.

        None from `last_snapshot` means that Redis is unavailable.
        """
        self._services = {**self._services, service: loops}
        self._last_snapshot = last_snapshot

    def remove_service(self, service: str) -> None:
        """Stop exporting a service; after the last one, no samples are left."""
        self._services = {name: loops for name, loops in self._services.items() if name != service}
        if not self._services:
            self._last_snapshot = lambda: None

    def collect(self) -> Iterator[Metric]:
        """Yield every family, also without samples, so that metric names do not come and go."""
        snapshot = self._last_snapshot() if self._services else None
        yield from _loop_gauges(self._services)
        up = [float(snapshot is not None)] if self._services else []
        yield gauge("communique_redis_up", "Whether Redis answered the last poll of this process.", (), unlabelled(up))
        waiting = [float(MEMORY_SHORTAGE.waiting)] if self._services else []
        yield gauge(
            "communique_redis_full_waits",
            "Steps of this process that wait because the memory of Redis is full.",
            (),
            unlabelled(waiting),
        )
        yield from _queue_gauges(snapshot)
        yield from _memory_gauges(snapshot)
        yield from _service_gauges(snapshot)
        yield from _host_gauges(snapshot)
        yield from _lag_gauges(snapshot.lags if snapshot else ())
        yield from _webhook_gauges(snapshot)


def _loop_gauges(services: dict[str, LoopAges]) -> Iterator[Metric]:
    labels = ("service", "part")
    yield gauge(
        "communique_heartbeat_age_seconds",
        "Time since the last heartbeat of a loop of this process.",
        labels,
        [((service, loop), age) for service, loops in services.items() for loop, age in loops.ages().items()],
    )
    yield gauge(
        "communique_heartbeat_limit_seconds",
        "Age of a heartbeat above which the loop is overdue.",
        labels,
        [((service, loop), limit) for service, loops in services.items() for loop, limit in loops.limits().items()],
    )


def _queue_gauges(snapshot: FleetSnapshot | None) -> Iterator[Metric]:
    tasks = (
        {
            "ready": snapshot.backlog,
            "pending": snapshot.pending,
            "waiting": snapshot.waiting,
            "delayed": snapshot.delayed,
        }
        if snapshot
        else {}
    )
    yield gauge(
        "communique_queue_tasks",
        "Tasks in the queue: ready, pending (handled by a worker), waiting for their hosts, delayed until a retry.",
        ("state",),
        [((state,), count) for state, count in tasks.items()],
    )
    for field, name, help_text in _QUEUE_GAUGES:
        values = [float(getattr(snapshot, field))] if snapshot else []
        yield gauge(f"communique_{name}", help_text, (), unlabelled(values))


_QUEUE_GAUGES: Final = (
    ("max_backlog", "queue_limit_tasks", "Number of waiting tasks at which the queue rejects more."),
    ("lag_s", "queue_lag_seconds", "Time since the oldest undelivered task became ready; 0 if there is none."),
    (
        "release_lag_s",
        "queue_release_lag_seconds",
        "Time for which the task that is due first has not been released to the workers; 0 if none is due.",
    ),
    (
        "oldest_pending_s",
        "queue_oldest_pending_seconds",
        "Time since the oldest pending task became ready; 0 if there is none.",
    ),
    ("dead", "queue_dead_letters", "Dead letters kept."),
)
"""Field of `FleetSnapshot`, name without prefix, help text."""


def _memory_gauges(snapshot: FleetSnapshot | None) -> Iterator[Metric]:
    for field, name, help_text in _MEMORY_GAUGES:
        values = [float(getattr(snapshot, field))] if snapshot else []
        yield gauge(f"communique_{name}", help_text, (), unlabelled(values))
    yield gauge(
        "communique_stream_bytes",
        "Estimated memory of a stream.",
        ("stream",),
        [((name,), float(size)) for name, size in snapshot.stream_bytes.items()] if snapshot else (),
    )
    evicts = [float(snapshot.eviction_policy is not None)] if snapshot else []
    yield gauge(
        "communique_redis_evicts_keys",
        "1 if Redis drops keys when its memory is full (maxmemory-policy is not noeviction).",
        (),
        unlabelled(evicts),
    )


_MEMORY_GAUGES: Final = (
    ("memory_bytes", "redis_memory_bytes", "Memory that Redis uses."),
    ("memory_limit_bytes", "redis_memory_limit_bytes", "Memory limit of Redis (maxmemory); 0 if there is none."),
    ("stream_budget_bytes", "stream_budget_bytes", "Memory budget of all streams of articles and events together."),
    (
        "stream_reserve_bytes",
        "stream_reserve_bytes",
        "Memory beyond the budget for entries that a consumer group, webhook, sink or archive has not finished.",
    ),
)
"""Field of `FleetSnapshot`, name without prefix, help text."""


def _service_gauges(snapshot: FleetSnapshot | None) -> Iterator[Metric]:
    states = Counter[tuple[str, ...]]()
    for service in ("worker", "discover"):
        states.update({(service, "alive"): 0, (service, "silent"): 0})
    for heartbeat in snapshot.services if snapshot else ():
        states[heartbeat.service, "alive" if snapshot and snapshot.is_alive(heartbeat) else "silent"] += 1
    yield gauge(
        "communique_services",
        "Services by state: alive (recent heartbeat), or silent (heartbeats stopped by an unclean exit or a hang).",
        ("service", "state"),
        states.items() if snapshot else (),
    )


def _host_gauges(snapshot: FleetSnapshot | None) -> Iterator[Metric]:
    yield gauge(
        "communique_down_hosts",
        "Hosts that failed within the last hour and have not answered since.",
        (),
        unlabelled([snapshot.down_hosts] if snapshot else []),
    )
    yield gauge(
        "communique_waiting_hosts",
        "Hosts whose next task is due later: their delay or pause is not over.",
        (),
        unlabelled([snapshot.waiting_hosts] if snapshot else []),
    )
    yield gauge(
        "communique_host_pause_seconds",
        "Time until the next request to a host that fails; at most the twenty that failed last.",
        ("host",),
        [((host.host,), host.pause_s) for host in snapshot.hosts if host.pause_s] if snapshot else (),
    )


def _lag_gauges(lags: Iterable[ConsumerLag]) -> Iterator[Metric]:
    lags, labels = tuple(lags), ("stream", "group")
    yield gauge(
        "communique_subscriber_lag_seconds",
        "Age of the oldest entry not delivered to a consumer group, not delivered by a webhook, or not read by a sink; "
        "0 if there is none.",
        labels,
        [((lag.stream, lag.group), lag.lag_s) for lag in lags],
    )
    yield gauge(
        "communique_subscriber_lag_entries",
        "Entries not delivered to a consumer group; no series if the number is unknown: for a webhook or sink that "
        "lags, and before Redis 7.",
        labels,
        [((lag.stream, lag.group), lag.entries) for lag in lags if lag.entries is not None],
    )
    yield gauge(
        "communique_subscriber_pending_entries",
        "Entries delivered to a consumer group and not acknowledged, being delivered by a webhook, or in an unfinished "
        "file of a sink.",
        labels,
        [((lag.stream, lag.group), lag.pending) for lag in lags],
    )


def _webhook_gauges(snapshot: FleetSnapshot | None) -> Iterator[Metric]:
    consumers = snapshot.consumers if snapshot else ()
    by_name = {status.name.removeprefix(_WEBHOOK): status for status in consumers if status.name.startswith(_WEBHOOK)}
    yield gauge(
        "communique_webhook_ended",
        "1 if a webhook's subscription has ended, with the reason: the receiver answered 410, or its address is not "
        "allowed.",
        ("webhook", "reason"),
        [((name, status.ended), 1.0) for name, status in by_name.items() if status.ended],
    )
    yield gauge(
        "communique_webhook_pause_seconds",
        "Remaining pause that a webhook's receiver demanded by Retry-After.",
        ("webhook",),
        [((name,), snapshot.remaining_pause_s(status) if snapshot else 0.0) for name, status in by_name.items()],
    )
    yield gauge(
        "communique_webhook_dead_letters",
        "Dead letters kept: events that a webhook could not deliver.",
        ("webhook",),
        [((name,), float(status.dead)) for name, status in by_name.items()],
    )


_WEBHOOK: Final = "webhook:"
FLEET_COLLECTOR: Final = FleetCollector()
REGISTRY.register(FLEET_COLLECTOR)
