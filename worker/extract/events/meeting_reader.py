"""What the triggers of meetings share: which words they are, and what their surroundings make of them."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.events.clusters import Candidate
from worker.extract.events.grades import POLITICAL
from worker.extract.events.outlook import Mood, outcome_of
from worker.extract.events.reader import Reader
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, MeetingStatus

if TYPE_CHECKING:
    from worker.extract.dates import TemporalSide, TimeExpression
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup


class MeetingReader(Reader):
    """Reads one article for meetings."""

    @cached_property
    def _frames(self) -> dict[str, str]:
        """Verb lemma -> name of the method that reads it."""
        m = self.lexicon.meeting
        frames = [
            (m.meet, "meet"),
            (m.meet_with, "talk"),
            (m.host, "host"),
            (m.visit, "visit"),
            (m.travel, "travel"),
            (m.convene, "convene"),
            (m.gather, "gather"),
            (m.brief, "brief"),
            (m.call, "call"),
            (m.ambiguous_call, "ring"),
            (m.invite, "invite"),
        ]
        return {verb.partition("_")[0]: frame for verbs, frame in reversed(frames) for verb in verbs.split()}

    @cached_property
    def _lenders(self) -> frozenset[str]:
        return frozenset(verb.split("_")[0] for verb in self.lexicon.meeting.light_verbs.split())

    def _form(self, noun: NounPhrase) -> tuple[Form, int] | None:
        """Return the form of a meeting noun and its first token; None for any other noun."""
        head, lower = noun.head, self.text.lower
        pair = f"{lower[head - 1]} {lower[head]}" if head > noun.first else ""
        if pair in self.lexicon.meeting_nouns:
            return self.lexicon.meeting_nouns[pair], head - 1
        form = self.lexicon.meeting_nouns.get(lower[head])
        if form is None or (self.text.tags[head] == "NNP" and self._is_body(noun)):
            return None
        if head > noun.first and lower[head - 1] in word_set(self.lexicon.meeting.excluding_modifiers):
            return None
        return form, head

    def _is_body(self, noun: NounPhrase) -> bool:
        """Tell Congress and the General Assembly from "a Congress on fisheries"."""
        lower = self.text.lower
        if lower[noun.head] in word_set(self.lexicon.meeting.assembly_nouns):
            return lower[noun.first] not in {"a", "an"}
        of = self.clauses.noun_phrase(noun.last + 1) if self.word(noun.last) == "of" else None
        return of is not None and self.text.tags[of.head] == "NNS" and self.text.words[of.head][0].isupper()

    def _made(  # noqa: PLR0917 - a row of the event's own fields
        self,
        first: int,
        last: int,
        form: Form,
        status: MeetingStatus,
        parties: list[Actor],
        rule: str,
        when: TimeExpression | None,
    ) -> Candidate:
        return Candidate(
            first=first,
            last=last,
            kind=form,
            status=status,
            parties=self.distinct(parties),
            place=self.around.place_span(self.around.place(first, last)),
            when=self.around.span(when),
            day=self.around.day(when, self._tense(when, status)),
            about=self.around.topic(last),
            rule=rule,
        )

    def _tense(self, when: TimeExpression | None, status: MeetingStatus) -> TemporalSide:
        """Tell on which side of the publication the day lies: "cancelled a meeting set for Friday" lies ahead."""
        if status in {"planned", "proposed"}:
            return "future"
        if when is None or status == "held":
            return "past"
        at = self.text.token_at(when.start) - 1
        return "future" if self.word(at) in word_set(self.lexicon.modality.due_date_prepositions) else "near"

    def _status(self, group: VerbGroup, how: Mood, ahead: bool) -> MeetingStatus:
        if how.outcome == "denied" or (how.negated and how.outcome != "cancelled"):
            return "denied"
        if how.outcome is not None:
            return how.outcome
        if how.modal == "will" or (group.infinitive and not how.governors):
            return "planned"
        if how.modal in {"obliged", "perhaps"}:
            return "proposed"  # only where somebody agreed or asked that they should, see `_wanted`
        present = group.infinitive or self.text.tags[group.head] in {"VBZ", "VBP", "VBG"}
        return "planned" if ahead and present else "held"

    def _dated_present(self, group: VerbGroup, when: TimeExpression | None) -> bool:
        """Read "arrives in Oslo on Friday": the present with a day, which is one to come."""
        if when is None or self.text.tags[group.head] not in {"VBZ", "VBP"} or group.first != group.head:
            return False
        return when.weekday is not None or (when.month is not None and when.day is not None)

    def _wanted(self, group: VerbGroup, how: Mood) -> bool:
        """Tell "agreed that they should meet" and "demanded that they must meet" from an opinion."""
        if how.modal != "obliged":
            return True
        before = self.clauses.finite_verb_before(group)
        lemma = self.lemma(before) if before is not None else ""
        return lemma in self.lexicon.choice_kinds or outcome_of(self.lexicon, lemma) is not None

    def _lies_ahead(self, when: TimeExpression | None) -> bool:
        return bool(when and (when.direction == "future" or (when.offset_days or 0) > 0))

    def _purpose_of_noun(self, how: Mood) -> bool:
        """Read "no need to meet", "pressure to start talks": a noun that says nothing of what became of it."""
        if not how.governors or how.governors[-1].group is not None:
            return False
        noun = how.governors[-1].token
        return self.text.tags[noun] != "JJ" and self.text.lower[noun] not in self.lexicon.decision_nouns

    def _abroad(self, visitors: list[Actor], place: NounPhrase) -> bool:
        """Tell a visit to another country from domestic travel, above all a campaign's."""
        name, main = self.text.slice(place.first, place.last), self.doc.lexicon
        bare = name.removeprefix("the ").removeprefix("The ")
        if bare in main.countries:
            return True
        homes = {a.country for a in visitors}
        code = main.seats_of_power.get(bare)
        if code is not None and homes != {None}:
            return code not in homes
        stumping = word_set(self.lexicon.actors.campaigning_roles)
        return not any(stumping & set((a.role or "").lower().split()) for a in visitors)

    def _plural(self, parties: list[Actor]) -> bool:
        strong = [a for a in parties if self.parties.grade(a)]
        return len(strong) > 1 or any(
            a.type in {"group", "organisation"} and self.parties.grade(a) == POLITICAL for a in strong
        )
