"""Start of the complement of a verb or noun of choice, after the adjuncts between them.

"decided [in Riga] to send", "voted [on Monday at a stormy meeting] to ban", "agreed [with Oslo] on", "has
decided[, after months of talks,] to close".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase

_MAX_ADJUNCTS = 8
"""Adjuncts, adverbs and commas between a verb and its complement."""
_MAX_OF_PHRASES = 3


def skip_adjuncts(ctx: EventContext, at: int) -> int:
    """Return the token at which a complement begins: an infinitive, "that", "whether", or "on" after an adjunct.

    `at` itself if something other than adjuncts comes first.
    """
    start, end = at, ctx.text.sentence_range(at - 1)[1]
    for _ in range(_MAX_ADJUNCTS):
        if at >= end:
            return start
        if _opens_complement(ctx, at, skipped=at > start):
            return at
        following = after_adjunct(ctx, at)
        if following <= at:
            return start
        at = following
    return start


def _opens_complement(ctx: EventContext, at: int, *, skipped: bool) -> bool:
    words = ctx.lexicon.extent
    verb = ctx.chunks.verb_group(at)
    if verb is not None and verb.infinitive and at == verb.first:
        return True
    word = ctx.word(at)
    if word in word_set(words.complement_openers):
        return True
    if word == "not" and ctx.chunks.verb_group(at + 1) is not None:
        return True
    is_preposition = skipped and word in word_set(words.complement_prepositions) and ctx.text.tags[at] in {"IN", "TO"}
    return is_preposition and not ctx.time_and_place.is_time_at(at)


def after_adjunct(ctx: EventContext, at: int) -> int:
    """Return the token after an adverb, a comma, a time or a prepositional adjunct; `at` if none begins there."""
    text = ctx.text
    timed = ctx.time_and_place.times.adverbial_end(at)
    if timed > at:
        return timed
    if ctx.word(at) in word_set(ctx.lexicon.extent.adjunct_prepositions):
        noun = ctx.clauses.noun_phrase(at + 1) if at + 1 < len(text.words) else None
        if noun is not None and noun.first in {at, at + 1}:  # "after long talks" may be one phrase
            favour = ctx.word(noun.head) in word_set(ctx.lexicon.decision.choice.favour_nouns)
            return at if favour else _phrase_end(ctx, noun)
    if text.tags[at] == "IN" and at + 1 < len(text.words):
        noun = ctx.clauses.noun_phrase(at + 1)
        if noun is not None and noun.first == at + 1 and ctx.clauses.is_time_expression(noun):
            return noun.last  # "over the summer"
    is_adverb = text.tags[at] == "RB" and ctx.chunks.verb_group(at) is None
    return at + 1 if is_adverb or text.words[at] == "," else at


def _phrase_end(ctx: EventContext, noun: NounPhrase) -> int:
    """Return the end of a noun phrase with its of-phrases and conjuncts."""
    end = ctx.clauses.conjuncts(noun)[-1].last
    for _ in range(_MAX_OF_PHRASES):
        of = ctx.clauses.noun_phrase(end + 1) if ctx.word(end) in {"of", "between"} else None
        if of is None or of.first != end + 1:
            break
        end = ctx.clauses.conjuncts(of)[-1].last
    return end


def skip_time(ctx: EventContext, at: int) -> int:
    """Return the token after adverbs and dates: "agreed [on Friday] to", "ruled[, on 2 May,] that"."""
    if ctx.word(at) == "," and ctx.word(at + 1) != ",":
        aside = skip_time(ctx, at + 1)
        return aside + 1 if aside > at + 1 and ctx.word(aside) == "," else at
    for _ in range(3):
        skip = at + (ctx.word(at) in {"on", "in", "at"} and ctx.text.tags[at] == "IN")
        noun = ctx.clauses.noun_phrase(skip) if skip < len(ctx.text.words) else None
        if noun is not None and noun.first == skip and ctx.clauses.is_time_expression(noun):
            at = noun.last
        elif (
            at < len(ctx.text.words)
            and ctx.text.tags[at] == "RB"
            and ctx.chunks.verb_group(at) is None
            and ctx.word(at) != "not"
        ):
            at += 1
        else:
            break
    return at


def skip_vote_count(ctx: EventContext, at: int) -> int:
    """Return the token after a vote count: "voted [7-2] to", "voted [by 310 to 280] to"."""
    start = at + (ctx.word(at) == "by")
    end = start
    while end < len(ctx.text.words) and (
        ctx.text.tags[end] == "CD"
        or (end > start and ctx.word(end) in word_set(ctx.lexicon.decision.choice.vote_count_words))
    ):
        end += 1
    while end > start and ctx.text.tags[end - 1] != "CD":
        end -= 1  # the "to" of the infinitive is no part of "7-2 to"
    return end if end > start else at
