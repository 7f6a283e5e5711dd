"""Status of a decision expressed by a verb: taken, rejected, postponed, pending, proposed or not taken.

"Decided to close" is taken, "will decide" pending, "refused to close" rejected, "has yet to decide" pending, "failed to
agree on a date" not taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.reader import DecisionReader
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass
    from worker.schema import DecisionStatus, Span


class DecisionStatusReader(DecisionReader):
    """Status of decisions expressed by verbs of choice and of action."""

    def _status_of_choice(
        self, group: VerbGroup, modality: VerbModality, kind: str, complement: Span
    ) -> DecisionStatus | None:
        against = self.word(group.last) in {"against", "not"} or complement.text.lower().startswith("not ")
        if kind == "pending":
            return None if modality.modal == "would" else "not_taken" if modality.negated else "pending"
        if self._is_yet_to(group):
            return "pending"
        if self._is_failure(modality):
            return "not_taken"
        if self._is_not_own_decision(modality):
            return None
        if modality.negated:
            return "rejected" if modality.modal == "will" or kind in {"agreed", "voted"} else "not_taken"
        if modality.modal == "obliged":
            return "pending" if kind == "taken" else None
        if modality.modal == "would" or (
            modality.governors and modality.outcome != "planned" and not self._is_transparent(modality)
        ):
            return None
        if modality.outcome == "planned" or modality.modal == "will":
            return "proposed" if kind == "proposed" else "pending"
        if kind in {"rejected", "proposed"}:
            return "rejected" if kind == "rejected" else "proposed"
        return "rejected" if against else "taken"

    def _status_of_act(self, group: VerbGroup, modality: VerbModality, act: DecisionVerbClass) -> DecisionStatus | None:
        if self._is_yet_to(group):
            return "pending"
        if self._is_failure(modality):
            return "not_taken"
        if self._is_not_own_decision(modality):
            return None
        if modality.governors and modality.outcome != "planned" and not self._is_transparent(modality):
            return None
        if modality.negated:
            return "rejected" if modality.modal or self._has_do_support(group) else "not_taken"
        if modality.outcome == "planned":
            return "pending"
        if modality.modal == "will":
            return "proposed" if act.status == "taken" else act.status
        return act.status

    def _is_transparent(self, modality: VerbModality) -> bool:
        """Return whether no governor changes the modality of the verb: "was forced to postpone"."""
        listed = word_set(self.lexicon.modality.transparent)
        return all(self.lexicon.lemma(self.text.lower[g.token]) in listed for g in modality.governors)

    def _has_do_support(self, group: VerbGroup) -> bool:
        """Return whether the verb has the auxiliary "do": "did not approve" rejects, "has not approved" is open."""
        return any(self.text.lower[i] in self.doc.lexicon.do for i in range(group.first, group.head))

    def _is_failure(self, modality: VerbModality) -> bool:
        """Return whether a governor expresses failure: "failed to agree", "was unable to reach a deal"."""
        return any(
            self.lexicon.lemma(self.text.lower[g.token]) in word_set(self.lexicon.modality.failed)
            for g in modality.governors
        )

    def _is_not_own_decision(self, modality: VerbModality) -> bool:
        """Return whether the act is denied, or expected or requested from others."""
        if modality.outcome == "denied" and modality.governor is None:
            return True
        governor = modality.governor
        if governor is None or governor.group is None or governor.group.passive or governor.object is None:
            return False
        return self.text.lower[governor.token] in self.lexicon.object_control_forms

    def _is_demanded(self, group: VerbGroup) -> bool:
        """Return whether a bare verb depends on a verb of demanding: "demanded that the governor sign"."""
        before = self.clauses.finite_verb_before(group)
        if before is None or group.first != group.head or self.text.tags[group.head] not in {"VB", "VBP"}:
            return False
        asks = word_set(self.lexicon.modality.proposed) | word_set(self.lexicon.modality.object_control)
        return self.lemma(before) in asks and "that" in self.text.lower[before.last : group.first]

    def _is_governed_by_choice(self, modality: VerbModality) -> bool:
        """Return whether the verb depends on a verb or noun of choice: "decided to impose".

        The choice is then the event, and not the act of the verb.
        """
        return any(
            self.lexicon.lemma(self.text.lower[g.token]) in self.lexicon.choice_kinds
            or self.text.lower[g.token] in self.lexicon.decision_nouns
            for g in modality.governors
        )
