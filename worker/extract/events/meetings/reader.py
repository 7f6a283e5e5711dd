"""Reading of meeting triggers: their forms, status and dates, for verbs and nouns alike."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.event_reader import EventReader
from worker.extract.events.modality import VerbModality, outcome_of
from worker.extract.events.political_role import POLITICAL
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, MeetingStatus

if TYPE_CHECKING:
    from worker.extract.dates import TemporalSide, TimeExpression
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup


class MeetingReader(EventReader):
    """Base of the readers of verbal and nominal triggers."""

    @cached_property
    def _frame_of_lemma(self) -> dict[str, str]:
        """Verb lemma -> its frame; the method `_read_<frame>` reads such verbs."""
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
    def _light_verbs(self) -> frozenset[str]:
        return frozenset(verb.split("_")[0] for verb in self.lexicon.meeting.light_verbs.split())

    def _meeting_form(self, noun: NounPhrase) -> tuple[Form, int] | None:
        """Return (form, first token of the noun proper) of a meeting noun; None for any other noun."""
        head, lower = noun.head, self.text.lower
        pair = f"{lower[head - 1]} {lower[head]}" if head > noun.first else ""
        if pair in self.lexicon.meeting_nouns:
            return self.lexicon.meeting_nouns[pair], head - 1
        form = self.lexicon.meeting_nouns.get(lower[head])
        if form is None or (self.text.tags[head] == "NNP" and self._is_assembly(noun)):
            return None
        if head > noun.first and lower[head - 1] in word_set(self.lexicon.meeting.excluding_modifiers):
            return None
        return form, head

    def _is_assembly(self, noun: NounPhrase) -> bool:
        """Return whether a proper noun is an institution ("Congress", "the General Assembly"), not a meeting."""
        lower = self.text.lower
        if lower[noun.head] in word_set(self.lexicon.meeting.assembly_nouns):
            return lower[noun.first] not in {"a", "an"}
        of = self.clauses.noun_phrase(noun.last + 1) if self.word(noun.last) == "of" else None
        return of is not None and self.text.tags[of.head] == "NNS" and self.text.words[of.head][0].isupper()

    def _make_candidate(  # noqa: PLR0917 - the fields of the candidate
        self,
        first: int,
        last: int,
        form: Form,
        status: MeetingStatus,
        parties: list[Actor],
        rule: str,
        when: TimeExpression | None,
    ) -> EventCandidate:
        return EventCandidate(
            first=first,
            last=last,
            kind=form,
            status=status,
            parties=self.distinct_parties(parties),
            place=self.time_and_place.place_span(self.time_and_place.find_place(first, last)),
            when=self.time_and_place.time_span(when),
            day=self.time_and_place.resolve_day(when, self._temporal_side(when, status)),
            about=self.time_and_place.find_topic(last),
            rule=rule,
        )

    def _temporal_side(self, when: TimeExpression | None, status: MeetingStatus) -> TemporalSide:
        """Return on which side of the publication the day of a meeting is.

        "near" if either is possible; the day of a cancelled or refused meeting is in the future after "for": "set for
        Friday".
        """
        if status in {"planned", "proposed"}:
            return "future"
        if when is None or status == "held":
            return "past"
        at = self.text.token_at(when.start) - 1
        return "future" if self.word(at) in word_set(self.lexicon.modality.due_date_prepositions) else "near"

    def _verb_status(self, group: VerbGroup, modality: VerbModality, is_future: bool) -> MeetingStatus:
        if modality.outcome == "denied" or (modality.negated and modality.outcome != "cancelled"):
            return "denied"
        if modality.outcome is not None:
            return modality.outcome
        if modality.modal == "will" or (group.infinitive and not modality.governors):
            return "planned"
        if modality.modal in {"obliged", "perhaps"}:
            return "proposed"  # agreed or demanded, see `_is_agreed_or_demanded`
        present = group.infinitive or self.text.tags[group.head] in {"VBZ", "VBP", "VBG"}
        return "planned" if is_future and present else "held"

    def _is_dated_present(self, group: VerbGroup, when: TimeExpression | None) -> bool:
        """Return whether a verb is in the present with a day, which denotes the future: "arrives on Friday"."""
        if when is None or self.text.tags[group.head] not in {"VBZ", "VBP"} or group.first != group.head:
            return False
        return when.weekday is not None or (when.month is not None and when.day is not None)

    def _is_agreed_or_demanded(self, group: VerbGroup, modality: VerbModality) -> bool:
        """Return whether an obligation is agreed or demanded ("agreed that they should meet"), not an opinion."""
        if modality.modal != "obliged":
            return True
        before = self.clauses.finite_verb_before(group)
        lemma = self.lemma(before) if before is not None else ""
        return lemma in self.lexicon.choice_kinds or outcome_of(self.lexicon, lemma) is not None

    def _is_future(self, when: TimeExpression | None) -> bool:
        return bool(when and (when.direction == "future" or (when.offset_days or 0) > 0))

    def _is_noun_complement(self, modality: VerbModality) -> bool:
        """Return whether the verb depends on a noun that implies no outcome: "no need to meet"."""
        if not modality.governors or modality.governors[-1].group is not None:
            return False
        noun = modality.governors[-1].token
        return self.text.tags[noun] != "JJ" and self.text.lower[noun] not in self.lexicon.decision_nouns

    def _is_abroad(self, visitors: list[Actor], place: NounPhrase) -> bool:
        """Return whether a journey leads to another country; domestic travel, as in campaigns, is no visit."""
        name, main = self.text.slice(place.first, place.last), self.doc.lexicon
        bare = name.removeprefix("the ").removeprefix("The ")
        if bare in main.countries:
            return True
        homes = {a.country for a in visitors}
        code = main.seats_of_power.get(bare)
        if code is not None and homes != {None}:
            return code not in homes
        campaigning = word_set(self.lexicon.actors.campaigning_roles)
        return not any(campaigning & set((a.role or "").lower().split()) for a in visitors)

    def _is_plural_party(self, parties: list[Actor]) -> bool:
        political = [a for a in parties if self.parties.political_role(a)]
        return len(political) > 1 or any(
            a.type in {"group", "organisation"} and self.parties.political_role(a) == POLITICAL for a in political
        )
