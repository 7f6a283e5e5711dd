"""The roles of the persons of an article, collected from all phrases that give them one."""

from __future__ import annotations

from worker.extract.coreference.countries import CountryFinder
from worker.extract.coreference.person import Person
from worker.extract.coreference.person_index import PersonIndex
from worker.extract.coreference.person_nouns import is_person_noun, singular_role
from worker.extract.coreference.roles import role_heads

_EMPTY: frozenset[str] = frozenset()
_MAX_ROLE_WORDS = 8
"""Words from which a longer role is no longer preferred."""


class PersonRoles:
    """Recorder of roles: the words, the head nouns and the countries of a person's roles, and the role to report."""

    def __init__(self, index: PersonIndex, countries: CountryFinder) -> None:
        self.index, self.countries = index, countries
        self.text, self.lexicon, self.person_words = index.text, index.lexicon, index.person_words
        self.holder_at: dict[int, Person] = {}
        """Token of a role beside a name -> the holder."""

    def add(self, person: Person, first: int, last: int, outer: int, *, inferred: bool = False) -> None:
        """Record that a person holds the role in the tokens `first` up to `last`.

        A possessor may precede the role, from token `outer` on.  Text that contains no role or title is ignored.
        `inferred`: whether the role is not beside the name.  Such a role is reported only for a person whose known role
        is absent or a mere rank.
        """
        lower = self.text.lower[first:last]
        words = self.person_words.expand(lower)
        if not any(self._is_role_or_title(word) for word in (*lower, *words)):
            return
        self.holder_at.update(dict.fromkeys(range(first, last), person))
        heads = role_heads(lower, self.lexicon, self.person_words)
        self.index.add_role(person, heads)
        known = inferred and person.role is not None and not self._is_rank(person.role)
        if not known and self._is_more_informative(person, heads, self.text.slice(first, last)):
            person.role = self._reported_role(first, last)
        past = heads if words & self.person_words.past_modifiers else _EMPTY
        person.former_heads = (person.former_heads | past) - (heads - past) if past else person.former_heads - heads
        person.role_words |= words
        person.role_heads |= heads
        if heads & self.person_words.envoy_roles:
            last = next((i for i in range(first, last) if self.text.lower[i] == "to"), last)
        if person.country is None:
            person.country = self.countries.country_of_role(heads, outer, first, last)
        person.role_country = person.role_country or self.countries.country_in_role(outer, first, last)

    def _is_rank(self, role: str) -> bool:
        """Return whether a role consists of ranks and courtesy titles only: "Lt. Col."."""
        words = [word.rstrip(".") for word in role.lower().split()]
        return all(word in self.person_words.rank_words for word in words)

    def _reported_role(self, first: int, last: int) -> str:
        """Return a role as written, without a rank or courtesy title after it ("Minister Sheikh").

        A role that several names share ("Senators Tamm and Lunde") is given in the singular.
        """
        while last - first > 1 and self._is_rank_after_role(last - 1):
            last -= 1
        lower, role = self.text.lower[first:last], self.text.slice(first, last)
        shared = self._is_plural(lower[-1]) and self.lexicon.closed_classes.role_prepositions.isdisjoint(lower)
        return singular_role(role) if shared else role

    def _is_rank_after_role(self, token: int) -> bool:
        """Return whether a courtesy title or rank follows a civil role: "spokesman Inspector"; not "press officer"."""
        word, before = self.text.lower[token].rstrip("."), self.text.lower[token - 1]
        if word in self.lexicon.closed_classes.courtesy_titles:
            return is_person_noun(before, self.lexicon)
        ranked = word in self.person_words.rank_words or word == "inspector"
        return ranked and before in self.person_words.civil_roles

    def _is_role_or_title(self, word: str) -> bool:
        """Return whether a lower-case word is a noun for a person or a title, also in the plural."""
        bare = word.rstrip(".")
        return is_person_noun(word, self.lexicon) or bare in self.lexicon.titles or self._is_plural(word)

    def _is_plural(self, word: str) -> bool:
        """Return whether the last word of a role is the plural of a role or title: "Senators", "Reps."."""
        bare = word.rstrip(".")
        return bare.endswith("s") and (bare[:-1] in self.lexicon.roles or bare[:-1] in self.lexicon.titles)

    def _is_more_informative(self, person: Person, heads: frozenset[str], role: str) -> bool:
        """Return whether `role` should replace the person's recorded role.

        An office replaces any other role; otherwise the longer role does, up to a maximum length.
        """
        if person.role is None:
            return True
        offices, relational = self.lexicon.offices, self.person_words.relational_roles
        official, known = bool((heads & offices) - relational), bool((person.role_heads & offices) - relational)
        if official != known:
            return official
        return len(role) > len(person.role) and len(role.split()) < _MAX_ROLE_WORDS
