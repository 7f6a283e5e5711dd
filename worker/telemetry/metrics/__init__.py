"""All metrics of all services, in one registry per process, with names and units by Prometheus' conventions.

Several services may run in one process; their metrics differ in name or in a label.  There are two kinds:

* counters and histograms of what this process did (`worker`, `delivery`, `gateway`): use `sum` over instances;
* gauges of the state in Redis, the same from every process (`monitor.fleet_collector`): use `max` over instances.

Label values are bounded: no label holds a URL, and only the hosts with the longest pauses are exported.
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
    deliveries_in_flight,
    events_handed_on,
    init_sink_series,
    init_webhook_series,
)
from worker.telemetry.metrics.gateway import (
    LIVE_EVENTS,
    REPLAYED_EVENTS,
    REQUEST_SECONDS,
    REQUESTS,
    STREAMS_ENDED,
    STREAMS_OPENED,
    UNDECODABLE_EVENTS,
    count_live_events,
    init_gateway_series,
)
from worker.telemetry.metrics.registry import exposition, help_texts
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
    count_events,
    counter_totals,
    init_series,
    installed_version,
    reason_label,
    tasks_in_flight,
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
    "IN_FLIGHT",
    "LIVE_EVENTS",
    "LOST_LEASES",
    "NEW_URLS",
    "PARSE_KILLS",
    "REPLAYED_EVENTS",
    "REQUESTS",
    "REQUEST_SECONDS",
    "SOURCES",
    "SOURCES_ASKED",
    "SOURCE_FAILURES",
    "STAGES",
    "STREAMS_ENDED",
    "STREAMS_OPENED",
    "UNDECODABLE_EVENTS",
    "UNDER_WAY",
    "UNFINISHED",
    "WRITTEN",
    "count_events",
    "count_live_events",
    "counter_totals",
    "deliveries_in_flight",
    "events_handed_on",
    "exposition",
    "help_texts",
    "init_gateway_series",
    "init_series",
    "init_sink_series",
    "init_webhook_series",
    "installed_version",
    "reason_label",
    "tasks_in_flight",
]
