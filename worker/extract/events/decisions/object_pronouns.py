"""Antecedents of pronouns as objects of decisions: "passed [a bill], but it was vetoed"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.act_classes import load_act_classes
from worker.schema import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase

_DECIDED = frozenset({
    "law", "resolution", "plan", "deal", "sanction", "money", "inquiry", "case", "election", "decision",
    "request",
})  # fmt: skip
"""Classes of nouns to which the "it" of a decision may refer."""
_WINDOW = 40
"""Tokens before a pronoun that are searched for its antecedent."""


def without_pronoun(ctx: EventContext, about: Span | None) -> Span | None:
    """Return the antecedent of an object that is only a pronoun; any other or unresolved object unchanged."""
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
    """Return the nearest subject, or else noun phrase, before "it" or "they" that can be decided on; else None.

    The search covers the sentence and the one before.
    """
    classes = load_act_classes(ctx.doc.lexicon.language)
    if classes is None or ctx.text.lower[at] not in ctx.doc.lexicon.neuter | ctx.doc.lexicon.plural:
        return None
    plural = ctx.text.lower[at] in ctx.doc.lexicon.plural
    number = ctx.text.sentence_of[at]
    start = max(ctx.text.sentences[max(0, number - 1)][0], at - _WINDOW)
    subjects = (ctx.clauses.subject(verb) for verb in ctx.clauses.finite_verbs_before(at))
    for noun in (*subjects, *_phrases_before(ctx, at, start)):
        if noun is None or noun.first < start or noun.last > at:
            continue
        kinds = classes.classes_of_object.get(ctx.text.lower[noun.head], ())
        if (ctx.text.tags[noun.head] == "NNS") == plural and not _DECIDED.isdisjoint(kinds):
            return ctx.text.span(noun.first, noun.head + 1)
    return None


def _phrases_before(ctx: EventContext, at: int, start: int) -> Iterator[NounPhrase]:
    """Yield the noun phrases before a token, the nearest first."""
    while at > start:
        at -= 1
        noun = ctx.clauses.noun_phrase(at)
        if noun is not None:
            yield noun
            at = noun.first
