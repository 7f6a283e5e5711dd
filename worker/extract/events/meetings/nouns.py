"""Nominal triggers of meetings; the parties are possessor, modifiers, prepositional phrases, or a light verb's subject.

"Berg's talks with Ozola", "a summit between Latvia and Estonia", "Berg held a meeting with Ozola".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.meetings.participants import MeetingParticipants
from worker.extract.events.modality import outcome_of
from worker.extract.events.political_role import POLITICAL
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.dates import TimeExpression
    from worker.extract.grammar.chunker import VerbGroup

_PAIR = 2
"""Number of parties of a meeting."""
_PREDICATE_WINDOW = 24
"""Tokens after a noun that are searched for its predicate."""
_STEPS_TO_LIGHT_VERB = 5
"""Steps from a noun back to its light verb: "is [reportedly] [in] [a] [round] [of] talks"."""


class MeetingNounReader(MeetingParticipants):
    """Reader of meeting nouns."""

    def noun_candidates(self) -> Iterator[EventCandidate]:
        """Yield a candidate for each meeting noun."""
        heads = self.lexicon.meeting_heads
        for chunk in self.chunks.noun_phrases:
            if heads.isdisjoint(self.text.lower[chunk.first : chunk.last]):
                continue  # fast path for most nouns
            noun = self._with_possessor(self.clauses.noun_phrase(chunk.first) or chunk)
            form = self._meeting_form(noun)
            candidate = self._noun_candidate(noun, *form) if form is not None else None
            if candidate is not None:
                yield candidate

    def _with_possessor(self, noun: NounPhrase) -> NounPhrase:
        """Extend a phrase by a possessor that the chunker separated: "cancelled [her] [trip]"."""
        at, tags = noun.first - 1, self.text.tags
        if self.word(at) == "her" and tags[at] == "PRP":
            return NounPhrase(at, noun.last, noun.head)
        if (
            at > 1
            and tags[at] == "VBN"
            and tags[at - 1] == "POS"
            and (owner := self.clauses.noun_phrase(at - 2)) is not None
        ):
            return NounPhrase(owner.first, noun.last, noun.head)  # "Berg's planned trip"
        return noun

    def _noun_candidate(self, noun: NounPhrase, form: Form, at: int) -> EventCandidate | None:
        light = self._light_verb(noun)
        own = None if light else self._predicate_verb(noun)
        form = self._form_with_name(noun, form)
        parties, rule = self._noun_participants(noun, form, at, light or own, has_light_verb=light is not None)
        if form == "call" and at == noun.head and self.text.lower[at] in {"call", "calls"} and len(parties) < _PAIR:
            return None
        after = own.last if own else noun.last
        if own is not None and self._is_to_infinitive(own):
            after = next(v.last for v in [self.chunks.verb_group(own.last)] if v is not None)
        when = self.time_and_place.find_time(at, max(noun.last, after))
        if when is None and light is not None:
            when = self.time_and_place.find_time(light.head, noun.last)
        if when is not None and self._is_counted_period(noun, when):
            when = None
        verb = light or own
        is_future = self._is_future(when) or (verb is not None and self._is_dated_present(verb, when))
        status = self._noun_status(noun, verb, is_future)
        if status is None:
            return None
        found = self._make_candidate(at, noun.head + 1, form, status, parties, rule, when)
        place = self._noun_place(noun, form, at, after)
        found.noun = self.text.lower[noun.head]
        found.place = self.time_and_place.place_span(place) if place else found.place if form != "visit" else None
        found.place = self._modifier_place(noun, at) or found.place
        found.place = found.place or self.time_and_place.place_span(
            self.time_and_place.last_place_before(noun.first) if form != "visit" else None
        )
        found.explicit_status = bool(light or own) or status != "held"
        if form == "visit" and place is not None and parties and not self._is_abroad(parties, place):
            return None
        has_politician = any(self.parties.political_role(a) == POLITICAL for a in parties)
        if (
            self._is_indefinite(noun)
            and parties
            and not has_politician
            and not self._introduces_meeting(noun, form, parties, found, light)
        ):
            return None  # a new meeting without a political party
        found.anaphoric = self._is_question(at) or not self._introduces_meeting(noun, form, parties, found, light)
        return found

    def _is_counted_period(self, noun: NounPhrase, when: TimeExpression) -> bool:
        """Return whether a period counts meetings and dates none: "their third meeting this year"."""
        ordinals = word_set(self.lexicon.meeting.ordinals)
        is_counted = any(self.text.lower[at] in ordinals for at in range(noun.first, noun.head))
        return is_counted and when.weekday is None and when.day is None and when.offset_days is None

    def _form_with_name(self, noun: NounPhrase, form: Form) -> Form:
        """Return "summit" for talks with a proper name ("the Baltic Dialogue"), else the form."""
        return "summit" if form == "talks" and self._has_proper_name(noun) else form

    def _noun_place(self, noun: NounPhrase, form: Form, at: int, after: int) -> NounPhrase | None:
        if form == "visit":
            prepositions = word_set(self.lexicon.meeting.destination_prepositions) | word_set(
                self.lexicon.meeting.place_prepositions
            )
            places = (place for _, place in self.clauses.prepositional_phrases(noun.last, prepositions, 14))
            return next((place for place in places if self.time_and_place.can_be_place(place)), None)
        return self.time_and_place.find_place(at, noun.last) or (
            self.time_and_place.find_place(at, after) if after != noun.last else None
        )

    def _modifier_place(self, noun: NounPhrase, at: int) -> Span | None:
        """Return the place among the modifiers of the noun: "the Oslo talks"; None if there is none."""
        for i in range(noun.first, at):
            word = self.text.words[i]
            if word in self.doc.lexicon.seats_of_power or (
                word in self.time_and_place.place_names and word not in self.doc.lexicon.countries
            ):
                return self.text.span(i, i + 1)
        at -= self.text.tags[at - 1] in {"NN", "JJ"} and at - 1 > noun.first  # "the Geneva peace talks"
        return self.text.span(at - 1, at) if self._is_place_modifier(noun, at - 1) else None

    def _is_place_modifier(self, noun: NounPhrase, at: int) -> bool:
        """Return whether a modifier is a place ("the Ohrid talks"): one unknown name after the article."""
        text, main = self.text, self.doc.lexicon
        if at != noun.first + 1 or text.tags[noun.first] != "DT" or text.tags[at] != "NNP" or text.words[at].isupper():
            return False
        known = text.words[at] in main.countries or text.words[at] in main.demonyms or "-" in text.words[at]
        return not known and self.doc.mentions.person_at(at) is None and text.tags[noun.head] != "NNP"

    def _light_verb(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the light verb of the noun, before it or before "in", "for" or "at"; None if there is none."""
        before = noun.first - 1
        for _ in range(_STEPS_TO_LIGHT_VERB):
            if self.chunks.verb_group(before) is None and before >= 0 and self.text.tags[before] == "RB":
                before -= 1
                continue
            group = self.chunks.verb_group(before)
            if group is not None and self._is_attributive_participle(group, noun):
                before = group.first - 1
                continue
            if group is None and self.word(before) in self.doc.lexicon.particles and self.chunks.verb_group(before - 1):
                before -= 1
                continue
            if group is not None:
                lemma = self.lexicon.lemma(self.text.lower[group.head])
                is_light = (
                    lemma in self._light_verbs or outcome_of(self.lexicon, lemma, self.word(group.head + 1)) is not None
                )
                return group if is_light else None
            guest = self.clauses.noun_phrase(before)
            if guest is not None and self.word(guest.last) == "to" and guest.last == noun.first - 1:
                group = self.chunks.verb_group(self.clauses.conjuncts(guest)[0].first - 1)
                return group if group and self.text.lower[group.head] in self.lexicon.object_control_forms else None
            if self.word(before) == "of" and (part := self.clauses.noun_phrase(before - 1)) is not None:
                if self.text.lower[part.head] not in word_set(self.lexicon.meeting.partitive_nouns):
                    return None
                before = part.first - 1
                continue
            if before < 0 or self.text.lower[before] not in word_set(self.lexicon.meeting.light_verb_links):
                return None
            before -= 1
        return None

    def _is_attributive_participle(self, group: VerbGroup, noun: NounPhrase) -> bool:
        """Return whether a verb group is a participle that modifies the noun: "scrapped [planned] talks"."""
        bare = group.last == noun.first and group.first == group.head and self.text.tags[group.head] == "VBN"
        return bare and self.chunks.verb_group(group.first - 1) is not None

    def _predicate_verb(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb whose subject the noun is: "talks in Oslo [will be held]"; None if there is none."""
        end = min(self.text.sentence_range(noun.head)[1], noun.last + _PREDICATE_WINDOW)
        for at in range(noun.last, end):
            group = self.chunks.verb_group(at)
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
                is_subject = subject is not None and (subject.first == noun.first or partitive)
                return group if is_subject or self._is_clause_subject(noun, group) else None
        return None

    def _is_clause_subject(self, noun: NounPhrase, group: VerbGroup) -> bool:
        """Return whether the noun opens the sentence and only phrases that modify it precede the verb."""
        is_opening = noun.first == self.text.sentence_range(noun.head)[0]
        between = range(noun.last, group.first)
        has_clause_between = any(self.text.tags[i] in {"WP", "SC"} for i in between)
        return (
            is_opening
            and not has_clause_between
            and all(self.text.words[i] == "," for i in between if self.text.tags[i] == "PUNCT")
        )

    def _introduces_meeting(
        self, noun: NounPhrase, form: Form, parties: list[Actor], found: EventCandidate, light: VerbGroup | None
    ) -> bool:
        """Return whether the noun identifies a meeting by parties, place or time, instead of being an anaphor."""
        rule = found.rule
        political = [a for a in parties if self.parties.political_role(a) == POLITICAL]
        if found.noun in word_set(self.lexicon.meeting.meal_nouns):
            return len(parties) >= _PAIR and bool(political)
        if form in {"talks", "call"}:
            if rule == "noun of" and self._is_plural_party(political):
                return True  # "a meeting of the council"
            pair = len(parties) >= _PAIR and bool(
                political or (light and all(map(self.parties.political_role, parties)))
            )
            return (
                pair
                or bool(political and found.place)
                or self._has_light_verb_subject(political, light or self._passive_light_verb(noun))
            )
        if form == "visit":
            return bool(parties) and bool(found.place)
        if form == "press_conference":
            return bool(parties)
        if len(parties) >= _PAIR and political:
            return True
        named = self._has_proper_name(noun) and self.text.tags[noun.head] == "NNP"
        return bool(political and (light or found.place or found.when or named)) or bool(found.place and found.when)

    def _passive_light_verb(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the passive light verb of the noun: "a meeting of the council [was convened]"; else None."""
        own = self._predicate_verb(noun)
        return own if own is not None and own.passive and own.finite and self.lemma(own) in self._light_verbs else None

    def _has_light_verb_subject(self, political: list[Actor], light: VerbGroup | None) -> bool:
        """Return whether a political party holds the meeting: "X held talks", not "X called for talks"."""
        return (
            bool(political)
            and light is not None
            and outcome_of(self.lexicon, self.lemma(light), self.word(light.head + 1)) is None
        )
