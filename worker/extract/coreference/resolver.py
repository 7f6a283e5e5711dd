"""One reading of an article from top to bottom: whom each pronoun and each description means.

Everybody and everything that speaks or is spoken of becomes an `Entity`; mentions raise it, sentences let it fade
(`coreference.salience`).  A pronoun means the entity that stands out most among those it agrees with; descriptions
are the matter of `coreference.identities`, bodies and groups that of `coreference.institutions`.
"""

from __future__ import annotations

from functools import cache

from worker.extract.coreference.description_linking import DescriptionLinker
from worker.extract.coreference.entities import DOUBT, UNSURE, Entity, Salience
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.names import Name, is_pronoun
from worker.extract.coreference.organisations import OrganisationResolver
from worker.extract.coreference.person import Person
from worker.extract.coreference.salience import FADING, OBJECT, SPEAKER, SUBJECT, standing
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.lexicon.person_words import Words, load_person_words

_INTRODUCED = 40.0
"""How much more somebody stands out whom the article introduces with a role: it will not be for nothing."""
_CLOSE = 0.7
"""Standing of the second beside the first from which a pronoun is doubtful."""


@cache
def _telling(language: str) -> Words:
    """Every noun of a language for people, bodies and their documents."""
    lexicon, person_words = load_lexicon(language), load_person_words(language)
    if lexicon is None:
        return frozenset()
    nouns = (
        lexicon.roles
        | lexicon.groups
        | lexicon.organisation_heads
        | lexicon.documents
        | lexicon.pronouns
        | lexicon.closed_classes.quantifiers
    )
    return nouns | person_words.name_heads.keys() | person_words.abbreviations.keys()


class CoreferenceResolver:
    """Whom the pronouns and descriptions of one article mean."""

    def __init__(self, registry: NameRegistry) -> None:
        self.registry = registry
        self.text, self.chunks, self.lexicon = registry.text, registry.chunks, registry.lexicon
        self.meant: dict[int, Entity] = {}
        """Head of a pronoun, description or document -> whom it means."""
        self.doubtful: set[int] = set()
        """Pronouns that somebody else is nearly as likely to be meant by."""
        self.salience = Salience()
        self.descriptions = DescriptionLinker(registry, self.salience)
        self.organisations = OrganisationResolver(registry, self.salience)
        self._nouns = _telling(self.lexicon.language)
        self._here: dict[int, Entity] = {}
        """First token of a noun phrase -> whom it means, in this sentence."""
        self._read()
        self.descriptions.decide()

    def _read(self) -> None:
        sentence, text = -1, self.text
        for number, phrase in enumerate(self.chunks.noun_phrases):
            if text.quotation_of[phrase.first] >= 0 or text.tags[phrase.head] in {"WP", "EX"}:
                continue
            if text.sentence_of[phrase.first] != sentence:
                sentence = text.sentence_of[phrase.first]
                self.salience.fade()
                self._here.clear()
            if self._tells_nothing(number, phrase):
                continue
            stands = standing(text, self.chunks, self.lexicon, phrase)
            entity = self._meaning(number, phrase, stands)
            if entity is not None:
                self.salience.mention(entity.itself, stands)
                self._here[phrase.first] = entity
                self._join(phrase, entity)

    def _tells_nothing(self, number: int, phrase: NounPhrase) -> bool:
        """Whether a phrase names nobody and is headed by a noun that is no word for anybody: four in ten are."""
        text, word = self.text, self.text.lower[phrase.head]
        return (
            text.tags[phrase.head] == "NN"
            and word not in self._nouns
            and "-" not in word
            and number not in self.registry.in_phrase
            and text.tags[phrase.first] != "PRP$"
        )

    def _meaning(self, number: int, phrase: NounPhrase, stands: float) -> Entity | None:
        """Whom a noun phrase mentions; None where that is nobody of note."""
        head, single = phrase.head, phrase.last - phrase.first == 1
        if single and stands >= SPEAKER and self.text.lower[head] in self.lexicon.closed_classes.quantifiers:
            self._keep(head, self.salience.something({"group": 1.0}))
            return None
        if self.text.tags[head] == "PRP" or (single and is_pronoun(self.text, head, self.lexicon)):
            return self._pronoun(head, stands)
        if self.text.tags[phrase.first] == "PRP$":
            self._pronoun(phrase.first, 0.0)
        return self._noun(number, phrase, stands)

    def _keep(self, head: int, entity: Entity | None) -> Entity | None:
        if entity is not None:
            self.meant[head] = entity
        return entity

    def _join(self, phrase: NounPhrase, entity: Entity) -> None:
        """ "Tamm and Lunde" are "they" from here on."""
        before = self.chunks.noun_phrase(phrase.first - 2)
        if before is None or before.last != phrase.first - 1 or self.text.lower[before.last] != "and":
            return
        other = self._here.get(before.first)
        if other is not None and other.kind == entity.kind and entity.kind in {"person", "country", "body"}:
            parts = ((before.first, before.last), (phrase.first, phrase.last))
            stands = standing(self.text, self.chunks, self.lexicon, before)
            self.salience.mention(Entity(before.first, phrase.last, "group", parts=parts), stands)

    # ------------------------------------------------------------ nouns
    def _noun(self, number: int, phrase: NounPhrase, stands: float) -> Entity | None:
        names = self.registry.in_phrase.get(number, [])
        for name in names:
            if name.last == phrase.last:
                return self._name(name, stands)
            possessor = self._name(name, OBJECT)
            if possessor is not None:
                self.salience.mention(possessor, OBJECT / 2)
        if phrase.head in self.registry.described_at:
            return None  # the role of a name beside it
        return self._common(phrase, stands)

    def _name(self, name: Name, stands: float) -> Entity | None:
        person = self.registry.at.get(name.first)
        if person is None and name.kind == "unknown" and stands >= SPEAKER and self.registry.recurs(name):
            person = self.registry.introduce(name)
            self.registry.at[name.first] = person
        if person is not None:
            return self._person(person, name, stands)
        return self.organisations.named(name) if name.kind in {"organisation", "country"} else None

    def _person(self, person: Person, name: Name, stands: float) -> Entity:
        entity = self.descriptions.of(person, name.first, name.last)
        if stands < SPEAKER and not person.sure:
            return entity
        entity.kind = "person"
        if person.seen[0] == name.first:
            if stands >= SPEAKER:
                self.descriptions.introduced(entity, name.first)
            if person.held:
                entity.weight += _INTRODUCED / FADING
        return entity

    def _common(self, phrase: NounPhrase, stands: float) -> Entity | None:
        """Whom a phrase without a name means: a group, a body, or somebody described."""
        word = self.text.lower[phrase.head]
        if word in self.lexicon.documents and word not in self.registry.words.name_heads:
            self._keep(phrase.head, self.organisations.issuer(phrase))
            return None
        entity = self.organisations.described(phrase, stands)
        if entity is None and self.text.tags[phrase.head] != "NNS":
            entity = self._described(phrase)
        return self._keep(phrase.head, entity)

    def _described(self, phrase: NounPhrase) -> Entity | None:
        last = self.registry.bodies.of_end(phrase.last, self.text.sentence_range(phrase.first)[1])
        description = self.descriptions.descriptions.read(phrase, last)
        if description is None:
            return None
        subject = self._predicated(phrase)
        if subject is None:
            return self.descriptions.bearer(description, self.meant.get(phrase.first))
        if subject.person is not None and subject.person.role is None:
            self.descriptions.learn(subject.person, description)
        return subject

    def _predicated(self, phrase: NounPhrase) -> Entity | None:
        """ "Tamm is the owner of the ferry": whom a predicate is said of, its subject."""
        verb, subject = self.chunks.verb_group(phrase.first - 1), self.salience.subject
        if verb is None or subject is None or verb.negated or subject.kind != "person":
            return None
        return subject if self.text.lower[verb.head] in self.lexicon.be and verb.modal < 0 else None

    # ------------------------------------------------------------ pronouns
    def _pronoun(self, token: int, stands: float) -> Entity | None:
        word, lexicon = self.text.lower[token], self.lexicon
        if word in lexicon.masculine or word in lexicon.feminine:
            return self._keep(token, self._third_person(token, stands))
        if word in lexicon.plural:
            return self._keep(token, self.salience.something({"group": 1.0, "body": DOUBT, "unsure": UNSURE}))
        if word in lexicon.neuter:
            entity = self._keep(token, self.salience.something({"body": 1.0, "country": DOUBT, "unsure": DOUBT}))
            return entity if stands >= SPEAKER else None  # else it may be any thing
        return None

    def _third_person(self, token: int, stands: float) -> Entity | None:
        """Whom "he" or "she" means; as an object not the subject of its own clause."""
        gender: Gender = "masculine" if self.text.lower[token] in self.lexicon.masculine else "feminine"
        is_object = (
            self.text.lower[token] in self.lexicon.closed_classes.object_pronouns
            and 0 < stands < SUBJECT
            and not self._owns(token)
        )
        entity = self.salience.somebody(gender, self.salience.subject if is_object else None)
        if self.salience.rivalry >= _CLOSE:
            self.doubtful.add(token)
        if entity is not None and entity.gender is None:
            entity.is_a(gender)
        return entity

    def _owns(self, token: int) -> bool:
        """Whether "her" belongs to a noun: it may then mean the subject, as an object does not."""
        following = self.chunks.noun_phrase(token + 1)
        return self.text.lower[token] == "her" and following is not None and self.text.tags[following.first] != "DT"
