"""The clause around a noun of decision: its predicate, and the owner to whom "his" or "her" refers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor

_PARALLEL_WINDOW = 16
"""Maximum number of tokens between two possessives of one owner: "Berg's plan for the ports and his vote"."""


def predicate_start(ctx: EventContext, noun: NounPhrase) -> int | None:
    """Return where the predicate of the noun begins: "Oslo's plans to build a bridge [angered] Riga"; else None."""
    verbs = (ctx.chunks.verb_group(i) for i in range(noun.last, ctx.text.sentence_range(noun.head)[1]))
    verb = next((v for v in verbs if v is not None and v.finite), None)
    subject = ctx.clauses.subject(verb) if verb is not None else None
    return verb.first if verb is not None and subject is not None and subject.first == noun.first else None


def parallel_owner(ctx: EventContext, noun: NounPhrase) -> Actor | None:
    """Return the antecedent of "his" or "her" that owns a noun in the same clause: "[Berg]'s plan and his vote".

    None if the determiner is another word, or a finite verb separates the two.
    """
    text, lexicon = ctx.text, ctx.doc.lexicon
    if text.tags[noun.first] != "PRP$" or text.lower[noun.first] not in lexicon.masculine | lexicon.feminine:
        return None
    for at in range(noun.first - 1, max(text.sentence_range(noun.first)[0], noun.first - _PARALLEL_WINDOW), -1):
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.finite:
            return None
        owned = ctx.clauses.noun_phrase(at) if text.tags[at] == "POS" else None
        if owned is not None:
            owner = ctx.parties.possessor(owned, owned.head)
            return owner if owner is not None and owner.type == "person" else None
    return None
