"""What a pronoun as the object of a decision refers to: "passed [a bill], but it was vetoed"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.act_classes import load_act_classes
from worker.schema import Span

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext

_DECIDED = frozenset({
    "law", "resolution", "plan", "deal", "sanction", "money", "inquiry", "case", "election", "decision",
    "request",
})  # fmt: skip
"""Classes of nouns to which the "it" of a decision may refer."""
_WINDOW = 40
"""Tokens before a pronoun that are searched for its antecedent."""


def without_pronoun(ctx: EventContext, about: Span | None) -> Span | None:
    """Return the antecedent of an object that is only a pronoun; other objects and unresolved ones as they are."""
    if about is None or " " in about.text:
        return about
    at = ctx.text.token_at(about.start)
    if ctx.text.tags[at] != "PRP" or ctx.text.span(at, at + 1) != about:
        return about
    return _named_before(ctx, at) or _decided_before(ctx, at) or about


def _named_before(ctx: EventContext, at: int) -> Span | None:
    """Return the last occurrence of the name of the person to whom a pronoun refers."""
    actor = ctx.parties.resolve(at, at + 1)
    if actor.type != "person" or actor.name.lower() == ctx.text.lower[at]:
        return None
    start = ctx.text.string.rfind(actor.name, 0, ctx.text.starts[at])
    return Span(start=start, end=start + len(actor.name), text=actor.name) if start >= 0 else None


def _decided_before(ctx: EventContext, at: int) -> Span | None:
    """Return the nearest noun phrase before "it" or "they" that denotes something to decide on, in two sentences."""
    classes = load_act_classes(ctx.doc.lexicon.language)
    if classes is None or ctx.text.lower[at] not in ctx.doc.lexicon.neuter | ctx.doc.lexicon.plural:
        return None
    plural = ctx.text.lower[at] in ctx.doc.lexicon.plural
    number = ctx.text.sentence_of[at]
    start = max(ctx.text.sentences[max(0, number - 1)][0], at - _WINDOW)
    while at > start:
        at -= 1
        noun = ctx.clauses.noun_phrase(at)
        if noun is None:
            continue
        at = noun.first
        is_plural = ctx.text.tags[noun.head] == "NNS"
        if is_plural == plural and not _DECIDED.isdisjoint(
            classes.classes_of_object.get(ctx.text.lower[noun.head], ())
        ):
            return ctx.text.span(noun.first, noun.head + 1)
    return None
