"""The cursor of the merged event streams: the last entry passed in the stream of every kind.

Each kind has a stream of its own, and entry ids of two streams cannot be compared: within a millisecond they overlap,
and a step of Redis' clock sets one stream ahead of another.  A cursor therefore holds one entry id per kind.  It is the
`id:` of a Server-Sent Event, and `after` or `Last-Event-ID` of the request that resumes.  Clients treat it as opaque.
`start` parses the other forms of `after`.

    s:1726560000000-0,m:1726560000000-1,d:1726559999000-4

The grammar, in ABNF (RFC 5234):

    cursor    = part *("," part) / original
    part      = key ["/" partition] ":" entry-id      ; every key and partition at most once, in any order
    key       = 1*8 ALPHA                             ; `KindSpec.cursor_key`, lower case
    partition = 1*5 DIGIT                             ; of a stream that is split; 0 is written without a number
    entry-id  = 1*16 DIGIT "-" 1*20 DIGIT             ; Redis: Unix ms, sequence number
    original  = entry-id 2("." entry-id)              ; first release: statement, meeting, decision

All of it is visible ASCII that neither an SSE field, an HTTP header nor the query of a URL has to escape.

*A kind that is missing* begins at the oldest entry kept ("0-0").  A gateway names every kind that it knows, whatever
the filter, so a cursor without a kind is older than the kind: its reader has been sent no event of it.  Nothing is lost
and nothing is sent twice.  The same holds for a missing partition.  *An unknown kind or partition* is refused: the
cursor was made by a newer gateway, and this one could not keep that position.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from worker.schema import KIND_INDEX, KIND_SPECS, KINDS, ORIGINAL_KINDS, Kind
from worker.streams import MAX_SEQUENCE, id_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Cursor = tuple[str, ...]
"""Id of the last entry passed in each stream, in the order of `KINDS`."""

OLDEST: Final = "0-0"
"""Position before every entry."""
START_CURSOR: Final[Cursor] = (OLDEST,) * len(KINDS)
ENTRY_PATTERN: Final = rf"[0-9]{{1,16}}-([0-9]{{1,19}}|1[0-7][0-9]{{18}}|{MAX_SEQUENCE})"
"""Sequence numbers go up to 2^64 - 1.  Of those from 18 * 10^18 on, which no server counts up to, only the last."""

_KIND_OF_KEY: Final[Mapping[str, Kind]] = {spec.cursor_key: kind for kind, spec in KIND_SPECS.items()}
_PREFIXES: Final = tuple(f"{spec.cursor_key}:" for spec in KIND_SPECS.values())
_TEMPLATE: Final = ",".join(f"{prefix}%s" for prefix in _PREFIXES)
_PART: Final = re.compile(rf"(?P<key>[a-z]{{1,8}})(/(?P<partition>[0-9]{{1,5}}))?:(?P<entry_id>{ENTRY_PATTERN})")
_ORIGINAL_PATTERN: Final = rf"{ENTRY_PATTERN}(\.{ENTRY_PATTERN}){{{len(ORIGINAL_KINDS) - 1}}}"


def _known_pattern(prefixes: tuple[str, ...]) -> str:
    """Return a pattern of the cursors that name one or more of some kinds, in their order."""
    parts = [f"{prefix}{ENTRY_PATTERN}" for prefix in prefixes]
    return "|".join(part + "".join(f"(,{later})?" for later in parts[i + 1 :]) for i, part in enumerate(parts))


CURSOR_PATTERN: Final = f"({_known_pattern(_PREFIXES)}|{_ORIGINAL_PATTERN})"
"""The cursors that this gateway makes, or made in its first release."""


class CursorError(ValueError):
    """A text that is no cursor of this gateway; the message completes a sentence that begins with the text."""


# ---------------------------------------------------------------- as text
def format_cursor(cursor: Cursor) -> str:
    """Return the text of a cursor, which names every kind."""
    return _TEMPLATE % cursor


def decode_cursor(text: str) -> Cursor | None:
    """Return the cursor that a text denotes; None if it does not have the form of one.

    A Redis entry id is the same position in every stream.  CursorError for a cursor of an unknown kind.
    """
    if ":" in text and (parts := [_PART.fullmatch(part) for part in text.split(",")]) and all(parts):
        return _from_parts([part for part in parts if part])
    if re.fullmatch(_ORIGINAL_PATTERN, text):
        return replace_positions(START_CURSOR, dict(zip(ORIGINAL_KINDS, text.split("."), strict=True)))
    return (text,) * len(KINDS) if re.fullmatch(ENTRY_PATTERN, text) else None


def _from_parts(parts: list[re.Match[str]]) -> Cursor:
    """Return the cursor of parsed parts; CursorError for an unknown or repeated kind or partition."""
    positions: dict[Kind, str] = {}
    for part in parts:
        kind = _KIND_OF_KEY.get(part["key"])
        if kind is None or int(part["partition"] or 0):
            raise CursorError(_describe_unknown(part))
        if kind in positions:
            raise CursorError(f"names the kind {kind} twice")
        positions[kind] = part["entry_id"]
    return replace_positions(START_CURSOR, positions)


def _describe_unknown(part: re.Match[str]) -> str:
    known = ", ".join(f"{key} ({kind})" for key, kind in _KIND_OF_KEY.items())
    name = part[0].partition(":")[0]
    return f"has a position for {name!r}, which only a newer gateway knows; this one knows {known}, unpartitioned"


# ---------------------------------------------------------------- as a value
def position_of(cursor: Cursor, kind: Kind) -> str:
    """Return the position of a kind in a cursor: the id of the last entry passed."""
    return cursor[KIND_INDEX[kind]]


def replace_positions(cursor: Cursor, positions: Mapping[Kind, str]) -> Cursor:
    """Return a copy of a cursor with `positions` in place of those of the same kinds."""
    return tuple(positions.get(kind, at) for kind, at in zip(KINDS, cursor, strict=True))


def latest_positions(one: Cursor, other: Cursor) -> Cursor:
    """Return the cursor that has the later of both positions for each kind."""
    return tuple(max(pair, key=id_key) for pair in zip(one, other, strict=True))


def is_ahead(one: Cursor, other: Cursor, kinds: Iterable[Kind]) -> bool:
    """Return whether `one` has a later position than `other` in at least one of `kinds`."""
    return any(id_key(position_of(one, kind)) > id_key(position_of(other, kind)) for kind in kinds)
