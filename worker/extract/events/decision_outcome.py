"""What became of a decision that a verb tells of: taken, refused, put off, still to come, or nobody's.

"Decided to close" is taken, "will decide" pending, "refused to close" rejected, "has yet to decide" pending,
"failed to agree on a date" not taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decision_reader import DecisionReader
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.outlook import Mood
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass
    from worker.schema import DecisionStatus, Span


class DecisionOutcome(DecisionReader):
    """Reads the status of verbs of choice and of action."""

    def _status_of_choice(self, group: VerbGroup, how: Mood, kind: str, complement: Span) -> DecisionStatus | None:
        against = self.word(group.last) in {"against", "not"} or complement.text.lower().startswith("not ")
        if kind == "pending":
            return None if how.modal == "would" else "not_taken" if how.negated else "pending"
        if self._yet(group):
            return "pending"
        if self._failed(how):
            return "not_taken"
        if self._others(how):
            return None
        if how.negated:
            return "rejected" if how.modal == "will" or kind in {"agreed", "voted"} else "not_taken"
        if how.modal == "obliged":
            return "pending" if kind == "taken" else None
        if how.modal == "would" or (how.governors and how.outcome != "planned" and not self._through(how)):
            return None
        if how.outcome == "planned" or how.modal == "will":
            return "proposed" if kind == "proposed" else "pending"
        if kind in {"rejected", "proposed"}:
            return "rejected" if kind == "rejected" else "proposed"
        return "rejected" if against else "taken"

    def _status_of_act(self, group: VerbGroup, how: Mood, act: DecisionVerbClass) -> DecisionStatus | None:
        if self._yet(group):
            return "pending"
        if self._failed(how):
            return "not_taken"
        if self._others(how):
            return None
        if how.governors and how.outcome != "planned" and not self._through(how):
            return None
        if how.negated:
            return "rejected" if how.modal or self._supported(group) else "not_taken"
        if how.outcome == "planned":
            return "pending"
        if how.modal == "will":
            return "proposed" if act.status == "taken" else act.status
        return act.status

    def _through(self, how: Mood) -> bool:
        """Tell whether every governor leaves the verb as it is ("was forced to postpone")."""
        listed = word_set(self.lexicon.modality.transparent)
        return all(self.lexicon.lemma(self.text.lower[g.token]) in listed for g in how.governors)

    def _supported(self, group: VerbGroup) -> bool:
        """Read "did not approve": a refusal, where "has not approved" leaves it open."""
        return any(self.text.lower[i] in self.doc.lexicon.do for i in range(group.first, group.head))

    def _failed(self, how: Mood) -> bool:
        """Read "failed to agree", "was unable to reach a deal"."""
        return any(
            self.lexicon.lemma(self.text.lower[g.token]) in word_set(self.lexicon.modality.failed)
            for g in how.governors
        )

    def _others(self, how: Mood) -> bool:
        """Tell what is denied, or what somebody expects or asks of another, from what is decided."""
        if how.outcome == "denied" and how.governor is None:
            return True
        governor = how.governor
        if governor is None or governor.group is None or governor.group.passive or governor.object is None:
            return False
        return self.text.lower[governor.token] in self.lexicon.object_control_forms

    def _demanded(self, group: VerbGroup) -> bool:
        """Read "demanded that the governor sign": a bare verb in a clause under a verb of asking is no report."""
        before = self.clauses.finite_verb_before(group)
        if before is None or group.first != group.head or self.text.tags[group.head] not in {"VB", "VBP"}:
            return False
        asks = word_set(self.lexicon.modality.proposed) | word_set(self.lexicon.modality.object_control)
        return self.lemma(before) in asks and "that" in self.text.lower[before.last : group.first]

    def _governed_by_choice(self, how: Mood) -> bool:
        """Read "decided to impose": the choice is the event."""
        return any(
            self.lexicon.lemma(self.text.lower[g.token]) in self.lexicon.choice_kinds
            or self.text.lower[g.token] in self.lexicon.decision_nouns
            for g in how.governors
        )
