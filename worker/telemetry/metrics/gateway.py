"""Metrics of the gateway: requests, live streams and the events sent on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge

from worker.telemetry.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

TRANSPORTS: Final = ("sse", "websocket")
CLOSE_REASONS: Final = ("left", "too_slow", "stopping", "spoke", "revoked", "failed")

REQUESTS = Counter(
    "communique_gateway_requests",
    "Requests answered by the gateway.",
    ["method", "route", "status"],
    registry=REGISTRY,
)
REQUEST_SECONDS = Counter(
    "communique_gateway_request_seconds",
    "Seconds spent on requests, streams not counted.",
    ["route"],
    registry=REGISTRY,
)
STREAMS_OPENED = Counter("communique_gateway_streams_opened", "Live streams opened.", ["transport"], registry=REGISTRY)
STREAMS_ENDED = Counter(
    "communique_gateway_streams_ended",
    f"Live streams ended ({', '.join(CLOSE_REASONS)}).",
    ["reason"],
    registry=REGISTRY,
)
LIVE_EVENTS = Counter(
    "communique_gateway_events", "Events read from Redis for the live streams.", ["kind"], registry=REGISTRY
)
REPLAYED_EVENTS = Counter(
    "communique_gateway_replayed_events", "Events sent from the history of the streams.", registry=REGISTRY
)
UNDECODABLE_EVENTS = Counter(
    "communique_gateway_undecodable_events",
    "Events read that do not decode; clients are sent a gap instead.",
    registry=REGISTRY,
)
LAG_S = Gauge(
    "communique_gateway_lag_seconds",
    "Time from the publication of an event to its sending, for the oldest event of the last batch.",
    registry=REGISTRY,
)


def init_gateway_series() -> None:
    """Create the series whose labels are known in advance, at zero.

    A series that first appears with its first fault shows no increase to `rate()`.
    """
    for transport in TRANSPORTS:
        STREAMS_OPENED.labels(transport)
    for reason in CLOSE_REASONS:
        STREAMS_ENDED.labels(reason)


def count_live_events(kinds: Sequence[str], undecodable: int, lag_s: float) -> None:
    """Record one batch read from Redis.

    `kinds` holds the kind of each event, `undecodable` is how many of them do not decode, and `lag_s` is the age of
    the oldest one in seconds.
    """
    for kind in kinds:
        LIVE_EVENTS.labels(kind).inc()
    UNDECODABLE_EVENTS.inc(undecodable)
    LAG_S.set(lag_s)
