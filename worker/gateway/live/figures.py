"""What the gateway counts of itself: the one place where metrics are to be taken from."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.gateway.live.event import StreamEvent


class Figures:
    """Counted from the start of the process."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.requests: Counter[tuple[str, str, int]] = Counter()
        """By method, route (`/v1/articles/{id}`; "other" for what is none) and status."""
        self.request_s: defaultdict[str, float] = defaultdict(float)
        """Seconds spent on them, by route; streams not counted."""
        self.opened: Counter[str] = Counter()
        """Streams, by transport: "sse", "websocket"."""
        self.ended: Counter[str] = Counter()
        """Streams, by why: one of `client.Ending`."""
        self.events: Counter[str] = Counter()
        """Read live, by kind."""
        self.replayed = 0
        """Events sent from the past."""
        self.undecodable = 0
        """Of those read live."""
        self.lag_s = 0.0
        """How long the oldest event of the last batch had been published before it was sent on."""

    def read(self, items: list[StreamEvent], now_ms: int) -> None:
        """Count a batch from the streams; `now_ms` is the server's clock."""
        for item in items:
            self.events[item.kind] += 1
            self.undecodable += item.event is None
        self.lag_s = max(0.0, (now_ms - items[0].ms) / 1000)
