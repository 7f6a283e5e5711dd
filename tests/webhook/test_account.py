"""What a webhook tells of itself: counts, log lines, signs of life, and its place for whoever looks."""

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
from tests.webhook.running import Running, hook
from worker.errors import Transient
from worker.telemetry import metrics
from worker.telemetry.liveness import Pulse
from worker.webhook import deliver
from worker.webhook.account import LIMIT_S, Account
from worker.webhook.deliver import Deliverer
from worker.webhook.message import Message

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from worker.settings import Settings

WHAT = Message(id="statement-1-0", event_id="s1", body=b"{}")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.override(backoff_s=0.01, max_backoff_s=0.02, webhook_secret=SECRET)


def counted(family: str, **labels: str) -> float:
    """What is exposed of a metric with at least these labels, summed."""
    samples = [
        sample.value
        for found in text_string_to_metric_families(metrics.exposition()[0].decode())
        for sample in found.samples
        if sample.name == family and labels.items() <= sample.labels.items()
    ]
    return math.fsum(samples)


def attempts(name: str) -> dict[str, float]:
    outcomes = ("delivered", "put_off", "dead", "ended")
    return {o: n for o in outcomes if (n := counted("communique_webhook_attempts_total", webhook=name, outcome=o))}


# ---------------------------------------------------------------- counts
def test_what_is_known_beforehand_begins_at_zero_so_that_the_first_fault_is_an_increase() -> None:
    Account("fresh", Pulse())
    text = metrics.exposition()[0].decode()
    for outcome, reason in (
        ("delivered", ""),
        ("put_off", "http_503"),
        ("dead", "http_404"),
        ("dead", "timeout_total"),
    ):
        line = f'communique_webhook_attempts_total{{outcome="{outcome}",reason="{reason}",webhook="fresh"}} 0.0'
        assert line in text


def test_a_receiver_that_makes_up_statuses_makes_no_new_series() -> None:
    account = Account("inventive", Pulse())
    for status in (591, 592, 593):
        account.put_off(WHAT, Transient(f"http_{status}"), 1, 0.1)
    assert counted("communique_webhook_attempts_total", webhook="inventive", reason="http_5xx") == 3


async def test_every_attempt_is_counted_by_what_came_of_it(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    statuses = {"s1": [503, 503, 200], "s2": [404], "s3": [200]}
    receiver.answer = lambda name, n: web.Response(status=statuses[name][n - 1])
    await publish(redis, settings, "s1", "s2", "s3")
    async with Running(redis, settings, hook(receiver.url, name="counted")):
        await receiver.until(lambda: sorted(receiver.taken) == ["s1", "s3"])
    assert attempts("counted") == {"delivered": 2, "put_off": 2, "dead": 1}
    assert counted("communique_webhook_attempt_duration_seconds_count", webhook="counted") == 5
    assert counted("communique_webhook_delivery_duration_seconds_count", webhook="counted") == 2
    assert counted("communique_webhook_events_under_way", webhook="counted") == 0


async def test_410_is_counted_as_the_end(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    receiver.answer = lambda _name, _n: web.Response(status=410)
    await publish(redis, settings, "s1")
    async with Running(redis, settings, hook(receiver.url, name="ends")) as running:
        await asyncio.wait_for(asyncio.shield(running.work), 5)
        standing = await running.deliverer.reader()
    assert attempts("ends") == {"ended": 1}
    assert standing
    assert (standing.name, standing.ended) == ("webhook:ends", "http_410")


# ---------------------------------------------------------------- log
async def test_each_thing_that_happens_is_a_line_that_names_the_webhook(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    receiver.answer = lambda _name, n: web.Response(status=200 if n == 2 else 503)
    await publish(redis, settings, "s1")
    with capture_logs() as lines:
        async with Running(redis, settings, hook(receiver.url, name="told")):
            await receiver.until(lambda: receiver.taken == ["s1"])
    ours = [line for line in lines if line.get("webhook") == "told"]
    assert [line["event"] for line in ours] == ["delivering", "put_off", "delivered"]
    assert (ours[1]["reason"], ours[1]["attempt"], ours[1]["id"]) == ("http_503", 1, ours[2]["id"])
    assert (ours[2]["event_id"], ours[2]["attempt"]) == ("s1", 2)


# ---------------------------------------------------------------- life
async def test_its_loop_is_a_part_of_the_service_until_it_has_ended(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    async with Running(redis, settings, hook(receiver.url, name="alive")) as running:
        await until(lambda: "webhook:alive" in running.pulse.ages())
        assert running.pulse.limits() == {"webhook:alive": LIMIT_S}
        assert running.pulse.late() == {}
    assert running.pulse.ages() == {}


async def test_one_that_stands_by_lives_too_but_does_not_tell_of_the_place(
    redis: Redis, settings: Settings, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "STAND_BY_S", 0.02)
    async with Running(redis, settings, hook(receiver.url, name="twice")) as first:
        await until_async(first.deliverer.reader)
        async with Running(redis, settings, hook(receiver.url, name="twice")) as second:
            await until(lambda: bool(second.pulse.ages()))
            beaten = second.pulse.ages()["webhook:twice"]
            await until(lambda: second.pulse.ages()["webhook:twice"] < beaten + 0.02)
            assert await second.deliverer.reader() is None
            assert await first.deliverer.reader()


async def test_what_failed_last_is_the_service_s_trouble(redis: Redis, settings: Settings, receiver: Receiver) -> None:
    receiver.answer = lambda _name, _n: web.Response(status=404)
    await publish(redis, settings, "s1")
    async with Running(redis, settings, hook(receiver.url, name="troubled")) as running:
        await until(lambda: running.pulse.last_trouble is not None)
    trouble = running.pulse.last_trouble
    assert trouble
    assert (trouble.what, trouble.reason) == ("webhook:troubled", "http_404")


# ---------------------------------------------------------------- where it stands
async def test_it_tells_how_far_it_has_got_what_is_under_way_and_what_was_given_up(
    redis: Redis, settings: Settings, receiver: Receiver
) -> None:
    retry = {"Retry-After": "60"}
    answers = {"s1": web.Response(), "s2": web.Response(status=404), "s3": web.Response(status=429, headers=retry)}
    receiver.answer = lambda name, _n: answers[name]
    await publish(redis, settings, "s1", "s2", "s3")
    one = settings.override(webhook_concurrency=1)
    async with Running(redis, one, hook(receiver.url, name="stands")) as running:
        await until_async(lambda: _paused(running.deliverer))
        standing = await running.deliverer.reader()
    assert standing
    assert standing.pending == {"statement": 1}
    assert standing.dead == 1
    assert 50 < standing.pause_s <= 60


async def _paused(deliverer: Deliverer) -> bool:
    standing = await deliverer.reader()
    return standing is not None and standing.pause_s > 0 and standing.dead == 1


async def until(reached: Any) -> None:
    async with asyncio.timeout(5):
        while not reached():  # noqa: ASYNC110 - another task gets there
            await asyncio.sleep(0.01)


async def until_async(reached: Any) -> None:
    async with asyncio.timeout(5):
        while not await reached():  # noqa: ASYNC110 - another task gets there
            await asyncio.sleep(0.01)
