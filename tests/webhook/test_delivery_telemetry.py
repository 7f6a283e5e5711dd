"""Metrics, log lines, liveness and status of a webhook subscription."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from tests.subscribe.published import publish
from tests.webhook.receiver import SECRET, Receiver
from tests.webhook.running_deliverer import RunningDeliverer, webhook_to
from worker.errors import Transient
from worker.telemetry import metrics
from worker.telemetry.liveness import LivenessMonitor
from worker.webhook import deliverer as deliverer_module
from worker.webhook.deliverer import Deliverer
from worker.webhook.delivery_telemetry import MAX_SILENCE_S, DeliveryTelemetry
from worker.webhook.message import WebhookMessage

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

MESSAGE = WebhookMessage(id="statement-1-0", event_id="s1", body=b"{}")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(backoff_s=0.01, max_backoff_s=0.02, webhook_secret=SECRET)


def metric_value(family: str, **labels: str) -> float:
    """The sum of the exposed samples of a metric that have at least these labels."""
    samples = [
        sample.value
        for found in text_string_to_metric_families(metrics.exposition()[0].decode())
        for sample in found.samples
        if sample.name == family and labels.items() <= sample.labels.items()
    ]
    return math.fsum(samples)


def attempts(name: str) -> dict[str, float]:
    outcomes = ("delivered", "put_off", "dead", "ended")
    return {o: n for o in outcomes if (n := metric_value("communique_webhook_attempts_total", webhook=name, outcome=o))}


# ---------------------------------------------------------------- counts
def test_known_outcomes_are_exposed_at_zero_so_that_the_first_failure_is_an_increase() -> None:
    DeliveryTelemetry("fresh", LivenessMonitor())
    text = metrics.exposition()[0].decode()
    for outcome, reason in (
        ("delivered", ""),
        ("put_off", "http_503"),
        ("dead", "http_404"),
        ("dead", "timeout_total"),
    ):
        line = f'communique_webhook_attempts_total{{outcome="{outcome}",reason="{reason}",webhook="fresh"}} 0.0'
        assert line in text


def test_unusual_statuses_share_one_series() -> None:
    telemetry = DeliveryTelemetry("inventive", LivenessMonitor())
    for status in (591, 592, 593):
        telemetry.retry_scheduled(MESSAGE, Transient(f"http_{status}"), 1, 0.1)
    assert metric_value("communique_webhook_attempts_total", webhook="inventive", reason="http_5xx") == 3


async def test_every_attempt_is_counted_by_its_outcome(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    statuses = {"s1": [503, 503, 200], "s2": [404], "s3": [200]}
    receiver.answer = lambda name, n: web.Response(status=statuses[name][n - 1])
    await publish(redis, settings, "s1", "s2", "s3")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="counted")):
        await receiver.wait_for(lambda: sorted(receiver.accepted) == ["s1", "s3"])
    assert attempts("counted") == {"delivered": 2, "put_off": 2, "dead": 1}
    assert metric_value("communique_webhook_attempt_duration_seconds_count", webhook="counted") == 5
    assert metric_value("communique_webhook_delivery_duration_seconds_count", webhook="counted") == 2
    assert metric_value("communique_webhook_events_under_way", webhook="counted") == 0


async def test_410_is_counted_as_the_end_of_the_subscription(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda _name, _n: web.Response(status=410)
    await publish(redis, settings, "s1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="ends")) as running:
        await asyncio.wait_for(asyncio.shield(running.work), 30)
        status = await running.deliverer.status()
    assert attempts("ends") == {"ended": 1}
    assert status
    assert (status.name, status.ended) == ("webhook:ends", "http_410")


# ---------------------------------------------------------------- log
async def test_every_outcome_is_logged_with_the_name_of_the_webhook(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda _name, n: web.Response(status=200 if n == 2 else 503)
    await publish(redis, settings, "s1")
    with capture_logs() as lines:
        async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="logged")):
            await receiver.wait_for(lambda: receiver.accepted == ["s1"])
    entries = [line for line in lines if line.get("webhook") == "logged"]
    assert [line["event"] for line in entries] == ["delivering", "deferred", "delivered"]
    assert (entries[1]["reason"], entries[1]["attempt"], entries[1]["id"]) == ("http_503", 1, entries[2]["id"])
    assert (entries[2]["event_id"], entries[2]["attempt"]) == ("s1", 2)


# ---------------------------------------------------------------- liveness
async def test_the_loop_is_registered_with_the_liveness_monitor_until_it_ends(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="alive")) as running:
        await wait_until(lambda: "webhook:alive" in running.liveness.ages())
        assert running.liveness.limits() == {"webhook:alive": MAX_SILENCE_S}
        assert running.liveness.overdue() == {}
    assert running.liveness.ages() == {}


async def test_a_process_on_standby_sends_heartbeats_and_reports_no_status(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer_module, "STANDBY_INTERVAL_S", 0.02)
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="twice")) as first:
        await wait_until_async(first.deliverer.status)
        async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="twice")) as second:
            await wait_until(lambda: bool(second.liveness.ages()))
            age = second.liveness.ages()["webhook:twice"]
            await wait_until(lambda: second.liveness.ages()["webhook:twice"] < age + 0.02)
            assert await second.deliverer.status() is None
            assert await first.deliverer.status()


async def test_the_last_failure_is_recorded_as_the_last_error_of_the_service(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda _name, _n: web.Response(status=404)
    await publish(redis, settings, "s1")
    async with RunningDeliverer(redis, settings, webhook_to(receiver.url, name="troubled")) as running:
        await wait_until(lambda: running.liveness.last_error is not None)
    trouble = running.liveness.last_error
    assert trouble
    assert (trouble.subject, trouble.reason) == ("webhook:troubled", "http_404")


# ---------------------------------------------------------------- status
async def test_the_status_has_pending_events_dead_letters_and_the_pause(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    retry = {"Retry-After": "60"}
    answers = {"s1": web.Response(), "s2": web.Response(status=404), "s3": web.Response(status=429, headers=retry)}
    receiver.answer = lambda name, _n: answers[name]
    await publish(redis, settings, "s1", "s2", "s3")
    one = settings.override(webhook_concurrency=1)
    async with RunningDeliverer(redis, one, webhook_to(receiver.url, name="paused")) as running:
        await wait_until_async(lambda: _paused(running.deliverer))
        status = await running.deliverer.status()
    assert status
    assert status.pending == {"statement": 1}
    assert status.dead == 1
    assert 50 < status.pause_s <= 60


async def _paused(deliverer: Deliverer) -> bool:
    status = await deliverer.status()
    return status is not None and status.pause_s > 0 and status.dead == 1


async def wait_until(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110 - another task changes it
            await asyncio.sleep(0.01)


async def wait_until_async(condition: Any) -> None:
    async with asyncio.timeout(30):
        while not await condition():  # noqa: ASYNC110 - another task changes it
            await asyncio.sleep(0.01)
