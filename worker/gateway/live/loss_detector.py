"""Detect entries that were trimmed away before they were read, by comparing Redis' count of additions with our own."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.streams import StreamTail


class LossDetector:
    """Counts, for each stream since a starting point, the entries added (by Redis' count) and the entries read."""

    def __init__(self) -> None:
        """Create a detector that counts no stream yet; `start` adds streams."""
        self._added_at_start: dict[str, int | None] = {}
        self._read: Counter[str] = Counter()

    def start(self, tails: Mapping[str, StreamTail]) -> None:
        """Start counting at `tails`; a stream that is counted already starts again."""
        for stream, tail in tails.items():
            self._added_at_start[stream] = tail.entries_added
            self._read[stream] = 0

    def count_read(self, stream: str, count: int) -> None:
        """Add to the number of entries read from a stream."""
        self._read[stream] += count

    def find_losses(self, tails: Mapping[str, StreamTail]) -> list[str]:
        """Return the streams to which more entries were added than were read, and start counting again from `tails`.

        The tails must be of an instant up to which the streams have been read.  A server that does not count additions
        (before Redis 7) never shows a loss.
        """
        lost = [stream for stream, tail in tails.items() if self._has_loss(stream, tail)]
        self.start(tails)
        return lost

    def _has_loss(self, stream: str, tail: StreamTail) -> bool:
        start = self._added_at_start.get(stream)
        return start is not None and tail.entries_added is not None and tail.entries_added - start > self._read[stream]
