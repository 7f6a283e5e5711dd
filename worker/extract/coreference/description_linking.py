"""Linking of descriptions to named persons: by role, by proximity, or by votes over the whole article.

A description refers to a person who holds its role.  If an article never introduces a well-known person ("the Norwegian
president" for a person mentioned only by name), votes decide: each occurrence of the description distributes 100 votes
among the compatible persons, in proportion to their salience there.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from functools import cached_property
from heapq import nlargest

from worker.extract.coreference.descriptions import Description, DescriptionMatcher
from worker.extract.coreference.entities import MAX_ENTITIES, Entity, SalienceTracker
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.person import Person

_MIN_VOTE_RATIO = 1.5
"""Ratio of votes to the runner-up from which the winner is linked."""
_WEIGHT_PER_MENTION = 10.0
"""Weight that each mention adds to a person's votes, so that persons with no salience left receive some."""
_KNOWN_ROLE_FACTOR = 0.7
"""Factor on the salience of a person with a known role, as a candidate for a description with another role."""
_MIN_PROTAGONIST_SALIENCE = 60.0
"""Salience of a subject or speaker of the last sentence but one."""
_MIN_PROTAGONIST_LEAD = 1.4
"""Salience of a protagonist relative to the next person."""
_GOVERNING = frozenset({"president", "minister"})
"""Heads of a state or government who may be the main person of an article without being introduced."""
_MIN_MAIN_MENTIONS = 3
"""Mentions of the main person of an article."""
_PROTAGONIST_FACTOR = 6.0
"""Salience of a protagonist relative to a holder of the role who was mentioned long ago."""
_MAX_PARAGRAPHS = 3
"""Paragraphs within which a person who spoke unnamed may be named."""


class DescriptionLinker:
    """The persons of one article, named and described; call in text order."""

    def __init__(self, registry: NameRegistry, tracker: SalienceTracker) -> None:
        self.registry, self.tracker, self.text, self.person_words = (
            registry,
            tracker,
            registry.text,
            registry.person_words,
        )
        self.matcher = DescriptionMatcher(registry)
        self._entity_of: dict[int, Entity] = {}
        """id() of a named person -> entity."""
        self._named: list[Entity] = []
        """The entities of named persons, in text order."""
        self._unlinked: list[Entity] = []
        """Described entities without a named person of that role."""
        self._votes: dict[tuple[str, str | None, bool], Counter[int]] = {}

    def entity_of(self, person: Person, first: int, last: int) -> Entity:
        """Return the entity of a named person; a new one starts at the given tokens."""
        entity = self._entity_of.get(id(person))
        if entity is None:
            entity = self._entity_of[id(person)] = Entity(
                first, last, "person" if person.confirmed else "unknown", person=person
            )
            self._named.append(entity)
        return entity

    def link_preceding_description(self, entity: Entity, token: int) -> None:
        """Link a description that spoke before to a person who speaks by name for the first time, if compatible."""
        limit = self.text.paragraph_of[token] - _MAX_PARAGRAPHS
        for before in reversed(self.tracker.speakers[-MAX_ENTITIES:]):
            description = before.description
            if description is None or before.same_as is not None or self._votes.get(description.key):
                continue
            near = self.text.paragraph_of[before.first] >= limit
            if near and entity.person is not None and self.matcher.could_be(entity.person, description):
                self._link(before, entity)
            return

    def resolve(self, description: Description, owner: Entity | None) -> Entity:
        """Return the entity of a description: a holder of its role, the same description before, or a new entity.

        `owner`: antecedent of the possessive in "his lawyer", None if there is none.
        """
        person = self._holder_of(description, owner)
        unnamed = self._last_described(description)
        if person is not None and unnamed is not None and unnamed.salience > self._salience_of(person):
            return unnamed
        if person is not None and not self._is_protagonist_instead(person, description):
            return self.entity_of(person, description.first, description.last)
        if unnamed is not None:
            self._vote(description)
            return unnamed
        protagonist = self._protagonist(description)
        if protagonist is not None and protagonist.person is not None:
            self.add_role(protagonist.person, description)
            return protagonist
        if person is not None:
            return self.entity_of(person, description.first, description.last)
        entity = Entity(
            description.first, description.last, "person", described_gender=description.gender, description=description
        )
        self._unlinked.append(entity)
        self._vote(description)
        return entity

    def _last_described(self, description: Description) -> Entity | None:
        """Return the last unnamed person whom a definite description repeats; None if there is none."""
        return next(
            (
                e
                for e in reversed(self._unlinked[-MAX_ENTITIES:])
                if e.same_as is None and e.description is not None and _is_repetition(e.description, description)
            ),
            None,
        )

    def add_role(self, person: Person, description: Description) -> None:
        """Record that the person holds the role of the description."""
        first = description.first
        start = first + 1 if self.text.tags[first] in {"DT", "PRP$"} else first
        self.registry.roles.add(person, start, description.last, first, inferred=True)

    # ------------------------------------------------------------ holders
    def _holder_of(self, description: Description, owner: Entity | None) -> Person | None:
        """Return the most salient matching person, else the one named nearest; None if there is none."""
        matching_persons = self.matcher.matching_persons(description)
        if description.possessive:
            matching_persons = [p for p in matching_persons if self._can_belong_to(p, description, owner)]
        if not description.definite:
            matching_persons = [p for p in matching_persons if self._is_named_soon(p, description)]
        return max(
            matching_persons,
            key=lambda p: (self._salience_of(p), -abs(p.occurrences[0] - description.first)),
            default=None,
        )

    def _salience_of(self, person: Person) -> float:
        entity = self._entity_of.get(id(person))
        return entity.salience if entity is not None else 0.0

    def _can_belong_to(self, person: Person, description: Description, owner: Entity | None) -> bool:
        """Return whether a person can be "his lawyer" (the role names the owner) or "his wife" (not the owner)."""
        owner_person = owner.person if owner is not None else None
        if description.head in self.person_words.kinship_terms:
            return owner_person is None or owner_person is not person
        return (
            owner_person is not None
            and owner_person is not person
            and owner_person.name_words[-1].lower() in person.role_words
        )

    def _is_named_soon(self, person: Person, description: Description) -> bool:
        """Return whether the person is first named after the description, within three paragraphs."""
        here, there = (self.text.paragraph_of[i] for i in (description.first, person.occurrences[0]))
        return description.first < person.occurrences[0] and there - here <= _MAX_PARAGRAPHS and bool(description.words)

    # ------------------------------------------------------------ protagonists
    def _is_protagonist_instead(self, holder: Person, description: Description) -> bool:
        """Return whether a description refers to the protagonist instead of a known holder of the role.

        The description is bare ("the minister") or says more than the holder's role ("the Bergen senator"), and the
        holder has not been mentioned for some sentences.
        """
        if not description.definite or description.possessive:
            return False
        if description.words and self.matcher.supports(holder, description):
            return False
        protagonist = self._protagonist(description)
        if protagonist is None or protagonist.person in {None, holder}:
            return False
        if not description.words and protagonist.person is not None and protagonist.person.role_heads:
            return False
        return self._salience_of(holder) * _PROTAGONIST_FACTOR < protagonist.salience

    def _protagonist(self, description: Description) -> Entity | None:
        """Return the named person to whom a definite description adds a role; None if there is none.

        "The former mayor" after a sentence about Tamm, whose office has not been named, is Tamm: the most salient
        person that agrees with the description.  The subject of the same sentence is not described once more.
        """
        if self.text.lower[description.first] != "the" or not self._introduces_role(description):
            return None
        best, most, second = None, 0.0, 0.0
        for entity in self.tracker.candidates:
            if entity is self.tracker.subject or not self._may_be_protagonist(entity, description):
                continue
            if self._is_named_later(entity.person, description) or self._is_of_unknown_country(entity, description):
                continue
            known = entity.person is not None and entity.person.role_heads
            salience = entity.salience * (_KNOWN_ROLE_FACTOR if known else 1.0)
            if salience > most:
                best, most, second = entity, salience, most
            elif salience > second:
                second = salience
        if best is None or most < max(_MIN_PROTAGONIST_SALIENCE, _MIN_PROTAGONIST_LEAD * second):
            return None
        if not self._is_sovereign(description):
            return best
        main = description.head in _GOVERNING and best.person is self._main_person
        return best if main and best.person is not None and not best.person.role_heads else None

    def _is_of_unknown_country(self, entity: Entity, description: Description) -> bool:
        """Return whether an official of a state is described, and the person is not known to be of that state."""
        lexicon = self.registry.lexicon
        state = any(
            w.capitalize() in lexicon.demonyms or w.upper() in lexicon.countries for w in description.place_words
        )
        official = description.head in lexicon.offices
        return state and official and entity.person is not None and entity.person.country != description.country

    def _is_named_later(self, person: Person | None, description: Description) -> bool:
        """Return whether the sentence of a description names the person after it: "The mayor said Tamm was late"."""
        if person is None:
            return False
        end = self.text.sentence_range(description.first)[1]
        at = bisect_right(person.occurrences, description.last)
        return at < len(person.occurrences) and person.occurrences[at] < end

    def _introduces_role(self, description: Description) -> bool:
        """Return whether a description may give a new role; "the spokesman" repeats an earlier one."""
        return description.head not in self.person_words.unnamed_roles

    def _is_sovereign(self, description: Description) -> bool:
        """Return whether a description is an office whose holder readers know and the text need not name."""
        sovereign = description.head in self.person_words.sovereign_roles or "prime" in description.words
        return sovereign and not description.former and not description.country

    @cached_property
    def _main_person(self) -> Person | None:
        """The person whom the article names most often, three times or more; None if two are named as often."""
        ranked = nlargest(2, self.registry.persons, key=lambda p: len(p.occurrences))
        if not ranked or len(ranked[0].occurrences) < _MIN_MAIN_MENTIONS:
            return None
        return ranked[0] if len({len(p.occurrences) for p in ranked}) == len(ranked) else None

    def _may_be_protagonist(self, entity: Entity, description: Description) -> bool:
        person = entity.person
        return (
            person is not None
            and person.confirmed
            and entity.kind == "person"
            and self.matcher.could_describe(person, description)
        )

    # ------------------------------------------------------------ votes
    def _vote(self, description: Description) -> None:
        """Distribute 100 votes for a description among compatible persons, in proportion to their salience."""
        if not self._can_vote(description):
            return
        votes = self._votes.setdefault(description.key, Counter())
        candidates = (
            self._named
            if len(self._named) <= 2 * MAX_ENTITIES
            else self._named[:MAX_ENTITIES] + self._named[-MAX_ENTITIES:]
        )
        weighted = [
            (e.salience + _WEIGHT_PER_MENTION * len(p.occurrences), p)
            for e in candidates
            if (p := e.person) is not None
        ]
        weighted = [(weight, p) for weight, p in weighted if self.matcher.could_be_renowned(p, description)]
        total = sum(weight for weight, _ in weighted)
        for weight, person in weighted:
            votes[id(person)] += round(100 * weight / total)

    def _can_vote(self, description: Description) -> bool:
        """Return whether readers know the referent: "the Danish president", but not "the rebel-backed president"."""
        if (
            description.possessive
            or not description.definite
            or description.head not in self.person_words.renowned_roles
        ):
            return False
        if (
            description.country is None
            and description.head not in self.person_words.unofficial_roles
            and description.head not in self.person_words.private_roles
        ):
            return False  # "the president" is that of the reader's country, who may not be mentioned by name
        plain = self.registry.lexicon.state_words
        country = description.country or ""
        return all(word in plain or self.registry.countries.is_name_of(word, country) for word in description.words)

    def link_by_votes(self) -> None:
        """Link each unlinked description to the person with the most votes, descriptions with most votes first.

        Persons without a known role precede all others.  No link without a clear lead over the second person.
        """
        for entity in sorted(self._unlinked, key=lambda e: -self._top_votes(e)):
            if entity.same_as is None and entity.description is not None:
                person = self._winner(entity.description)
                if person is not None:
                    self._link(entity, self._entity_of[id(person)])

    def _top_votes(self, entity: Entity) -> int:
        votes = self._votes.get(entity.description.key) if entity.description is not None else None
        return max(votes.values(), default=0) if votes else 0

    def _winner(self, description: Description) -> Person | None:
        """Return the person with most votes; None without a sufficient lead over the second."""
        votes = self._votes.get(description.key, Counter[int]())
        ranked = [
            (count, person)
            for i, count in votes.most_common()
            if (person := self._entity_of[i].person) is not None and self.matcher.could_be_renowned(person, description)
        ]
        ranked = [(count, person) for count, person in ranked if not person.role_heads] or ranked
        if not ranked or (len(ranked) > 1 and ranked[0][0] < _MIN_VOTE_RATIO * ranked[1][0]):
            return None
        return ranked[0][1]

    def _link(self, described: Entity, named: Entity) -> None:
        """Make a described entity coreferent with a named one, and add its role to the person."""
        described.same_as = named
        named.salience = max(named.salience, described.salience)
        if described.description is not None and named.person is not None:
            self.add_role(named.person, described.description)


def _is_repetition(earlier: Description, new: Description) -> bool:
    """Return whether a definite description repeats an earlier one: same role, no conflicting modifier or country."""
    if earlier.head != new.head or new.possessive != earlier.possessive or not new.definite:
        return False
    return (new.words <= earlier.words or earlier.words <= new.words) and new.country in {None, earlier.country}
