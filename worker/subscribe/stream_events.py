"""Decode entries of the event streams, and find out whether a stream has lost entries.

Shared by all readers of the streams: subscriptions and the gateway.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import msgspec
import structlog

from worker.schema import KINDS, RETRACTION, Event, Retraction
from worker.streams import MAX_SEQUENCE, StreamTail, id_key, previous_id, range_entries, stream_tails
from worker.telemetry import metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redis.asyncio import Redis

    from worker.streams import Entry

log = structlog.get_logger()

_DECODER: Final[msgspec.json.Decoder[Event | Retraction]] = msgspec.json.Decoder(Event | Retraction)
_KNOWN_TYPES: Final = frozenset(name.encode() for name in (*KINDS, RETRACTION))
_MAX_UNIX_MS: Final = 253_402_300_799_999
"""The end of the year 9999: the latest that `datetime` can represent.  An entry id may be later."""


class UndecodableEntryError(ValueError):
    """The data of an entry is no event; the message is the decoder's."""


class UnknownTypeError(UndecodableEntryError):
    """The type of an entry is not known to this version; the message is the type.  Readers skip such entries."""


def decode_entry(entry: Entry) -> Event | Retraction:
    """Return the event or retraction in an entry.

    UnknownTypeError if its type is unknown.  Otherwise UndecodableEntryError if its data is missing or is neither an
    event nor a retraction of this version.
    """
    fields = entry.fields or {}
    if (named := fields.get(b"type")) and named not in _KNOWN_TYPES:
        raise UnknownTypeError(named.decode(errors="replace"))
    try:
        return _DECODER.decode(fields.get(b"data", b""))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as e:  # RecursionError: nested too deeply
        raise UndecodableEntryError(str(e)) from None


class SkippedTypes:
    """Counts the entries that a reader skips because their type is unknown, in the metrics and in the log.

    The log has the 1st, 10th, 100th, … of them, so that a stream full of them does not fill it.
    """

    def __init__(self) -> None:
        self.count = 0
        """Entries skipped so far."""

    def add(self, stream: str, type_name: str) -> None:
        """Count one entry of an unknown type."""
        self.count += 1
        metrics.UNKNOWN_ENTRIES.inc()
        if self.count == 10 ** (len(str(self.count)) - 1):
            log.warning("unknown_type", stream=stream, type=type_name[:100], skipped=self.count)


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

    A position made from a time is exempt: it may be later than the last entry, and even lie in the future.
    """
    read = {stream: at for stream, at in after.items() if not is_time(at)}
    tails = await stream_tails(client, read)
    return {stream: tail for stream, tail in tails.items() if id_key(tail.last_id) < id_key(read[stream])}


def is_time(entry_id: str) -> bool:
    """Return whether a position was made from a time: then its sequence number is the greatest, which no entry has."""
    return id_key(entry_id)[1] == MAX_SEQUENCE
