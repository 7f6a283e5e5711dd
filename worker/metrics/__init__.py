"""Every metric of every service, in one registry of our own, by Prometheus' conventions for names and units.

A process has one registry however many services run in it: their metrics have different names, or a label.  There are
two sorts.  What this process has *done* is counted by whoever does it (`counted`).  What *is*, in Redis, is the same
whoever asks, and comes out of the last survey of the fleet (`surroundings`): take `max` over instances, never `sum`.

Labels are bounded: none holds a URL, and of the hosts only the few are there that are paused longest.
"""

from worker.metrics.counted import (
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
from worker.metrics.readers import GATEWAY
from worker.metrics.registry import exposition, names
from worker.metrics.surroundings import SURROUNDINGS

__all__ = [
    "ARTICLES",
    "CLAIMS",
    "DEAD_LETTERS",
    "EVENTS",
    "GATEWAY",
    "IN_FLIGHT",
    "LOST_LEASES",
    "NEW_URLS",
    "PARSE_KILLS",
    "SOURCES",
    "SOURCES_ASKED",
    "SOURCE_FAILURES",
    "STAGES",
    "SURROUNDINGS",
    "bounded",
    "count_events",
    "exposition",
    "in_flight",
    "names",
    "our_version",
    "prepare",
    "totals",
]
