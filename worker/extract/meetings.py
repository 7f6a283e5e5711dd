"""Meetings: who met, visited, called or faced the press; who will, would, did not or refused to.

Two kinds of trigger.  A verb ("met", "hosted", "flew to") names its parties by subject, object and with-phrase.  A noun
("talks", "summit", "visit") names them by possessor, by the words before it, by "with", "between" and "of", and by the
light verb that lends it a subject ("held talks").  A trigger that names nobody is only a further mention of a meeting
told elsewhere ("after the meeting").
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from worker.extract import event_lexicon
from worker.extract.clusters import Candidate, Cluster, gather, names_of
from worker.extract.event_lexicon import words
from worker.extract.evidence import event_id, reporting_statement
from worker.extract.outlook import Mood, outcome_of
from worker.extract.parties import POLITICAL
from worker.extract.reader import Reader
from worker.schema import Actor, Form, Meeting, MeetingStatus, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.extract.dates import When
    from worker.extract.document import Doc
    from worker.extract.phrases import NounPhrase, VerbGroup

_PAIR = 2
"""A meeting has two parties."""


def meetings(doc: Doc) -> Iterable[Meeting]:
    """Return the meetings of an article in text order, one event for each."""
    lexicon = event_lexicon.load(doc.lexicon.language)
    if lexicon is None:
        return []
    reader = _Reader(doc, lexicon)
    found = sorted(reader.candidates(), key=lambda c: c.first)
    clusters = gather(found, reader.same, reader.meant)
    doc.meetings.extend(reader.event(c) for c in clusters)
    return doc.meetings


class _Reader(Reader):
    """Reads the triggers of one article."""

    @cached_property
    def _frames(self) -> dict[str, str]:
        """Verb lemma -> name of the method that reads it."""
        m = self.lexicon.meeting
        frames = [
            (m.together, "meet"),
            (m.somebody, "talk"),
            (m.host, "host"),
            (m.visit, "visit"),
            (m.travel, "travel"),
            (m.convene, "convene"),
            (m.gather, "gather"),
            (m.brief, "brief"),
            (m.call, "call"),
        ]
        return {verb.partition("_")[0]: frame for verbs, frame in reversed(frames) for verb in verbs.split()}

    def candidates(self) -> Iterator[Candidate]:
        """Yield what every trigger of the article says."""
        for group in self.phrases.verbs:
            frame = self._frames.get(self.lexicon.lemma(self.text.lower[group.head]))
            if frame is not None:
                candidate = getattr(self, f"_{frame}")(group)
                if candidate is not None:
                    yield candidate
        for chunk in self.phrases.nouns:
            noun = self.clauses.noun(chunk.first) or chunk
            if (form := self._form(noun)) is not None:
                candidate = self._nominal(noun, *form)
                if candidate is not None:
                    yield candidate

    # ------------------------------------------------------------ verbs
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
        """Read "X will bring together world leaders"."""
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
        """Read "X phoned Y"; plain "called" says too much else."""
        target = self.clauses.object(group)
        if target is None or self.text.lower[group.head].startswith(("call", "r")):
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
        last = self._cue_end(group)
        when = self.around.when(group.head, last)
        status = self._status(group, how, self._lies_ahead(when))
        first = how.governor.token if how.governor and status == "denied" else self._cue_start(group)
        return self._made(first, last, form, status, parties, rule, when)

    def _purpose_of_noun(self, how: Mood) -> bool:
        """Read "no need to meet", "pressure to start talks": a noun that says nothing of what became of it."""
        if not how.governors or how.governors[-1].group is not None:
            return False
        noun = how.governors[-1].token
        return self.text.tags[noun] != "JJ" and self.text.lower[noun] not in self.lexicon.decision_nouns

    def _cue_start(self, group: VerbGroup) -> int:
        return group.head

    def _cue_end(self, group: VerbGroup) -> int:
        return group.last

    # ------------------------------------------------------------ nouns
    def _form(self, noun: NounPhrase) -> tuple[Form, int] | None:
        """Return the form of a meeting noun and its first token; None for any other noun."""
        head, lower = noun.head, self.text.lower
        pair = f"{lower[head - 1]} {lower[head]}" if head > noun.first else ""
        if pair in self.lexicon.meeting_nouns:
            return self.lexicon.meeting_nouns[pair], head - 1
        form = self.lexicon.meeting_nouns.get(lower[head])
        if form is None or (self.text.tags[head] == "NNP" and self._is_body(noun)):
            return None
        if head > noun.first and lower[head - 1] in words(self.lexicon.meeting.other_kinds):
            return None
        return form, head

    def _is_body(self, noun: NounPhrase) -> bool:
        """Tell Congress and the General Assembly from "a Congress on fisheries"."""
        lower = self.text.lower
        return lower[noun.head] in words(self.lexicon.meeting.bodies) and lower[noun.first] not in {"a", "an"}

    def _nominal(self, noun: NounPhrase, form: Form, at: int) -> Candidate | None:
        light = self._light(noun)
        own = None if light else self._own_verb(noun)
        form = self._named_form(noun, form)
        parties, rule = self._nominal_parties(noun, form, at, light or own, lent=light is not None)
        if form == "call" and at == noun.head and self.text.lower[at] in {"call", "calls"} and len(parties) < _PAIR:
            return None
        after = own.last if own else noun.last
        when = self.around.when(at, max(noun.last, after))
        status = self._nominal_status(noun, light or own, self._lies_ahead(when))
        if status is None:
            return None
        found = self._made(at, noun.head + 1, form, status, parties, rule, when)
        place = self._nominal_place(noun, form, at, after)
        found.noun = self.text.lower[noun.head]
        found.place = self.around.place_span(place) if place else found.place if form != "visit" else None
        found.place = self._place_before(noun, at) or found.place
        found.place = found.place or self.around.place_span(
            self.around.place_before(noun.first) if form != "visit" else None
        )
        found.sure = bool(light or own) or status != "held"
        found.back = self._asked(at) or not self._opens(noun, form, parties, found, light)
        return found

    def _asked(self, at: int) -> bool:
        """Tell a question, which reports no meeting by itself."""
        return self.text.words[self.text.sentence(at)[1] - 1] == "?"

    def _named_form(self, noun: NounPhrase, form: Form) -> Form:
        """Return "summit" for a dialogue with a proper name: "the Munich Dialogue"."""
        return "summit" if form == "talks" and self._has_name(noun) else form

    def _has_name(self, noun: NounPhrase) -> bool:
        return (
            self.text.words[noun.head][0].isupper()
            and noun.head > noun.first
            and self.text.tags[noun.head - 1] == "NNP"
        )

    def _nominal_parties(
        self, noun: NounPhrase, form: Form, at: int, verb: VerbGroup | None, *, lent: bool
    ) -> tuple[list[Actor], str]:
        """Return the parties that a noun names and the construction that named them."""
        found, rule = self._listed(noun, form, verb if not lent else None)
        owner = self.parties.possessor(noun, at)
        if (
            owner is not None and self.word(noun.first) not in self.doc.lexicon.plural
        ):  # "their meeting" was told before
            found.insert(0, owner)
            rule = "possessor"
        elif verb is not None and verb.passive:
            found += self.by(verb.last)
        elif lent and verb is not None:
            guest = self.clauses.object(verb)
            guests = self.parties.named(guest) if guest is not None and guest.last <= noun.first else []
            found = [*self.subject(verb), *guests, *found]
            rule = "light verb"
        elif (
            rule == "noun with"
            or form in {"visit", "press_conference"}
            or self._has_name(noun)
            or self._indefinite(noun)
        ):
            found = [*self._adjunct_subject(noun), *found]
        elif self.word(noun.first - 1) == "for":
            found = [*self._joiners(noun), *found]
        found += self.parties.modifiers(noun, at)
        return self.distinct([a for a in found if self.parties.grade(a) or a.type == "person"]), rule

    def _listed(self, noun: NounPhrase, form: Form, own: VerbGroup | None) -> tuple[list[Actor], str]:
        """Return the parties after "with", "between" and "of", right of the noun or of the verb it is subject of."""
        m = self.lexicon.meeting
        found: list[Actor] = []
        rule = "noun"
        for prepositions, name in ((m.with_, "with"), (m.between, "between"), (m.of, "of")):
            if name == "of" and form in {"visit", "call"}:
                continue
            starts = (noun.last, own.last) if own and name != "of" else (noun.last,)
            for start in starts:
                listed = self.clauses.prepositional(start, words(prepositions), 12 if name != "of" else 1)[:1]
                if listed:
                    found += self.parties.named(listed[0][1])
                    rule = f"noun {name}"
                    break
        return found, rule

    def _indefinite(self, noun: NounPhrase) -> bool:
        return self.text.lower[noun.first] in {"a", "an"}

    def _joiners(self, noun: NounPhrase) -> list[Actor]:
        """Return who came "for talks": the subject and object of the clause's verb."""
        start = self.text.sentence(noun.head)[0]
        for at in range(noun.first - 1, max(start, noun.first - 16) - 1, -1):
            group = self.phrases.verb(at)
            if group is None:
                continue
            if self.lemma(group) not in self._lenders | self._frames.keys():
                return []
            target = self.clauses.object(group)
            return [*self.subject(group), *(self.parties.named(target) if target else [])]
        return []

    def _nominal_place(self, noun: NounPhrase, form: Form, at: int, after: int) -> NounPhrase | None:
        if form == "visit":
            wanted = words(self.lexicon.meeting.destination) | words(self.lexicon.meeting.place)
            places = (place for _, place in self.clauses.prepositional(noun.last, wanted, 14))
            return next((place for place in places if self.around.is_place(place)), None)
        return self.around.place(at, noun.last) or (self.around.place(at, after) if after != noun.last else None)

    def _place_before(self, noun: NounPhrase, at: int) -> Span | None:
        """Return the place among the words before the noun: "the Geneva talks"."""
        for i in range(noun.first, at):
            word = self.text.words[i]
            if word in self.doc.lexicon.seats or (
                word in self.around.places and word not in self.doc.lexicon.countries
            ):
                return self.text.span(i, i + 1)
        return None

    def _light(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb that lends the noun its subject: directly before it, or over "in", "for", "at"."""
        before = noun.first - 1
        for _ in range(3):
            group = self.phrases.verb(before)
            if group is not None:
                lemma = self.lexicon.lemma(self.text.lower[group.head])
                lends = lemma in self._lenders or outcome_of(self.lexicon, lemma) is not None
                return group if lends else None
            guest = self.clauses.noun(before)
            if guest is not None and self.word(guest.last) == "to" and guest.last == noun.first - 1:
                group = self.phrases.verb(guest.first - 1)
                return group if group and self.text.lower[group.head] in self.lexicon.control else None
            if self.word(before) == "of" and (part := self.clauses.noun(before - 1)) is not None:
                if self.text.lower[part.head] not in words(self.lexicon.meeting.partitive):
                    return None
                before = part.first - 1
                continue
            if before < 0 or self.text.lower[before] not in {"in", "for", "at", "to", "part", "a", "round", "of"}:
                return None
            before -= 1
        return None

    @cached_property
    def _lenders(self) -> frozenset[str]:
        return frozenset(verb.split("_")[0] for verb in self.lexicon.meeting.light.split())

    def _adjunct_subject(self, noun: NounPhrase) -> list[Actor]:
        """Return the subject of the clause that the noun hangs on: "Speaking after a meeting with X, Y said"."""
        if noun.first == 0 or self.text.tags[noun.first - 1] not in {"IN", "TO"}:
            return []
        start, end = self.text.sentence(noun.head)
        verbs = [v for i in range(start, end) if (v := self.phrases.verb(i)) is not None and v.first == i and v.finite]
        before = [v for v in verbs if v.last <= noun.first]
        group = before[-1] if before else verbs[0] if verbs else None
        return self.subject(group)[:1] if group else []

    def _nominal_status(  # noqa: PLR0911 - one answer per kind of evidence
        self, noun: NounPhrase, group: VerbGroup | None, ahead: bool
    ) -> MeetingStatus | None:
        """Tell the status from the light verb, the verb of which the noun is subject, and the words before the noun."""
        for at in range(noun.first, noun.head):
            word = self.text.lower[at]
            if word in self.doc.lexicon.negations:
                return "denied"
            outcome = outcome_of(self.lexicon, word) if self.text.tags[at] in {"JJ", "VBN", "VBG"} else None
            if outcome is not None:
                return outcome
        if group is None:
            return "planned" if ahead or self._in_future_clause(noun) else "held"
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
        own = outcome_of(self.lexicon, self.lexicon.lemma(self.text.lower[group.head]), self.word(group.head + 1))
        if own is not None and not (how.negated and own != "denied"):
            return own if how.outcome != "denied" else "denied"
        if how.modal == "perhaps" and how.outcome is None:
            return None
        return self._status(group, how, ahead)

    def _in_future_clause(self, noun: NounPhrase) -> bool:
        """Tell whether the noun hangs on a verb of the future: "will lead a delegation to a meeting"."""
        start = self.text.sentence(noun.head)[0]
        for at in range(noun.first - 1, max(start, noun.first - 24) - 1, -1):
            group = self.phrases.verb(at)
            if group is not None and group.finite:
                return self.mood(group).modal == "will"
        return False

    def _own_verb(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb of which the noun is the subject: "talks in Oslo will be held"."""
        end = min(self.text.sentence(noun.head)[1], noun.last + 16)
        for at in range(noun.last, end):
            group = self.phrases.verb(at)
            if group is None or group.first != at:
                continue
            if at == noun.last and (group.infinitive or self.text.tags[group.head] == "VBN"):
                return group
            if group.finite and self.word(group.first - 1) in self.doc.lexicon.relative:
                own = group.passive or self.text.lower[group.head] in self.doc.lexicon.be
                return group if own else None  # "talks in Oslo that will be held", not "a visit that included"
            if group.finite:
                subject = self.clauses.subject(group)
                partitive = subject is not None and subject.last == noun.first - 1 and self.word(subject.last) == "of"
                return group if subject is not None and (subject.first == noun.first or partitive) else None
        return None

    def _opens(
        self, noun: NounPhrase, form: Form, parties: list[Actor], found: Candidate, light: VerbGroup | None
    ) -> bool:
        """Tell whether the noun tells of an identified meeting by itself, or only point back to one."""
        strong = [a for a in parties if self.parties.grade(a) == POLITICAL]
        if form in {"talks", "call"}:
            return (
                (len(parties) >= _PAIR and bool(strong)) or bool(strong and found.place) or self._lends(strong, light)
            )
        if form == "visit":
            return bool(parties) and bool(found.place)
        if form == "press_conference":
            return bool(parties)
        named = self._has_name(noun) and self.text.tags[noun.head] == "NNP"
        return bool(strong and (light or found.place or found.when or named)) or bool(found.place and found.when)

    def _lends(self, strong: list[Actor], light: VerbGroup | None) -> bool:
        """Tell "X held talks" from "X called for talks", where the other party is missing."""
        return (
            bool(strong)
            and light is not None
            and outcome_of(self.lexicon, self.lemma(light), self.word(light.head + 1)) is None
        )

    # ------------------------------------------------------------ shared
    def _made(  # noqa: PLR0917 - a row of the event's own fields
        self,
        first: int,
        last: int,
        form: Form,
        status: MeetingStatus,
        parties: list[Actor],
        rule: str,
        when: When | None,
    ) -> Candidate:
        return Candidate(
            first=first,
            last=last,
            kind=form,
            status=status,
            parties=self.distinct(parties),
            place=self.around.place_span(self.around.place(first, last)),
            when=self.around.span(when),
            day=self.around.day(when, "future" if status in {"planned", "proposed"} else "past"),
            about=self.around.topic(last),
            rule=rule,
            confidence=0.8 if status == "held" else 0.7,
        )

    def _identified(self, parties: list[Actor]) -> bool:
        return any(self.parties.grade(a) for a in parties)

    def _all_parties(self, parties: list[Actor]) -> bool:
        return bool(parties) and all(self.parties.grade(a) or a.type in {"person", "group"} for a in parties)

    def _names_people(self, parties: list[Actor]) -> bool:
        return all(
            a.type == "person" or (a.type in {"unnamed", "group"} and self.parties.grade(a) == POLITICAL)
            for a in parties
        )

    def _plural(self, parties: list[Actor]) -> bool:
        strong = [a for a in parties if self.parties.grade(a)]
        return len(strong) > 1 or any(
            a.type in {"group", "organisation"} and self.parties.grade(a) == POLITICAL for a in strong
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

    def _lies_ahead(self, when: When | None) -> bool:
        return bool(when and (when.lean == "future" or (when.shift or 0) > 0))

    def _status(self, group: VerbGroup, how: Mood, ahead: bool) -> MeetingStatus:
        if how.outcome == "denied" or (how.negated and how.outcome != "cancelled"):
            return "denied"
        if how.outcome is not None:
            return how.outcome
        if how.modal == "will" or (group.infinitive and not how.governors):
            return "planned"
        if how.modal in {"obliged", "perhaps"}:
            return "proposed"
        present = self.text.tags[group.head] in {"VBZ", "VBP", "VBG"}
        return "planned" if ahead and present else "held"

    # ------------------------------------------------------------ one event for each meeting
    def same(self, old: Candidate, new: Candidate) -> bool:
        """Tell whether two candidates that name their parties tell of one meeting."""
        if not self._compatible(old, new):
            return False
        a, b = names_of(old), names_of(new)
        shared = len(a & b)
        if shared >= _PAIR or (shared and shared == min(len(a), len(b))):
            return True
        place = old.place and new.place and old.place.text == new.place.text
        return bool(place and old.kind == new.kind == "summit")

    def meant(self, old: Candidate, new: Candidate) -> bool:
        """Tell whether a noun that points back can mean this meeting."""
        return self._compatible(old, new)

    def _compatible(self, old: Candidate, new: Candidate) -> bool:
        if (old.day and new.day and old.day != new.day) or (
            (old.kind in _APART or new.kind in _APART) and old.kind != new.kind
        ):
            return False
        if old.place and new.place and old.place.text != new.place.text and not new.back:
            return False
        return (old.status == "denied") == (new.status == "denied") or new.back

    def event(self, cluster: Cluster[Candidate]) -> Meeting:
        """Make the event of a cluster."""
        best = cluster.best
        told = [best, *(c for c in cluster.members if c is not best)]
        sentence = self.text.span(*self.text.sentence(best.first))
        return Meeting(
            id=event_id(self.doc, "meeting", best.first, best.last),
            url=self.doc.article.url,
            published_at=self.doc.article.published_at,
            language=self.doc.lexicon.language,
            sentence=sentence,
            cue=self.text.span(best.first, best.last),
            confidence=best.confidence,
            rule=best.rule,
            form=msgspec.convert(best.kind, Form),
            status=msgspec.convert(cluster.status, MeetingStatus),
            participants=best.parties,
            place=next((c.place for c in told if c.place), None),
            when=next((c.when for c in told if c.when), None),
            held_on=next((c.day for c in told if c.day), None),
            topic=next((c.about for c in told if c.about), None),
            mentions=[self.text.span(c.first, c.last) for c in told],
            attributed_to=reporting_statement(self.doc, cluster.members),
        )


_APART = frozenset({"visit", "call", "press_conference"})
"""Forms that never name the same event as another form does."""
