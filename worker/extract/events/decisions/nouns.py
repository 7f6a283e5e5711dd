"""Nominal triggers of decisions with a decider, and explicit absence of decisions.

"The court's ruling on the ban", "the council's refusal to pay", "no decision was taken".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.reader import DecisionReader
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.modality import outcome_of
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, DecisionStatus, Span

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup


class DecisionNounReader(DecisionReader):
    """Reader of nouns of decision and of reports that no decision was taken."""

    def _noun_candidate(self, noun: NounPhrase) -> EventCandidate | None:
        word = self.text.lower[noun.head]
        if self._is_negated_noun(noun) and word in word_set(self.lexicon.decision.nouns.deniable):
            return self._no_decision_candidate(noun)
        kind = self.lexicon.decision_nouns.get(word)
        if kind is None:
            return None
        if self._is_hypothetical_noun(noun):
            return None
        policy = word in word_set(self.lexicon.decision.nouns.policy)
        if policy and self._is_only_mentioned(noun):
            return None
        deciders = self._political_actors(self._noun_deciders(noun), person=not policy)
        if not deciders or (policy and deciders[0].type == "person"):
            return None
        about = self._noun_complement(noun, kind)
        if about is not None and self._is_meeting(about):
            return None
        if about is None and word not in word_set(self.lexicon.decision.nouns.without_complement):
            return None
        status: DecisionStatus = "rejected" if self.word(noun.last) == "not" else kind
        category = self.lexicon.noun_categories.get(word, "executive")
        return self._make_candidate(noun.head, noun.head + 1, category, status, deciders, about, "noun", noun=word)

    def _is_hypothetical_noun(self, noun: NounPhrase) -> bool:
        """Return whether a decision is called for, feared, possible, or the object of another decision."""
        if any(outcome_of(self.lexicon, self.text.lower[at]) for at in range(noun.first, noun.head)):
            return True
        group = self.chunks.verb_group(noun.first - 1)
        if group is not None and (group.negated or group.modal >= 0):
            return True
        made = word_set(self.lexicon.decision.nouns.reporting_verbs)
        if (
            group is not None
            and self.lemma(group) not in made
            and self._matching_reading(group, self.lemma(group), noun)
        ):
            return True
        before = noun.first - 1
        if self.word(before) not in word_set(self.lexicon.modality.intention_prepositions):
            return False
        group, frame = self.chunks.verb_group(before - 1), self.clauses.noun_phrase(before - 1)
        lemma = self.lemma(group) if group is not None else self.word(frame.head) if frame is not None else ""
        return outcome_of(self.lexicon, lemma, self.word(before)) == "proposed"

    def _is_only_mentioned(self, noun: NounPhrase) -> bool:
        """Return whether a plan is no event of its own, as the object of a verb that does not report plans.

        "Compared Oslo's plans", but not "announced Oslo's plans".
        """
        group = self.chunks.verb_group(noun.first - 1)
        return group is not None and self.lemma(group) not in word_set(self.lexicon.decision.nouns.reporting_verbs)

    def _noun_deciders(self, noun: NounPhrase) -> list[Actor]:
        """Return the deciders of a noun: its possessor, its modifiers, or the parties after "by", "from" and "of"."""
        owner = self.parties.possessor(noun, noun.head)
        if owner is not None:
            return [owner]
        if before := self.parties.modifier_parties(noun, noun.head):
            return before
        at = self._skip_time(noun.last)
        of = () if self.text.lower[noun.head] in word_set(self.lexicon.decision.nouns.objective_genitive) else ("of",)
        if self.word(at) in {"by", "from", *of}:
            return self.parties.parties_of(self.clauses.noun_phrase(at + 1))
        return []

    def _noun_complement(self, noun: NounPhrase, kind: str = "") -> Span | None:
        """Return the span after the noun, its date and decider: "the decision last May by Oslo to […]"; else None."""
        at = self._skip_time(noun.last)
        if self.word(at) == "of" and self._has_possessor(noun):
            return self.time_and_place.clause_span(at + 1, self._predicate_start(noun))  # "his veto of the bill"
        if self.word(at) in {"by", "of", "from"}:
            owner = self.clauses.noun_phrase(at + 1)
            at = self._skip_time(self.clauses.conjuncts(owner)[-1].last) if owner is not None else at
        at += self.word(at) == "not"
        verb = self.chunks.verb_group(at)
        if (
            verb is not None
            and verb.passive
            and self.lemma(verb) in word_set(self.lexicon.decision.nouns.reporting_verbs)
        ):
            at = verb.last  # "no decision [was made] on"
        if self.word(at) not in {"to", "that", "on", "against", "for", "in"}:
            return None
        verb = self.chunks.verb_group(at)
        if verb is not None and verb.infinitive and kind == "rejected":
            return self._infinitive_span(verb, kind)
        if kind == "proposed" and not (verb is not None and verb.infinitive) and self.word(at) != "that":
            return None
        following = self.clauses.noun_phrase(at + 1) if at + 1 < len(self.text.words) else None
        if following is not None and (
            self.clauses.is_time_expression(following) or self.time_and_place.can_be_place(following)
        ):
            return None
        own = self._predicate_start(noun)
        return self.time_and_place.clause_span(at + 1, own if own is not None and own > at else None)

    def _has_possessor(self, noun: NounPhrase) -> bool:
        return self.parties.possessor(noun, noun.head) is not None or bool(
            self.parties.modifier_parties(noun, noun.head)
        )

    def _predicate_start(self, noun: NounPhrase) -> int | None:
        """Return where the predicate of the noun begins: "Oslo's plans to build a bridge [angered] Riga"; else None."""
        verbs = (self.chunks.verb_group(i) for i in range(noun.last, self.text.sentence_range(noun.head)[1]))
        verb = next((v for v in verbs if v is not None and v.finite), None)
        subject = self.clauses.subject(verb) if verb is not None else None
        return verb.first if verb is not None and subject is not None and subject.first == noun.first else None

    def _is_negated_noun(self, noun: NounPhrase) -> bool:
        return self.word(noun.first) in self.doc.lexicon.negations or self.word(noun.first - 1) == "without"

    def _no_decision_candidate(self, noun: NounPhrase) -> EventCandidate | None:
        """Return the candidate for a negated noun: "no decision was reported", "Oslo has no plans to".

        None if no decider is found, or if the complement of the noun is a meeting or a rhetorical act.
        """
        before = self._governing_verb(noun)
        deciders = self._political_actors(self._noun_deciders(noun)) or (
            self._political_actors(self.subject_parties(before)) if before else []
        )
        if not deciders:
            deciders = (
                self._last_meeting_participants(noun.head) or self._reporting_body(noun) if before is None else []
            )
        if not deciders:
            return None
        about = self._noun_complement(noun)
        verb = self.chunks.verb_group(self.text.token_at(about.start)) if about is not None else None
        if verb is not None and self.lemma(verb) in word_set(self.lexicon.decision.choice.rhetorical):
            return None
        if about is not None and self._is_meeting(about):
            return None
        return self._make_candidate(
            noun.first,
            noun.head + 1,
            "executive",
            "not_taken",
            deciders,
            about,
            "no decision",
            noun="decision",
        )

    def _governing_verb(self, noun: NounPhrase) -> VerbGroup | None:
        """Return the verb before the noun: "[made] no decision", "[parted] without a decision"; else None."""
        without = self.word(noun.first - 1) == "without"
        return self.chunks.verb_group(noun.first - 1 - without)

    def _reporting_body(self, noun: NounPhrase) -> list[Actor]:
        """Return the political body that is the speaker of the statement around the noun; empty if there is none.

        "No decision has been made, [the government] said".
        """
        offset = self.text.starts[noun.head]
        for statement in self.doc.statements:
            if any(span.start <= offset < span.end for span in statement.content):
                speaker = statement.speaker
                return self._political_actors([speaker]) if speaker is not None and speaker.type != "person" else []
        return []

    def _left_open_candidate(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "has not confirmed whether"; None without an indirect question or a decider."""
        if group.modal >= 0 or self.word(group.last) not in self.doc.lexicon.wh_openers:
            return None
        deciders, about = self._verb_deciders(group), self.time_and_place.clause_span(group.last)
        if not deciders:
            return None
        return self._make_candidate(
            self._trigger_start(group), group.last, "executive", "not_taken", deciders, about, "left open"
        )

    def _not_discussed_candidate(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "the permit is not being discussed"; else None.

        The decider is the agent, or else the country named in the sentence.
        """
        never = any(self.text.lower[i] == "never" for i in range(group.first, group.head))
        if not (group.negated and group.passive) or group.modal >= 0 or never:
            return None
        place = self.time_and_place.find_place(group.head, group.last) or self._country_of_clause(group)
        deciders = self._political_actors(self.agents(group.last)) or (
            self._political_actors(self.parties.parties_of(place)) if place else []
        )
        if not deciders:
            return None
        target = self.clauses.subject(group)
        about = self._object_span(target, group) if target else None
        return self._make_candidate(group.first, group.last, "executive", "not_taken", deciders, about, "not discussed")

    def _country_of_clause(self, group: VerbGroup) -> NounPhrase | None:
        """Return the country after "in" before the verb: "In [Norway], as you know, this is not …"; else None."""
        start = self.text.sentence_range(group.head)[0]
        for at in range(group.first - 1, max(start, group.first - 24) - 1, -1):
            noun = self.clauses.noun_phrase(at + 1)
            if (
                self.word(at) == "in"
                and noun is not None
                and self.text.slice(noun.first, noun.last) in self.doc.lexicon.countries
            ):
                return noun
        return None
