"""Those whom an article speaks of, and who of them stands out where its reading has come to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from worker.extract.coreference.descriptions import Description
from worker.extract.coreference.person import Person
from worker.extract.coreference.salience import DECAY, MIN_SALIENCE, SPEAKER_SALIENCE, SUBJECT_SALIENCE
from worker.extract.lexicon.gazetteer import Gender

UNCONFIRMED_FACTOR = 0.85
"""What is left of the standing of somebody who may be, for all that is known, but need not be a "he" or a "they"."""
UNKNOWN_KIND_FACTOR = 0.4
"""The same of a name that may be anything's."""
MAX_ENTITIES = 40
"""Entities that anybody thinks of at a time; beyond them the work would grow with its square."""

EntityKind = Literal["person", "group", "organisation", "country", "unknown"]
"""Of "unknown" the article has not said whether it is a person."""


class Entity(Struct, eq=False):
    """Somebody or something that the article speaks of."""

    first: int
    last: int
    """The words that name or describe it."""
    kind: EntityKind
    person: Person | None = None
    described_gender: Gender | None = None
    """What a description or pronoun told of somebody without a name."""
    salience: float = 0.0
    """How much it stands out where the reading has come to."""
    description: Description | None = None
    members: tuple[tuple[int, int], ...] = ()
    """The words for each of several that are joined by "and"; empty for one alone."""
    same_as: Entity | None = None
    """Whom it turned out to be."""

    @property
    def resolved(self) -> Entity:
        """Return the entity that this one turned out to be, itself where it is no other."""
        entity = self
        while entity.same_as is not None:
            entity = entity.same_as
        return entity

    @property
    def gender(self) -> Gender | None:
        """Return what the name or the words say; None where they say nothing."""
        return self.person.gender if self.person is not None else self.described_gender

    def set_gender(self, gender: Gender) -> None:
        """A pronoun told the gender."""
        self.described_gender = gender
        if self.person is not None:
            self.person.gender = gender


class SalienceTracker:
    """Who stands out.  Mentions raise an entity, sentences let all fade."""

    def __init__(self) -> None:
        self.candidates: list[Entity] = []
        self.speakers: list[Entity] = []
        """Who spoke so far, in order."""
        self.subject: Entity | None = None
        """Of the clause that is being read."""
        self.runner_up_ratio = 0.0
        """How close the second came to whom the last question was answered with: 0 to 1."""

    def decay(self) -> None:
        """A sentence has gone by."""
        self.subject = None
        for entity in self.candidates:
            entity.salience *= DECAY
        kept = [e for e in self.candidates if e.salience > MIN_SALIENCE and e.same_as is None]
        self.candidates = sorted(kept, key=lambda e: -e.salience)[:MAX_ENTITIES]

    def record_mention(self, entity: Entity, salience: float) -> None:
        """An entity is mentioned where it stands out by so much."""
        if entity.salience <= 0.0 or entity not in self.candidates:
            self.candidates.append(entity)
        entity.salience = max(entity.salience, salience + entity.salience * DECAY)
        if salience >= SUBJECT_SALIENCE:
            self.subject = entity
        if salience >= SPEAKER_SALIENCE:
            self.speakers.append(entity)

    def most_salient_person(self, gender: Gender, exclude: Entity | None) -> Entity | None:
        """Return the person who stands out most and may be of the gender, not `but`; else the last such speaker."""

        def salience(entity: Entity) -> float:
            if entity is exclude or entity.kind not in {"person", "unknown"} or entity.gender not in {None, gender}:
                return 0.0
            sure = 1.0 if entity.kind == "person" else UNKNOWN_KIND_FACTOR
            return entity.salience * sure * (1.0 if entity.gender == gender else UNCONFIRMED_FACTOR)

        spoke = (s.resolved for s in reversed(self.speakers[-MAX_ENTITIES:]))
        return self._most_salient(salience) or next(
            (s for s in spoke if s.kind == "person" and s.gender in {None, gender} and s is not exclude), None
        )

    def most_salient_of(self, kinds: dict[EntityKind, float]) -> Entity | None:
        """Return what stands out most of some kinds, each with what is left of its standing."""
        return self._most_salient(lambda entity: entity.salience * kinds.get(entity.kind, 0.0))

    def most_salient_matching(self, fits: Callable[[Entity], bool]) -> Entity | None:
        """Return what stands out most of what fits."""
        return self._most_salient(lambda entity: entity.salience if fits(entity) else 0.0)

    def _most_salient(self, salience: Callable[[Entity], float]) -> Entity | None:
        best, most, second = None, 0.0, 0.0
        for entity in self.candidates:
            weighs = salience(entity)
            if weighs > most:
                best, most, second = entity, weighs, most
            elif weighs > second:
                second = weighs
        self.runner_up_ratio = second / most if most else 0.0
        return best
