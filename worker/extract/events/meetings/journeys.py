"""Verbs of journeys: visiting, travelling, inviting.

"Berg visited Latvia", "Berg flew to Riga", "Berg invited Ozola to Oslo".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.reader import is_abroad
from worker.extract.events.meetings.verb_candidate import are_parties, verb_candidate
from worker.extract.events.trigger_parties import agent_parties, subject_parties
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_DESTINATION_WINDOW = 16
"""Tokens after "invited" that are searched for the destination, "to Oslo"."""


def read_visit(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X visited Y", where Y is a country or capital abroad; else None."""
    target = ctx.clauses.object(group)
    if target is None or not _is_country_or_capital(ctx, target):
        return None
    return _visit_candidate(ctx, group, target, "visit")


def read_travel(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X flew to Y", "X will arrive in Y", for a country or capital abroad; else None."""
    at = group.last
    if at + 1 >= len(ctx.text.words) or ctx.text.lower[at] not in word_set(
        ctx.lexicon.meeting.destination_prepositions
    ):
        return None
    target = ctx.clauses.noun_phrase(at + 1)
    if target is None or not _is_country_or_capital(ctx, target):
        return None
    return _visit_candidate(ctx, group, target, "travel")


def _visit_candidate(ctx: EventContext, group: VerbGroup, target: NounPhrase, rule: str) -> EventCandidate | None:
    """Return the visit of a verb's subject to a place abroad; None for domestic travel."""
    visitors = subject_parties(ctx, group)
    found = verb_candidate(ctx, group, "visit", visitors, rule) if is_abroad(ctx, visitors, target) else None
    if found is not None:
        found.place = ctx.time_and_place.place_span(target)
    return found


def read_invite(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X invited Y to Oslo", "Y was invited to Oslo (by X)".

    None if the guests or a named destination are missing.
    """
    target = None if group.passive else ctx.clauses.object(group)
    hosts = agent_parties(ctx, group.last) if group.passive else subject_parties(ctx, group)
    guests = subject_parties(ctx, group) if group.passive else ctx.parties.parties_of(target)
    if not guests or not are_parties(ctx, guests):
        return None
    goals = (noun for _, noun in ctx.clauses.prepositional_phrases(group.last, frozenset({"to"}), _DESTINATION_WINDOW))
    place = next((noun for noun in goals if _is_named_place(ctx, noun)), None)
    if place is None:
        return None
    found = verb_candidate(ctx, group, "visit", [*hosts, *guests], "invite")
    if found is not None:
        found.status, found.place = (
            "proposed" if found.status == "held" else found.status,
            ctx.time_and_place.place_span(place),
        )
    return found


def _is_named_place(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a phrase is a place by its name and no known organisation."""
    if ctx.text.tags[noun.head] != "NNP" or not ctx.time_and_place.can_be_place(noun):
        return False
    listed = ctx.text.slice(noun.first, noun.last) in ctx.doc.mentions.countries.institutions.places
    return (
        listed
        or _is_country_or_capital(ctx, noun)
        or ctx.doc.mentions.resolve(noun.first, noun.last).type != "organisation"
    )


def _is_country_or_capital(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a phrase is a country or a seat of government."""
    name, main = ctx.text.slice(noun.first, noun.last), ctx.doc.lexicon
    bare = name.removeprefix("the ").removeprefix("The ")
    return bare in main.countries or bare in main.seats_of_power
