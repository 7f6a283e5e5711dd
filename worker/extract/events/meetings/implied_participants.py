"""Participants that no preposition of a meeting noun introduces: its modifiers, its direction, its clause.

"The [cabinet] meeting", "the [Oslo]-[Riga] talks", "a call from [Berg] to [Ozola]", "after a meeting, [Berg] said …".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from worker.extract.events.meetings.counterparts import opens_clause, with_groups_beside
from worker.extract.events.meetings.participants import (
    after_possessor,
    has_dummy_subject,
    is_of_other_noun,
)
from worker.extract.events.trigger_parties import distinct_parties, subject_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_HYPHENS = re.compile("[-\N{EN DASH}\N{NON-BREAKING HYPHEN}/]")
_DIRECTIONS = frozenset({"to", "from"})
_DIRECTION_WINDOW = 10
"""Tokens after a call that are searched for caller and recipient."""
_CLAUSE_WINDOW = 40
"""Tokens around a noun that are searched for the verb of its clause."""


def modifier_participants(ctx: EventContext, noun: NounPhrase, at: int) -> list[Actor]:
    """Return the parties among the modifiers before a token: countries, acronyms, bodies and pairs of names."""
    noun = after_possessor(ctx, noun, at)
    found = list(ctx.parties.modifier_parties(noun, at))
    for token in range(noun.first, at):
        found += _paired_names(ctx, token)
    body = _body(ctx, noun, at)
    if body is not None and not any(a.name in body.name for a in found):
        found.append(body)
    return distinct_parties(found)


def _paired_names(ctx: EventContext, token: int) -> list[Actor]:
    """Return the parties of a compound of two names ("the Oslo-Riga talks"); empty for any other word."""
    word = ctx.text.words[token]
    halves = _HYPHENS.split(word)
    if len(halves) != 2 or not all(half[:1].isupper() for half in halves):  # noqa: PLR2004 - a pair
        return []
    found = [_named(ctx, half) for half in halves]
    return [actor for actor in found if actor is not None] if all(found) else []


def _named(ctx: EventContext, name: str) -> Actor | None:
    """Return the country or capital of that name, or the person of the article with that surname; else None."""
    main = ctx.doc.lexicon
    code = main.countries.get(name) or main.seats_of_power.get(name)
    if code is not None:
        return Actor(name=name, type="country", country=code)
    return ctx.person_of_surname.get(name)


def _body(ctx: EventContext, noun: NounPhrase, at: int) -> Actor | None:
    """Return the body among the modifiers ("the weekly [cabinet] meeting"), with its name; None if there is none."""
    text, institutions = ctx.text, word_set(ctx.lexicon.actors.institutions) - ctx.lexicon.meeting_class_heads
    last = next((i + 1 for i in range(at - 1, noun.first - 1, -1) if text.lower[i] in institutions), noun.first)
    first = last
    while first > noun.first and (text.tags[first - 1] == "NNP" or (first == last and text.tags[first - 1] != "CD")):
        first -= 1
    if first == last:
        return None
    return ctx.doc.mentions.resolve(first, last)


def directed_participants(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the parties after "to" and "from": "a call from [Berg]", "his call to [Ozola]"."""
    phrases = ctx.clauses.prepositional_phrases(noun.last, _DIRECTIONS, _DIRECTION_WINDOW)
    return [actor for _, phrase in phrases for actor in ctx.parties.parties_of(phrase)]


def clause_participants(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the subject of the clause that contains the noun, or else of the neighbouring clause.

    An adverbial that opens its clause belongs to the verb after it: "[…], but at a briefing Berg [said]".
    """
    if is_of_other_noun(ctx, noun):
        return []
    verbs = _finite_verbs_around(ctx, noun)
    before = [verb for verb in verbs if verb.last <= noun.first][-1:]
    after = [verb for verb in verbs if verb.first >= noun.last][:1]
    ordered = [*after, *before] if opens_clause(ctx, noun) else [*before, *after]
    for verb in (verb for verb in ordered if not _reports(ctx, verb, noun) and not has_dummy_subject(ctx, verb)):
        found = with_groups_beside(ctx, subject_parties(ctx, verb))
        if found:
            return distinct_parties(found)
    return []


def _reports(ctx: EventContext, verb: VerbGroup, noun: NounPhrase) -> bool:
    """Return whether a verb outside a statement reports the noun in it: "the talks go on, she [said]"."""
    ids, cue = ctx.statement_ids, ctx.doc.lexicon.cues.get(ctx.text.lower[verb.head])
    if cue is not None and cue.thought and verb.last <= noun.first:
        return True  # "analysts expect no accord at the talks"
    return ids[noun.head] is not None and ids[noun.head] != ids[verb.head]


def _finite_verbs_around(ctx: EventContext, noun: NounPhrase) -> list[VerbGroup]:
    start, end = ctx.text.sentence_range(noun.head)
    window = range(max(start, noun.first - _CLAUSE_WINDOW), min(end, noun.last + _CLAUSE_WINDOW))
    verbs = (v for at in window if (v := ctx.chunks.verb_group(at)) is not None and v.first == at)
    return [verb for verb in verbs if verb.finite]
