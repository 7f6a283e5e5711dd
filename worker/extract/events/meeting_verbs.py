"""Meetings told by a verb: parties by subject, object and with-phrase.

"Berg met (with) Ozola", "Berg and Ozola discussed the fees", "Berg visited Latvia", "Berg hosted the union's leaders".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.clusters import Candidate
from worker.extract.events.grades import POLITICAL
from worker.extract.events.meeting_reader import MeetingReader
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.outlook import Mood
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_INVITED = 16
"""Tokens after "invited" in which "to Oslo" stands, behind the guests and their roles."""


class MeetingVerbs(MeetingReader):
    """Reads verbs of meeting."""

    def verbal(self) -> Iterator[Candidate]:
        """Yield what every verb of meeting says."""
        for group in self.chunks.verb_groups:
            frame = self._frames.get(self.lexicon.lemma(self.text.lower[group.head]))
            candidate = getattr(self, f"_{frame}")(group) if frame is not None else None
            if candidate is not None:
                yield candidate

    def _meet(self, group: VerbGroup) -> Candidate | None:
        """Read "X met (with) Y", "X and Y met", "the leaders met"."""
        if group.passive or not self._has_particle(group, self.lexicon.meeting.meet):
            return None
        subject = self.subject(group)
        target = self.clauses.object(group)
        others = self.accompanied(group.last) if target is None else self.parties.named(target)
        if target is not None and not self._all_parties(others):
            return None
        mine = {a.name for a in subject}
        told, others = others, [self._other(a, mine) for a in others if self._takes_part(a)]
        others = [a for a in others if a.name not in mine]
        if not others and (told or self.word(group.last) == "that" or not self._plural(subject)):
            return None
        if not others and any(word_set(self.lexicon.decision.deciders.court) & self.parties.heads(a) for a in subject):
            return None  # a court meets to hear a case
        if others and not self._political([*subject, *others]):
            return None
        return self._verbal(group, self._means(group), [*subject, *others], "meet")

    def _other(self, actor: Actor, mine: set[str]) -> Actor:
        """Return a party as worded where its words were taken for the one who meets: "met the minister of Iraq"."""
        if actor.name not in mine or actor.mention is None or actor.mention.text.lower() in self.doc.lexicon.pronouns:
            return actor
        return Actor(name=actor.mention.text, mention=actor.mention, type="unnamed")

    def _talk(self, group: VerbGroup) -> Candidate | None:
        """Read "X spoke with Y by phone", "X discussed Z with Y", "the ministers discussed Z"."""
        if group.passive or self._purpose_of_meeting(group):
            return None
        subject, others = self.subject(group), [a for a in self._talked_with(group) if self._takes_part(a)]
        if not others and not self._among_themselves(group, subject):
            return None
        return self._verbal(group, self._means(group), [*subject, *others], "talk with")

    def _talked_with(self, group: VerbGroup) -> list[Actor]:
        """Return the parties after "with", unless it hangs on an occasion ("spoke at a rally with X")."""
        found = self.clauses.prepositional_phrases(group.last, word_set(self.lexicon.meeting.with_), 16)[:1]
        if found and any(self.chunks.verb_group_of[at] >= 0 for at in range(group.last, found[0][0])):
            return []
        for at in range(group.last, found[0][0] if found else group.last):
            noun = (
                self.clauses.noun_phrase(at + 1)
                if self.text.lower[at] in word_set(self.lexicon.meeting.occasion_prepositions)
                else None
            )
            if noun is not None and not self.clauses.is_time_expression(noun) and not self.around.is_place(noun):
                return []
        return self.parties.named(found[0][1]) if found else []

    def _among_themselves(self, group: VerbGroup, subject: list[Actor]) -> bool:
        """Read "the ministers discussed Z": two parties; what they bargained out is an agreement instead."""
        lemma, m = self.lemma(group), self.lexicon.meeting
        how = self.mood(group)
        if self._means(group) == "call":
            return len(subject) > 1 or self._plural(subject)
        if lemma not in word_set(m.discuss) or how.modal or how.outcome is not None:
            return False
        if lemma in word_set(m.negotiate):
            return len(subject) > 1 and self.clauses.object(group) is None
        return self._plural(subject)

    def _purpose_of_meeting(self, group: VerbGroup) -> bool:
        """Read "called a meeting to discuss", "met on Friday to discuss": the meeting is told by its own word."""
        if not group.infinitive:
            return False
        noun = self.clauses.noun_phrase(group.first - 1)
        met = self._frames.keys() | self._lenders
        governed = any(g.group is not None and self.lemma(g.group) in met for g in self.clauses.governors(group))
        return governed or (noun is not None and self._form(noun) is not None)

    def _means(self, group: VerbGroup) -> Form:
        """Tell a call from a meeting face to face, by what stands around the verb."""
        start, end = self.text.sentence_range(group.head)
        before = next(
            (i + 1 for i in range(group.first - 1, start - 1, -1) if self.chunks.verb_group_of[i] >= 0), start
        )
        near = self.text.lower[max(before, group.first - 10) : min(end, group.last + 12)]
        return "call" if not word_set(self.lexicon.meeting.by_phone).isdisjoint(near) else "talks"

    def _host(self, group: VerbGroup) -> Candidate | None:
        """Read "X hosted Y", "Y was received by X"."""
        target = self.clauses.object(group)
        if group.passive:
            guests, hosts = self.subject(group), self.by(group.last)
        else:
            guests, hosts = self.parties.named(target) if target else [], self.subject(group)
        if target is not None and self._form(target) is not None:
            return None  # "hosted the summit": the noun tells of it
        hosts = [a for a in hosts if self.parties.grade(a) == POLITICAL or a.type == "person"]
        if not guests or not hosts or not self._all_parties(guests) or not self._names_people(guests):
            return None
        return self._verbal(group, "talks", [*hosts, *guests], "host")

    def _visit(self, group: VerbGroup) -> Candidate | None:
        """Read "X visited Y", where Y is a country, its capital or a person."""
        target = self.clauses.object(group)
        if target is None or not self._is_seat(target):
            return None
        return self._visit_to(group, target, "visit")

    def _travel(self, group: VerbGroup) -> Candidate | None:
        """Read "X flew to Y", "X will arrive in Y"."""
        at = group.last
        if at + 1 >= len(self.text.words) or self.text.lower[at] not in word_set(
            self.lexicon.meeting.destination_prepositions
        ):
            return None
        target = self.clauses.noun_phrase(at + 1)
        if target is None or not self._is_seat(target):
            return None
        return self._visit_to(group, target, "travel")

    def _visit_to(self, group: VerbGroup, target: NounPhrase, rule: str) -> Candidate | None:
        """Return the visit of a verb's subject to another country or capital."""
        visitors = self.subject(group)
        found = self._verbal(group, "visit", visitors, rule) if self._abroad(visitors, target) else None
        if found is not None:
            found.place = self.around.place_span(target)
        return found

    def _convene(self, group: VerbGroup) -> Candidate | None:
        """Read "The leaders gathered in X": a body comes together."""
        target = self.clauses.object(group)
        if target is not None:
            return self._gather(group) if not self._form(target) else None
        subject = self.subject(group)
        return self._verbal(group, "talks", subject, "convene") if self._plural(subject) else None

    def _gather(self, group: VerbGroup) -> Candidate | None:
        """Read "X brought the ministers together"."""
        if not self._has_particle(group, self.lexicon.meeting.gather):
            return None
        target = self.clauses.object(group) or self.clauses.noun_phrase(group.last + 1)
        guests = self.parties.named(target)
        if target is None or not guests or not all(a.type in {"person", "country", "group"} for a in guests):
            return None
        return self._verbal(group, "summit", [*self.subject(group), *guests], "bring together")

    def _brief(self, group: VerbGroup) -> Candidate | None:
        """Read "X was briefed by Y": only between political actors."""
        target = self.clauses.object(group)
        others = self.by(group.last) if group.passive else self.parties.named(target) if target else []
        return self._verbal(group, "talks", [*self.subject(group), *others], "brief") if others else None

    def _call(self, group: VerbGroup) -> Candidate | None:
        """Read "X phoned Y"."""
        target = self.clauses.object(group)
        if target is None:
            return None
        others = self.parties.named(target)
        return (
            self._verbal(group, "call", [*self.subject(group), *others], "call") if self._all_parties(others) else None
        )

    def _ring(self, group: VerbGroup) -> Candidate | None:
        """Read "X called Y on Friday", "called Y to congratulate her": a person, and no name that Y is called."""
        target = self.clauses.object(group)
        if group.passive or target is None or target.first > group.head + 1:
            return None  # "called on them to"
        last = self.clauses.conjuncts(target)[-1].last
        follows = self.chunks.verb_group(last)
        purpose = follows is not None and follows.infinitive and group.finite
        dated = self.around.dated(last) or not word_set(self.lexicon.meeting.by_phone).isdisjoint(
            self.text.lower[last : last + 3]
        )
        people = all(a.type == "person" or (purpose and self.parties.grade(a)) for a in self.parties.named(target))
        return self._call(group) if people and (purpose or dated) else None

    def _invite(self, group: VerbGroup) -> Candidate | None:
        """Read "X invited Y to Oslo"."""
        target = None if group.passive else self.clauses.object(group)
        guests = self.parties.named(target) if target is not None else []
        if not guests or not self._all_parties(guests):
            return None
        goals = (noun for _, noun in self.clauses.prepositional_phrases(group.last, frozenset({"to"}), _INVITED))
        place = next((noun for noun in goals if self._is_town(noun)), None)
        if place is None:
            return None
        found = self._verbal(group, "visit", [*self.subject(group), *guests], "invite")
        if found is not None:
            found.status, found.place = (
                "proposed" if found.status == "held" else found.status,
                self.around.place_span(place),
            )
        return found

    def _verbal(self, group: VerbGroup, form: Form, parties: list[Actor], rule: str) -> Candidate | None:
        """Make the candidate of a verb, with its status; None where nothing was said to happen or nobody identified."""
        how = self.mood(group)
        if how.conditional or how.habitual or self._asked(group.head) or not self._identified(parties):
            return None
        if how.outcome is None and (
            how.modal == "perhaps" or self._purpose_of_noun(how) or not self._wanted(group, how)
        ):
            return None
        last = group.last
        when = self.around.when(group.head, last)
        status = self._status(
            group, how, self._lies_ahead(when) or self._dated_present(self._outermost(group, how), when)
        )
        first = how.governor.token if how.governor and status == "denied" else group.head
        return self._made(first, last, form, status, parties, rule, when)

    def _outermost(self, group: VerbGroup, how: Mood) -> VerbGroup:
        """Return the verb that governs in the end: "[flies] to Oslo on Friday to meet"."""
        return next((g.group for g in reversed(how.governors) if g.group is not None), group)

    def _identified(self, parties: list[Actor]) -> bool:
        return any(self.parties.grade(a) for a in parties)

    def _all_parties(self, parties: list[Actor]) -> bool:
        return bool(parties) and all(self.parties.grade(a) or a.type in {"person", "group"} for a in parties)

    def _political(self, parties: list[Actor]) -> bool:
        """Tell politicians and named people from teams and firms that met."""
        return any(self.parties.grade(a) == POLITICAL or a.type == "person" for a in parties)

    def _takes_part(self, actor: Actor) -> bool:
        """Tell a party from voters, kin and an audience, whom politicians meet in no political role."""
        return bool(self.parties.grade(actor)) or (actor.type == "group" and not self.parties.private(actor))

    def _names_people(self, parties: list[Actor]) -> bool:
        return all(
            a.type == "person" or (a.type in {"unnamed", "group", "organisation"} and self.parties.sent(a))
            for a in parties
        )

    def _is_town(self, noun: NounPhrase) -> bool:
        """Tell whether it is a place by name, of which nothing else is known here."""
        known = self.doc.mentions.resolve(noun.first, noun.last)
        return self.text.tags[noun.head] == "NNP" and self.around.is_place(noun) and known.type != "organisation"

    def _is_seat(self, noun: NounPhrase) -> bool:
        """Tell whether it is a country, its capital, or a place named with its country."""
        name, main = self.text.slice(noun.first, noun.last), self.doc.lexicon
        bare = name.removeprefix("the ").removeprefix("The ")
        return bare in main.countries or bare in main.seats_of_power

    def _has_particle(self, group: VerbGroup, listed: str) -> bool:
        """Tell whether the verb is listed alone, or with the particle that follows it here."""
        lemma = self.lexicon.lemma(self.text.lower[group.head])
        following = self.word(group.head + 1)
        return lemma in listed.split() or f"{lemma}_{following}" in listed.split()
