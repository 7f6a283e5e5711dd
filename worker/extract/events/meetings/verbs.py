"""Verbal triggers of meetings; the parties are subject, object and with-phrase.

"Berg met (with) Ozola", "Berg and Ozola discussed the fees", "Berg visited Latvia", "Berg hosted the union's leaders".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.meetings.reader import MeetingReader
from worker.extract.events.political_role import POLITICAL
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_DESTINATION_WINDOW = 16
"""Tokens after "invited" that are searched for the destination, "to Oslo"."""


class MeetingVerbReader(MeetingReader):
    """Reader of verbs of meeting."""

    def verb_candidates(self) -> Iterator[EventCandidate]:
        """Yield a candidate for each verb that reports a meeting."""
        for group in self.chunks.verb_groups:
            frame = self._frame_of_lemma.get(self.lexicon.lemma(self.text.lower[group.head]))
            candidate = getattr(self, f"_read_{frame}")(group) if frame is not None else None
            if candidate is not None:
                yield candidate

    def _read_meet(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X met (with) Y", "X and Y met", "the leaders met".

        None for any other use of the verb ("met the criteria").
        """
        if group.passive or not self._has_particle(group, self.lexicon.meeting.meet):
            return None
        subject = self.subject_parties(group)
        target = self.clauses.object(group)
        others = self.with_parties(group.last) if target is None else self.parties.parties_of(target)
        if target is not None and not self._are_parties(others):
            return None
        subject_names = {a.name for a in subject}
        named_others, others = others, [self._distinguish(a, subject_names) for a in others if self._can_take_part(a)]
        others = [a for a in others if a.name not in subject_names]
        if not others and (named_others or self.word(group.last) == "that" or not self._is_plural_party(subject)):
            return None
        if not others and any(
            word_set(self.lexicon.decision.deciders.court) & self.parties.head_words(a) for a in subject
        ):
            return None  # a court meets to hear a case
        if others and not self._has_politician([*subject, *others]):
            return None
        return self._verb_candidate(group, self._talk_form(group), [*subject, *others], "meet")

    def _distinguish(self, actor: Actor, subject_names: set[str]) -> Actor:
        """Return `actor`, or an unnamed actor if the phrase was wrongly resolved to one of `subject_names`.

        In "Berg met the minister of Iraq", with Berg a minister, "the minister" may have been resolved to Berg.
        """
        if (
            actor.name not in subject_names
            or actor.mention is None
            or actor.mention.text.lower() in self.doc.lexicon.pronouns
        ):
            return actor
        return Actor(name=actor.mention.text, mention=actor.mention, type="unnamed")

    def _read_talk(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X spoke with Y by phone", "the ministers discussed Z".

        None for any other use of the verb, and for the purpose of a meeting ("met to discuss Z").
        """
        if group.passive or self._is_purpose_of_meeting(group):
            return None
        subject, others = self.subject_parties(group), [a for a in self._interlocutors(group) if self._can_take_part(a)]
        if not others and not self._is_mutual(group, subject):
            return None
        return self._verb_candidate(group, self._talk_form(group), [*subject, *others], "talk with")

    def _interlocutors(self, group: VerbGroup) -> list[Actor]:
        """Return the parties after "with"; empty if "with" depends on an occasion ("spoke at a rally with X")."""
        found = self.clauses.prepositional_phrases(group.last, word_set(self.lexicon.meeting.with_), 16)[:1]
        if found and any(self.chunks.verb_group_of[at] >= 0 for at in range(group.last, found[0][0])):
            return []
        for at in range(group.last, found[0][0] if found else group.last):
            noun = (
                self.clauses.noun_phrase(at + 1)
                if self.text.lower[at] in word_set(self.lexicon.meeting.occasion_prepositions)
                else None
            )
            if (
                noun is not None
                and not self.clauses.is_time_expression(noun)
                and not self.time_and_place.can_be_place(noun)
            ):
                return []
        return self.parties.parties_of(found[0][1]) if found else []

    def _is_mutual(self, group: VerbGroup, subject: list[Actor]) -> bool:
        """Return whether a verb of discussion has several parties as its subject: "the ministers discussed Z".

        False for any other verb, for a modal ("may discuss") and for a negotiation with an object.
        """
        lemma, m = self.lemma(group), self.lexicon.meeting
        modality = self.modality(group)
        if self._talk_form(group) == "call":
            return len(subject) > 1 or self._is_plural_party(subject)
        if lemma not in word_set(m.discuss) or modality.modal or modality.outcome is not None:
            return False
        if lemma in word_set(m.negotiate):
            return len(subject) > 1 and self.clauses.object(group) is None
        return self._is_plural_party(subject)

    def _is_purpose_of_meeting(self, group: VerbGroup) -> bool:
        """Return whether an infinitive is the purpose of a meeting that has its own trigger: "met to discuss"."""
        if not group.infinitive:
            return False
        noun = self.clauses.noun_phrase(group.first - 1)
        meeting_lemmas = self._frame_of_lemma.keys() | self._light_verbs
        is_governed = any(
            g.group is not None and self.lemma(g.group) in meeting_lemmas for g in self.clauses.governors(group)
        )
        return is_governed or (noun is not None and self._meeting_form(noun) is not None)

    def _talk_form(self, group: VerbGroup) -> Form:
        """Return "call" if words for a telephone are near the verb, else "talks"."""
        start, end = self.text.sentence_range(group.head)
        before = next(
            (i + 1 for i in range(group.first - 1, start - 1, -1) if self.chunks.verb_group_of[i] >= 0), start
        )
        near = self.text.lower[max(before, group.first - 10) : min(end, group.last + 12)]
        return "call" if not word_set(self.lexicon.meeting.by_phone).isdisjoint(near) else "talks"

    def _read_host(self, group: VerbGroup) -> EventCandidate | None:
        """Return the event candidate of "X hosted Y" or "Y was received by X", in which X is the host.

        None for any other use of the verb ("hosted the summit").
        """
        target = self.clauses.object(group)
        if group.passive:
            guests, hosts = self.subject_parties(group), self.agents(group.last)
        else:
            guests, hosts = self.parties.parties_of(target) if target else [], self.subject_parties(group)
        if target is not None and self._meeting_form(target) is not None:
            return None  # "hosted the summit": the noun is the trigger
        hosts = [a for a in hosts if self.parties.political_role(a) == POLITICAL or a.type == "person"]
        if not guests or not hosts or not self._are_parties(guests) or not self._can_be_guests(guests):
            return None
        return self._verb_candidate(group, "talks", [*hosts, *guests], "host")

    def _read_visit(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X visited Y", where Y is a country or capital abroad; else None."""
        target = self.clauses.object(group)
        if target is None or not self._is_country_or_capital(target):
            return None
        return self._visit_candidate(group, target, "visit")

    def _read_travel(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X flew to Y", "X will arrive in Y", for a country or capital abroad; else None."""
        at = group.last
        if at + 1 >= len(self.text.words) or self.text.lower[at] not in word_set(
            self.lexicon.meeting.destination_prepositions
        ):
            return None
        target = self.clauses.noun_phrase(at + 1)
        if target is None or not self._is_country_or_capital(target):
            return None
        return self._visit_candidate(group, target, "travel")

    def _visit_candidate(self, group: VerbGroup, target: NounPhrase, rule: str) -> EventCandidate | None:
        """Return the visit of a verb's subject to a place abroad; None for domestic travel."""
        visitors = self.subject_parties(group)
        found = self._verb_candidate(group, "visit", visitors, rule) if self._is_abroad(visitors, target) else None
        if found is not None:
            found.place = self.time_and_place.place_span(target)
        return found

    def _read_convene(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "The leaders gathered in X", with several parties or a body as subject.

        None for any other use of the verb.
        """
        target = self.clauses.object(group)
        if target is not None:
            return self._read_gather(group) if not self._meeting_form(target) else None
        subject = self.subject_parties(group)
        return self._verb_candidate(group, "talks", subject, "convene") if self._is_plural_party(subject) else None

    def _read_gather(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X brought the ministers together"; None for any other use of the verb."""
        if not self._has_particle(group, self.lexicon.meeting.gather):
            return None
        target = self.clauses.object(group) or self.clauses.noun_phrase(group.last + 1)
        guests = self.parties.parties_of(target)
        if target is None or not guests or not all(a.type in {"person", "country", "group"} for a in guests):
            return None
        return self._verb_candidate(group, "summit", [*self.subject_parties(group), *guests], "bring together")

    def _read_brief(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X was briefed by Y" or "X briefed Y"; None if no party is found for Y."""
        target = self.clauses.object(group)
        others = self.agents(group.last) if group.passive else self.parties.parties_of(target) if target else []
        return (
            self._verb_candidate(group, "talks", [*self.subject_parties(group), *others], "brief") if others else None
        )

    def _read_call(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X phoned Y"; None if Y is missing or is no possible party."""
        target = self.clauses.object(group)
        if target is None:
            return None
        others = self.parties.parties_of(target)
        return (
            self._verb_candidate(group, "call", [*self.subject_parties(group), *others], "call")
            if self._are_parties(others)
            else None
        )

    def _read_ring(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X called Y on Friday", "called Y to congratulate her"; else None.

        Y must be a person, and a date, a telephone word or a purpose must follow: otherwise "called" gives a name.
        """
        target = self.clauses.object(group)
        if group.passive or target is None or target.first > group.head + 1:
            return None  # "called on them to"
        last = self.clauses.conjuncts(target)[-1].last
        follows = self.chunks.verb_group(last)
        purpose = follows is not None and follows.infinitive and group.finite
        dated = self.time_and_place.is_time_at(last) or not word_set(self.lexicon.meeting.by_phone).isdisjoint(
            self.text.lower[last : last + 3]
        )
        people = all(
            a.type == "person" or (purpose and self.parties.political_role(a)) for a in self.parties.parties_of(target)
        )
        return self._read_call(group) if people and (purpose or dated) else None

    def _read_invite(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "X invited Y to Oslo"; None if the guests or a named destination are missing."""
        target = None if group.passive else self.clauses.object(group)
        guests = self.parties.parties_of(target) if target is not None else []
        if not guests or not self._are_parties(guests):
            return None
        goals = (
            noun for _, noun in self.clauses.prepositional_phrases(group.last, frozenset({"to"}), _DESTINATION_WINDOW)
        )
        place = next((noun for noun in goals if self._is_named_place(noun)), None)
        if place is None:
            return None
        found = self._verb_candidate(group, "visit", [*self.subject_parties(group), *guests], "invite")
        if found is not None:
            found.status, found.place = (
                "proposed" if found.status == "held" else found.status,
                self.time_and_place.place_span(place),
            )
        return found

    def _verb_candidate(self, group: VerbGroup, form: Form, parties: list[Actor], rule: str) -> EventCandidate | None:
        """Return the candidate of a verb with its status.

        None if the meeting is hypothetical, habitual or in a question, or if no party can be political.
        """
        modality = self.modality(group)
        if (
            modality.conditional
            or modality.habitual
            or self._is_question(group.head)
            or not self._has_known_party(parties)
        ):
            return None
        if modality.outcome is None and (
            modality.modal == "perhaps"
            or self._is_noun_complement(modality)
            or not self._is_agreed_or_demanded(group, modality)
        ):
            return None
        last = group.last
        when = self.time_and_place.find_time(group.head, last)
        status = self._verb_status(
            group,
            modality,
            self._is_future(when) or self._is_dated_present(self._outermost_governor(group, modality), when),
        )
        first = modality.governor.token if modality.governor and status == "denied" else group.head
        return self._make_candidate(first, last, form, status, parties, rule, when)

    def _outermost_governor(self, group: VerbGroup, modality: VerbModality) -> VerbGroup:
        """Return the outermost verb that governs `group`: "[flies] to Oslo on Friday to meet"; `group` if none does."""
        return next((g.group for g in reversed(modality.governors) if g.group is not None), group)

    def _has_known_party(self, parties: list[Actor]) -> bool:
        return any(self.parties.political_role(a) for a in parties)

    def _are_parties(self, parties: list[Actor]) -> bool:
        return bool(parties) and all(self.parties.political_role(a) or a.type in {"person", "group"} for a in parties)

    def _has_politician(self, parties: list[Actor]) -> bool:
        """Return whether a party is political or a named person, unlike teams and firms."""
        return any(self.parties.political_role(a) == POLITICAL or a.type == "person" for a in parties)

    def _can_take_part(self, actor: Actor) -> bool:
        """Return whether an actor can be a party: not voters, relatives or an audience."""
        return bool(self.parties.political_role(actor)) or (
            actor.type == "group" and not self.parties.is_private(actor)
        )

    def _can_be_guests(self, parties: list[Actor]) -> bool:
        return all(
            a.type == "person" or (a.type in {"unnamed", "group", "organisation"} and self.parties.can_be_guest(a))
            for a in parties
        )

    def _is_named_place(self, noun: NounPhrase) -> bool:
        """Return whether a phrase is a place by its name and no known organisation."""
        known = self.doc.mentions.resolve(noun.first, noun.last)
        return (
            self.text.tags[noun.head] == "NNP"
            and self.time_and_place.can_be_place(noun)
            and known.type != "organisation"
        )

    def _is_country_or_capital(self, noun: NounPhrase) -> bool:
        """Return whether a phrase is a country or a seat of government."""
        name, main = self.text.slice(noun.first, noun.last), self.doc.lexicon
        bare = name.removeprefix("the ").removeprefix("The ")
        return bare in main.countries or bare in main.seats_of_power

    def _has_particle(self, group: VerbGroup, listed: str) -> bool:
        """Return whether a verb form list contains the verb alone, or joined by "_" with the word after it: "sit_down".

        `listed`: lemmas separated by spaces.
        """
        lemma = self.lexicon.lemma(self.text.lower[group.head])
        following = self.word(group.head + 1)
        return lemma in listed.split() or f"{lemma}_{following}" in listed.split()
