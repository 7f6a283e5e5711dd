"""Bodies and groups: under their names, under common nouns ("the union", "the voters"), and behind their documents.

"The Port of Belm", later "the port"; "the union", later "it"; "the port's report", which speaks for the port.
"""

from __future__ import annotations

from worker.extract.coreference.entities import Entity, EntityKind, SalienceTracker
from worker.extract.coreference.name_registry import NameRegistry
from worker.extract.coreference.names import Name
from worker.extract.coreference.salience import SPEAKER_SALIENCE
from worker.extract.grammar.chunker import NounPhrase

_PARAGRAPHS = 3
"""Within which a body that spoke first without a name is named."""


class OrganisationResolver:
    """The bodies and groups of one article, met in the order of its reading."""

    def __init__(self, registry: NameRegistry, tracker: SalienceTracker) -> None:
        self.registry, self.tracker = registry, tracker
        self.text, self.lexicon, self.person_words = registry.text, registry.lexicon, registry.person_words
        self._entities: dict[str, Entity] = {}
        """Lower-case name of a body, or head of a group -> entity."""
        self._unnamed_speakers: list[Entity] = []
        """Bodies that spoke before they were named: "a union said"."""

    def resolve_name(self, name: Name) -> Entity:
        """Return the entity of a name; one met for the first time may be the body that just spoke without a name."""
        words = " ".join(self.text.lower[name.first : name.last])
        if words not in self._entities:
            self._entities[words] = self._new_entity(name)
        return self._entities[words]

    def _new_entity(self, name: Name) -> Entity:
        text, kind = self.text, "country" if name.kind == "country" else "organisation"
        ends_phrase = name.last == self.registry.chunks.noun_phrases[name.phrase].last
        last = (
            self.registry.aliases.phrase_end(name.last, text.sentence_range(name.first)[1])
            if ends_phrase
            else name.last
        )
        entity = Entity(name.first, last, "country" if kind == "country" else "organisation")
        for before in self._unnamed_speakers[-1:]:
            near = text.paragraph_of[name.first] - text.paragraph_of[before.first] <= _PARAGRAPHS
            called = self.person_words.name_heads.get(text.lower[before.last - 1], frozenset())
            if near and before.same_as is None and text.lower[name.last - 1] in called:
                before.same_as = entity
        return entity

    def resolve_description(self, phrase: NounPhrase, salience: float) -> Entity | None:
        """Return the group or body that a phrase without a name means; None where it is headed by no word for one."""
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
        if body.first == phrase.first and salience >= SPEAKER_SALIENCE and text.lower[phrase.first] in {"a", "an"}:
            self._unnamed_speakers.append(body)
        return body

    def _resolve_common_noun(self, phrase: NounPhrase, kind: EntityKind) -> Entity:
        """The group or body that a common noun means: "the voters" those before, "young voters" others."""
        word, opener = self.text.lower[phrase.head], self.text.lower[phrase.first]
        known = self._entities.get(word)
        if known is None and kind == "organisation" and opener == "the":
            known = self.tracker.most_salient_matching(lambda entity: self._is_called(entity, word))
        definite = opener in {"the", "these", "those"} and phrase.head == phrase.first + 1
        if known is None or not (definite or phrase.first == phrase.head):
            known = self._entities[word] = Entity(phrase.first, phrase.last, kind)
        return known

    def _is_called(self, entity: Entity, word: str) -> bool:
        """Whether a named body may be called by a word: its name ends in one of such a body, or in none at all."""
        ends, fits = self.text.lower[entity.last - 1], self.person_words.name_heads.get(word)
        if (
            fits is None
            or entity.kind not in {"organisation", "unknown"}
            or not self.text.words[entity.first][0].isupper()
        ):
            return False
        return ends in fits or not (ends in self.lexicon.organisation_heads or ends in self.person_words.name_heads)

    def resolve_document(self, phrase: NounPhrase) -> Entity | None:
        """Return who speaks through a document: the court through "the ruling", the last speaker in "the statement"."""
        word = self.text.lower[phrase.head]
        if self.text.lower[phrase.first] != "the" or phrase.head != phrase.first + 1:
            return None
        if word in self.person_words.court_documents:
            return self.tracker.most_salient_matching(self._is_court)
        spoke = self.tracker.speakers
        return spoke[-1].resolved if word in self.person_words.speaker_documents and spoke else None

    def _is_court(self, entity: Entity) -> bool:
        words = self.text.lower[entity.first : entity.last]
        return entity.kind == "organisation" and not self.person_words.name_heads["court"].isdisjoint(words)
