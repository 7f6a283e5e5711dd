"""What is sent: an event in the envelope that Standard Webhooks recommends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

if TYPE_CHECKING:
    from worker.subscribe import Received


class Message(Struct, frozen=True, kw_only=True):
    """One event for one receiver."""

    id: str
    """Header `webhook-id`: the entry's, so it is the same at every attempt and after every restart."""
    event_id: str
    body: bytes


def message(received: Received) -> Message:
    """Make the message of an event: `{"type": kind, "timestamp": when it was published, "data": event}`."""
    published_at = received.published_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    envelope = {"type": received.kind, "timestamp": published_at, "data": received.event}
    return Message(
        id=f"{received.kind}-{received.entry_id}", event_id=received.event.id, body=msgspec.json.encode(envelope)
    )
