"""What is, in Redis and in the loops of this process: gauges made of the last survey when somebody asks for them."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Protocol

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from worker.schema.fleet import Fleet, Lag
from worker.telemetry.metrics.registry import REGISTRY, gauge, plain


class Beats(Protocol):
    """Signs of life of one service: `worker.telemetry.liveness.Pulse`."""

    def ages(self) -> dict[str, float]:
        """Return for each part the seconds since it was heard."""

    def limits(self) -> dict[str, float]:
        """Return for each part the longest that it may be silent."""


class Surroundings(Collector):
    """Gauges made of the last survey and of the pulses of this process, when they are asked for."""

    def __init__(self) -> None:
        self._beats: dict[str, Beats] = {}
        self._survey: Callable[[], Fleet | None] = lambda: None

    def watch(self, service: str, beats: Beats, survey: Callable[[], Fleet | None]) -> None:
        """Show this service's signs of life, and the fleet as `survey` saw it last, None while Redis is away."""
        self._beats = {**self._beats, service: beats}
        self._survey = survey

    def forget(self, service: str) -> None:
        """Show the service no more."""
        self._beats = {name: beats for name, beats in self._beats.items() if name != service}
        if not self._beats:
            self._survey = lambda: None

    def collect(self) -> Iterator[Metric]:
        """Yield every family, one without samples where nothing is known: names do not come and go."""
        fleet = self._survey() if self._beats else None
        yield from _of_loops(self._beats)
        up = [float(fleet is not None)] if self._beats else []
        yield gauge("communique_redis_up", "Whether Redis has answered this process lately.", (), plain(up))
        yield from _of_queue(fleet)
        yield from _of_services(fleet)
        yield from _of_hosts(fleet)
        yield from _of_subscribers(fleet.lags if fleet else ())
        yield from _of_webhooks(fleet)


def _of_loops(beats: dict[str, Beats]) -> Iterator[Metric]:
    labels = ("service", "part")
    yield gauge(
        "communique_heartbeat_age_seconds",
        "Since a loop of this process last turned.",
        labels,
        [((service, part), age) for service, its in beats.items() for part, age in its.ages().items()],
    )
    yield gauge(
        "communique_heartbeat_limit_seconds",
        "The longest that it may take to turn; above that it is stuck.",
        labels,
        [((service, part), limit) for service, its in beats.items() for part, limit in its.limits().items()],
    )


def _of_queue(fleet: Fleet | None) -> Iterator[Metric]:
    tasks = {"ready": fleet.backlog, "pending": fleet.pending, "delayed": fleet.delayed} if fleet else {}
    yield gauge(
        "communique_queue_tasks",
        "Tasks in the queue: ready, pending (under way) and delayed (put off).",
        ("state",),
        [((state,), count) for state, count in tasks.items()],
    )
    for field, name, about in _QUEUE_GAUGES:
        yield gauge(f"communique_{name}", about, (), plain([float(getattr(fleet, field))] if fleet else []))


_QUEUE_GAUGES: Final = (
    ("limit", "queue_limit_tasks", "Tasks above which the queue refuses more."),
    ("lag_s", "queue_lag_seconds", "Since the oldest task not delivered yet became ready; 0 where all are."),
    ("oldest_pending_s", "queue_oldest_pending_seconds", "Since the oldest task under way became ready; 0 for none."),
    ("dead", "queue_dead_letters", "Dead letters kept."),
    ("memory_bytes", "redis_memory_bytes", "Memory that Redis uses."),
    ("memory_limit_bytes", "redis_memory_limit_bytes", "Memory that Redis may use; 0 where no limit is set."),
)
"""Field of `Fleet`, name, meaning."""


def _of_services(fleet: Fleet | None) -> Iterator[Metric]:
    states = Tally[tuple[str, ...]]()
    for service in ("worker", "discover"):
        states.update({(service, "alive"): 0, (service, "silent"): 0})
    for beat in fleet.services if fleet else ():
        states[beat.service, "alive" if fleet and fleet.alive(beat) else "silent"] += 1
    yield gauge(
        "communique_services",
        "Services that have given a sign of life lately, and those that fell silent without a farewell.",
        ("service", "state"),
        states.items() if fleet else (),
    )


def _of_hosts(fleet: Fleet | None) -> Iterator[Metric]:
    yield gauge(
        "communique_paused_hosts",
        "Hosts that asked to be left alone for a while (Retry-After).",
        (),
        plain([fleet.paused_hosts] if fleet else []),
    )
    yield gauge(
        "communique_waiting_hosts",
        "Hosts whose next free slot is still to come.",
        (),
        plain([fleet.waiting_hosts] if fleet else []),
    )
    yield gauge(
        "communique_host_pause_seconds",
        "What is left of a host's pause; the twenty longest at most.",
        ("host",),
        [((host.host,), host.pause_s) for host in fleet.hosts if host.pause_s] if fleet else (),
    )


def _of_subscribers(lags: Iterable[Lag]) -> Iterator[Metric]:
    lags, labels = tuple(lags), ("stream", "group")
    yield gauge(
        "communique_subscriber_lag_seconds",
        "Since the oldest entry came in that a group was not given yet, a webhook has not delivered, or a sink has not "
        "read; 0 where there is none.",
        labels,
        [((lag.stream, lag.group), lag.lag_s) for lag in lags],
    )
    yield gauge(
        "communique_subscriber_lag_entries",
        "Entries that a group was not given yet; no series where nobody counts: of webhooks and sinks that are behind, "
        "and before Redis 7.",
        labels,
        [((lag.stream, lag.group), lag.entries) for lag in lags if lag.entries is not None],
    )
    yield gauge(
        "communique_subscriber_pending_entries",
        "Entries that a group was given and has not acknowledged, that a webhook is delivering, or that stand in an "
        "unfinished file of a sink.",
        labels,
        [((lag.stream, lag.group), lag.pending) for lag in lags],
    )


def _of_webhooks(fleet: Fleet | None) -> Iterator[Metric]:
    found = [reader for reader in fleet.readers if reader.name.startswith(WEBHOOK)] if fleet else []
    by_name = {reader.name.removeprefix(WEBHOOK): reader for reader in found}
    yield gauge(
        "communique_webhook_ended",
        "1 where a webhook has ended for good, and why: its receiver answered 410, or may not be asked.",
        ("webhook", "reason"),
        [((name, reader.ended), 1.0) for name, reader in by_name.items() if reader.ended],
    )
    yield gauge(
        "communique_webhook_pause_seconds",
        "What is left of a pause that a webhook's receiver asked for (Retry-After).",
        ("webhook",),
        [((name,), fleet.pause_s(reader) if fleet else 0.0) for name, reader in by_name.items()],
    )
    yield gauge(
        "communique_webhook_dead_letters",
        "Events kept that a webhook's receiver did not take.",
        ("webhook",),
        [((name,), float(reader.dead)) for name, reader in by_name.items()],
    )


WEBHOOK: Final = "webhook:"
SURROUNDINGS: Final = Surroundings()
REGISTRY.register(SURROUNDINGS)
