"""The country that an actor represents: named in the role or phrase, or the home country of the article.

An office or body of a state without a country of its own ("the finance minister", "the Supreme Court") belongs to the
home country.  Private persons and bodies represent no country.
"""

from __future__ import annotations

from functools import cached_property

from worker.extract.coreference.country_names import CountryNames
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words


class CountryFinder:
    """Finder of the countries that the actors of one article represent; countries are ISO 3166-1 alpha-2 codes."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.names = CountryNames(text, lexicon)
        self.institutions = load_institutions(lexicon.language)
        self.person_words = load_person_words(lexicon.language)

    @property
    def home_country(self) -> str | None:
        """The country that the article is mostly about; None if no country prevails."""
        return self.names.home

    # ------------------------------------------------------------ names
    def first_country(self, first: int, last: int) -> str | None:
        """Return the first country in tokens [first, last), by any name of the gazetteer; else None."""
        found = self.names.first(first, last)
        return found[0] if found is not None else None

    def country_words(self, first: int, last: int) -> frozenset[str]:
        """Return the lower-case words that denote the country found by `first_country`; empty if it finds none."""
        found = self.names.first(first, last)
        return frozenset(self.text.lower[found[1] : found[2]]) if found is not None else frozenset()

    def country_of_name(self, name: str) -> str | None:
        """Return the country that a name, or a word of it, denotes ("Bank of England").

        None if none does, and for international and non-governmental organisations.
        """
        if name.lower() in self.lexicon.international:
            return None
        listed = self.institutions.class_of(name)
        if listed in {"international", "non_governmental"}:
            return None
        if listed is not None:
            return self.names.resolve(self.institutions.codes.get(name, ()))
        words = (self.names.table.names.get(word) for word in name.split())
        return next((code for codes in words if codes and (code := self.names.resolve(codes))), None)

    def is_name_of(self, word: str, country: str) -> bool:
        """Return whether a lower-case word is a name, demonym or seat of power of the country ("ukrainian", "us")."""
        names = self.names.table.names
        return any(country in names.get(spelling, ()) for spelling in (word.capitalize(), word.upper()))

    # ------------------------------------------------------------ offices
    def country_of_office(self, outer: int, first: int, last: int) -> str | None:
        """Return the country that an office represents; None if the role is not an office of a state.

        The country is named in the role itself (tokens `first` up to `last`), by a possessor before it or, for state
        offices, is the home country.  `outer`: first token of the surrounding phrase, -1 if there is none.
        """
        lower = self.text.lower
        if not any(lower[i].rstrip(".") in self.lexicon.offices for i in range(first, last)):
            return None
        return self.represented_country(outer, first, last)

    def represented_country(self, outer: int, first: int, last: int) -> str | None:
        """Return the country of a role or body in tokens [first, last): the one it names, or the home country."""
        if self._is_private(first, last):
            return None
        start = min(outer, first) if outer >= 0 else first
        if start > 1 and self.text.tags[start - 1] == "POS":
            start = max(0, start - 3)
        return self.first_country(start, last) or self.home_of_state_office(self.text.lower[first:last])

    def country_in_role(self, outer: int, first: int, last: int) -> str | None:
        """Return the country that a role mentions; "" for an international organisation, None if there is none."""
        if self._is_international(first, last):
            return ""
        return self.first_country(min(outer, first) if outer >= 0 else first, last)

    def _is_international(self, first: int, last: int) -> bool:
        """Return whether tokens contain the name of an intergovernmental organisation."""
        if any(w in self.lexicon.international for w in self.text.lower[first:last]):
            return True
        for i in range(first, last):
            found = self.names.at(i, last)
            if found is not None and not found[0]:
                name = " ".join(self.text.words[i : i + found[1]])
                if self.institutions.class_of(name) in {"international", "non_governmental"}:
                    return True
        return False

    def _is_private(self, first: int, last: int) -> bool:
        """Return whether a role belongs to a private or international body: "president of the company"."""
        private = self.person_words.private_bodies
        return any(w in private for w in self.text.lower[first:last]) or self._is_international(first, last)

    def home_of_state_office(self, words: list[str]) -> str | None:
        """Return the home country if the lower-case words are an office or body of a state, else None."""
        plain_words = [bare for w in words if (bare := w.rstrip("."))[:1].isalnum()]
        if any(w in self._sovereign for w in plain_words):
            return self.home_country
        if not any(w in self.lexicon.state_offices for w in plain_words):
            return None
        return self.home_country if all(w in self._state_words for w in plain_words) else None

    @property
    def _sovereign(self) -> frozenset[str]:
        return self.person_words.sovereign_offices

    @cached_property
    def _state_words(self) -> frozenset[str]:
        """Words with which an office or body remains one of the state."""
        lexicon, words = self.lexicon, self.person_words
        return (
            lexicon.offices
            | lexicon.state_offices
            | lexicon.state_words
            | lexicon.role_modifiers
            | words.past_modifiers
        )
