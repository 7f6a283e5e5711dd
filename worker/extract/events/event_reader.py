"""Base of the meeting and decision extractors: parties, modality, place and time around a trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.modality import VerbModality, read_modality
from worker.extract.events.parties import PartyResolver
from worker.extract.events.time_and_place import TimeAndPlace
from worker.extract.grammar.clauses import ClauseParser
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import Actor

_WITH_WINDOW = 16
_BY_WINDOW = 10
"""Tokens after a verb that are searched for its with-phrase and for its agent."""


class EventReader:
    """Reader of the triggers of one article."""

    def __init__(self, doc: Document, lexicon: EventLexicon) -> None:
        self.doc, self.lexicon = doc, lexicon
        self.text, self.chunks = doc.text, doc.chunks
        self.clauses = ClauseParser(doc.text, doc.chunks, doc.lexicon, lexicon.object_control_forms)
        self.parties = PartyResolver(doc, self.clauses, lexicon)
        self.time_and_place = TimeAndPlace(doc, self.clauses, lexicon)

    def subject_parties(self, group: VerbGroup) -> list[Actor]:
        """Return the parties of a verb's subject; for "her decision to meet", the owner of the noun."""
        noun = self.clauses.subject(group)
        owner = None
        is_office = noun is not None and self.text.lower[noun.head] in word_set(self.lexicon.actors.offices)
        if noun is not None and group.infinitive and not is_office and self.text.tags[noun.head] in {"NN", "NNS"}:
            owner = self.parties.possessor(noun, noun.head)
        if owner is not None:
            return [owner]
        return self.noun_parties(noun, group)

    def noun_parties(self, noun: NounPhrase | None, group: VerbGroup) -> list[Actor]:
        """Return the parties of a subject noun phrase with its conjuncts; empty for None.

        Before a relative pronoun only the last conjunct counts: "the senate and [the secretary] who had resigned".
        """
        relative = self.text.tags[group.first - 1 : group.first] == ["WP"]
        if noun is not None and relative and self.text.tags[noun.head] in {"NN", "NNP"}:
            return self.parties.phrase_parties(noun)
        return self.parties.parties_of(noun)

    def with_parties(self, at: int) -> list[Actor]:
        """Return the parties of the first with-phrase after a token; empty if there is none."""
        found = self.clauses.prepositional_phrases(at, word_set(self.lexicon.meeting.with_), _WITH_WINDOW)
        return self.parties.parties_of(found[0][1]) if found else []

    def agents(self, at: int) -> list[Actor]:
        """Return the parties of the first by-phrase after a token; empty if there is none."""
        found = self.clauses.prepositional_phrases(at, word_set(self.lexicon.meeting.by), _BY_WINDOW)
        return self.parties.parties_of(found[0][1]) if found else []

    def distinct_parties(self, parties: list[Actor]) -> list[Actor]:
        """Return the parties in order, without those whose name occurred before; case is ignored."""
        kept: dict[str, Actor] = {}
        for actor in parties:
            kept.setdefault(actor.name.casefold(), actor)
        return list(kept.values())

    def lemma(self, group: VerbGroup) -> str:
        """Return the lemma of the main verb of a verb group."""
        return self.lexicon.lemma(self.text.lower[group.head])

    def word(self, at: int) -> str:
        """Return the token at an index in lower case; "" outside the text."""
        return self.text.lower[at] if 0 <= at < len(self.text.lower) else ""

    def _is_question(self, at: int) -> bool:
        """Return whether the sentence of a token is a question; questions report no events."""
        return self.text.words[self.text.sentence_range(at)[1] - 1] == "?"

    def modality(self, group: VerbGroup) -> VerbModality:
        """Return the modality of a verb group: auxiliaries, negation and governors."""
        return read_modality(self.clauses, self.lexicon, group)
