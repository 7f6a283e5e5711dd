"""Streams are kept within their budget on a real server with little memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from structlog.testing import capture_logs

from worker.errors import EventStreamError
from worker.monitor.consumer_status import publish_consumer_status
from worker.monitor.memory import product_streams
from worker.monitor.stream_budget import StreamBudget, stream_budget
from worker.monitor.stream_trimmer import StreamTrimmer
from worker.monitor.unread import oldest_needed_ids
from worker.schema import article_stream, event_stream
from worker.schema.fleet import ConsumerStatus
from worker.streams import connect, range_entries, stream_sizes
from worker.subscribe import subscribe
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Redis

    from worker.settings import Settings

MB = 1_000_000
ARTICLE, EVENT = {"data": b"x" * 36_000}, {"data": b"x" * 1_200}
EVENTS_PER_ARTICLE = 10
NODES = 50_000
"""Bytes of a node of each stream, since only whole nodes are removed."""


@pytest.fixture
async def client(private_redis_url: str) -> AsyncIterator[Redis]:
    async with connect(private_redis_url) as client:
        yield client


@pytest.fixture
def articles(settings: Settings) -> str:
    return article_stream(settings.redis.key_prefix)


@pytest.fixture
def statements(settings: Settings) -> str:
    return event_stream(settings.redis.key_prefix, "statement")


async def publish(client: Redis, settings: Settings, count: int) -> None:
    """Add the entries of articles with `EVENTS_PER_ARTICLE` statements each."""
    prefix = settings.redis.key_prefix
    pipe = client.pipeline(transaction=False)
    for _ in range(count):
        pipe.xadd(article_stream(prefix), ARTICLE)  # type: ignore[arg-type] # an invariant union
        for _ in range(EVENTS_PER_ARTICLE):
            pipe.xadd(event_stream(prefix, "statement"), EVENT)  # type: ignore[arg-type] # as above
    await pipe.execute()


async def total_bytes(client: Redis, settings: Settings) -> int:
    sizes = await stream_sizes(client, product_streams(settings.redis.key_prefix))
    return sum(size.bytes for size in sizes.values())


async def test_memory_stays_below_its_limit_however_much_is_published(
    client: Redis, settings: Settings, articles: str, statements: str
) -> None:
    used = int((await client.info("memory"))["used_memory"])
    await client.config_set("maxmemory", used + 16 * MB)
    trimmer = StreamTrimmer(client, settings)
    budget = stream_budget(settings.redis, used + 16 * MB)
    for _ in range(60):  # 1,200 articles: 58 MB
        await publish(client, settings, 20)  # raises if the memory is full
        await trimmer.trim(budget)
        assert await total_bytes(client, settings) <= budget.bytes + NODES
    sizes = await stream_sizes(client, [articles, statements])
    assert sizes[articles].entries > 100
    assert sizes[statements].entries / sizes[articles].entries == pytest.approx(EVENTS_PER_ARTICLE, rel=0.1)


async def test_a_group_that_lags_within_the_reserve_loses_nothing(
    client: Redis, settings: Settings, statements: str
) -> None:
    await client.xgroup_create(statements, "g", id="0", mkstream=True)
    trimmer, read = StreamTrimmer(client, settings), 0
    for _ in range(30):
        await publish(client, settings, 20)
        await trimmer.trim(StreamBudget(6 * MB, 3 * MB))
        for _ in range(2):
            reply: Any = await client.xreadgroup("g", "c", {statements: ">"}, count=100)
            ids = [entry_id for _, entries in reply for entry_id, _ in entries]
            await client.xack(statements, "g", *ids)
            read += len(ids)
    assert read == 30 * 20 * EVENTS_PER_ARTICLE
    assert await total_bytes(client, settings) <= 6 * MB + 3 * MB + NODES


async def test_unread_entries_are_trimmed_once_the_reserve_is_used_up(
    client: Redis, settings: Settings, articles: str, statements: str
) -> None:
    await client.xgroup_create(statements, "g", id="0", mkstream=True)
    trimmer, budget = StreamTrimmer(client, settings), StreamBudget(4 * MB, 2 * MB)
    lost = metrics.counter_totals(metrics.TRIMMED_UNREAD, "stream")["statement"]
    kept = 0
    with capture_logs() as lines:
        for _ in range(40):
            await publish(client, settings, 10)
            await trimmer.trim(budget)
            assert await total_bytes(client, settings) <= budget.bytes + budget.reserve_bytes + NODES
            kept = max(kept, (await stream_sizes(client, [statements]))[statements].bytes)
    assert kept > budget.reserve_bytes
    assert (await stream_sizes(client, [articles]))[articles].entries > 50  # its share is its own
    assert metrics.counter_totals(metrics.TRIMMED_UNREAD, "stream")["statement"] > lost
    assert {line["stream"] for line in lines if line["event"] == "unread_entries_trimmed"} == {statements}


@pytest.mark.parametrize("group", [None, "g"])
async def test_a_subscriber_whose_entries_are_trimmed_unread_is_told_of_the_gap(
    client: Redis, private_redis_url: str, settings: Settings, statements: str, group: str | None
) -> None:
    target: Any = {"prefix": settings.redis.key_prefix, "kinds": ["statement"]}
    await publish(client, settings, 1)
    first = (await range_entries(client, statements, count=1))[0].id
    if group:
        await client.xgroup_create(statements, group, id=first)
    for _ in range(10):
        await publish(client, settings, 10)
        await StreamTrimmer(client, settings).trim(StreamBudget(MB, MB // 2))
    async with subscribe(private_redis_url, after=first, group=group, **target) as events:
        with pytest.raises(EventStreamError, match="was trimmed away before it was read"):
            await anext(events)


async def test_pending_entries_and_positions_of_webhooks_are_needed(
    client: Redis, settings: Settings, statements: str
) -> None:
    prefix = settings.redis.key_prefix
    meetings = event_stream(prefix, "meeting")
    await publish(client, settings, 1)
    ids = [entry.id for entry in await range_entries(client, statements, count=10)]
    assert await oldest_needed_ids(client, prefix, [statements]) == {}
    await client.xgroup_create(statements, "g", id="0")
    await client.xreadgroup("g", "c", {statements: ">"}, count=5)
    assert await oldest_needed_ids(client, prefix, [statements, meetings]) == {statements: ids[0]}
    await client.xack(statements, "g", *ids[:5])
    assert await oldest_needed_ids(client, prefix, [statements]) == {statements: ids[4]}
    at = (await client.time())[0]
    webhook = ConsumerStatus(name="webhook:a", at=at, position={"statement": ids[2], "meeting": "7-0"})  # type: ignore[arg-type] # the time is replaced
    await publish_consumer_status(client, prefix, [webhook])
    assert await oldest_needed_ids(client, prefix, [statements]) == {statements: ids[2], meetings: "7-0"}
    ended = ConsumerStatus(name="webhook:a", at=at, position=webhook.position, ended="http_410")  # type: ignore[arg-type] # as above
    await publish_consumer_status(client, prefix, [ended])
    assert await oldest_needed_ids(client, prefix, [statements]) == {statements: ids[4]}


async def test_a_full_server_is_trimmed(client: Redis, settings: Settings, articles: str) -> None:
    await publish(client, settings, 100)
    settings = settings.override(stream_bytes=2 * MB)
    await client.config_set("maxmemory", 1)
    await StreamTrimmer(client, settings).poll()
    assert 0 < await total_bytes(client, settings) <= 2 * MB
    assert await client.xlen(articles) < 100


async def test_one_service_trims_in_an_interval(client: Redis, settings: Settings, articles: str) -> None:
    settings = settings.override(stream_bytes=2 * MB)
    await client.set(f"{settings.redis.key_prefix}:trimmed", 1)  # another service has its turn
    await publish(client, settings, 100)
    await StreamTrimmer(client, settings).poll()
    assert await client.xlen(articles) == 100


async def test_an_eviction_policy_that_is_set_later_is_logged_once(client: Redis, settings: Settings) -> None:
    times = iter(range(0, 1000, 10))
    trimmer = StreamTrimmer(client, settings, clock=lambda: float(next(times)))
    with capture_logs() as lines:
        await trimmer.poll()
        assert not lines
        await client.config_set("maxmemory", 100 * MB)
        await client.config_set("maxmemory-policy", "allkeys-lru")
        for _ in range(5):
            await trimmer.poll()
    assert [line["event"] for line in lines] == ["redis_evicts_keys"]
    assert "allkeys-lru" in lines[0]["detail"]


async def test_a_failure_is_logged_once(client: Redis, settings: Settings) -> None:
    await client.set(article_stream(settings.redis.key_prefix), "not a stream")
    trimmer = StreamTrimmer(client, settings)
    with capture_logs() as lines:
        await trimmer.poll()
        await client.delete(f"{settings.redis.key_prefix}:trimmed")
        await trimmer.poll()
    assert [line["event"] for line in lines] == ["streams_not_trimmed"]
