"""Verbs whose object or complement gives them a sense other than a choice.

"Released data" is a publication, "concluded its hearing" an end, "launched a missile" an execution, "imports dropped to
$9 billion" a change, "announced that two people were treated" a fact, and "ruled from Oslo" means governed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_adjuncts
from worker.extract.lexicon.act_classes import verb_lemmas

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses


def has_other_sense(ctx: EventContext, classes: ActClasses, act: Act) -> bool:
    """Return whether the object or complement of a verb gives it a sense other than a choice."""
    group = act.verb
    if group is None:
        return False
    lemma = act.lemma or verb_lemmas(ctx.doc.lexicon.language).get(ctx.text.lower[group.head], "")
    return (
        _is_of_other_objects(ctx, classes, lemma, group)
        or (lemma in classes.grammar_words["changing_verbs"] and _is_change(ctx, group))
        or (lemma in classes.grammar_words["telling_verbs"] and _tells_fact(ctx, act))
        or (lemma.partition("_")[0] == "rule" and _governs(ctx, classes, group))
    )


def _is_of_other_objects(ctx: EventContext, classes: ActClasses, lemma: str, group: VerbGroup) -> bool:
    """Return whether the object, or the subject of a passive, belongs to the objects of another sense of the verb."""
    objects = classes.objects_of_other_senses.get(lemma)
    if objects is None:
        return False
    target = ctx.clauses.subject(group) if group.passive else ctx.clauses.object(group)
    if target is None:
        return False
    head = target.last if ctx.text.tags[target.head] == "PRP$" else target.head  # "its [hearing]", read as a gerund
    return ctx.word(head) in objects


def _is_change(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the object of a verb is a number, or a number follows "to", "from" or "by": "dropped to 3%"."""
    target, at = ctx.clauses.object(group), group.last
    if target is not None:
        return ctx.text.tags[target.head] == "CD" or ctx.word(target.head) in {"percent", "%", "inches", "points"}
    is_extent = ctx.word(at) in {"to", "from", "by", "below", "above"}
    return is_extent and at + 1 < len(ctx.text.tags) and ctx.text.tags[at + 1] in {"CD", "$"}


def _tells_fact(ctx: EventContext, act: Act) -> bool:
    """Return whether a that-clause in the past tense follows: "announced that two people sought treatment"."""
    at = skip_adjuncts(ctx, act.last)
    if ctx.word(at) != "that":
        return False
    end = ctx.text.sentence_range(act.head)[1]
    verb = next((g for i in range(at + 1, end) if (g := ctx.chunks.verb_group(i)) is not None and g.finite), None)
    return verb is not None and ctx.text.tags[verb.first] == "VBD"


def _governs(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> bool:
    """Return whether "rule" means to govern: "ruled from Oslo", "ruled in exile", "ruled for ten years"."""
    after, then = ctx.word(group.last), ctx.word(group.last + 1)
    if after in classes.grammar_words["governing_complements"] or (after == "in" and then == "exile"):
        return True
    noun = ctx.clauses.noun_phrase(group.last + 1) if after == "for" else None
    return noun is not None and ctx.clauses.is_time_expression(noun)
