"""History, a page at a time, and one event by its id."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from redis.asyncio import Redis

from tests.gateway.conftest import Publisher, RunningGateway, StartGateway, make_event, make_person, wait_until
from worker.gateway.api import lookup
from worker.gateway.api.csv import COLUMNS
from worker.gateway.live.replay import ReplayReader
from worker.schema import event_stream, hash_id
from worker.settings import Settings


async def published(server: RunningGateway, publish: Publisher, count: int) -> None:
    for number in range(count):
        await publish.numbers(number)
        await asyncio.sleep(0.002)  # kinds of one millisecond have an order of their own
    await wait_until(lambda: server.events_read == count)


def numbers(page: dict[str, Any]) -> list[int]:
    return [int(event["rule"]) for event in page["events"]]


@pytest.mark.parametrize("limit", [1, 4, 5, 100])
@pytest.mark.parametrize(("order", "way"), [("oldest", "after"), ("newest", "before")])
async def test_the_pages_hold_everything_once(
    server: RunningGateway, publish: Publisher, limit: int, order: str, way: str
) -> None:
    await published(server, publish, 20)
    found, place = [], ""
    while True:
        page = await server.get(f"/v1/events?order={order}&limit={limit}{place}")
        found += numbers(page)
        if page["next"] is None:
            break
        place = f"&{way}={page['next']}"
    assert found == (list(range(20)) if order == "oldest" else list(range(19, -1, -1)))


async def test_the_newest_come_first_unless_a_place_to_begin_is_given(
    server: RunningGateway, publish: Publisher
) -> None:
    await published(server, publish, 3)
    assert numbers(await server.get("/v1/events")) == [2, 1, 0]
    assert numbers(await server.get("/v1/events?after=0")) == [0, 1, 2]
    assert numbers(await server.get("/v1/events?after=$")) == []


async def test_the_stream_goes_on_exactly_behind_a_page(server: RunningGateway, publish: Publisher) -> None:
    await published(server, publish, 6)
    newest = await server.get("/v1/events?limit=2")
    oldest = await server.get("/v1/events?after=0&limit=2")
    await publish.numbers(6)
    async with server.listen(f"after={newest['position']}") as client:
        assert await client.numbers(1) == [6]
    async with server.listen(f"after={oldest['position']}") as client:
        assert await client.numbers(5) == [2, 3, 4, 5, 6]


async def test_a_link_leads_to_the_next_page_with_the_same_filters(server: RunningGateway, publish: Publisher) -> None:
    await published(server, publish, 9)
    found, path = [], "/v1/events?kind=meeting&limit=2"
    while path:
        async with server.session.get(path) as response:
            found += numbers(await response.json())
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
    assert found == [7, 4, 1]


async def test_a_request_looks_at_a_bounded_number_of_entries(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.api.events.MAX_SCANNED", 3)
    monkeypatch.setattr("worker.gateway.api.events.CHUNK", 1)
    await published(server, publish, 12)
    pages, place = [], "0"
    while place:
        page = await server.get(f"/v1/events?kind=statement&min_confidence=0.95&after={place}")
        pages.append(numbers(page))
        place = page["next"]
    assert pages == [[], []]


async def test_filters_narrow_each_other_down(server: RunningGateway, publish: Publisher) -> None:
    await publish.events(
        make_event(1, "statement", act="accuse", speaker=make_person("Sergei Lavrov", "RU")),
        make_event(2, "statement", act="deny", speaker=make_person("Sergei Lavrov", "RU")),
        make_event(3, "statement", act="accuse", speaker=make_person("Emmanuel Macron", "FR")),
        make_event(
            4, "meeting", participants=[make_person("Sergei Lavrov", "RU"), make_person("Emmanuel Macron", "FR")]
        ),
    )
    await wait_until(lambda: server.events_read == 4)
    asked = {
        "act=accuse&country=ru": [1],
        "act=accuse&act=deny&speaker=lavrov": [1, 2],
        "actor=emmanuel+macron": [3, 4],
        "country=RU&country=FR&kind=meeting": [4],
        "text=words": [1, 2, 3, 4],
        "text=wor%20ds": [],
        "outlet=news.example": [1, 2, 3, 4],
        "outlet=example": [1, 2, 3, 4],
        "outlet=ews.example": [],
        "status=held": [4],
        "language=EN": [1, 2, 3, 4],
    }
    for query, expected in asked.items():
        assert sorted(numbers(await server.get(f"/v1/events?after=0&{query}"))) == expected, query


async def test_an_event_is_given_as_it_was_published(server: RunningGateway, publish: Publisher) -> None:
    await published(server, publish, 2)
    [fields] = await publish.entries("meeting")
    later = json.loads(fields[b"data"]) | {"mood": "calm"}
    await publish.add("meeting", json.dumps(later), source=fields[b"source"])
    await wait_until(lambda: server.events_read == 3)
    assert (await server.get("/v1/events?limit=1"))["events"] == [later]


async def test_what_does_not_decode_is_left_out(server: RunningGateway, publish: Publisher) -> None:
    await publish.add("meeting", "{")
    await publish.numbers(0)
    await wait_until(lambda: server.events_read == 2)
    assert server.undecodable == 1
    assert numbers(await server.get("/v1/events")) == [0]


async def test_what_was_trimmed_away_is_said(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await published(server, publish, 6)
    page = await server.get("/v1/events?after=0&limit=2")
    await redis.xtrim(event_stream(settings.redis.key_prefix, "meeting"), maxlen=0, approximate=False)
    await publish.numbers(7)
    assert (await server.get(f"/v1/events?after={page['position']}"))["gaps"] == ["meeting"]


# ---------------------------------------------------------------- other forms
@pytest.mark.parametrize("way", ["query", "accept"])
async def test_a_table_has_a_row_an_event_and_no_formula(server: RunningGateway, publish: Publisher, way: str) -> None:
    formula = make_event(
        1, "meeting", participants=[make_person("=HYPERLINK(1)", "FI"), make_person('Zoë, "Z"\nDoe', "SE")]
    )
    await publish.events(formula, make_event(2, "decision", category="court"))
    await wait_until(lambda: server.events_read == 2)
    query, headers = ("&format=csv", {}) if way == "query" else ("", {"Accept": "text/csv"})
    async with server.session.get(f"/v1/events?after=0{query}", headers=headers) as response:
        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(await response.text(), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert [(row["kind"], row["what"], row["status"]) for row in rows] == [
        ("meeting", "talks", "held"),
        ("decision", "court", "taken"),
    ]
    assert rows[0]["parties"] == '\'=HYPERLINK(1); Zoë, "Z"\nDoe'
    assert rows[0]["countries"] == "FI; SE"
    async with server.listen(f"after={rows[0]['position']}") as client:
        assert await client.numbers(1) == [2]


@pytest.mark.parametrize("way", ["query", "accept"])
async def test_envelopes_are_a_batch(server: RunningGateway, publish: Publisher, way: str) -> None:
    await published(server, publish, 2)
    accept = {"Accept": "application/cloudevents-batch+json"}
    query, headers = ("&cloudevents=1", {}) if way == "query" else ("", accept)
    async with server.session.get(f"/v1/events?after=0{query}", headers=headers) as response:
        assert response.content_type == "application/cloudevents-batch+json"
        batch = json.loads(await response.read())
    assert [(e["specversion"], e["type"], e["source"], e["time"]) for e in batch] == [
        ("1.0", "statement", "https://news.example/0", "2026-03-01T12:00:00.000Z"),
        ("1.0", "meeting", "https://news.example/1", "2026-03-01T12:00:00.000Z"),
    ]
    assert [e["id"] for e in batch] == [e["data"]["id"] for e in batch]


async def test_an_envelope_is_valid_whatever_another_publisher_wrote(
    server: RunningGateway, publish: Publisher
) -> None:
    await publish.numbers(1)
    [fields] = await publish.entries("meeting")
    source = "https://de.example/Käse und Brot?q=%C3%A4#x".encode()
    await publish.add("meeting", fields[b"data"], time=b"yesterday", source=source)
    await wait_until(lambda: server.events_read == 2)
    async with server.session.get("/v1/events?after=0&cloudevents=1") as response:
        _, envelope = json.loads(await response.read())
    assert envelope["source"] == "https://de.example/K%C3%A4se%20und%20Brot?q=%C3%A4#x"
    assert envelope["id"] == envelope["position"]
    assert datetime.fromisoformat(envelope["time"]).tzinfo


@pytest.mark.parametrize("begin", "=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width ones are meant
async def test_no_cell_begins_as_a_formula_does(server: RunningGateway, publish: Publisher, begin: str) -> None:
    await publish.events(make_event(1, "meeting", participants=[make_person(f"{begin}1+1")]))
    await wait_until(lambda: server.events_read == 1)
    async with server.session.get("/v1/events?after=0&format=csv") as response:
        [row] = csv.DictReader(io.StringIO(await response.text(), newline=""))
    assert row["parties"] == f"'{begin}1+1"


async def test_long_pages_are_compressed(server: RunningGateway, publish: Publisher) -> None:
    await published(server, publish, 3)
    async with server.session.get("/v1/events", headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert numbers(await response.json()) == [2, 1, 0]


# ---------------------------------------------------------------- one event
async def test_an_event_is_found_by_its_id(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "EVENT_STEP", 2)
    await published(server, publish, 12)
    for number in (0, 5, 11):
        for _ in range(2):  # the second time it is remembered
            assert (await server.get(f"/v1/events/{hash_id(str(number))}"))["rule"] == str(number)
    problem = await server.get(f"/v1/events/{hash_id('other')}", 404)
    assert problem["type"] == "urn:communique:problem:not_found"


async def test_ids_that_do_not_exist_cost_redis_one_walk_and_not_one_each(
    server: RunningGateway, publish: Publisher, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "EVENT_STEP", 2)
    await published(server, publish, 60)

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


async def test_only_the_newest_are_looked_through(
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


async def test_a_stream_that_was_begun_anew_is_walked_through_anew(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await publish.add("meeting", "{}", entry_id=f"{2**45}-0", id=b"f" * 32)
    await server.get("/v1/events/" + "f" * 32)
    await redis.delete(event_stream(settings.redis.key_prefix, "meeting"))
    await publish.numbers(1)
    assert (await server.get(f"/v1/events/{hash_id('1')}"))["rule"] == "1"


async def test_what_is_trimmed_away_while_a_page_is_read_is_said(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.api.events.CHUNK", 1)
    await publish.events(*(make_event(i, "meeting") for i in range(6)))
    await wait_until(lambda: server.events_read == 6)
    read, first = ReplayReader.read_chunks, True

    async def trimmed(self: ReplayReader, *args: Any, **given: Any) -> Any:
        nonlocal first
        found = await read(self, *args, **given)
        if first:
            await redis.xtrim(event_stream(settings.redis.key_prefix, "meeting"), maxlen=2, approximate=False)
        first = False
        return found

    monkeypatch.setattr(ReplayReader, "read_chunks", trimmed)
    page = await server.get("/v1/events?after=0")
    assert (numbers(page), page["gaps"]) == ([0, 4, 5], ["meeting"])


async def test_an_event_that_was_trimmed_away_is_found_no_more(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await published(server, publish, 1)
    path = f"/v1/events/{hash_id('0')}"
    await server.get(path)
    await redis.xtrim(event_stream(settings.redis.key_prefix, "statement"), maxlen=0, approximate=False)
    await server.get(path, 404)


async def test_one_event_may_come_in_its_envelope(server: RunningGateway, publish: Publisher) -> None:
    await published(server, publish, 1)
    headers = {"Accept": "application/cloudevents+json"}
    async with server.session.get(f"/v1/events/{hash_id('0')}", headers=headers) as response:
        assert response.content_type == "application/cloudevents+json"
        assert json.loads(await response.read())["data"]["rule"] == "0"


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=%C2%B2", "order=best", "format=xml"])
async def test_what_means_nothing_is_refused_by_name(server: RunningGateway, query: str) -> None:
    assert (await server.get(f"/v1/events?{query}", 400))["parameter"] == query.partition("=")[0]
