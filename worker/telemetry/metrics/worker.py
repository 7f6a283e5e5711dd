"""What this process has done: counted where it is done."""

from __future__ import annotations

import platform
from collections import Counter as Tally
from collections.abc import Iterable
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import Counter, Gauge, Histogram, Info

from worker.schema import KINDS, Event
from worker.telemetry.metrics.registry import REGISTRY

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Of the histograms' buckets: from a settle on loopback to the longest fetch."""

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
    "Time spent on one URL: admit (politeness); fetch; digest (parse and extract, with the wait for a free process); "
    "parse; extract; settle; whole.",
    ["stage"],
    buckets=BOUNDS_S,
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

STAGE_NAMES: Final = ("admit", "fetch", "digest", "parse", "extract", "settle", "whole")
USUAL: Final = (
    *("bug", "crashed", "process_timeout", "process_died", "robots", "robots_unreachable", "not_html"),
    *("not_an_article", "too_large", "dns", "tls", "connect", "reset", "timeout_connect", "timeout_read"),
    *("timeout_total", "http_403", "http_404", "http_410", "http_429", "http_500", "http_502", "http_503"),
)
"""Reasons that every fleet meets."""


def prepare() -> None:
    """Let what is known beforehand begin at zero: a series born with its first fault shows no increase."""
    BUILD.info({"version": our_version(), "python": platform.python_version()})
    for kind in KINDS:
        EVENTS.labels(kind)
    for stage in STAGE_NAMES:
        STAGES.labels(stage)
    for cause in ("timeout", "died"):
        PARSE_KILLS.labels(cause)
    for outcome in ("done", "duplicate", "fenced", "gone", "handed_back"):
        ARTICLES.labels(outcome, "")
    for reason in USUAL:
        for outcome in ("put_off", "dead"):
            ARTICLES.labels(outcome, reason)
        DEAD_LETTERS.labels(reason)


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
