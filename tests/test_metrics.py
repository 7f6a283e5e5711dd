"""Metrics: one registry, bounded labels, names that do not come and go."""

from typing import get_args

import pytest
from prometheus_client.parser import text_string_to_metric_families

from worker.gateway.live.connection import CloseReason
from worker.sink.disk import Step
from worker.telemetry import metrics
from worker.telemetry.metrics.delivery import STEPS
from worker.telemetry.metrics.gateway import ENDS
from worker.telemetry.metrics.worker import USUAL


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
def test_a_server_that_makes_up_statuses_makes_no_new_series(reason: str | None, label: str) -> None:
    assert metrics.bounded(reason) == label


def test_what_is_known_beforehand_begins_at_zero() -> None:
    metrics.prepare()
    shown = families(metrics.exposition()[0].decode())
    assert {labels["kind"] for labels in shown["communique_events"]} == {"statement", "meeting", "decision"}
    dead = {labels["reason"] for labels in shown["communique_articles"] if labels["outcome"] == "dead"}
    assert set(USUAL) <= dead


def test_every_name_is_there_before_anything_has_happened() -> None:
    assert metrics.names().keys() >= {"communique_queue_tasks", "communique_redis_up", "communique_gateway_lag_seconds"}


def test_the_format_is_the_one_that_is_asked_for() -> None:
    plain, plain_type = metrics.exposition()
    modern, modern_type = metrics.exposition("application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert plain_type.startswith("text/plain")
    assert modern_type.startswith("application/openmetrics-text")
    assert modern.endswith(b"# EOF\n")
    assert not plain.endswith(b"# EOF\n")


def test_no_series_tells_when_it_was_created() -> None:
    assert b"_created" not in metrics.exposition()[0]


def test_a_counter_is_summed_by_one_of_its_labels() -> None:
    before = metrics.totals(metrics.ARTICLES, "outcome")
    metrics.ARTICLES.labels("dead", "robots").inc()
    metrics.ARTICLES.labels("dead", "dns").inc(2)
    after = metrics.totals(metrics.ARTICLES, "outcome")
    assert after - before == {"dead": 3}
    assert metrics.totals(metrics.ARTICLES)[""] == sum(after.values())


def test_what_is_handed_on_is_delivered_or_written() -> None:
    before = metrics.handed_on()
    metrics.ATTEMPTS.labels("press", "delivered", "").inc()
    metrics.ATTEMPTS.labels("press", "put_off", "http_503").inc(5)
    metrics.WRITTEN.labels("meeting", "jsonl").inc(2)
    assert metrics.handed_on() - before == 3


def test_a_sink_begins_every_failure_at_zero() -> None:
    metrics.prepare_sink("jsonl")
    shown = families(metrics.exposition()[0].decode())
    steps = {(labels["step"], labels["error"]) for labels in shown["communique_sink_failures"]}
    assert steps >= {("sync", "ENOSPC"), ("rename", "EROFS"), ("place", "EDQUOT"), ("write", "EIO"), ("open", "EACCES")}


class Figures:
    """What a gateway counts."""

    def __init__(self) -> None:
        self.requests = {("GET", "/v1/events", 200): 3, ("GET", "/v1/events", 503): 1}
        self.request_s = {"/v1/events": 0.5}
        self.opened = {"sse": 2}
        self.ended = {"too_slow": 1}
        self.events = {"meeting": 7}
        self.replayed = 100
        self.undecodable = 2
        self.lag_s = 0.25


def test_a_gateway_s_figures_are_shown_as_they_are_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics.GATEWAY, "_figures", None)  # and so again afterwards
    metrics.GATEWAY.watch(Figures())
    shown = metrics.exposition()[0].decode()
    assert 'communique_gateway_requests_total{method="GET",route="/v1/events",status="503"} 1.0' in shown
    assert 'communique_gateway_streams_ended_total{reason="too_slow"} 1.0' in shown
    assert "communique_gateway_replayed_events_total 100.0" in shown
    assert "communique_gateway_undecodable_events_total 2.0" in shown
    assert "communique_gateway_lag_seconds 0.25" in shown


def test_what_begins_at_zero_is_all_that_there_can_be() -> None:
    assert set(ENDS) == set(get_args(CloseReason))
    assert set(STEPS) == set(get_args(Step))
