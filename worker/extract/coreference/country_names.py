"""Countries by the names in a text: states, demonyms, capitals, institutions, parties, titles, regions and cities.

A name of several countries belongs to the home country of the article if that is one of them, and else to none.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cache, cached_property

from msgspec import Struct

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.institution_names import ANY_COUNTRY, Codes, load_institutions
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon

_MIN_EVIDENCE = 1.5
"""Evidence below which a country cannot be the home country."""
_MIN_SHARE = 0.45
"""Share of all evidence that the home country needs."""
_MIN_LEAD = 1.5
"""Ratio of its evidence to that of the second country."""
_PLACE_WEIGHT = 0.5
"""Evidence of a region, city or currency, relative to the name of a country."""
_DATELINE_WEIGHT = 2.0
_MAX_DATELINE = 4
"""Tokens of the longest place in a dateline."""


class CountryTable(Struct, frozen=True):
    """The names of one language that denote a country, by their tokens joined with blanks."""

    names: dict[str, Codes]
    """Name as written -> countries; empty for names of intergovernmental organisations."""
    titles: dict[str, Codes]
    """Title or currency in lower case -> countries."""
    places: frozenset[str]
    """The names and currencies that are weaker evidence than a country's name."""
    name_sizes: dict[str, int]
    """First word of a name -> number of tokens of the longest one."""
    title_sizes: dict[str, int]


def _sizes(names: dict[str, Codes]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for name in names:
        first, size = name.partition(" ")[0], name.count(" ") + 1
        if size > sizes.get(first, 0):
            sizes[first] = size
    return sizes


@cache
def load_country_table(language: str) -> CountryTable:
    """Return the names of a language, read once per process; the gazetteer precedes the list of countries."""
    lexicon, listed = load_lexicon(language), load_institutions(language)
    names = dict(listed.places)
    if lexicon is not None:
        for table in (lexicon.seats_of_power, lexicon.demonyms, lexicon.countries):
            names |= {name: (code,) for name, code in table.items()}
    names |= listed.codes
    titles = listed.currencies | listed.titles
    return CountryTable(
        names=names,
        titles=titles,
        places=frozenset(listed.places) | frozenset(listed.currencies),
        name_sizes=_sizes(names),
        title_sizes=_sizes(titles),
    )


class CountryNames:
    """The countries named in one article; countries are ISO 3166-1 alpha-2 codes."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.table = load_country_table(lexicon.language)

    def at(self, i: int, last: int) -> tuple[Codes, int] | None:
        """Return the countries of the longest name from token `i` that ends by `last`, and its length; else None."""
        words, table = self.text.words, self.table
        size = table.name_sizes.get(words[i])
        if size is not None:
            found = _longest(words, i, min(size, last - i), table.names)
            if found is not None:
                return found
        size = table.title_sizes.get(self.text.lower[i])
        return _longest(self.text.lower, i, min(size, last - i), table.titles) if size is not None else None

    def first(self, first: int, last: int) -> tuple[str, int, int] | None:
        """Return the first country in tokens [first, last), with the range of its name; None if there is none."""
        at = first
        while at < last:
            found = self.at(at, last)
            if found is not None:
                code = self.resolve(found[0])
                if code is not None:
                    return code, at, at + found[1]
            at += found[1] if found is not None else 1
        return None

    def resolve(self, codes: Codes) -> str | None:
        """Return the country of a name: its only one, or the home country if the name is used there; else None."""
        if codes and codes[0] == ANY_COUNTRY:
            return self.home
        if len(codes) == 1:
            return codes[0]
        return self.home if self.home in codes else None

    @cached_property
    def home(self) -> str | None:
        """The country that the article is mostly about; None if no country prevails."""
        evidence: defaultdict[str, float] = defaultdict(float)
        at, size = 0, len(self.text.words)
        self._add_dateline(evidence)
        while at < size:
            found = self.at(at, size)
            if found is None:
                at += 1
                continue
            self._add(evidence, at, *found)
            at += found[1]
        return _prevailing(evidence)

    def _add(self, evidence: defaultdict[str, float], at: int, codes: Codes, size: int) -> None:
        """Add a name to the evidence; a name of several countries is divided among them."""
        if not codes:
            return
        place = size == 1 and self.text.words[at] in self.table.places
        weight = (_PLACE_WEIGHT if place else 1.0) / len(codes)
        for code in codes:
            if code != ANY_COUNTRY:
                evidence[code] += weight

    def _add_dateline(self, evidence: defaultdict[str, float]) -> None:
        """Add the place of the article's dateline: "OSLO (Norpress) -"."""
        for first, last in self.text.layout.datelines[:1]:
            for length in range(min(last - first, _MAX_DATELINE), 0, -1):
                place = " ".join(self.text.words[first : first + length])
                codes = self.table.names.get(place) or self.table.names.get(place.title(), ())
                for code in codes:
                    evidence[code] += _DATELINE_WEIGHT / len(codes)
                if codes:
                    return


def _longest(words: list[str], i: int, size: int, table: dict[str, Codes]) -> tuple[Codes, int] | None:
    """Return the value and length of the longest entry of a table that begins at token `i`; None if there is none."""
    for length in range(size, 0, -1):
        name = words[i] if length == 1 else " ".join(words[i : i + length])
        codes = table.get(name)
        if codes is None and "\N{RIGHT SINGLE QUOTATION MARK}" in name:
            codes = table.get(name.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
        if codes is not None:
            return codes, length
    return None


def _prevailing(evidence: defaultdict[str, float]) -> str | None:
    """Return the country with most evidence if its lead is sufficient; else None."""
    ranked = sorted(evidence.items(), key=lambda item: (-item[1], item[0]))[:2]
    if not ranked or ranked[0][1] < _MIN_EVIDENCE or ranked[0][1] < _MIN_SHARE * sum(evidence.values()):
        return None
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= _MIN_LEAD * ranked[1][1] else None
