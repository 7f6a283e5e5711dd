"""Dates as pages write them -> instants.  Names of months are left to htmldate."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""No news page is older than the web, or from far ahead; what claims to be is a default of some template."""

_ISO = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})"
    r"(?:[T ,]{1,3}(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,:]\d{1,9})?)?\s?(?:(Z|UTC|GMT)|([+-])(\d{2}):?(\d{2})?)?)?",
    re.IGNORECASE | re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?$", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(\d{3})?$", re.ASCII)


def instant(written: str) -> datetime | None:
    """Read ISO 8601 and its common misspellings, RFC 5322, or seconds or milliseconds since 1970.

    The answer keeps the zone it is written in, whose day is the newspaper's; without a zone it is UTC, without a
    time midnight.  None for anything else, and for dates before 1990 or from 2100 on.
    """
    written = written.strip()[:80]
    found = _iso(written) or _compact(written) or _epoch(written) or _mail(written)
    return found if found and EARLIEST.year <= found.year < LATEST.year else None


def _iso(written: str) -> datetime | None:
    found = _ISO.search(written)
    if not found:
        return None
    year, month, day, hour, minute, second, _, sign, zone_h, zone_m = found.groups()
    offset = timedelta(hours=int(zone_h or 0), minutes=int(zone_m or 0)) * (-1 if sign == "-" else 1)
    return _build([year, month, day, hour, minute, second], offset)


def _compact(written: str) -> datetime | None:
    found = _COMPACT.match(written)
    return _build(list(found.groups()[:6]), timedelta()) if found else None


def _build(parts: list[str | None], offset: timedelta) -> datetime | None:
    numbers = [int(p or 0) for p in parts]
    zone = timezone(offset) if abs(offset) < timedelta(days=1) else UTC
    try:
        return datetime(*numbers[:6], tzinfo=zone)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _epoch(written: str) -> datetime | None:
    found = _EPOCH.match(written)
    return datetime.fromtimestamp(int(written) / (1_000 if found[1] else 1), UTC) if found else None


def _mail(written: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(written)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
