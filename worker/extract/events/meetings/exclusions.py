"""Triggers that the definition of a meeting excludes, whatever their score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.destinations import is_at_home
from worker.extract.events.trigger_parties import is_question
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.extract.grammar.chunker import NounPhrase
    from worker.schema import Actor

_PAIR = 2
_ATTITUDE_WINDOW = 14
"""Tokens before a noun that are searched for the attitude that governs it."""
_JOURNEYS = frozenset({"travel", "visit", "due"})


def is_excluded(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether the definition excludes a trigger.

    Questions, meals of one party, journeys at home, wishes of one party, interviews, meetings that are the setting or
    the subject of something else, and nouns whose modifier gives them another sense.
    """
    parties = trigger.candidate.parties
    return (
        is_question(ctx, trigger.first)
        or (trigger.word_class == "meal" and len(parties) < _PAIR)
        or _is_journey_at_home(ctx, trigger)
        or _is_wish_of_one(ctx, trigger)
        or any(_is_outlet(ctx, actor) for actor in parties)
        or (trigger.phrase is not None and _is_excluded_noun(ctx, trigger, trigger.phrase))
    )


def _is_excluded_noun(ctx: EventContext, trigger: MeetingTrigger, noun: NounPhrase) -> bool:
    before, m = ctx.text.lower[noun.first : trigger.first], ctx.lexicon.meeting
    if before and before[-1] in word_set(m.excluding_modifiers):
        return True
    is_private = trigger.word_class == "visit" and not word_set(m.private_modifiers).isdisjoint(before)
    return is_private or _depends_on_attitude(ctx, noun)


def _depends_on_attitude(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether an attitude or a position governs the noun: "committed to talks", "on the sidelines of talks".

    Coordinated nouns share the governor: "committed to the dialogue and to negotiations".
    """
    start = max(ctx.text.sentence_range(noun.head)[0], noun.first - _ATTITUDE_WINDOW)
    for at in range(noun.first - 1, start - 1, -1):
        word = ctx.text.lower[at]
        if word in word_set(ctx.lexicon.meeting.attitudes):
            return ctx.text.tags[at + 1] in {"IN", "TO"}
        verb = ctx.chunks.verb_group(at)
        if word in {",", ";"} or (verb is not None and verb.finite):
            return False
    return False


def _is_journey_at_home(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a party travels in its own country without a host."""
    if trigger.word_class not in _JOURNEYS or len(trigger.candidate.parties) >= _PAIR:
        return False
    return is_at_home(ctx, trigger)


def _is_wish_of_one(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether one party wishes for talks with nobody in particular: "the union called for talks"."""
    found = trigger.candidate
    if found.status != "proposed" or found.kind not in {"talks", "call"} or len(found.parties) >= _PAIR:
        return False
    end = ctx.text.ends[trigger.last - 1]
    return not any(a.mention is not None and a.mention.start > end for a in found.parties)


def _is_outlet(ctx: EventContext, actor: Actor) -> bool:
    """Return whether a party is a news outlet, to which one gives an interview."""
    name, main = actor.name.lower(), ctx.doc.lexicon
    if actor.type == "person":
        return False
    head = name.rpartition(" ")[2]
    is_named = head in main.outlet_heads and head not in word_set(ctx.lexicon.actors.institutions)
    return name in main.outlets or (is_named and actor.name.rpartition(" ")[2][:1].isupper())
