"""What a webhook and a sink of this process have done: counted where it is done."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter, Gauge, Histogram

from worker.schema import KINDS
from worker.telemetry.metrics.registry import REGISTRY
from worker.telemetry.metrics.worker import BOUNDS_S, totals

HOUR_S: Final = 3600.0
PATIENT_BOUNDS_S: Final = (*BOUNDS_S, 300.0, 1800.0, HOUR_S, 6 * HOUR_S, 24 * HOUR_S, 72 * HOUR_S)
"""A receiver that is away for the night is delivered to in the morning."""

ATTEMPTS = Counter(
    "communique_webhook_attempts",
    "Attempts to deliver an event by what came of them (delivered, put_off, dead, ended) and, where they failed, why.",
    ["webhook", "outcome", "reason"],
    registry=REGISTRY,
)
ATTEMPT_S = Histogram(
    "communique_webhook_attempt_duration_seconds",
    "Time until the receiver had answered, or until it was waited for no longer.",
    ["webhook"],
    buckets=BOUNDS_S,
    registry=REGISTRY,
)
DELIVERY_S = Histogram(
    "communique_webhook_delivery_duration_seconds",
    "From the reading of an event to its delivery, with all attempts and the pauses between them.",
    ["webhook"],
    buckets=PATIENT_BOUNDS_S,
    registry=REGISTRY,
)
UNDER_WAY = Gauge(
    "communique_webhook_events_under_way",
    "Events that were read and are neither delivered nor given up.",
    ["webhook"],
    registry=REGISTRY,
)
WRITTEN = Counter(
    "communique_sink_events",
    "Events written into a file, finished or not; those of a file that failed are written again, and counted again.",
    ["kind", "format"],
    registry=REGISTRY,
)
FILES = Counter("communique_sink_files", "Files finished.", ["kind", "format"], registry=REGISTRY)
FILE_BYTES = Counter("communique_sink_bytes", "Bytes of finished files.", ["kind", "format"], registry=REGISTRY)
DISK_FAILURES = Counter(
    "communique_sink_failures",
    "Steps (open, write, sync, rename, place) that the disk refused, by the name of its error.",
    ["step", "error"],
    registry=REGISTRY,
)
UNFINISHED = Gauge(
    "communique_sink_unfinished_events", "Events in files that are not finished.", ["format"], registry=REGISTRY
)
FINISHED_AT = Gauge(
    "communique_sink_last_file_timestamp_seconds", "When a file was finished last.", ["format"], registry=REGISTRY
)

PASSING: Final = (
    *("http_408", "http_429", "http_500", "http_502", "http_503", "http_504", "timeout_total", "timeout_connect"),
    *("connect", "reset", "dns", "tls", "bad_http"),
)
"""Reasons for another try that every receiver has one day."""
LASTING: Final = ("http_301", "http_302", "http_308", "http_400", "http_401", "http_403", "http_404", "http_413")
"""Reasons for none."""
STEPS: Final = ("open", "write", "sync", "rename", "place")
ERRORS: Final = ("EACCES", "EDQUOT", "EFBIG", "EIO", "ENOENT", "ENOSPC", "EROFS", "ESTALE")


def prepare_webhook(name: str) -> None:
    """Let what is known beforehand of a subscription begin at zero: see `prepare`."""
    ATTEMPTS.labels(name, "delivered", "")
    for reason in PASSING:
        ATTEMPTS.labels(name, "put_off", reason)
    for reason in (*PASSING, *LASTING):
        ATTEMPTS.labels(name, "dead", reason)
    ATTEMPT_S.labels(name)
    DELIVERY_S.labels(name)
    UNDER_WAY.labels(name)


def prepare_sink(made_of: str) -> None:
    """Let what is known beforehand of a sink of that format begin at zero."""
    UNFINISHED.labels(made_of)
    for kind in KINDS:
        for counter in (WRITTEN, FILES, FILE_BYTES):
            counter.labels(kind, made_of)
    for step in STEPS:
        for error in ERRORS:
            DISK_FAILURES.labels(step, error)


def handed_on() -> int:
    """Return how many events webhooks and a sink of this process have handed on."""
    return totals(ATTEMPTS, "outcome")["delivered"] + totals(WRITTEN)[""]


def under_way() -> int:
    """Return how many events the webhooks of this process are delivering."""
    return int(sum(sample.value for metric in UNDER_WAY.collect() for sample in metric.samples))
