"""Where reading starts or ends: every form of `after`, `before`, `since` and `Last-Event-ID`, for all interfaces.

    "$"                              from now on
    "0"                              from the oldest event kept
    "1h", "30m", "2d"                from so long ago on
    "2026-03-01T12:00:00+02:00"      from that instant on (RFC 3339; in Python also a `datetime` with a time zone)
    "1772359200000"                  from that instant on (Unix ms)
    "1772359200000-0"                after that stream entry
    "s:1772359200000-0,m:…"          after that event of the gateway (see `cursor`)

A time is turned into the greatest entry id before it: its sequence number is `MAX_SEQUENCE`, which no entry has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from worker.durations import parse_duration_s
from worker.schema import KINDS, ORIGINAL_KINDS, Kind
from worker.streams import previous_id
from worker.subscribe.cursor import START_CURSOR, Cursor, CursorError, decode_cursor, position_of

After: TypeAlias = "str | int | datetime | timedelta | Mapping[Kind, str]"
"""A start: a text, Unix ms, a time with a zone, a duration before now, or one text for each kind."""
END: Final = "$"
"""The end of the streams at present."""
UNIX_MS_PATTERN: Final = "[0-9]{1,16}"
_EXPECTED: Final = (
    'none of "$" (from now on), "0" (from the oldest kept), a duration such as "1h", "30m" or "2d" (that long ago), '
    'a time such as "2026-03-01T12:00:00Z" (RFC 3339) or "1772366400000" (Unix ms), a Redis entry id such as '
    '"1772366400000-0", or an event id of the gateway'
)
_NO_ZONE: Final = (
    'is a time without a zone: append Z or an offset, as in "2026-03-01T12:00:00Z" or "2026-03-01T12:00:00+02:00" '
    "(in a URL, + is written %2B)"
)
_LOST_PLUS: Final = re.compile(r".*T.* [0-9]{2}:?[0-9]{2}", re.IGNORECASE)
"""A time in the query of a URL, where an unescaped + is a space."""


# ---------------------------------------------------------------- texts
def parse_start(text: str, now_ms: int) -> Cursor | None:
    """Return the cursor after which reading starts; None for "$".

    `now_ms`: the time in Unix ms from which a duration is counted back.  CursorError for a text of no accepted form.
    """
    if text == END:
        return None
    if text == "0":
        return START_CURSOR
    if cursor := decode_cursor(text):
        return cursor
    return cursor_before(_unix_ms(text, now_ms))


def cursor_before(unix_ms: int) -> Cursor:
    """Return the cursor before every event published at a time (Unix ms) or later."""
    return (previous_id(f"{max(0, unix_ms)}-0"),) * len(KINDS)


def _unix_ms(text: str, now_ms: int) -> int:
    if re.fullmatch(UNIX_MS_PATTERN, text):
        return int(text)
    if (age_s := parse_duration_s(text)) is not None:
        return now_ms - round(age_s * 1000)
    if _LOST_PLUS.fullmatch(text):
        raise CursorError(_NO_ZONE)
    try:
        at = datetime.fromisoformat(text.upper())
    except (ValueError, OverflowError):
        raise CursorError(_EXPECTED) from None
    return _ms_of(at)


def _ms_of(at: datetime) -> int:
    if at.tzinfo is None:
        raise CursorError(_NO_ZONE)
    return round(at.timestamp() * 1000)


# ---------------------------------------------------------------- Python values
def start_positions(after: After, now_ms: int) -> dict[Kind, str]:
    """Return kind -> entry id after which it is read, or "$".

    `after` as a mapping lacks a kind: see `resume_positions`.  CursorError for a value of no accepted form.
    """
    if isinstance(after, Mapping):
        return {kind: _positions(_parse_value(at, now_ms))[kind] for kind, at in resume_positions(after).items()}
    return _positions(_parse_value(after, now_ms))


def _parse_value(after: object, now_ms: int) -> Cursor | None:
    match after:
        case str():
            return parse_start(after, now_ms)
        case bool():
            raise CursorError(_EXPECTED)
        case int():
            return parse_start(str(after), now_ms)
        case datetime():
            return cursor_before(_ms_of(after))
        case timedelta() if after >= timedelta():
            return cursor_before(now_ms - round(after.total_seconds() * 1000))
    raise CursorError(_EXPECTED)


def _positions(cursor: Cursor | None) -> dict[Kind, str]:
    return {kind: position_of(cursor, kind) if cursor else END for kind in KINDS}


def resume_positions(stored: Mapping[Kind, str], first: str = END) -> dict[Kind, str]:
    """Return kind -> start, for a reader that stored its positions: the stored position, `first` or "0".

    `first` is for a reader that has stored none yet, and for a kind that it did not subscribe to.  A kind that is
    missing because it did not exist when the positions were stored begins at the oldest entry: none of its events has
    been received, so none is lost and none comes twice.
    """
    later = "0" if stored else first
    return {kind: stored.get(kind, first if kind in ORIGINAL_KINDS else later) for kind in KINDS}
