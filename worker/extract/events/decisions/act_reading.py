"""Read a selected act as a decision: status, category, object, time, and the rule by which it is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from worker.extract.events.decisions.act_grammar import UNLISTED
from worker.extract.events.decisions.act_objects import gerund_after, object_of_act
from worker.extract.events.decisions.act_status import decides_against, grammatical_status, presents_plan
from worker.extract.events.decisions.object_pronouns import without_pronoun
from worker.extract.events.decisions.reader import (
    is_meeting,
    make_decision_candidate,
    matching_reading,
    political_actors,
)
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Category, DecisionStatus

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.events.scoring import EventScorer
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


_CONCLUDING = frozenset({"sign", "initial", "conclude", "seal", "reach", "strike", "negotiate"})
"""Verbs whose act on a pact is an agreement if several parties decide."""


def is_label_feature(feature: str) -> bool:
    """Return whether the models of status and category use a feature."""
    return feature.partition(":")[0] in _LABEL_GROUPS


def read_act(ctx: EventContext, scorer: EventScorer, act: Act) -> EventCandidate | None:
    """Return the candidate of a selected act: the reading of the rule, or else one by the models of the scorer.

    None if its object is a meeting, which is an event of its own: "agreed to meet".
    """
    found = act.reading or _scored_reading(ctx, scorer, act)
    if found.about is None and act.verb is not None:
        found.about = gerund_after(ctx, act)
    if act.reading is None and found.about is not None and is_meeting(ctx, found.about):
        return None
    if found.status == "taken" and act.noun is not None and decides_against(ctx, found.about):
        found.status = "rejected"
    elif found.status == "taken":
        found.status = "proposed" if presents_plan(ctx, act) else grammatical_status(ctx, act) or "taken"
    found.about = without_pronoun(ctx, found.about)
    if found.kind == "executive" and found.about is not None:
        found.kind = _category_by_object(ctx, act, found.about, len(found.parties))
    found.score = act.score
    return found


def _category_by_object(ctx: EventContext, act: Act, about: Span, deciders: int) -> Category:
    """Return the category, by its object, of an act that is executive by its verb or noun.

    "Signed the bill" is legislative, "A and B signed a pact" an agreement, "his decision to resign" personnel.
    """
    first = ctx.text.token_at(about.start)
    noun, verb = ctx.clauses.noun_phrase(first), ctx.chunks.verb_group(first)
    head = ctx.text.lower[noun.head] if noun is not None and noun.first == first else ""
    if head in word_set(ctx.lexicon.decision.nouns.bills):
        return "legislative"
    if deciders > 1 and act.lemma in _CONCLUDING and head in word_set(ctx.lexicon.decision.objects["deal"]):
        return "agreement"
    if act.noun is None or verb is None or verb.head != first:
        return "executive"
    chosen = matching_reading(ctx, verb, ctx.lemma(verb), ctx.clauses.object(verb))
    return chosen[0].category if chosen is not None else "executive"


def _scored_reading(ctx: EventContext, scorer: EventScorer, act: Act) -> EventCandidate:
    status = grammatical_status(ctx, act) or msgspec.convert(scorer.label("status", act.features), DecisionStatus)
    category = msgspec.convert(scorer.label("category", act.features), Category)
    deciders = political_actors(ctx, act.who.parties, person=True) or act.who.parties
    about = object_of_act(ctx, act)
    noun = act.lemma if act.noun is not None else ""
    return make_decision_candidate(
        ctx, act.first, act.last, category, status, deciders, about, _rule_name(scorer, act), noun
    )


def _rule_name(scorer: EventScorer, act: Act) -> str:
    """Return the construction and the class of the act that raises the score most: "verb order", "noun veto"."""
    kind, prefix = ("verb", "vclass:") if act.verb is not None else ("noun", "nclass:")
    best = max(act.classes or UNLISTED, key=lambda name: (scorer.weights.get(prefix + name, 0), name))
    return f"{kind} {best}"
