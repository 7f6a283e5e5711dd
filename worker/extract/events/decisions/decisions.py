"""Extract decisions: approvals, bans, appointments, refusals, postponements, promises, and decisions not taken.

Verbs of choice ("decided to", "agreed that", "refused to") have the decision as complement; verbs of action ("imposed
sanctions", "vetoed the bill") are the decision themselves; nouns ("the court's ruling") count only with a decider.  The
decider must be a political or institutional actor, and the act must be reported as done, refused, postponed, pending,
promised or not done: advice, possibilities and demands are no decisions.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING

import msgspec

from worker.extract.confidence import load_confidence_models
from worker.extract.events.decisions.act_candidates import find_acts
from worker.extract.events.decisions.act_features import DATE_GROUPS, add_date_features, add_features
from worker.extract.events.decisions.act_reading import read_act
from worker.extract.events.decisions.rule_readings import find_readings
from worker.extract.events.event_context import EventContext, event_context
from worker.extract.events.event_coreference import EventCandidate, EventCluster, cluster_candidates, party_names
from worker.extract.events.event_id import event_id, reporting_statement
from worker.extract.events.features import candidate_features
from worker.extract.events.headline_coreference import merge_headlines
from worker.extract.events.scoring import load_scorer, select_best
from worker.extract.lexicon.act_classes import load_act_classes
from worker.schema import Category, Decision, DecisionStatus, Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from worker.extract.document import Document
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.scoring import EventScorer


_REASONS = 6
"""Features that explain the score of a decision."""
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


def decision_acts(ctx: EventContext, *, unresolved: bool = False) -> list[Act]:
    """Return the candidates of decisions with their features; also those without political parties if `unresolved`."""
    acts = undated_acts(ctx, unresolved=unresolved)
    for act in acts:
        add_date_features(ctx, act)
    return acts


def undated_acts(ctx: EventContext, *, unresolved: bool = False) -> list[Act]:
    """Return the candidates of decisions with their features except those of dates."""
    classes = load_act_classes(ctx.doc.lexicon.language)
    if classes is None:
        return []
    acts = list(find_acts(ctx, classes, find_readings(ctx), unresolved=unresolved))
    for act in acts:
        add_features(ctx, classes, act)
    return acts


def decision_reasons(doc: Document) -> dict[str, list[str]]:
    """Return id of a decision -> the features that raise its score most, the strongest first."""
    ctx, scorer = event_context(doc), load_scorer(doc.lexicon.language, "decision")
    if ctx is None or scorer is None:
        return {}
    reasons: dict[str, list[str]] = {}
    for act in _selected_acts(ctx, scorer):
        read = read_act(ctx, scorer, act)
        if read is not None:
            name = event_id(doc, "decision", read.first, read.last)
            reasons.setdefault(name, scorer.strongest(act.features, _REASONS))
    return reasons


def _find_candidates(ctx: EventContext) -> list[EventCandidate]:
    """Return the candidates that the scorer accepts; in a language without a scorer those that the rules find."""
    scorer = load_scorer(ctx.doc.lexicon.language, "decision")
    if scorer is None:
        return list(find_readings(ctx))
    return [found for act in _selected_acts(ctx, scorer) if (found := read_act(ctx, scorer, act)) is not None]


def _selected_acts(ctx: EventContext, scorer: EventScorer) -> list[Act]:
    """Return the acts that the scorer accepts; dates are searched only if they can raise a score to the threshold."""
    acts, max_gain = undated_acts(ctx), _max_date_gain(ctx.doc.lexicon.language)
    for act in acts:
        act.score = scorer.score(act.features)
        if act.score + max_gain >= scorer.threshold:
            add_date_features(ctx, act)
            act.score = scorer.score(act.features)
    return select_best(acts, scorer.threshold, ctx.text.starts, ctx.text.ends)


@cache
def _max_date_gain(language: str) -> float:
    """Return the maximum by which dates in its sentence can raise the score of an act."""
    scorer = load_scorer(language, "decision")
    return scorer.max_gain(DATE_GROUPS) if scorer is not None else 0.0


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
        confidence=_confidence(ctx, cluster),
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


def _confidence(ctx: EventContext, cluster: EventCluster[EventCandidate]) -> float:
    """Return the confidence by the best score of the mentions; without a scorer by the confidence model."""
    scorer = load_scorer(ctx.doc.lexicon.language, "decision")
    if scorer is not None:
        return scorer.confidence(max(member.score for member in cluster.members))
    model = load_confidence_models(ctx.doc.lexicon.language).decision
    return model.confidence(candidate_features(cluster.best, cluster.best.status, len(cluster.members)))
