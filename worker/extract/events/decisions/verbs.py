"""Verbal triggers of decisions: of choice ("decided to"), with the decision as complement, or of action ("vetoed")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.status import DecisionStatusReader
from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.modality import outcome_of
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Category, Span

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass

_ADJUNCTS = frozenset({"IN", "SC", "RB", "CC", "VBG", "PUNCT"})
_VERB_WINDOW = 4
"""Tokens of a complement up to its verb: "whether to [appoint]"."""


class DecisionVerbReader(DecisionStatusReader):
    """Reader of verbs of choice and of action."""

    def _choice_candidate(self, group: VerbGroup, kind: str) -> EventCandidate | None:
        """Return the candidate for "decided to", "voted against", "is considering".

        None for any other use of the verb.
        """
        if kind == "agreed" and (shared := self._agreed_between_candidate(group)) is not None:
            return shared
        modality = self.modality(group)
        is_clause = group.finite or modality.governors or self._is_participle_clause(group)
        if self._is_hypothetical(modality) or not is_clause or self._is_demanded(group):
            return None
        if group.passive:
            return self._impersonal_candidate(group, kind)
        complement = self._choice_complement(group, kind)
        if complement is None or self._is_meeting(complement):
            return None
        status = self._status_of_choice(group, modality, kind, complement)
        deciders = (
            self._verb_deciders(group, person=kind == "voted" or self._is_political_act(complement)) if status else []
        )
        if status is None or not deciders:
            return None
        if kind == "proposed" and not self._is_official_act(group, complement, deciders):
            return None
        chosen = self.chunks.verb_group(self.text.token_at(complement.start))
        if chosen is not None and self.lemma(chosen) in word_set(self.lexicon.decision.choice.stative):
            return None
        category = self._category_of_choice(kind, complement)
        return self._make_candidate(
            self._trigger_start(group), group.last, category, status, deciders, complement, f"{kind} to"
        )

    def _is_political_act(self, complement: Span) -> bool:
        """Return whether the complement can only be decided by politicians: "declined to [endorse anyone]"."""
        verb = self.chunks.verb_group(self.text.token_at(complement.start))
        return verb is not None and any(
            act.political for _, act, _ in self.lexicon.verb_readings.get(self.lemma(verb), ())
        )

    def _category_of_choice(self, kind: str, complement: Span) -> Category:
        """Return the category of the chosen act ("decided to appoint"), or else that of the choice."""
        if kind in {"agreed", "voted"}:
            return "agreement" if kind == "agreed" else "legislative"
        first = self.text.token_at(complement.start)
        verbs = (self.chunks.verb_group(at) for at in range(first, min(first + _VERB_WINDOW, len(self.text.words))))
        verb = next((v for v in verbs if v is not None), None)
        found = self._matching_reading(verb, self.lemma(verb), self._acted_on(verb)) if verb is not None else None
        return found[0].category if found is not None else "executive"

    def _is_official_act(self, group: VerbGroup, complement: Span, deciders: list[Actor]) -> bool:
        """Return whether a promise concerns an official act ("vowed to sign the bill", not "vowed to fight on").

        Plans of persons without power count only if their verb is one of action.
        """
        verb = self.chunks.verb_group(self.text.token_at(complement.start))
        if verb is None or not verb.infinitive:
            return True
        lemma, choice, d = self.lemma(verb), self.lexicon.decision.choice, self.lexicon.decision.deciders
        if lemma in word_set(choice.rhetorical):
            return False
        powers = word_set(d.executive) | word_set(d.legislative) | word_set(d.court) | word_set(d.campaign)
        has_power = any(a.type == "country" or powers & self.parties.head_words(a) for a in deciders)
        return (
            has_power
            or self.lemma(group) not in word_set(choice.intention_verbs)
            or lemma in self.lexicon.verb_readings
        )

    def _agreed_between_candidate(self, group: VerbGroup) -> EventCandidate | None:
        """Return the candidate for "the truce agreed last year between A and B".

        None for any other use of the verb.
        """
        at = self._skip_time(group.last)
        if self.word(at) not in word_set(self.lexicon.meeting.between) | word_set(self.lexicon.meeting.by):
            return None
        target = self._modified_noun(group) if group.first == group.head else self.clauses.subject(group)
        deciders = self._political_actors(self.parties.parties_of(self.clauses.noun_phrase(at + 1)))
        if (
            target is None
            or not deciders
            or not self._contains_word_of(target, word_set(self.lexicon.decision.objects["deal"]))
        ):
            return None
        about = self.text.span(target.first, target.last)
        return self._make_candidate(group.head, group.last, "agreement", "taken", deciders, about, "agreed between")

    def _impersonal_candidate(self, group: VerbGroup, kind: str) -> EventCandidate | None:
        """Return the candidate for "it was agreed that"; else None.

        Without an agent, the deciders are the participants of the last meeting.
        """
        subject = self.clauses.subject(group)
        is_impersonal = subject is not None and self.text.lower[subject.head] == "it"
        if kind not in {"agreed", "taken"} or self.word(group.last) not in {"that", "to"} or not is_impersonal:
            return None
        deciders = self._political_actors(self.agents(group.last)) or self._last_meeting_participants(group.head)
        about = self.time_and_place.clause_span(group.last + 1)
        if not deciders or about is None:
            return None
        return self._make_candidate(group.head, group.last, "agreement", "taken", deciders, about, "it was agreed")

    def _choice_complement(self, group: VerbGroup, kind: str) -> Span | None:
        """Return the span of the chosen act; None if the complement is not a decision ("decided the election")."""
        at = self._skip_time(self._skip_vote_count(group.last))
        word = self.word(at)
        if kind == "voted" and self._is_ballot(at):
            return None
        if (
            kind in {"taken", "agreed", "voted"}
            and word in {"on", "against", "for", "to", "in"}
            and self.text.tags[at] in {"IN", "TO"}
        ):
            following = self.chunks.verb_group(at)
            if following is None:
                return self.time_and_place.clause_span(at + 1)
        following = self.chunks.verb_group(at + (word == "not"))
        if following is not None and following.infinitive:
            return self._infinitive_span(following, kind)
        if kind in {"pending", "proposed"} and following is not None and self.text.tags[following.head] == "VBG":
            return self.time_and_place.clause_span(following.head)
        if word == "that" and kind != "pending":
            return self.time_and_place.clause_span(at + 1)
        if word == "whether":
            return self.time_and_place.clause_span(at)
        return self._noun_phrase_complement(group, kind, at)

    def _is_ballot(self, at: int) -> bool:
        """Return whether a vote is one of electors ("voted for Hale", "voted in the primary"), not on a measure."""
        if self.word(at) not in {"for", "against", "in"}:
            return False
        if self.word(at) == "in":
            return self.word(at + 1) not in word_set(self.lexicon.decision.choice.favour_nouns)
        target = self.clauses.noun_phrase(at + 1)
        is_pronoun = target is not None and self.text.tags[target.head] == "PRP"
        return is_pronoun or any(actor.type == "person" for actor in self.parties.parties_of(target))

    def _noun_phrase_complement(self, group: VerbGroup, kind: str, at: int) -> Span | None:
        target = self.clauses.object(group)
        if target is None or kind in {"taken", "voted", "rejected", "announced"}:
            return self._question_complement(at, kind)
        is_empty = self.text.lower[target.first] in word_set(self.lexicon.decision.choice.empty_objects)
        if is_empty or self.text.tags[target.head] == "PRP":
            return None
        if kind == "pending" and self.text.lower[target.head] not in self.lexicon.stance_objects:
            return None
        if kind == "proposed" and self.lemma(group) not in word_set(self.lexicon.decision.choice.object_taking):
            return None
        return self._object_span(target, group)

    def _question_complement(self, at: int, kind: str) -> Span | None:
        """Return the span of the question in "decided whether …", "decide how …"; None for any other complement."""
        return (
            self.time_and_place.clause_span(at)
            if kind == "taken" and self.word(at) in self.doc.lexicon.wh_openers
            else None
        )

    def _is_participle_clause(self, group: VerbGroup) -> bool:
        """Return whether the verb is a present participle after a comma: an act of the main subject, no gerund."""
        first = group.first - 1
        return self.text.tags[group.first] == "VBG" and first > 0 and self.text.words[first] == ","

    def _action_candidate(self, group: VerbGroup, lemma: str) -> EventCandidate | None:
        """Return the candidate for "imposed sanctions", "was vetoed by the president".

        None for any other use of the verb.
        """
        modality = self.modality(group)
        if (
            self._is_hypothetical(modality)
            or modality.modal in {"obliged", "would"}
            or self._is_governed_by_choice(modality)
        ):
            return None
        if self._is_demanded(group):
            return None
        is_clause = (
            group.finite
            or modality.governors
            or self._is_agentive_participle(group)
            or self._is_participle_clause(group)
        )
        if (
            not (is_clause or self._is_past_tense(group))
            or self._is_generic_relative(group)
            or self._elaborates_main_clause(group)
        ):
            return None
        target = self._acted_on(group)
        if target is not None and self._is_meeting_mention(target):
            return None
        found = self._matching_reading(group, lemma, target)
        status = self._status_of_act(group, modality, found[0]) if found else None
        if found is None or status is None:
            return None
        act, last = found
        after = self.clauses.noun_phrase(last) if target is None and last < len(self.text.words) else None
        if after is not None and self._is_meeting_mention(after):
            return None  # "pulled out of talks"
        deciders = self._verb_deciders(group, person=act.political)
        if not deciders or self._lacks_agreement(group, deciders):
            return None
        if target is not None and group.last <= target.first < last:
            target = self.clauses.noun_phrase(
                last + (self.word(last) == "to")
            )  # "gave the green light to [the pipeline]"
        about = self._object_span(target, group) if target else self._action_complement(last, act)
        if target is not None and about is not None and self._is_proposal_of_meeting(target, about):
            return None
        return self._make_candidate(
            self._trigger_start(group), last, act.category, status, deciders, about, f"act {act.category}"
        )

    def _is_proposal_of_meeting(self, target: NounPhrase, about: Span) -> bool:
        """Return whether the object proposes a meeting, which has its own status: "rejected a proposal for talks"."""
        is_proposal = outcome_of(self.lexicon, self.text.lower[target.head]) == "proposed"
        return is_proposal and any(
            about.start <= at <= about.end for at in self._meeting_offsets | self._summit_offsets
        )

    def _lacks_agreement(self, group: VerbGroup, deciders: list[Actor]) -> bool:
        """Return whether a bare verb form is not finite because its decider is a single person: "calls to break up"."""
        is_bare = group.finite and group.first == group.head and self.text.tags[group.head] in {"VB", "VBP"}
        return is_bare and len(deciders) == 1 and deciders[0].type == "person"

    def _action_complement(self, last: int, act: DecisionVerbClass) -> Span | None:
        """Return the span after an action without object; None after an intransitive verb with an adverbial only."""
        at = self._skip_time(last) if act.intransitive else last
        if at >= self.text.sentence_range(last - 1)[1]:
            return None
        if act.intransitive and act.category == "personnel":
            return (
                self.time_and_place.clause_span(at)
                if self.word(at) in word_set(self.lexicon.decision.choice.resignation_prepositions)
                else None
            )
        named = (
            self.word(at) in self.doc.lexicon.closed_classes.decision_complement_openers
            or self.text.tags[at] not in _ADJUNCTS
        )
        return self.time_and_place.clause_span(at) if named or not act.intransitive else None

    def _is_meeting_mention(self, target: NounPhrase) -> bool:
        """Return whether the object is a mention of a meeting, whose status covers the act."""
        return self.text.ends[target.head] in self._meeting_offsets

    def _is_past_tense(self, group: VerbGroup) -> bool:
        """Return whether a bare participle is a past tense since a that-clause depends on it."""
        is_bare = group.first == group.head and self.text.tags[group.head] == "VBN"
        follows_noun = self.clauses.noun_phrase(group.first - 1) is not None
        return is_bare and follows_noun and self.word(self._skip_time(group.last)) == "that"

    def _elaborates_main_clause(self, group: VerbGroup) -> bool:
        """Return whether a participle details the act of its main clause: "imposed sanctions, [freezing] assets"."""
        main = self.clauses.main_verb(group) if self._is_participle_clause(group) else None
        return main is not None and self.lemma(main) in self.lexicon.verb_readings

    def _is_generic_relative(self, group: VerbGroup) -> bool:
        """Return whether a relative clause in the present only describes its noun: "the countries that sell arms"."""
        is_relative = self.word(group.first - 1) in self.doc.lexicon.relative
        return is_relative and group.first == group.head and self.text.tags[group.head] in {"VBP", "VBZ"}

    def _acted_on(self, group: VerbGroup) -> NounPhrase | None:
        """Return what is acted on: the object, or the subject of a passive; None if there is none."""
        if self._is_agentive_participle(group):
            return self._modified_noun(group)
        if group.passive:
            return self.clauses.subject(group)
        return self.clauses.object(group)
