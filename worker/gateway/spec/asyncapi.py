"""The live stream as AsyncAPI 3.0: two channels at one address, and every frame that may come on them."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from worker.gateway import models
from worker.gateway.spec.openapi import schemas
from worker.gateway.spec.parameters import Json, filter_parameters
from worker.schema import KIND_SPECS, KINDS

DESCRIPTION: Final = """\
`/v1/stream` as Server-Sent Events, and as a WebSocket where the request asks for an upgrade. The query's filters,
places and errors are those of the OpenAPI document (`/v1/openapi.json`).

**Server-Sent Events.** `event:` is the kind, `id:` the place just behind the event, `data:` one line of JSON: the
event, or its CloudEvents envelope. A heartbeat is a comment and an `id:`: a browser takes the place over and shows
nothing. `event: gap` says that something was trimmed away before it was read, does not decode, or was lost
with the stream that held it; it goes on. `event: error`
is the last frame: a problem (RFC 9457).

**WebSocket.** Every message is text: `{"id": place, "type": kind, "time": …, "data": event}`, or the CloudEvents
envelope; `type` may also be `heartbeat`, `gap` or `error`. Close codes: 4008 too slow (resume from the
last id), 1001 the gateway stops, 1013 the past cannot be read now (reconnect), 1008 a message was sent
to it, or its token is not good any more.
"""


def make_asyncapi() -> Json:
    """Return the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Communiqué live stream",
            "version": version("communique"),
            "description": DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "http": {"host": "localhost:8080", "protocol": "http", "description": "Server-Sent Events."},
            "ws": {"host": "localhost:8080", "protocol": "ws", "description": "WebSocket."},
        },
        "channels": {"events": _channel("http", "sse"), "socket": _channel("ws", "ws")},
        "operations": {"listen": _sent_on("events"), "listen_socket": _sent_on("socket")},
        "components": {
            "schemas": schemas(*(spec.struct for spec in KIND_SPECS.values()), models.Gap, models.Problem),
