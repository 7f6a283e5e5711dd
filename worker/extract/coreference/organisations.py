"""Organisations and groups: by name, by common noun ("the union", "the voters") and through their documents.

"The Port of Belm", later "the port"; "the union", later "it"; "the port's report", which speaks for the port.
"""

from __future__ import annotations

from worker.extract.coreference.documents import issuer_range
from worker.extract.coreference.entities import Entity, EntityKind, SalienceTracker
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.names import Name
from worker.extract.coreference.salience import SPEAKER_SALIENCE, SUBJECT_SALIENCE
from worker.extract.grammar.chunker import NounPhrase

_MAX_PARAGRAPHS = 3
"""Paragraphs within which an organisation that spoke unnamed may be named."""


class OrganisationResolver:
    """The organisations and groups of one article; call in text order."""

    def __init__(self, registry: NameRegistry, tracker: SalienceTracker) -> None:
        self.registry, self.tracker = registry, tracker
        self.text, self.lexicon, self.person_words = registry.text, registry.lexicon, registry.person_words
        self._entities: dict[str, Entity] = {}
        """Lower-case name of an organisation or head noun of a group -> entity."""
        self._documents: dict[str, Entity | None] = {}
        """Kind of document -> its last mention with an issuer; None after one without."""
        self._unnamed_speakers: list[Entity] = []
        """Organisations that spoke before they were named: "a union said"."""

    def resolve_name(self, name: Name) -> Entity:
        """Return the entity of a name; a new one is linked to an organisation that just spoke unnamed."""
        words = " ".join(self.text.lower[name.first : name.last])
        if words not in self._entities:
            self._entities[words] = self._new_entity(name)
        return self._entities[words]

    def _new_entity(self, name: Name) -> Entity:
        """Return a new entity for a name.

        An organisation that has just spoken without being named is linked to the entity if the name fits its
        description.
        """
        text, kind = self.text, "country" if name.kind == "country" else "organisation"
        ends_phrase = name.last == self.registry.chunks.noun_phrases[name.phrase].last
        last = (
            self.registry.aliases.phrase_end(name.last, text.sentence_range(name.first)[1])
            if ends_phrase
            else name.last
        )
        entity = Entity(name.first, last, "country" if kind == "country" else "organisation")
        for before in self._unnamed_speakers[-1:]:
            near = text.paragraph_of[name.first] - text.paragraph_of[before.first] <= _MAX_PARAGRAPHS
            called = self.person_words.name_heads.get(text.lower[before.last - 1], frozenset())
            if near and before.same_as is None and text.lower[name.last - 1] in called:
                before.same_as = entity
        return entity

    def resolve_description(self, phrase: NounPhrase, salience: float) -> Entity | None:
        """Return the group or organisation of a phrase without a name; None if its head denotes neither."""
        text, lexicon = self.text, self.lexicon
        word = text.lower[phrase.head]
        if word in lexicon.groups or text.tags[phrase.head] == "NNS":
            return (
                self._resolve_common_noun(phrase, "group")
                if word in lexicon.groups or salience >= SPEAKER_SALIENCE
                else None
            )
        if word not in self.person_words.name_heads and word not in lexicon.organisation_heads:
            return None
        if phrase.first == phrase.head and salience < SPEAKER_SALIENCE:
            return None  # "in office"
        body = self._resolve_common_noun(phrase, "organisation")
        if body.first == phrase.first and salience >= SUBJECT_SALIENCE and text.lower[phrase.first] in {"a", "an"}:
            self._unnamed_speakers.append(body)
        return body

    def _resolve_common_noun(self, phrase: NounPhrase, kind: EntityKind) -> Entity:
        """Return the entity of a common noun: "the voters" repeats an earlier mention, "young voters" are new."""
        word, opener = self.text.lower[phrase.head], self.text.lower[phrase.first]
        known = self._entities.get(word)
        if known is None and kind == "organisation" and opener == "the":
            known = self.tracker.most_salient_matching(lambda entity: self._can_be_called(entity, word))
        definite = opener in {"the", "these", "those"} and phrase.head == phrase.first + 1
        if known is not None and definite and self._is_of_another_country(phrase, known):
            known = None
        if known is None or not (definite or phrase.first == phrase.head):
            known = self._entities[word] = Entity(phrase.first, phrase.last, kind)
        return known

    def _is_of_another_country(self, phrase: NounPhrase, known: Entity) -> bool:
        """Return whether the sentence opens in another country than that of a body: "In Latvia, the government …"."""
        countries = self.registry.countries
        place = countries.setting_of(phrase.first)
        return place is not None and place != countries.first_country(known.first, known.last)

    def _can_be_called(self, entity: Entity, word: str) -> bool:
        """Return whether a common noun can refer to a named organisation.

        The last word of the name must be listed for the noun, or must not denote a type of organisation.
        """
        last_word, name_endings = self.text.lower[entity.last - 1], self.person_words.name_heads.get(word)
        if (
            name_endings is None
            or entity.kind not in {"organisation", "unknown"}
            or not self.text.words[entity.first][0].isupper()
        ):
            return False
        return last_word in name_endings or not (
            last_word in self.lexicon.organisation_heads or last_word in self.person_words.name_heads
        )

    def resolve_document(self, phrase: NounPhrase) -> Entity | None:
        """Return the entity that a document speaks for: a court ("the ruling"), the last speaker ("the statement").

        "The release" speaks for the issuer of the last release, if the text named one.
        """
        word = self.text.lower[phrase.head]
        kind = self.person_words.kind_of_document.get(word, word)
        if self.text.lower[phrase.first] != "the" or phrase.head != phrase.first + 1:
            issued = issuer_range(self.registry, phrase) is not None
            self._documents[kind] = Entity(phrase.first, phrase.last, "unknown") if issued else None
            return None
        if word in self.person_words.court_documents:
            return self.tracker.most_salient_matching(self._is_court)
        if issuer_range(self.registry, phrase) is not None:
            self._documents[kind] = Entity(phrase.first, phrase.last, "unknown")
            return None
        issued_before = self._documents.get(kind)
        if issued_before is not None:
            return issued_before
        spoke = self.tracker.speakers
        return spoke[-1].resolved if word in self.person_words.speaker_documents and spoke else None

    def _is_court(self, entity: Entity) -> bool:
        words = self.text.lower[entity.first : entity.last]
        return entity.kind == "organisation" and not self.person_words.name_heads["court"].isdisjoint(words)
