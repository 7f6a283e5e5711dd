"""Events found by their ids."""

from __future__ import annotations

import asyncio
import json

import pytest
from redis.asyncio import Redis

from tests.gateway.conftest import Publisher, RunningGateway, StartGateway, make_event, publish_numbers
from worker.gateway.api import lookup
from worker.schema import event_stream, hash_id
from worker.settings import Settings


async def test_an_event_is_found_by_its_id(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "EVENT_STEP", 2)
    await publish_numbers(server, publish, 12)
    for number in (0, 5, 11):
        for _ in range(2):  # the second lookup uses the index
            assert (await server.get(f"/v1/events/{hash_id(str(number))}"))["rule"] == str(number)
    problem = await server.get(f"/v1/events/{hash_id('other')}", 404)
    assert problem["type"] == "urn:communique:problem:not_found"


async def test_unknown_ids_share_one_scan(
    server: RunningGateway, publish: Publisher, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "EVENT_STEP", 2)
    await publish_numbers(server, publish, 60)

    async def runs() -> int:
        return int((await redis.info("commandstats"))["cmdstat_evalsha"]["calls"])

    await server.get(f"/v1/events/{hash_id('missing')}", 404)
    before = await runs()
    await asyncio.gather(*(server.get(f"/v1/events/{hash_id(f'missing {i}')}", 404) for i in range(10)))
    assert await runs() - before == 10 * 3
    await publish.numbers(60)
    await publish.events(make_event(0, url="https://news.example/again"))
    assert (await server.get(f"/v1/events/{hash_id('60')}"))["rule"] == "60"
    assert (await server.get(f"/v1/events/{hash_id('0')}"))["url"] == "https://news.example/again"


async def test_only_the_newest_entries_are_indexed(
    start_gateway: StartGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "EVENT_STEP", 2)
    monkeypatch.setattr(lookup, "MAX_EVENT_ENTRIES", 4)
    await publish.events(*(make_event(i, "meeting") for i in range(9)))
    async with start_gateway() as server:
        await server.get(f"/v1/events/{hash_id('4')}", 404)
        await server.get(f"/v1/events/{hash_id('5')}")
        await publish.events(*(make_event(i, "meeting") for i in range(9, 12)))
        await server.get(f"/v1/events/{hash_id('11')}")
        await server.get(f"/v1/events/{hash_id('7')}", 404)


async def test_a_recreated_stream_is_indexed_again(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await publish.add("meeting", "{}", entry_id=f"{2**45}-0", id=b"f" * 32)
    await server.get("/v1/events/" + "f" * 32)
    await redis.delete(event_stream(settings.redis.key_prefix, "meeting"))
    await publish.numbers(1)
    assert (await server.get(f"/v1/events/{hash_id('1')}"))["rule"] == "1"


async def test_a_trimmed_event_is_not_found(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await publish_numbers(server, publish, 1)
    path = f"/v1/events/{hash_id('0')}"
    await server.get(path)
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), maxlen=0, approximate=False)
    await server.get(path, 404)


async def test_one_event_may_be_returned_as_a_cloudevent(server: RunningGateway, publish: Publisher) -> None:
    await publish_numbers(server, publish, 1)
    headers = {"Accept": "application/cloudevents+json"}
    async with server.session.get(f"/v1/events/{hash_id('0')}", headers=headers) as response:
        assert response.content_type == "application/cloudevents+json"
        assert json.loads(await response.read())["data"]["rule"] == "0"
