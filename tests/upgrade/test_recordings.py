"""What earlier versions wrote is read completely today, and every resume id continues where it did."""

from __future__ import annotations

import json
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec
import pytest

from tests.gateway.browsing import served
from tests.gateway.sse import read_frames
from tests.upgrade.recordings import CHECKSUMS, PREFIX, SECRET, Recording, all_recordings, checksums
from tests.upgrade.redis_state import restore_keys
from worker.queue import UrlQueue
from worker.queue.find_task import find_task
from worker.schema import KINDS, Article, Event, Retraction, Task, event_stream
from worker.settings import Settings
from worker.sink.output_directory import OutputDirectory
from worker.streams import connect
from worker.streams.embedded_server import run_embedded_server
from worker.subscribe import subscribe
from worker.subscribe.cursor import decode_cursor
from worker.webhook.signature import parse_secrets, sign
from worker.webhook.subscription_state import SubscriptionState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

RECORDED = all_recordings()

each_recording = pytest.mark.parametrize("recording", RECORDED, ids=repr)


def assert_contains(whole: Any, part: Any) -> None:
    """Assert that every field of `part` has the same value in `whole`, which may have further fields."""
    if isinstance(part, dict):
        for name in part:
            assert_contains(whole[name], part[name])
    elif isinstance(part, list):
        assert len(whole) == len(part)
        for one, other in zip(whole, part, strict=True):
            assert_contains(one, other)
    else:
        assert whole == part


def assert_decodes(data: str | bytes, record_type: Any) -> None:
    """Assert that JSON decodes to a type of today, and that none of its fields is lost or changed."""
    record = msgspec.json.decode(data, type=record_type)
    assert_contains(json.loads(msgspec.json.encode(record)), json.loads(data))


@asynccontextmanager
async def restored(recording: Recording, folder: Path) -> AsyncIterator[Settings]:
    """Restore the keys of a recording on a server of their own."""
    async with run_embedded_server(folder / "redis") as url, connect(url) as client:
        await restore_keys(client, recording.read("redis.json"))
        yield Settings.of(redis_url=url, allow_private_addresses=True)


@asynccontextmanager
async def gateway_of(recording: Recording, folder: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """Serve the streams of a recording, and yield a session of the gateway."""
    async with (
        restored(recording, folder) as settings,
        served(settings, settings.redis.url or "") as base,
        aiohttp.ClientSession(base, raise_for_status=True) as session,
    ):
        yield session


# ---------------------------------------------------------------- the files
def test_there_is_a_recording() -> None:
    assert RECORDED


@each_recording
def test_a_recording_was_not_edited(recording: Recording) -> None:
    lines = (recording.folder / CHECKSUMS).read_text("utf-8").splitlines()
    assert checksums(recording.folder) == {name: digest for digest, name in (line.split("  ") for line in lines)}


# ---------------------------------------------------------------- entries and tasks
@each_recording
def test_every_entry_of_the_streams_decodes_with_all_its_fields(recording: Recording) -> None:
    types = set()
    for name in ("articles", *(f"events:{kind}" for kind in KINDS)):
        for _, fields in recording.stream(name):
            types.add(fields["type"])
            assert_decodes(fields["data"], Article if fields["type"] == "article" else Event | Retraction)
            if "task" in fields:
                assert_decodes(fields["task"], Task)
    assert types == {"article", "statement", "meeting", "decision", "retraction"}


@each_recording
async def test_a_subscriber_receives_every_event_and_retraction(recording: Recording, tmp_path: Path) -> None:
    written = {fields["id"] for kind in KINDS for _, fields in recording.stream(f"events:{kind}")}
    async with restored(recording, tmp_path) as settings, subscribe(settings.redis.url or "", after="0") as events:
        received = [await anext(events) for _ in written]
    assert {event.id for event in received} == written


@each_recording
async def test_every_task_is_found_and_delivered_with_all_its_fields(recording: Recording, tmp_path: Path) -> None:
    ready = recording.stream("ready")
    async with restored(recording, tmp_path) as settings, UrlQueue(settings.redis.url or "", settings) as queue:
        depth = await queue.depth()
        assert depth.unfinished == len(ready) + int(recording.key("waiting")["value"])
        delivered = [*await queue.claim(100), *await queue.read(100, 0.0)]
        tasks = {delivery.entry_id: delivery.task for delivery in delivered}
    for entry_id, fields in ready:
        assert_contains(json.loads(msgspec.json.encode(tasks[entry_id])), json.loads(fields["task"]))
    pending = {it["pending"][0][0] for it in recording.key("ready")["groups"] if it["pending"]}
    assert pending <= tasks.keys()


@each_recording
async def test_every_task_of_a_host_is_delivered_once_its_host_is_free(recording: Recording, tmp_path: Path) -> None:
    queued = [
        json.loads(task)
        for key in recording.read("redis.json")
        if re.fullmatch(rf"{PREFIX}:host:[^:]+:queue", key["key"])
        for task in key["value"]
    ]
    async with restored(recording, tmp_path) as given:
        settings = given.override(host_delay_s=0.0)
        async with UrlQueue(settings.redis.url or "", settings) as queue:
            delivered = await _drain(queue)
    for task in queued:
        assert_contains(delivered[task["id"]], task)


async def _drain(queue: UrlQueue) -> dict[str, Any]:
    """Settle every task; return them by id."""
    delivered = {}
    while batch := [*await queue.claim(100), *await queue.read(100, 0.1)]:
        for delivery in batch:
            delivered[delivery.task.id] = json.loads(msgspec.json.encode(delivery.task))
            await queue.settle(delivery, [])
    return delivered


@each_recording
async def test_dead_letters_and_retries_are_found(recording: Recording, tmp_path: Path) -> None:
    async with restored(recording, tmp_path) as settings, UrlQueue(settings.redis.url or "", settings) as queue:
        letters = await queue.list_dead_letters()
        assert {letter.reason for letter in letters} == {"http_404", "host_down", "undecodable"}
        for letter in letters:
            assert (letter.task is None) == (letter.reason == "undecodable")
        async with connect(settings.redis.url or "") as client:
            for task, _ in recording.key("later")["value"]:
                given = json.loads(task)
                assert await find_task(client, queue.keys, given["url"])


@each_recording
async def test_a_url_that_was_seen_is_not_enqueued_again(recording: Recording, tmp_path: Path) -> None:
    articles = [json.loads(fields["data"]) for _, fields in recording.stream("articles")]
    async with restored(recording, tmp_path) as settings, UrlQueue(settings.redis.url or "", settings) as queue:
        assert await queue.put_many([Task.of(article["url"]) for article in articles]) == [False] * len(articles)


# ---------------------------------------------------------------- interfaces and their resume ids
@each_recording
async def test_every_id_of_a_live_stream_resumes_right_after_its_frame(recording: Recording, tmp_path: Path) -> None:
    frames = recording.read("gateway.json")["sse"]
    async with gateway_of(recording, tmp_path) as session:
        for number, frame in enumerate(frames):
            following = frames[number + 1 :]
            page = await _get(session, after=frame["id"], order="oldest")
            assert_contains(page["events"], [json.loads(it["data"]) for it in following])
            assert await _stream(session, frame["id"], len(following)) == following


async def _get(session: aiohttp.ClientSession, **query: str) -> Any:
    async with session.get("/v1/events", params=query) as response:
        return await response.json()


async def _stream(session: aiohttp.ClientSession, last_event_id: str, count: int) -> list[dict[str, str]]:
    """Return the next frames with data, of a stream that resumes after an id."""
    async with session.get("/v1/stream", headers={"Last-Event-ID": last_event_id}) as response:
        return await read_frames(response, count)


@each_recording
async def test_the_cursors_of_pages_continue_the_pages(recording: Recording, tmp_path: Path) -> None:
    recorded = recording.read("gateway.json")
    ids = [json.loads(frame["data"])["id"] for frame in recorded["sse"]]
    async with gateway_of(recording, tmp_path) as session:
        later = await _get(session, after=recorded["oldest"]["next"], order="oldest")
        older = await _get(session, before=recorded["newest"]["next"], order="newest")
    known = [event["id"] for event in recorded["oldest"]["events"]]
    assert known + [event["id"] for event in later["events"]] == ids
    known = [event["id"] for event in recorded["newest"]["events"]]
    assert known + [event["id"] for event in older["events"]] == ids[::-1]


@each_recording
def test_messages_and_envelopes_decode(recording: Recording) -> None:
    recorded = recording.read("gateway.json")
    for message in recorded["websocket"]:
        assert decode_cursor(message["id"])
        if message["type"] not in {"heartbeat", "gap"}:
            assert_decodes(json.dumps(message["data"]), Event | Retraction)
    for envelope in recorded["cloudevents"]:
        assert decode_cursor(envelope["position"])
        assert_decodes(json.dumps(envelope["data"]), Event | Retraction)


@each_recording
def test_requests_to_webhooks_verify_and_decode(recording: Recording) -> None:
    for request in recording.read("webhook.json"):
        headers, body = request["headers"], request["body"]
        signature = sign(parse_secrets(SECRET), headers["webhook-id"], int(headers["webhook-timestamp"]), body.encode())
        assert headers["webhook-signature"] == signature
        assert_decodes(json.dumps(json.loads(body)["data"]), Event | Retraction)


@each_recording
async def test_a_webhook_continues_at_its_stored_position(recording: Recording, tmp_path: Path) -> None:
    async with restored(recording, tmp_path) as settings, connect(settings.redis.url or "") as client:
        state = SubscriptionState(client, PREFIX, "press")
        last = {kind: recording.stream(f"events:{kind}")[-1][0] for kind in KINDS}
        assert await state.load_cursor() == last
        (letter,) = await state.dead_letters_after("0-0", 10)
        refused = recording.stream("webhook:press:dead")[0][1]
        assert (letter[1].id, letter[1].body.decode()) == (refused["id"], refused["body"])
        assert_decodes(json.dumps(json.loads(refused["body"])["data"]), Event | Retraction)


@each_recording
def test_a_sink_continues_after_its_files(recording: Recording, tmp_path: Path) -> None:
    files = recording.read("sink.json")
    last = {kind: recording.stream(f"events:{kind}")[-1][0] for kind in KINDS}
    for with_cursor_file in (True, False):
        folder = tmp_path / str(with_cursor_file)
        for name, text in files.items():
            if with_cursor_file or name != "_place.json":
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(text, encoding="utf-8")
        with OutputDirectory(folder, "jsonl") as directory:
            assert directory.load_cursor() == last
    for name, text in files.items():
        if name.endswith(".jsonl"):
            for line in text.splitlines():
                assert_decodes(line, Event | Retraction)


@each_recording
def test_the_keys_of_the_streams_are_those_of_today(recording: Recording) -> None:
    keys = {it["key"] for it in recording.read("redis.json")}
    assert {event_stream(PREFIX, kind) for kind in KINDS} <= keys
