"""Time expressions of news text, resolved against the date of publication.

Only a single day is resolved.  "last week", "in December" and ambiguous expressions ("next Friday", "6/9/2024") resolve
to None.  A range resolves to its first day.  A day without a year is one of the year of publication, or less than half
a year away around New Year.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal, NamedTuple

TemporalSide = Literal["past", "future", "near"]
TimeDirection = Literal["past", "future", "this"]


class TimeExpression(NamedTuple):
    """A time expression: its character offsets, without the preposition, and the parts that it states.

    A part that the expression does not state is None.
    """

    start: int = 0
    end: int = 0
    weekday: int | None = None
    day: int | None = None
    month: int | None = None
    year: int | None = None
    offset_days: int | None = None
    """Days from the date of publication."""
    direction: TimeDirection | None = None
    week_direction: TimeDirection | None = None
    """The week of a weekday ("Tuesday last week") or the month of a day ("the 5th of next month")."""


_ONE_DAY = timedelta(days=1)
_DAYS_IN_WEEK = 7
_MONTHS_IN_YEAR = 12
_HALF_A_YEAR = 183
"""Days from the publication within which a day of another year is written without its year."""
_YEARS_TO_TRY = 7
"""Years on either side of the publication in which a weekday is tried: it recurs on a date after at most six years."""
_PERIOD_SHIFT: dict[TimeDirection, int] = {"past": -1, "this": 0, "future": 1}


def resolve_date(when: TimeExpression, published: date | None, tense: TemporalSide) -> date | None:
    """Return the date of a time expression; None if it does not identify a single day.

    `tense` selects the date of an incomplete expression.
    "past": the last such day up to the publication ("on Friday" of a meeting that took place).
    "future": the first such day from the publication on.
    "near": the nearest calendar day before or after it, for cancelled events; a weekday counts as past.
    Without `published` only dates with a year are resolved.
    """
    if when.day and when.month and when.year is not None:
        return _valid_date(when.year, when.month, when.day)
    if published is None:
        return None
    if when.day and when.month:
        return _resolve_calendar_day(when, published, tense)
    if when.day:
        return _resolve_day_of_month(when, published, tense)
    if when.offset_days is not None:
        return _add_days(published, when.offset_days)
    if when.weekday is not None:
        return _resolve_weekday(when, published, tense)
    return None


def _resolve_calendar_day(when: TimeExpression, published: date, tense: TemporalSide) -> date | None:
    """Return the date of a day and month without a year on the side of `tense`; None if it would be too far away.

    "On 20 September" of a past event, published on 17 September, does not denote a day of the year before.  A weekday
    selects the year.
    """
    if when.weekday is not None:
        years = range(published.year - _YEARS_TO_TRY, published.year + _YEARS_TO_TRY + 1)
    else:
        years = range(published.year - 1, published.year + 2)
    dates = (_valid_date(year, when.month or 0, when.day or 0) for year in years)
    found = [d for d in dates if d and _is_on_side(d, published, tense)]
    if when.weekday is not None:
        found = [d for d in found if d.weekday() == when.weekday]
    else:
        found = [d for d in found if d.year == published.year or abs((d - published).days) <= _HALF_A_YEAR]
    return min(found, key=lambda d: abs(d - published), default=None)


def _is_on_side(day: date, published: date, tense: TemporalSide) -> bool:
    if tense == "near":
        return True
    return day <= published if tense == "past" else day >= published


def _resolve_day_of_month(when: TimeExpression, published: date, tense: TemporalSide) -> date | None:
    """Return the date of "the 5th" in the month that "of next month" or else the tense selects."""
    if when.week_direction is not None:
        return _day_in_month(published, _PERIOD_SHIFT[when.week_direction], when.day or 0)
    months = (0, -1) if tense == "past" else (0, 1) if tense == "future" else (0, -1, 1)
    found = [d for shift in months if (d := _day_in_month(published, shift, when.day or 0))]
    found = [d for d in found if _is_on_side(d, published, tense)]
    return min(found, key=lambda d: abs(d - published), default=None)


def _day_in_month(published: date, shift: int, day: int) -> date | None:
    """Return the day in the month that is `shift` months after that of the publication."""
    years, month = divmod(published.month - 1 + shift, _MONTHS_IN_YEAR)
    return _valid_date(published.year + years, month + 1, day)


def _resolve_weekday(when: TimeExpression, published: date, tense: TemporalSide) -> date | None:
    """Return the date of a weekday; None for "next" weekdays, which are ambiguous."""
    weekday = when.weekday or 0
    if when.week_direction is not None:
        weeks = _PERIOD_SHIFT[when.week_direction]
        return _add_days(published, weekday - published.weekday() + weeks * _DAYS_IN_WEEK)
    if when.direction == "future":  # "next Friday" is ambiguous: this week's or the following one
        return None
    back = (published.weekday() - weekday) % _DAYS_IN_WEEK
    if when.direction == "past":
        return _add_days(published, -(back or _DAYS_IN_WEEK))
    return _add_days(published, -back if tense != "future" else (weekday - published.weekday()) % _DAYS_IN_WEEK)


def _valid_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 31 February: a misprint
        return None


def _add_days(day: date, days: int) -> date | None:
    try:
        return day + days * _ONE_DAY
    except OverflowError:
        return None
