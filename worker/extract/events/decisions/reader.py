"""Reading of decision triggers: deciders, objects and word readings, for verbs and nouns alike."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.event_reader import EventReader
from worker.extract.events.political_role import POLITICAL, POSSIBLE
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Category, DecisionStatus, Span

if TYPE_CHECKING:
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass


class DecisionReader(EventReader):
    """Base of the readers of verbal and nominal triggers."""

    def _is_hypothetical(self, modality: VerbModality) -> bool:
        return modality.conditional or modality.habitual or modality.modal == "perhaps"

    @cached_property
    def _meeting_offsets(self) -> frozenset[int]:
        """Character offsets at which mentions of meetings begin or end, except summits: these can be decided on."""
        own = (m for m in self.doc.meetings if m.form != "summit")
        return frozenset(offset for m in own for span in m.mentions for offset in (span.start, span.end))

    @cached_property
    def _summit_offsets(self) -> frozenset[int]:
        """Character offsets at which mentions of summits begin."""
        return frozenset(span.start for m in self.doc.meetings if m.form == "summit" for span in m.mentions)

    def _is_meeting(self, complement: Span) -> bool:
        """Return whether a complement is a future meeting rather than a decision: "agreed to meet"."""
        first = self.text.token_at(complement.start)
        verb = self.chunks.verb_group(first)
        target = self.clauses.object(verb) if verb is not None else None
        if verb is not None and target is None and self.lemma(verb) in word_set(self.lexicon.meeting.anaphoric_verbs):
            return True  # "a meeting that they agreed to hold"
        heads = [phrase.head for phrase in (verb, target) if phrase is not None]
        return self.text.starts[first] in self._meeting_offsets or any(
            self.text.ends[at] in self._meeting_offsets for at in heads
        )

    def _is_yet_to(self, group: VerbGroup) -> bool:
        """Return whether "yet" precedes an infinitive: "has yet to decide"."""
        return group.infinitive and self.word(group.first - 1) == "yet"

    def _trigger_start(self, group: VerbGroup) -> int:
        """Return the first token of the trigger: the negation within the verb group, or else the main verb."""
        negations = self.doc.lexicon.negations
        first = next((i for i in range(group.first, group.head) if self.text.lower[i] in negations), group.head)
        contracted = first > group.first and self.text.starts[first] == self.text.ends[first - 1]
        return first - contracted  # "didn't"

    def _verb_deciders(self, group: VerbGroup, *, person: bool = False) -> list[Actor]:
        if group.passive or self._is_agentive_participle(group):
            return self._political_actors(self.agents(group.last), person=person)
        subject = self.clauses.subject(group)
        found = self._political_actors(self.noun_parties(subject, group), person=person)
        if not found and subject is not None and self.text.tags[subject.head] == "PRP":
            found = self._pronoun_deciders(subject, group)
        return found

    def _pronoun_deciders(self, pronoun: NounPhrase, group: VerbGroup) -> list[Actor]:
        """Return the deciders that "they" or "we" refers to; empty if unknown.

        "They" are the participants of the last meeting.  "We" is the speaker, or outside quotations the authors of a
        communiqué.
        """
        word = self.text.lower[pronoun.head]
        if word == "they":
            return self._last_meeting_participants(pronoun.head)
        if word != "we":
            return []
        offset = self.text.starts[pronoun.head]
        for statement in self.doc.statements:
            if any(span.start <= offset < span.end for span in statement.content):
                return self._political_actors([statement.speaker]) if statement.speaker else []
        mention = self.text.span(pronoun.first, pronoun.last)
        is_communique = (
            self.text.quotation_of[pronoun.head] < 0 and self.lexicon.choice_kinds.get(self.lemma(group)) == "agreed"
        )
        return [Actor(name=mention.text, mention=mention, type="group")] if is_communique else []

    def _political_actors(self, parties: list[Actor], *, person: bool = False) -> list[Actor]:
        """Return the political actors; with `person`, also persons whose role is unknown."""
        least = POSSIBLE if person else POLITICAL
        return [a for a in parties if self.parties.political_role(a) >= least]

    def _last_meeting_participants(self, token: int) -> list[Actor]:
        """Return the participants of the meeting mentioned last before a token; empty if there is none."""
        offset = self.text.starts[token]
        before = [(span.start, m) for m in self.doc.meetings for span in m.mentions if span.start < offset]
        return list(max(before, key=lambda pair: pair[0])[1].participants) if before else []

    def _is_agentive_participle(self, group: VerbGroup) -> bool:
        """Return whether a participle with an agent modifies a noun: "the ceasefire announced by Oslo"."""
        return self.text.tags[group.head] in {"VBN", "VBD"} and group.first == group.head and self._has_agent(group)

    def _has_agent(self, group: VerbGroup) -> bool:
        """Return whether an agent follows ("by Oslo"), not a vote count ("by 310 to 280")."""
        return self.word(group.last) == "by" and self._skip_vote_count(group.last) == group.last

    def _modified_noun(self, group: VerbGroup) -> NounPhrase | None:
        """Return the noun that a participle modifies: "[the truce] on the river announced by"; else None."""
        noun = self.clauses.noun_phrase(group.first - 1)
        while noun is not None and noun.first > 1 and self.text.lower[noun.first - 1] in {"in", "for", "on"}:
            before = self.clauses.noun_phrase(noun.first - 2)
            if before is None:
                break
            noun = before
        return noun

    def _contains_word_of(self, noun: NounPhrase, word_class: frozenset[str]) -> bool:
        """Return whether a phrase, with a following of- or as-phrase, contains a word of a class."""
        text, last = self.text, noun.last
        if last < len(text.words) and text.lower[last] == "of" and (following := self.clauses.noun_phrase(last + 1)):
            last = following.last
        if last < len(text.words) and text.lower[last] == "as" and (office := self.clauses.noun_phrase(last + 1)):
            last = office.last  # "named X as his deputy"
        owned = text.tags[noun.head] != "NNP" and "POS" in text.tags[noun.first : noun.head]  # "Berg's accusations"
        if (
            "person" in word_class
            and not owned
            and any(a.type == "person" for a in self.parties.phrase_parties(noun)[:1])
        ):
            return True
        has_amount = "million" in word_class and any(c in "$£€" for c in text.slice(noun.first, last))
        return has_amount or any(text.lower[i] in word_class for i in range(noun.first, last))

    def _infinitive_span(self, following: VerbGroup, kind: str) -> Span | None:
        lemma = self.lexicon.lemma(self.text.lower[following.head])
        if kind in {"rejected", "agreed"} and lemma in word_set(self.lexicon.decision.choice.speech_verbs):
            return None
        return self.time_and_place.clause_span(following.head)

    def _skip_time(self, at: int) -> int:
        """Return the token after adverbs and dates: "agreed [on Friday] to", "ruled[, on 2 May,] that"."""
        if self.word(at) == "," and self.word(at + 1) != ",":
            aside = self._skip_time(at + 1)
            return aside + 1 if aside > at + 1 and self.word(aside) == "," else at
        for _ in range(3):
            skip = at + (self.word(at) in {"on", "in", "at"} and self.text.tags[at] == "IN")
            noun = self.clauses.noun_phrase(skip) if skip < len(self.text.words) else None
            if noun is not None and noun.first == skip and self.clauses.is_time_expression(noun):
                at = noun.last
            elif (
                at < len(self.text.words)
                and self.text.tags[at] == "RB"
                and self.chunks.verb_group(at) is None
                and self.word(at) != "not"
            ):
                at += 1
            else:
                break
        return at

    def _skip_vote_count(self, at: int) -> int:
        """Return the token after a vote count: "voted [7-2] to", "voted [by 310 to 280] to"."""
        start = at + (self.word(at) == "by")
        end = start
        while end < len(self.text.words) and (
            self.text.tags[end] == "CD"
            or (end > start and self.word(end) in word_set(self.lexicon.decision.choice.vote_count_words))
        ):
            end += 1
        while end > start and self.text.tags[end - 1] != "CD":
            end -= 1  # the "to" of the infinitive is no part of "7-2 to"
        return end if end > start else at

    def _matching_reading(
        self, group: VerbGroup, lemma: str, target: NounPhrase | None
    ) -> tuple[DecisionVerbClass, int] | None:
        """Return the reading of a verb that particles and object match: (verb class, token after the particles).

        None if no reading matches.
        """
        for particles, act, needs in self.lexicon.verb_readings.get(lemma, ()):
            last = group.head + 1 + len(particles)
            if tuple(self.text.lower[group.head + 1 : last]) != particles or self._is_other_particle(last):
                continue
            at = last + (self.word(last) == "to")
            noun = target or (self.clauses.noun_phrase(at) if at < len(self.text.words) else None)
            if noun is not None and self.text.tags[noun.head] == "PRP" and not act.political:
                continue
            if noun is not None and self.text.lower[noun.first] in word_set(self.lexicon.decision.choice.empty_objects):
                continue
            if act.negated_only and not (group.negated and group.modal >= 0):
                continue
            if act.future_only and group.modal < 0:
                continue
            if act.intransitive or (noun is not None and (not needs or self._contains_word_of(noun, needs))):
                return act, max(last, group.last)
        return None

    def _is_other_particle(self, at: int) -> bool:
        """Return whether a token is a particle that makes another verb: "ruled out" is not "ruled"."""
        if at >= len(self.text.tags) or self.word(at) not in self.doc.lexicon.particles:
            return False
        return self.text.tags[at] in {"RP", "RB"}

    def _object_span(self, noun: NounPhrase, verb: VerbGroup) -> Span:
        """Return the span of an object with its modifiers, up to the end of its clause or the following verb."""
        before = verb.first if noun.last <= verb.first else None
        if before is not None:
            openers = self.doc.lexicon.relative | {","}
            before = next((i for i in range(noun.last, before) if self.text.lower[i] in openers), before)
        whole = self.time_and_place.clause_span(noun.first, before) or self.text.span(noun.first, noun.last)
        return self._trim_object(whole, noun.last)

    def _trim_object(self, whole: Span, least: int) -> Span:
        """Return the span without a vote count, circumstances and date at its end; tokens before `least` stay."""
        first, last = self.text.token_at(whole.start), self.text.token_at(whole.end - 1) + 1
        vote_count = next(
            (i for i in range(least, last - 1) if self._skip_vote_count(i) > i and self.word(i) == "by"), last
        )
        circumstances = word_set(self.lexicon.decision.choice.circumstance_openers)
        end = next((i for i in range(least, vote_count) if self.word(i) in circumstances), vote_count)
        dated = next((i for i in range(least, end) if self.time_and_place.is_date_phrase(i, end)), end)
        return self.text.span(first, dated)

    def _category_by_decider(self, category: Category, deciders: list[Actor]) -> Category:
        """Return an executive or legislative category adjusted to the first decider, by its head words.

        Courts give "court", campaigns "campaign", bodies that are executive or legislative their own; other categories
        stay.
        """
        if category not in {"executive", "legislative"}:
            return category
        d = self.lexicon.decision.deciders
        heads = self.parties.head_words(deciders[0])
        if heads & word_set(d.court):
            return "court"
        if heads & word_set(d.campaign):
            return "campaign" if category == "executive" else category
        if heads & word_set(d.executive) and deciders[0].type != "person":
            return "executive"
        return "legislative" if heads & word_set(d.legislative) and deciders[0].type != "person" else category

    def _make_candidate(  # noqa: PLR0917 - the fields of the candidate
        self,
        first: int,
        last: int,
        category: Category,
        status: DecisionStatus,
        deciders: list[Actor],
        about: Span | None,
        rule: str,
        noun: str = "",
    ) -> EventCandidate:
        when = self.time_and_place.find_time(first, last)
        category = self._category_by_decider(category, deciders)
        return EventCandidate(
            first=first,
            last=last,
            kind=category,
            status=status,
            parties=self.distinct_parties(deciders),
            when=self.time_and_place.time_span(when),
            day=self.time_and_place.resolve_day(when, "future" if status in {"pending", "proposed"} else "past"),
            about=about,
            rule=rule,
            noun=noun,
        )
