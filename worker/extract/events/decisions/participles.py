"""Participles that modify a noun: "the ceasefire announced by Oslo", "the accord signed last July"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.complements import after_adjunct, skip_vote_count
from worker.extract.lexicon.act_classes import load_act_classes
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_MAX_ADJUNCTS = 4
"""Maximum number of adjuncts between a participle and its agent."""


def is_agentive_participle(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle with an agent modifies a noun: "the ceasefire announced by Oslo"."""
    return ctx.text.tags[group.head] in {"VBN", "VBD"} and _has_no_auxiliary(ctx, group) and _has_agent(ctx, group)


def _has_no_auxiliary(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether only adverbs precede the main verb of a group: "just announced"."""
    return all(ctx.text.tags[i] == "RB" for i in range(group.first, group.head))


def is_reduced_relative(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle without an object modifies the noun before it: "the accord signed last July"."""
    is_participle = ctx.text.tags[group.head] == "VBN" and group.first == group.head and not group.finite
    noun = ctx.clauses.noun_phrase(group.first - 1) if is_participle else None
    if noun is None and is_participle:
        noun = noun_before_comma(ctx, group)
    if noun is None or ctx.text.tags[noun.head] not in {"NN", "NNS", "NNP"} or not _is_in_clause(ctx, group):
        return False
    actors = ctx.lexicon.actors
    return ctx.text.lower[noun.head] not in word_set(actors.institutions) | word_set(actors.offices)


def noun_before_comma(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a participle after a comma modifies: "[the roadmap], submitted to MPs on Friday"."""
    at = group.first - 1
    is_apart = at > ctx.text.sentence_range(group.head)[0] and ctx.text.words[at] == ","
    return ctx.clauses.noun_phrase(at - 1) if is_apart else None


def _is_in_clause(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether the sentence has another main verb: "the accord signed in May [failed]"."""
    if ctx.clauses.finite_verb_before(group) is not None:
        return True
    for at in range(group.last, ctx.text.sentence_range(group.head)[1]):
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.finite and verb.first == at and ctx.text.tags[at - 1] not in {"WP", "SC"}:
            return True
    return False


def _has_agent(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether an agent follows ("by Oslo", "on Friday by the board"), not a vote count ("by 310 to 280")."""
    at = group.last
    if ctx.word(at) != "by":
        at = _after_adjuncts(ctx, group)
    return ctx.word(at) == "by" and skip_vote_count(ctx, at) == at


def _after_adjuncts(ctx: EventContext, group: VerbGroup) -> int:
    """Return the "by" of a participle's agent after its adjuncts: "set out overnight [by] the ministry"; else -1.

    The agent has to be a political party, as "by" also introduces a means: "met on Friday by phone".
    """
    at, end = group.last, ctx.text.sentence_range(group.head)[1]
    if "by" not in ctx.text.lower[at:end]:
        return -1  # fast path for most verbs
    noun = ctx.clauses.noun_phrase(group.first - 1)
    if noun is None or ctx.text.tags[noun.head] == "PRP":
        return -1
    for _ in range(_MAX_ADJUNCTS):
        following = _after_phrase(ctx, at) if at < end and ctx.word(at) != "by" else at
        if following <= at or ctx.text.words[at] == ",":
            break
        at = following
    if at >= end or ctx.word(at) != "by":
        return -1
    agents = ctx.parties.parties_of(ctx.clauses.noun_phrase(at + 1))
    return at if any(ctx.roles.political_role(actor) for actor in agents) else -1


def _after_phrase(ctx: EventContext, at: int) -> int:
    """Return the token after an adjunct or a prepositional phrase; `at` if none begins there."""
    if ctx.word(at + 1) == "by" and ctx.text.tags[at] in {"IN", "TO", "RP"}:
        return at + 1  # "agreed to by Oslo"
    following = after_adjunct(ctx, at)
    noun = ctx.clauses.noun_phrase(at + 1) if following == at and ctx.text.tags[at] in {"IN", "TO"} else None
    return noun.last if noun is not None and noun.first == at + 1 else following


def modified_noun(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the noun that a participle modifies: "[the truce] on the river announced by"; else None."""
    noun = ctx.clauses.noun_phrase(group.first - 1)
    classes = load_act_classes(ctx.doc.lexicon.language)
    if noun is not None and classes is not None and ctx.text.lower[noun.head] in classes.classes_of_object:
        return noun
    while noun is not None and noun.first > 1 and ctx.text.lower[noun.first - 1] in {"in", "for", "on"}:
        before = ctx.clauses.noun_phrase(noun.first - 2)
        if before is None:
            break
        noun = before
    return noun
