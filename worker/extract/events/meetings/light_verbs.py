"""Verbs of a meeting noun: the light verb or governor before it, and the verb whose subject it is.

"Berg [held] talks", "Berg [took part] in a round of talks", "the talks [will be held]".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.modality import outcome_of
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_PREDICATE_WINDOW = 24
"""Tokens after a noun that are searched for its predicate."""
_STEPS_TO_LIGHT_VERB = 5
"""Steps from a noun back to its light verb: "is [reportedly] [in] [a] [round] [of] talks"."""


def light_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the light verb of the noun, before it or before "in", "for" or "at"; None if there is none."""
    before = noun.first - 1
    for _ in range(_STEPS_TO_LIGHT_VERB):
        if ctx.chunks.verb_group(before) is None and before >= 0 and _can_be_skipped(ctx, before):
            before -= 1
            continue
        group = ctx.chunks.verb_group(before)
        if group is not None and _is_attributive_participle(ctx, group, noun):
            before = group.first - 1
            continue
        if group is None and ctx.word(before) in ctx.doc.lexicon.particles and ctx.chunks.verb_group(before - 1):
            before -= 1
            continue
        if group is not None:
            return group if _is_light(ctx, group, ctx.word(noun.first - 1)) else None
        guest = ctx.clauses.noun_phrase(before)
        if guest is not None and ctx.word(guest.last) == "to" and guest.last == noun.first - 1:
            group = ctx.chunks.verb_group(ctx.clauses.conjuncts(guest)[0].first - 1)
            return group if group and ctx.text.lower[group.head] in ctx.lexicon.object_control_forms else None
        if ctx.word(before) == "of" and (part := ctx.clauses.noun_phrase(before - 1)) is not None:
            if ctx.text.lower[part.head] not in word_set(ctx.lexicon.meeting.partitive_nouns):
                return None
            before = part.first - 1
            continue
        if before < 0 or ctx.text.lower[before] not in word_set(ctx.lexicon.meeting.light_verb_links):
            return None
        before -= 1
    return None


def _can_be_skipped(ctx: EventContext, at: int) -> bool:
    """Return whether a token may be between a light verb and its noun: an adverb, a quotation mark."""
    return ctx.text.tags[at] == "RB" or ctx.text.words[at] in ctx.doc.lexicon.quotation_marks


def _is_light(ctx: EventContext, group: VerbGroup, preposition: str) -> bool:
    """Return whether a verb shares its subject with the meeting noun after it, or governs its outcome.

    A verb before "at" or "in" governs no outcome: "the rates agreed at the talks".
    """
    lemma, m = ctx.lemma(group), ctx.lexicon.meeting
    outcome = outcome_of(ctx.lexicon, lemma, ctx.word(group.head + 1))
    if preposition in word_set(m.place_prepositions) and outcome is not None:
        return lemma in word_set(m.attending)
    return lemma in ctx.lexicon.light_verb_lemmas or outcome is not None


def _is_attributive_participle(ctx: EventContext, group: VerbGroup, noun: NounPhrase) -> bool:
    """Return whether a verb group is a participle that modifies the noun: "scrapped [planned] talks"."""
    bare = group.last == noun.first and group.first == group.head and ctx.text.tags[group.head] == "VBN"
    return bare and ctx.chunks.verb_group(group.first - 1) is not None


def predicate_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb whose subject the noun is: "talks in Oslo [will be held]"; None if there is none."""
    outer = ctx.clauses.noun_phrase(noun.first - 2) if ctx.word(noun.first - 1) == "of" else None
    if outer is not None and ctx.text.lower[outer.head] in word_set(ctx.lexicon.meeting.record_nouns):
        return None  # "a photo of the talks was shown"
    end = min(ctx.text.sentence_range(noun.head)[1], noun.last + _PREDICATE_WINDOW)
    for at in range(noun.last, end):
        group = ctx.chunks.verb_group(at)
        if group is None or group.first != at:
            continue
        if at == noun.last and (group.infinitive or ctx.text.tags[group.head] == "VBN"):
            return group
        if group.finite and ctx.word(group.first - 1) in ctx.doc.lexicon.relative:
            own = group.passive or ctx.text.lower[group.head] in ctx.doc.lexicon.be
            return group if own else None  # "talks in Oslo that will be held", not "a visit that included"
        if group.finite:
            subject = ctx.clauses.subject(group)
            partitive = subject is not None and subject.last == noun.first - 1 and ctx.word(subject.last) == "of"
            is_subject = subject is not None and (subject.head == noun.head or partitive)
            return group if is_subject or _is_clause_subject(ctx, noun, group) else None
    return None


def _is_clause_subject(ctx: EventContext, noun: NounPhrase, group: VerbGroup) -> bool:
    """Return whether the noun opens the sentence and only phrases that modify it precede the verb."""
    is_opening = noun.first == ctx.text.sentence_range(noun.head)[0]
    between = range(noun.last, group.first)
    has_clause_between = any(ctx.text.tags[i] in {"WP", "SC"} for i in between)
    return (
        is_opening
        and not has_clause_between
        and all(ctx.text.words[i] == "," for i in between if ctx.text.tags[i] == "PUNCT")
    )


def passive_light_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the passive light verb of the noun: "a meeting of the council [was convened]"; else None."""
    own = predicate_verb(ctx, noun)
    return (
        own
        if own is not None and own.passive and own.finite and ctx.lemma(own) in ctx.lexicon.light_verb_lemmas
        else None
    )
