"""The candidate of a meeting verb, and the tests of its parties that all readers of verbs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.reader import (
    is_agreed_or_demanded,
    is_dated_present,
    is_future_time,
    is_in_temporal_clause,
    is_noun_complement,
    make_meeting_candidate,
    verb_status,
)
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import is_question

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import VerbGroup
    from worker.schema import Actor, Form


def verb_candidate(
    ctx: EventContext, group: VerbGroup, form: Form, parties: list[Actor], rule: str
) -> EventCandidate | None:
    """Return the candidate of a verb with its status.

    None if the meeting is hypothetical, habitual or in a question, or if no party can be political.
    """
    modality = ctx.modality(group)
    if modality.conditional or modality.habitual or is_question(ctx, group.head) or not _has_known_party(ctx, parties):
        return None
    if modality.outcome is None and (
        modality.modal == "perhaps"
        or is_noun_complement(ctx, modality)
        or not is_agreed_or_demanded(ctx, group, modality)
    ):
        return None
    last = group.last
    when = ctx.time_and_place.find_time(group.head, last)
    status = verb_status(
        ctx,
        group,
        modality,
        is_future_time(when)
        or is_dated_present(ctx, _outermost_governor(group, modality), when)
        or is_in_temporal_clause(ctx, group),
    )
    first = modality.governor.token if modality.governor and status == "denied" else group.head
    return make_meeting_candidate(ctx, first, last, form, status, parties, rule, when)


def _outermost_governor(group: VerbGroup, modality: VerbModality) -> VerbGroup:
    """Return the outermost verb that governs `group`: "[flies] to Oslo on Friday to meet"; `group` if none does."""
    return next((g.group for g in reversed(modality.governors) if g.group is not None), group)


def _has_known_party(ctx: EventContext, parties: list[Actor]) -> bool:
    return any(ctx.roles.political_role(a) for a in parties)


def are_parties(ctx: EventContext, parties: list[Actor]) -> bool:
    """Return whether there are parties and all of them may take part: political ones, persons and groups."""
    return bool(parties) and all(ctx.roles.political_role(a) or a.type in {"person", "group"} for a in parties)


def has_politician(ctx: EventContext, parties: list[Actor]) -> bool:
    """Return whether a party is political or a named person, unlike teams and firms."""
    return any(ctx.roles.political_role(a) == POLITICAL or a.type == "person" for a in parties)


def can_take_part(ctx: EventContext, actor: Actor) -> bool:
    """Return whether an actor can be a party: not voters, relatives or an audience."""
    return bool(ctx.roles.political_role(actor)) or (actor.type == "group" and not ctx.roles.is_private(actor))


def can_be_guests(ctx: EventContext, parties: list[Actor]) -> bool:
    """Return whether all parties are people: persons, delegations."""
    return all(
        a.type == "person" or (a.type in {"unnamed", "group", "organisation"} and ctx.roles.can_be_guest(a))
        for a in parties
    )


def has_particle(ctx: EventContext, group: VerbGroup, listed: str) -> bool:
    """Return whether a verb form list contains the verb alone, or joined by "_" with the word after it: "sit_down".

    `listed`: lemmas separated by spaces.
    """
    lemma = ctx.lexicon.lemma(ctx.text.lower[group.head])
    following = ctx.word(group.head + 1)
    return lemma in listed.split() or f"{lemma}_{following}" in listed.split()
