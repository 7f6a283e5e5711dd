"""Verbal triggers of meetings; the parties are subject, object and with-phrase.

"Berg met (with) Ozola", "Berg and Ozola discussed the fees", "Berg visited Latvia", "Berg hosted the union's leaders".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.meetings.reader import (
    is_abroad,
    is_agreed_or_demanded,
    is_dated_present,
    is_future_time,
    is_noun_complement,
    is_plural_party,
    make_meeting_candidate,
    meeting_form,
    verb_status,
)
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import agent_parties, is_question, subject_parties, with_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.modality import VerbModality
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_DESTINATION_WINDOW = 16
"""Tokens after "invited" that are searched for the destination, "to Oslo"."""


def meeting_verb_candidates(ctx: EventContext) -> Iterator[EventCandidate]:
    """Yield a candidate for each verb that reports a meeting."""
    for group in ctx.chunks.verb_groups:
        frame = ctx.lexicon.meeting_frames.get(ctx.lexicon.lemma(ctx.text.lower[group.head]))
        candidate = _FRAME_READERS[frame](ctx, group) if frame is not None else None
        if candidate is not None:
            yield candidate


def _read_meet(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X met (with) Y", "X and Y met", "the leaders met".

    None for any other use of the verb ("met the criteria").
    """
    if group.passive or not _has_particle(ctx, group, ctx.lexicon.meeting.meet):
        return None
    subject = subject_parties(ctx, group)
    target = ctx.clauses.object(group)
    others = with_parties(ctx, group.last) if target is None else ctx.parties.parties_of(target)
    if target is not None and not _are_parties(ctx, others):
        return None
    subject_names = {a.name for a in subject}
    named_others, others = others, [_distinguish(ctx, a, subject_names) for a in others if _can_take_part(ctx, a)]
    others = [a for a in others if a.name not in subject_names]
    if not others and (named_others or ctx.word(group.last) == "that" or not is_plural_party(ctx, subject)):
        return None
    if not others and any(word_set(ctx.lexicon.decision.deciders.court) & ctx.roles.head_words(a) for a in subject):
        return None  # a court meets to hear a case
    if others and not _has_politician(ctx, [*subject, *others]):
        return None
    return _verb_candidate(ctx, group, _talk_form(ctx, group), [*subject, *others], "meet")


def _distinguish(ctx: EventContext, actor: Actor, subject_names: set[str]) -> Actor:
    """Return `actor`, or an unnamed actor if the phrase was wrongly resolved to one of `subject_names`.

    In "Berg met the minister of Iraq", with Berg a minister, "the minister" may have been resolved to Berg.
    """
    if (
        actor.name not in subject_names
        or actor.mention is None
        or actor.mention.text.lower() in ctx.doc.lexicon.pronouns
    ):
        return actor
    return Actor(name=actor.mention.text, mention=actor.mention, type="unnamed")


def _read_talk(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X spoke with Y by phone", "the ministers discussed Z".

    None for any other use of the verb, and for the purpose of a meeting ("met to discuss Z").
    """
    if group.passive or _is_purpose_of_meeting(ctx, group):
        return None
    subject, others = subject_parties(ctx, group), [a for a in _interlocutors(ctx, group) if _can_take_part(ctx, a)]
    if not others and not _is_mutual(ctx, group, subject):
        return None
    return _verb_candidate(ctx, group, _talk_form(ctx, group), [*subject, *others], "talk with")


def _interlocutors(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the parties after "with"; empty if "with" depends on an occasion ("spoke at a rally with X")."""
    found = ctx.clauses.prepositional_phrases(group.last, word_set(ctx.lexicon.meeting.with_), 16)[:1]
    if found and any(ctx.chunks.verb_group_of[at] >= 0 for at in range(group.last, found[0][0])):
        return []
    for at in range(group.last, found[0][0] if found else group.last):
        noun = (
            ctx.clauses.noun_phrase(at + 1)
            if ctx.text.lower[at] in word_set(ctx.lexicon.meeting.occasion_prepositions)
            else None
        )
        if noun is not None and not ctx.clauses.is_time_expression(noun) and not ctx.time_and_place.can_be_place(noun):
            return []
    return ctx.parties.parties_of(found[0][1]) if found else []


def _is_mutual(ctx: EventContext, group: VerbGroup, subject: list[Actor]) -> bool:
    """Return whether a verb of discussion has several parties as its subject: "the ministers discussed Z".

    False for any other verb, for a modal ("may discuss") and for a negotiation with an object.
    """
    lemma, m = ctx.lemma(group), ctx.lexicon.meeting
    modality = ctx.modality(group)
    if _talk_form(ctx, group) == "call":
        return len(subject) > 1 or is_plural_party(ctx, subject)
    if lemma not in word_set(m.discuss) or modality.modal or modality.outcome is not None:
        return False
    if lemma in word_set(m.negotiate):
        return len(subject) > 1 and ctx.clauses.object(group) is None
    return is_plural_party(ctx, subject)


def _is_purpose_of_meeting(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether an infinitive is the purpose of a meeting that has its own trigger: "met to discuss"."""
    if not group.infinitive:
        return False
    noun = ctx.clauses.noun_phrase(group.first - 1)
    meeting_lemmas = ctx.lexicon.meeting_frames.keys() | ctx.lexicon.light_verb_lemmas
    is_governed = any(
        g.group is not None and ctx.lemma(g.group) in meeting_lemmas for g in ctx.clauses.governors(group)
    )
    return is_governed or (noun is not None and meeting_form(ctx, noun) is not None)


def _talk_form(ctx: EventContext, group: VerbGroup) -> Form:
    """Return "call" if words for a telephone are near the verb, else "talks"."""
    start, end = ctx.text.sentence_range(group.head)
    before = next((i + 1 for i in range(group.first - 1, start - 1, -1) if ctx.chunks.verb_group_of[i] >= 0), start)
    near = ctx.text.lower[max(before, group.first - 10) : min(end, group.last + 12)]
    return "call" if not word_set(ctx.lexicon.meeting.by_phone).isdisjoint(near) else "talks"


def _read_host(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the event candidate of "X hosted Y" or "Y was received by X", in which X is the host.

    None for any other use of the verb ("hosted the summit").
    """
    target = ctx.clauses.object(group)
    if group.passive:
        guests, hosts = subject_parties(ctx, group), agent_parties(ctx, group.last)
    else:
        guests, hosts = ctx.parties.parties_of(target) if target else [], subject_parties(ctx, group)
    if target is not None and meeting_form(ctx, target) is not None:
        return None  # "hosted the summit": the noun is the trigger
    hosts = [a for a in hosts if ctx.roles.political_role(a) == POLITICAL or a.type == "person"]
    if not guests or not hosts or not _are_parties(ctx, guests) or not _can_be_guests(ctx, guests):
        return None
    return _verb_candidate(ctx, group, "talks", [*hosts, *guests], "host")


def _read_visit(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X visited Y", where Y is a country or capital abroad; else None."""
    target = ctx.clauses.object(group)
    if target is None or not _is_country_or_capital(ctx, target):
        return None
    return _visit_candidate(ctx, group, target, "visit")


def _read_travel(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
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
    found = _verb_candidate(ctx, group, "visit", visitors, rule) if is_abroad(ctx, visitors, target) else None
    if found is not None:
        found.place = ctx.time_and_place.place_span(target)
    return found


def _read_convene(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "The leaders gathered in X", with several parties or a body as subject.

    None for any other use of the verb.
    """
    target = ctx.clauses.object(group)
    if target is not None:
        return _read_gather(ctx, group) if not meeting_form(ctx, target) else None
    subject = subject_parties(ctx, group)
    return _verb_candidate(ctx, group, "talks", subject, "convene") if is_plural_party(ctx, subject) else None


def _read_gather(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X brought the ministers together"; None for any other use of the verb."""
    if not _has_particle(ctx, group, ctx.lexicon.meeting.gather):
        return None
    target = ctx.clauses.object(group) or ctx.clauses.noun_phrase(group.last + 1)
    guests = ctx.parties.parties_of(target)
    if target is None or not guests or not all(a.type in {"person", "country", "group"} for a in guests):
        return None
    return _verb_candidate(ctx, group, "summit", [*subject_parties(ctx, group), *guests], "bring together")


def _read_brief(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X was briefed by Y" or "X briefed Y"; None if no party is found for Y."""
    target = ctx.clauses.object(group)
    others = agent_parties(ctx, group.last) if group.passive else ctx.parties.parties_of(target) if target else []
    return _verb_candidate(ctx, group, "talks", [*subject_parties(ctx, group), *others], "brief") if others else None


def _read_call(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X phoned Y"; None if Y is missing or is no possible party."""
    target = ctx.clauses.object(group)
    if target is None:
        return None
    others = ctx.parties.parties_of(target)
    return (
        _verb_candidate(ctx, group, "call", [*subject_parties(ctx, group), *others], "call")
        if _are_parties(ctx, others)
        else None
    )


def _read_ring(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X called Y on Friday", "called Y to congratulate her"; else None.

    Y must be a person, and a date, a telephone word or a purpose must follow: otherwise "called" gives a name.
    """
    target = ctx.clauses.object(group)
    if group.passive or target is None or target.first > group.head + 1:
        return None  # "called on them to"
    last = ctx.clauses.conjuncts(target)[-1].last
    follows = ctx.chunks.verb_group(last)
    purpose = follows is not None and follows.infinitive and group.finite
    dated = ctx.time_and_place.is_time_at(last) or not word_set(ctx.lexicon.meeting.by_phone).isdisjoint(
        ctx.text.lower[last : last + 3]
    )
    people = all(
        a.type == "person" or (purpose and ctx.roles.political_role(a)) for a in ctx.parties.parties_of(target)
    )
    return _read_call(ctx, group) if people and (purpose or dated) else None


def _read_invite(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X invited Y to Oslo"; None if the guests or a named destination are missing."""
    target = None if group.passive else ctx.clauses.object(group)
    guests = ctx.parties.parties_of(target) if target is not None else []
    if not guests or not _are_parties(ctx, guests):
        return None
    goals = (noun for _, noun in ctx.clauses.prepositional_phrases(group.last, frozenset({"to"}), _DESTINATION_WINDOW))
    place = next((noun for noun in goals if _is_named_place(ctx, noun)), None)
    if place is None:
        return None
    found = _verb_candidate(ctx, group, "visit", [*subject_parties(ctx, group), *guests], "invite")
    if found is not None:
        found.status, found.place = (
            "proposed" if found.status == "held" else found.status,
            ctx.time_and_place.place_span(place),
        )
    return found


def _verb_candidate(
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
        is_future_time(when) or is_dated_present(ctx, _outermost_governor(group, modality), when),
    )
    first = modality.governor.token if modality.governor and status == "denied" else group.head
    return make_meeting_candidate(ctx, first, last, form, status, parties, rule, when)


def _outermost_governor(group: VerbGroup, modality: VerbModality) -> VerbGroup:
    """Return the outermost verb that governs `group`: "[flies] to Oslo on Friday to meet"; `group` if none does."""
    return next((g.group for g in reversed(modality.governors) if g.group is not None), group)


def _has_known_party(ctx: EventContext, parties: list[Actor]) -> bool:
    return any(ctx.roles.political_role(a) for a in parties)


def _are_parties(ctx: EventContext, parties: list[Actor]) -> bool:
    return bool(parties) and all(ctx.roles.political_role(a) or a.type in {"person", "group"} for a in parties)


def _has_politician(ctx: EventContext, parties: list[Actor]) -> bool:
    """Return whether a party is political or a named person, unlike teams and firms."""
    return any(ctx.roles.political_role(a) == POLITICAL or a.type == "person" for a in parties)


def _can_take_part(ctx: EventContext, actor: Actor) -> bool:
    """Return whether an actor can be a party: not voters, relatives or an audience."""
    return bool(ctx.roles.political_role(actor)) or (actor.type == "group" and not ctx.roles.is_private(actor))


def _can_be_guests(ctx: EventContext, parties: list[Actor]) -> bool:
    return all(
        a.type == "person" or (a.type in {"unnamed", "group", "organisation"} and ctx.roles.can_be_guest(a))
        for a in parties
    )


def _is_named_place(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a phrase is a place by its name and no known organisation."""
    known = ctx.doc.mentions.resolve(noun.first, noun.last)
    return ctx.text.tags[noun.head] == "NNP" and ctx.time_and_place.can_be_place(noun) and known.type != "organisation"


def _is_country_or_capital(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a phrase is a country or a seat of government."""
    name, main = ctx.text.slice(noun.first, noun.last), ctx.doc.lexicon
    bare = name.removeprefix("the ").removeprefix("The ")
    return bare in main.countries or bare in main.seats_of_power


def _has_particle(ctx: EventContext, group: VerbGroup, listed: str) -> bool:
    """Return whether a verb form list contains the verb alone, or joined by "_" with the word after it: "sit_down".

    `listed`: lemmas separated by spaces.
    """
    lemma = ctx.lexicon.lemma(ctx.text.lower[group.head])
    following = ctx.word(group.head + 1)
    return lemma in listed.split() or f"{lemma}_{following}" in listed.split()


_FRAME_READERS: dict[str, Callable[[EventContext, VerbGroup], EventCandidate | None]] = {
    "meet": _read_meet,
    "talk": _read_talk,
    "host": _read_host,
    "visit": _read_visit,
    "travel": _read_travel,
    "convene": _read_convene,
    "gather": _read_gather,
    "brief": _read_brief,
    "call": _read_call,
    "ring": _read_ring,
    "invite": _read_invite,
}
"""Frame of a verb (`EventLexicon.meeting_frames`) -> its reader."""
