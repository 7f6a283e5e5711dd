"""Describe the live stream in AsyncAPI 3.0: its two transports as channels, and the frames of each."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from worker.gateway import models
from worker.gateway.spec.openapi import schema_components
from worker.gateway.spec.openapi_components import Json
from worker.gateway.spec.parameters import filter_parameters
from worker.schema import KIND_SPECS, KINDS, RETRACTION, Retraction

ASYNCAPI_DESCRIPTION: Final = """\
`/v1/stream` over Server-Sent Events, or over a WebSocket if the request asks for an upgrade. Filters, cursors and
errors are described in the OpenAPI document (`/v1/openapi.json`).

**Server-Sent Events.** `event:` is the kind, `id:` the cursor right after the event, `data:` one line of JSON: the
event, or its CloudEvents envelope. `event: retraction` withdraws an event that was published before; `of` in its data
is the id of that event. A heartbeat is a comment and an `id:`: a browser stores the cursor and dispatches nothing.
`event: gap` reports events that were trimmed before they were read, do not decode, or were lost with their stream; the
stream continues. `event: error` is the last frame: a problem document (RFC 9457). Skip frames of any other name.

**WebSocket.** Every message is text: `{"id": cursor, "type": kind, "time": …, "data": event}`, or the CloudEvents
envelope; `type` may also be `retraction`, `heartbeat`, `gap` or `error`. Skip messages of any other type. Close codes:
4008 the client is too slow (resume from the last id), 1001 the gateway is stopping, 1013 history cannot be read at
present (reconnect), 1008 the client sent a message, or its token was revoked.
"""


def make_asyncapi() -> Json:
    """Return the AsyncAPI document as JSON values."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Communiqué live stream",
            "version": version("communique"),
            "description": ASYNCAPI_DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "http": {"host": "localhost:8080", "protocol": "http", "description": "Server-Sent Events."},
            "ws": {"host": "localhost:8080", "protocol": "ws", "description": "WebSocket."},
        },
        "channels": {"events": _channel("http", "sse"), "socket": _channel("ws", "ws")},
        "operations": {"listen": _send_operation("events"), "listen_socket": _send_operation("socket")},
        "components": {
            "schemas": schema_components(
                *(spec.struct for spec in KIND_SPECS.values()), Retraction, models.Gap, models.Problem
            ),
            "messages": _messages(),
        },
    }


FRAMES: Final = (*KINDS, RETRACTION, "heartbeat", "gap", "error")


def _channel(server: str, form: str) -> Json:
    query_parameter = {"type": "object", "properties": {p["name"]: p["schema"] for p in filter_parameters()} | _CURSORS}
    return {
        "address": "/v1/stream",
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {name: {"$ref": f"#/components/messages/{form}_{name}"} for name in FRAMES},
        "bindings": {"ws": {"method": "GET", "query": query_parameter}} if form == "ws" else {},
    }


_CURSORS: Final[Json] = {"after": {"type": "string"}, "cloudevents": {"enum": ["0", "1"]}}


def _send_operation(channel: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in FRAMES],
    }


def _messages() -> Json:
    data: Json = {
        **{kind: _ref(spec.struct.__name__) for kind, spec in KIND_SPECS.items()},
        RETRACTION: _ref(Retraction.__name__),
        "heartbeat": {"type": "object", "maxProperties": 0},
        "gap": _ref("Gap"),
        "error": _ref("Problem"),
    }
    sse = {f"sse_{name}": _message(name, schema) for name, schema in data.items()}
    return sse | {f"ws_{name}": _message(name, _websocket_message(name, schema)) for name, schema in data.items()}


def _message(name: str, payload: Json) -> Json:
    return {"name": name, "title": name.capitalize(), "contentType": "application/json", "payload": payload}


def _websocket_message(name: str, data: Json) -> Json:
    """Return the schema of a WebSocket message of type `name` that carries `data`."""
    cursor = {"type": "string", "description": "The cursor right after it."}
    properties = {
        "id": cursor,
        "type": {"const": name},
        "time": {"type": "string", "format": "date-time"},
        "data": data,
    }
    required = ["type", "data"] if name == "error" else ["id", "type", "data"]
    return {"type": "object", "properties": properties, "required": required}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
