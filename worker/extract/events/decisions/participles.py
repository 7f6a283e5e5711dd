"""Participles that modify a noun: "the ceasefire announced by Oslo", "the accord signed last July"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_vote_count

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup


def is_agentive_participle(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle with an agent modifies a noun: "the ceasefire announced by Oslo"."""
    return ctx.text.tags[group.head] in {"VBN", "VBD"} and group.first == group.head and _has_agent(ctx, group)


def _has_agent(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether an agent follows ("by Oslo"), not a vote count ("by 310 to 280")."""
    return ctx.word(group.last) == "by" and skip_vote_count(ctx, group.last) == group.last


def modified_noun(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a participle modifies: "[the truce] on the river announced by"; else None."""
    noun = ctx.clauses.noun_phrase(group.first - 1)
    while noun is not None and noun.first > 1 and ctx.text.lower[noun.first - 1] in {"in", "for", "on"}:
        before = ctx.clauses.noun_phrase(noun.first - 2)
        if before is None:
            break
        noun = before
    return noun
