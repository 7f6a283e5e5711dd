"""Parse dates in the formats that pages use: numeric ones, and those with the name of the month."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from worker.parse.visible_dates import parse_written_date
from worker.parse.zones import offset_of_abbreviation

EARLIEST, LATEST = datetime(1990, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
"""Dates outside this range are defaults of templates: no news page is older than the web or from the far future."""

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)", re.ASCII)
_TIME = re.compile(
    r"(?:^|[T ,@|–-]|\bat\b|\bum\b|\bà\b)\s{0,3}(\d{1,2})[:.h](\d{2})(?:[:.](\d{2})(?:[.,:]\d{1,9})?)?(?![\d.])"  # noqa: RUF001 - a dash is meant
    r"\s?(?:Uhr\b)?\s?([AaPp])?(?(4)\.?[Mm]\b\.?)"
    r"\s?(?:\(?(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?|\(?([A-Z]{1,5})\b|$|\W|\w)",
    re.ASCII,
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?$", re.ASCII)
_EPOCH = re.compile(r"1\d{9}(\d{3})?$", re.ASCII)
_RFC5322 = re.compile(
    r"(?:[A-Za-z]+,? )?\d{1,2} [A-Za-z]{3} \d{2,4} \d{1,2}:\d{2}(?::\d{2})?(?: [+-]\d{4}| GMT)?", re.ASCII
)
_NOON = 12
_MAX_CHARS = 80


def parse_datetime(text: str) -> datetime | None:
    """Parse ISO 8601 with common deviations, RFC 5322, seconds or milliseconds since 1970, or a written date.

    The result keeps the zone of the text, whose calendar day is the newspaper's.  Defaults are UTC and midnight; the
    time is midnight, too, if its zone is unknown.  None for any other format and for dates before 1990 or from 2100 on.
    """
    text = text.strip()[:_MAX_CHARS]
    found = _parse_iso(text) or _parse_compact(text) or _parse_epoch(text) or _parse_rfc5322(text)
    found = found or _parse_written(text)
    return found if found and EARLIEST.year <= found.year < LATEST.year else None


def _parse_iso(text: str) -> datetime | None:
    found = _ISO.search(text)
    day = _date([int(part) for part in found.groups()]) if found else None
    return _at_time(day, text[found.end() :]) if found and day else None


def _parse_written(text: str) -> datetime | None:
    written = parse_written_date(_TIME.sub(" ", text))
    return _at_time(written.date(), text) if written else None


def _at_time(day: date, text: str) -> datetime:
    """Return the moment on a day at the time in a text, which may be without one; midnight if its zone is unknown."""
    midnight = datetime.combine(day, datetime.min.time(), UTC)
    found = _TIME.search(text)
    if found is None:
        return midnight
    hour, minute, second, half, sign, zone_h, zone_m, name = found.groups()
    offset: timedelta | None = timedelta(hours=int(zone_h or 0), minutes=int(zone_m or 0)) * (-1 if sign == "-" else 1)
    if name:
        offset = offset_of_abbreviation(name)
    hours = int(hour) % _NOON + _NOON * (half in "Pp") if half else int(hour)
    if offset is None:
        return midnight
    try:
        return datetime(day.year, day.month, day.day, hours, int(minute), int(second or 0), tzinfo=_zone(offset))
    except (ValueError, OverflowError):
        return midnight


def _parse_compact(text: str) -> datetime | None:
    found = _COMPACT.match(text)
    if not found:
        return None
    try:
        return datetime(*(int(part or 0) for part in found.groups()[:6]), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except (ValueError, OverflowError):
        return None


def _date(parts: list[int]) -> date | None:
    try:
        return date(*parts)
    except ValueError:
        return None


def _zone(offset: timedelta) -> timezone:
    return timezone(offset) if abs(offset) < timedelta(days=1) else UTC


def _parse_epoch(text: str) -> datetime | None:
    found = _EPOCH.match(text)
    return datetime.fromtimestamp(int(text) / (1_000 if found[1] else 1), UTC) if found else None


def _parse_rfc5322(text: str) -> datetime | None:
    """Parse a date of an e-mail or feed, with an offset or without; abbreviations are left to `_parse_written`."""
    if not _RFC5322.fullmatch(text):
        return None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
