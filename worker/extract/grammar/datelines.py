"""Datelines before the first sentence of a report: place, date and agency, as in "BERGEN, Norway (Baltic Wire) —"."""

from __future__ import annotations

from collections.abc import Collection

from worker.extract.grammar.punctuation import DASHES
from worker.extract.grammar.tokens import Tokens
from worker.extract.lexicon.lexicon import Lexicon

_MAX_DATELINE = 14
"""Tokens of the longest dateline: city, country, date and agency."""
_MAX_AGENCY = 6
"""Tokens of an agency with its brackets."""
_MAX_CAPITALISED = 8
"""Tokens after a dateline of which one is in lower case."""


def dateline_end(tokens: Tokens, first: int, last: int, lexicon: Lexicon) -> tuple[int, int]:
    """Return the token after a dateline and the token after its place; (first, first) if there is none.

    "OSLO (NTB) –" · "BERLIN, March 3 —" · "St. Helier, Jersey (AP) --" · "Warsaw:".
    """
    words, none = tokens.words, (first, first)
    if words[first] == "(":
        return _agency_end(words, first, last), first
    if not words[first][0].isupper():
        return none
    limit = min(last - 2, first + _MAX_DATELINE)
    mark = next((i for i in range(first + 1, limit) if words[i] in DASHES or words[i] == ":"), -1)
    if mark < 0 or not words[mark + 1][0].isupper() or tokens.starts[mark + 1] == tokens.ends[mark]:
        return none
    if not any(map(str.islower, words[mark + 1 : mark + 1 + _MAX_CAPITALISED])) or _is_titled(tokens, first, lexicon):
        return none  # a line in capitals, a person
    place = _place_end(tokens, first, mark)
    name = " ".join(words[first:place])
    is_place = name in lexicon.seats_of_power or name.title() in lexicon.seats_of_power or _is_country(name, lexicon)
    if words[mark] == ":":
        return (mark + 1, place) if is_place and place == mark and _is_city_or_country(name, lexicon) else none
    capitals = name.isupper() and len(name) > 3 and not _is_kicker(tokens.lower[first:place], lexicon)  # noqa: PLR2004
    tail = tokens.lower[place:mark]
    if not all(_belongs_to_dateline(words[i], lexicon) for i in range(place, mark)):
        return none
    bracketed = "(" in tail or any(low in lexicon.outlets for low in tail)
    dated = any(low in lexicon.time_nouns or low.rstrip(".") in lexicon.time_nouns for low in tail)
    spaced = tokens.starts[mark] > tokens.ends[mark - 1]
    return (mark + 1, place) if spaced and (capitals or is_place or bracketed or dated) else none


def _agency_end(words: list[str], first: int, last: int) -> int:
    """Return the token after an agency in brackets and a dash that begin a line: "(Norpress) –"; else `first`."""
    closing = next((i for i in range(first + 1, min(first + _MAX_AGENCY, last - 2)) if words[i] == ")"), -1)
    named = closing > first + 1 and all(words[i][0].isupper() for i in range(first + 1, closing))
    return closing + 2 if named and words[closing + 1] in DASHES else first


def _is_titled(tokens: Tokens, first: int, lexicon: Lexicon) -> bool:
    """Return whether a line begins with a title or role: "Sen. Ted Cruz (R-Texas) —"; "St." is part of a place."""
    low = tokens.lower[first].rstrip(".")
    return low in lexicon.roles or (low in lexicon.titles and low != "st")


def _place_end(tokens: Tokens, first: int, mark: int) -> int:
    """Return the end of the capitalised words that begin a dateline: the city."""
    at = first
    while at < mark and tokens.words[at][0].isupper():
        at += 1
    return at


def _belongs_to_dateline(word: str, lexicon: Lexicon) -> bool:
    """Return whether a token can follow the city of a dateline: country, date, agency, brackets, commas."""
    return not word[0].islower() or word.lower() in lexicon.time_nouns


def _is_country(name: str, lexicon: Lexicon) -> bool:
    return name in lexicon.countries or name.title() in lexicon.countries


def _is_city_or_country(name: str, lexicon: Lexicon) -> bool:
    return name in lexicon.countries or name in lexicon.seats_of_power


def _is_kicker(lower: Collection[str], lexicon: Lexicon) -> bool:
    return not lexicon.kickers.isdisjoint(lower)
