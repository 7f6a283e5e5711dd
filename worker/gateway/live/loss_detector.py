"""Whether all that was added to the streams has been read: the server counts, and so do we."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.streams import StreamTail


class LossDetector:
    """Entries added since the beginning, less those that were read: what was trimmed away before it could be."""

    def __init__(self) -> None:
        """Begin with no stream."""
        self._began: dict[str, int | None] = {}
        self._read: Counter[str] = Counter()

    def begin(self, at: Mapping[str, StreamTail]) -> None:
        """Count some streams from here on."""
        for stream, extent in at.items():
            self._began[stream] = extent.entries_added
            self._read[stream] = 0

    def read(self, stream: str, count: int) -> None:
        """Count what was read."""
        self._read[stream] += count

    def missing(self, at: Mapping[str, StreamTail]) -> list[str]:
        """Return the streams that had more than was read, as of an instant up to which all there was has been; once."""
        lost = [stream for stream, extent in at.items() if self._is_short(stream, extent)]
        self.begin(at)
        return lost

    def _is_short(self, stream: str, extent: StreamTail) -> bool:
        began = self._began.get(stream)
        return (
            began is not None and extent.entries_added is not None and extent.entries_added - began > self._read[stream]
        )
