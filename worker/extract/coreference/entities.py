"""Those whom an article speaks of, and who of them stands out where its reading has come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from worker.extract.coreference.descriptions import Description
from worker.extract.coreference.person import Person
from worker.extract.coreference.salience import FADING, FORGOTTEN, SPEAKER, SUBJECT
from worker.extract.lexicon.gazetteer import Gender

DOUBT = 0.85
"""What is left of the standing of somebody who may be, for all that is known, but need not be a "he" or a "they"."""
UNSURE = 0.4
"""The same of a name that may be anything's."""
MANY = 40
"""Entities that anybody thinks of at a time; beyond them the work would grow with its square."""

Kind = Literal["person", "group", "body", "country", "unsure"]
"""Of "unsure" the article has not said whether it is a person."""


class Entity(Struct, eq=False):
    """Somebody or something that the article speaks of."""

    first: int
    last: int
    """The words that name or describe it."""
    kind: Kind
    person: Person | None = None
    described: Gender | None = None
    """What a description or pronoun told of somebody without a name."""
    weight: float = 0.0
    """How much it stands out where the reading has come to."""
    description: Description | None = None
    parts: tuple[tuple[int, int], ...] = ()
    """The words for each of several that are joined by "and"; empty for one alone."""
    same: Entity | None = None
    """Whom it turned out to be."""

    @property
    def itself(self) -> Entity:
        """Return the entity that this one turned out to be, itself where it is no other."""
        entity = self
        while entity.same is not None:
            entity = entity.same
        return entity

    @property
    def gender(self) -> Gender | None:
        """Return what the name or the words say; None where they say nothing."""
        return self.person.gender if self.person is not None else self.described

    def is_a(self, gender: Gender) -> None:
        """A pronoun told the gender."""
        self.described = gender
        if self.person is not None:
            self.person.gender = gender


class Salience:
    """Who stands out.  Mentions raise an entity, sentences let all fade."""

    def __init__(self) -> None:
        self.active: list[Entity] = []
        self.speakers: list[Entity] = []
        """Who spoke so far, in order."""
        self.subject: Entity | None = None
        """Of the clause that is being read."""
        self.rivalry = 0.0
        """How close the second came to whom the last question was answered with: 0 to 1."""

    def fade(self) -> None:
        """A sentence has gone by."""
        self.subject = None
        for entity in self.active:
            entity.weight *= FADING
        kept = [e for e in self.active if e.weight > FORGOTTEN and e.same is None]
        self.active = sorted(kept, key=lambda e: -e.weight)[:MANY]

    def mention(self, entity: Entity, stands: float) -> None:
        """An entity is mentioned where it stands out by so much."""
        if entity.weight <= 0.0 or entity not in self.active:
            self.active.append(entity)
        entity.weight = max(entity.weight, stands + entity.weight * FADING)
        if stands >= SUBJECT:
            self.subject = entity
        if stands >= SPEAKER:
            self.speakers.append(entity)

    def somebody(self, gender: Gender, but: Entity | None) -> Entity | None:
        """Return the person who stands out most and may be of the gender, not `but`; else the last such speaker."""

        def weight(entity: Entity) -> float:
            if entity is but or entity.kind not in {"person", "unsure"} or entity.gender not in {None, gender}:
                return 0.0
            sure = 1.0 if entity.kind == "person" else UNSURE
            return entity.weight * sure * (1.0 if entity.gender == gender else DOUBT)

        spoke = (s.itself for s in reversed(self.speakers[-MANY:]))
        return self._most(weight) or next(
            (s for s in spoke if s.kind == "person" and s.gender in {None, gender} and s is not but), None
        )

    def something(self, kinds: dict[Kind, float]) -> Entity | None:
        """Return what stands out most of some kinds, each with what is left of its standing."""
        return self._most(lambda entity: entity.weight * kinds.get(entity.kind, 0.0))

    def some(self, fits: Callable[[Entity], bool]) -> Entity | None:
        """Return what stands out most of what fits."""
        return self._most(lambda entity: entity.weight if fits(entity) else 0.0)

    def _most(self, weight: Callable[[Entity], float]) -> Entity | None:
        best, most, second = None, 0.0, 0.0
        for entity in self.active:
            weighs = weight(entity)
            if weighs > most:
                best, most, second = entity, weighs, most
            elif weighs > second:
                second = weighs
        self.rivalry = second / most if most else 0.0
        return best
