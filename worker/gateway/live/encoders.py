"""Encode events for the wire: SSE frames, WebSocket frames and CloudEvents envelopes, as bytes.

An encoding is made once for all clients.  What a stream sends are complete frames, so those of a batch are joined and
written to every socket as they are.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from worker.gateway.live.event import StreamEvent
from worker.gateway.models import Gap, Problem
from worker.schema import VERSION
from worker.subscribe.cursor import Cursor, format_cursor
from worker.subscribe.stream_events import published_at

CLOUDEVENT: Final = "application/cloudevents+json"
CLOUDEVENTS: Final = "application/cloudevents-batch+json"
URI_CHARACTERS: Final = "%!#$&'()*+,/:;=?@[]~"
"""Characters of a URI besides letters, digits and "-._" (RFC 3986); all others are percent-encoded."""
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
UNKNOWN_SOURCE: Final = "urn:communique:article"
"""`source` of an event whose article has no URL: CloudEvents requires the attribute."""


class CloudEvent(Struct, frozen=True, kw_only=True):
    """A CloudEvents 1.0 envelope in structured JSON mode; `position` and `schemaversion` are extension attributes."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    time: str
    datacontenttype: str = "application/json"
    position: str
    schemaversion: str
    traceparent: str | msgspec.UnsetType = msgspec.UNSET
    data: Raw


class WebSocketMessage(Struct, frozen=True, kw_only=True):
    """A message on a WebSocket; `time` is absent from a heartbeat and a gap."""

    id: str
    type: str
    time: str | msgspec.UnsetType = msgspec.UNSET
    data: Any


# ---------------------------------------------------------------- one event
def encode_cloudevent(event: StreamEvent) -> bytes:
    """Return the CloudEvents envelope of an event as JSON.

    Required attributes that the entry lacks or has in an invalid form are replaced, so the envelope is always valid.
    """
    made = CloudEvent(
        id=_field(event, b"id") or format_cursor(event.cursor),
        source=quote(_field(event, b"source"), safe=URI_CHARACTERS) or UNKNOWN_SOURCE,
        type=event.type,
        time=publication_time(event),
        position=format_cursor(event.cursor),
        schemaversion=_field(event, b"v") or str(VERSION),
        traceparent=_field(event, b"traceparent") or msgspec.UNSET,
        data=Raw(event.data),
    )
    return msgspec.json.encode(made)


def publication_time(event: StreamEvent) -> str:
    """Return the time of publication (RFC 3339): the entry's field `time` if that is valid, else that of its id."""
    time = _field(event, b"time")
    return time if RFC_3339.fullmatch(time) else published_at(event.published_ms).isoformat(timespec="milliseconds")


def _field(event: StreamEvent, name: bytes) -> str:
    return event.fields.get(name, b"").decode(errors="replace")


def to_one_line(data: bytes) -> bytes:
    """Return JSON without line breaks, which would end an SSE field; only another publisher's data has any."""
    if b"\n" in data or b"\r" in data:
        return msgspec.json.encode(msgspec.json.decode(data))
    return data


# ---------------------------------------------------------------- server-sent events
def encode_sse(event: StreamEvent) -> bytes:
    """Return an event as an SSE frame."""
    return _sse_frame(event, to_one_line(event.data))


def encode_sse_cloudevent(event: StreamEvent) -> bytes:
    """Return the CloudEvents envelope of an event as an SSE frame."""
    return _sse_frame(event, to_one_line(encode_cloudevent(event)))


def _sse_frame(event: StreamEvent, data: bytes) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (format_cursor(event.cursor).encode(), event.type.encode(), data)


def sse_heartbeat(cursor: Cursor) -> bytes:
    """Return an SSE frame without data: a browser dispatches no event but keeps the frame's id (HTML, 9.2.6)."""
    return b": heartbeat\nid: %b\n\n" % format_cursor(cursor).encode()


def sse_hello(cursor: Cursor) -> bytes:
    """Return the first frame of a stream: the reconnection time (2 s) and the cursor at which it starts."""
    return b"retry: 2000\n" + sse_heartbeat(cursor)


def sse_gap(gap: Gap, cursor: Cursor) -> bytes:
    """Return the frame that reports missing events before a cursor."""
    return b"id: %b\nevent: gap\ndata: %b\n\n" % (format_cursor(cursor).encode(), msgspec.json.encode(gap))


def sse_error(problem: Problem) -> bytes:
    """Return the last frame of a stream that the gateway ends."""
    return b"event: error\ndata: %b\n\n" % msgspec.json.encode(problem)


def http_chunk(body: bytes) -> bytes:
    """Return a body as one chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1).

    b"" stays empty, because an empty chunk would end the response.
    """
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""


# ---------------------------------------------------------------- websocket
def encode_websocket(event: StreamEvent) -> bytes:
    """Return the bytes of a WebSocket text frame with an event's `WebSocketMessage` as JSON."""
    message = WebSocketMessage(
        id=format_cursor(event.cursor), type=event.type, time=publication_time(event), data=Raw(event.data)
    )
    return websocket_frame(msgspec.json.encode(message))


def encode_websocket_cloudevent(event: StreamEvent) -> bytes:
    """Return the CloudEvents envelope of an event as a WebSocket frame."""
    return websocket_frame(encode_cloudevent(event))


def websocket_heartbeat(cursor: Cursor) -> bytes:
    """Return the frame of a heartbeat: a message that carries only the current cursor."""
    return _websocket_message(cursor, "heartbeat", {})


def websocket_gap(gap: Gap, cursor: Cursor) -> bytes:
    """Return the frame of a gap: a message that reports missing events before `cursor`."""
    return _websocket_message(cursor, "gap", gap)


def websocket_error(problem: Problem) -> bytes:
    """Return the frame of an error message, which precedes the close frame."""
    return websocket_frame(msgspec.json.encode({"type": "error", "data": problem}))


def _websocket_message(cursor: Cursor, type_: str, data: Any) -> bytes:
    return websocket_frame(msgspec.json.encode(WebSocketMessage(id=format_cursor(cursor), type=type_, data=data)))


def websocket_frame(payload: bytes) -> bytes:
    """Return a final, unmasked text frame (RFC 6455, 5.2); servers do not mask, so all clients get the same bytes."""
    length = len(payload)
    if length < 126:  # noqa: PLR2004 - 126 and 127 announce a length of 2 and 8 bytes
        return struct.pack("!BB", 0x81, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


class StreamEncoder(Struct, frozen=True, kw_only=True):
    """The functions that encode the frames of one transport."""

    event: Callable[[StreamEvent], bytes]
    hello: Callable[[Cursor], bytes]
    heartbeat: Callable[[Cursor], bytes]
    gap: Callable[[Gap, Cursor], bytes]
    error: Callable[[Problem], bytes]
    frame_batch: Callable[[bytes], bytes]
    """Wraps a batch of frames for the transport; b"" stays empty."""

    def encode(self, event: StreamEvent) -> bytes:
        """Return the frame of an event, or a gap if its entry does not decode."""
        if event.event is None:
            return self.gap(Gap(kinds=[event.kind], detail=event.decode_error), event.cursor)
        return event.encoded(self.event)


def sse_encoder(*, cloudevents: bool, chunked: bool) -> StreamEncoder:
    """Return the encoder of Server-Sent Events; not `chunked` for HTTP/1.0, which has no chunked coding."""
    return _SSE[cloudevents, chunked]


def websocket_encoder(*, cloudevents: bool) -> StreamEncoder:
    """Return the encoder of a WebSocket."""
    return _WS[cloudevents]


def _unframed(body: bytes) -> bytes:
    return body


_SSE: Final = {
    (cloudevents, chunked): StreamEncoder(
        event=encode_sse_cloudevent if cloudevents else encode_sse,
        hello=sse_hello,
        heartbeat=sse_heartbeat,
        gap=sse_gap,
        error=sse_error,
        frame_batch=http_chunk if chunked else _unframed,
    )
    for cloudevents in (False, True)
    for chunked in (False, True)
}
_WS: Final = {
    cloudevents: StreamEncoder(
        event=encode_websocket_cloudevent if cloudevents else encode_websocket,
        hello=websocket_heartbeat,
        heartbeat=websocket_heartbeat,
        gap=websocket_gap,
        error=websocket_error,
        frame_batch=_unframed,
    )
    for cloudevents in (False, True)
}
