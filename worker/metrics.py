"""Every metric of every service, in one registry of our own, by Prometheus' conventions for names and units.

A process has one registry however many services run in it: their metrics have different names, or a label.  There are
two sorts.  What this process has *done* is counted here by whoever does it.  What *is*, in Redis, is the same whoever
asks, and comes out of the last survey of the fleet: take `max` over the instances, never `sum`.

Labels are bounded: none holds a URL, and of the hosts only the few are there that are paused longest.
"""

from __future__ import annotations

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from worker.schema import KINDS, Event
from worker.vitals import Fleet, Lag

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began: nobody asks, and it doubles their number
REGISTRY: Final = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)

QUICK: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds in seconds: from a settle on loopback to the longest fetch."""


# ---------------------------------------------------------------- what this process has done
BUILD = Info("communique_build", "Version of Communiqué and of Python.", registry=REGISTRY)

ARTICLES = Counter(
    "communique_articles",
    "Deliveries of an article's URL by how they ended (done, duplicate, put_off, dead, fenced, gone, handed_back) and, "
    "where they failed, why.",
    ["outcome", "reason"],
    registry=REGISTRY,
)
EVENTS = Counter("communique_events", "Events published.", ["kind"], registry=REGISTRY)
STAGES = Histogram(
    "communique_stage_duration_seconds",
    "Time spent on one URL: fetch; digest (parse and extract, with the wait for a free process); settle; whole.",
    ["stage"],
    buckets=QUICK,
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("communique_tasks_in_flight", "Tasks that this process works on.", registry=REGISTRY)
PARSE_KILLS = Counter(
    "communique_parse_kills",
    "Processes for parsing and extraction that were lost over a page: killed at the time limit, or died.",
    ["cause"],
    registry=REGISTRY,
)
DEAD_LETTERS = Counter(
    "communique_dead_letters", "Tasks that this process gave up for good.", ["reason"], registry=REGISTRY
)
CLAIMS = Counter("communique_claims", "Tasks taken over from a worker that had fallen silent.", registry=REGISTRY)
LOST_LEASES = Counter("communique_lost_leases", "Tasks that another worker took over from us.", registry=REGISTRY)

SOURCES_ASKED = Counter(
    "communique_sources_asked",
    "Askings of a source by what came of them (read, unchanged, waiting, failed).",
    ["source", "outcome"],
    registry=REGISTRY,
)
NEW_URLS = Counter("communique_new_urls", "URLs enqueued that nobody had seen.", ["source"], registry=REGISTRY)
SOURCES = Gauge(
    "communique_sources", "Sources of the file, those that are due, those that fail.", ["state"], registry=REGISTRY
)
SOURCE_FAILURES = Gauge(
    "communique_source_failures", "Failures of a source in a row, over all replicas.", ["source"], registry=REGISTRY
)

HISTOGRAM_STAGES: Final = ("fetch", "digest", "settle", "whole")


def prepare() -> None:
    """Let what is known beforehand begin at zero: a series that is born with its first fault shows no increase."""
    BUILD.info({"version": our_version(), "python": platform.python_version()})
    for kind in KINDS:
        EVENTS.labels(kind)
    for stage in HISTOGRAM_STAGES:
        STAGES.labels(stage)
    for cause in ("timeout", "died"):
        PARSE_KILLS.labels(cause)
    for outcome in ("done", "duplicate", "fenced", "gone", "handed_back"):
        ARTICLES.labels(outcome, "")
    for outcome in ("put_off", "dead"):
        ARTICLES.labels(outcome, "bug")
    DEAD_LETTERS.labels("crashed")


def count_events(events: Iterable[Event]) -> None:
    """Count events that were published."""
    for event in events:
        EVENTS.labels(event.__struct_config__.tag).inc()


def our_version() -> str:
    """Return the version that is installed, "0" for a checkout that never was."""
    try:
        return version("communique")
    except PackageNotFoundError:
        return "0"


def bounded(reason: str | None) -> str:
    """Return a failure's code as a label: servers may answer any number as a status, and each would be a series."""
    if reason is None:
        return ""
    status = reason.removeprefix("http_")
    if status.isdecimal() and int(status) not in _STATUSES:
        return f"http_{status[0]}xx"
    return reason


_STATUSES: Final = frozenset(int(status) for status in HTTPStatus)


def totals(counter: Counter, label: str | None = None) -> Tally[str]:
    """Return what a counter stands at, by the values of one label; all under "" where none is named."""
    found: Tally[str] = Tally()
    for metric in counter.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                found[sample.labels[label] if label else ""] += int(sample.value)
    return found


def in_flight() -> int:
    """Return how many tasks this process works on."""
    return int(next(iter(IN_FLIGHT.collect())).samples[0].value)


# ---------------------------------------------------------------- what is, in Redis and in the loops
Ages = Callable[[], dict[str, float]]


class Surroundings(Collector):
    """Gauges made of the last survey and of the pulses of this process, when they are asked for."""

    def __init__(self) -> None:
        self._pulses: dict[str, Ages] = {}
        self._survey: Callable[[], Fleet | None] = lambda: None

    def watch(self, service: str, ages: Ages, survey: Callable[[], Fleet | None]) -> None:
        """Show how long ago this service's loops were heard, and the fleet as `survey` saw it last.

        A survey is None while Redis does not answer.
        """
        self._pulses = {**self._pulses, service: ages}
        self._survey = survey

    def forget(self, service: str) -> None:
        """Show the service no more."""
        self._pulses = {name: ages for name, ages in self._pulses.items() if name != service}
        if not self._pulses:
            self._survey = lambda: None

    def collect(self) -> Iterator[Metric]:
        """Yield every family, one without samples where nothing is known: names do not come and go."""
        pulses = self._pulses
        fleet = self._survey() if pulses else None
        yield _gauge(
            "communique_heartbeat_age_seconds",
            "Since a loop of this process last turned.",
            ("service", "part"),
            [((service, part), age) for service, ages in pulses.items() for part, age in ages().items()],
        )
        up = [float(fleet is not None)] if pulses else []
        yield _gauge("communique_redis_up", "Whether Redis has answered this process lately.", (), _plain(up))
        yield from _of_queue(fleet)
        yield from _of_services(fleet)
        yield from _of_hosts(fleet)
        yield from _of_subscribers(fleet.lags if fleet else ())


Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family


def _plain(values: Iterable[float]) -> Samples:
    return [((), value) for value in values]


def _of_queue(fleet: Fleet | None) -> Iterator[Metric]:
    tasks = {"ready": fleet.backlog, "pending": fleet.pending, "delayed": fleet.delayed} if fleet else {}
    yield _gauge(
        "communique_queue_tasks",
        "Tasks in the queue: ready, pending (under way) and delayed (put off).",
        ("state",),
        [((state,), count) for state, count in tasks.items()],
    )
    for field, name, about in _QUEUE_GAUGES:
        yield _gauge(f"communique_{name}", about, (), _plain([float(getattr(fleet, field))] if fleet else []))


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
    yield _gauge(
        "communique_services",
        "Services that have given a sign of life lately, and those that fell silent without a farewell.",
        ("service", "state"),
        states.items() if fleet else (),
    )


def _of_hosts(fleet: Fleet | None) -> Iterator[Metric]:
    yield _gauge(
        "communique_paused_hosts",
        "Hosts that asked to be left alone for a while (Retry-After).",
        (),
        _plain([fleet.paused_hosts] if fleet else []),
    )
    yield _gauge(
        "communique_waiting_hosts",
        "Hosts whose next free slot is still to come.",
        (),
        _plain([fleet.waiting_hosts] if fleet else []),
    )
    yield _gauge(
        "communique_host_pause_seconds",
        "What is left of a host's pause; the twenty longest at most.",
        ("host",),
        [((host.host,), host.pause_s) for host in fleet.hosts if host.pause_s] if fleet else (),
    )


def _of_subscribers(lags: Iterable[Lag]) -> Iterator[Metric]:
    lags, labels = tuple(lags), ("stream", "group")
    yield _gauge(
        "communique_subscriber_lag_seconds",
        "Since the oldest entry came in that a group of subscribers was not given yet; 0 where all were.",
        labels,
        [((lag.stream, lag.group), lag.lag_s) for lag in lags],
    )
    yield _gauge(
        "communique_subscriber_lag_entries",
        "Entries that a group of subscribers was not given yet; none where the server cannot tell.",
        labels,
        [((lag.stream, lag.group), lag.entries) for lag in lags if lag.entries is not None],
    )
    yield _gauge(
        "communique_subscriber_pending_entries",
        "Entries that a group of subscribers was given and has not acknowledged.",
        labels,
        [((lag.stream, lag.group), lag.pending) for lag in lags],
    )


SURROUNDINGS: Final = Surroundings()
REGISTRY.register(SURROUNDINGS)


# ---------------------------------------------------------------- out
def exposition(accept: str = "") -> tuple[bytes, str]:
    """Return all of it as Prometheus reads it, and the Content-Type, in the format that an Accept header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(REGISTRY), content_type


def names() -> dict[str, str]:
    """Return the names as they stand in PromQL, a histogram's without its suffixes, and what each means."""
    return {
        metric.name + {"counter": "_total", "info": "_info"}.get(metric.type, ""): metric.documentation
        for metric in REGISTRY.collect()
    }
