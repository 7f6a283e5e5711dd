"""Times before a trigger: whether they belong to the trigger or to the verb that they follow.

"[On Monday] Berg vetoed the bill", "flew to Oslo [on Monday] and met Berg"; not "said [on Monday] it had banned nets"
or "[On Monday] Berg, who had met Lind, left".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.modality import outcome_of
from worker.extract.events.time_positions import TimePositions
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.dates import TimeExpression
    from worker.extract.document import Document
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_MAX_STEPS = 40
"""Tokens that a search for a governing verb inspects."""


class EarlierTimes:
    """Judge of the times before the triggers of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon) -> None:
        self.doc, self.clauses, self.lexicon = doc, clauses, lexicon
        self.sentence = TimePositions(doc, clauses)

    def antecedent_of_when(self, near: list[TimeExpression], trigger: int) -> TimeExpression | None:
        """Return the time before a relative "when": "in [1964], when the party nominated"; None if there is none."""
        text = self.doc.text
        for when in (w for w in near if text.token_at(w.start) < trigger):
            at = text.token_at(when.end - 1) + 1
            at += at < trigger and text.words[at] == ","
            is_when = at < trigger and text.lower[at] in word_set(self.lexicon.extent.time_relatives)
            if is_when and not self.sentence.has_finite_verb_between(at, trigger, trigger):
                return when
        return None

    def precedes(self, when: TimeExpression, trigger: int, *, announced: bool) -> bool:
        """Return whether a time before a trigger is the trigger's, not that of the verb or noun before it."""
        text = self.doc.text
        at, last = text.token_at(when.start), text.token_at(when.end - 1) + 1
        if self._has_sequence_between(last, trigger) or self._is_in_relative(last, trigger):
            return False
        if announced and self._is_announced_between(last, trigger):
            return True
        if self.sentence.has_finite_verb_between(last, trigger, trigger):
            return False
        if self.sentence.is_attribute_of_other(when, trigger):
            return self._is_occasion(last)
        verb = self._governing_verb(at, trigger)
        return verb is None or self._shares_time(verb, last, trigger, announced=announced)

    def _has_sequence_between(self, last: int, trigger: int) -> bool:
        """Return whether an event is in an adverbial after a time: "on Friday, ahead of the [meeting]"."""
        text = self.doc.text
        noun = self.doc.chunks.noun_phrase(trigger)
        words = text.lower[max(last, noun.first - 2) : noun.first] if noun is not None else []
        return not word_set(self.lexicon.extent.anticipation).isdisjoint(words)

    def _is_announced_between(self, last: int, trigger: int) -> bool:
        """Return whether a verb of speech announces an act after a time: "[On Monday] the envoy said Oslo would"."""
        text, chunks = self.doc.text, self.doc.chunks
        group = chunks.verb_group(trigger)
        if group is None or not self._is_future(group):
            return False
        numbers = {chunks.verb_group_of[i] for i in range(last, group.first)} - {-1}
        verbs = [chunks.verb_groups[i] for i in numbers]
        return len(verbs) == 1 and verbs[0].finite and self._is_speech(verbs[0]) and not text.quotation_of[trigger] >= 0

    def _is_future(self, group: VerbGroup) -> bool:
        """Return whether a verb announces: with a modal, or in the present ("plans to")."""
        return group.modal >= 0 or (group.finite and self.doc.text.tags[group.head] in {"VBZ", "VBP"})

    def _is_occasion(self, last: int) -> bool:
        """Return whether the noun after a time is an occasion of the event: "at [Monday]'s meeting, the council …"."""
        noun = self.doc.chunks.noun_phrase(last)
        return noun is not None and self.doc.text.lower[noun.head] in word_set(self.lexicon.extent.occasion_nouns)

    def _is_in_relative(self, first: int, trigger: int) -> bool:
        """Return whether a trigger is in a relative clause that begins after a time: "[On Monday] Berg, who met"."""
        text, chunks = self.doc.text, self.doc.chunks
        group = chunks.verb_group(trigger)
        at = (group.first if group is not None else trigger) - 1
        while at >= first and text.tags[at] == "RB":
            at -= 1
        first += first < len(text.lower) and text.lower[first] == "that"  # "said on Monday [that] it would"
        if at < first:
            return False
        if text.tags[at] == "WP":
            return True
        openers = word_set(self.lexicon.meeting.relative_adverbs)
        return any(text.lower[i] in openers or text.tags[i] == "WP" for i in range(max(first, at - 4), at + 1))

    def _governing_verb(self, at: int, trigger: int) -> VerbGroup | None:
        """Return the finite verb before a time in its clause ("[said] on Monday"); None if it opens its clause."""
        text, chunks = self.doc.text, self.doc.chunks
        start = max(text.sentence_range(at)[0], at - _MAX_STEPS)
        own = chunks.verb_group_of[trigger]
        for i in range(self.sentence.before_preposition(at), start - 1, -1):
            if text.words[i] in COMMA_AND_DASHES or text.tags[i] in {"CC", "SC"}:
                return None
            verb = chunks.verb_group(i)
            if verb is not None and (verb.finite or chunks.verb_group_of[i] == own):
                return verb if chunks.verb_group_of[i] != own else None
        return None

    def is_of_report(self, when: TimeExpression, trigger: int) -> bool:
        """Return whether a time before a trigger is that of a verb of speech: "said [on Monday] it would"."""
        at, last = self.doc.text.token_at(when.start), self.doc.text.token_at(when.end - 1) + 1
        if at >= trigger:
            return False
        verb = self._governing_verb(at, trigger)
        return self._is_announced_between(last, trigger) if verb is None else self._is_speech(verb)

    def _is_speech(self, verb: VerbGroup) -> bool:
        return self.doc.text.lower[verb.head] in self.doc.lexicon.cues

    def _shares_time(self, verb: VerbGroup, last: int, trigger: int, *, announced: bool) -> bool:
        """Return whether a trigger has the time of the verb before it.

        It does as a coordinated verb ("flew to Oslo on Monday and met Berg"), and as a purpose ("flew on Monday to meet
        Berg"), but not in what a verb reports or plans ("said on Monday it would meet Berg", "agreed on Monday to").
        """
        text, chunks = self.doc.text, self.doc.chunks
        group = chunks.verb_group(trigger)
        if group is not None and group.finite:
            at = group.first - 1
            while at > last and text.tags[at] == "RB":
                at -= 1
            return text.tags[at] == "CC" or (announced and self._is_speech(verb) and self._is_future(group))
        noun = chunks.noun_phrase(trigger)
        if noun is not None and noun.first > last:
            is_joined = any(text.tags[i] == "CC" for i in range(last, noun.first))  # "met on Monday, but no decision"
            if is_joined or self._is_occasion_of(verb, noun):
                return True
        if text.lower[trigger] in self.lexicon.decision_nouns or self._is_planned_by(verb):
            return False
        return not self._is_speech(verb)

    def _is_occasion_of(self, verb: VerbGroup, noun: NounPhrase) -> bool:
        """Return whether a noun is the occasion of a verb: "spoke on Monday at [the conference]"."""
        return verb.finite and self.doc.text.lower[noun.first - 1] in word_set(
            self.lexicon.extent.occasion_prepositions
        )

    def _is_planned_by(self, verb: VerbGroup) -> bool:
        """Return whether a past active verb plans or proposes what follows: "agreed on Monday to meet"."""
        text = self.doc.text
        is_past = text.tags[verb.head] in {"VBD", "VBN"} and not verb.passive
        return is_past and outcome_of(self.lexicon, self.lexicon.lemma(text.lower[verb.head])) is not None
