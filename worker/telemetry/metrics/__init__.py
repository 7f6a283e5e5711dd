"""Every metric of every service, in one registry of our own, by Prometheus' conventions for names and units.

A process has one registry however many services run in it: their metrics have different names, or a label.  There are
two sorts.  What this process has *done* is counted by whoever does it (`counted`).  What *is*, in Redis, is the same
whoever asks, and comes out of the last survey of the fleet (`surroundings`): take `max` over instances, never `sum`.

Labels are bounded: none holds a URL, and of the hosts only the few are there that are paused longest.
"""

from worker.telemetry.metrics.delivery import (
    ATTEMPT_S,
    ATTEMPTS,
    DELIVERY_S,
    DISK_FAILURES,
    FILE_BYTES,
    FILES,
    FINISHED_AT,
    UNDER_WAY,
    UNFINISHED,
    WRITTEN,
    handed_on,
    prepare_sink,
    prepare_webhook,
    under_way,
)
from worker.telemetry.metrics.gateway import GATEWAY
from worker.telemetry.metrics.registry import exposition, names
from worker.telemetry.metrics.worker import (
    ARTICLES,
    CLAIMS,
    DEAD_LETTERS,
    EVENTS,
    IN_FLIGHT,
    LOST_LEASES,
    NEW_URLS,
    PARSE_KILLS,
    SOURCE_FAILURES,
    SOURCES,
    SOURCES_ASKED,
    STAGES,
    bounded,
    count_events,
    in_flight,
    our_version,
    prepare,
    totals,
)

__all__ = [
    "ARTICLES",
    "ATTEMPTS",
    "ATTEMPT_S",
    "CLAIMS",
    "DEAD_LETTERS",
    "DELIVERY_S",
    "DISK_FAILURES",
    "EVENTS",
    "FILES",
    "FILE_BYTES",
    "FINISHED_AT",
    "GATEWAY",
    "IN_FLIGHT",
    "LOST_LEASES",
    "NEW_URLS",
    "PARSE_KILLS",
    "SOURCES",
    "SOURCES_ASKED",
    "SOURCE_FAILURES",
    "STAGES",
    "UNDER_WAY",
    "UNFINISHED",
    "WRITTEN",
    "bounded",
    "count_events",
    "exposition",
    "handed_on",
    "in_flight",
    "names",
    "our_version",
    "prepare",
    "prepare_sink",
    "prepare_webhook",
    "totals",
    "under_way",
]
