"""Which time expression of a sentence is the time of an event, and which belongs to another verb or noun.

"The ministers met [on Monday]"; not "met before Friday's vote", "quashed the notice published on 9 January", "said on
Monday that it had banned nets", or "extended the mandate until May".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.dates import TimeExpression
from worker.extract.events.modality import outcome_of
from worker.extract.grammar.punctuation import COMMA_AND_DASHES
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.sentence_times import SentenceTimes
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_WINDOW_CHARS = 240
"""Distance in characters from which a time expression belongs to something else."""
_OBJECT_WINDOW = 4
"""Tokens after a trigger that can be its object: "postponed the vote to May"."""
_MAX_STEPS = 40
"""Tokens that a search for a governing verb inspects."""
_YEARS = range(1800, 2100)


class EventTimes:
    """Finder of the times of the events of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, times: SentenceTimes) -> None:
        self.doc, self.clauses, self.lexicon, self.times = doc, clauses, lexicon, times

    def find(self, first: int, last: int, *, terms: bool = True, announced: bool = False) -> TimeExpression | None:
        """Return the time of a trigger: its own modifier, else the next in its sentence, else the last before it.

        None without any.  `terms`: whether a time after a preposition of term ("by", "until") counts.  `announced`:
        whether a future act has the time of its announcement ("said [on Monday] it would ban nets").
        """
        own = self._modifier(first)
        if own is not None:
            return own
        text = self.doc.text
        start = text.starts[first]
        near = [w for w in self.times.of_sentence(first) if abs(w.start - start) < _WINDOW_CHARS]
        near = [w for w in near if not self._is_in_other_quotation(w, first)]
        if (antecedent := self._antecedent_of_when(near, first)) is not None:
            return antecedent
        if not terms:
            near = [w for w in near if not self._is_term(w)]
        after = next((w for w in near if w.start >= start and self._follows(w, first, last)), None)
        if after is not None and not self._is_governed_item(first):
            return after
        earlier = (w for w in reversed(near) if w.start < start)
        before = next((w for w in earlier if self._precedes(w, first, announced=announced)), None)
        return before or self._introduced_time(first)

    # ------------------------------------------------------------ lists
    def _is_governed_item(self, token: int) -> bool:
        """Return whether a token is in a list item that completes "decided to:", whose day is that of the decision."""
        text = self.doc.text
        colon = text.layout.introductions.get(text.sentence_range(token)[0], -1)
        return colon > 0 and text.lower[colon - 1] == "to"

    def _introduced_time(self, token: int) -> TimeExpression | None:
        """Return the time of the line that introduces a list item, or of the head of an entry; None without any."""
        text = self.doc.text
        colon = text.layout.introductions.get(text.sentence_range(token)[0], -1)
        start = text.paragraph_range(token)[0]
        if colon < 0 and start in text.layout.entries:
            found = self.times.of_sentence(start)
        else:
            found = self.times.of_sentence(colon) if colon > 0 else []
        return found[-1] if found else None

    # ------------------------------------------------------------ before a noun
    def _modifier(self, trigger: int) -> TimeExpression | None:
        """Return the time that modifies a noun: "[last week]'s decision", "the [2011] summit"; None for a verb."""
        text, noun = self.doc.text, self.doc.chunks.noun_phrase(trigger)
        if noun is None or noun.head < trigger or self.doc.chunks.verb_group(trigger) is not None:
            return None
        start, end = text.starts[noun.first], text.starts[trigger]
        found = next((w for w in self.times.of_sentence(trigger) if start <= w.start < end and w.end <= end), None)
        return found or self._modifying_year(noun, trigger)

    def _modifying_year(self, noun: NounPhrase, trigger: int) -> TimeExpression | None:
        text = self.doc.text
        for at in range(noun.first, trigger):
            word = text.words[at]
            if len(word) == 4 and word.isdecimal() and word.isascii() and int(word) in _YEARS:  # noqa: PLR2004 - digits
                return TimeExpression(start=text.starts[at], end=text.ends[at], year=int(word))
        return None

    # ------------------------------------------------------------ after the trigger
    def _follows(self, when: TimeExpression, first: int, last: int) -> bool:
        """Return whether a time after a trigger is the trigger's, not that of a verb or noun in between."""
        text = self.doc.text
        end, at = last, text.token_at(when.start)
        if self._has_finite_verb_between(end, at, first) or self._belongs_to_nearer_event(end, when, first):
            return False
        return not (self._is_attribute_of_other(when, first) or self._is_of_participle(at, end))

    def _belongs_to_nearer_event(self, first: int, when: TimeExpression, trigger: int) -> bool:
        """Return whether a month or year belongs to a verb or event noun after the trigger.

        "came to explain the decision taken [in December]".  Expressions with a day refer to the event of the trigger.
        """
        if when.weekday is not None or when.day is not None or when.offset_days is not None:
            return False
        text, chunks = self.doc.text, self.doc.chunks
        last = text.token_at(when.start)
        own = chunks.verb_group_of[trigger]
        if any(chunks.verb_group_of[i] >= 0 and chunks.verb_group_of[i] != own for i in range(first, last)):
            return True
        events = self.lexicon.dated_nouns
        return any(text.lower[i] in events for i in range(first + _OBJECT_WINDOW, last))

    def _is_of_participle(self, at: int, end: int) -> bool:
        """Return whether a participle that modifies another noun governs the time: "the notice published [on] …"."""
        text, chunks = self.doc.text, self.doc.chunks
        before = self._before_preposition(at)
        verb = chunks.verb_group(before) if before >= end else None
        if verb is None or text.tags[verb.head] not in {"VBN", "VBG", "VBD"}:
            return False
        between = range(end, verb.first)
        return any(chunks.noun_phrase_of[i] >= 0 and text.tags[i - 1] != "IN" for i in between)

    def _is_attribute_of_other(self, when: TimeExpression, trigger: int) -> bool:
        """Return whether the time modifies a noun other than the trigger: "before [Friday]'s vote"."""
        text = self.doc.text
        last = text.token_at(when.end - 1) + 1
        noun = self.clauses.noun_phrase(last - 1)
        possessive = last < len(text.tags) and text.tags[last] == "POS"
        if possessive and (noun is None or noun.last <= last + 1):
            noun = self.doc.chunks.noun_phrase(last + 1)
        is_noun = noun is not None and noun.head >= last and text.tags[noun.head] in {"NN", "NNS", "NNP"}
        return noun is not None and (possessive or is_noun) and not noun.first <= trigger < noun.last

    # ------------------------------------------------------------ before the trigger
    def _antecedent_of_when(self, near: list[TimeExpression], trigger: int) -> TimeExpression | None:
        """Return the time before a relative "when": "in [1964], when the party nominated"; None if there is none."""
        text = self.doc.text
        for when in (w for w in near if text.token_at(w.start) < trigger):
            at = text.token_at(when.end - 1) + 1
            at += at < trigger and text.words[at] == ","
            is_when = at < trigger and text.lower[at] in word_set(self.lexicon.extent.time_relatives)
            if is_when and not self._has_finite_verb_between(at, trigger, trigger):
                return when
        return None

    def _precedes(self, when: TimeExpression, trigger: int, *, announced: bool) -> bool:
        """Return whether a time before a trigger is the trigger's, not that of the verb or noun before it."""
        text = self.doc.text
        at, last = text.token_at(when.start), text.token_at(when.end - 1) + 1
        if self._has_finite_verb_between(last, trigger, trigger) or self._is_in_relative(last, trigger):
            return False
        if self._is_attribute_of_other(when, trigger):
            return self._is_occasion(last)
        verb = self._governing_verb(at, trigger)
        return verb is None or self._shares_time(verb, last, trigger, announced=announced)

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
        for i in range(self._before_preposition(at), start - 1, -1):
            if text.words[i] in COMMA_AND_DASHES or text.tags[i] in {"CC", "SC"}:
                return None
            verb = chunks.verb_group(i)
            if verb is not None and (verb.finite or chunks.verb_group_of[i] == own):
                return verb if chunks.verb_group_of[i] != own else None
        return None

    def is_of_report(self, when: TimeExpression, trigger: int) -> bool:
        """Return whether a time before a trigger is that of a verb of speech: "said [on Monday] it would"."""
        at = self.doc.text.token_at(when.start)
        verb = self._governing_verb(at, trigger) if at < trigger else None
        return verb is not None and self._is_speech(verb)

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
            return text.tags[at] == "CC" or (announced and self._is_speech(verb) and group.modal >= 0)
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

    # ------------------------------------------------------------ helpers
    def _before_preposition(self, at: int) -> int:
        """Return the token before a time and its preposition."""
        return at - 1 - (at > 0 and self.doc.text.tags[at - 1] in {"IN", "TO"})

    def _is_term(self, when: TimeExpression) -> bool:
        """Return whether the time is a term or limit rather than a date: "until May", "by 2030", "for 4 May"."""
        text = self.doc.text
        at = text.token_at(when.start)
        inside = text.lower[at] in word_set(self.lexicon.meeting.term_prepositions)
        before = at > 0 and text.lower[at - 1] in word_set(self.lexicon.meeting.term_prepositions)
        return inside or before

    def _is_in_other_quotation(self, when: TimeExpression, token: int) -> bool:
        """Return whether the time expression is in a quotation that does not contain the trigger."""
        text = self.doc.text
        return text.quotation_of[text.token_at(when.start)] not in {-1, text.quotation_of[token]}

    def _has_finite_verb_between(self, first: int, last: int, trigger: int) -> bool:
        """Return whether a finite verb besides "be" and the trigger is between two tokens, relative clauses aside."""
        text, chunks = self.doc.text, self.doc.chunks
        own = chunks.verb_group_of[trigger] if trigger < len(text.words) else -1
        found, closed = False, False
        for at in range(min(last, len(text.words)) - 1, first - 1, -1):
            number = chunks.verb_group_of[at]
            if text.words[at] in COMMA_AND_DASHES:
                closed = True
            elif number >= 0 and number != own and at == chunks.verb_groups[number].first:
                verb = chunks.verb_groups[number]
                is_relative = at > first and text.tags[at - 1] == "WP"
                is_copula = text.lower[verb.head] in self.doc.lexicon.be and not is_relative
                found |= verb.finite and not is_copula and not (is_relative and closed)
        return found
