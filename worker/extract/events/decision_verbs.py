"""Decisions told by a verb: of choice ("decided to"), whose complement is the decision, or of action ("vetoed")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.clusters import Candidate
from worker.extract.events.decision_outcome import DecisionOutcome
from worker.extract.events.outlook import outcome_of
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Category, Span

if TYPE_CHECKING:
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass

if TYPE_CHECKING:
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_ADJUNCTS = frozenset({"IN", "SC", "RB", "CC", "VBG", "PUNCT"})
_TO_THE_VERB = 4
"""Tokens of a complement before its verb: "whether to [appoint]"."""


class DecisionVerbs(DecisionOutcome):
    """Reads verbs of choice and of action."""

    def _choice(self, group: VerbGroup, kind: str) -> Candidate | None:
        """Read "decided to", "agreed that", "voted against", "refused to", "is considering"."""
        if kind == "agreed" and (shared := self._agreed_between(group)) is not None:
            return shared
        how = self.mood(group)
        stands = group.finite or how.governors or self._participle_clause(group)
        if self._unreal(how) or not stands or self._demanded(group):
            return None
        if group.passive:
            return self._impersonal(group, kind)
        complement = self._complement(group, kind)
        if complement is None or self._to_meet(complement):
            return None
        status = self._status_of_choice(group, how, kind, complement)
        deciders = self._deciders(group, person=kind == "voted" or self._firm(complement)) if status else []
        if status is None or not deciders:
            return None
        if kind == "proposed" and not self._official(group, complement, deciders):
            return None
        chosen = self.chunks.verb_group(self.text.token_at(complement.start))
        if chosen is not None and self.lemma(chosen) in word_set(self.lexicon.decision.choice.stative):
            return None
        category = self._category_of_choice(kind, complement)
        return self._candidate(self._negation(group), group.last, category, status, deciders, complement, f"{kind} to")

    def _firm(self, complement: Span) -> bool:
        """Tell "declined to endorse anyone", which shows that who declines is in politics."""
        verb = self.chunks.verb_group(self.text.token_at(complement.start))
        return verb is not None and any(
            act.political for _, act, _ in self.lexicon.verb_readings.get(self.lemma(verb), ())
        )

    def _category_of_choice(self, kind: str, complement: Span) -> Category:
        """Return the category of the act that was chosen ("decided to appoint"), else that of the choice."""
        if kind in {"agreed", "voted"}:
            return "agreement" if kind == "agreed" else "legislative"
        first = self.text.token_at(complement.start)
        verbs = (self.chunks.verb_group(at) for at in range(first, min(first + _TO_THE_VERB, len(self.text.words))))
        verb = next((v for v in verbs if v is not None), None)
        found = self._reading(verb, self.lemma(verb), self._target(verb)) if verb is not None else None
        return found[0].category if found is not None else "executive"

    def _official(self, group: VerbGroup, complement: Span, deciders: list[Actor]) -> bool:
        """Tell the promise of an official act from "vowed to fight on", and a person's plans from a government's."""
        verb = self.chunks.verb_group(self.text.token_at(complement.start))
        if verb is None or not verb.infinitive:
            return True
        lemma, choice, d = self.lemma(verb), self.lexicon.decision.choice, self.lexicon.decision.deciders
        if lemma in word_set(choice.rhetorical):
            return False
        powers = word_set(d.executive) | word_set(d.legislative) | word_set(d.court) | word_set(d.campaign)
        powerful = any(a.type == "country" or powers & self.parties.heads(a) for a in deciders)
        return (
            powerful or self.lemma(group) not in word_set(choice.intention_verbs) or lemma in self.lexicon.verb_readings
        )

    def _agreed_between(self, group: VerbGroup) -> Candidate | None:
        """Read "the truce agreed last year between A and B"."""
        at = self._over_time(group.last)
        if self.word(at) not in word_set(self.lexicon.meeting.between) | word_set(self.lexicon.meeting.by):
            return None
        target = self._participled(group) if group.first == group.head else self.clauses.subject(group)
        deciders = self._graded(self.parties.named(self.clauses.noun_phrase(at + 1)))
        if target is None or not deciders or not self._holds(target, word_set(self.lexicon.decision.objects["deal"])):
            return None
        about = self.text.span(target.first, target.last)
        return self._candidate(group.head, group.last, "agreement", "taken", deciders, about, "agreed between")

    def _impersonal(self, group: VerbGroup, kind: str) -> Candidate | None:
        """Read "it was agreed that": decided by whoever met."""
        subject = self.clauses.subject(group)
        impersonal = subject is not None and self.text.lower[subject.head] == "it"
        if kind not in {"agreed", "taken"} or self.word(group.last) not in {"that", "to"} or not impersonal:
            return None
        deciders = self._graded(self.by(group.last)) or self._who_met(group.head)
        about = self.around.stretch(group.last + 1)
        if not deciders or about is None:
            return None
        return self._candidate(group.head, group.last, "agreement", "taken", deciders, about, "it was agreed")

    def _complement(self, group: VerbGroup, kind: str) -> Span | None:
        """Return what was chosen; None where the complement is none of a decision ("decided the election")."""
        at = self._over_time(self._over_tally(group.last))
        word = self.word(at)
        if kind == "voted" and self._elector(at):
            return None
        if (
            kind in {"taken", "agreed", "voted"}
            and word in {"on", "against", "for", "to", "in"}
            and self.text.tags[at] in {"IN", "TO"}
        ):
            following = self.chunks.verb_group(at)
            if following is None:
                return self.around.stretch(at + 1)
        following = self.chunks.verb_group(at + (word == "not"))
        if following is not None and following.infinitive:
            return self._infinitive(following, kind)
        if kind in {"pending", "proposed"} and following is not None and self.text.tags[following.head] == "VBG":
            return self.around.stretch(following.head)
        if word == "that" and kind != "pending":
            return self.around.stretch(at + 1)
        if word == "whether":
            return self.around.stretch(at)
        return self._nominal_complement(group, kind, at)

    def _elector(self, at: int) -> bool:
        """Tell "voted for Hale" and "voted in the primary", which electors do, from a vote on a measure."""
        if self.word(at) not in {"for", "against", "in"}:
            return False
        if self.word(at) == "in":
            return self.word(at + 1) not in word_set(self.lexicon.decision.choice.favour_nouns)
        target = self.clauses.noun_phrase(at + 1)
        pronoun = target is not None and self.text.tags[target.head] == "PRP"
        return pronoun or any(actor.type == "person" for actor in self.parties.named(target))

    def _nominal_complement(self, group: VerbGroup, kind: str, at: int) -> Span | None:
        target = self.clauses.object(group)
        if target is None or kind in {"taken", "voted", "rejected", "announced"}:
            return self._open_question(at, kind)
        nothing = self.text.lower[target.first] in word_set(self.lexicon.decision.choice.empty_objects)
        if nothing or self.text.tags[target.head] == "PRP":
            return None
        if kind == "pending" and self.text.lower[target.head] not in self.lexicon.stance_objects:
            return None
        if kind == "proposed" and self.lemma(group) not in word_set(self.lexicon.decision.choice.object_taking):
            return None
        return self._object(target, group)

    def _open_question(self, at: int, kind: str) -> Span | None:
        """Read "decided whether …", "decide how …"."""
        return self.around.stretch(at) if kind == "taken" and self.word(at) in self.doc.lexicon.wh_openers else None

    def _participle_clause(self, group: VerbGroup) -> bool:
        """Tell a participle clause, which says what its subject did, from a gerund after a preposition."""
        first = group.first - 1
        return self.text.tags[group.first] == "VBG" and first > 0 and self.text.words[first] == ","

    def _act(self, group: VerbGroup, lemma: str) -> Candidate | None:
        """Read "imposed sanctions", "was vetoed by the president"."""
        how = self.mood(group)
        if self._unreal(how) or how.modal in {"obliged", "would"} or self._governed_by_choice(how):
            return None
        if self._demanded(group):
            return None
        stands = group.finite or how.governors or self._is_participle(group) or self._participle_clause(group)
        if not (stands or self._past(group)) or self._generic(group) or self._elaborates(group):
            return None
        target = self._target(group)
        if target is not None and self._tells_of_meeting(target):
            return None
        found = self._reading(group, lemma, target)
        status = self._status_of_act(group, how, found[0]) if found else None
        if found is None or status is None:
            return None
        act, last = found
        after = self.clauses.noun_phrase(last) if target is None and last < len(self.text.words) else None
        if after is not None and self._tells_of_meeting(after):
            return None  # "pulled out of talks"
        deciders = self._deciders(group, person=act.political)
        if not deciders or self._disagrees(group, deciders):
            return None
        if target is not None and group.last <= target.first < last:
            target = self.clauses.noun_phrase(
                last + (self.word(last) == "to")
            )  # "gave the green light to [the pipeline]"
        about = self._object(target, group) if target else self._complement_of_act(last, act)
        if target is not None and about is not None and self._proposes_meeting(target, about):
            return None
        return self._candidate(
            self._negation(group), last, act.category, status, deciders, about, f"act {act.category}"
        )

    def _proposes_meeting(self, target: NounPhrase, about: Span) -> bool:
        """Read "rejected a proposal for talks": the status of the talks says it."""
        proposal = outcome_of(self.lexicon, self.text.lower[target.head]) == "proposed"
        return proposal and any(about.start <= at <= about.end for at in self._met_at | self._summits_at)

    def _disagrees(self, group: VerbGroup, deciders: list[Actor]) -> bool:
        """Tell a bare infinitive or plural, which one person is no subject of: "calls to break up or reinstate"."""
        bare = group.finite and group.first == group.head and self.text.tags[group.head] in {"VB", "VBP"}
        return bare and len(deciders) == 1 and deciders[0].type == "person"

    def _complement_of_act(self, last: int, act: DecisionVerbClass) -> Span | None:
        """Return what follows an act without an object; of "resigned after a vote" and "resigned on Monday" nothing."""
        at = self._over_time(last) if act.intransitive else last
        if at >= self.text.sentence_range(last - 1)[1]:
            return None
        if act.intransitive and act.category == "personnel":
            return (
                self.around.stretch(at)
                if self.word(at) in word_set(self.lexicon.decision.choice.resignation_prepositions)
                else None
            )
        named = (
            self.word(at) in self.doc.lexicon.closed_classes.decision_complement_openers
            or self.text.tags[at] not in _ADJUNCTS
        )
        return self.around.stretch(at) if named or not act.intransitive else None

    def _tells_of_meeting(self, target: NounPhrase) -> bool:
        """Tell whether one holds or calls off one's own meeting, whose status says it."""
        return self.text.ends[target.head] in self._met_at

    def _past(self, group: VerbGroup) -> bool:
        """Tell the past of a clause, taken for a participle: no participle on a noun governs a "that"-clause."""
        bare = group.first == group.head and self.text.tags[group.head] == "VBN"
        follows = self.clauses.noun_phrase(group.first - 1) is not None
        return bare and follows and self.word(self._over_time(group.last)) == "that"

    def _elaborates(self, group: VerbGroup) -> bool:
        """Read "imposed sanctions, [freezing] assets": a participle that spells out the act of its main clause."""
        main = self.clauses.main_verb(group) if self._participle_clause(group) else None
        return main is not None and self.lemma(main) in self.lexicon.verb_readings

    def _generic(self, group: VerbGroup) -> bool:
        """Tell "the countries that provide arms", which describes, from what somebody did."""
        relative = self.word(group.first - 1) in self.doc.lexicon.relative
        return relative and group.first == group.head and self.text.tags[group.head] in {"VBP", "VBZ"}

    def _target(self, group: VerbGroup) -> NounPhrase | None:
        """Return what is acted on: the object, in the passive the subject."""
        if self._is_participle(group):
            return self._participled(group)
        if group.passive:
            return self.clauses.subject(group)
        return self.clauses.object(group)
