"""Index of the persons that an article names, by every word under which a later mention may refer to them."""

from __future__ import annotations

from collections.abc import Iterable

from worker.extract.coreference.name_matching import are_compatible, differ_by_one_letter, match_key
from worker.extract.coreference.person import Person
from worker.extract.grammar.sentences import AnnotatedText
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.lexicon import Lexicon
from worker.extract.lexicon.person_words import PersonWords

_EMPTY: frozenset[str] = frozenset()
_MAX_NAMESAKES = 40
"""Persons with one surname or role that are compared; further ones are ignored."""
_FAMILY_AND_TWO_GIVEN = 3
"""Words of a name with the surname first: "Ng Yat Chung"."""
_RECENT_SPEAKERS = 6
"""Latest speakers among whom a surname shared by two persons is looked up."""
_MIN_FUZZY_LETTERS = 6
"""Letters from which a surname may differ in one letter."""
_MIN_INNER_LETTERS = 4
"""Letters of an inner word of a name by which the person may be called."""


class PersonIndex:
    """The persons of one article, by surname, given name, inner words of the name, and role."""

    def __init__(self, text: AnnotatedText, lexicon: Lexicon, person_words: PersonWords) -> None:
        self.text, self.lexicon, self.person_words = text, lexicon, person_words
        self.persons: list[Person] = []
        self.speakers: list[Person | None] = []
        """Speakers so far, in text order; None for a speaker who is not a person."""
        self._by_surname: dict[str, list[Person]] = {}
        self._by_given: dict[str, list[Person]] = {}
        self._family_first: dict[str, list[Person]] = {}
        """First word of a name -> persons whose name begins with the surname ("Ban Ki-moon")."""
        self._by_middle: dict[str, list[Person]] = {}
        """Inner word of a name -> persons: "Hernandez" in "Arturo Hernandez Grisanti"."""
        self._by_role: dict[str, list[Person]] = {}

    # ------------------------------------------------------------ additions
    def add(self, person: Person) -> None:
        """Add a person under the last word of the name."""
        self.persons.append(person)
        self._by_surname.setdefault(match_key(person.name_words[-1]), []).append(person)

    def add_full_name(self, person: Person) -> None:
        """Add a person with a name of several words under each word that a later mention may use."""
        self.add(person)
        tokens = person.name_words
        self._by_given.setdefault(match_key(tokens[0]), []).append(person)
        if self._is_family_name_first(tokens):
            self._family_first.setdefault(match_key(tokens[0]), []).append(person)
        for inner in tokens[1:-1]:
            if inner[0].isupper() and len(inner) >= _MIN_INNER_LETTERS:
                self._by_middle.setdefault(match_key(inner), []).append(person)

    def _is_family_name_first(self, tokens: list[str]) -> bool:
        """Return whether a name begins with the surname: "Lee Jae-myung", "Xi Jinping"."""
        first, given = tokens[0].lower(), self.lexicon.given_names
        if "-" in tokens[-1] and first not in given:
            return True
        if first not in self.lexicon.family_names_first:
            return False
        return len(tokens) == _FAMILY_AND_TWO_GIVEN or tokens[-1].lower() not in given

    def add_role(self, person: Person, heads: Iterable[str]) -> None:
        """Add a person under the head nouns of a role."""
        for head in heads:
            holders = self._by_role.setdefault(head, [])
            if len(holders) < _MAX_NAMESAKES and person not in holders:  # later holders are not looked up
                holders.append(person)

    # ------------------------------------------------------------ look-ups
    def latest_with_surname(self, word: str) -> Person | None:
        """Return the person added last under a surname; None if there is none."""
        known = self._by_surname.get(match_key(word))
        return known[-1] if known is not None else None

    def compatible_person(self, tokens: list[str]) -> Person | None:
        """Return the first person whose name can be the same as a full name; None if there is none."""
        known = self._by_surname.get(match_key(tokens[-1]), [])[-_MAX_NAMESAKES:]
        return next((p for p in known if are_compatible(p.name_words, tokens)), None)

    def find_person(self, token: int, gender: str | None, role_words: frozenset[str] = _EMPTY) -> Person | None:
        """Return the person that a single name refers to: by surname, else by given name; None if there is none.

        Among several candidates: those with a matching role, not relatives, then the last speaker, else the most
        frequent.
        """
        word = match_key(self.text.words[token])
        courtesy = token > 0 and self.text.lower[token - 1].rstrip(".") in self.lexicon.closed_classes.courtesy_titles
        tables = (self._by_surname, self._family_first if courtesy else self._by_given, self._by_middle)
        for known in tables[:1] if self.names_other(token) and not courtesy else tables:
            bearers = [p for p in known.get(word, [])[:_MAX_NAMESAKES] if gender is None or p.gender in {None, gender}]
            titled = [p for p in bearers if role_words & p.role_words]
            bearers = titled if role_words and titled else bearers
            if bearers:
                return self._likeliest(bearers)
        return None

    def _likeliest(self, bearers: list[Person]) -> Person:
        """Return the person that a shared name refers to: no relative, the last speaker, else the most frequent."""
        if len(bearers) > 1:
            bearers = [p for p in bearers if not p.role_heads & self.person_words.kinship_terms] or bearers
        if len(bearers) == 1:
            return bearers[0]
        spoke = [p for p in self.speakers[-_RECENT_SPEAKERS:] if p is not None and p in bearers]
        return spoke[-1] if spoke else max(bearers, key=lambda p: (len(p.occurrences), -p.occurrences[0]))

    def names_other(self, token: int) -> bool:
        """Return whether a word names a country, capital, people, medium or international organisation."""
        word, low, lexicon = self.text.words[token], self.text.lower[token], self.lexicon
        named = word in lexicon.countries or word in lexicon.demonyms or word in lexicon.seats_of_power
        return named or low in lexicon.acronyms or low in lexicon.outlets

    def find_misspelt(self, surname: str, gender: Gender | None) -> Person | None:
        """Return the person whose long surname differs by one letter (misspelling, transliteration); else None."""
        word = match_key(surname)
        if len(word) < _MIN_FUZZY_LETTERS:
            return None
        near = (
            p
            for p in self.persons[:_MAX_NAMESAKES]
            if len(p.name_words) > 1 and differ_by_one_letter(match_key(p.name_words[-1]), word)
        )
        return next((p for p in near if gender is None or p.gender in {None, gender}), None)

    def holders_of(self, head: str) -> list[Person]:
        """Return the persons introduced by a role or one of its hyponyms, in text order."""
        kinds = self.person_words.hyponyms.get(head, _EMPTY)
        found = self._by_role.get(head, [])[:_MAX_NAMESAKES]
        return found + [
            p for kind in sorted(kinds) for p in self._by_role.get(kind, [])[:_MAX_NAMESAKES] if p not in found
        ]

    # ------------------------------------------------------------ countries of principals
    def infer_countries_of_servants(self) -> None:
        """Give advisers and other servants the country of the person they serve; call when all roles are known."""
        for person in self.persons:
            if person.country is None and not (
                person.role_heads.isdisjoint(self.person_words.servant_roles)
                and person.role_heads.isdisjoint(self.lexicon.offices)
            ):
                person.country = self.country_of_principal(person.role_words, person)

    def country_of_principal(self, words: Iterable[str], servant: Person | None = None) -> str | None:
        """Return the country of the politician that lower-case words name ("Hale campaign"); None if there is none.

        `servant` is excluded.
        """
        for word in sorted(words):
            for other in self._by_surname.get(word, [])[:_MAX_NAMESAKES]:
                if other is not servant and other.country is not None and len(other.name_words) > 1:
                    return other.country
        return None
