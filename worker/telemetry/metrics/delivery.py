"""Metrics of webhooks, sinks and other readers of the event streams, updated where the work is done."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from worker.schema import KINDS
from worker.telemetry.metrics.registry import REGISTRY
from worker.telemetry.metrics.worker import BOUNDS_S, counter_totals

HOUR_S: Final = 3600.0
DELIVERY_BOUNDS_S: Final = (*BOUNDS_S, 300.0, 1800.0, HOUR_S, 6 * HOUR_S, 24 * HOUR_S, 72 * HOUR_S)
"""Upper bounds of histogram buckets for deliveries, which include retries for up to three days."""

ATTEMPTS = Counter(
    "communique_webhook_attempts",
    "Attempts to deliver an event by outcome (delivered, put_off, dead, ended) and, for failures, reason.",
    ["webhook", "outcome", "reason"],
    registry=REGISTRY,
)
ATTEMPT_S = Histogram(
    "communique_webhook_attempt_duration_seconds",
    "Time to the response of the receiver, or to the timeout.",
    ["webhook"],
    buckets=BOUNDS_S,
    registry=REGISTRY,
)
DELIVERY_S = Histogram(
    "communique_webhook_delivery_duration_seconds",
    "Time from reading an event to its delivery, including all attempts and the delays between them.",
    ["webhook"],
    buckets=DELIVERY_BOUNDS_S,
    registry=REGISTRY,
)
UNDER_WAY = Gauge(
    "communique_webhook_events_under_way",
    "Events read that are neither delivered nor dead letters yet.",
    ["webhook"],
    registry=REGISTRY,
)
UNKNOWN_ENTRIES = Counter(
    "communique_unknown_entries",
    "Entries of the event streams that were skipped because their type is not known to this version.",
    registry=REGISTRY,
)
WRITTEN = Counter(
    "communique_sink_events",
    "Events written to files, finished or not; those of a file that failed are written and counted again.",
    ["kind", "format"],
    registry=REGISTRY,
)
FILES = Counter("communique_sink_files", "Files finished.", ["kind", "format"], registry=REGISTRY)
FILE_BYTES = Counter("communique_sink_bytes", "Bytes of finished files.", ["kind", "format"], registry=REGISTRY)
DISK_FAILURES = Counter(
    "communique_sink_failures",
    "Failed disk operations by step (open, write, sync, rename, place) and name of the error.",
    ["step", "error"],
    registry=REGISTRY,
)
UNFINISHED = Gauge("communique_sink_unfinished_events", "Events in unfinished files.", ["format"], registry=REGISTRY)
FINISHED_AT = Gauge(
    "communique_sink_last_file_timestamp_seconds",
    "Unix time at which the last file was finished.",
    ["format"],
    registry=REGISTRY,
)

TRANSIENT_REASONS: Final = (
    *("http_408", "http_429", "http_500", "http_502", "http_503", "http_504", "timeout_total", "timeout_connect"),
    *("connect", "reset", "dns", "tls", "bad_http"),
)
"""Common reasons of failures that are retried."""
PERMANENT_REASONS: Final = (
    "http_301",
    "http_302",
    "http_308",
    "http_400",
    "http_401",
    "http_403",
    "http_404",
    "http_413",
)
"""Common reasons of failures that are not retried."""
DISK_STEPS: Final = ("open", "write", "sync", "rename", "place")
DISK_ERRORS: Final = ("EACCES", "EDQUOT", "EFBIG", "EIO", "ENOENT", "ENOSPC", "EROFS", "ESTALE")


def init_webhook_series(name: str) -> None:
    """Create the series of one webhook whose label values are known in advance, at zero: see `init_series`."""
    ATTEMPTS.labels(name, "delivered", "")
    for reason in TRANSIENT_REASONS:
        ATTEMPTS.labels(name, "put_off", reason)
    for reason in (*TRANSIENT_REASONS, *PERMANENT_REASONS):
        ATTEMPTS.labels(name, "dead", reason)
    ATTEMPT_S.labels(name)
    DELIVERY_S.labels(name)
    UNDER_WAY.labels(name)


def init_sink_series(file_format: str) -> None:
    """Create the series of a sink with that file format whose label values are known in advance, at zero."""
    UNFINISHED.labels(file_format)
    for kind in KINDS:
        for counter in (WRITTEN, FILES, FILE_BYTES):
            counter.labels(kind, file_format)
    for step in DISK_STEPS:
        for error in DISK_ERRORS:
            DISK_FAILURES.labels(step, error)


def events_handed_on() -> int:
    """Return the number of events delivered by webhooks and written by the sink of this process."""
    return counter_totals(ATTEMPTS, "outcome")["delivered"] + counter_totals(WRITTEN)[""]


def deliveries_in_flight() -> int:
    """Return the number of events that the webhooks of this process are delivering."""
    return int(sum(sample.value for metric in UNDER_WAY.collect() for sample in metric.samples))
