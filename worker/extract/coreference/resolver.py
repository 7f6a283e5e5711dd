"""Coreference resolution of pronouns and descriptions, in one pass over an article.

Mentions raise the salience of an `Entity`, sentences let it decay (`worker.extract.coreference.salience`).  A pronoun
refers to the most salient entity that it agrees with.  Descriptions are resolved by `description_linking`,
organisations and groups by `organisations`.
"""

from __future__ import annotations

from functools import cache

from worker.extract.coreference.description_linking import DescriptionLinker
from worker.extract.coreference.disjoint_names import named_after_subject
from worker.extract.coreference.entities import (
    SPEAKING_COUNTRY_FACTOR,
    UNCONFIRMED_FACTOR,
    UNKNOWN_KIND_FACTOR,
    Entity,
    SalienceTracker,
)
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.names import Name, is_pronoun
from worker.extract.coreference.organisations import OrganisationResolver
from worker.extract.coreference.person import Person
from worker.extract.coreference.salience import (
    DECAY,
    OBJECT_SALIENCE,
    OBLIQUE_SALIENCE,
    SPEAKER_SALIENCE,
    SUBJECT_SALIENCE,
    initial_salience,
)
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.gazetteer import Gender
from worker.extract.lexicon.lexicon import load_lexicon
from worker.extract.lexicon.lexicon_file import Words
from worker.extract.lexicon.person_words import load_person_words

_INTRODUCTION_BONUS = 40.0
"""Extra salience of a person introduced with a role, who is likely to be mentioned again."""
_MAX_PAIRED = 12
"""Noun phrases of a sentence among which a subject and its partner are paired."""
_LEAD_PARAGRAPHS = 2
"""Paragraphs at the top in which the subject may be the person whom the lead described: "A minister has … ¶ Tamm …"."""
_AMBIGUITY_RATIO = 0.7
"""Salience of the second candidate, relative to the first, from which a pronoun is ambiguous."""


@cache
def _referring_nouns(language: str) -> Words:
    """Return the nouns of a language for people, organisations and documents, and its pronouns."""
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
    """The antecedents of the pronouns and descriptions of one article."""

    def __init__(self, registry: NameRegistry) -> None:
        self.registry = registry
        self.text, self.chunks, self.lexicon = registry.text, registry.chunks, registry.lexicon
        self.antecedents: dict[int, Entity] = {}
        """Head token of a pronoun, description or document -> its antecedent."""
        self.ambiguous: set[int] = set()
        """Tokens of pronouns with a second candidate that is nearly as salient."""
        self.tracker = SalienceTracker()
        self.descriptions = DescriptionLinker(registry, self.tracker)
        self.organisations = OrganisationResolver(registry, self.tracker)
        self._referring_nouns = _referring_nouns(self.lexicon.language)
        self._in_sentence: dict[int, Entity] = {}
        """First token of a noun phrase of the current sentence -> its entity."""
        self._read_article()
        self.descriptions.link_by_votes()

    def _read_article(self) -> None:
        """Resolve the noun phrases in text order; quotations are skipped."""
        sentence, text = -1, self.text
        entries = sorted(text.layout.entries, reverse=True)
        for number, phrase in enumerate(self.chunks.noun_phrases):
            if text.quotation_of[phrase.first] >= 0 or text.tags[phrase.head] in {"WP", "EX"}:
                continue
            if text.sentence_of[phrase.first] != sentence:
                sentence = text.sentence_of[phrase.first]
                self.tracker.decay()
                if entries and entries[-1] <= phrase.first:
                    self._start_entry(entries, phrase.first)
                self._in_sentence.clear()
            if self._is_irrelevant(number, phrase):
                continue
            salience = initial_salience(text, self.chunks, self.lexicon, phrase)
            entity = self._resolve(number, phrase, salience)
            if entity is not None and not self._is_setting(phrase, entity):
                self.tracker.record_mention(entity.resolved, salience)
                self._in_sentence[phrase.first] = entity
                self._record_conjunction(phrase, entity)
                self._record_pair(phrase, entity.resolved)

    def _start_entry(self, entries: list[int], token: int) -> None:
        """Start the entries of a live blog up to a token.  `entries`: first tokens of the entries left, last first."""
        while entries and entries[-1] <= token:
            entries.pop()
        self.tracker.start_entry()

    def _is_irrelevant(self, number: int, phrase: NounPhrase) -> bool:
        """Return whether a phrase contains no name and its head denotes no person, organisation or document.

        This is a shortcut: about 40 % of the phrases are skipped.
        """
        text, word = self.text, self.text.lower[phrase.head]
        return (
            text.tags[phrase.head] == "NN"
            and word not in self._referring_nouns
            and "-" not in word
            and number not in self.registry.names_in_phrase
            and text.tags[phrase.first] != "PRP$"
        )

    def _resolve(self, number: int, phrase: NounPhrase, salience: float) -> Entity | None:
        """Return the entity that a noun phrase refers to; None if it is not tracked."""
        head, single = phrase.head, phrase.last - phrase.first == 1
        if single and salience >= SPEAKER_SALIENCE and self.text.lower[head] in self.lexicon.closed_classes.quantifiers:
            self._remember(head, self.tracker.most_salient_of({"group": 1.0}))
            return None
        if self.text.tags[head] == "PRP" or (single and is_pronoun(self.text, head, self.lexicon)):
            return self._resolve_pronoun(head, salience)
        if self.text.tags[phrase.first] == "PRP$":
            self._resolve_pronoun(phrase.first, 0.0)
        return self._resolve_noun(number, phrase, salience)

    def _is_setting(self, phrase: NounPhrase, entity: Entity) -> bool:
        """Return whether a country or capital is only the place of an event: "in Oslo"."""
        place = (
            entity.kind in {"country", "organisation"}
            and self.text.lower[phrase.first - 1] in self.lexicon.closed_classes.scene_prepositions
        )
        name = " ".join(self.text.words[phrase.first : phrase.last]) if place else ""
        return place and (name in self.lexicon.countries or name in self.lexicon.seats_of_power)

    def _remember(self, head: int, entity: Entity | None) -> Entity | None:
        if entity is not None:
            self.antecedents[head] = entity
        return entity

    def _record_conjunction(self, phrase: NounPhrase, entity: Entity) -> None:
        """Record "Tamm and Lunde" as one group, a possible antecedent of "they"."""
        before = self.chunks.noun_phrase(phrase.first - 2)
        if before is None or before.last != phrase.first - 1 or self.text.lower[before.last] != "and":
            return
        other = self._in_sentence.get(before.first)
        if other is not None and other.kind == entity.kind and entity.kind in {"person", "country", "organisation"}:
            members = ((before.first, before.last), (phrase.first, phrase.last))
            salience = initial_salience(self.text, self.chunks, self.lexicon, before)
            self.tracker.record_mention(Entity(before.first, phrase.last, "group", members=members), salience)

    def _record_pair(self, phrase: NounPhrase, entity: Entity) -> None:
        """Record "Tamm spoke to Lunde" as a group, which "they" may refer to in the next sentence."""
        subject, before = self.tracker.subject, phrase.first - 1
        if (
            subject is None
            or subject is entity
            or len(self._in_sentence) > _MAX_PAIRED
            or self.text.lower[before] not in self.lexicon.closed_classes.pairing_words
        ):
            return
        if subject.kind == entity.kind and entity.kind in {"person", "country"} and subject.first < phrase.first:
            at = next((first for first, e in self._in_sentence.items() if e.resolved is subject), subject.first)
            other = self.chunks.noun_phrase(at)
            if other is not None:
                members = ((other.first, other.last), (phrase.first, phrase.last))
                self.tracker.record_mention(
                    Entity(phrase.first, phrase.last, "group", members=members), OBLIQUE_SALIENCE
                )

    # ------------------------------------------------------------ nouns
    def _resolve_noun(self, number: int, phrase: NounPhrase, salience: float) -> Entity | None:
        """Return the entity of a nominal phrase: by the name that ends it, else by its common noun."""
        names = self.registry.names_in_phrase.get(number, [])
        for name in names:
            if name.last == phrase.last:
                return self._resolve_name(name, salience)
            possessor = self._resolve_name(name, OBJECT_SALIENCE)
            if possessor is not None:
                self.tracker.record_mention(possessor, OBJECT_SALIENCE / 2)
        if phrase.head in self.registry.roles.holder_at:
            return None  # the role of an adjacent name
        return self._resolve_common_noun(phrase, salience)

    def _resolve_name(self, name: Name, salience: float) -> Entity | None:
        """Return the entity of a name; None if its kind is unknown.  An unknown name that speaks is a person."""
        person = self.registry.person_at.get(name.first)
        if person is None and name.kind == "unknown" and salience >= SPEAKER_SALIENCE and self.registry.recurs(name):
            person = self.registry.add_speaker(name)
            self.registry.person_at[name.first] = person
        if person is not None:
            return self._resolve_person(person, name, salience)
        return self.organisations.resolve_name(name) if name.kind in {"organisation", "country"} else None

    def _resolve_person(self, person: Person, name: Name, salience: float) -> Entity:
        """Return the entity of a person.

        If this is the person's first mention, a compatible description that spoke before it is linked to the person.
        """
        entity = self.descriptions.entity_of(person, name.first, name.last)
        if salience < SPEAKER_SALIENCE and not person.confirmed:
            return entity
        entity.kind = "person"
        if self._is_introduction(person, name):
            lead = salience >= SUBJECT_SALIENCE and self.text.paragraph_of[name.first] <= _LEAD_PARAGRAPHS
            if salience >= SPEAKER_SALIENCE or lead:
                self.descriptions.link_preceding_description(entity, name.first)
            if person.role_heads:
                entity.salience += _INTRODUCTION_BONUS / DECAY
        return entity

    def _is_introduction(self, person: Person, name: Name) -> bool:
        """Return whether a name is the person's first in the article, not counting the headline."""
        first = person.occurrences[0]
        if first == name.first:
            return True
        body = next((i for i in person.occurrences if self.text.paragraph_of[i] > 0), -1)
        return body == name.first and self.text.words[self.text.paragraphs[0][1] - 1] not in {".", "”", '"'}

    def _resolve_common_noun(self, phrase: NounPhrase, salience: float) -> Entity | None:
        """Return the entity of a phrase without a name: a group, organisation or described person; else None."""
        word = self.text.lower[phrase.head]
        if word in self.lexicon.documents and word not in self.registry.person_words.name_heads:
            self._remember(phrase.head, self.organisations.resolve_document(phrase))
            return None
        entity = self.organisations.resolve_description(phrase, salience)
        if entity is None and self.text.tags[phrase.head] != "NNS":
            entity = self._resolve_description(phrase)
        return self._remember(phrase.head, entity)

    def _resolve_description(self, phrase: NounPhrase) -> Entity | None:
        """Return the entity of a description; a predicate noun describes the subject of its copula."""
        last = self.registry.aliases.phrase_end(phrase.last, self.text.sentence_range(phrase.first)[1])
        description = self.descriptions.matcher.parse(phrase, last)
        if description is None or self._is_fronted_apposition(phrase, last):
            return None
        subject = self._subject_of_copula(phrase)
        if subject is None:
            return self.descriptions.resolve(description, self.antecedents.get(phrase.first))
        if subject.person is not None and subject.person.role is None:
            self.descriptions.add_role(subject.person, description)
        return subject

    def _is_fronted_apposition(self, phrase: NounPhrase, last: int) -> bool:
        """Return whether an indefinite phrase describes the pronoun after it: "A lawyer by training, he …"."""
        text, size = self.text, len(self.text.words)
        if text.lower[phrase.first] not in {"a", "an"} or text.sentence_range(phrase.first)[0] != phrase.first:
            return False
        return last + 1 < size and text.words[last] == "," and text.tags[last + 1] == "PRP"

    def _subject_of_copula(self, phrase: NounPhrase) -> Entity | None:
        """Return the subject of the copula before a predicate noun: "Tamm is the owner of the ferry"."""
        verb, subject = self.chunks.verb_group(phrase.first - 1), self.tracker.subject
        if verb is None or subject is None or verb.negated or subject.kind != "person":
            return None
        return subject if self.text.lower[verb.head] in self.lexicon.be and verb.modal < 0 else None

    # ------------------------------------------------------------ pronouns
    def _resolve_pronoun(self, token: int, salience: float) -> Entity | None:
        """Return the antecedent of a third-person pronoun and record it; None for other pronouns."""
        word, lexicon = self.text.lower[token], self.lexicon
        if word in lexicon.masculine or word in lexicon.feminine:
            return self._remember(token, self._resolve_third_person(token, salience))
        if word in lexicon.plural:
            return self._remember(
                token,
                self.tracker.most_salient_of(
                    {"group": 1.0, "organisation": UNCONFIRMED_FACTOR, "unknown": UNKNOWN_KIND_FACTOR}
                ),
            )
        if word in lexicon.neuter:
            country = SPEAKING_COUNTRY_FACTOR if salience >= SPEAKER_SALIENCE else UNCONFIRMED_FACTOR
            entity = self._remember(
                token,
                self.tracker.most_salient_of({"organisation": 1.0, "country": country, "unknown": UNCONFIRMED_FACTOR}),
            )
            return entity if salience >= SPEAKER_SALIENCE else None  # "it" that does not speak may refer to a thing
        return None

    def _resolve_third_person(self, token: int, salience: float) -> Entity | None:
        """Return the antecedent of "he" or "she".

        An object pronoun ("him") does not refer to the subject of its own clause.
        """
        gender: Gender = "masculine" if self.text.lower[token] in self.lexicon.masculine else "feminine"
        is_object = (
            self.text.lower[token] in self.lexicon.closed_classes.object_pronouns
            and 0 < salience < SUBJECT_SALIENCE
            and not self._is_possessive(token)
        )
        subject = self.tracker.subject if is_object else None
        entity = self.tracker.most_salient_person(
            gender, subject, named_after_subject(self.text, self.chunks, self.registry.person_at, token)
        )
        if self.tracker.runner_up_ratio >= _AMBIGUITY_RATIO:
            self.ambiguous.add(token)
        if entity is not None and entity.gender is None:
            entity.set_gender(gender)
        return entity

    def _is_possessive(self, token: int) -> bool:
        """Return whether "her" is a possessive, which may refer to the subject."""
        following = self.chunks.noun_phrase(token + 1)
        return self.text.lower[token] == "her" and following is not None and self.text.tags[following.first] != "DT"
