"""Use the kind `appointment` of docs/extending.md end to end; run by test_made_up_kind.py with the extended package.

usage: python appointment_check.py FOLDER STEP …
"""

from __future__ import annotations

import asyncio
import contextlib
import csv
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp

import worker
from worker.extract import extract
from worker.gateway.app import GATEWAY_LOOPS, open_gateway
from worker.gateway.server import serve_gateway
from worker.publish import publication_entries
from worker.schema import KIND_SPECS, KINDS, Article, Event, article_id, event_schema, kind_of
from worker.settings import Settings
from worker.streams import connect
from worker.subscribe import resume_positions, subscribe
from worker.subscribe.cursor import START_CURSOR, CursorError, decode_cursor, format_cursor
from worker.telemetry.liveness import LivenessMonitor
from worker.terminal.event_line import format_event
from worker.terminal.explain import explain_events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

APPOINTMENT: Any = "appointment"
"""A kind only in the extended package, so that `Kind` does not include it here."""
URL = "https://news.example/cabinet"
TEXT = 'Anna Berg was appointed foreign minister of Finland.\n\n"I am honoured," Berg said on Tuesday.'
ARTICLE = Article(id=article_id(URL), url=URL, text=TEXT, language="en", published_at=datetime(2026, 3, 4, tzinfo=UTC))
TIMEOUT_S = 30.0


def events() -> list[Event]:
    """Return the events of the article: an appointment and a statement."""
    return extract(ARTICLE)


def appointment() -> Any:
    """Return the appointment in the article."""
    (found,) = [event for event in events() if kind_of(event) == APPOINTMENT]
    return found


async def publish(settings: Settings) -> None:
    """Publish the article and its events."""
    async with connect(os.environ["COMMUNIQUE_REDIS_URL"]) as client:
        for entry in publication_entries(ARTICLE, events(), settings.redis, datetime.now(UTC)):
            await client.xadd(entry.stream, dict(entry.fields))  # type: ignore[arg-type]


# ---------------------------------------------------------------- steps
def registry() -> None:
    """The kind is in every list derived from the registry, after the others; older cursors keep their meaning."""
    assert KINDS == ("statement", "meeting", "decision", APPOINTMENT)
    assert decode_cursor("1-0.2-0.3-0") == ("1-0", "2-0", "3-0", "0-0")
    assert decode_cursor("s:1-0,m:2-0,d:3-0") == ("1-0", "2-0", "3-0", "0-0")
    assert decode_cursor("5-3") == ("5-3",) * 4
    assert format_cursor(("1-0", "2-0", "3-0", "4-0")) == "s:1-0,m:2-0,d:3-0,a:4-0"
    assert decode_cursor("s:1-0,m:2-0,d:3-0,a:4-0") == ("1-0", "2-0", "3-0", "4-0")
    with contextlib.suppress(CursorError):
        raise AssertionError(decode_cursor("s:1-0,x:1-0"))


def extraction() -> None:
    """The extractor finds it, and it gets an id of its own, a rule and no codes."""
    found = appointment()
    assert [actor.name for actor in found.appointees] == ["Anna Berg"]
    assert found.office.text == "foreign minister of Finland"
    assert (found.status, found.rule, found.cameo, found.plover) == ("made", "passive", None, None)
    assert {kind_of(event) for event in events()} == {APPOINTMENT, "statement"}


async def _received(**given: Any) -> list[str]:
    settings, stop = Settings.from_env(os.environ), asyncio.Event()
    async with subscribe(
        os.environ["COMMUNIQUE_REDIS_URL"], prefix=settings.redis.key_prefix, stop=stop, **given
    ) as all_:
        reading = asyncio.create_task(all_.caught_up())
        reading.add_done_callback(lambda _: stop.set())
        return [str(received.kind) async for received in all_.received()]


async def filters() -> None:
    """Filters know its actors, its words and its status, and that it has no act."""
    await publish(Settings.from_env(os.environ))
    assert await _received(after="0", kinds=[APPOINTMENT]) == [APPOINTMENT]
    assert await _received(after="0", status="made") == [APPOINTMENT]
    assert await _received(after="0", text="foreign minister of") == [APPOINTMENT]
    assert sorted(await _received(after="0", actor="Anna Berg")) == [APPOINTMENT, "statement"]
    assert await _received(after="0", act="say") == ["statement"]


async def stored_positions() -> None:
    """Positions stored before the kind existed are resumed without losing an event of it."""
    stored: Any = {"statement": "9999999999999-0", "meeting": "5-0", "decision": "5-0"}
    assert resume_positions(stored) == {**stored, APPOINTMENT: "0"}
    assert resume_positions({}, "$") == dict.fromkeys(KINDS, "$")
    await publish(Settings.from_env(os.environ))
    assert await _received(after=stored) == [APPOINTMENT]


def terminal() -> None:
    """A line and an explanation show what the spec of the kind lists."""
    line = str(format_event(appointment()))
    assert line.startswith("2026-03-04 00:00 appointment Anna Berg")
    assert "  made  foreign minister of Finland  · news.example" in line
    (block,) = [str(b) for b in explain_events([appointment()], TEXT, colours=False)]
    assert "[party Anna Berg] [cue was appointed] [office foreign minister of Finland]" in block
    assert "passive: a passive of appointing" in block


def documents() -> None:
    """The JSON Schema and the documents of the gateway describe it."""
    from worker.gateway.spec.asyncapi import make_asyncapi  # noqa: PLC0415 - slow to import
    from worker.gateway.spec.openapi import make_openapi  # noqa: PLC0415

    schema = event_schema()
    assert schema["discriminator"]["mapping"][APPOINTMENT] == "#/$defs/Appointment"
    openapi, asyncapi = make_openapi(), make_asyncapi()
    assert "Appointment" in openapi["components"]["schemas"]
    assert APPOINTMENT in json.dumps(openapi["components"]["parameters"]["kind"])
    assert "made" in json.dumps(openapi["components"]["parameters"]["status"])
    assert "a:" in json.dumps(openapi["components"]["parameters"]["after"])
    assert "sse_appointment" in asyncapi["components"]["messages"]


@contextlib.asynccontextmanager
async def gateway_client(settings: Settings) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the gateway on a free port and yield a client of it."""
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with open_gateway(settings, os.environ["COMMUNIQUE_REDIS_URL"], LivenessMonitor(GATEWAY_LOOPS)) as made:
        serving = asyncio.create_task(serve_gateway(made, "127.0.0.1", 0, stop, address.set_result))
        async with aiohttp.ClientSession(await address) as session:
            yield session
        stop.set()
        await serving


async def _frame(session: aiohttp.ClientSession, query: str, **headers: str) -> dict[str, str]:
    """Return the fields of the first SSE frame with data."""
    async with asyncio.timeout(TIMEOUT_S), session.get(f"/v1/stream?{query}", headers=headers) as response:
        assert response.status == 200, await response.text()
        while True:
            lines = (await response.content.readuntil(b"\n\n")).decode().splitlines()
            fields = dict(line.split(": ", 1) for line in lines if line and line[0] != ":")
            if "data" in fields:
                return fields


async def gateway() -> None:
    """It is streamed live and replayed, listed as JSON and CSV, and ids from before it existed resume before it."""
    settings = Settings.from_env(os.environ)
    async with gateway_client(settings) as session:
        live = asyncio.create_task(_frame(session, "kind=appointment"))
        await asyncio.sleep(0.5)
        while not live.done():
            await publish(settings)
            await asyncio.wait([live], timeout=1.0)
        frame = await live
        assert (frame["event"], json.loads(frame["data"])["status"]) == (APPOINTMENT, "made")
        assert [part.partition(":")[0] for part in frame["id"].split(",")] == ["s", "m", "d", "a"]
        for old in ("9-0.9-0.9-0", "s:9-0,m:9-0,d:9-0"):
            resumed = await _frame(session, "kind=appointment", **{"Last-Event-ID": old})
            assert resumed["event"] == APPOINTMENT
        async with session.get("/v1/events?kind=appointment&after=9-0.9-0.9-0") as response:
            page = await response.json()
            assert page["events"][0]["office"]["text"] == "foreign minister of Finland"
        async with session.get("/v1/events?kind=appointment&format=csv&limit=1") as response:
            (row,) = csv.DictReader(io.StringIO(await response.text()))
            assert (row["kind"], row["parties"], row["what"]) == (APPOINTMENT, "Anna Berg", "made")
            assert (row["status"], row["subject"]) == ("made", "foreign minister of Finland")
        async with session.get("/v1/stream", params={"after": "s:1-0,x:1-0"}) as response:
            problem = await response.json()
            assert (response.status, problem["parameter"]) == (400, "after")
            assert "'x', which only a newer gateway knows" in problem["detail"]
        assert START_CURSOR == ("0-0",) * len(KINDS) == ("0-0",) * len(KIND_SPECS)


async def sink(folder: Path) -> None:
    """A sink writes files of it, and resumes a folder from before it existed at the oldest event."""
    await publish(Settings.from_env(os.environ))
    output = folder / "lake"
    output.mkdir()
    position = {"statement": "9999999999999-0", "meeting": "5-0", "decision": "5-0"}
    (output / "_place.json").write_text(json.dumps({"format": "jsonl", "position": position}), encoding="utf-8")
    command = [sys.executable, "-m", "worker", "sink", "--once", "--from-now", str(output)]
    await asyncio.to_thread(subprocess.run, command, check=True)
    (file,) = output.rglob("*.jsonl")
    assert APPOINTMENT in file.relative_to(output).parts
    assert (
        json.loads(file.read_text(encoding="utf-8").splitlines()[0])["office"]["text"] == "foreign minister of Finland"
    )


def main(folder: str, *names: str) -> None:
    """Run some steps."""
    assert Path(worker.__file__).is_relative_to(folder), f"{worker.__file__} is not the extended package"
    steps = [registry, extraction, filters, stored_positions, terminal, documents, gateway]
    known: dict[str, Any] = {step.__name__: step for step in steps} | {"sink": lambda: sink(Path(folder))}
    for name in names:
        outcome = known[name]()
        if asyncio.iscoroutine(outcome):
            asyncio.run(outcome)


if __name__ == "__main__":
    main(*sys.argv[1:])
