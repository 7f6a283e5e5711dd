"""Status of a decision expressed by a verb: taken, rejected, postponed, pending, proposed or not taken.

"Decided to close" is taken, "will decide" pending, "refused to close" rejected, "has yet to decide" pending, "failed to
agree on a date" not taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.reader import is_yet_to
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass
    from worker.schema import DecisionStatus, Span


def status_of_choice(
    ctx: EventContext, group: VerbGroup, modality: VerbModality, kind: str, complement: Span
) -> DecisionStatus | None:
    """Return the status that a verb of choice expresses; None if it reports no decision of its subject."""
    against = ctx.word(group.last) in {"against", "not"} or complement.text.lower().startswith("not ")
    if kind == "pending":
        is_advice = modality.modal in {"would", "obliged"}  # "should consider"
        return None if is_advice else "not_taken" if modality.negated else "pending"
    if is_yet_to(ctx, group):
        return "pending"
    if is_failure(ctx, modality):
        return "not_taken"
    if _is_not_own_decision(ctx, modality):
        return None
    if modality.negated:
        is_refusal = kind != "rejected" and (modality.modal == "will" or kind in {"agreed", "voted"})
        return "rejected" if is_refusal else "not_taken"  # "would not rule out"
    if modality.modal == "obliged":
        return "pending" if kind == "taken" else None
    if modality.modal == "would" or (
        modality.governors and modality.outcome != "planned" and not _is_transparent(ctx, modality)
    ):
        return None
    if modality.outcome == "planned" or modality.modal == "will":
        return "proposed" if kind == "proposed" else "pending"
    if kind in {"rejected", "proposed"}:
        return "rejected" if kind == "rejected" else "proposed"
    return "rejected" if against else "taken"


def status_of_act(
    ctx: EventContext, group: VerbGroup, modality: VerbModality, act: DecisionVerbClass
) -> DecisionStatus | None:
    """Return the status that a verb of action expresses; None if it reports no decision of its subject."""
    if is_yet_to(ctx, group):
        return "pending"
    if is_failure(ctx, modality):
        return "not_taken"
    if _is_not_own_decision(ctx, modality):
        return None
    if modality.governors and modality.outcome != "planned" and not _is_transparent(ctx, modality):
        return None
    if modality.negated and act.status == "rejected":
        return "not_taken"  # "has not ruled out", "did not reject"
    if modality.negated:
        return "rejected" if modality.modal or _has_do_support(ctx, group) else "not_taken"
    if modality.outcome == "planned":
        return "pending"
    if modality.modal == "will":
        return "proposed" if act.status == "taken" else act.status
    return act.status


def _is_transparent(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether no governor changes the modality of the verb: "was forced to postpone"."""
    listed = word_set(ctx.lexicon.modality.transparent)
    return all(ctx.lexicon.lemma(ctx.text.lower[g.token]) in listed for g in modality.governors)


def _has_do_support(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the verb has the auxiliary "do": "did not approve" rejects, "has not approved" is open."""
    return any(ctx.text.lower[i] in ctx.doc.lexicon.do for i in range(group.first, group.head))


def is_failure(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether a governor expresses failure: "failed to agree", "was unable to reach a deal"."""
    return any(
        ctx.lexicon.lemma(ctx.text.lower[g.token]) in word_set(ctx.lexicon.modality.failed) for g in modality.governors
    )


def _is_not_own_decision(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether the act is denied, or expected or requested from others."""
    if modality.outcome == "denied" and modality.governor is None:
        return True
    governor = modality.governor
    if governor is None or governor.group is None or governor.group.passive or governor.object is None:
        return False
    return ctx.text.lower[governor.token] in ctx.lexicon.object_control_forms


def is_demanded(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a bare verb depends on a verb of demanding: "demanded that the governor sign"."""
    before = ctx.clauses.finite_verb_before(group)
    if before is None or group.first != group.head or ctx.text.tags[group.head] not in {"VB", "VBP"}:
        return False
    asks = word_set(ctx.lexicon.modality.proposed, ctx.lexicon.modality.object_control)
    return ctx.lemma(before) in asks and "that" in ctx.text.lower[before.last : group.first]


def is_governed_by_choice(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether the verb depends on a verb or noun of choice: "decided to impose".

    The choice is then the event, and not the act of the verb.
    """
    return any(
        ctx.lexicon.lemma(ctx.text.lower[g.token]) in ctx.lexicon.choice_kinds
        or ctx.text.lower[g.token] in ctx.lexicon.decision_nouns
        for g in modality.governors
    )
