"""Countries in an article: the one that a phrase names, and the home country of the article.

An office without a country ("the finance minister") is attributed to the home country, which is named more often than
all others together.  An article without a home country leaves it None.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, cached_property

from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.lexicon import Lexicon, load_lexicon

_MIN_MENTIONS = 3
"""Mentions below which a country cannot be the home country."""


@cache
def _first_words(language: str) -> frozenset[str]:
    """Return the first word of every country name, demonym and seat of power."""
    words = load_lexicon(language)
    places = (*words.countries, *words.demonyms, *words.seats_of_power) if words is not None else ()
    return frozenset(place.partition(" ")[0] for place in places)


class CountryFinder:
    """Finder of the countries named in one article; countries are ISO 3166-1 alpha-2 codes."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self._first_words_of_places = _first_words(lexicon.language)

    def first_country(self, first: int, last: int) -> str | None:
        """Return the first country in tokens [first, last), by name, demonym or seat of power; else None."""
        for i in range(first, last):
            found = self._at(i, last)
            if found is not None:
                return found[0]
        return None

    def country_words(self, first: int, last: int) -> frozenset[str]:
        """Return the lower-case words that denote the country found by `first_country`; empty if it finds none."""
        for i in range(first, last):
            found = self._at(i, last)
            if found is not None:
                return frozenset(self.text.lower[i : i + found[1]])
        return frozenset()

    def _at(self, i: int, last: int) -> tuple[str, int] | None:
        """Return the country named from token `i` on and the number of words of its name; None if there is none.

        The longest name that ends by token `last` is chosen.
        """
        words = self.text.words
        if words[i] not in self._first_words_of_places:
            return None
        for size in range(min(self.lexicon.max_place_words, last - i), 0, -1):
            code = self._country_code(" ".join(words[i : i + size]))
            if code:
                return code, size
        return None

    def _country_code(self, words: str) -> str | None:
        lexicon = self.lexicon
        return lexicon.countries.get(words) or lexicon.demonyms.get(words) or lexicon.seats_of_power.get(words)

    def country_of_name(self, name: str) -> str | None:
        """Return the country that a word of a name denotes ("Bank of England").

        None if no word denotes one, and for a name listed as international.
        """
        if name.lower() in self.lexicon.international:
            return None
        return next((code for word in name.split() if (code := self._country_code(word))), None)

    def country_of_office(self, outer: int, first: int, last: int) -> str | None:
        """Return the country that an office represents; None if the role is not an office of a state.

        The country is named in the role itself (tokens `first` up to `last`), by a possessor before it or, for state
        offices, is the home country.  `outer`: first token of the surrounding phrase, -1 if there is none.
        """
        lower = self.text.lower
        if not any(lower[i].rstrip(".") in self.lexicon.offices for i in range(first, last)):
            return None
        if any(w in self.lexicon.international for w in lower[first:last]):
            return None
        start = min(outer, first) if outer >= 0 else first
        if start > 1 and self.text.tags[start - 1] == "POS":
            start = max(0, start - 3)
        return self.first_country(start, last) or self.home_of_state_office(lower[first:last])

    def country_in_role(self, outer: int, first: int, last: int) -> str | None:
        """Return the country that a role mentions; "" for an international organisation, None if there is none."""
        if any(w in self.lexicon.international for w in self.text.lower[first:last]):
            return ""
        return self.first_country(min(outer, first) if outer >= 0 else first, last)

    def home_of_state_office(self, words: list[str]) -> str | None:
        """Return the home country if the words are an office or organisation of a state and nothing else, else None."""
        plain_words = [w.rstrip(".") for w in words if w[0].isalnum()]
        offices = self.lexicon.state_offices
        if not any(w in offices for w in plain_words) or not all(
            w in offices | self.lexicon.state_words for w in plain_words
        ):
            return None
        return self.home_country

    def is_name_of(self, word: str, country: str) -> bool:
        """Return whether a lower-case word is a name, demonym or seat of power of the country ("ukrainian", "us")."""
        spellings, lexicon = (word.capitalize(), word.upper()), self.lexicon
        return any(
            country in {lexicon.demonyms.get(s), lexicon.countries.get(s), lexicon.seats_of_power.get(s)}
            for s in spellings
        )

    @cached_property
    def home_country(self) -> str | None:
        """The country named more often than all others together; None if there is none."""
        counts: Counter[str] = Counter()
        at, size = 0, len(self.text.words)
        while at < size:
            found = self._at(at, size)
            if found is not None:
                counts[found[0]] += 1
            at += found[1] if found is not None else 1
        if not counts:
            return None
        country, count = counts.most_common(1)[0]
        return country if count >= _MIN_MENTIONS and 2 * count > counts.total() else None
