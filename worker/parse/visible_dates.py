"""Find the date that a page shows to its readers, with the month as a word in one of forty languages, or in figures.

htmldate finds most dates, but for months of other languages than English, French, German and Turkish it would load
dateparser, which needs 2 s of CPU time in every process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

import msgspec
from selectolax.lexbor import LexborHTMLParser, LexborNode

from worker.parse.data_files import read_data_file
from worker.parse.markup import node_text

_SELECTORS = (
    "time, [class*='publi' i], [class*='posted' i], [class*='created' i], [class*='post-meta' i], [id*='publi' i]",
    "[class*='date' i], [class*='time' i], [class*='fecha' i], [class*='datum' i], [class*='meta' i], [id*='date' i]",
    "header span, article span, main span, [class*='byline' i], [class*='author' i], [class*='tagline' i]",
)
"""Elements that may contain the date, likeliest first."""
_MAX_ELEMENTS = 40
"""Elements read per selector."""
_MAX_CHARS = 120
"""Characters above which an element is running text, whose dates are those of events."""
_MAX_HEADLINES, _HEADLINE_LEVELS, _MAX_BELOW = 3, 3, 8
"""Headlines, elements around each, and nodes after each of these that are searched for a date."""
_CAPTIONED = frozenset({"figure", "img", "picture", "video", "script", "style"})
_TOKEN = re.compile(r"\d+|[^\s\d.,;:/|()\[\]'’،–—-]+")  # noqa: RUF001 - typographic marks
_EAST_ASIAN = re.compile(r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_VIETNAMESE = re.compile(r"(\d{1,2}) tháng (\d{1,2}),? (?:năm )?(\d{4})", re.IGNORECASE)
_FIGURES = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)")
_YEARS = range(1990, 2100)
_MAX_DAY, _MAX_MONTH = 31, 12
_REACH = 3
"""Tokens between a month and its day or year: "2 de abril del año 2020"."""


def find_visible_date(page: LexborHTMLParser) -> datetime | None:
    """Return the first written date in an element that may contain the date of publication, as midnight UTC."""
    return next(filter(None, map(parse_written_date, _short_texts(page))), None)


def _short_texts(page: LexborHTMLParser) -> Iterator[str]:
    for selector in _SELECTORS:
        for node in page.css(selector)[:_MAX_ELEMENTS]:
            text = node.text(separator=" ", strip=True)
            if any(map(str.isdigit, text[:_MAX_CHARS])) and len(text) <= _MAX_CHARS:
                yield text


def find_date_by_headline(page: LexborHTMLParser) -> datetime | None:
    """Return the first written date in a short text right below one of the first <h1>; None if there is none."""
    return next(filter(None, map(_date_below, page.css("h1")[:_MAX_HEADLINES])), None)


def _date_below(heading: LexborNode) -> datetime | None:
    node: LexborNode | None = heading
    for _ in range(_HEADLINE_LEVELS):
        if node is None or node.tag == "body":
            return None
        below = node.next
        for _ in range(_MAX_BELOW):
            if below is None:
                break
            text = node_text(below) if below.is_element_node and below.tag not in _CAPTIONED else ""
            if text and (found := parse_written_date(text) if len(text) <= _MAX_CHARS else None):
                return found
            below = below.next
        node = node.parent
    return None


def parse_written_date(text: str) -> datetime | None:
    """Return the first date with its month as a word, else that in figures; None if there is none.

    "2 de abril de 2020", "April 2, 2020", "2020. április 2.", "28/11/2020"
    """
    east_asian, vietnamese = _EAST_ASIAN.search(text), _VIETNAMESE.search(text)
    if east_asian:
        return _date(*map(int, east_asian.groups()))
    if vietnamese:
        return _date(*map(int, reversed(vietnamese.groups())))
    tokens, months = _TOKEN.findall(text.lower()), _months()
    for at, token in enumerate(tokens):
        found = _date_around(tokens, at, months[token]) if token in months else None
        if found is not None:
            return found
    return _date_in_figures(text)


def _date_in_figures(text: str) -> datetime | None:
    """Return the first date in figures; None if either number may be the month: the order depends on the country."""
    found = _FIGURES.search(text)
    if found is None:
        return None
    first, mark, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    if mark == "." or first > _MAX_MONTH or first == second:
        return _date(year, second, first)
    return _date(year, first, second) if second > _MAX_MONTH else None


def _date_around(tokens: list[str], at: int, month: int) -> datetime | None:
    """Return the date of the month at an index; the day is before or right after it, the year after or before it."""
    before = [number for token in reversed(tokens[max(0, at - _REACH) : at]) if (number := _number(token))]
    after = [number for token in tokens[at + 1 : at + 1 + _REACH] if (number := _number(token))]
    if before and before[0] <= _MAX_DAY:
        year, day = next((n for n in [*after, *before] if n in _YEARS), 0), before[0]
    elif after and after[0] <= _MAX_DAY:
        year, day = next((n for n in [*after[1:], *before] if n in _YEARS), 0), after[0]
    else:
        return None
    return _date(year, month, day)


def _number(token: str) -> int:
    """Return the value of a token of figures; 0 for a word and for a longer number than a year."""
    return int(token) if token.isdecimal() and len(token) <= len("2020") else 0


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC) if year in _YEARS else None
    except ValueError:
        return None


@cache
def _months() -> dict[str, int]:
    """Return the number of each month by its names."""
    data = read_data_file("months.toml")
    lists = msgspec.toml.decode(data, type=dict[str, list[str]])["months"]
    return {name: number for number, names in enumerate(lists, 1) for name in names.split()}
