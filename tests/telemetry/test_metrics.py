"""Metrics: one registry, bounded labels, names that do not come and go."""

from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from worker.gateway.live.connection import CloseReason
from worker.monitor.fleet_collector import FLEET_COLLECTOR
from worker.sink.disk_errors import DiskOperation
from worker.telemetry import metrics
from worker.telemetry.metrics.delivery import DISK_STEPS
from worker.telemetry.metrics.gateway import CLOSE_REASONS
from worker.telemetry.metrics.worker import COMMON_REASONS


def families(text: str) -> dict[str, list[dict[str, str]]]:
    return {f.name: [sample.labels for sample in f.samples] for f in text_string_to_metric_families(text)}


@pytest.mark.parametrize(
    ("reason", "label"),
    [
        (None, ""),
        ("robots", "robots"),
        ("http_404", "http_404"),
        ("http_451", "http_451"),
        ("http_499", "http_4xx"),
        ("http_999", "http_9xx"),
        ("http_", "http_"),
    ],
)
def test_unregistered_statuses_share_a_label_value(reason: str | None, label: str) -> None:
    assert metrics.reason_label(reason) == label


def test_series_known_in_advance_exist_from_the_start() -> None:
    metrics.init_series()
    shown = families(metrics.exposition()[0].decode())
    assert {labels["kind"] for labels in shown["communique_events"]} == {"statement", "meeting", "decision"}
    dead = {labels["reason"] for labels in shown["communique_articles"] if labels["outcome"] == "dead"}
    assert set(COMMON_REASONS) <= dead


def test_every_metric_exists_before_its_first_sample() -> None:
    assert {metric.name for metric in FLEET_COLLECTOR.collect()} <= metrics.help_texts().keys()
    assert metrics.help_texts().keys() >= {
        "communique_queue_tasks",
        "communique_redis_up",
        "communique_gateway_lag_seconds",
    }


def test_the_format_follows_the_accept_header() -> None:
    plain, plain_type = metrics.exposition()
    modern, modern_type = metrics.exposition("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert plain_type.startswith("text/plain")
    assert modern_type.startswith("application/openmetrics-text")
    assert modern.endswith(b"# EOF\n")
    assert not plain.endswith(b"# EOF\n")


def test_no_created_series_are_exported() -> None:
    assert b"_created" not in metrics.exposition()[0]


def test_a_counter_is_summed_by_the_values_of_one_label() -> None:
    before = metrics.counter_totals(metrics.ARTICLES, "outcome")
    metrics.ARTICLES.labels("dead", "robots").inc()
    metrics.ARTICLES.labels("dead", "dns").inc(2)
    after = metrics.counter_totals(metrics.ARTICLES, "outcome")
    assert after - before == {"dead": 3}
    assert metrics.counter_totals(metrics.ARTICLES)[""] == sum(after.values())


def test_events_handed_on_are_those_delivered_or_written() -> None:
    before = metrics.events_handed_on()
    metrics.ATTEMPTS.labels("press", "delivered", "").inc()
    metrics.ATTEMPTS.labels("press", "put_off", "http_503").inc(5)
    metrics.WRITTEN.labels("meeting", "jsonl").inc(2)
    assert metrics.events_handed_on() - before == 3


def test_every_failure_of_a_sink_exists_from_the_start() -> None:
    metrics.init_sink_series("jsonl")
    shown = families(metrics.exposition()[0].decode())
    steps = {(labels["step"], labels["error"]) for labels in shown["communique_sink_failures"]}
    assert steps >= {("sync", "ENOSPC"), ("rename", "EROFS"), ("place", "EDQUOT"), ("write", "EIO"), ("open", "EACCES")}


def test_the_gateways_counters_exist_from_the_start_and_count_batches() -> None:
    metrics.init_gateway_series()
    before = families(metrics.exposition()[0].decode())
    assert {labels["reason"] for labels in before["communique_gateway_streams_ended"]} == set(CLOSE_REASONS)
    assert {labels["transport"] for labels in before["communique_gateway_streams_opened"]} == {"sse", "websocket"}
    read, undecodable = (
        metrics.counter_totals(metrics.LIVE_EVENTS, "kind"),
        metrics.counter_totals(metrics.UNDECODABLE_EVENTS),
    )
    metrics.count_live_events(["meeting", "meeting", "decision"], 2, 0.25)
    risen = metrics.counter_totals(metrics.LIVE_EVENTS, "kind") - read
    assert risen == {"meeting": 2, "decision": 1}
    assert metrics.counter_totals(metrics.UNDECODABLE_EVENTS) - undecodable == {"": 2}
    assert "communique_gateway_lag_seconds 0.25" in metrics.exposition()[0].decode()


def test_the_series_that_exist_from_the_start_are_all_possible_ones() -> None:
    assert set(CLOSE_REASONS) == set(get_args(CloseReason))
    assert set(DISK_STEPS) == set(get_args(DiskOperation))
