"""Find the span of a meeting's topic or a decision's object.

"Held talks on [the fees for small ferries]", "met to discuss [the strike]", "approved [a ban on nets]".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import Words, word_set
from worker.schema import Span

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.phrase_extent import PhraseExtent
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_TOPIC_WINDOW = 24
"""Tokens after a trigger in which its topic begins."""
_CHOICE_WINDOW = 8
"""Tokens before a trigger that are searched for the verb of choice that governs a purpose."""


class TopicSpans:
    """Finder of the topics and objects of the events of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, extent: PhraseExtent) -> None:
        self.doc, self.clauses, self.lexicon, self.extent = doc, clauses, lexicon, extent

    def find_topic(self, last: int) -> Span | None:
        """Return the topic of talks: the phrase after "on" or "about", or the object of "to discuss"; else None."""
        text = self.doc.text
        for at in range(last, self._topic_limit(last)):
            if self._introduces_topic(at, last) or self.lexicon.lemma(text.lower[at]) in word_set(
                self.lexicon.meeting.discuss
            ):
                return self.clause_span(at + 1, self._main_verb_start(at + 1))
        return None

    def _topic_limit(self, last: int) -> int:
        """Return the token before which the topic of a trigger begins: the next verb that reports something else.

        Light verbs and verbs of topic are passed: "talks [were held] on quotas", "the meeting [focused] on quotas".
        """
        text, chunks = self.doc.text, self.doc.chunks
        end = min(text.sentence_range(last - 1)[1] - 1, last + _TOPIC_WINDOW)
        passed = self.lexicon.light_verb_lemmas | self.doc.lexicon.be | word_set(self.lexicon.meeting.topic_verbs)
        for at in range(last, end):
            verb = chunks.verb_group(at)
            if text.lower[at] in word_set(self.lexicon.meeting.topic_ends) and at > last:
                return at
            other = verb is not None and verb.first == at and not verb.infinitive
            if verb is not None and other and self.lexicon.lemma(text.lower[verb.head]) not in passed:
                return at
        return end

    def _introduces_topic(self, at: int, last: int) -> bool:
        """Return whether a preposition or the "to" of a purpose introduces the topic of the trigger before `last`."""
        text = self.doc.text
        if text.lower[at] not in word_set(self.lexicon.meeting.topic_prepositions) or self._is_no_topic(at):
            return False
        return text.tags[at] in {"IN", "TO", "SC"} and not (text.lower[at] == "to" and self._is_other_purpose(at, last))

    def _is_other_purpose(self, at: int, last: int) -> bool:
        """Return whether an infinitive does not depend on the trigger that ends before `last`, but on another phrase.

        "The trip was set [to] start", "a meeting with plans for courts [to] sit", "decided at a meeting [to] sell".
        """
        barriers, lower, chunks = word_set(self.lexicon.meeting.topic_barriers), self.doc.text.lower, self.doc.chunks
        if any(lower[i] in barriers or chunks.verb_group(i) is not None for i in range(last, at)):
            return True
        purpose = chunks.verb_group(at + 1)
        if purpose is not None and self.lexicon.lemma(lower[purpose.head]) in self._speech_verbs:
            return True  # "changed his account of the meeting to say that"
        before = range(last - 2, max(self.doc.text.sentence_range(last - 1)[0], last - _CHOICE_WINDOW) - 1, -1)
        verb = next((found for i in before if (found := chunks.verb_group(i)) is not None), None)
        return verb is not None and self.lexicon.lemma(lower[verb.head]) in self.lexicon.choice_kinds

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

    @cached_property
    def _speech_verbs(self) -> Words:
        return word_set(self.lexicon.decision.choice.speech_verbs)

    def _is_no_topic(self, at: int) -> bool:
        """Return whether a preposition introduces no topic: "on Friday", "on Capitol Hill", "to Oslo"."""
        text, noun, verb = self.doc.text, self.clauses.noun_phrase(at + 1), self.doc.chunks.verb_group(at)
        if text.tags[at] == "TO" or text.lower[at] == "to":
            return verb is None or not verb.infinitive
        if noun is None:
            return False
        aside = word_set(self.lexicon.meeting.by_phone) | word_set(self.lexicon.meeting.sideline_nouns)
        return (
            text.lower[noun.head] in aside
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
        return text.span(*self._with_marks(first, last)) if last > first else None

    def _with_marks(self, first: int, last: int) -> tuple[int, int]:
        """Return the range, extended to an opening quotation mark before it or without an unclosed one at its start."""
        words, marks = self.doc.text.words, self.doc.lexicon.quotation_marks
        if sum(words[i] in marks for i in range(first, last)) % 2 == 0:
            return first, last
        if first > 0 and words[first - 1] in marks:
            return first - 1, last
        return (first + 1, last) if words[first] in marks and last - first > 1 else (first, last)

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
