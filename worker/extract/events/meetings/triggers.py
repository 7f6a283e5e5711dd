"""Triggers of meetings with high recall: every verb and noun of encounter that the lexicon lists by class.

The judgement of the rules of `verbs` and `nouns` is a feature of a trigger; the scorer decides (`trigger_features`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.counterparts import (
    held_parties,
    hosting_agents,
    main_clause_parties,
    relative_clause_parties,
    with_groups_beside,
)
from worker.extract.events.meetings.implied_participants import (
    clause_participants,
    directed_participants,
    modifier_participants,
)
from worker.extract.events.meetings.nouns import read_noun, with_possessor
from worker.extract.events.meetings.reader import meeting_form
from worker.extract.events.meetings.speakers import reporting_party
from worker.extract.events.meetings.trigger import MeetingTrigger
from worker.extract.events.meetings.verb_triggers import verb_triggers
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import distinct_parties
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import Source
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor, Form

_FORMS: dict[str, Form] = {
    "talks": "talks",
    "meal": "talks",
    "visit": "visit",
    "call": "call",
    "summit": "summit",
    "press": "press_conference",
}
"""Class of a noun -> form of the meeting."""
_TALKS = frozenset({"talks", "call"})
"""Forms that need a counterpart."""
_PAIR = 2
_CONSTRUCTION: Source = "construction"


def meeting_triggers(ctx: EventContext) -> list[MeetingTrigger]:
    """Return the possible triggers of an article in text order."""
    return sorted([*verb_triggers(ctx), *noun_triggers(ctx)], key=lambda t: t.candidate.first)


def noun_triggers(ctx: EventContext) -> Iterator[MeetingTrigger]:
    """Yield the nouns of encounter in text order."""
    heads = ctx.lexicon.meeting_class_heads
    for chunk in ctx.chunks.noun_phrases:
        if heads.isdisjoint(ctx.text.lower[chunk.first : chunk.last]):
            continue  # fast path for most nouns
        noun = with_possessor(ctx, ctx.clauses.noun_phrase(chunk.first) or chunk)
        found = _noun_class(ctx, noun)
        if found is not None:
            yield _noun_trigger(ctx, noun, *found)


def _noun_class(ctx: EventContext, noun: NounPhrase) -> tuple[str, int] | None:
    """Return (class of a meeting noun, first token of the noun proper); None for any other noun."""
    head, lower, classes = noun.head, ctx.text.lower, ctx.lexicon.meeting_noun_classes
    pair = f"{lower[head - 1]} {lower[head]}" if head > noun.first else ""
    if pair in classes:
        return classes[pair], head - 1
    name = classes.get(lower[head])
    return (name, head) if name is not None else None


def _noun_trigger(ctx: EventContext, noun: NounPhrase, word_class: str, at: int) -> MeetingTrigger:
    listed = meeting_form(ctx, noun)
    form, first = listed if listed is not None else (_FORMS[word_class], at)
    form = _form_by_context(ctx, noun, form)
    reading = read_noun(ctx, noun, form, first)
    found = reading.candidate
    found.parties, source = _completed(ctx, noun, found.kind, at, found.parties)
    bodies = (_without_occasion(ctx, actor) for actor in found.parties)
    found.parties = distinct_parties([actor for actor in bodies if actor is not None])
    if first < noun.head and found.kind == "call" and len(found.parties) == 1 and ctx.word(first) == "conference":
        found.kind = "press_conference"  # a conference call of one party is one with reporters
    return MeetingTrigger(
        candidate=found,
        word_class=word_class,
        lemma=ctx.text.lower[noun.head],
        verdict="unlisted" if listed is None else reading.verdict,
        source=source,
        phrase=noun,
        light=reading.light,
        own=reading.own,
        when=ctx.time_and_place.find_time(at, noun.last),
    )


def _form_by_context(ctx: EventContext, noun: NounPhrase, form: Form) -> Form:
    """Return the form that the words beside the noun give: "summit [talks]", "a conference [call] with reporters"."""
    m = ctx.lexicon.meeting
    if form == "talks" and ctx.word(noun.head - 1) in word_set(m.summit_modifiers):
        return "summit"
    partner = ctx.clauses.noun_phrase(noun.last + 1) if form == "call" and ctx.word(noun.last) == "with" else None
    is_press = partner is not None and ctx.text.lower[partner.head] in word_set(m.press_nouns)
    return "press_conference" if is_press else form


def _completed(
    ctx: EventContext, noun: NounPhrase, form: str, at: int, parties: list[Actor]
) -> tuple[list[Actor], Source]:
    """Return (the parties of a noun with the implied ones, where the last added ones are from)."""
    found, source = parties, _CONSTRUCTION
    bodies = _able(ctx, modifier_participants(ctx, noun, at), found) if form != "visit" else []
    if bodies := [body for body in bodies if not any(body.name in actor.name for actor in found)]:
        found, source = [*found, *bodies], "modifier"
    if form == "call" and (directed := _able(ctx, directed_participants(ctx, noun), found)):
        caller = clause_participants(ctx, noun)[:1] if not found and len(directed) == 1 else []
        found, source = distinct_parties([*caller, *found, *directed]), "direction"
    if form == "visit" and (visitors := _able(ctx, _visitors(ctx, noun), [])):
        found = visitors if source == "construction" and not _has_owner(ctx, noun, at) else [*found, *visitors]
    hosts: list[Actor] = []
    if form != "press_conference":
        held = _able(ctx, held_parties(ctx, noun), [])
        found = held if len(held) >= _PAIR else distinct_parties([*held, *found])
        hosts = hosting_agents(ctx, noun)
        occasion = [*relative_clause_parties(ctx, noun, owned=bool(found)), *hosts]
        found = [*found, *_able(ctx, occasion, found)]
    if form in _TALKS and _is_counterpart_alone(ctx, noun, found):
        found = [*_able(ctx, clause_participants(ctx, noun)[:1], found), *found]
        if len(found) == 1 and (speaker := reporting_party(ctx, noun)) is not None:
            found = distinct_parties([speaker, *found])
    if not found:
        found = clause_participants(ctx, noun)
        source = "clause" if found else "nothing"
    is_shared = form in _TALKS or ctx.word(noun.first) in ctx.doc.lexicon.plural  # "agreed with X at their summit"
    if is_shared and (len(found) == 1 or hosts or source == "modifier"):
        found = distinct_parties([*found, *with_groups_beside(ctx, [*found, *main_clause_parties(ctx, noun)])])
    return found, source


def _without_occasion(ctx: EventContext, actor: Actor) -> Actor | None:
    """Return the body within a party that is the name of a meeting: "[OPEC] conference", "the [council] meeting".

    Any other party is returned unchanged.  None if the name contains no body: "Harbour Conference".
    """
    heads = word_set(ctx.lexicon.meeting.occasion_names)
    words, span = actor.name.split(), actor.mention
    if actor.type == "person" or len(words) < _PAIR or words[-1].lower() not in heads:
        return actor
    first = ctx.text.token_at(span.start) if span is not None else 0
    last = ctx.text.token_at(span.end - 1) if span is not None else 0
    while last > first and ctx.text.lower[last] in heads:
        last -= 1
    first = next((at + 1 for at in range(last, first, -1) if ctx.text.tags[at] == "POS"), first)
    is_body = ctx.text.words[last].isupper() or ctx.text.lower[last] in word_set(ctx.lexicon.actors.institutions)
    return ctx.parties.resolve(first, last + 1) if last > first - 1 and is_body else None


def _is_counterpart_alone(ctx: EventContext, noun: NounPhrase, parties: list[Actor]) -> bool:
    """Return whether the only party is the one after "with": "confirmed new talks with [Ozola]"."""
    if len(parties) != 1 or ctx.word(noun.last) not in word_set(ctx.lexicon.meeting.with_):
        return False
    mention = parties[0].mention
    return mention is not None and mention.start >= ctx.text.ends[noun.head]


def _has_owner(ctx: EventContext, noun: NounPhrase, at: int) -> bool:
    return ctx.parties.possessor(noun, at) is not None


def _able(ctx: EventContext, parties: list[Actor], known: list[Actor]) -> list[Actor]:
    """Return the parties that can take part and are not known yet."""
    names = {actor.name.casefold() for actor in known}
    able = (a for a in parties if ctx.roles.political_role(a) or a.type == "person")
    return [a for a in distinct_parties(list(able)) if a.name.casefold() not in names]


def _visitors(ctx: EventContext, noun: NounPhrase) -> list[Actor]:
    """Return the visitors after "of": "the visit of [the Latvian president]", but no countries toured."""
    of = ctx.clauses.noun_phrase(noun.last + 1) if ctx.word(noun.last) == "of" else None
    if of is not None and ctx.time_and_place.can_be_place(of):
        return [a for a in ctx.parties.parties_of(of) if a.type == "person"]
    return [a for a in ctx.parties.parties_of(of) if a.type == "person" or _is_body(ctx, a)]


def _is_body(ctx: EventContext, actor: Actor) -> bool:
    return actor.type != "country" and ctx.roles.political_role(actor) == POLITICAL
