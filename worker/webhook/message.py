"""Messages to receivers: an event in the envelope that Standard Webhooks recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from worker.subscribe import Received


class WebhookMessage(Struct, frozen=True, kw_only=True):
    """One event for one receiver."""

    id: str
    """Header `webhook-id`, made of kind and entry id: the same at every attempt and after every restart."""
    event_id: str
    """Id of the event or retraction; "" for a message that was read from the dead letters."""
    body: bytes
    """JSON in UTF-8."""


def make_message(received: Received) -> WebhookMessage:
    """Encode an event as `{"type": kind, "timestamp": time of publication (RFC 3339), "data": event}`.

    The type of a retraction is "retraction".
    """
    published_at = received.published_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    envelope = {"type": received.type, "timestamp": published_at, "data": received.event}
    return WebhookMessage(
        id=f"{received.kind}-{received.entry_id}", event_id=received.event.id, body=msgspec.json.encode(envelope)
    )
