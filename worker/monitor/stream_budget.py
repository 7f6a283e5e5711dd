"""The memory budget of the streams: its size, the share of each stream, and the entries to trim.

A stream's share of the budget is proportional to the bytes of all entries ever added to it, so all streams keep entries
of about the same period.  Streams may use what others leave free: nothing is trimmed while all together are within the
budget.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from worker.settings import RedisSettings
    from worker.streams import StreamSize

SHARE_OF_MEMORY: Final = 0.5
"""Share of `maxmemory` that is the default budget; the rest is for the queue, the markers and the reserve."""
DEFAULT_BYTES: Final = 2 << 30
"""Default budget where Redis has no `maxmemory`."""


class StreamBudget(NamedTuple):
    """Memory of all streams of articles and events together."""

    bytes: int
    reserve_bytes: int
    """Memory beyond `bytes` for entries that a consumer group, webhook, sink or archive has not read."""


def stream_budget(settings: RedisSettings, max_memory: int) -> StreamBudget:
    """Return the budget; `max_memory`: the limit of Redis in bytes, 0 if there is none."""
    default = round(max_memory * SHARE_OF_MEMORY) or DEFAULT_BYTES
    size = settings.stream_bytes or default
    return StreamBudget(size, round(size * settings.stream_reserve))


def entries_to_trim(sizes: Mapping[str, StreamSize], budget: int, limit: int) -> dict[str, int]:
    """Return the number of entries to remove from each stream so that all together use at most `limit` bytes.

    The shares are those of `budget` (at most `limit`).  Streams that exceed their share are reduced in proportion to
    their excess; the others are absent.
    """
    excess = _excess(sizes, budget)
    surplus = sum(size.bytes for size in sizes.values()) - limit
    if surplus <= 0 or not excess:  # an empty stream takes some bytes, too
        return {}
    part = surplus / sum(excess.values())
    return {
        stream: min(sizes[stream].entries, -int(-over * part // sizes[stream].bytes_per_entry))
        for stream, over in excess.items()
    }


def _excess(sizes: Mapping[str, StreamSize], budget: int) -> dict[str, float]:
    """Return the bytes by which streams exceed their share of `budget`; those within their share are absent."""
    weights = {stream: size.bytes_per_entry * size.added for stream, size in sizes.items()}
    total = sum(weights.values()) or 1.0
    excess = {stream: size.bytes - budget * weights[stream] / total for stream, size in sizes.items()}
    return {stream: over for stream, over in excess.items() if over > 0 and sizes[stream].entries}
