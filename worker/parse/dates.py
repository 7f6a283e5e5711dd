"""Parse numeric dates in the formats that pages use.  Dates with names of months are left to htmldate."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Dates outside this range are defaults of templates: no news page is older than the web or from the far future."""

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ,]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:]\d{1,9})?)?\s?(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?$", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(\d{3})?$", re.ASCII)


def parse_datetime(text: str) -> datetime | None:
    """Parse ISO 8601 with common deviations, RFC 5322, or seconds or milliseconds since 1970.

    The result keeps the zone of the text, whose calendar day is the newspaper's.  Defaults are UTC and midnight.
    None for any other format and for dates before 1990 or from 2100 on.
    """
    text = text.strip()[:80]
    found = _parse_iso(text) or _parse_compact(text) or _parse_epoch(text) or _parse_rfc5322(text)
    return found if found and EARLIEST.year <= found.year < LATEST.year else None


def _parse_iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    if not found:
        return None
    year, month, day, hour, minute, second, _, sign, zone_h, zone_m = found.groups()
    offset = timedelta(hours=int(zone_h or 0), minutes=int(zone_m or 0)) * (-1 if sign == "-" else 1)
    return _build_datetime([year, month, day, hour, minute, second], offset)


def _parse_compact(text: str) -> datetime | None:
    found = _COMPACT.match(text)
    return _build_datetime(list(found.groups()[:6]), timedelta()) if found else None


def _build_datetime(parts: list[str | None], offset: timedelta) -> datetime | None:
    numbers = [int(p or 0) for p in parts]
    zone = timezone(offset) if abs(offset) < timedelta(days=1) else UTC
    try:
        return datetime(*numbers[:6], tzinfo=zone)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _parse_epoch(text: str) -> datetime | None:
    found = _EPOCH.match(text)
    return datetime.fromtimestamp(int(text) / (1_000 if found[1] else 1), UTC) if found else None


def _parse_rfc5322(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
