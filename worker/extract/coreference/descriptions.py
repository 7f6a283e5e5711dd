"""Definite and indefinite descriptions of persons: "the Norwegian foreign minister", "his lawyer".

A description matches a person who holds its role, unless it contradicts the roles or country of the person.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person
from worker.extract.coreference.roles import is_role
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.gazetteer import Gender


class Description(Struct, frozen=True):
    """A noun phrase that describes one person by a role."""

    first: int
    last: int
    """End of the description, including its of-phrase."""
    head: str
    """The role noun, without a prefix such as "ex-"."""
    words: frozenset[str]
    """The modifiers of the role noun in lower case, without articles and "former"."""
    country: str | None
    place_words: frozenset[str]
    """The words of `words` that denote the country."""
    former: bool
    definite: bool
    gender: Gender | None
    possessive: bool
    """Whether the description begins with a possessive pronoun: "his lawyer"."""

    @property
    def key(self) -> tuple[str, str | None, bool]:
        """The properties shared by descriptions of one person, under which votes are counted."""
        return self.head, self.country, self.former


class DescriptionMatcher:
    """Parser of descriptions, and their comparison with the persons of one article."""

    def __init__(self, registry: NameRegistry) -> None:
        self.registry, self.countries = registry, registry.countries
        self.text, self.lexicon, self.person_words = registry.text, registry.lexicon, registry.person_words
        self._uninformative_words = (
            self.lexicon.closed_classes.role_stopwords | self.lexicon.closed_classes.indefinite_determiners
        )

    def parse(self, phrase: NounPhrase, last: int) -> Description | None:
        """Parse a noun phrase, whose postmodifier ends at `last`; None if its head is not a role."""
        text, lexicon = self.text, self.lexicon
        if not is_role(text, phrase, lexicon) or text.tags[phrase.head] == "NNS" or self._is_non_referential(phrase):
            return None
        if text.lower[phrase.head] == "head" and last - phrase.first <= 2:  # noqa: PLR2004
            return None  # "the head" without a body
        noun = text.lower[phrase.head]
        long_form = self.person_words.abbreviations.get(noun, (noun,))[-1]
        head = long_form if long_form in lexicon.roles else long_form.rpartition("-")[2]
        words = self.person_words.expand(text.lower[phrase.first : last])
        past = self.person_words.past_modifiers
        return Description(
            first=phrase.first,
            last=last,
            head=head,
            words=words - self._uninformative_words - past - lexicon.role_modifiers - lexicon.pronouns - {head, noun},
            country=self.countries.first_country(phrase.first, last),
            place_words=self.countries.country_words(phrase.first, last),
            former=bool(words & past) or noun.startswith("ex-"),
            definite=text.lower[phrase.first] not in lexicon.closed_classes.indefinite_determiners,
            gender=lexicon.gender_of.get(head),
            possessive=text.tags[phrase.first] == "PRP$",
        )

    def _is_non_referential(self, phrase: NounPhrase) -> bool:
        """Return whether the role refers to no holder: "ran for governor", "her time as secretary of state"."""
        before, tags = phrase.first - 1, self.text.tags
        if self._is_bare(phrase):
            return True
        if before < 0 or tags[before] not in {"IN", "TO"}:
            return False
        return tags[phrase.first] not in {"DT", "PRP$"} and "POS" not in tags[phrase.first : phrase.head]

    def _is_bare(self, phrase: NounPhrase) -> bool:
        """Return whether a phrase inside a sentence has no determiner and no name: "a post such as chief engineer"."""
        text, first = self.text, phrase.first
        opens = text.sentence_range(first)[0] == first
        return not opens and text.words[first][0].islower() and text.tags[first] in {"NN", "JJ", "NNS", "VBG"}

    def matching_persons(self, description: Description) -> list[Person]:
        """Return the persons whose known roles support the description; empty if there are none."""
        known = [p for p in self.registry.index.holders_of(description.head) if self._is_compatible(p, description)]
        found = [p for p in known if not self._unsupported_words(p, description)]
        if not found and len(known) == 1 and description.definite:
            found = [p for p in known if self._extends_known_role(p, description)]
        found = [p for p in found if not self._is_deputy(p, description)]
        current = [p for p in found if description.former == self._is_former(p, description)]
        return current or (found if description.former else [])

    def supports(self, person: Person, description: Description) -> bool:
        """Return whether the person's roles contain all modifiers of the description."""
        return description.words <= person.role_words or not self._unsupported_words(person, description)

    def _is_deputy(self, person: Person, description: Description) -> bool:
        """Return whether the person is known as the shadow or vice of the described office and as nothing else."""
        deputy = person.role_words & self.person_words.deputy_modifiers
        return bool(deputy) and not deputy & description.words and description.head in self.lexicon.offices

    def _is_former(self, person: Person, description: Description) -> bool:
        """Return whether the person no longer holds the described role."""
        acceptable_roles = self.person_words.hyponyms.get(description.head, frozenset()) | {description.head}
        return person.role_heads & acceptable_roles <= person.former_heads

    def could_be(self, person: Person, description: Description) -> bool:
        """Return whether a newly named person, known by at most a rank, may be the one just described."""
        known = person.role_words & self.lexicon.roles
        ranked = known <= self.person_words.rank_words and (
            bool(known) or description.head not in self.person_words.unnamed_roles
        )
        acceptable_roles = self.person_words.hyponyms.get(description.head, frozenset()) | {description.head}
        same = (
            bool(person.role_heads & acceptable_roles)
            and description.words - description.place_words <= person.role_words
        )
        return (ranked or same) and self._is_compatible(person, description) and not description.possessive

    def could_be_renowned(self, person: Person, description: Description) -> bool:
        """Return whether the description may refer to a person whom the article mentions only by name."""
        words = self.person_words
        if not person.confirmed or not self._is_compatible(person, description):
            return False
        if description.head in words.unofficial_roles:
            return person.role_heads <= words.renowned_roles
        return not person.role_heads or (
            description.head in words.private_roles and person.role_heads <= words.unofficial_roles
        )

    def could_describe(self, person: Person, description: Description) -> bool:
        """Return whether a description may add a role to those known of a person.

        It adds no second office of another kind, none that the person has left, and not the same one with other words.
        """
        words, head = self.person_words, description.head
        if not self._is_compatible(person, description) or head in person.role_heads - person.former_heads:
            return False
        if head in person.former_heads and not description.former:
            return False
        held = ((person.role_heads - person.former_heads) & self.lexicon.offices) - words.relational_roles
        held -= words.rank_words
        if description.former or head not in self.lexicon.offices or not held:
            return True
        if head in words.additional_roles:
            return True
        known = description.words - description.place_words <= person.role_words
        return known and bool(held & words.hyponyms.get(head, frozenset()))

    def _is_compatible(self, person: Person, description: Description) -> bool:
        """Return whether gender and country of the person are compatible with the description."""
        country, gender = description.country, description.gender
        if gender is not None and person.gender not in {None, gender}:
            return False
        return (
            country is None
            or person.country == country
            or (person.country is None and person.role_country in {None, country})
        )

    def _unsupported_words(self, person: Person, description: Description) -> frozenset[str]:
        """Return the modifiers of the description that no role of the person supports."""
        country = description.country
        said = person.role_words
        if country is not None and person.country != country:
            return description.words
        return frozenset(
            w
            for w in description.words - said
            if country is None or w in self.lexicon.roles or not self.countries.is_name_of(w, country)
        )

    def _extends_known_role(self, person: Person, description: Description) -> bool:
        """Return whether the description repeats all known modifiers of the person's role; it may add others."""
        roles = (
            person.role_words
            - self._uninformative_words
            - person.role_heads
            - self.lexicon.role_modifiers
            - self.person_words.past_modifiers
        )
        return all(
            w in description.words or (person.country is not None and self.countries.is_name_of(w, person.country))
            for w in roles
        )
