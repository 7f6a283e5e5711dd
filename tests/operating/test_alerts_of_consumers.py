"""The alerts for consumers of the streams: subscribers, the gateway, webhooks, sinks and archives; see test_alerts."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, closing
from pathlib import Path

from aiohttp import web
from redis.asyncio import Redis

from tests.gateway.conftest import Publisher, StartGateway, make_event
from tests.gateway.live.test_endpoint import slow_socket
from tests.operating.conftest import (
    INSTANCE,
    TIMEOUT_S,
    AssertFires,
    Monitored,
    ServiceProcess,
    has_line,
    has_published,
    old_entry_id,
    process,
    wait_until,
)
from tests.operating.promtool import Phase, alert_states, requires, series
from tests.subscribe.published import make_event as make_named_event
from tests.subscribe.published import publish as publish_named
from tests.webhook.receiver import SECRET, running_receiver
from worker.schema import Span, event_stream
from worker.settings import Settings

pytestmark = requires("promtool")


# ---------------------------------------------------------------- subscribers
async def test_a_consumer_group_that_does_not_read(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    stream = event_stream(settings.redis.key_prefix, "meeting")
    await redis.xgroup_create(stream, "archive", id="0", mkstream=True)
    async with monitored(settings) as scrape:
        before = await scrape()
        await redis.xadd(stream, {"data": "{}"}, id=old_entry_id())
        after = await scrape()
    assert_fires("CommuniqueSubscriberLagging", before, after, group="archive", stream="meeting")


# ---------------------------------------------------------------- the gateway
async def test_a_gateway_at_its_limit_of_streams(
    start_gateway: StartGateway, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    async with start_gateway(gateway_clients=1) as served, monitored(settings, "gateway") as scrape:
        before = await scrape()
        async with served.listen():
            await served.get("/v1/stream", 503)
            first = await scrape()
            for _ in range(20):
                await served.get("/v1/stream", 503)
            after = await scrape()
    assert_fires("CommuniqueGatewayErrors", before, first, after, minutes=10)


async def test_clients_that_are_too_slow(
    start_gateway: StartGateway, publish: Publisher, settings: Settings, monitored: Monitored, assert_fires: AssertFires
) -> None:
    async with start_gateway(gateway_buffer_bytes=1 << 16) as served, monitored(settings, "gateway") as scrape:
        before = await scrape()
        with ExitStack() as stalled:
            for _ in range(6):
                stalled.enter_context(slow_socket(served.port))
            number = 0
            while not await has_line(scrape, r'communique_gateway_streams_ended_total\{reason="too_slow"\} 6'):
                await publish.events(*(make_event(number + i, "decision", via=["x" * 50_000]) for i in range(100)))
                number += 100
                assert number < 3_000
        after = await scrape()
    assert_fires("CommuniqueReadersDropped", before, after, minutes=10)


# ---------------------------------------------------------------- webhooks
@asynccontextmanager
async def delivering(settings: Settings, to: str, folder: Path) -> AsyncIterator[ServiceProcess]:
    """Run the webhook `press` as a process of its own."""
    environ = {"COMMUNIQUE_WEBHOOK_SECRET": SECRET, "COMMUNIQUE_BACKOFF_S": "0.1", "COMMUNIQUE_WEBHOOK_URL": to}
    async with process(settings, folder / "webhook.log", "webhook", "--name", "press", **environ) as service:
        await wait_until(lambda: has_published(settings, "webhook:press"))
        yield service


def attempts(outcome: str, reason: str) -> str:
    return rf'communique_webhook_attempts_total\{{outcome="{outcome}",reason="{reason}",webhook="press"\}} [1-9]'


async def _metrics_around_status(
    status: int, outcome: str, redis: Redis, settings: Settings, folder: Path
) -> tuple[str, str]:
    """Return the metrics of a webhook before and after its receiver begins to answer with a status."""
    idle = r'communique_webhook_events_under_way\{webhook="press"\} 0'
    async with running_receiver() as receiver, delivering(settings, receiver.url, folder) as service:
        await publish_named(redis, settings, "s1")
        await receiver.wait_for(lambda: receiver.accepted == ["s1"])
        await wait_until(lambda: has_line(service.metrics, idle))
        before = await service.metrics()
        receiver.answer = lambda _name, _n: web.Response(status=status)
        await publish_named(redis, settings, "s2")
        await wait_until(lambda: has_line(service.metrics, attempts(outcome, f"http_{status}")))
        return before, await service.metrics()


async def test_a_receiver_that_is_unavailable(
    redis: Redis, settings: Settings, assert_fires: AssertFires, tmp_path: Path
) -> None:
    before, after = await _metrics_around_status(503, "put_off", redis, settings, tmp_path)
    assert_fires("CommuniqueWebhookFailing", before, after, webhook="press")


async def test_a_receiver_that_rejects_events(
    redis: Redis, settings: Settings, assert_fires: AssertFires, tmp_path: Path
) -> None:
    before, after = await _metrics_around_status(404, "dead", redis, settings, tmp_path)
    assert_fires("CommuniqueWebhookGivingUp", before, after, minutes=10, webhook="press", reason="http_404")


async def test_a_receiver_that_answers_gone(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires, tmp_path: Path
) -> None:
    async with running_receiver() as receiver, monitored(settings) as scrape:
        receiver.answer = lambda _name, _n: web.Response(status=410)
        async with delivering(settings, receiver.url, tmp_path) as service:
            before = await scrape()
            await publish_named(redis, settings, "s1")
            assert await asyncio.wait_for(service.child.wait(), TIMEOUT_S) == 1
        after = await scrape()
    assert_fires("CommuniqueWebhookEnded", before, after, webhook="press", reason="http_410")


async def test_a_killed_webhook_lags(
    redis: Redis, settings: Settings, monitored: Monitored, assert_fires: AssertFires, tmp_path: Path
) -> None:
    async with running_receiver() as receiver, monitored(settings) as scrape:
        async with delivering(settings, receiver.url, tmp_path) as service:
            service.child.kill()
            await service.child.wait()
        before = await scrape()
        await redis.xadd(event_stream(settings.redis.key_prefix, "decision"), {"data": "{}"}, id=old_entry_id())
        after = await scrape()
    assert_fires("CommuniqueSubscriberLagging", before, after, group="webhook:press", stream="decision")


# ---------------------------------------------------------------- sinks
async def test_a_full_disk(redis: Redis, settings: Settings, assert_fires: AssertFires, tmp_path: Path) -> None:
    """A limit on the size of files simulates a full disk: the same system calls fail."""
    words = ("sink", str(tmp_path / "events"), "--name", "archive", "--rotate-s", "0.1")
    async with process(settings, tmp_path / "sink.log", *words, COMMUNIQUE_BACKOFF_S="0.1") as service:
        await publish_named(redis, settings, "s1")
        await wait_until(lambda: has_line(service.metrics, r'communique_sink_files_total\{.*kind="statement".*\} 1'))
        before = await service.metrics()
        resource.prlimit(
            service.child.pid, resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY)
        )  # larger than its log
        await publish_named(
            redis, settings, make_named_event("statement", "s2", sentence=Span(start=0, end=1, text="x" * 200_000))
        )
        await wait_until(
            lambda: has_line(service.metrics, r'communique_sink_failures_total\{error="EFBIG",step="write"\} [1-9]')
        )
        after = await service.metrics()
    assert_fires("CommuniqueSinkFailing", before, after, minutes=10, error="EFBIG", step="write")


# ---------------------------------------------------------------- archive
async def test_a_locked_database(redis: Redis, settings: Settings, assert_fires: AssertFires, tmp_path: Path) -> None:
    """The loop of the archive is then overdue, but not stuck."""
    file = tmp_path / "archive.sqlite"
    words = ("archive", "--to", f"sqlite:{file}")
    async with process(settings, tmp_path / "archive.log", *words, COMMUNIQUE_BACKOFF_S="0.1") as service:
        await publish_named(redis, settings, "s1")
        await wait_until(lambda: has_line(service.metrics, r'communique_archive_entries_total\{stream="statement"\} 1'))
        before = await service.metrics()
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("begin exclusive")
            await publish_named(redis, settings, "s2")
            await wait_until(lambda: has_line(service.metrics, r"communique_archive_failures_total [1-9]"))
            await wait_until(lambda: _is_overdue(service, "archive"))
            after = await service.metrics()
    assert_fires("CommuniqueArchiveFailing", before, after, minutes=10)
    phases = [Phase(10, series(scraped, INSTANCE)) for scraped in (before, after)]
    assert alert_states("CommuniqueLoopStuck", phases, tmp_path) == [False, False]


async def _is_overdue(service: ServiceProcess, loop: str) -> bool:
    """Return whether the last heartbeat of a loop is older than its limit."""
    scraped = await service.metrics()
    age, limit = (
        re.search(rf'(?m)^communique_heartbeat_{name}_seconds\{{part="{loop}",.*?\}} (\S+)$', scraped)
        for name in ("age", "limit")
    )
    assert age
    assert limit
    return float(age[1]) > float(limit[1])
