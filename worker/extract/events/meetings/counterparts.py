"""Counterparts of a meeting noun that no preposition of the noun introduces: in its relative clause or its main clause.

"The talks that [Berg] held with [Ozola]", "a summit at which [Berg] met [Ozola]", "[Berg] told [Ozola] at a meeting",
"[Latvia] reached an agreement with [its creditors] after weeks of talks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import distinct_parties, subject_parties, with_parties
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import Actor

_RELATIVE_WINDOW = 12
"""Tokens after a noun that are searched for its relative clause."""
_VERB_WINDOW = 14
"""Tokens of a relative clause that are searched for its verb."""
_CLAUSE_WINDOW = 30
"""Tokens around a noun that are searched for the verb of its clause."""


def relative_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the subject of a noun's relative clause with its addressee or partner; empty without such a clause."""
    verb = _held_verb(ctx, noun)
    if verb is not None:
        return distinct_parties([*subject_parties(ctx, verb), *with_parties(ctx, verb.last)])
    verb = _verb_of_occasion(ctx, noun)
    return distinct_parties([*subject_parties(ctx, verb), *addressees(ctx, verb)]) if verb is not None else []


def _held_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb of which the noun is the object: "a visit he [will make] to Oslo", "talks that Berg [held]"."""
    at = noun.last + (ctx.word(noun.last) in word_set(ctx.lexicon.meeting.object_relatives))
    subject = ctx.clauses.noun_phrase(at)
    if subject is None or subject.first != at or subject.last <= noun.last:
        return None
    last = ctx.clauses.conjuncts(subject)[-1].last
    verb = ctx.chunks.verb_group(last)
    if verb is None or not verb.finite or verb.passive or verb.first != last:
        return None
    is_holding = ctx.lemma(verb) in ctx.lexicon.light_verb_lemmas
    return verb if is_holding and ctx.clauses.object(verb) is None else None


def _verb_of_occasion(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb of a clause that the noun is the occasion of: "talks in Oslo where he [told]", "at which"."""
    text, m = ctx.text, ctx.lexicon.meeting
    end = text.sentence_range(noun.head)[1]
    for at in range(noun.last, min(end, noun.last + _RELATIVE_WINDOW)):
        if (verb := ctx.chunks.verb_group(at)) is not None and verb.finite:
            return None
        after_preposition = text.lower[at - 1] in word_set(m.relative_prepositions)
        if text.lower[at] in word_set(m.occasion_relatives) or (text.lower[at] == "which" and after_preposition):
            return _first_finite(ctx, at + 1, min(end, at + _VERB_WINDOW))
    return None


def _first_finite(ctx: EventContext, first: int, end: int) -> VerbGroup | None:
    verbs = (verb for at in range(first, end) if (verb := ctx.chunks.verb_group(at)) is not None)
    return next((verb for verb in verbs if verb.finite), None)


def addressees(ctx: EventContext, verb: VerbGroup) -> list[Actor]:
    """Return the parties that a verb of address has as its object: "told [Ozola] that"; empty for any other verb."""
    if verb.passive or ctx.lemma(verb) not in word_set(ctx.lexicon.meeting.addressing):
        return []
    target = ctx.clauses.object(verb)
    return ctx.parties.parties_of(target) if target is not None else []


def occasion_parties(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the counterparts in the clause of which the noun is the occasion.

    The object of a verb of address ("told [Ozola] at a meeting") and the partner of an agreement or a quarrel: "agreed
    with [Ozola] in talks".  Empty if the noun is no adverbial of the clause, or has parties of its own.
    """
    if ctx.word(noun.first - 1) not in word_set(ctx.lexicon.meeting.adverbial_prepositions):
        if not _is_measured(ctx, noun):
            return []
    verb = _verb_of_adverbial(ctx, noun)
    if verb is None:
        return []
    return addressees(ctx, verb) or _partners_before(ctx, verb, noun)


def _is_measured(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a measure of the noun is the adverbial: "after [four weeks of] talks"."""
    measure = ctx.clauses.noun_phrase(noun.first - 2) if ctx.word(noun.first - 1) == "of" else None
    return (
        measure is not None
        and ctx.text.lower[measure.head] in word_set(ctx.lexicon.meeting.partitive_nouns)
        and ctx.word(measure.first - 1) in word_set(ctx.lexicon.meeting.adverbial_prepositions)
    )


def _verb_of_adverbial(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb that an adverbial modifies: the one before it, else, at the start of a sentence, the one after."""
    start, end = ctx.text.sentence_range(noun.head)
    for at in range(noun.first - 1, max(start, noun.first - _CLAUSE_WINDOW) - 1, -1):
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.finite:
            return verb
    return _first_finite(ctx, noun.last, min(end, noun.last + _CLAUSE_WINDOW))


def _partners_before(ctx: EventContext, verb: VerbGroup, noun: NounPhrase) -> list[Actor]:
    """Return the parties after "with" between a verb and its adverbial: "a deal with [its creditors] after talks"."""
    if verb.first > noun.first:
        return []
    found = ctx.clauses.prepositional_phrases(
        verb.last, word_set(ctx.lexicon.meeting.with_), max(0, noun.first - verb.last)
    )
    return ctx.parties.parties_of(found[0][1]) if found else []


def with_groups_beside(ctx: EventContext, parties: list[Actor]) -> list[Actor]:
    """Return the parties that can take part, with the groups beside a political one: "Oslo and [its creditors]"."""
    able = [a for a in parties if ctx.roles.political_role(a) or a.type == "person"]
    if not any(ctx.roles.political_role(a) == POLITICAL for a in able):
        return able
    audiences = word_set(ctx.lexicon.meeting.audiences)
    return [
        a
        for a in parties
        if a in able or (a.type in {"group", "unnamed"} and audiences.isdisjoint(ctx.roles.head_words(a)))
    ]
