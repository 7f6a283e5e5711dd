"""Find the span of a meeting's topic or a decision's object.

"Held talks on [the fees for small ferries]", "met to discuss [the strike]", "approved [a ban on nets]".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Span

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.phrase_extent import PhraseExtent
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_TOPIC_WINDOW = 16
"""Tokens after a trigger in which its topic begins."""


class TopicSpans:
    """Finder of the topics and objects of the events of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, extent: PhraseExtent) -> None:
        self.doc, self.clauses, self.lexicon, self.extent = doc, clauses, lexicon, extent

    def find_topic(self, last: int) -> Span | None:
        """Return the topic of talks: the phrase after "on" or "about", or the object of "to discuss"; else None."""
        text, end = self.doc.text, self.doc.text.sentence_range(last - 1)[1]
        for at in range(last, min(end - 1, last + _TOPIC_WINDOW)):
            introduces_topic = text.lower[at] in word_set(self.lexicon.meeting.topic_prepositions) and text.tags[
                at
            ] in {
                "IN",
                "TO",
                "SC",
            }
            if introduces_topic and not self._is_no_topic(at):
                return self.clause_span(at + 1, self._main_verb_start(at + 1))
            if self.lexicon.lemma(text.lower[at]) in word_set(self.lexicon.meeting.discuss):
                return self.clause_span(at + 1, self._main_verb_start(at + 1))
        return None

    def _main_verb_start(self, first: int) -> int | None:
        """Return where the main verb after a topic begins: "talks on quotas [are to begin]"; None if there is none."""
        text, chunks = self.doc.text, self.doc.chunks
        for at in range(first, text.sentence_range(first)[1]):
            if text.tags[at] in {"SC", "WP"}:
                return None
            verb = chunks.verb_group(at)
            if verb is not None and verb.finite:
                return verb.first
        return None

    def _is_no_topic(self, at: int) -> bool:
        """Return whether a preposition introduces no topic: "on Friday", "on Capitol Hill", "to Oslo"."""
        text, noun, verb = self.doc.text, self.clauses.noun_phrase(at + 1), self.doc.chunks.verb_group(at)
        if text.tags[at] == "TO" or text.lower[at] == "to":
            return verb is None or not verb.infinitive
        if noun is None:
            return False
        phone = text.lower[noun.head] in word_set(self.lexicon.meeting.by_phone)
        return (
            phone
            or self.clauses.is_time_expression(noun)
            or text.tags[noun.head] == "CD"
            or is_seat_of_power(self.doc, noun)
        )

    def clause_span(self, first: int, before: int | None = None) -> Span | None:
        """Return the span from a token to the end of its clause, or up to `before`; None if it is empty."""
        text = self.doc.text
        first = self.extent.start_after_time(first)
        last = self.extent.end_of(first, before) if first < len(text.words) else first
        while last > first and self._is_no_end(first, last - 1):
            last -= 1
        return text.span(first, last) if last > first else None

    def _is_no_end(self, first: int, at: int) -> bool:
        """Return whether a phrase that begins at `first` cannot end with a token: a comma, a mark without its pair."""
        text = self.doc.text
        marks = self.doc.lexicon.quotation_marks
        if text.words[at] in marks:
            return sum(text.words[i] in marks for i in range(first, at + 1)) % 2 == 1
        return text.words[at] == "," or text.tags[at] in {"CC", "IN", "TO"}


def is_seat_of_power(doc: Document, noun: NounPhrase) -> bool:
    """Return whether a phrase is the name of a seat of government: "the Kremlin", "Oslo"."""
    return doc.text.slice(noun.first, noun.last) in doc.lexicon.seats_of_power
