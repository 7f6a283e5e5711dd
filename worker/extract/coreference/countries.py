"""The country that an actor represents: named in the role or phrase, or the home country of the article.

An office or body of a state without a country of its own ("the finance minister", "the Supreme Court") belongs to the
country of the article.  Private persons and bodies represent no country.
"""

from __future__ import annotations

from worker.extract.coreference.country_names import CountryNames
from worker.extract.coreference.home_country import is_of_one_country
from worker.extract.coreference.state_roles import load_state_roles
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.institution_names import load_institutions
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import load_person_words

_MAX_SETTING = 6
"""Tokens of a place that opens a sentence."""
_MAX_PARTY_TAG = 5
"""Tokens of the longest party tag: "( D - Oakdale )"."""


class CountryFinder:
    """Finder of the countries that the actors of one article represent; countries are ISO 3166-1 alpha-2 codes."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon) -> None:
        self.text, self.lexicon = text, lexicon
        self.names = CountryNames(text, lexicon)
        self.institutions = load_institutions(lexicon.language)
        self.person_words = load_person_words(lexicon.language)
        self.state_roles = load_state_roles(lexicon.language)

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
        if name.lower() in self.lexicon.international or self._is_stateless(name):
            return None
        listed = self.institutions.codes.get(name)
        if listed is not None:
            return self.names.resolve(listed, 0)
        if not self.person_words.private_bodies.isdisjoint(name.lower().split()):
            return None
        words = (self.names.table.names.get(word) for word in name.split())
        return next((code for codes in words if codes and (code := self.names.resolve(codes, 0))), None)

    def is_name_of(self, word: str, country: str) -> bool:
        """Return whether a lower-case word is a name, demonym or seat of power of the country ("ukrainian", "us")."""
        names = self.names.table.names
        return any(country in names.get(spelling, ()) for spelling in (word.capitalize(), word.upper()))

    def _is_stateless(self, name: str) -> bool:
        return self.institutions.class_of(name) in {"international", "non_governmental"}

    # ------------------------------------------------------------ offices
    def country_of_role(self, heads: frozenset[str], outer: int, first: int, last: int) -> str | None:
        """Return the country that the holder of a role in tokens [first, last) represents; else None.

        The country is named in the role, by a possessor before it or, for offices of a state, is that of the article.
        `heads`: head nouns of the role.  `outer`: first token of the surrounding phrase, -1 if there is none.
        """
        words, heads = self.person_words, heads | {head.partition("-")[2] for head in heads}
        official = not self.state_roles.offices.isdisjoint(heads)
        if not official and words.institution_roles.isdisjoint(heads):
            return None
        start = self._with_possessor(min(outer, first) if outer >= 0 else first)
        if self._is_private(start, last) or self._is_owned(start, last):
            return None
        named = self.names.first(start, last)
        if named is not None and (official or self.is_institution(named[1], named[2])):
            return named[0]
        if self._is_elsewhere(start, last):
            return None
        home = self.home_of_state_office(first, last, holder=True)
        return None if home is not None and self.names.is_counterpart(home, first, last) else home

    def _is_owned(self, first: int, last: int) -> bool:
        """Return whether a role belongs to an owner that is no country or institution: "Tamm & Co's head of tax"."""
        owner = next((i for i in range(first, last) if self.text.tags[i] == "POS"), first)
        if owner == first or self.names.first(first, owner) is not None:
            return False
        words = self.text.lower[owner + 1 : last]
        return self.state_roles.head_of(words) not in self.state_roles.sovereign and "campaign" not in words

    def is_institution(self, first: int, last: int) -> bool:
        """Return whether tokens [first, last) are the name of an institution, with or without an article."""
        start = first + (self.text.tags[first] == "DT")
        return " ".join(self.text.words[start:last]) in self.institutions.classes

    def _is_elsewhere(self, first: int, last: int) -> bool:
        """Return whether tokens name an institution that the country of the article does not have: "Labour MP"."""
        found = (self.names.at(i, last) for i in range(first, last))
        return any(match is not None and match[0] and self.names.resolve(match[0], first) is None for match in found)

    def _with_possessor(self, start: int) -> int:
        """Return the start of the possessor before a token, or the token if there is none."""
        return max(0, start - 3) if start > 1 and self.text.tags[start - 1] == "POS" else start

    def country_in_role(self, outer: int, first: int, last: int) -> str | None:
        """Return the country that a role mentions; "" for an international organisation, None if there is none."""
        if self._is_international(first, last):
            return ""
        return self.first_country(min(outer, first) if outer >= 0 else first, last)

    def country_after_name(self, last: int, *, titled: bool) -> str | None:
        """Return the country of an of-phrase or party tag after a name that ends at `last`; else None.

        "President Ida Lunde of Norway", if the name is titled; "Jo Fry (D-Ohio)", "Jo Fry (Fla.)".
        """
        words, size = self.text.words, len(self.text.words)
        if last + 1 >= size:
            return None
        if titled and self.text.lower[last] == "of":
            found = self.names.at(last + 1, min(size, last + 4))
            return self.names.resolve(found[0], last) if found is not None else None
        if words[last] == "(" and words[last + 2 : last + 3] == [")"] and words[last + 1] in self.institutions.regions:
            return self.names.resolve(self.institutions.places[words[last + 1]], last)
        if words[last] in {"(", ","} and words[last + 1][:1] in {"D", "R", "I"}:
            tag = words[last + 1 : last + 1 + _MAX_PARTY_TAG]
            return self._country_of_party_tag(tag)
        return None

    def party_before(self, first: int) -> tuple[str, str | None] | None:
        """Return the party that is the possessor before a name at token `first`, and its country; else None."""
        at = first - 2
        if at < 0 or self.text.tags[first - 1] != "POS":
            return None
        for start in range(max(0, at - 2), at + 1):
            found = self.names.at(start, first - 1)
            name = " ".join(self.text.words[start : at + 1])
            if found is not None and start + found[1] == at + 1 and self.institutions.class_of(name) == "parties":
                return self.text.slice(start, at + 1), self.names.resolve(found[0], first)
        return None

    def _country_of_party_tag(self, tag: list[str]) -> str | None:
        """Return the country of a tag of party and state: "D-Ohio", "R-Fla.", "D", "-", "Ohio"; else None."""
        party, dash, state = tag[0].partition("-")
        if not dash and len(tag) > 2 and tag[1] in {"-", ",", "\N{EN DASH}"}:  # noqa: PLR2004
            state = tag[2]
        codes = self.institutions.places.get(state) or self.institutions.places.get(state + ".")
        return codes[0] if party in {"D", "R", "I"} and codes else None

    # ------------------------------------------------------------ bodies and groups
    def country_of_body(self, first: int, last: int) -> str | None:
        """Return the country of a public body or party that tokens [first, last) name; None for any other body."""
        found = self.names.at(first, last)
        if found is not None and found[1] == last - first:
            return self.names.resolve(found[0], first)
        if self._is_private(first, last):
            return None
        words = set(self.text.lower[first:last])
        if words & self.person_words.state_bodies or self._names_institution(first, last):
            named = self.first_country(first, self._end_of_body(first, last))
            home = self.home_of_state_office(first, last) if named is None else None
            return named or (home and self.setting_of(first)) or home or self._setting_of_body(first, last)
        return self.home_of_state_office(first, last)

    def _end_of_body(self, first: int, last: int) -> int:
        """Return the end of a body without its field or place: "House committee | on Norway", "embassy | in Oslo"."""
        prepositions = self.lexicon.closed_classes.role_prepositions - {"of"}
        return next((i for i in range(first + 1, last) if self.text.lower[i] in prepositions), last)

    def _setting_of_body(self, first: int, last: int) -> str | None:
        """Return the country in which the sentence of a body of a state opens; None if it is no such body."""
        words = [w for w in self.text.lower[first:last] if w[:1].isalnum()]
        return self.setting_of(first) if self.state_roles.includes(words, campaign=False) else None

    def setting_of(self, token: int) -> str | None:
        """Return the country that the adverbial at the start of a sentence names: "In Latvia, the government …"."""
        start = self.text.sentence_range(token)[0]
        if start >= token or self.text.lower[start] not in self.lexicon.closed_classes.setting_prepositions:
            return None
        return self.first_country(start + 1, min(token, start + _MAX_SETTING))

    def country_of_group(self, first: int, last: int) -> str | None:
        """Return the country that a group or unnamed person represents; None for private ones."""
        last = self._end_of_group(first, last)
        words = self.text.lower[first:last]
        if self.state_roles.heads.isdisjoint(words) and self.person_words.state_modifiers.isdisjoint(words):
            return None  # fast path for most phrases
        if self._is_private(first, last):
            return None
        head = self.state_roles.head_of(words)
        if head in self.lexicon.documents and last - first > 1:
            return self.country_of_body(first, last - 1)  # "a cabinet statement"
        official = head in self.state_roles.offices or not self.person_words.state_modifiers.isdisjoint(words)
        if official or (head in self.state_roles.group_heads and self._names_institution(first, last)):
            named = self.first_country(first, last)
            if named is not None:
                return named
        return self.home_of_state_office(first, last)

    def _end_of_group(self, first: int, last: int) -> int:
        """Return the end of a phrase without appositions and adjuncts: "officials | outside the ministry"."""
        text, prepositions = self.text, self.lexicon.closed_classes.role_prepositions
        for i in range(first + 1, last):
            if text.words[i] == "," or (text.tags[i] == "IN" and text.lower[i] not in prepositions):
                return i
        return last

    def _names_institution(self, first: int, last: int) -> bool:
        """Return whether tokens contain the name of a public body or party: "some senior Labour members"."""
        for i in range(first, last):
            found = self.names.at(i, last)
            if found is not None and found[0] and self.is_institution(i, i + found[1]):
                return True
        return False

    def _is_international(self, first: int, last: int) -> bool:
        """Return whether tokens contain the name of an intergovernmental or non-governmental organisation."""
        if not self.lexicon.international.isdisjoint(self.text.lower[first:last]):
            return True
        for i in range(first, last):
            found = self.names.at(i, last)
            if found is not None and not found[0]:
                return True
        return False

    def _is_private(self, first: int, last: int) -> bool:
        """Return whether a role or body is private or international: "president of the company"."""
        private = not self.person_words.private_bodies.isdisjoint(self.text.lower[first:last])
        return private or self._is_international(first, last)

    def home_of_state_office(self, first: int, last: int, *, holder: bool = False) -> str | None:
        """Return the country of the article around tokens that are an office or body of a state, else None.

        `holder`: whether they are the office of a named person.
        """
        words = [bare for w in self.text.lower[first:last] if (bare := w.rstrip("."))[:1].isalnum()]
        campaign = "campaign" in self.text.words[first:last]
        if not self.state_roles.includes(words, campaign=campaign):
            return None
        home = self.names.near(first, holder=holder)
        if home is not None and not self._is_excluded(home, words, first, last, holder=holder):
            return home
        countries = {m.codes[0] for m in self.names.mentions if is_of_one_country(m.codes)}
        excluded = {code for code in countries if self._is_excluded(code, words, first, last, holder=holder)}
        return self.names.home_without(frozenset(excluded)) if excluded else None

    def _is_excluded(self, country: str, words: list[str], first: int, last: int, *, holder: bool) -> bool:
        """Return whether a country has no such office or body, or a holder other than the person named here."""
        if self.institutions.lacks(country, words):
            return True
        return holder and self.names.offices.is_held_by_other(country, first, last)
