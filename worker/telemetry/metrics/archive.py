"""Metrics of the archive, updated where the work is done."""

from __future__ import annotations

from prometheus_client import Counter

from worker.schema import ARTICLE, KINDS
from worker.telemetry.metrics.registry import REGISTRY

ARCHIVED = Counter(
    "communique_archive_entries",
    "Entries of the streams that were archived.",
    ["stream"],
    registry=REGISTRY,
)
ARCHIVE_GAPS = Counter(
    "communique_archive_gaps",
    "Gaps in the archive: entries of a stream were trimmed or lost before they were archived.",
    ["stream"],
    registry=REGISTRY,
)
ARCHIVE_FAILURES = Counter(
    "communique_archive_failures",
    "Errors of the archive's database. The same entries are written again.",
    registry=REGISTRY,
)


def init_archive_series() -> None:
    """Create the series of each stream at zero: see `init_series`."""
    for name in (ARTICLE, *KINDS):
        ARCHIVED.labels(name)
        ARCHIVE_GAPS.labels(name)
