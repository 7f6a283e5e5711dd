"""Read a selected act as a decision: status, category, object, time, and the rule by which it is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.complements import skip_adjuncts, skip_vote_count
from worker.extract.events.decisions.act_grammar import UNLISTED
from worker.extract.events.decisions.nouns import noun_complement
from worker.extract.events.decisions.reader import (
    is_meeting,
    make_decision_candidate,
    object_span,
    political_actors,
)
from worker.schema import Category, DecisionStatus

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.events.scoring import EventScorer
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import Span

_LABEL_GROUPS = frozenset({
    "vclass", "vlemma", "nclass", "nlemma", "vclass+tense", "nclass+tense", "tense", "rulestatus", "rule",
    "rule+status", "outcome", "modal", "negated", "governor", "governorlemma", "complement",
    "vclass+complement", "nclass+complement", "vclass+object", "object", "decider", "vclass+decider",
    "nclass+decider", "nnegated", "noutcome", "nbefore", "nbeforetense", "conditional", "listed", "chosen",
    "vclass+chosen", "nchosen", "ncomplement", "ndet", "before", "position", "status", "status+tense",
    "passive", "statedact",
})  # fmt: skip
"""Groups of the features that determine status and category."""


def is_label_feature(feature: str) -> bool:
    """Return whether the models of status and category use a feature."""
    return feature.partition(":")[0] in _LABEL_GROUPS


def read_act(ctx: EventContext, scorer: EventScorer, act: Act) -> EventCandidate | None:
    """Return the candidate of a selected act: the reading of the rule, or else one by the models of the scorer.

    None if its object is a meeting, which is an event of its own: "agreed to meet".
    """
    found = act.reading or _scored_reading(ctx, scorer, act)
    if found.about is None and act.verb is not None:
        found.about = _gerund_after(ctx, act)
    if act.reading is None and found.about is not None and is_meeting(ctx, found.about):
        return None
    found.score = act.score
    return found


def _scored_reading(ctx: EventContext, scorer: EventScorer, act: Act) -> EventCandidate:
    status = msgspec.convert(scorer.label("status", act.features), DecisionStatus)
    category = msgspec.convert(scorer.label("category", act.features), Category)
    political = political_actors(ctx, act.who.parties, person=True)
    about = _object_of_verb(ctx, act, act.verb) if act.verb is not None else _object_of_noun(ctx, act.noun)
    noun = act.lemma if act.noun is not None else ""
    return make_decision_candidate(
        ctx, act.first, act.last, category, status, political, about, _rule_name(scorer, act), noun
    )


def _rule_name(scorer: EventScorer, act: Act) -> str:
    """Return the construction and the class of the act that raises the score most: "verb order", "noun veto"."""
    kind, prefix = ("verb", "vclass:") if act.verb is not None else ("noun", "nclass:")
    best = max(act.classes or UNLISTED, key=lambda name: (scorer.weights.get(prefix + name, 0), name))
    return f"{kind} {best}"


def _object_of_verb(ctx: EventContext, act: Act, group: VerbGroup) -> Span | None:
    """Return the chosen act ("to ban imports"), the object, or else the prepositional complement; else None."""
    at = skip_adjuncts(ctx, skip_vote_count(ctx, act.last))
    verb = ctx.chunks.verb_group(at + (ctx.word(at) == "not"))
    if verb is not None and at >= act.last and verb.infinitive:
        return ctx.topics.clause_span(verb.head)
    if ctx.word(at) in {"that", "whether"}:
        return ctx.topics.clause_span(at + (ctx.word(at) == "that"))
    target = act.object or _modified_patient(ctx, act, group)
    if target is not None:
        return object_span(ctx, target, group)
    if at >= ctx.text.sentence_range(act.head)[1]:
        return None
    if verb is not None and ctx.text.tags[verb.head] == "VBG":
        return ctx.topics.clause_span(verb.head)
    noun = ctx.clauses.noun_phrase(at)
    is_object = noun is not None and noun.first == at == act.last and not ctx.clauses.is_time_expression(noun)
    if is_object or ctx.word(at) in ctx.doc.lexicon.wh_openers:
        return ctx.topics.clause_span(at)  # "looked into [the matter]", "agreed on [how to vote]"
    is_complement = ctx.text.tags[at] in {"IN", "TO"} and not ctx.time_and_place.is_time_at(at)
    return ctx.topics.clause_span(at + 1) if is_complement else None


def _modified_patient(ctx: EventContext, act: Act, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a participle modifies, where it names the decider: "[EU tariffs] imposed on Chile"."""
    is_bare = group.first == group.head and ctx.text.tags[group.head] in {"VBN", "VBD"}
    return act.who.phrase if is_bare and act.who.source == "patient" else None


def _gerund_after(ctx: EventContext, act: Act) -> Span | None:
    """Return the span of the gerund right after a verb: "ruled out [sending troops]"; None if there is none."""
    verb = ctx.chunks.verb_group(act.last)
    is_gerund = verb is not None and ctx.text.tags[verb.head] == "VBG"
    return ctx.topics.clause_span(verb.head) if verb is not None and is_gerund else None


def _object_of_noun(ctx: EventContext, noun: NounPhrase | None) -> Span | None:
    return noun_complement(ctx, noun) if noun is not None else None
