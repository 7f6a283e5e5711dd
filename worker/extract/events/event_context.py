"""The context in which the triggers of one article are read: annotations, clauses, parties, times and places."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.events.event_id import enclosing_statement_ids
from worker.extract.events.modality import VerbModality, read_modality
from worker.extract.events.parties import PartyResolver
from worker.extract.events.phrase_extent import PhraseExtent
from worker.extract.events.political_role import PoliticalRoles
from worker.extract.events.sentence_times import SentenceTimes
from worker.extract.events.subject_fields import SubjectFields
from worker.extract.events.time_and_place import TimeAndPlace
from worker.extract.events.topic_spans import TopicSpans
from worker.extract.grammar.clauses import ClauseParser
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.event_lexicon import EventLexicon
    from worker.schema import Meeting, Statement


_CONTEXT = "event context"


def event_context(doc: Document) -> EventContext | None:
    """Return the context of an article, the same for meetings and decisions; None for a language without event words.

    Parties, times and modalities that one extractor has resolved are known to the other.
    """
    context: EventContext | None = doc.shared.get(_CONTEXT)
    lexicon = load_event_lexicon(doc.lexicon.language) if context is None else None
    if lexicon is not None:
        context = doc.shared[_CONTEXT] = EventContext(doc, lexicon)
    return context


class EventContext:
    """One article, the event words of its language, and the resolvers that all readers of triggers share."""

    def __init__(self, doc: Document, lexicon: EventLexicon) -> None:
        self.doc, self.lexicon = doc, lexicon
        self.text, self.chunks = doc.text, doc.chunks
        self.clauses = ClauseParser(doc.text, doc.chunks, doc.lexicon, lexicon.object_control_forms)
        self.roles = PoliticalRoles(doc, lexicon)
        self.parties = PartyResolver(doc, self.clauses, lexicon, self.roles)
        times = SentenceTimes(doc, lexicon)
        self.topics = TopicSpans(doc, self.clauses, lexicon, PhraseExtent(doc, self.clauses, lexicon, times))
        self.time_and_place = TimeAndPlace(doc, self.clauses, lexicon, times)
        self.subject_fields = SubjectFields(doc.text, lexicon)
        self._modalities: dict[int, VerbModality] = {}
        """Main verb -> modality of its group, as a cache."""

    def lemma(self, group: VerbGroup) -> str:
        """Return the lemma of the main verb of a verb group."""
        return self.lexicon.lemma(self.text.lower[group.head])

    def word(self, at: int) -> str:
        """Return the token at an index in lower case; "" outside the text."""
        return self.text.lower[at] if 0 <= at < len(self.text.lower) else ""

    def modality(self, group: VerbGroup) -> VerbModality:
        """Return the modality of a verb group: auxiliaries, negation and governors."""
        found = self._modalities.get(group.head)
        if found is None:
            found = self._modalities[group.head] = read_modality(self.clauses, self.lexicon, group)
        return found

    def statement_at(self, token: int) -> Statement | None:
        """Return the statement whose content contains a token; None if there is none."""
        found = self.statement_ids[token]
        return self.statement_of_id.get(found) if found is not None else None

    @cached_property
    def statement_ids(self) -> list[str | None]:
        """For each token the id of the statement that reports it; None outside all statements."""
        return enclosing_statement_ids(self.doc)

    @cached_property
    def statement_of_id(self) -> dict[str, Statement]:
        """Id -> statement, for the statements found so far."""
        return {statement.id: statement for statement in self.doc.statements}

    @cached_property
    def acts_of_cues(self) -> dict[int, str]:
        """Token -> the speech act of the statement in whose cue it is."""
        return {token: statement.act for token, statement in self.statements_by_cue.items()}

    @cached_property
    def statements_by_cue(self) -> dict[int, Statement]:
        """Token -> the statement in whose cue it is."""
        cues = ((s.cue, s) for s in self.doc.statements if s.cue is not None)
        return {
            token: statement
            for cue, statement in cues
            for token in range(self.text.token_at(cue.start), self.text.token_at(cue.end - 1) + 1)
        }

    @cached_property
    def person_of_surname(self) -> dict[str, Actor]:
        """Surname -> the first person of the article with that surname."""
        found: dict[str, Actor] = {}
        for person in self.doc.mentions.registry.persons:
            actor = Actor(name=person.name, type="person", role=person.role, country=person.country)
            found.setdefault(person.name_words[-1], actor)
        return found

    @cached_property
    def meeting_offsets(self) -> frozenset[int]:
        """Character offsets at which mentions of meetings begin or end, except summits: these can be decided on."""
        own = (m for m in self.doc.meetings if m.form != "summit")
        return frozenset(offset for m in own for span in m.mentions for offset in (span.start, span.end))

    @cached_property
    def meeting_mentions(self) -> tuple[list[int], list[Meeting]]:
        """The offsets at which mentions of meetings begin, in ascending order, and the meeting of each."""
        first_at: dict[int, Meeting] = {}
        for meeting in self.doc.meetings:
            for span in meeting.mentions:
                first_at.setdefault(span.start, meeting)
        offsets = sorted(first_at)
        return offsets, [first_at[offset] for offset in offsets]

    @cached_property
    def summit_offsets(self) -> frozenset[int]:
        """Character offsets at which mentions of summits begin."""
        return frozenset(span.start for m in self.doc.meetings if m.form == "summit" for span in m.mentions)
