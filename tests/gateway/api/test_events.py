"""Pages of history as JSON, CSV and CloudEvents."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import datetime
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis
from yarl import URL

from tests.gateway.conftest import (
    Publisher,
    RunningGateway,
    make_event,
    make_person,
    publish_numbers,
    wait_until,
)
from worker.gateway.api.csv import COLUMNS
from worker.gateway.live.replay import ReplayReader
from worker.schema import event_stream
from worker.settings import Settings
from worker.subscribe.start import parse_start


def numbers(page: dict[str, Any]) -> list[int]:
    return [int(event["rule"]) for event in page["events"]]


@pytest.mark.parametrize("limit", [1, 4, 5, 100])
@pytest.mark.parametrize(("order", "way"), [("oldest", "after"), ("newest", "before")])
async def test_pages_contain_every_event_once(
    server: RunningGateway, publish: Publisher, limit: int, order: str, way: str
) -> None:
    await publish_numbers(server, publish, 20)
    found, place = [], ""
    while True:
        page = await server.get(f"/v1/events?order={order}&limit={limit}{place}")
        found += numbers(page)
        if page["next"] is None:
            break
        place = f"&{way}={page['next']}"
    assert found == (list(range(20)) if order == "oldest" else list(range(19, -1, -1)))


async def test_newest_events_come_first_unless_after_is_given(server: RunningGateway, publish: Publisher) -> None:
    await publish_numbers(server, publish, 3)
    assert numbers(await server.get("/v1/events")) == [2, 1, 0]
    assert numbers(await server.get("/v1/events?after=0")) == [0, 1, 2]
    assert numbers(await server.get("/v1/events?after=$")) == []


async def publish_hours_ago(publish: Publisher, *hours: float) -> None:
    """Publish a meeting so many hours ago, for each; its number is its place."""
    now_ms = round(time.time() * 1000)
    for place, ago in enumerate(hours):
        meeting = msgspec.structs.replace(make_event(1), rule=str(place))
        await publish.add(
            "meeting", msgspec.json.encode(meeting), f"{now_ms - round(ago * 3_600_000)}-0", type=b"meeting"
        )


async def test_a_duration_is_a_bound_from_either_side(server: RunningGateway, publish: Publisher) -> None:
    await publish_hours_ago(publish, 50, 3.5, 1.5, 0.1)
    await wait_until(lambda: server.events_read == 4)
    assert numbers(await server.get("/v1/events?after=2h")) == [2, 3]
    assert numbers(await server.get("/v1/events?before=60m")) == [2, 1, 0]
    assert numbers(await server.get("/v1/events?after=1d&before=1h&order=oldest")) == [1, 2]
    async with server.listen("after=2h") as client:
        assert await client.numbers(2) == [2, 3]
    async with server.listen("after=0", **{"Last-Event-ID": "1h"}) as client:
        assert await client.numbers(1) == [3]


async def test_the_next_page_has_the_same_bounds_when_they_are_durations(
    server: RunningGateway, publish: Publisher
) -> None:
    await publish_hours_ago(publish, 3, 2, 1)
    await wait_until(lambda: server.events_read == 3)
    async with server.session.get("/v1/events?after=2.5h&order=newest&limit=1") as response:
        following = URL(str(response.links["next"]["url"]))
    after = parse_start(following.query["after"], 0)
    assert after is not None
    assert abs(int(after[0].split("-")[0]) / 1000 - (time.time() - 9_000)) < 600
    assert numbers(await server.get(following.path_qs)) == [1]


@pytest.mark.parametrize("name", ["after", "before"])
async def test_a_bound_of_no_accepted_form_is_refused_with_examples(server: RunningGateway, name: str) -> None:
    problem = await server.get(f"/v1/events?{name}=yesterday", 400)
    assert problem["parameter"] == name
    assert 'such as "1h", "30m" or "2d"' in problem["detail"]


async def test_a_stream_continues_right_after_a_page(server: RunningGateway, publish: Publisher) -> None:
    await publish_numbers(server, publish, 6)
    newest = await server.get("/v1/events?limit=2")
    oldest = await server.get("/v1/events?after=0&limit=2")
    await publish.numbers(6)
    async with server.listen(f"after={newest['position']}") as client:
        assert await client.numbers(1) == [6]
    async with server.listen(f"after={oldest['position']}") as client:
        assert await client.numbers(5) == [2, 3, 4, 5, 6]


async def test_the_link_header_leads_to_the_next_page_with_the_same_filters(
    server: RunningGateway, publish: Publisher
) -> None:
    await publish_numbers(server, publish, 9)
    found, path = [], "/v1/events?kind=meeting&limit=2"
    while path:
        async with server.session.get(path) as response:
            found += numbers(await response.json())
            path = str(response.links["next"]["url"]) if "next" in response.links else ""
    assert found == [7, 4, 1]


async def test_a_request_scans_a_bounded_number_of_entries(
    server: RunningGateway, publish: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.api.events.MAX_SCANNED", 3)
    monkeypatch.setattr("worker.gateway.api.events.HISTORY_CHUNK", 1)
    await publish_numbers(server, publish, 12)
    pages, place = [], "0"
    while place:
        page = await server.get(f"/v1/events?kind=statement&min_confidence=0.95&after={place}")
        pages.append(numbers(page))
        place = page["next"]
    assert pages == [[], []]


async def test_different_filters_are_combined_and_values_are_alternatives(
    server: RunningGateway, publish: Publisher
) -> None:
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


async def test_an_event_is_returned_as_published(server: RunningGateway, publish: Publisher) -> None:
    await publish_numbers(server, publish, 2)
    [fields] = await publish.entries("meeting")
    later = json.loads(fields[b"data"]) | {"mood": "calm"}
    await publish.add("meeting", json.dumps(later), source=fields[b"source"])
    await wait_until(lambda: server.events_read == 3)
    assert (await server.get("/v1/events?limit=1"))["events"] == [later]


async def test_entries_that_do_not_decode_are_omitted(server: RunningGateway, publish: Publisher) -> None:
    await publish.add("meeting", "{")
    await publish.numbers(0)
    await wait_until(lambda: server.events_read == 2)
    assert server.undecodable == 1
    assert numbers(await server.get("/v1/events")) == [0]


async def test_trimmed_events_are_reported_as_gaps(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings
) -> None:
    await publish_numbers(server, publish, 6)
    page = await server.get("/v1/events?after=0&limit=2")
    await redis.xtrim(event_stream(settings.redis.key_prefix, "meeting"), maxlen=0, approximate=False)
    await publish.numbers(7)
    assert (await server.get(f"/v1/events?after={page['position']}"))["gaps"] == ["meeting"]


# ---------------------------------------------------------------- CSV and CloudEvents
@pytest.mark.parametrize("way", ["query", "accept"])
async def test_csv_has_a_row_for_each_event_and_escapes_formulas(
    server: RunningGateway, publish: Publisher, way: str
) -> None:
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
async def test_cloudevents_are_returned_as_a_batch(server: RunningGateway, publish: Publisher, way: str) -> None:
    await publish_numbers(server, publish, 2)
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


async def test_an_envelope_is_valid_for_fields_of_any_publisher(server: RunningGateway, publish: Publisher) -> None:
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


@pytest.mark.parametrize("begin", "=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - full-width forms count too
async def test_no_csv_cell_starts_a_formula(server: RunningGateway, publish: Publisher, begin: str) -> None:
    await publish.events(make_event(1, "meeting", participants=[make_person(f"{begin}1+1")]))
    await wait_until(lambda: server.events_read == 1)
    async with server.session.get("/v1/events?after=0&format=csv") as response:
        [row] = csv.DictReader(io.StringIO(await response.text(), newline=""))
    assert row["parties"] == f"'{begin}1+1"


async def test_long_pages_are_compressed(server: RunningGateway, publish: Publisher) -> None:
    await publish_numbers(server, publish, 3)
    async with server.session.get("/v1/events", headers={"Accept-Encoding": "gzip"}) as response:
        assert response.headers["Content-Encoding"] == "gzip"
        assert numbers(await response.json()) == [2, 1, 0]


async def test_events_trimmed_during_a_scan_are_reported_as_gaps(
    server: RunningGateway, publish: Publisher, redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.gateway.api.events.HISTORY_CHUNK", 1)
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


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "limit=%C2%B2", "order=best", "format=xml"])
async def test_invalid_parameters_are_rejected_by_name(server: RunningGateway, query: str) -> None:
    assert (await server.get(f"/v1/events?{query}", 400))["parameter"] == query.partition("=")[0]
