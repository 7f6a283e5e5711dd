"""The gateway sends retractions under their own type, and skips entries of types that it does not know."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.gateway.conftest import NOON, make_event
from worker.schema import Retraction
from worker.telemetry.metrics.registry import REGISTRY

if TYPE_CHECKING:
    from tests.gateway.conftest import Publisher, RunningGateway

MEETING = make_event(1)
RETRACTION = Retraction(
    id="f" * 32, of=MEETING.id, of_kind="meeting", url=MEETING.url, retracted_at=NOON, reason="forgotten"
)
DATA = msgspec.json.encode(RETRACTION)


async def retract(publish: Publisher) -> None:
    await publish.add(
        "meeting",
        DATA,
        id=RETRACTION.id.encode(),
        type=b"retraction",
        v=b"1",
        source=RETRACTION.url.encode(),
        time=b"2026-03-01T12:00:00Z",
    )


@pytest.mark.parametrize("query", ["", "kind=meeting", "country=FI", "min_confidence=1"])
async def test_streams_send_a_retraction_live_and_replayed(
    server: RunningGateway, publish: Publisher, query: str
) -> None:
    async with server.listen(query) as client:
        await retract(publish)
        live = await client.frame()
    async with server.listen(f"after=0&{query}") as client:
        replayed = await client.frame()
    assert (live.event, live.data) == (replayed.event, replayed.data) == ("retraction", DATA.decode())


async def test_a_filter_by_another_kind_rejects_a_retraction(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen("kind=decision") as client:
        await retract(publish)
        await publish.numbers(2)
        assert (await client.frame()).number == 2


async def test_websockets_and_envelopes_name_the_type(server: RunningGateway, publish: Publisher) -> None:
    async with (
        server.listen("cloudevents=1") as client,
        server.session.ws_connect("/v1/stream") as socket,
    ):
        await socket.receive()  # the first heartbeat
        await retract(publish)
        frame, message = await client.frame(), await socket.receive_json()
    assert (frame.event, frame.json["type"], frame.json["id"]) == ("retraction", "retraction", RETRACTION.id)
    assert frame.json["data"] == json.loads(DATA) == message["data"]
    assert message["type"] == "retraction"


async def test_history_has_retractions_and_its_csv_only_events(server: RunningGateway, publish: Publisher) -> None:
    async with server.listen() as client:
        await publish.events(MEETING)
        await retract(publish)
        await client.frames(2)
    page = await server.get("/v1/events?after=0")
    assert [item["kind"] for item in page["events"]] == ["meeting", "retraction"]
    async with server.session.get("/v1/events?format=csv") as response:
        rows = list(csv.DictReader(io.StringIO(await response.text())))
    assert [row["id"] for row in rows] == [MEETING.id]
    await server.get(f"/v1/events/{RETRACTION.id}", status=404)


async def test_an_unknown_type_is_skipped_and_counted(server: RunningGateway, publish: Publisher) -> None:
    name = "communique_unknown_entries_total"
    before = REGISTRY.get_sample_value(name) or 0.0
    async with server.listen() as client:
        await publish.add("meeting", b'{"kind":"forecast"}', type=b"forecast")
        await publish.numbers(1)
        live = await client.frame()
    async with server.listen("after=0") as client:
        replayed = await client.frame()
    assert (live.event, live.number) == (replayed.event, replayed.number) == ("meeting", 1)
    assert server.undecodable == 0
    assert (REGISTRY.get_sample_value(name) or 0.0) - before == 1
    assert [item["kind"] for item in (await server.get("/v1/events"))["events"]] == ["meeting"]
