"""The merged event id: how far a reader is in every stream at once.

The events of each kind have a stream of their own, and two streams share no counter: within one millisecond their
entry ids overlap, and a step of Redis's clock sets one stream ahead of another.  No single entry id says therefore
what a reader of several streams has seen.  All of them together do, in the order of `KINDS`:

    1726560000000-0.1726560000000-1.1726559999000-4
    statement       meeting         decision

An event's id is the position just behind it.  To a client it is opaque; it grows with every event handed over, and
resuming from it is exact whichever way the streams were merged.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

from worker.schema import KINDS, Kind
from worker.streams import id_key

if TYPE_CHECKING:
    from collections.abc import Mapping

Cursor = tuple[str, ...]
"""Id of the last entry passed in each stream, in the order of `KINDS`."""

START_CURSOR: Final[Cursor] = ("0-0",) * len(KINDS)
MAX_SEQUENCE: Final = 2**64 - 1
ENTRY_PATTERN: Final = rf"[0-9]{{1,16}}-([0-9]{{1,19}}|1[0-7][0-9]{{18}}|{MAX_SEQUENCE})"
"""No sequence number is above 2^64 - 1; of those from 18 * 10^18 on, which nobody counts up to, only the last."""
CURSOR_PATTERN: Final = rf"{ENTRY_PATTERN}(\.{ENTRY_PATTERN}){{{len(KINDS) - 1}}}"
UNIX_MS_PATTERN: Final = "[0-9]{1,16}"
EXPECTED: Final = (
    'none of "$" (from now on), "0" (from the oldest kept), an event id of this API, a Redis entry id, '
    "a Unix time in ms, or a time of RFC 3339"
)


def format_cursor(position: Cursor) -> str:
    """Return the event id of a position."""
    return ".".join(position)


def decode_cursor(text: str) -> Cursor | None:
    """Read a place that a client names; None is "$", wherever the present is.  ValueError says what is expected.

    A time means from that instant on; everything else means behind it.
    """
    if text == "$":
        return None
    if re.fullmatch(CURSOR_PATTERN, text):
        return tuple(text.split("."))
    if text == "0":
        return START_CURSOR
    if re.fullmatch(ENTRY_PATTERN, text):
        return (text,) * len(KINDS)
    return (previous_id(f"{_instant_ms(text)}-0"),) * len(KINDS)


def _instant_ms(text: str) -> int:
    if re.fullmatch(UNIX_MS_PATTERN, text):
        return int(text)
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(EXPECTED) from None
    if at.tzinfo is None:
        raise ValueError(EXPECTED)
    return max(0, round(at.timestamp() * 1000))


def previous_id(entry_id: str) -> str:
    """Return the id just before an entry's; "0-0" has none, and is its own."""
    ms, sequence = id_key(entry_id)
    if sequence:
        return f"{ms}-{sequence - 1}"
    return f"{ms - 1}-{MAX_SEQUENCE}" if ms else "0-0"


def replace_positions(position: Cursor, to: Mapping[Kind, str]) -> Cursor:
    """Return the position with some kinds' entries replaced."""
    return tuple(to.get(kind, at) for kind, at in zip(KINDS, position, strict=True))


def latest_positions(one: Cursor, other: Cursor) -> Cursor:
    """Return the later entry of each kind."""
    return tuple(max(pair, key=id_key) for pair in zip(one, other, strict=True))
