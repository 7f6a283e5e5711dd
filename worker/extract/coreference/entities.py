"""The entities of an article, and the tracking of their salience."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from msgspec import Struct

from worker.extract.coreference.descriptions import Description
from worker.extract.coreference.person import Person
from worker.extract.coreference.salience import DECAY, MIN_SALIENCE, SPEAKER_SALIENCE, SUBJECT_SALIENCE
from worker.extract.lexicon.gazetteer import Gender

UNCONFIRMED_FACTOR = 0.85
"""Factor on the salience of an entity whose gender or number is not known to agree with the pronoun."""
SPEAKING_COUNTRY_FACTOR = 0.5
"""Factor on the salience of a country as the antecedent of "it" with a verb of speech: mostly an organisation."""
UNKNOWN_KIND_FACTOR = 0.4
"""Factor on the salience of a name that is not known to be a person's."""
MAX_ENTITIES = 40
"""Number of entities that are kept, the most salient ones, so that resolution does not take quadratic time."""

EntityKind = Literal["person", "group", "organisation", "country", "unknown"]
"""Kind of an entity; "unknown": a name that is not yet known to be a person's."""


class Entity(Struct, eq=False):
    """A person, group, organisation or country that the article mentions."""

    first: int
    last: int
    """End of the tokens that first name or describe it."""
    kind: EntityKind
    person: Person | None = None
    described_gender: Gender | None = None
    """Gender given by a description or pronoun."""
    salience: float = 0.0
    """Current salience; see `worker.extract.coreference.salience`."""
    description: Description | None = None
    members: tuple[tuple[int, int], ...] = ()
    """Token ranges of the members of a conjunction ("Tamm and Lunde"); empty for a single entity."""
    same_as: Entity | None = None
    """The entity with which this entity was found to be coreferent; None if there is none."""

    @property
    def resolved(self) -> Entity:
        """The entity at the end of the `same_as` chain; this entity if the chain is empty."""
        entity = self
        while entity.same_as is not None:
            entity = entity.same_as
        return entity

    @property
    def gender(self) -> Gender | None:
        """Gender by name, title, description or pronoun; None if unknown."""
        return self.person.gender if self.person is not None else self.described_gender

    def set_gender(self, gender: Gender) -> None:
        """Record the gender that a pronoun shows."""
        self.described_gender = gender
        if self.person is not None:
            self.person.gender = gender


class SalienceTracker:
    """The salience of all entities at the current point of the text."""

    def __init__(self) -> None:
        self.candidates: list[Entity] = []
        self.speakers: list[Entity] = []
        """Speakers so far, in text order."""
        self.subject: Entity | None = None
        """Subject of the current sentence."""
        self.runner_up_ratio = 0.0
        """Salience of the second candidate of the last resolution relative to the chosen one, from 0 to 1."""
        self._in_entry: list[Entity] | None = None
        """Entities mentioned in the current entry of a live blog; None before the first entry."""

    def start_entry(self) -> None:
        """Forget the entities that the last entry of a live blog does not mention; call where a new entry starts."""
        if self._in_entry is not None:
            self.candidates = [e for e in self.candidates if e in self._in_entry]
            self.speakers = [e for e in self.speakers[-MAX_ENTITIES:] if e in self._in_entry]
        self._in_entry = []

    def decay(self) -> None:
        """Multiply all salience by `DECAY`; call at the start of each sentence."""
        self.subject = None
        for entity in self.candidates:
            entity.salience *= DECAY
        kept = [e for e in self.candidates if e.salience > MIN_SALIENCE and e.same_as is None]
        self.candidates = sorted(kept, key=lambda e: -e.salience)[:MAX_ENTITIES]

    def record_mention(self, entity: Entity, salience: float) -> None:
        """Raise an entity's salience by that of a new mention; record the entity as subject or speaker if it is one.

        `salience`: that of the mention, by which subjects and speakers are recognised.
        """
        if entity.salience <= 0.0 or entity not in self.candidates:
            self.candidates.append(entity)
        if self._in_entry is not None and len(self._in_entry) < MAX_ENTITIES and entity not in self._in_entry:
            self._in_entry.append(entity)
        entity.salience = max(entity.salience, salience + entity.salience * DECAY)
        if salience >= SUBJECT_SALIENCE:
            self.subject = entity
        if salience >= SPEAKER_SALIENCE:
            self.speakers.append(entity)

    def most_salient_person(
        self, gender: Gender, exclude: Entity | None, named: Sequence[Person] = ()
    ) -> Entity | None:
        """Return the most salient person compatible with `gender`, except `exclude` and those in `named`.

        If there is none, the last compatible speaker; None if there is none either.
        """

        def salience(entity: Entity) -> float:
            if named and any(entity.person is person for person in named):
                return 0.0
            if entity is exclude or entity.kind not in {"person", "unknown"} or entity.gender not in {None, gender}:
                return 0.0
            kind_factor = 1.0 if entity.kind == "person" else UNKNOWN_KIND_FACTOR
            return entity.salience * kind_factor * (1.0 if entity.gender == gender else UNCONFIRMED_FACTOR)

        spoke = (s.resolved for s in reversed(self.speakers[-MAX_ENTITIES:]))
        return self._most_salient(salience) or next(
            (s for s in spoke if s.kind == "person" and s.gender in {None, gender} and s is not exclude), None
        )

    def most_salient_of(self, kinds: dict[EntityKind, float]) -> Entity | None:
        """Return the most salient entity of some kinds; None if there is none.

        `kinds`: kind -> factor by which its salience is multiplied.
        """
        return self._most_salient(lambda entity: entity.salience * kinds.get(entity.kind, 0.0))

    def most_salient_matching(self, predicate: Callable[[Entity], bool]) -> Entity | None:
        """Return the most salient entity that satisfies the predicate; None if there is none."""
        return self._most_salient(lambda entity: entity.salience if predicate(entity) else 0.0)

    def _most_salient(self, salience: Callable[[Entity], float]) -> Entity | None:
        """Return the entity with the highest positive score, and set `runner_up_ratio`; None if there is none."""
        best, most, second = None, 0.0, 0.0
        for entity in self.candidates:
            score = salience(entity)
            if score > most:
                best, most, second = entity, score, most
            elif score > second:
                second = score
        self.runner_up_ratio = second / most if most else 0.0
        return best
