"""The gateway's own figures, as metrics: it counts for itself, and hands them in with `GATEWAY.watch`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from worker.telemetry.metrics.registry import REGISTRY, counter, gauge, plain

TRANSPORTS: Final = dict.fromkeys(("sse", "websocket"), 0)
ENDS: Final = dict.fromkeys(("left", "too_slow", "stopping", "spoke", "revoked", "failed"), 0)
"""These begin at zero: a series born with its first fault shows no increase."""


class Figures(Protocol):
    """What a gateway counts from its start on."""

    replayed: int
    undecodable: int
    lag_s: float

    @property
    def requests(self) -> Mapping[tuple[str, str, int], int]:
        """By method, route and status."""

    @property
    def request_s(self) -> Mapping[str, float]:
        """Seconds spent on them, by route."""

    @property
    def opened(self) -> Mapping[str, int]:
        """Streams, by transport."""

    @property
    def ended(self) -> Mapping[str, int]:
        """Streams, by why."""

    @property
    def events(self) -> Mapping[str, int]:
        """Read live, by kind."""


class Gateway(Collector):
    """Shows the figures of this process' gateway, if it has one."""

    def __init__(self) -> None:
        self._figures: Figures | None = None

    def watch(self, figures: Figures) -> None:
        """Show these from now on."""
        self._figures = figures

    def events(self) -> int:
        """Return how many events it has read for those who listen; 0 where there is no gateway."""
        return sum(self._figures.events.values()) if self._figures else 0

    def collect(self) -> Iterator[Metric]:
        """Yield every family, without samples where there is no gateway."""
        f = self._figures
        yield counter(
            "communique_gateway_requests",
            "Requests answered by the gateway.",
            ("method", "route", "status"),
            [((method, route, str(status)), n) for (method, route, status), n in f.requests.items()] if f else (),
        )
        for name, about, label, counts in (
            ("request_seconds", "Seconds spent on requests, streams not counted.", "route", f and f.request_s),
            ("streams_opened", "Live streams opened.", "transport", f and TRANSPORTS | dict(f.opened)),
            ("streams_ended", f"Live streams ended ({', '.join(ENDS)}).", "reason", f and ENDS | dict(f.ended)),
            ("events", "Events read from Redis for those who listen.", "kind", f and f.events),
        ):
            samples = [((key,), float(n)) for key, n in counts.items()] if counts else ()
            yield counter(f"communique_gateway_{name}", about, (label,), samples)
        yield counter(
            "communique_gateway_replayed_events", "Events sent from the past.", (), plain([f.replayed] if f else [])
        )
        yield counter(
            "communique_gateway_undecodable_events",
            "Events read that do not decode: those who listen are told of a gap.",
            (),
            plain([f.undecodable] if f else []),
        )
        yield gauge(
            "communique_gateway_lag_seconds",
            "From the publication of an event to its sending, for the oldest of the last batch.",
            (),
            plain([f.lag_s] if f else []),
        )


GATEWAY: Final = Gateway()
REGISTRY.register(GATEWAY)
