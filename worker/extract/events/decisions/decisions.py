"""Extract decisions: approvals, bans, appointments, refusals, postponements, promises, and decisions not taken.

Verbs of choice ("decided to", "agreed that", "refused to") have the decision as complement; verbs of action ("imposed
sanctions", "vetoed the bill") are the decision themselves; nouns ("the court's ruling") count only with a decider.  The
decider must be a political or institutional actor, and the act must be reported as done, refused, postponed, pending,
promised or not done: advice, possibilities and demands are no decisions.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from worker.extract.confidence import load_confidence_models
from worker.extract.events.decisions.list_items import list_item_candidate
from worker.extract.events.decisions.nouns import decision_noun_candidate, left_open_candidate, not_discussed_candidate
from worker.extract.events.decisions.verbs import action_candidate, choice_candidate
from worker.extract.events.event_context import EventContext, event_context
from worker.extract.events.event_coreference import EventCandidate, EventCluster, cluster_candidates, party_names
from worker.extract.events.event_id import event_id, reporting_statement
from worker.extract.events.features import candidate_features
from worker.extract.events.headline_coreference import merge_headlines
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Category, Decision, DecisionStatus, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.extract.document import Document
    from worker.extract.grammar.chunker import VerbGroup


_CONTENT_TAGS = frozenset({"NN", "NNS", "NNP", "VB", "JJ", "VBN", "VBG", "CD"})


def extract_decisions(doc: Document) -> Iterable[Decision]:
    """Return the decisions of an article in text order, one event each."""
    ctx = event_context(doc)
    if ctx is None:
        return []
    found = sorted(_find_candidates(ctx), key=lambda c: c.first)
    is_same = partial(_is_same_decision, ctx)
    clusters = merge_headlines(ctx, cluster_candidates(found, is_same, is_same))
    return [_make_event(ctx, cluster) for cluster in clusters]


def _find_candidates(ctx: EventContext) -> Iterator[EventCandidate]:
    """Yield a candidate for each trigger of the article."""
    for group in ctx.chunks.verb_groups:
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


def _is_same_decision(ctx: EventContext, old: EventCandidate, new: EventCandidate) -> bool:
    """Return whether two candidates mention the same decision: a common decider and similar objects.

    Objects are similar if they share at least half of the words of the shorter one.  If an object is missing,
    category and trigger must be equal.
    """
    if not party_names(old) & party_names(new) or (old.status == "not_taken") != (new.status == "not_taken"):
        return False
    a, b = _object_words(ctx, old.about), _object_words(ctx, new.about)
    numbers, others = ({w for w in words_ if w[0].isdigit()} for words_ in (a, b))
    if numbers and others and not numbers & others:
        return False  # amendment 15 and amendment 31
    if not (a and b):
        return old.kind == new.kind and _trigger_lemmas(ctx, old) == _trigger_lemmas(ctx, new)
    return 2 * len(a & b) >= min(len(a), len(b))


def _trigger_lemmas(ctx: EventContext, candidate: EventCandidate) -> list[str]:
    """Return the lemmas of a trigger, so that different forms of one verb are equal."""
    return [ctx.lexicon.lemma(ctx.text.lower[i]) for i in range(candidate.first, candidate.last)]


def _object_words(ctx: EventContext, span: Span | None) -> set[str]:
    """Return the first six letters of each content word of an object, without a vote count; empty for None."""
    if span is None:
        return set()
    text = ctx.text
    first, last = text.token_at(span.start), text.token_at(span.end - 1) + 1
    vote_counts = (i for i in range(first, last - 1) if text.lower[i] == "by" and text.tags[i + 1] == "CD")
    last = next(vote_counts, last)
    return {text.lower[i][:6] for i in range(first, last) if text.tags[i] in _CONTENT_TAGS}


def _make_event(ctx: EventContext, cluster: EventCluster[EventCandidate]) -> Decision:
    """Return the event of a cluster: fields of its best candidate, missing ones from the other mentions."""
    best = cluster.best
    mentions = [best, *(c for c in cluster.members if c is not best)]
    dated = next((c for c in mentions if c.when), best)
    return Decision(
        id=event_id(ctx.doc, "decision", best.first, best.last),
        url=ctx.doc.article.url,
        published_at=ctx.doc.article.published_at,
        language=ctx.doc.lexicon.language,
        sentence=ctx.text.span(*ctx.text.sentence_range(best.first)),
        cue=ctx.text.span(best.first, best.last),
        confidence=load_confidence_models(ctx.doc.lexicon.language).decision.confidence(
            candidate_features(best, best.status, len(cluster.members))
        ),
        rule=best.rule,
        deciders=best.parties,
        status=msgspec.convert(best.status, DecisionStatus),
        category=msgspec.convert(best.kind, Category),
        object=next((c.about for c in mentions if c.about), None),
        when=dated.when,
        decided_on=dated.day,
        mentions=[ctx.text.span(c.first, c.last) for c in mentions],
        attributed_to=reporting_statement(ctx, cluster.members),
    )
