"""The candidates that the rules of decisions find: one for each trigger whose construction a rule knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.list_items import list_item_candidate
from worker.extract.events.decisions.nouns import decision_noun_candidate, left_open_candidate, not_discussed_candidate
from worker.extract.events.decisions.verbs import action_candidate, choice_candidate
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import VerbGroup


def find_readings(ctx: EventContext) -> Iterator[EventCandidate]:
    """Yield a candidate for each trigger of the article."""
    forms, introductions = ctx.lexicon.decision_verb_forms, ctx.text.layout.introductions
    for group in ctx.chunks.verb_groups:
        if ctx.text.lower[group.head] not in forms and not introductions:
            continue  # fast path for most verbs
        candidate = _verb_candidate(ctx, group)
        if candidate is not None:
            yield candidate
    triggers = ctx.lexicon.decision_triggers
    for chunk in ctx.chunks.noun_phrases:
        if triggers.isdisjoint(ctx.text.lower[chunk.first : chunk.last]):
            continue  # fast path for most nouns
        candidate = decision_noun_candidate(ctx, ctx.clauses.noun_phrase(chunk.first) or chunk)
        if candidate is not None:
            yield candidate


def _verb_candidate(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    if (item := list_item_candidate(ctx, group)) is not None:
        return item
    lemma = ctx.lemma(group)
    kind = ctx.lexicon.choice_kinds.get(lemma)
    candidate = choice_candidate(ctx, group, kind) if kind else None
    if candidate is None and lemma in ctx.lexicon.verb_readings:
        candidate = action_candidate(ctx, group, lemma)
    if candidate is None and group.negated and lemma in word_set(ctx.lexicon.decision.nouns.open_question_verbs):
        candidate = left_open_candidate(ctx, group)
    if candidate is None and lemma in ctx.lexicon.pending_verbs:
        candidate = not_discussed_candidate(ctx, group)
    return candidate
