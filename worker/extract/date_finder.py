"""Find the time expressions of a text: one regular expression built from a language's calendar words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from worker.extract.dates import TimeDirection, TimeExpression

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class CalendarWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time words of a language, in lower case.  In a text, months and weekdays match only if capitalised."""

    weekdays: dict[str, int]
    """Weekday -> number; Monday is 0."""
    months: dict[str, int]
    """Month -> number; January is 1.  Abbreviations without their full stop."""
    ambiguous_months: list[str]
    """Months that are also other words ("May", "March"); without a day or year they need a preposition before them."""
    deictic_days: dict[str, int]
    """Expression relative to today -> offset in days ("yesterday" is -1)."""
    direction_words: dict[str, TimeDirection]
    """Word before a period -> whether the period is past, future or current ("last", "next", "this")."""
    periods: list[str]
    parts_of_day: list[str]
    """Parts of a day; with "this" they mean today."""
    numbers: dict[str, int]
    vague_numbers: list[str]
    """Numbers that identify no single day ("several days ago")."""
    edge_modifiers: list[str]
    """Modifiers before an expression that belong to it ("early", "the end of")."""
    date_prepositions: list[str]
    """Prepositions after which a bare month or year is a date ("in")."""
    count_signs: dict[str, int]
    """Word after a count of days -> sign; 0 if the count does not start from today ("later")."""
    future_prepositions: list[str]
    """Prepositions before a count of days that mean the future ("in")."""
    units: dict[str, int]
    """Unit -> length in days; 0 if a count of it identifies no single day ("week")."""
    week_words: list[str]
    """Words for a week after a weekday ("Tuesday last week")."""
    month_words: list[str]
    """Words for a month after a day ("the 5th of this month")."""
    vague_units: list[str]
    """Units without a fixed length, used with a number word ("a while ago")."""
    seasons: list[str]
    vague_expressions: list[str]
    """Expressions that identify no day but are kept as worded ("soon")."""


class DateFinder:
    """Finder of the time expressions of one language."""

    def __init__(self, calendar: CalendarWords) -> None:
        self._calendar = calendar
        self._pattern = re.compile(_build_pattern(calendar))
        self._anchors, self._openers = _anchor_words(calendar), _opening_words(calendar)

    def find(self, text: str, start: int, end: int) -> list[TimeExpression]:
        """Return the time expressions in `text[start:end]`, in order, without overlap."""
        if _DIGIT.search(text, start, end) is None and self._anchors.isdisjoint(_WORD.findall(text[start:end].lower())):
            return []  # fast path for most sentences
        openers, anchors = [], []
        for word in _WORD.finditer(text, start, end):
            low = word[0].lower()
            if low[0].isdigit():
                openers.append(word.start())
                anchors.append(word.start())
                continue
            if low in self._openers:
                openers.append(word.start())
            if low in self._anchors:
                anchors.append(word.start())
        if not anchors:
            return []
        found = (self._parse(m) for m in self._matches(text, openers, anchors, start, end))
        return [when for when in found if when is not None]

    def _matches(
        self, text: str, openers: list[int], anchors: list[int], start: int, end: int
    ) -> Iterator[re.Match[str]]:
        """Yield the matches of the pattern, without overlap; it is tried only at words that may open an expression."""
        at, last = max(start, anchors[0] - _SEARCH_WINDOW), min(end, anchors[-1] + _SEARCH_WINDOW)
        for opener in openers:
            found = self._pattern.match(text, opener, last) if at <= opener < last else None
            if found is not None:
                yield found
                at = found.end()

    def _parse(self, m: re.Match[str]) -> TimeExpression | None:
        groups = {name: value.lower() for name, value in m.groupdict().items() if value}
        parser = next((r for group, r in _PARSERS if group in groups), _parse_undated)
        when = parser(groups, self._calendar)
        return when and when._replace(start=m.start("when"), end=m.end("when"))


# ---------------------------------------------------------------- one parser per type of expression
Groups = dict[str, str]
"""The named groups of a match, in lower case."""
ExpressionParser: TypeAlias = "Callable[[Groups, CalendarWords], TimeExpression | None]"


def _parse_undated(_: Groups, __: CalendarWords) -> TimeExpression:
    return TimeExpression()


def _parse_iso(groups: Groups, _: CalendarWords) -> TimeExpression:
    year, month, day = (int(part) for part in groups["iso"].split("-"))
    return TimeExpression(day=day, month=month, year=year)


def _parse_slashed(groups: Groups, _: CalendarWords) -> TimeExpression:
    """Parse 13/09/2024 and 09/13/2024; without a date if both numbers could be the month."""
    first, second, year = (int(part) for part in groups["slashed"].split(groups["mark"]))
    if first > 12 >= second:  # noqa: PLR2004 - months in a year
        return TimeExpression(day=first, month=second, year=year)
    if second > 12 >= first:  # noqa: PLR2004 - months in a year
        return TimeExpression(day=second, month=first, year=year)
    return TimeExpression()


def _parse_day_and_month(groups: Groups, c: CalendarWords) -> TimeExpression:
    order = "1" if "day1" in groups else "2"
    return TimeExpression(
        weekday=c.weekdays[groups["named" + order]] if "named" + order in groups else None,
        day=int(groups["day" + order]),
        month=c.months[groups["month" + order]],
        year=int(groups["year" + order]) if "year" + order in groups else None,
    )


def _parse_weekday(groups: Groups, c: CalendarWords) -> TimeExpression:
    return TimeExpression(
        weekday=c.weekdays[groups["weekday"]],
        direction=c.direction_words[groups["direction1"]] if "direction1" in groups else None,
        week_direction=c.direction_words[groups["week"]] if "week" in groups else None,
    )


def _parse_day_of_month(groups: Groups, c: CalendarWords) -> TimeExpression:
    return TimeExpression(
        day=int(groups["day5"]),
        week_direction=c.direction_words[groups["month5"]] if "month5" in groups else None,
    )


def _parse_month(groups: Groups, c: CalendarWords) -> TimeExpression | None:
    homonym = groups["month3"] in c.ambiguous_months and not groups.keys() & {"within", "direction2", "year3"}
    return (
        None
        if homonym
        else TimeExpression(month=c.months[groups["month3"]], year=int(groups["year3"]) if "year3" in groups else None)
    )


def _parse_deictic(groups: Groups, c: CalendarWords) -> TimeExpression:
    return TimeExpression(offset_days=c.deictic_days[groups["deictic"]])


def _parse_count(groups: Groups, c: CalendarWords) -> TimeExpression | None:
    """Parse "three days ago" and "in three days"; return None for a mere duration."""
    within = groups.get("within") in c.future_prepositions and groups["unit"] not in c.vague_units
    if "ago" not in groups and not within:
        return None
    count = groups["count"]
    number = int(count) if count.isdigit() else c.numbers.get(count, 0)
    sign = c.count_signs[groups["ago"]] if "ago" in groups else 1
    return TimeExpression(offset_days=number * c.units.get(groups["unit"], 0) * sign or None)


def _parse_part_of_day(groups: Groups, c: CalendarWords) -> TimeExpression:
    return TimeExpression(offset_days=0 if c.direction_words[groups["direction3"]] == "this" else None)


def _parse_period(groups: Groups, c: CalendarWords) -> TimeExpression:
    """Parse "next week" and "last month"."""
    return TimeExpression(direction=c.direction_words[groups["direction4"]])


def _parse_year(groups: Groups, _: CalendarWords) -> TimeExpression | None:
    return TimeExpression(year=int(groups["year4"])) if "within" in groups else None


def _parse_season(groups: Groups, _: CalendarWords) -> TimeExpression | None:
    """Parse "in spring" and "the summer of 2023"; return None for "the summer heat"."""
    if "year6" not in groups and "within" not in groups:
        return None
    return TimeExpression(year=int(groups["year6"]) if "year6" in groups else None)


_PARSERS: tuple[tuple[str, ExpressionParser], ...] = (
    ("iso", _parse_iso),
    ("slashed", _parse_slashed),
    ("day1", _parse_day_and_month),
    ("day2", _parse_day_and_month),
    ("weekday", _parse_weekday),
    ("month3", _parse_month),
    ("deictic", _parse_deictic),
    ("unit", _parse_count),
    ("part", _parse_part_of_day),
    ("day5", _parse_day_of_month),
    ("season", _parse_season),
    ("year4", _parse_year),
    ("direction4", _parse_period),
)
"""The regex group that identifies a type of expression, and its parser; the first match counts."""


# ---------------------------------------------------------------- the pattern
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"[\d\u00b2-\u00be]")
"""Characters that may begin a number: `str.isdigit` is true of superscripts, too."""
_SEARCH_WINDOW = 48
"""Characters around the first and last time word that are searched.  Affects only speed."""
_YEAR = "(?:1[89]|20)[0-9]{2}"
_DAY = "[0-3]?[0-9](?:st|nd|rd|th)?"
_DOT = r"(?:\.(?= ?[0-9]))?"
"""The full stop of an abbreviated month, not that of the sentence."""


def _any(words: Iterable[str], group: str = "") -> str:
    """Return an alternation of the words, longest first; a named group if `group` is given."""
    inner = "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))
    return f"(?P<{group}>{inner})" if group else f"(?:{inner})"


def _names(words: Iterable[str], group: str = "") -> str:
    """Return an alternation of names, which are capitalised."""
    return _any((word.capitalize() for word in words), group) + r"\b"


def _anchor_words(c: CalendarWords) -> frozenset[str]:
    """Return the last word of each time expression; a text without any of them needs no regex search."""
    phrases = [*c.weekdays, *c.months, *c.deictic_days, *c.periods, *c.parts_of_day, *c.units, *c.vague_expressions]
    phrases += [*c.seasons, *(word for word, sign in c.count_signs.items() if sign)]  # "a while ago"
    return frozenset(phrase.split()[-1] for phrase in phrases)


def _opening_words(c: CalendarWords) -> frozenset[str]:
    """Return the first word of each time expression that does not begin with a number."""
    phrases = [*c.weekdays, *c.months, *c.deictic_days, *c.periods, *c.parts_of_day, *c.units, *c.vague_expressions]
    phrases += [*c.seasons, *c.vague_units, *c.numbers, *c.vague_numbers, *c.direction_words, *c.edge_modifiers]
    return frozenset(_WORD.findall(phrase.lower())[0] for phrase in [*phrases, *c.date_prepositions, "the"])


def _build_pattern(c: CalendarWords) -> str:
    """Return the regex, one alternation, longer expressions first.  No repetition is nested: matching is linear."""
    edge, direction, part = (
        f"(?:(?i:{_any(c.edge_modifiers)})[ -])?",
        f"(?:the )?(?i:{_any(c.direction_words)}) ",
        f"(?: {_any(c.parts_of_day)})?",
    )
    through = f"(?: ?[-\N{EN DASH}] ?{_DAY}(?![0-9])| (?:and|to|through|until) {_DAY}(?![0-9]))?"
    several = f"(?:(?: and | to |, | or | through |[-\N{EN DASH}]){_names(c.weekdays)})*"
    month_day = f"{_names(c.months, 'month1')}{_DOT} (?P<day1>[0-3]?[0-9])(?![0-9:]|[.,][0-9])(?:st|nd|rd|th)?{through}"
    day_month = f"(?P<day2>[0-3]?[0-9])(?:st|nd|rd|th)?{through} (?:of )?{_names(c.months, 'month2')}{_DOT}"
    month_year = (
        f"{_names(c.months, 'month3')}{_DOT}(?:,? (?:of )?(?P<year3>{_YEAR})| of {direction}{_any(c.periods)})?"
    )
    week_of = f"(?:,? (?:of )?(?i:{_any(c.direction_words, 'week')}) {_any(c.week_words)})?"
    weekday = _names(c.weekdays, "weekday")
    ago = f"(?: {_any(c.count_signs, 'ago')}\\b)?"
    day_of_month = "(?P<day5>[0-3]?[0-9])(?:st|nd|rd|th)"
    numbers = f"(?i:{_any([*c.numbers, *c.vague_numbers])})"
    choices = (
        "(?P<iso>[12][0-9]{3}-[01][0-9]-[0-3][0-9])",
        "(?P<slashed>[0-3]?[0-9](?P<mark>[/.])[0-3]?[0-9](?P=mark)[12][0-9]{3})",
        f"(?:{_names(c.weekdays, 'named1')},? )?{month_day}(?:,? (?P<year1>{_YEAR}))?",
        f"(?:{_names(c.weekdays, 'named2')},? )?(?:the )?{day_month}(?:,? (?P<year2>{_YEAR}))?",
        f"{edge}(?:(?i:{_any(c.direction_words, 'direction1')}) )?{weekday}{several}{part}{week_of}",
        f"{edge}(?:(?i:{_any(c.direction_words, 'direction2')}) )?{month_year}",
        f"{edge}(?i:{_any(c.deictic_days, 'deictic')}){part}",
        f"(?P<count>{numbers}|[0-9]{{1,3}}) {_any([*c.units, *c.vague_units], 'unit')}{ago}",
        f"(?i:{_any(c.direction_words, 'direction3')}) {_any(c.parts_of_day, 'part')}",
        f"{edge}(?:the )?(?i:{_any(c.direction_words, 'direction4')}) (?:{numbers} )?{_any([*c.periods, *c.units])}",
        f"{edge[:-1]}(?:the )?(?:{_any(c.periods)}|{_YEAR})",
        f"the {day_of_month}(?: of (?i:{_any(c.direction_words, 'month5')}) {_any(c.month_words)}|(?=[.,;:!?)]|$))",
        f"{edge}(?:the )?(?P<season>{_any(c.seasons)})(?:,? (?:of )?(?P<year6>{_YEAR})|(?! of ))",
        f"(?:the )?(?P<year4>{_YEAR})s?",
        f"(?i:{_any(c.vague_expressions)})",
    )
    return f"\\b(?:(?i:{_any(c.date_prepositions, 'within')}) )?(?P<when>{'|'.join(choices)})(?!\\w)"
