"""Countries by the names in a text: states, demonyms, capitals, institutions, parties, titles, regions and cities.

A name of several countries belongs to the home country of the article if that is one of them, and else to none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from functools import cache, cached_property

from msgspec import Struct

from worker.extract.coreference.home_country import CountryMention, OfficeModifiers, find_home, is_of_one_country
from worker.extract.coreference.office_holders import OfficeHolders
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.institution_names import (
    ANY_COUNTRY,
    INTERNATIONAL,
    LOCAL,
    Codes,
    load_institutions,
)
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon
from worker.extract.lexicon.person_words import load_person_words

_PLACE_WEIGHT = 0.5
"""Evidence of a region, city or currency, relative to the name of a country."""
_INSTITUTION_WEIGHT = 2.0
_CLAUSE_BOUNDARIES = frozenset({",", ";", ":", "and", "but", "while"})
"""Words and marks that separate two clauses, whose subjects may have one country."""
_MAX_BEFORE = 8
"""Names before a token among which a country is looked up."""
_MAX_WORDS_BEFORE = 60
"""Words before a body among which an office without a country is looked for."""
_MIN_RIVAL_SHARE = 0.4
"""Mentions of a country, relative to those of a foreign country, from which it may be the home country instead."""
_MAX_DATELINE = 4
"""Tokens of the longest place in a dateline."""


class CountryTable(Struct, frozen=True):
    """The names of one language that denote a country, by their tokens joined with blanks."""

    names: dict[str, Codes]
    """Name as written, or currency -> countries; empty for names of intergovernmental organisations."""
    titles: dict[str, Codes]
    """Title in lower case -> countries."""
    places: frozenset[str]
    """The names and currencies that are weaker evidence than a country's name."""
    institutions: frozenset[str]
    """The names of institutions and parties, which are stronger evidence."""
    cities: frozenset[str]
    """The names of cities, which also begin names of places and institutions elsewhere."""
    parties: frozenset[str]
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
    names |= listed.codes | listed.currencies
    titles = listed.titles
    return CountryTable(
        names=names,
        titles=titles,
        places=frozenset(listed.places) | frozenset(listed.currencies),
        institutions=frozenset(listed.codes),
        cities=frozenset(listed.places) - listed.regions,
        parties=frozenset(name for name, kind in listed.classes.items() if kind == "parties"),
        name_sizes=_sizes(names),
        title_sizes=_sizes(titles),
    )


class CountryNames:
    """The countries named in one article; countries are ISO 3166-1 alpha-2 codes."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.table = load_country_table(lexicon.language)
        self._modifiers = OfficeModifiers(text, lexicon)
        self._after_place = load_person_words(lexicon.language).place_name_endings
        self._homes: dict[frozenset[str], str | None] = {}
        """Excluded countries -> home country."""

    def at(self, i: int, last: int) -> tuple[Codes, int] | None:
        """Return the countries of the longest name from token `i` that ends by `last`, and its length; else None."""
        words, table = self.text.words, self.table
        size, title_size = table.name_sizes.get(words[i]), table.title_sizes.get(self.text.lower[i])
        found = _longest(words, i, min(size, last - i), table.names) if size is not None else None
        if found is not None and self._opens_other_name(i, i + found[1]):
            found = None
        if title_size is None:
            return found
        title = _longest(self.text.lower, i, min(title_size, last - i), table.titles)
        if found is not None and title is not None:
            return title if title[1] > found[1] else found  # "Treasury Secretary" is no Treasury
        return found or title

    def _opens_other_name(self, first: int, last: int) -> bool:
        """Return whether a name of one word begins another name.

        The name of a party ("Democratic" in "the Democratic League") or of a city ("Vienna" in "Vienna County").
        """
        words = self.text.words
        if last - first > 1 or last >= len(words) or not words[last][0].isupper():
            return False
        if words[first] in self.table.cities:
            return self.text.lower[last] in self._after_place or words[first - 1] == "New"
        return words[first] in self.table.parties and self.text.lower[last] in self.lexicon.organisation_heads

    def first(self, first: int, last: int) -> tuple[str, int, int] | None:
        """Return the first country in tokens [first, last), with the range of its name; None if there is none.

        A name of one country precedes names of several ("the Supreme Court of Latvia").
        """
        at, ambiguous = first, None
        while at < last:
            found = self.at(at, last)
            if found is not None:
                codes, size = found
                if is_of_one_country(codes):
                    return codes[0], at, at + size
                if ambiguous is None and (code := self.resolve(codes, at)) is not None:
                    ambiguous = code, at, at + size
            at += found[1] if found is not None else 1
        return ambiguous

    def resolve(self, codes: Codes, token: int) -> str | None:
        """Return the country of a name at a token: its only one, or that of the text around it if it uses the name.

        None if there is no name, for an international one, and if the text around it is about none of its countries.
        """
        if is_of_one_country(codes):
            return codes[0]
        if not codes or (codes[0] == INTERNATIONAL and self._names_united_nations):
            return None
        if codes[0] == INTERNATIONAL or (len(codes) == 1 and codes[0] != ANY_COUNTRY):
            return self.home if self.home is not None and LOCAL + self.home in codes else None
        country = self.near(token)
        if codes[0] == ANY_COUNTRY or (country is not None and (country in codes or LOCAL + country in codes)):
            return country
        known = [code for code in codes if code[0] != LOCAL]
        return known[0] if len(known) == 1 else None

    @cached_property
    def _names_united_nations(self) -> bool:
        """Whether the article names the United Nations."""
        lower = self.text.lower
        return "un" in lower or "u.n." in lower or ("nations" in lower and "united" in lower)

    @cached_property
    def mentions(self) -> list[CountryMention]:
        """The names in text order."""
        found: list[CountryMention] = []
        words, lower, at, size = self.text.words, self.text.lower, 0, len(self.text.words)
        name_sizes, title_sizes = self.table.name_sizes, self.table.title_sizes
        while at < size:
            known = words[at] in name_sizes or lower[at] in title_sizes
            match = self.at(at, size) if known else None
            if match is not None:
                end = at + match[1]
                weight = self._weight(" ".join(words[at:end]))
                found.append(CountryMention(at, end, match[0], weight, self._modifiers.includes(at, end)))
            at += match[1] if match is not None else 1
        return found

    def _weight(self, name: str) -> float:
        """Return the weight of a name as evidence: institutions and titles show whose affairs are reported."""
        table = self.table
        if name in table.places:
            return _PLACE_WEIGHT
        return _INSTITUTION_WEIGHT if name in table.institutions or name.lower() in table.titles else 1.0

    @cached_property
    def home(self) -> str | None:
        """The country of the article's readers, as a rule the one that it is mostly about; None if unknown."""
        home = find_home(self.mentions, self._dateline())
        foreign = self.offices.foreign_countries
        if not foreign or (home is not None and home not in foreign):
            return home
        other = self.home_without(foreign)
        return other if home is None or (other is not None and self._names_often(other, home)) else home

    def home_without(self, excluded: frozenset[str]) -> str | None:
        """Return the country outside `excluded` that the article is mostly about; None if no country prevails."""
        if excluded not in self._homes:
            left = [m for m in self.mentions if excluded.isdisjoint(m.codes)]
            self._homes[excluded] = find_home(left, self._dateline())
        return self._homes[excluded]

    def _names_often(self, country: str, other: str) -> bool:
        """Return whether the article names a country at least `_MIN_RIVAL_SHARE` as often as another one."""
        counts = Counter(m.codes[0] for m in self.mentions if len(m.codes) == 1)
        return counts[country] >= _MIN_RIVAL_SHARE * counts[other]

    @cached_property
    def offices(self) -> OfficeHolders:
        """The offices that each country has only once."""
        known = [(m.token, m.end, m.codes[0]) for m in self.mentions if is_of_one_country(m.codes)]
        starts, ends = {first: code for first, _, code in known}, {end: code for _, end, code in known}
        return OfficeHolders(self.text, self.lexicon, starts, ends)

    def _dateline(self) -> list[Codes]:
        """Return the countries of the place of the article's dateline: "OSLO (Norpress) -"."""
        for first, last in self.text.layout.datelines[:1]:
            for length in range(min(last - first, _MAX_DATELINE), 0, -1):
                place = " ".join(self.text.words[first : first + length])
                codes = self.table.names.get(place) or self.table.names.get(place.title())
                if codes:
                    return [codes]
        return []

    def near(self, token: int, *, holder: bool = False) -> str | None:
        """Return the home country; without one, the only country named before a token in its paragraph.

        None if the paragraph names several or none, or names it only before the offices of others although the article
        has an office without a country.  `holder`: whether the token is such an office of a named person.
        """
        if self.home is not None:
            return self.home
        before = bisect_left(self.mentions, token, key=_token_of)
        named: dict[str, bool] = {}
        for mention in reversed(self.mentions[max(0, before - _MAX_BEFORE) : before]):
            if self.text.paragraph_of[mention.token] != self.text.paragraph_of[token]:
                break
            if is_of_one_country(mention.codes):
                own = not mention.of_office or self._modifiers.reaches(mention.end, token)
                named[mention.codes[0]] = named.get(mention.codes[0], False) or own
        if len(named) == 1:
            country, own = next(iter(named.items()))
            start = max(self.text.paragraph_range(token)[0], token - _MAX_WORDS_BEFORE)
            return country if own or not (holder or self._has_bare_office(start, token)) else None
        return self._only_country if not (named or holder) else None

    @cached_property
    def _only_country(self) -> str | None:
        """The only country that the article names, before an office; None if another office has no country."""
        named = {m.codes[0] for m in self.mentions if is_of_one_country(m.codes)}
        only = len(named) == 1 and any(m.of_office for m in self.mentions)
        return named.pop() if only and not self._has_bare_office(0, len(self.text.words)) else None

    def _has_bare_office(self, first: int, last: int) -> bool:
        """Return whether tokens [first, last) name a person with an office but never with that of a country."""
        return self._modifiers.has_bare_office(first, last, self._holders)

    @cached_property
    def _holders(self) -> frozenset[str]:
        """The capitalised words after countries that modify offices: names of the holders among them."""
        return self._modifiers.holders([m.end for m in self.mentions if m.of_office])

    def is_counterpart(self, country: str, first: int, last: int) -> bool:
        """Return whether the clause names the country before the office of another party than tokens [first, last).

        A verb or preposition between the two parties shows that they are two: "Foreign Minister Tamm met the Latvian
        president".
        """
        start, end = self.text.sentence_range(first)
        at = bisect_left(self.mentions, start, key=_token_of)
        while at < len(self.mentions) and (mention := self.mentions[at]).token < end:
            other = mention.of_office and mention.codes == (country,) and not first <= mention.token < last
            if other and self._modifiers.is_country(mention.token, mention.end):
                between = slice(last, mention.token) if mention.token >= last else slice(mention.end, first)
                linked = any(tag[:2] in {"VB", "IN", "TO"} for tag in self.text.tags[between])
                if linked and _CLAUSE_BOUNDARIES.isdisjoint(self.text.lower[between]):
                    return True
            at += 1
        return False


def _token_of(mention: CountryMention) -> int:
    return mention.token


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
