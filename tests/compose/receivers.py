"""What the webhook and Alertmanager have posted to this machine."""

from __future__ import annotations

import json
from typing import Any, Final

EVENTS: Final = "/events"
ALERTS: Final = "/alerts"


class Posts:
    """Collects posts by path."""

    def __init__(self) -> None:
        self.event_ids: list[str] = []
        self.alerts: list[tuple[str, str]] = []
        """Name and status ("firing", "resolved") of each alert, in order."""

    def __call__(self, path: str, body: bytes) -> None:
        """Collect one post; called by the threads of the server."""
        message: dict[str, Any] = json.loads(body)
        if path == EVENTS:
            self.event_ids.append(message["data"]["id"])
        elif path == ALERTS:
            self.alerts += [(alert["labels"]["alertname"], alert["status"]) for alert in message["alerts"]]
