"""Decode entries of the event streams, and find out whether a stream has lost entries.

Shared by all readers of the streams: subscriptions and the gateway.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec

from worker.schema import Event
from worker.streams import StreamTail, id_key, previous_id, range_entries, stream_tails

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

    from worker.streams import Entry

_DECODER: Final = msgspec.json.Decoder(Event)
_MAX_UNIX_MS: Final = 253_402_300_799_999
"""The end of the year 9999: the latest that `datetime` can represent.  An entry id may be later."""


class UndecodableEntryError(ValueError):
    """The data of an entry is no event; the message is the decoder's."""


def decode_event(entry: Entry) -> Event:
    """Return the event in an entry; UndecodableEntryError if its data is missing or is no event of this version."""
    try:
        return _DECODER.decode((entry.fields or {}).get(b"data", b""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:  # RecursionError: nested too deeply
        raise UndecodableEntryError(str(e)) from None


def published_at(unix_ms: int) -> datetime:
    """Return the time of publication in UTC, from the milliseconds of an entry id; at most the end of year 9999."""
    return datetime.fromtimestamp(min(unix_ms, _MAX_UNIX_MS) / 1000, UTC)


async def may_have_lost_entries(client: Redis, stream: str, after: str) -> bool:
    """Return whether entries later than `after` may have been trimmed away.

    Trimming removes the oldest entries.  None is lost while the oldest one kept is at most the next id after `after`.
    Otherwise Redis (from version 7) knows whether the stream ever lost an entry; for an older server: True.
    """
    if id_key(after) == (0, 0):
        return False
    oldest = await range_entries(client, stream, count=1)
    if not oldest or id_key(previous_id(oldest[0].id)) <= id_key(after):
        return False
    info: Any = await client.xinfo_stream(stream)
    return bool(info.get("entries-added") != info["length"])


async def find_reset_streams(client: Redis, after: Mapping[str, str]) -> dict[str, StreamTail]:
    """Return the tails of the streams that end before an id in `after` (stream -> entry id).

    Such a stream lost its keys, or a replica without its latest entries became the primary.  Entries added from now on
    may get ids below the one that was read already, so the reader has to go back to the tail.
    """
    tails = await stream_tails(client, after)
    return {stream: tail for stream, tail in tails.items() if id_key(tail.last_id) < id_key(after[stream])}
