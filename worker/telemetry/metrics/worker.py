"""Counters, gauges and histograms of workers and discovery, updated where the work is done."""

from __future__ import annotations

import collections
import platform
from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Info

from worker.schema import KINDS
from worker.telemetry.metrics.registry import REGISTRY

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of histogram buckets, from a settlement on loopback to the slowest fetch."""

BUILD = Info("communique_build", "Version of Communiqué and of Python.", registry=REGISTRY)

ARTICLES = Counter(
    "communique_articles",
    "Deliveries of an article's URL by outcome (done, duplicate, put_off, dead, fenced, gone, handed_back; of a later "
    "visit unchanged, revised, removed or missed) and, for failures, reason.",
    ["outcome", "reason"],
    registry=REGISTRY,
)
EVENTS = Counter("communique_events", "Events published.", ["kind"], registry=REGISTRY)
RETRACTIONS = Counter(
    "communique_retractions",
    "Events that a visit retracted, because the article changed or was removed.",
    ["reason"],
    registry=REGISTRY,
)
OMITTED_EVENTS = Counter(
    "communique_omitted_events",
    "Events that were not published because their article has more than COMMUNIQUE_MAX_EVENTS.",
    registry=REGISTRY,
)
STAGES = Histogram(
    "communique_stage_duration_seconds",
    "Time spent on one URL: fetch (including robots.txt and the wait for the permit); digest (parse and extract, "
    "including the wait for a free process); parse; extract; settle; whole.",
    ["stage"],
    buckets=BOUNDS_S,
    registry=REGISTRY,
)
IN_FLIGHT = Gauge("communique_tasks_in_flight", "Tasks that this process is handling.", registry=REGISTRY)
PARSE_KILLS = Counter(
    "communique_parse_kills",
    "Processes for parsing and extraction lost while handling a page: killed at the time limit, or died.",
    ["cause"],
    registry=REGISTRY,
)
DEAD_LETTERS = Counter(
    "communique_dead_letters", "Tasks that this process moved to the dead letters.", ["reason"], registry=REGISTRY
)
CLAIMS = Counter("communique_claims", "Tasks claimed from a worker whose lease had expired.", registry=REGISTRY)
LOST_LEASES = Counter("communique_lost_leases", "Tasks of this worker that another worker claimed.", registry=REGISTRY)

PERMIT_WAIT_S = Counter(
    "communique_permit_wait_seconds",
    "Time that connected requests waited for the permit of their host.",
    registry=REGISTRY,
)
HOST_FAILURES = Counter(
    "communique_host_failures",
    "Requests that failed by the fault of the host (connection, DNS, TLS, timeout, robots.txt, 429, 5xx).",
    ["reason"],
    registry=REGISTRY,
)
CIRCUIT_OPENINGS = Counter(
    "communique_circuit_openings",
    "Failures of a host after which it is paused: its circuit breaker opened or reopened, or Retry-After.",
    ["reason"],
    registry=REGISTRY,
)

TRIMMED_ENTRIES = Counter(
    "communique_trimmed_entries",
    "Entries that this process removed from a stream because of the memory budget.",
    ["stream"],
    registry=REGISTRY,
)
TRIMMED_UNREAD = Counter(
    "communique_trimmed_unread_entries",
    "Those of them that a consumer group, webhook, sink or archive may not have read: the reserve was used up.",
    ["stream"],
    registry=REGISTRY,
)

SOURCES_ASKED = Counter(
    "communique_sources_asked",
    "Polls of a source by result (read, unchanged, waiting, failed).",
    ["source", "outcome"],
    registry=REGISTRY,
)
NEW_URLS = Counter("communique_new_urls", "URLs enqueued that had not been seen before.", ["source"], registry=REGISTRY)
OMITTED_LINKS = Counter(
    "communique_omitted_links",
    "Links of feeds that were not enqueued because the feed has more than COMMUNIQUE_MAX_LINKS.",
    ["source"],
    registry=REGISTRY,
)
SOURCES = Gauge(
    "communique_sources", "Sources: all in the file, those due, those failing.", ["state"], registry=REGISTRY
)
SOURCE_FAILURES = Gauge(
    "communique_source_failures",
    "Consecutive failures of a source, across all replicas.",
    ["source"],
    registry=REGISTRY,
)

STAGE_NAMES: Final = ("fetch", "digest", "parse", "extract", "settle", "whole")
COMMON_REASONS: Final = (
    *("bug", "crashed", "host_down", "process_timeout", "process_died", "robots", "robots_unreachable", "not_html"),
    *("not_an_article", "too_large", "dns", "tls", "connect", "reset", "timeout_connect", "timeout_read"),
    *("timeout_total", "http_403", "http_404", "http_410", "http_429", "http_500", "http_502", "http_503"),
)
"""Reasons whose series are created at zero."""
HOST_REASONS: Final = (
    *("dns", "tls", "connect", "reset", "timeout_connect", "timeout_read", "timeout_total", "robots_unreachable"),
    *("http_429", "http_500", "http_502", "http_503"),
)
"""The same for failures of hosts."""


def init_series() -> None:
    """Create the series whose label values are known in advance, at zero.

    A series that first appears with its first fault shows no increase to `rate()` and `increase()`.
    """
    BUILD.info({"version": installed_version(), "python": platform.python_version()})
    for kind in KINDS:
        EVENTS.labels(kind)
    for stream in ("article", *KINDS):
        TRIMMED_ENTRIES.labels(stream)
        TRIMMED_UNREAD.labels(stream)
    for stage in STAGE_NAMES:
        STAGES.labels(stage)
    for cause in ("timeout", "died"):
        PARSE_KILLS.labels(cause)
    for outcome in ("done", "duplicate", "fenced", "gone", "handed_back", "unchanged", "revised", "removed"):
        ARTICLES.labels(outcome, "")
    for cause in ("changed", "removed"):
        RETRACTIONS.labels(cause)
    for reason in COMMON_REASONS:
        for outcome in ("put_off", "dead"):
            ARTICLES.labels(outcome, reason)
        DEAD_LETTERS.labels(reason)
    for reason in HOST_REASONS:
        HOST_FAILURES.labels(reason)
        CIRCUIT_OPENINGS.labels(reason)


def count_events(kinds: Mapping[str, int]) -> None:
    """Count published events; `kinds` has their number by kind."""
    for kind, count in kinds.items():
        EVENTS.labels(kind).inc(count)


def installed_version() -> str:
    """Return the version of the installed package; "0" if it is not installed, as in a source checkout."""
    try:
        return version("communique")
    except PackageNotFoundError:
        return "0"


def reason_label(reason: str | None) -> str:
    """Return a reason code as a label value; "" for None.

    HTTP statuses that are not registered become `http_4xx` and the like, because servers may send any number and each
    would create a series.
    """
    if reason is None:
        return ""
    status = reason.removeprefix("http_")
    if status.isdecimal() and int(status) not in _STATUSES:
        return f"http_{status[0]}xx"
    return reason


_STATUSES: Final = frozenset(int(status) for status in HTTPStatus)


def counter_totals(counter: Counter, label: str | None = None) -> collections.Counter[str]:
    """Return the current values of a counter summed by the values of one label; with None, the sum under ""."""
    found: collections.Counter[str] = collections.Counter()
    for metric in counter.collect():
        for sample in metric.samples:
            if sample.name.endswith("_total"):
                found[sample.labels[label] if label else ""] += int(sample.value)
    return found


def tasks_in_flight() -> int:
    """Return the number of tasks that this process is handling."""
    return int(next(iter(IN_FLIGHT.collect())).samples[0].value)
