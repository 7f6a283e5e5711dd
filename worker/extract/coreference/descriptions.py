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
    place: frozenset[str]
    """The words that name the country."""
    former: bool
    definite: bool
    gender: Gender | None
    owned: bool
    """Opened by "his", "her", "their": somebody's lawyer, not the lawyer."""

    @property
    def key(self) -> tuple[str, str | None, bool]:
        """What the descriptions of one person share."""
        return self.head, self.country, self.former


class DescriptionMatcher:
    """Reads the descriptions of one article and tells whom they fit."""

    def __init__(self, registry: NameRegistry) -> None:
        self.registry, self.countries = registry, registry.countries
        self.text, self.lexicon, self.words = registry.text, registry.lexicon, registry.words
        self._small = self.lexicon.closed_classes.role_stopwords | self.lexicon.closed_classes.indefinite_determiners

    def read(self, phrase: NounPhrase, last: int) -> Description | None:
        """Read a noun phrase, up to `last` with what belongs to it; None where it is headed by no role."""
        text, lexicon = self.text, self.lexicon
        if not is_role(text, phrase, lexicon) or text.tags[phrase.head] == "NNS" or self._is_bare(phrase):
            return None
        noun = text.lower[phrase.head]
        spelled = self.words.abbreviations.get(noun, (noun,))[-1]
        head = spelled if spelled in lexicon.roles else spelled.rpartition("-")[2]
        words = self.words.expand(text.lower[phrase.first : last])
        past = self.words.past_modifiers
        return Description(
            first=phrase.first,
            last=last,
            head=head,
            words=words - self._small - past - lexicon.role_modifiers - lexicon.pronouns - {head, noun},
            country=self.countries.within(phrase.first, last),
            place=self.countries.words_of_place(phrase.first, last),
            former=bool(words & past) or noun.startswith("ex-"),
            definite=text.lower[phrase.first] not in lexicon.closed_classes.indefinite_determiners,
            gender=lexicon.gender_of.get(head),
            owned=text.tags[phrase.first] == "PRP$",
        )

    def _is_bare(self, phrase: NounPhrase) -> bool:
        """Whether a role stands for no bearer: "ran for governor", "her time as secretary of state"."""
        before, tags = phrase.first - 1, self.text.tags
        if before < 0 or tags[before] not in {"IN", "TO"}:
            return False
        return tags[phrase.first] not in {"DT", "PRP$"} and "POS" not in tags[phrase.first : phrase.head]

    def fitting(self, description: Description) -> list[Person]:
        """Everybody whose roles bear the description out; empty where nobody's do."""
        known = [p for p in self.registry.by_role(description.head) if self._agrees(p, description)]
        found = [p for p in known if not self._unsaid(p, description)]
        if not found and len(known) == 1 and description.definite:
            found = [p for p in known if self._refines(p, description)]
        current = [p for p in found if description.former == self._is_past(p, description)]
        return current or (found if description.former else [])

    def _is_past(self, person: Person, description: Description) -> bool:
        """Whether a person held what is described, and holds it no more."""
        narrower = self.words.hyponyms.get(description.head, frozenset()) | {description.head}
        return person.held & narrower <= person.former

    def could_be(self, person: Person, description: Description) -> bool:
        """Whether somebody named for the first time, and by no more than a rank, may be the one just described."""
        ranked = person.role_words & self.lexicon.roles <= self.words.rank_words
        narrower = self.words.hyponyms.get(description.head, frozenset()) | {description.head}
        same = bool(person.held & narrower) and description.words - description.place <= person.role_words
        return (ranked or same) and self._agrees(person, description) and not description.owned

    def renowned(self, person: Person, description: Description) -> bool:
        """Whether a description may be meant of somebody whom the article calls by name only."""
        words = self.words
        if not person.sure or not self._agrees(person, description):
            return False
        if description.head in words.unofficial_roles:
            return person.held <= words.renowned_roles
        return not person.held or (description.head in words.private_roles and person.held <= words.unofficial_roles)

    def _agrees(self, person: Person, description: Description) -> bool:
        """Nothing known of the person speaks against the description."""
        country, gender = description.country, description.gender
        if gender is not None and person.gender not in {None, gender}:
            return False
        return (
            country is None
            or person.country == country
            or (person.country is None and person.nation in {None, country})
        )

    def _unsaid(self, person: Person, description: Description) -> frozenset[str]:
        """What the description says and no role of the person does."""
        country = description.country
        said = person.role_words
        if country is not None and person.country != country:
            return description.words
        return frozenset(w for w in description.words - said if country is None or not self.countries.names(w, country))

    def _refines(self, person: Person, description: Description) -> bool:
        """The only holder of a role, of whom the description says all that the article said, and more."""
        roles = person.role_words - self._small - person.held - self.lexicon.role_modifiers - self.words.past_modifiers
        return all(
            w in description.words or (person.country is not None and self.countries.names(w, person.country))
            for w in roles
        )
