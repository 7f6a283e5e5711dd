"""The Prometheus registry of this process, its exposition, and helpers for custom collectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, ProcessCollector, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.metrics_core import Metric

    Samples = Iterable[tuple[tuple[str, ...], float]]
    """Pairs of label values and sample value."""

disable_created_metrics()  # type: ignore[no-untyped-call] # _created would double the number of series
REGISTRY: Final = CollectorRegistry(auto_describe=True)
ProcessCollector(registry=REGISTRY)


def exposition(accept: str = "") -> tuple[bytes, str]:
    """Return all metrics in the format that the `Accept` header prefers, and its Content-Type."""
    encode, content_type = choose_encoder(accept)
    return encode(REGISTRY), content_type


def help_texts() -> dict[str, str]:
    """Return metric name in PromQL -> help text; histograms are listed without suffix."""
    suffixes = {"counter": "_total", "info": "_info"}
    return {metric.name + suffixes.get(metric.type, ""): metric.documentation for metric in REGISTRY.collect()}


# ---------------------------------------------------------------- for custom collectors
def gauge(name: str, help_text: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    """Return a gauge family with the given samples."""
    family = GaugeMetricFamily(name, help_text, labels=labels)
    for label_values, value in samples:
        family.add_metric(label_values, value)
    return family


def unlabelled(values: Iterable[float]) -> Samples:
    """Return the samples of a family without labels: one sample for one value, none for no value."""
    return [((), value) for value in values]
