"""Statuses that the grammar of an act determines, whatever its verb: "[has yet to] decide", "[until] the court rules".

If the grammar leaves the status open, the model of the scorer determines it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_time
from worker.extract.events.decisions.reader import is_yet_to
from worker.extract.events.decisions.status import is_failure
from worker.extract.lexicon.act_classes import load_act_classes
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import DecisionStatus, Span

_OPEN = frozenset({"refuse", "veto", "consider", "postpone"})
"""Classes of verbs and nouns whose negation is no decision against the act."""
_REFUSALS = frozenset({"refuse", "veto"})
"""Classes of verbs and nouns of refusal; their negation leaves the decision not taken."""
_SCAN = 16
"""Tokens before a verb that are searched for the "until" of its clause."""


def grammatical_status(ctx: EventContext, act: Act) -> DecisionStatus | None:
    """Return the status that tense, negation, conjunction and governors determine; None if they leave it open."""
    if act.verb is not None:
        return _status_of_verb(ctx, act, act.verb)
    return _status_of_noun(ctx, act, act.noun) if act.noun is not None else None


def _status_of_verb(ctx: EventContext, act: Act, group: VerbGroup) -> DecisionStatus | None:
    if is_yet_to(ctx, group):
        return "pending"
    modality = ctx.modality(group)
    if is_failure(ctx, modality):
        return "not_taken"
    governors = {ctx.lexicon.lemma(ctx.text.lower[g.token]) for g in modality.governors}
    if not governors.isdisjoint(word_set(ctx.lexicon.modality.unwilling)):
        return "rejected"
    if _is_awaited(ctx, group):
        return "pending"
    if group.negated and not _REFUSALS.isdisjoint(act.classes):
        return "not_taken"  # "would not rule out"
    is_own = _OPEN.isdisjoint(act.classes)
    if is_own and act.object is not None and ctx.word(act.object.first) == "no" and act.object.first >= act.last:
        return "not_taken"  # "issued no orders"
    if "decide" in act.classes and ctx.word(act.last) == "not" and not modality.negated:
        return "rejected"  # "decided not to"
    if is_own and _is_undone(ctx, group) and group.modal < 0:
        return "not_taken"
    return None


def _is_undone(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a verb is a negated perfect or negated by "never": "has not signed", "never passed"."""
    words = ctx.text.lower[group.first : group.head]
    is_perfect = any(word in ctx.doc.lexicon.have or word in {"hasn", "haven", "hadn"} for word in words)
    return "never" in words or (group.negated and is_perfect)


def _is_awaited(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the act of the verb is awaited: "until the court rules", "before it approves"."""
    text, start = ctx.text, ctx.text.sentence_range(group.head)[0]
    present = text.tags[group.first] in {"VBZ", "VBP"} and not group.negated
    if not group.finite or not present:
        return False
    for at in range(group.first - 1, max(start, group.first - _SCAN) - 1, -1):
        if text.lower[at] in word_set(ctx.lexicon.modality.awaiting):
            return True
        if text.tags[at] in {"SC", "WP", "PUNCT"} or ctx.chunks.verb_group(at) is not None:
            return False
    return False


def _status_of_noun(ctx: EventContext, act: Act, noun: NounPhrase) -> DecisionStatus | None:
    if not _OPEN.isdisjoint(act.classes):
        return None
    modifiers = frozenset(ctx.text.lower[noun.first : noun.head])
    if modifiers & word_set(ctx.lexicon.decision.nouns.expected):
        return "pending"
    verb = ctx.chunks.verb_group(noun.first - 1)
    after = ctx.chunks.verb_group(skip_time(ctx, noun.last))
    if verb is not None and ctx.lemma(verb) in word_set(ctx.lexicon.decision.nouns.withholding):
        return "not_taken"
    made = word_set(ctx.lexicon.decision.nouns.reporting_verbs)
    for light in (verb, after, _infinitive_after_yet(ctx, after)):
        if light is None or ctx.lemma(light) not in made or light.last > light.head + 1:
            continue  # "took up the offer"
        if light is verb or light.passive:
            return _status_of_light_verb(ctx, light)
    return None


def decides_against(ctx: EventContext, about: Span | None) -> bool:
    """Return whether the complement of a noun is negated: "a choice of the council not to [sell the quay]"."""
    first = ctx.text.token_at(about.start) if about is not None else 0
    return first > 1 and ctx.text.lower[first - 2 : first] == ["not", "to"]


def presents_plan(ctx: EventContext, act: Act) -> bool:
    """Return whether a verb presents a plan, so that the status is "proposed": "unveiled plans for a bridge"."""
    if act.verb is None or act.object is None:
        return False
    classes = load_act_classes(ctx.doc.lexicon.language)
    is_plan = classes is not None and "plan" in classes.classes_of_noun.get(ctx.text.lower[act.object.head], ())
    return is_plan and act.lemma in word_set(ctx.lexicon.decision.nouns.presenting)


def _infinitive_after_yet(ctx: EventContext, verb: VerbGroup | None) -> VerbGroup | None:
    """Return the infinitive after "yet": "had yet [to be taken]"; None for another verb."""
    return ctx.chunks.verb_group(verb.last + 1) if verb is not None and ctx.word(verb.last) == "yet" else None


def _status_of_light_verb(ctx: EventContext, verb: VerbGroup) -> DecisionStatus | None:
    """Return the status by the verb that only reports its noun: "will make a decision", "has not made a decision"."""
    modality = ctx.modality(verb)
    if is_yet_to(ctx, verb):
        return "pending"
    if modality.negated or is_failure(ctx, modality):
        return "not_taken"
    if modality.modal == "will" or (verb.infinitive and modality.governors):
        return "pending"
    return None
