"""Verbs of encounter: meeting, talking, hosting, convening, briefing, calling.

"Berg met (with) Ozola", "Berg and Ozola discussed the fees", "Berg hosted the union's leaders", "Berg phoned Ozola".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.reader import is_plural_party, meeting_form
from worker.extract.events.meetings.verb_candidate import (
    are_parties,
    can_be_guests,
    can_take_part,
    has_particle,
    has_politician,
    verb_candidate,
)
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import agent_parties, subject_parties, with_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import VerbGroup


def read_meet(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X met (with) Y", "X and Y met", "the leaders met".

    None for any other use of the verb ("met the criteria").
    """
    if group.passive or not has_particle(ctx, group, ctx.lexicon.meeting.meet):
        return None
    subject = subject_parties(ctx, group)
    target = ctx.clauses.object(group)
    others = with_parties(ctx, group.last) if target is None else ctx.parties.parties_of(target)
    if target is not None and not are_parties(ctx, others):
        return None
    subject_names = {a.name for a in subject}
    named_others, others = others, [_distinguish(ctx, a, subject_names) for a in _partners(ctx, others)]
    others = [a for a in others if a.name not in subject_names]
    if not others and (named_others or ctx.word(group.last) == "that" or not is_plural_party(ctx, subject)):
        return None
    if not others and any(word_set(ctx.lexicon.decision.deciders.court) & ctx.roles.head_words(a) for a in subject):
        return None  # a court meets to hear a case
    if others and not has_politician(ctx, [*subject, *others]):
        return None
    return verb_candidate(ctx, group, talk_form(ctx, group), [*subject, *others], "meet")


def _partners(ctx: EventContext, actors: list[Actor]) -> list[Actor]:
    """Return the actors that can be parties, and the groups beside such a one: "[Ozola] and [families of victims]"."""
    able = [actor for actor in actors if can_take_part(ctx, actor)]
    audiences = word_set(ctx.lexicon.meeting.audiences)
    beside = [a for a in actors if able and a.type == "group" and audiences.isdisjoint(ctx.roles.head_words(a))]
    return [actor for actor in actors if actor in able or actor in beside]


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


def read_talk(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X spoke with Y by phone", "the ministers discussed Z".

    None for any other use of the verb, and for the purpose of a meeting ("met to discuss Z").
    """
    if group.passive or is_purpose_of_meeting(ctx, group):
        return None
    subject, others = subject_parties(ctx, group), [a for a in interlocutors(ctx, group) if can_take_part(ctx, a)]
    if not others and not _is_mutual(ctx, group, subject):
        return None
    return verb_candidate(ctx, group, talk_form(ctx, group), [*subject, *others], "talk with")


def interlocutors(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the parties after "with"; empty if "with" depends on an occasion ("spoke at a rally with X")."""
    found = ctx.clauses.prepositional_phrases(group.last, word_set(ctx.lexicon.meeting.with_), 16)[:1]
    between = range(group.last, found[0][0] if found else group.last)
    if any(ctx.chunks.verb_group_of[at] >= 0 for at in between):
        return []
    if not ctx.lexicon.meeting_class_heads.isdisjoint(ctx.text.lower[between.start : between.stop]):
        return []  # "spoke of her call with Berg"
    for at in between:
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
    if talk_form(ctx, group) == "call":
        return len(subject) > 1 or is_plural_party(ctx, subject)
    if lemma not in word_set(m.discuss) or modality.modal or modality.outcome is not None:
        return False
    if lemma in word_set(m.negotiate):
        return len(subject) > 1 and ctx.clauses.object(group) is None
    return is_plural_party(ctx, subject)


def is_purpose_of_meeting(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether an infinitive is the purpose of a meeting that has its own trigger: "met to discuss"."""
    if not group.infinitive:
        return False
    noun = ctx.clauses.noun_phrase(group.first - 1)
    meeting_lemmas = ctx.lexicon.meeting_frames.keys() | ctx.lexicon.light_verb_lemmas
    is_governed = any(
        g.group is not None and ctx.lemma(g.group) in meeting_lemmas for g in ctx.clauses.governors(group)
    )
    return is_governed or (noun is not None and meeting_form(ctx, noun) is not None)


def talk_form(ctx: EventContext, group: VerbGroup) -> Form:
    """Return "call" if words for a telephone are near the verb, else "talks"."""
    start, end = ctx.text.sentence_range(group.head)
    before = next((i + 1 for i in range(group.first - 1, start - 1, -1) if ctx.chunks.verb_group_of[i] >= 0), start)
    near = ctx.text.lower[max(before, group.first - 10) : min(end, group.last + 12)]
    return "call" if not word_set(ctx.lexicon.meeting.by_phone).isdisjoint(near) else "talks"


def read_host(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
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
    if not guests or not hosts or not are_parties(ctx, guests) or not can_be_guests(ctx, guests):
        return None
    return verb_candidate(ctx, group, "talks", [*hosts, *guests], "host")


def read_convene(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "The leaders gathered in X", with several parties or a body as subject.

    None for any other use of the verb.
    """
    target = ctx.clauses.object(group)
    if target is not None:
        return read_gather(ctx, group) if not meeting_form(ctx, target) else None
    subject = subject_parties(ctx, group)
    return verb_candidate(ctx, group, "talks", subject, "convene") if is_plural_party(ctx, subject) else None


def read_gather(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X brought the ministers together"; None for any other use of the verb."""
    if not has_particle(ctx, group, ctx.lexicon.meeting.gather):
        return None
    target = ctx.clauses.object(group) or ctx.clauses.noun_phrase(group.last + 1)
    guests = ctx.parties.parties_of(target)
    if target is None or not guests or not all(a.type in {"person", "country", "group"} for a in guests):
        return None
    return verb_candidate(ctx, group, "summit", [*subject_parties(ctx, group), *guests], "bring together")


def read_brief(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X was briefed by Y" or "X briefed Y"; None if no party is found for Y."""
    target = ctx.clauses.object(group)
    others = agent_parties(ctx, group.last) if group.passive else ctx.parties.parties_of(target) if target else []
    return verb_candidate(ctx, group, "talks", [*subject_parties(ctx, group), *others], "brief") if others else None


def read_call(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
    """Return the candidate for "X phoned Y"; None if Y is missing or is no possible party."""
    target = ctx.clauses.object(group)
    if target is None:
        return None
    others = ctx.parties.parties_of(target)
    return (
        verb_candidate(ctx, group, "call", [*subject_parties(ctx, group), *others], "call")
        if are_parties(ctx, others)
        else None
    )


def read_ring(ctx: EventContext, group: VerbGroup) -> EventCandidate | None:
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
    return read_call(ctx, group) if people and (purpose or dated) else None
