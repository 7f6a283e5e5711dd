"""UTC offsets: of abbreviations of time zones, and of the country of an outlet's domain."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache

import msgspec
from msgspec import Struct

from worker.parse.data_files import read_data_file


class _Offsets(Struct, frozen=True):
    """The tables of zones.toml, in hours."""

    abbreviations: dict[str, float]
    domains: dict[str, float]
    domains_with_summer_time: dict[str, float]


def offset_of_abbreviation(name: str) -> timedelta | None:
    """Return the UTC offset of "CEST"; None for an unknown abbreviation and for one of several zones."""
    hours = _offsets().abbreviations.get(name.upper())
    return None if hours is None else timedelta(hours=hours)


def offset_of_domain(host: str, moment: datetime) -> timedelta | None:
    """Return the UTC offset of the country of a host at a moment; None if it has no country or several zones."""
    domain = host.rpartition(".")[2]
    offsets = _offsets()
    if domain in offsets.domains:
        return timedelta(hours=offsets.domains[domain])
    hours = offsets.domains_with_summer_time.get(domain)
    return None if hours is None else timedelta(hours=hours + _is_summer_time(moment))


def _is_summer_time(moment: datetime) -> bool:
    """Return whether a moment is between the last Sundays of March and October, 01:00 UTC (Directive 2000/84/EC)."""
    utc = moment.astimezone(UTC)
    changes = [
        datetime.combine(_last_sunday(utc.year, month), datetime.min.time(), UTC) + timedelta(hours=1)
        for month in (3, 10)
    ]
    return changes[0] <= utc < changes[1]


def _last_sunday(year: int, month: int) -> date:
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@cache
def _offsets() -> _Offsets:
    return msgspec.toml.decode(read_data_file("zones.toml"), type=_Offsets)
