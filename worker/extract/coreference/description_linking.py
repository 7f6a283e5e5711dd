"""Who the described turn out to be: holders of their roles, those named soon after, the well-known called by name only.

A description means whoever holds its role.  Where the article names a well-known person without ever saying what he or
she is ("the Norwegian president" for somebody called only by name), the article as a whole decides: every time the
description occurs, those whom it could mean are given votes by how much they stand out there.
"""

from __future__ import annotations

from collections import Counter

from worker.extract.coreference.descriptions import Description, DescriptionMatcher
from worker.extract.coreference.entities import MANY, Entity, Salience
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person

_SHARE = 1.5
"""How many times more votes than the next one's decide whom a description means."""
_KNOWN = 10.0
"""What every mention of somebody adds to the votes, so that somebody long unmentioned has some."""
_PARAGRAPHS = 3
"""Within which somebody who spoke first without a name is named."""


class DescriptionLinker:
    """The people of one article, named and described, met in the order of its reading."""

    def __init__(self, registry: NameRegistry, salience: Salience) -> None:
        self.registry, self.salience, self.text, self.words = registry, salience, registry.text, registry.words
        self.descriptions = DescriptionMatcher(registry)
        self._of: dict[int, Entity] = {}
        """id of a person -> entity."""
        self._met: list[Entity] = []
        """The same, in order."""
        self._open: list[Entity] = []
        """Descriptions that nobody's role fits."""
        self._votes: dict[tuple[str, str | None, bool], Counter[int]] = {}

    def of(self, person: Person, first: int, last: int) -> Entity:
        """Return the entity of somebody named; met for the first time, it is known by these words."""
        entity = self._of.get(id(person))
        if entity is None:
            entity = self._of[id(person)] = Entity(first, last, "person" if person.sure else "unsure", person=person)
            self._met.append(entity)
        return entity

    def introduced(self, entity: Entity, token: int) -> None:
        """Somebody speaks by name for the first time: he or she may be who spoke without one just before."""
        limit = self.text.paragraph_of[token] - _PARAGRAPHS
        for before in reversed(self.salience.speakers[-MANY:]):
            description = before.description
            if description is None or before.same is not None or self._votes.get(description.key):
                continue
            near = self.text.paragraph_of[before.first] >= limit
            if near and entity.person is not None and self.descriptions.could_be(entity.person, description):
                self._same(before, entity)
            return

    def bearer(self, description: Description, owner: Entity | None) -> Entity:
        """Return whom a description means: a holder of its role, one described so before, or somebody new.

        `owner` is whom "his" means in "his lawyer".
        """
        person = self._holder(description, owner)
        if person is not None:
            return self.of(person, description.first, description.last)
        for entity in reversed(self._open[-MANY:]):
            if entity.description is not None and _continues(entity.description, description):
                self._vote(description)
                return entity
        entity = Entity(
            description.first, description.last, "person", described=description.gender, description=description
        )
        self._open.append(entity)
        self._vote(description)
        return entity

    def learn(self, person: Person, description: Description) -> None:
        """The role that a description tells belongs to the person."""
        first = description.first
        start = first + 1 if self.text.tags[first] in {"DT", "PRP$"} else first
        self.registry.learn_role(person, start, description.last, first)

    # ------------------------------------------------------------ holders
    def _holder(self, description: Description, owner: Entity | None) -> Person | None:
        """The one whose roles fit who stands out most, else who is named nearest."""
        fitting = self.descriptions.fitting(description)
        if description.owned:
            fitting = [p for p in fitting if self._belongs(p, description, owner)]
        if not description.definite:
            fitting = [p for p in fitting if self._named_soon(p, description)]
        return max(fitting, key=lambda p: (self._weight(p), -abs(p.seen[0] - description.first)), default=None)

    def _weight(self, person: Person) -> float:
        entity = self._of.get(id(person))
        return entity.weight if entity is not None else 0.0

    def _belongs(self, person: Person, description: Description, owner: Entity | None) -> bool:
        """ "His lawyer": somebody whose role names him, or the only spouse or parent that the article knows."""
        owns = owner.person if owner is not None else None
        if description.head in self.words.kinship_terms:
            return owns is None or owns is not person
        return owns is not None and owns is not person and owns.tokens[-1].lower() in person.role_words

    def _named_soon(self, person: Person, description: Description) -> bool:
        """ "A Danish army spokesman", if the one whose role fits is named only after that, and soon."""
        here, there = (self.text.paragraph_of[i] for i in (description.first, person.seen[0]))
        return description.first < person.seen[0] and there - here <= _PARAGRAPHS and bool(description.words)

    # ------------------------------------------------------------ votes
    def _vote(self, description: Description) -> None:
        if not self._votable(description):
            return
        votes = self._votes.setdefault(description.key, Counter())
        met = self._met if len(self._met) <= 2 * MANY else self._met[:MANY] + self._met[-MANY:]
        could = [(e.weight + _KNOWN * len(p.seen), p) for e in met if (p := e.person) is not None]
        could = [(weight, p) for weight, p in could if self.descriptions.renowned(p, description)]
        total = sum(weight for weight, _ in could)
        for weight, person in could:
            votes[id(person)] += round(100 * weight / total)

    def _votable(self, description: Description) -> bool:
        """Whether readers know whom it means: "the Danish president", but not "the rebel-backed president"."""
        if description.owned or not description.definite or description.head not in self.words.renowned_roles:
            return False
        if (
            description.country is None
            and description.head not in self.words.unofficial_roles | self.words.private_roles
        ):
            return False  # "the president" is the reader's own, named or not
        plain = self.registry.lexicon.state_words
        country = description.country or ""
        return all(word in plain or self.registry.countries.names(word, country) for word in description.words)

    def decide(self) -> None:
        """Give each description to the one with most votes, the surest first; nobody has offices of two countries."""
        for entity in sorted(self._open, key=lambda e: -self._lead(e)):
            if entity.same is None and entity.description is not None:
                person = self._elected(entity.description)
                if person is not None:
                    self._same(entity, self._of[id(person)])

    def _lead(self, entity: Entity) -> int:
        votes = self._votes.get(entity.description.key) if entity.description is not None else None
        return max(votes.values(), default=0) if votes else 0

    def _elected(self, description: Description) -> Person | None:
        votes = self._votes.get(description.key, Counter[int]())
        ranked = [
            (count, person)
            for i, count in votes.most_common()
            if (person := self._of[i].person) is not None and self.descriptions.renowned(person, description)
        ]
        ranked = [(count, person) for count, person in ranked if not person.held] or ranked
        if not ranked or (len(ranked) > 1 and ranked[0][0] < _SHARE * ranked[1][0]):
            return None
        return ranked[0][1]

    def _same(self, described: Entity, named: Entity) -> None:
        """The one described and the one named are the same, so the role is his or hers."""
        described.same = named
        named.weight = max(named.weight, described.weight)
        if described.description is not None and named.person is not None:
            self.learn(named.person, described.description)


def _continues(known: Description, new: Description) -> bool:
    """Whether a description takes up an earlier one: the same role, and nothing in the way."""
    if known.head != new.head or new.owned != known.owned or not new.definite:
        return False
    return (new.words <= known.words or known.words <= new.words) and new.country in {None, known.country}
