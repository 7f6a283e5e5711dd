"""Participants of a meeting noun: possessor, prepositional phrases, and the clause that contains it.

"[Berg]'s talks with [Ozola]", "the [Latvia]-[Estonia] summit", "[Berg] flew to Riga for talks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.status import MeetingStatusReader
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_ADVERBIAL_WINDOW = 4
"""Tokens of an adverbial before its noun: "After [months of secret] talks"."""


class MeetingParticipants(MeetingStatusReader):
    """Participants of meeting nouns."""

    def _has_proper_name(self, noun: NounPhrase) -> bool:
        return (
            self.text.words[noun.head][0].isupper()
            and noun.head > noun.first
            and self.text.tags[noun.head - 1] == "NNP"
        )

    def _noun_participants(
        self, noun: NounPhrase, form: Form, at: int, verb: VerbGroup | None, *, has_light_verb: bool
    ) -> tuple[list[Actor], str]:
        """Return (participants of a meeting noun, name of the construction that expresses them).

        The name becomes part of the event's rule.
        """
        found, rule = self._prepositional_participants(noun, form, verb if not has_light_verb else None)
        owner = self.parties.possessor(noun, at)
        plural_possessor = self.word(noun.first) in self.doc.lexicon.plural
        if owner is not None and plural_possessor:  # "after their talks": those of the subject
            found += self._clause_subject(noun, alone=False)
        elif owner is not None:
            found.insert(0, owner)
            rule = "possessor"
        elif verb is not None and verb.passive:
            found += self.agents(verb.last)
        elif (frame := self._governing_noun(noun)) is not None and (
            proposer := self.parties.possessor(frame, frame.head)
        ):
            found.insert(0, proposer)
        elif has_light_verb and verb is not None:
            guest = self.clauses.object(verb)
            guests = self.parties.parties_of(guest) if guest is not None and guest.last <= noun.first else []
            found = [*self.subject_parties(verb), *guests, *found]
            rule = "light verb"
        elif (
            rule == "noun with"
            or form in {"visit", "press_conference"}
            or self._has_proper_name(noun)
            or self._is_indefinite(noun)
        ):
            found = [*self._clause_subject(noun), *found]
        elif self.word(noun.first - 1) == "for":
            found = [*self._main_clause_parties(noun), *found]
        elif not found and len(subjects := self._clause_subject(noun, alone=False)) > 1:
            found = [
                a for a in subjects if a.name not in self.time_and_place.place_names
            ]  # "After talks in Oslo, A and B …"
        found += self.parties.modifier_parties(noun, at)
        return self.distinct_parties([a for a in found if self.parties.political_role(a) or a.type == "person"]), rule

    def _prepositional_participants(
        self, noun: NounPhrase, form: Form, own: VerbGroup | None
    ) -> tuple[list[Actor], str]:
        """Return (parties after "with", "between", "of" and "by", name of the construction).

        The prepositions follow the noun or its predicate.
        """
        m = self.lexicon.meeting
        found = self._participle_participants(noun)
        rule = "noun involving" if found else "noun"
        for prepositions, name in ((m.with_, "with"), (m.between, "between"), (m.of, "of"), (m.by, "by")):
            if (name == "of" and form in {"visit", "call"}) or (name == "by" and form != "visit"):
                continue
            starts = (noun.last, own.last) if own and name not in {"of", "by"} else (noun.last,)
            for start in starts:
                listed = self.clauses.prepositional_phrases(
                    start, word_set(prepositions), 12 if name not in {"of", "by"} else 1
                )[:1]
                if listed:
                    found += self.parties.parties_of(listed[0][1])
                    rule = f"noun {name}"
                    break
        return found, rule

    def _participle_participants(self, noun: NounPhrase) -> list[Actor]:
        """Return the parties after a participle: "talks in Oslo involving A and B"."""
        for at in range(noun.last, min(self.text.sentence_range(noun.head)[1] - 1, noun.last + 6)):
            if self.text.lower[at] in word_set(self.lexicon.meeting.participant_participles):
                following = self.clauses.noun_phrase(at + 1)
                return self.parties.parties_of(following) if following and following.first == at + 1 else []
            verb = self.chunks.verb_group(at)
            if verb is not None and verb.finite:
                return []
        return []

    def _is_indefinite(self, noun: NounPhrase) -> bool:
        return self.text.lower[noun.first] in {"a", "an"}

    def _main_clause_parties(self, noun: NounPhrase) -> list[Actor]:
        """Return the parties of the subject and object of the verb before "for talks": "[Berg] met [Ozola] for talks".

        Empty if that verb is neither a light verb nor a verb of meeting.
        """
        start = self.text.sentence_range(noun.head)[0]
        for at in range(noun.first - 1, max(start, noun.first - 16) - 1, -1):
            group = self.chunks.verb_group(at)
            if group is None:
                continue
            if self.lemma(group) not in self._light_verbs | self._frame_of_lemma.keys():
                return []
            target = self.clauses.object(group)
            return [*self.subject_parties(group), *(self.parties.parties_of(target) if target else [])]
        return []

    def _clause_subject(self, noun: NounPhrase, *, alone: bool = True) -> list[Actor]:
        """Return the subject of the clause that contains the noun in an adverbial: "After a meeting with X, [Y] left".

        `alone`: only the first party of the subject.
        """
        outer = self.clauses.noun_phrase(noun.first - 2) if self.word(noun.first - 1) == "of" else None
        if outer is not None and self.text.lower[outer.head] not in word_set(self.lexicon.meeting.partitive_nouns):
            return []  # "a video of the meeting"
        if noun.first == 0 or self.text.tags[noun.first - 1] not in {"IN", "TO"}:
            return []
        is_opening = self.text.sentence_range(noun.head)[0] >= noun.first - _ADVERBIAL_WINDOW
        if not alone and not is_opening and self.word(noun.first) not in self.doc.lexicon.plural:
            return []
        start, end = self.text.sentence_range(noun.head)
        verbs = [
            v for i in range(start, end) if (v := self.chunks.verb_group(i)) is not None and v.first == i and v.finite
        ]
        before = [v for v in verbs if v.last <= noun.first]
        group = before[-1] if before else verbs[0] if verbs else None
        found = self.subject_parties(group) if group else []
        return found[:1] if alone else found
