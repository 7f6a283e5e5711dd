"""One reading of an article from top to bottom: whom each pronoun and each description means.

Everybody and everything that speaks or is spoken of becomes an `Entity`; mentions raise it, sentences let it fade
(`worker.extract.salience`).  A pronoun means the entity that stands out most among those it agrees with.  A
description means whoever holds its role; where the article names a well-known person without ever saying what he or she
is ("the Norwegian president" for somebody called only by name), the article as a whole decides: every time the
description occurs, those whom it could mean are given votes by how much they stand out there.
"""

from __future__ import annotations

from collections import Counter
from typing import Literal

from msgspec import Struct

from worker.extract.descriptions import Description, Descriptions
from worker.extract.lexicon import Gender
from worker.extract.names import Name, is_pronoun
from worker.extract.people import People, Person
from worker.extract.phrases import NounPhrase
from worker.extract.salience import FADING, FORGOTTEN, OBJECT, SPEAKER, SUBJECT, standing

_DOUBT = 0.85
"""What is left of the standing of somebody who may be, for all that is known, but need not be a "he" or a "they"."""
_UNSURE = 0.4
"""The same of a name that may be anything's."""
_SHARE = 1.5
"""How many times more votes than the next one's decide whom a description means."""
_PARAGRAPHS = 3
"""Within which somebody who spoke first without a name is named."""
_LAST = 40
"""Entities still thought of at any time; the rest is forgotten sooner."""

_KNOWN = 10.0
"""What every mention of somebody adds to the votes, so that somebody long unmentioned has some."""
_INTRODUCED = 40.0
"""How much more somebody stands out whom the article introduces with a role: it will not be for nothing."""

QUANTITIES = frozenset({"some", "many", "most", "several", "both", "few", "all"})
"""Alone they mean so many of the group in focus."""

Kind = Literal["person", "group", "body", "country", "unsure"]
"""Of "unsure" the article has not said whether it is a person."""


class Entity(Struct, eq=False):
    """Somebody or something that the article speaks of."""

    first: int
    last: int
    """The words that name or describe it."""
    kind: Kind
    person: Person | None = None
    gender: Gender | None = None
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


class Discourse:
    """Whom the pronouns and descriptions of one article mean."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.text, self.phrases, self.lexicon = people.text, people.phrases, people.lexicon
        self.words = people.words
        self.descriptions = Descriptions(people)
        self.meant: dict[int, Entity] = {}
        """Head of a pronoun or nominal -> whom it means."""
        self._active: list[Entity] = []
        self._of: dict[int, Entity] = {}
        """id of a person -> entity."""
        self._named: dict[str, Entity] = {}
        """Lower-case name of a body, or head of a group -> entity."""
        self._open: list[Entity] = []
        """Descriptions that nobody's role fits."""
        self._unnamed: list[Entity] = []
        """Bodies that spoke before they were named: "a union said"."""
        self._votes: dict[tuple[str, str | None, bool], Counter[int]] = {}
        self._latest: dict[int, Entity] = {}
        """First token of a noun phrase -> whom it means, in this sentence."""
        self._subject: Entity | None = None
        self._speakers: list[Entity] = []
        self._read()
        self._decide()

    # ------------------------------------------------------------ the reading
    def _read(self) -> None:
        sentence, text = -1, self.text
        for number, phrase in enumerate(self.phrases.nouns):
            if text.quoted[phrase.first] >= 0:
                continue
            if text.sentence_of[phrase.first] != sentence:
                sentence = text.sentence_of[phrase.first]
                self._fade()
            self._mention(number, phrase)

    def _fade(self) -> None:
        self._subject = None
        self._latest.clear()
        for entity in self._active:
            entity.weight *= FADING
        kept = [e for e in self._active if e.weight > FORGOTTEN and e.same is None]
        self._active = sorted(kept, key=lambda e: -e.weight)[:_LAST]

    def _mention(self, number: int, phrase: NounPhrase) -> None:
        text = self.text
        stands = standing(text, self.phrases, self.lexicon, phrase)
        if text.tags[phrase.head] in {"WP", "EX"}:
            return
        if text.lower[phrase.head] in QUANTITIES and phrase.last - phrase.first == 1 and stands >= SPEAKER:
            group = self._something({"group": 1.0})
            if group is not None:
                self.meant[phrase.head] = group
            return
        if text.tags[phrase.head] == "PRP" or (
            phrase.last - phrase.first == 1 and is_pronoun(text, phrase.head, self.lexicon)
        ):
            entity = self._pronoun(phrase.head, stands)
        else:
            if text.tags[phrase.first] == "PRP$":
                self._pronoun(phrase.first, 0.0)
            entity = self._noun(number, phrase, stands)
        if entity is not None:
            self._raise(entity, stands)
            self._latest[phrase.first] = entity
            self._join(phrase, entity)

    def _join(self, phrase: NounPhrase, entity: Entity) -> None:
        """ "Tamm and Lunde" are "they" from here on."""
        before = self.phrases.noun(phrase.first - 2)
        if before is None or before.last != phrase.first - 1 or self.text.lower[before.last] != "and":
            return
        other = self._latest.get(before.first)
        if other is not None and other.kind == entity.kind and entity.kind in {"person", "country", "body"}:
            both = Entity(
                before.first, phrase.last, "group", parts=((before.first, before.last), (phrase.first, phrase.last))
            )
            self._raise(both, standing(self.text, self.phrases, self.lexicon, before))

    def _raise(self, entity: Entity, stands: float) -> None:
        entity = entity.itself
        if entity.weight <= 0.0 or entity not in self._active:
            self._active.append(entity)
        entity.weight = max(entity.weight, stands + entity.weight * FADING)
        if stands >= SUBJECT:
            self._subject = entity.itself
        if stands >= SPEAKER:
            self._speakers.append(entity)

    # ------------------------------------------------------------ nouns
    def _noun(self, number: int, phrase: NounPhrase, stands: float) -> Entity | None:
        names = self.people.in_phrase.get(number, [])
        last = None
        for name in names:
            entity = self._name(name, stands if name.last == phrase.last else OBJECT)
            if name.last == phrase.last:
                last = entity
            elif entity is not None:
                self._raise(entity, OBJECT / 2)
        if last is not None or (names and names[-1].last == phrase.last):
            return last
        if phrase.head in self.people.described_at:
            return None  # the role of a name beside it
        return self._described(phrase, stands)

    def _name(self, name: Name, stands: float) -> Entity | None:
        person = self.people.at.get(name.first)
        if person is None and name.kind == "unknown" and stands >= SPEAKER and self.people.recurs(name):
            person = self.people.introduce(name)
            self.people.at[name.first] = person
        if person is not None and (person.sure or stands >= SPEAKER):
            return self._of_person(person, name, stands)
        if person is not None:
            return self._of.setdefault(id(person), Entity(name.first, name.last, "unsure", person=person))
        if name.kind in {"organisation", "country"}:
            words = " ".join(self.text.lower[name.first : name.last])
            kind: Kind = "country" if name.kind == "country" else "body"
            if words not in self._named:
                self._named[words] = self._body(name, kind)
            return self._named[words]
        return None

    def _body(self, name: Name, kind: Kind) -> Entity:
        """A body named for the first time: it may be the one that spoke without a name just before."""
        phrase = self.phrases.nouns[name.phrase]
        last = self.people.bodies.of_end(name.last, self.text.sentence(name.first)[1])
        entity = Entity(name.first, last if name.last == phrase.last else name.last, kind)
        for before in self._unnamed[-1:]:
            near = self.text.paragraph_of[name.first] - self.text.paragraph_of[before.first] <= _PARAGRAPHS
            ends = self.text.lower[name.last - 1]
            if near and before.same is None and ends in self.words.called.get(self.text.lower[before.last - 1], ()):
                before.same = entity
        return entity

    def _of_person(self, person: Person, name: Name, stands: float) -> Entity:
        known = self._of.setdefault(id(person), Entity(name.first, name.last, "person", person=person))
        known.kind = "person"
        if person.seen[0] == name.first:
            if stands >= SPEAKER:
                self._introduced(known, name.first)
            if person.held:
                known.weight += _INTRODUCED / FADING
        return known

    def _introduced(self, entity: Entity, token: int) -> None:
        """Somebody speaks by name for the first time: he or she may be who spoke without one just before."""
        person = entity.person
        limit = self.text.paragraph_of[token] - _PARAGRAPHS
        if person is None or not self._speakers:
            return
        for before in reversed(self._speakers[-_LAST:]):
            description = before.description
            if description is None or before.same is not None or self._votes.get(description.key):
                continue
            if self.text.paragraph_of[before.first] >= limit and self.descriptions.could_be(person, description):
                self._same(before, entity)
            return

    def _described(self, phrase: NounPhrase, stands: float) -> Entity | None:
        text, lexicon = self.text, self.lexicon
        word = text.lower[phrase.head]
        if word in lexicon.groups or text.tags[phrase.head] == "NNS":
            if word not in lexicon.groups and stands < SPEAKER:
                return None
            return self._keep(phrase, self._common(phrase, "group"))
        if word in lexicon.documents and word not in self.words.called:
            self._document(phrase)
            return None
        if word in self.words.called or word in lexicon.organisation_heads:
            if phrase.first == phrase.head and stands < SPEAKER:
                return None
            body = self._common(phrase, "body")
            if body.first == phrase.first and stands >= SPEAKER and text.lower[phrase.first] in {"a", "an"}:
                self._unnamed.append(body)
            return self._keep(phrase, body)
        last = self.people.bodies.of_end(phrase.last, text.sentence(phrase.first)[1])
        description = self.descriptions.read(phrase, last)
        if description is None:
            return None
        return self._keep(phrase, self._predicated(description) or self._bearer(description))

    def _common(self, phrase: NounPhrase, kind: Kind) -> Entity:
        """The group or body that a common noun means: "the voters" those before, "young voters" others."""
        word = self.text.lower[phrase.head]
        known = self._named.get(word)
        if known is None and kind == "body" and self.text.lower[phrase.first] == "the":
            known = self._called(word)
        definite = self.text.lower[phrase.first] in {"the", "these", "those"} and phrase.head == phrase.first + 1
        if known is None or not (definite or phrase.first == phrase.head):
            known = self._named[word] = Entity(phrase.first, phrase.last, kind)
        return known

    def _called(self, word: str) -> Entity | None:
        """The body in focus that may be meant by "the union", "the website"."""
        could = [e for e in self._active if e.kind in {"body", "unsure"} and self._is_called(e, word)]
        return max(could, key=lambda e: e.weight, default=None)

    def _is_called(self, entity: Entity, word: str) -> bool:
        """Whether a named body may be called by a word: its name ends in one of such a body, or in none at all."""
        ends, fits = self.text.lower[entity.last - 1], self.words.called.get(word)
        if fits is None or not self.text.words[entity.first][0].isupper():
            return False
        return ends in fits or not (ends in self.lexicon.organisation_heads or ends in self.words.called)

    def _document(self, phrase: NounPhrase) -> None:
        """ "The ruling" speaks for the court, "the statement" for whoever spoke last."""
        word, text = self.text.lower[phrase.head], self.text
        if text.lower[phrase.first] != "the" or phrase.head != phrase.first + 1:
            return
        issuer: Entity | None = None
        if word in self.words.of_courts:
            courts = [e for e in self._active if e.kind == "body" and self._is_court(e)]
            issuer = max(courts, key=lambda e: e.weight, default=None)
        elif word in self.words.of_speakers and self._speakers:
            issuer = self._speakers[-1].itself
        if issuer is not None:
            self.meant[phrase.head] = issuer

    def _is_court(self, entity: Entity) -> bool:
        courts = self.words.called["court"]
        return not courts.isdisjoint(self.text.lower[entity.first : entity.last])

    def _keep(self, phrase: NounPhrase, entity: Entity) -> Entity:
        self.meant[phrase.head] = entity
        return entity

    def _bearer(self, description: Description) -> Entity:
        """The entity that a description means: a holder of its role, one described so before, or somebody new."""
        person = self._holder(description)
        if person is not None:
            name = Name(description.first, description.last, "person", -1)
            return self._of.get(id(person)) or self._of_person(person, name, 0.0)
        for entity in reversed(self._open):
            known = entity.description
            if known is not None and _continues(known, description):
                self._vote(description)
                return entity
        entity = Entity(
            description.first, description.last, "person", gender=description.gender, description=description
        )
        self._open.append(entity)
        self._vote(description)
        return entity

    def _predicated(self, description: Description) -> Entity | None:
        """ "Tamm is the owner of the ferry", "Tamm became mayor": what is said of the subject."""
        verb, subject = self.phrases.verb(description.first - 1), self._subject
        if verb is None or subject is None or verb.negated or subject.kind != "person":
            return None
        if self.text.lower[verb.head] not in self.lexicon.be or verb.modal >= 0:
            return None
        if subject.person is not None and subject.person.role is None:
            self._learn(subject.person, description)
        return subject

    def _holder(self, description: Description) -> Person | None:
        fitting = self.descriptions.fitting(description)
        if description.owned:
            fitting = [p for p in fitting if self._belongs(p, description)]
        if not description.definite:
            fitting = [p for p in fitting if self._named_soon(p, description)]
        weights = [(self._weight(p), -abs(p.seen[0] - description.first), p) for p in fitting]
        return max(weights, key=lambda w: w[:2])[2] if weights else None

    def _weight(self, person: Person) -> float:
        entity = self._of.get(id(person))
        return entity.weight if entity is not None else 0.0

    def _belongs(self, person: Person, description: Description) -> bool:
        """ "His lawyer": somebody whose role names him, or the only spouse or parent that the article knows."""
        owner = self.meant.get(description.first)
        if description.head in self.words.relatives:
            return owner is None or owner.person is not person
        owned = owner.person if owner is not None else None
        return owned is not None and owned is not person and owned.tokens[-1].lower() in person.role_words

    def _named_soon(self, person: Person, description: Description) -> bool:
        """ "A Danish army spokesman", if the one whose role fits is named only after that, and soon."""
        here, there = (self.text.paragraph_of[i] for i in (description.first, person.seen[0]))
        return description.first < person.seen[0] and there - here <= _PARAGRAPHS and bool(description.words)

    # ------------------------------------------------------------ pronouns
    def _pronoun(self, token: int, stands: float) -> Entity | None:
        word, lexicon = self.text.lower[token], self.lexicon
        if word in lexicon.masculine or word in lexicon.feminine:
            gender: Gender = "masculine" if word in lexicon.masculine else "feminine"
            entity = self._somebody(gender, self._subject if 0 < stands < SUBJECT and not self._owns(token) else None)
        elif word in lexicon.plural:
            entity = self._something({"group": 1.0, "body": _DOUBT, "unsure": _UNSURE})
        elif word in lexicon.neuter:
            entity = self._something({"body": 1.0, "country": _DOUBT, "unsure": _DOUBT})
            if entity is not None:
                self.meant[token] = entity
            return entity if stands >= SPEAKER else None
        else:
            return None
        if entity is not None:
            self.meant[token] = entity
        return entity

    def _owns(self, token: int) -> bool:
        """Whether "her" belongs to a noun: it may then mean the subject, as an object does not."""
        following = self.phrases.noun(token + 1)
        return self.text.lower[token] == "her" and following is not None and self.text.tags[following.first] != "DT"

    def _somebody(self, gender: Gender, but: Entity | None) -> Entity | None:
        """The person who stands out most and may be of the gender; else the last of the speakers."""
        best, most = None, 0.0
        for entity in self._active:
            if entity.kind not in {"person", "unsure"} or entity is but:
                continue
            known = self._gender(entity)
            weight = entity.weight if known == gender else entity.weight * _DOUBT if known is None else 0.0
            weight *= _UNSURE if entity.kind == "unsure" else 1.0
            if weight > most:
                best, most = entity, weight
        if best is None:
            spoke = (s.itself for s in reversed(self._speakers[-_LAST:]))
            best = next((s for s in spoke if s.kind == "person" and self._gender(s) in {None, gender}), None)
        if best is not None and self._gender(best) is None:
            best.gender = gender
            if best.person is not None:
                best.person.gender = gender
        return best

    def _gender(self, entity: Entity) -> Gender | None:
        if entity.person is not None:
            return entity.person.gender
        return entity.gender

    def _something(self, kinds: dict[str, float]) -> Entity | None:
        found = [e for e in self._active if e.kind in kinds]
        return max(found, key=lambda e: e.weight * kinds[e.kind], default=None)

    # ------------------------------------------------------------ who they turn out to be
    def _vote(self, description: Description) -> None:
        if description.owned or not description.definite or description.head not in self.words.renowned_roles:
            return
        votes = self._votes.setdefault(description.key, Counter())
        could = [(e.weight + _KNOWN * len(p.seen), p) for e in self._of.values() if (p := e.person) is not None]
        could = [(weight, p) for weight, p in could if self.descriptions.renowned(p, description)]
        total = sum(weight for weight, _ in could)
        for weight, person in could:
            votes[id(person)] += round(100 * weight / total)

    def _decide(self) -> None:
        """Give each description to the one with most votes, the surest first; nobody has offices of two countries."""
        persons = {id(p): p for p in self.people.everyone}
        for entity in sorted(self._open, key=lambda e: -self._lead(e)):
            description = entity.description
            if entity.same is not None or description is None or description.key not in self._votes:
                continue
            votes = self._votes[description.key]
            could = [(count, i) for i, count in votes.items() if self.descriptions.renowned(persons[i], description)]
            ranked = sorted(could, reverse=True)
            if ranked and (len(ranked) == 1 or ranked[0][0] >= _SHARE * ranked[1][0]):
                person = persons[ranked[0][1]]
                self._same(entity, self._of[id(person)])

    def _lead(self, entity: Entity) -> int:
        votes = self._votes.get(entity.description.key, Counter()) if entity.description else Counter()
        return max(votes.values(), default=0)

    def _same(self, described: Entity, named: Entity) -> None:
        """The one described and the one named are the same, so the role is his or hers."""
        described.same = named
        named.weight = max(named.weight, described.weight)
        if described.description is not None and named.person is not None:
            self._learn(named.person, described.description)

    def _learn(self, person: Person, description: Description) -> None:
        """The role that a description tells belongs to the person."""
        first = description.first
        start = first + 1 if self.text.tags[first] in {"DT", "PRP$"} else first
        self.people.learn_role(person, start, description.last, first)


def _continues(known: Description, new: Description) -> bool:
    """Whether a description takes up an earlier one: the same role, and nothing in the way."""
    if known.head != new.head or new.owned != known.owned or not new.definite:
        return False
    return (new.words <= known.words or known.words <= new.words) and new.country in {None, known.country}
