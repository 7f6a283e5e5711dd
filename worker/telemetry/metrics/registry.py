"""The registry, and what is told of it to whoever scrapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

    Samples = Iterable[tuple[tuple[str, ...], float]]
    """Values by their labels' values."""

disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, and nobody asks when it began
REGISTRY: Final = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)


def exposition(accept: str = "") -> tuple[bytes, str]:
    """Return all metrics as Prometheus reads them, and their Content-Type, in the format that `accept` prefers."""
    encode, content_type = choose_encoder(accept)
    return encode(REGISTRY), content_type


def names() -> dict[str, str]:
    """Return every name as it stands in PromQL (a histogram's without its suffixes), and what it means."""
    suffixes = {"counter": "_total", "info": "_info"}
    return {metric.name + suffixes.get(metric.type, ""): metric.documentation for metric in REGISTRY.collect()}


# ---------------------------------------------------------------- families made when they are asked for
def gauge(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    """Make a gauge of the values that are known now."""
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family


def counter(name: str, about: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    """Make a counter of what somebody else has counted."""
    family = CounterMetricFamily(name, about, labels=labels)
    for key, value in samples:
        family.add_metric(key, value)
    return family


def unlabelled(values: Iterable[float]) -> Samples:
    """Return the samples of a family without labels: one, or none where nothing is known."""
    return [((), value) for value in values]
