"""Meetings told by a verb: parties by subject, object and with-phrase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.clusters import Candidate
from worker.extract.event_lexicon import words
from worker.extract.meeting_reader import MeetingReader
from worker.extract.parties import POLITICAL
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.phrases import NounPhrase, VerbGroup


class MeetingVerbs(MeetingReader):
    """Reads verbs of meeting."""

    def verbal(self) -> Iterator[Candidate]:
        """Yield what every verb of meeting says."""
        for group in self.phrases.verbs:
            frame = self._frames.get(self.lexicon.lemma(self.text.lower[group.head]))
            candidate = getattr(self, f"_{frame}")(group) if frame is not None else None
            if candidate is not None:
                yield candidate

    def _meet(self, group: VerbGroup) -> Candidate | None:
        """Read "X met (with) Y", "X and Y met", "the leaders met"."""
        if group.passive or not self._has_particle(group, self.lexicon.meeting.together):
            return None
        subject = self.subject(group)
        target = self.clauses.object(group)
        others = self.accompanied(group.last) if target is None else self.parties.named(target)
        if target is not None and not self._all_parties(others):
            return None
        others = [a for a in others if self.parties.grade(a) or a.type == "group"]
        if not others and not self._plural(subject):
            return None
        return self._verbal(group, "talks", [*subject, *others], "meet")

    def _talk(self, group: VerbGroup) -> Candidate | None:
        """Read "X spoke with Y by phone", "X discussed Z with Y", "the ministers discussed Z"."""
        subject = self.subject(group)
        others = self.accompanied(group.last)
        discuss = self.lexicon.lemma(self.text.lower[group.head]) in words(self.lexicon.meeting.discuss)
        if not others and not (discuss and self._plural(subject) and not self.mood(group).modal):
            return None
        phone = any(w in words(self.lexicon.meeting.by_phone) for w in self.text.lower[group.last : group.last + 12])
        return self._verbal(group, "call" if phone else "talks", [*subject, *others], "talk with")

    def _host(self, group: VerbGroup) -> Candidate | None:
        """Read "X hosted Y", "Y was received by X"."""
        target = self.clauses.object(group)
        if group.passive:
            guests, hosts = self.subject(group), self.by(group.last)
        else:
            guests, hosts = self.parties.named(target) if target else [], self.subject(group)
        if not guests or not hosts or not self._all_parties(guests) or not self._names_people(guests):
            return None
        return self._verbal(group, "talks", [*hosts, *guests], "host")

    def _visit(self, group: VerbGroup) -> Candidate | None:
        """Read "X visited Y", where Y is a country, its capital or a person."""
        target = self.clauses.object(group)
        if target is None or not self._is_seat(target):
            return None
        found = self._verbal(group, "visit", self.subject(group), "visit")
        if found is not None:
            found.place = self.around.place_span(target)
        return found

    def _travel(self, group: VerbGroup) -> Candidate | None:
        """Read "X flew to Y", "X will arrive in Y"."""
        at = group.last
        if at + 1 >= len(self.text.words) or self.text.lower[at] not in words(self.lexicon.meeting.destination):
            return None
        target = self.clauses.noun(at + 1)
        if target is None or not self._is_seat(target):
            return None
        found = self._verbal(group, "visit", self.subject(group), "travel")
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
        target = self.clauses.object(group) or self.clauses.noun(group.last + 1)
        guests = self.parties.named(target)
        if target is None or not guests or not all(a.type in {"person", "country", "group"} for a in guests):
            return None
        return self._verbal(group, "summit", [*self.subject(group), *guests], "bring together")

    def _brief(self, group: VerbGroup) -> Candidate | None:
        """Read "X was briefed by Y": only between political actors."""
        target = self.clauses.object(group)
        others = self.by(group.last) if group.passive else self.parties.named(target) if target else []
        if not group.passive and not others:
            return None
        return self._verbal(group, "talks", [*self.subject(group), *others], "brief")

    def _call(self, group: VerbGroup) -> Candidate | None:
        """Read "X phoned Y"; "called" says too much else and is not listed."""
        target = self.clauses.object(group)
        if target is None:
            return None
        others = self.parties.named(target)
        return (
            self._verbal(group, "call", [*self.subject(group), *others], "call") if self._all_parties(others) else None
        )

    def _verbal(self, group: VerbGroup, form: Form, parties: list[Actor], rule: str) -> Candidate | None:
        """Make the candidate of a verb, with its status; None where nothing was said to happen or nobody identified."""
        how = self.mood(group)
        if how.conditional or how.habitual or not self._identified(parties):
            return None
        if how.outcome is None and (how.modal == "perhaps" or self._purpose_of_noun(how)):
            return None
        last = group.last
        when = self.around.when(group.head, last)
        status = self._status(group, how, self._lies_ahead(when))
        first = how.governor.token if how.governor and status == "denied" else group.head
        return self._made(first, last, form, status, parties, rule, when)

    def _identified(self, parties: list[Actor]) -> bool:
        return any(self.parties.grade(a) for a in parties)

    def _all_parties(self, parties: list[Actor]) -> bool:
        return bool(parties) and all(self.parties.grade(a) or a.type in {"person", "group"} for a in parties)

    def _names_people(self, parties: list[Actor]) -> bool:
        return all(
            a.type == "person" or (a.type in {"unnamed", "group"} and self.parties.grade(a) == POLITICAL)
            for a in parties
        )

    def _is_seat(self, noun: NounPhrase) -> bool:
        """Tell whether it is a country, its capital, or a place named with its country."""
        name, main = self.text.slice(noun.first, noun.last), self.doc.lexicon
        bare = name.removeprefix("the ").removeprefix("The ")
        return bare in main.countries or bare in main.seats

    def _has_particle(self, group: VerbGroup, listed: str) -> bool:
        """Tell whether the verb is listed alone, or with the particle that follows it here."""
        lemma = self.lexicon.lemma(self.text.lower[group.head])
        following = self.word(group.head + 1)
        return lemma in listed.split() or f"{lemma}_{following}" in listed.split()
