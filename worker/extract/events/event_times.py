"""Times of events: the time expression that belongs to a trigger and to no other verb or noun of its sentence.

"The ministers met [on Monday]"; not "met before Friday's vote", "quashed the notice published on 9 January", "said on
Monday that it had banned nets", or "extended the mandate until May".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.dates import TimeExpression
from worker.extract.events.earlier_times import EarlierTimes
from worker.extract.events.time_positions import TimePositions, is_nominal_gerund
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.document import Document
    from worker.extract.events.sentence_times import SentenceTimes
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.grammar.clauses import ClauseParser
    from worker.extract.lexicon.event_lexicon import EventLexicon

_WINDOW_CHARS = 240
"""Distance in characters from which a time expression belongs to something else."""
_OBJECT_WINDOW = 4
"""Tokens after a trigger that can be its object: "postponed the vote to May"."""
_REGULAR_MEETINGS = frozenset({"meeting", "meetings", "conference", "session", "congress"})
_YEARS = range(1800, 2100)


class EventTimes:
    """Finder of the times of the events of one article."""

    def __init__(self, doc: Document, clauses: ClauseParser, lexicon: EventLexicon, times: SentenceTimes) -> None:
        self.doc, self.clauses, self.lexicon, self.times = doc, clauses, lexicon, times
        self.sentence, self.earlier = TimePositions(doc, clauses), EarlierTimes(doc, clauses, lexicon)

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
        near = [w for w in near if not self._is_in_other_quotation(w, first) and not self._is_no_adverbial(w)]
        if (antecedent := self.earlier.antecedent_of_when(near, first)) is not None:
            return antecedent
        if not terms:
            near = [w for w in near if not self._is_term(w)]
        after = next((w for w in near if w.start >= start and self._follows(w, first, last, whole=announced)), None)
        if after is not None and not self._is_governed_item(first):
            return after
        earlier = (w for w in reversed(near) if w.start < start)
        before = next((w for w in earlier if self.earlier.precedes(w, first, announced=announced)), None)
        return before or self._introduced_time(first)

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
            if text.lower[at] in self.lexicon.seasons and self._is_dating_season(noun, at):
                return TimeExpression(start=text.starts[at], end=text.ends[at])
            if len(word) == 4 and word.isdecimal() and word.isascii() and int(word) in _YEARS:  # noqa: PLR2004 - digits
                return TimeExpression(start=text.starts[at], end=text.ends[at], year=int(word))
        return None

    def _is_dating_season(self, noun: NounPhrase, at: int) -> bool:
        """Return whether a season dates the noun: "a [summer] meeting"; in "its annual winter meeting" it names it."""
        text = self.doc.text
        is_owned = text.tags[noun.first] == "PRP$" or "POS" in text.tags[noun.first : at]
        is_regular = text.lower[noun.first] == "the" and text.lower[noun.head] in _REGULAR_MEETINGS
        return text.tags[at] in {"NN", "NNP"} and not is_owned and not is_regular

    def _follows(self, when: TimeExpression, first: int, last: int, *, whole: bool) -> bool:
        """Return whether a time after a trigger is the trigger's, not that of a verb or noun in between.

        `whole`: whether a time belongs to any verb within the object ("a lawsuit to stop the ban [on Friday]"), unless
        that verb is the complement of the trigger ("decided to close the port [on Friday]").
        """
        text = self.doc.text
        end, at = last, text.token_at(when.start)
        if self.sentence.has_finite_verb_between(end, at, first) or self._belongs_to_nearer_event(end, when, first):
            return False
        verb = self.doc.chunks.verb_group(end)
        start = verb.last if verb is not None and verb.first == end else end
        if whole and at != end and self._verbs_between(start, at, self.doc.chunks.verb_group_of[first]):
            return False
        if at != end and self.sentence.is_attribute_of_other(when, first):
            return False
        if self._is_of_participle(at, end):
            return False
        return not self._is_of_other_occasion(at, first, end)

    def _belongs_to_nearer_event(self, first: int, when: TimeExpression, trigger: int) -> bool:
        """Return whether a month or year belongs to a verb or event noun after the trigger.

        "came to explain the decision taken [in December]".  Expressions with a day refer to the event of the trigger.
        """
        if when.weekday is not None or when.day is not None or when.offset_days is not None:
            return False
        text, chunks = self.doc.text, self.doc.chunks
        last = text.token_at(when.start)
        own = chunks.verb_group_of[trigger]
        if self._verbs_between(first, last, own) and not self._is_held_then(first, last, own):
            return True
        events = self.lexicon.dated_nouns
        return any(text.lower[i] in events for i in range(first + _OBJECT_WINDOW, last))

    def _is_held_then(self, first: int, last: int, own: int) -> bool:
        """Return whether the verbs between a noun and a time are verbs of holding: "a summit [to be held] in May"."""
        if own >= 0:
            return False
        holding = word_set(self.lexicon.meeting.holding) - word_set(self.lexicon.meeting.plain_holding)
        groups = (self.doc.chunks.verb_group(at) for at in range(first, last))
        return all(
            self.lexicon.lemma(self.doc.text.lower[group.head]) in holding
            or self.doc.text.lower[group.last : group.last + 1] == ["place"]
            for group in groups
            if group is not None
        )

    def _is_of_participle(self, at: int, end: int) -> bool:
        """Return whether a participle that modifies another noun governs the time: "the notice published [on] …"."""
        text, chunks = self.doc.text, self.doc.chunks
        before = self.sentence.before_preposition(at)
        verb = chunks.verb_group(before) if before >= end else None
        if verb is None or text.tags[verb.head] not in {"VBN", "VBG", "VBD"} or is_nominal_gerund(text, verb.head):
            return False
        between = range(end, verb.first)
        return any(chunks.noun_phrase_of[i] >= 0 and text.tags[i - 1] != "IN" for i in between)

    def _is_of_other_occasion(self, at: int, trigger: int, end: int) -> bool:
        """Return whether a time belongs to an occasion to which the event only refers: "before a vote [on Friday]".

        An occasion at which the event takes place shares its time: "met at a summit [on Friday]".
        """
        text = self.doc.text
        before = self.sentence.before_preposition(at)
        before -= before > end and text.lower[before] in word_set(self.lexicon.meeting.deictic_places)
        noun = self.doc.chunks.noun_phrase(before)
        if noun is None or noun.first <= end or noun.first <= trigger < noun.last or text.tags[noun.first - 1] != "IN":
            return False
        events = word_set(self.lexicon.extent.occasion_nouns, self.lexicon.decision.nouns.event_nouns)
        is_shared = text.lower[noun.first - 1] in word_set(self.lexicon.extent.adjunct_prepositions)
        is_sequence = text.lower[noun.first - 1] in word_set(self.lexicon.meeting.sequence_prepositions)
        return text.lower[noun.head] in events and (is_sequence or not is_shared)

    def _verbs_between(self, first: int, last: int, own: int) -> bool:
        """Return whether another verb than the trigger's is between two tokens; "concerning", "a ruling" are none."""
        text, chunks = self.doc.text, self.doc.chunks
        for at in range(first, last):
            number = chunks.verb_group_of[at]
            if number < 0 or number == own:
                continue
            if not is_nominal_gerund(text, at) and text.lower[at] not in word_set(
                self.lexicon.meeting.topic_prepositions
            ):
                return True
        return False

    def _is_term(self, when: TimeExpression) -> bool:
        """Return whether the time is a term or limit rather than a date: "until May", "by 2030", "for 4 May"."""
        text = self.doc.text
        at = text.token_at(when.start)
        inside = text.lower[at] in word_set(self.lexicon.meeting.term_prepositions)
        before = at > 0 and text.lower[at - 1] in word_set(self.lexicon.meeting.term_prepositions)
        return inside or before

    def _is_no_adverbial(self, when: TimeExpression) -> bool:
        """Return whether a time is a subject ("[the next months] will pass") or opens a clause ("[shortly] after")."""
        text = self.doc.text
        at, last = text.token_at(when.start), text.token_at(when.end - 1) + 1
        if last >= len(text.words):
            return False
        if text.lower[last] in word_set(self.lexicon.meeting.sequence_prepositions):
            return text.tags[last - 1] == "RB"
        verb = self.doc.chunks.verb_group(last)
        is_phrase = (text.lower[at] == "the" or text.tags[at] == "NNS") and (
            at == 0 or text.tags[at - 1] not in {"IN", "TO"}
        )
        return is_phrase and verb is not None and verb.finite

    def _is_in_other_quotation(self, when: TimeExpression, token: int) -> bool:
        """Return whether the time expression is in a quotation that does not contain the trigger."""
        text = self.doc.text
        return text.quotation_of[text.token_at(when.start)] not in {-1, text.quotation_of[token]}
