"""Offices that each country has only once, with and without the country: "Latvian President Lunde", "President Tamm".

An article omits the country of the holder whose country is that of its readers.
"""

from __future__ import annotations

from functools import cached_property

from msgspec import Struct

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_MAX_HOLDER = 5
"""Tokens after an office among which the name of its holder is looked for."""
_MAX_MODIFIERS = 3
"""Words before an office that may mark it as past: "former US"."""
_MINISTER, _COUNTERPART = "minister", "counterpart"
_SAME_OFFICE = {"premier": "prime minister"}
_MODIFIER_TAGS = frozenset({"NNP", "NN", "JJ", "POS"})
_BEFORE_HOLDER = frozenset({",", "the"})


class NamedOffice(Struct, frozen=True, gc=False):
    """An occurrence of an office that each country has only once."""

    first: int
    last: int
    title: str
    """The office in lower case: "president", "foreign minister"."""
    country: str | None
    """Country named beside it, as an ISO 3166-1 alpha-2 code; None without one."""
    holder: frozenset[str]
    """The capitalised words after it."""


class OfficeHolders:
    """The offices in one article that each country has only once, and the words of their holders' names."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon, starts: dict[int, str], ends: dict[int, str]) -> None:
        """Take the countries that the article names.  `starts`, `ends`: first token and end of a name -> country."""
        self.text, self.lexicon = text, lexicon
        self._starts, self._ends = starts, ends
        self._words = load_person_words(lexicon.language)
        self._deputies = self._words.deputy_modifiers | {"deputy"}
        self._heads = self._words.sovereign_roles | {_MINISTER, _COUNTERPART}

    @cached_property
    def offices(self) -> list[NamedOffice]:
        """The offices in text order, except past and deputy ones."""
        return self._offices_in(0, len(self.text.lower))

    def _offices_in(self, first: int, last: int) -> list[NamedOffice]:
        """Return the offices whose heads are in tokens [first, last)."""
        lower = self.text.lower
        found = [self._office(i) for i in range(first, last) if lower[i] in self._heads]
        return [office for office in found if office is not None]

    def _office(self, at: int) -> NamedOffice | None:
        """Return the office whose head is at a token; None if it is past, a deputy's or not unique in its country."""
        lower, start, title = self.text.lower, at, self.text.lower[at]
        if title == _MINISTER:
            start = at - 1
            if start < 0 or (lower[start] != "prime" and lower[start] not in self.lexicon.departments):
                return None
            title = f"{lower[start]} {_MINISTER}"
        before = lower[max(0, start - _MAX_MODIFIERS) : start]
        if not self._words.past_modifiers.isdisjoint(before) or not self._deputies.isdisjoint(before[-1:]):
            return None
        return NamedOffice(
            first=start,
            last=at + 1,
            title=_SAME_OFFICE.get(title, title),
            country=self._country_beside(start, at + 1),
            holder=self._holder_after(at + 1),
        )

    def _country_beside(self, first: int, last: int) -> str | None:
        """Return the country before an office or in the of-phrase after it; None if there is none."""
        owner = first - 1 if first > 0 and self.text.tags[first - 1] == "POS" else first
        after = last + 1 if self.text.lower[last : last + 1] == ["of"] else -1
        after += after > 0 and self.text.lower[after : after + 1] == ["the"]
        named = after > 0 and self.text.tags[after + 1 : after + 2] != ["NNP"]  # not "of the American Ports League"
        return self._ends.get(owner) or (self._starts.get(after) if named else None)

    def _holder_after(self, last: int) -> frozenset[str]:
        """Return the words of the name after an office that ends before token `last`; empty if no name follows."""
        words, tags, end = self.text.words, self.text.tags, min(last + _MAX_HOLDER, len(self.text.words))
        first = next((i for i in range(last, end) if words[i] not in _BEFORE_HOLDER), end)
        end = next((i for i in range(first, end) if tags[i] != "NNP"), end)
        return frozenset(words[first:end])

    @cached_property
    def _marked(self) -> dict[tuple[str, str], frozenset[str]]:
        """Country and office -> words of the names of its holders, for offices beside their country."""
        found: dict[tuple[str, str], frozenset[str]] = {}
        for office in self.offices:
            if office.country is not None:
                key = office.country, office.title
                found[key] = found.get(key, frozenset()) | office.holder
        return found

    @cached_property
    def _unmarked(self) -> frozenset[str]:
        """The offices of named persons whose country the article gives nowhere."""
        known: dict[str, frozenset[str]] = {}
        for (_, title), holder in self._marked.items():
            known[title] = known.get(title, frozenset()) | holder
        return frozenset(o.title for o in self.offices if self._is_unmarked(o, known.get(o.title, frozenset())))

    def _is_unmarked(self, office: NamedOffice, known: frozenset[str]) -> bool:
        """Return whether an office before a name has no country or other modifier, and its holder is not in `known`."""
        text, first = self.text, office.first
        if office.country is not None or not office.holder or not known.isdisjoint(office.holder):
            return False
        if text.words[first][0].islower() or text.tags[office.last] != "NNP":
            return False
        return text.sentence_range(first)[0] == first or text.tags[first - 1] not in _MODIFIER_TAGS

    @cached_property
    def foreign_countries(self) -> frozenset[str]:
        """The countries named beside an office, if another holder of the same office is named without a country.

        Also the country beside "counterpart", if any holder is named without a country.
        """
        unmarked = self._unmarked
        return frozenset(
            country
            for (country, title), holder in self._marked.items()
            if (title in unmarked and holder) or (title == _COUNTERPART and unmarked)
        )

    def is_held_by_other(self, country: str, first: int, last: int) -> bool:
        """Return whether a country has a holder of the office in tokens [first, last) other than the one named here."""
        named = frozenset(self.text.words[last : last + _MAX_HOLDER])
        for office in self._offices_in(first, last):
            holder = self._marked.get((country, office.title), frozenset())
            if holder and office.country is None and holder.isdisjoint(named):
                return True
        return False
