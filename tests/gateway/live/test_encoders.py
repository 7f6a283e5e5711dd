"""Encodings of events: SSE frames, WebSocket frames, CloudEvents."""

from __future__ import annotations

import json
import struct

import msgspec
import pytest

from tests.gateway.conftest import make_event
from worker.gateway.live.encoders import (
    UNKNOWN_SOURCE,
    encode_cloudevent,
    encode_sse,
    http_chunk,
    sse_encoder,
    websocket_encoder,
    websocket_frame,
)
from worker.gateway.live.event import StreamEvent, key_entry
from worker.gateway.models import Gap
from worker.schema import Event
from worker.streams import Entry

FIELDS = {b"id": b"e1", b"type": b"statement", b"v": b"1", b"time": b"2026-03-01T12:00:00.000Z"}


def stream_event(event: Event | None = None, **fields: bytes) -> StreamEvent:
    replaced = {name.encode(): value for name, value in fields.items()}
    entry_fields = {**FIELDS, b"source": b"https://news.example/1", **replaced}
    entry_fields.setdefault(b"data", msgspec.json.encode(event or make_event(3)))
    return StreamEvent(key_entry(Entry("s", "5-1", entry_fields), "statement"), ("5-1", "4-0", "3-0"))


def test_an_sse_frame_has_a_cursor_a_kind_and_one_line_of_data() -> None:
    cursor, kind, data, *end = encode_sse(stream_event()).decode().split("\n")
    assert (cursor, kind, end) == ("id: s:5-1,m:4-0,d:3-0", "event: statement", ["", ""])
    assert json.loads(data.removeprefix("data: "))["rule"] == "3"


def test_an_encoding_is_shared_between_encoders() -> None:
    event = stream_event()
    encoders = sse_encoder(cloudevents=False, chunked=True), sse_encoder(cloudevents=False, chunked=False)
    assert encoders[0].encode(event) is encoders[1].encode(event)


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_websocket_frame_encodes_its_length(length: int) -> None:
    frame = websocket_frame(b"x" * length)
    assert frame[0] == 0x81
    if length < 126:
        assert (frame[1], len(frame)) == (length, 2 + length)
    elif length < 1 << 16:
        assert (frame[1], *struct.unpack("!H", frame[2:4]), len(frame)) == (126, length, 4 + length)
    else:
        assert (frame[1], *struct.unpack("!Q", frame[2:10]), len(frame)) == (127, length, 10 + length)


def test_a_chunk_has_its_length_and_an_empty_body_gives_none() -> None:
    assert http_chunk(b"x" * 26) == b"1a\r\n" + b"x" * 26 + b"\r\n"
    assert http_chunk(b"") == b""  # an empty chunk would end the body


def test_an_envelope_has_the_attributes_of_cloudevents() -> None:
    envelope = json.loads(encode_cloudevent(stream_event(traceparent=b"00-aa-bb-01")))
    assert {name: value for name, value in envelope.items() if name != "data"} == {
        "specversion": "1.0",
        "id": "e1",
        "source": "https://news.example/1",
        "type": "statement",
        "time": "2026-03-01T12:00:00.000Z",
        "datacontenttype": "application/json",
        "position": "s:5-1,m:4-0,d:3-0",
        "schemaversion": "1",
        "traceparent": "00-aa-bb-01",
    }
    assert all(name.isalnum() and name == name.lower() for name in envelope)


def test_missing_attributes_of_an_envelope_are_replaced() -> None:
    envelope = json.loads(encode_cloudevent(stream_event(source=b"", time=b"")))
    assert (envelope["source"], envelope["time"]) == (UNKNOWN_SOURCE, "1970-01-01T00:00:00.005+00:00")
    assert "traceparent" not in envelope


@pytest.mark.parametrize("encoder", [sse_encoder(cloudevents=False, chunked=True), websocket_encoder(cloudevents=True)])
def test_an_undecodable_entry_is_encoded_as_a_gap(encoder: object) -> None:
    assert isinstance(encoder, type(websocket_encoder(cloudevents=False)))
    frame = encoder.encode(stream_event(data=b"{"))
    assert b'"code":"gap"' in frame
    assert b"entry 5-1 does not decode" in frame
    assert encoder.gap(Gap(kinds=[], detail=""), ("0-0",) * 3) != frame
