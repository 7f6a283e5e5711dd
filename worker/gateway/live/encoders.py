"""An event in the forms it is sent in, as bytes: an SSE frame, a WebSocket frame, a CloudEvents envelope.

A form is made once for all who are sent it.  The forms of a stream are complete frames, so a batch of them is joined
and handed to every socket as it is.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec
from msgspec import Raw, Struct

from worker.gateway.cursor import Cursor, format_cursor
from worker.gateway.live.event import StreamEvent
from worker.gateway.models import Gap, Problem
from worker.schema import VERSION

CLOUDEVENT: Final = "application/cloudevents+json"
CLOUDEVENTS: Final = "application/cloudevents-batch+json"
URI: Final = "%!#$&'()*+,/:;=?@[]~"
"""What an address may hold besides letters, digits and "-._" (RFC 3986); anything else is percent-encoded."""
RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: `datetime` goes no further, an entry's id may."""
NAMELESS: Final = "urn:communique:article"
"""`source` of an article without an address: the attribute must not be empty."""


class CloudEvent(Struct, frozen=True, kw_only=True):
    """CloudEvents 1.0, JSON, structured mode.  `position` and `schemaversion` are extensions of ours."""

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
    """A message on a WebSocket."""

    id: str
    type: str
    time: str | msgspec.UnsetType = msgspec.UNSET
    data: Any


# ---------------------------------------------------------------- one event
def cloudevent(item: StreamEvent) -> bytes:
    """Return the event in its envelope; its attributes are valid whoever published it."""
    made = CloudEvent(
        id=_field(item, b"id") or format_cursor(item.position),
        source=quote(_field(item, b"source"), safe=URI) or NAMELESS,
        type=item.kind,
        time=published(item),
        position=format_cursor(item.position),
        schemaversion=_field(item, b"v") or str(VERSION),
        traceparent=_field(item, b"traceparent") or msgspec.UNSET,
        data=Raw(item.data),
    )
    return msgspec.json.encode(made)


def published(item: StreamEvent) -> str:
    """Return when it was published, RFC 3339."""
    said = _field(item, b"time")
    return (
        said
        if RFC_3339.fullmatch(said)
        else datetime.fromtimestamp(min(item.ms, LAST_MS) / 1000, UTC).isoformat(timespec="milliseconds")
    )


def _field(item: StreamEvent, name: bytes) -> str:
    return item.fields.get(name, b"").decode(errors="replace")


def one_line(data: bytes) -> bytes:
    """Return JSON without line breaks, which would end an SSE field; ours has none, another publisher's may."""
    if b"\n" in data or b"\r" in data:
        return msgspec.json.encode(msgspec.json.decode(data))
    return data


# ---------------------------------------------------------------- server-sent events
def sse(item: StreamEvent) -> bytes:
    """Return the event as an SSE frame."""
    return _sse_frame(item, one_line(item.data))


def sse_cloudevent(item: StreamEvent) -> bytes:
    """Return the event's envelope as an SSE frame."""
    return _sse_frame(item, one_line(cloudevent(item)))


def _sse_frame(item: StreamEvent, data: bytes) -> bytes:
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (format_cursor(item.position).encode(), item.kind.encode(), data)


def sse_heartbeat(position: Cursor) -> bytes:
    """Return a frame that a browser shows nobody, but whose place it takes over (HTML, 9.2.6: no data, no event)."""
    return b": heartbeat\nid: %b\n\n" % format_cursor(position).encode()


def sse_hello(position: Cursor) -> bytes:
    """Return what opens a stream: how long to wait before reconnecting, and where it begins."""
    return b"retry: 2000\n" + sse_heartbeat(position)


def sse_gap(gap: Gap, position: Cursor) -> bytes:
    """Return the frame that says what is missing before `position`."""
    return b"id: %b\nevent: gap\ndata: %b\n\n" % (format_cursor(position).encode(), msgspec.json.encode(gap))


def sse_error(problem: Problem) -> bytes:
    """Return the frame that ends a stream."""
    return b"event: error\ndata: %b\n\n" % msgspec.json.encode(problem)


def chunk(body: bytes) -> bytes:
    """Return a body as one chunk of HTTP/1.1's chunked coding (RFC 9112, 7.1); nothing stays nothing."""
    return b"%x\r\n%b\r\n" % (len(body), body) if body else b""


# ---------------------------------------------------------------- websocket
def ws(item: StreamEvent) -> bytes:
    """Return the event as a WebSocket frame."""
    place = format_cursor(item.position)
    message = WebSocketMessage(id=place, type=item.kind, time=published(item), data=Raw(item.data))
    return ws_frame(msgspec.json.encode(message))


def ws_cloudevent(item: StreamEvent) -> bytes:
    """Return the event's envelope as a WebSocket frame."""
    return ws_frame(cloudevent(item))


def ws_heartbeat(position: Cursor) -> bytes:
    """Return a message that only carries the reader's place."""
    return _ws_message(position, "heartbeat", {})


def ws_gap(gap: Gap, position: Cursor) -> bytes:
    """Return the message that says what is missing before `position`."""
    return _ws_message(position, "gap", gap)


def ws_error(problem: Problem) -> bytes:
    """Return the message before the close frame."""
    return ws_frame(msgspec.json.encode({"type": "error", "data": problem}))


def _ws_message(position: Cursor, type_: str, data: Any) -> bytes:
    return ws_frame(msgspec.json.encode(WebSocketMessage(id=format_cursor(position), type=type_, data=data)))


def ws_frame(payload: bytes) -> bytes:
    """Return an unmasked, final text frame (RFC 6455, 5.2); a server's are not masked, so all clients share one."""
    length = len(payload)
    if length < 126:  # noqa: PLR2004 - 126 and 127 stand for 2 and 8 bytes of length
        return struct.pack("!BB", 0x81, length) + payload
    if length < 1 << 16:
        return struct.pack("!BBH", 0x81, 126, length) + payload
    return struct.pack("!BBQ", 0x81, 127, length) + payload


class StreamEncoder(Struct, frozen=True, kw_only=True):
    """How one way of listening spells what it is sent."""

    event: Callable[[StreamEvent], bytes]
    hello: Callable[[Cursor], bytes]
    heartbeat: Callable[[Cursor], bytes]
    gap: Callable[[Gap, Cursor], bytes]
    error: Callable[[Problem], bytes]
    frame_batch: Callable[[bytes], bytes]
    """Around each batch of frames."""

    def frame(self, item: StreamEvent) -> bytes:
        """Return what a client gets for an item: the event, or that it cannot be handed over."""
        if item.event is None:
            return self.gap(Gap(kinds=[item.kind], detail=item.trouble), item.position)
        return item.form(self.event)


def sse_encoder(*, cloudevents: bool, chunked: bool) -> StreamEncoder:
    """Return the form of Server-Sent Events; HTTP/1.0 knows no chunks."""
    return _SSE[cloudevents, chunked]


def websocket_encoder(*, cloudevents: bool) -> StreamEncoder:
    """Return the form of a WebSocket."""
    return _WS[cloudevents]


def _as_it_is(body: bytes) -> bytes:
    return body


_SSE: Final = {
    (cloudevents, chunked): StreamEncoder(
        event=sse_cloudevent if cloudevents else sse,
        hello=sse_hello,
        heartbeat=sse_heartbeat,
        gap=sse_gap,
        error=sse_error,
        frame_batch=chunk if chunked else _as_it_is,
    )
    for cloudevents in (False, True)
    for chunked in (False, True)
}
_WS: Final = {
    cloudevents: StreamEncoder(
        event=ws_cloudevent if cloudevents else ws,
        hello=ws_heartbeat,
        heartbeat=ws_heartbeat,
        gap=ws_gap,
        error=ws_error,
        frame_batch=_as_it_is,
    )
    for cloudevents in (False, True)
}
