"""Descriptions of people: "the Norwegian foreign minister", "his lawyer", "a Danish army spokesman".

A description fits whoever holds its role, if nothing that either says contradicts the other.
"""

from __future__ import annotations

from msgspec import Struct

from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person
from worker.extract.coreference.roles import is_role
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.gazetteer import Gender


class Description(Struct, frozen=True):
    """What one noun phrase says of one person."""

    first: int
    last: int
    """With its of-phrase."""
    head: str
    """The role, without "ex-" and the like."""
    words: frozenset[str]
    """What it says besides, in lower case; articles and "former" left out."""
    country: str | None
    place_words: frozenset[str]
    """The words that name the country."""
    former: bool
    definite: bool
    gender: Gender | None
    possessive: bool
    """Opened by "his", "her", "their": somebody's lawyer, not the lawyer."""

    @property
    def key(self) -> tuple[str, str | None, bool]:
        """What the descriptions of one person share."""
        return self.head, self.country, self.former


class DescriptionMatcher:
    """Reads the descriptions of one article and tells whom they fit."""

    def __init__(self, registry: NameRegistry) -> None:
        self.registry, self.countries = registry, registry.countries
        self.text, self.lexicon, self.person_words = registry.text, registry.lexicon, registry.person_words
        self._small = self.lexicon.closed_classes.role_stopwords | self.lexicon.closed_classes.indefinite_determiners

    def parse(self, phrase: NounPhrase, last: int) -> Description | None:
        """Read a noun phrase, up to `last` with what belongs to it; None where it is headed by no role."""
        text, lexicon = self.text, self.lexicon
        if not is_role(text, phrase, lexicon) or text.tags[phrase.head] == "NNS" or self._is_non_referential(phrase):
            return None
        noun = text.lower[phrase.head]
        spelled = self.person_words.abbreviations.get(noun, (noun,))[-1]
        head = spelled if spelled in lexicon.roles else spelled.rpartition("-")[2]
        words = self.person_words.expand(text.lower[phrase.first : last])
        past = self.person_words.past_modifiers
        return Description(
            first=phrase.first,
            last=last,
            head=head,
            words=words - self._small - past - lexicon.role_modifiers - lexicon.pronouns - {head, noun},
            country=self.countries.first_country(phrase.first, last),
            place_words=self.countries.country_words(phrase.first, last),
            former=bool(words & past) or noun.startswith("ex-"),
            definite=text.lower[phrase.first] not in lexicon.closed_classes.indefinite_determiners,
            gender=lexicon.gender_of.get(head),
            possessive=text.tags[phrase.first] == "PRP$",
        )

    def _is_non_referential(self, phrase: NounPhrase) -> bool:
        """Whether a role stands for no bearer: "ran for governor", "her time as secretary of state"."""
        before, tags = phrase.first - 1, self.text.tags
        if before < 0 or tags[before] not in {"IN", "TO"}:
            return False
        return tags[phrase.first] not in {"DT", "PRP$"} and "POS" not in tags[phrase.first : phrase.head]

    def matching_persons(self, description: Description) -> list[Person]:
        """Everybody whose roles bear the description out; empty where nobody's do."""
        known = [p for p in self.registry.holders_of(description.head) if self._is_compatible(p, description)]
        found = [p for p in known if not self._unsupported_words(p, description)]
        if not found and len(known) == 1 and description.definite:
            found = [p for p in known if self._extends_known_role(p, description)]
        current = [p for p in found if description.former == self._is_former(p, description)]
        return current or (found if description.former else [])

    def _is_former(self, person: Person, description: Description) -> bool:
        """Whether a person held what is described, and holds it no more."""
        narrower = self.person_words.hyponyms.get(description.head, frozenset()) | {description.head}
        return person.role_heads & narrower <= person.former_heads

    def could_be(self, person: Person, description: Description) -> bool:
        """Whether somebody named for the first time, and by no more than a rank, may be the one just described."""
        ranked = person.role_words & self.lexicon.roles <= self.person_words.rank_words
        narrower = self.person_words.hyponyms.get(description.head, frozenset()) | {description.head}
        same = bool(person.role_heads & narrower) and description.words - description.place_words <= person.role_words
        return (ranked or same) and self._is_compatible(person, description) and not description.possessive

    def could_be_renowned(self, person: Person, description: Description) -> bool:
        """Whether a description may be meant of somebody whom the article calls by name only."""
        words = self.person_words
        if not person.confirmed or not self._is_compatible(person, description):
            return False
        if description.head in words.unofficial_roles:
            return person.role_heads <= words.renowned_roles
        return not person.role_heads or (
            description.head in words.private_roles and person.role_heads <= words.unofficial_roles
        )

    def _is_compatible(self, person: Person, description: Description) -> bool:
        """Nothing known of the person speaks against the description."""
        country, gender = description.country, description.gender
        if gender is not None and person.gender not in {None, gender}:
            return False
        return (
            country is None
            or person.country == country
            or (person.country is None and person.role_country in {None, country})
        )

    def _unsupported_words(self, person: Person, description: Description) -> frozenset[str]:
        """What the description says and no role of the person does."""
        country = description.country
        said = person.role_words
        if country is not None and person.country != country:
            return description.words
        return frozenset(
            w for w in description.words - said if country is None or not self.countries.is_name_of(w, country)
        )

    def _extends_known_role(self, person: Person, description: Description) -> bool:
        """The only holder of a role, of whom the description says all that the article said, and more."""
        roles = (
            person.role_words
            - self._small
            - person.role_heads
            - self.lexicon.role_modifiers
            - self.person_words.past_modifiers
        )
        return all(
            w in description.words or (person.country is not None and self.countries.is_name_of(w, person.country))
            for w in roles
        )
