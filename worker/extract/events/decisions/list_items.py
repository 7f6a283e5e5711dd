"""Decisions in a list whose introducing line has the verb of choice.

"The government decided on Tuesday to: | • lift the curfew; | • close the port": each item is a decision of its own,
with the decider and the status of "decided".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.reader import is_hypothetical, is_meeting, make_decision_candidate, verb_deciders
from worker.extract.events.decisions.status import status_of_choice

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import VerbGroup
    from worker.schema import Category, Span


def list_item_candidate(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for a list item that a verb of choice in the introducing line governs; else None."""
    if not group.infinitive or ctx.text.sentence_range(group.head)[0] not in ctx.text.layout.introductions:
        return None
    governors = ctx.clauses.governors(group)
    choice = governors[0].group if governors else None
    kind = ctx.lexicon.choice_kinds.get(ctx.lemma(choice)) if choice is not None else None
    act = item_span(ctx, group)
    if choice is None or kind is None or choice.last > group.first or is_meeting(ctx, act):
        return None
    modality = ctx.modality(choice)
    status = None if is_hypothetical(modality) else status_of_choice(ctx, choice, modality, kind, act)
    deciders = verb_deciders(ctx, choice, person=True) if status is not None else []
    if status is None or not deciders:
        return None
    category: Category = "agreement" if kind == "agreed" else "legislative" if kind == "voted" else "executive"
    return make_decision_candidate(ctx, group.head, group.last, category, status, deciders, act, f"{kind} to")


def item_span(ctx: EventContext, group: VerbGroup) -> Span:
    """Return the span of an item from its verb on, without its final mark and without the "and" of the last but one."""
    text, last = ctx.text, ctx.text.sentence_range(group.head)[1]
    while last > group.head + 1 and (text.tags[last - 1] == "PUNCT" or text.lower[last - 1] in {"and", "or"}):
        last -= 1
    return text.span(group.head, last)
