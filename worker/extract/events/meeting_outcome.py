"""What became of a meeting that a noun tells of: the verb that governs it says so, else the words that describe it.

"Called off the talks", "agreed to a summit", "the planned visit", "talks that were to begin on Monday".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meeting_reader import MeetingReader
from worker.extract.events.outlook import outcome_of
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.outlook import Mood
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import MeetingStatus

_REACH = 12
"""Tokens after a verb in which its particle may follow the object."""


class MeetingOutcome(MeetingReader):
    """Reads the status of a noun of meeting."""

    def _nominal_status(self, noun: NounPhrase, group: VerbGroup | None, ahead: bool) -> MeetingStatus | None:
        """Tell the status from the light verb, the verb of which the noun is subject, and the words before the noun."""
        fate = self._fate(group) if group is not None else None
        if fate is not None:
            return fate  # "postponed her planned trip": what was done to it outweighs how it is described
        described = self._described(noun)
        if described is not None:
            return described
        framed = self._framed(noun)
        if framed is not None:
            return framed
        if group is None:
            return "planned" if ahead or self._in_future_clause(noun) or self._preceded(noun) else "held"
        how = self.mood(group)
        if how.conditional or (how.outcome is None and self._purpose_of_noun(how)):
            return None
        due = (
            outcome_of(self.lexicon, self.word(group.last))
            if self.text.lower[group.head] in self.doc.lexicon.be
            else None
        )
        if due is not None:
            return due
        if self._is_to(group):
            return "planned"
        own = outcome_of(self.lexicon, self.lexicon.lemma(self.text.lower[group.head]), self.word(group.head + 1))
        if own is not None and not (how.negated and own != "denied"):
            return own if how.outcome != "denied" else "denied"
        if how.modal == "perhaps" and how.outcome is None:
            return None
        return self._status(group, how, ahead)

    def _is_to(self, group: VerbGroup) -> bool:
        """Read "talks are to begin"."""
        following = self.chunks.verb_group(group.last)
        being = self.text.lower[group.head] in self.doc.lexicon.be
        return being and following is not None and following.infinitive and following.first == group.last

    def _preceded(self, noun: NounPhrase) -> bool:
        """Read "ahead of the talks", "in preparation for the summit"."""
        listed = word_set(self.lexicon.meeting.ahead_of_phrases)
        before = self.text.lower[max(0, noun.first - 3) : noun.first]
        return any(" ".join(before[-n:]) in listed for n in (1, 2, 3))

    def _framed(self, noun: NounPhrase) -> MeetingStatus | None:
        """Read "an invitation to talks", "rejected a proposal for a meeting", "the prospect of a summit"."""
        frame = self._frame(noun)
        outcome = outcome_of(self.lexicon, self.text.lower[frame.head]) if frame is not None else None
        if frame is None or outcome is None:
            return None
        if self.text.lower[frame.first] in self.doc.lexicon.negations:
            return "denied"
        group = self.chunks.verb_group(frame.first - 1)
        over = outcome_of(self.lexicon, self.lemma(group), self.word(group.head + 1)) if group is not None else None
        if over in {"denied", "cancelled"}:
            return over
        agreed = group is not None and self.lemma(group) in word_set(self.lexicon.modality.accepting)
        return "planned" if agreed and outcome == "proposed" else outcome

    def _frame(self, noun: NounPhrase) -> NounPhrase | None:
        """Return the noun that the noun of meeting hangs on by a preposition."""
        at = noun.first - 1
        if self.word(at) not in word_set(self.lexicon.modality.intention_prepositions):
            return None
        frame = self.clauses.noun_phrase(at - 1)
        if frame is not None and self.text.lower[frame.head] in word_set(self.lexicon.meeting.partitive_nouns):
            return self._frame(frame)
        return frame if frame is not None and frame.last == at else None

    def _described(self, noun: NounPhrase) -> MeetingStatus | None:
        """Tell the status from the words before the noun: "no talks", "a planned summit"."""
        for at in range(noun.first, noun.head):
            word = self.text.lower[at]
            if word in self.doc.lexicon.negations:
                return "denied"
            outcome = outcome_of(self.lexicon, word) if self.text.tags[at] in {"JJ", "VBN", "VBG"} else None
            if outcome is not None:
                return outcome
        return None

    def _fate(self, group: VerbGroup) -> MeetingStatus | None:
        """Return "cancelled" where the verb that governs the noun calls it off, and is no mere threat or fear."""
        how = self.mood(group)
        if how.negated or how.conditional or how.modal in {"perhaps", "obliged", "would"} or not self._settled(how):
            return None
        lemma = self.lemma(group)
        off = any(outcome_of(self.lexicon, lemma, self.word(at)) == "cancelled" for at in self._particles(group))
        return "cancelled" if off else None

    def _settled(self, how: Mood) -> bool:
        """Tell "decided to" and "was forced to" from "threatened to"."""
        through, choices = word_set(self.lexicon.modality.transparent), self.lexicon.choice_kinds
        lemmas = [self.lexicon.lemma(self.text.lower[g.token]) for g in how.governors]
        return all(lemma in through or choices.get(lemma) in {"taken", "agreed", "announced"} for lemma in lemmas)

    def _particles(self, group: VerbGroup) -> Iterator[int]:
        """Yield where a particle can stand: after the verb, or after its object and what hangs on that."""
        yield group.head + 1
        target = self.clauses.object(group)
        while target is not None and target.first <= group.head + _REACH:
            yield target.last
            hangs = target.last < len(self.text.words) and self.text.tags[target.last] in {"IN", "TO", "SC"}
            following = self.clauses.noun_phrase(target.last + 1) if hangs else None
            target = following if following is not None and following.first == target.last + 1 else None

    def _in_future_clause(self, noun: NounPhrase) -> bool:
        """Tell whether the noun hangs on a verb of the future: "will fly to Oslo for talks"."""
        start = self.text.sentence_range(noun.head)[0]
        for at in range(noun.first - 1, max(start, noun.first - 24) - 1, -1):
            group = self.chunks.verb_group(at)
            if group is not None and (group.finite or group.infinitive):
                dated = self._dated_present(group, self.around.when(group.head, group.last))
                if dated or self._status(group, self.mood(group), ahead=False) == "planned":
                    return True
                if group.finite:
                    return False
        return False
