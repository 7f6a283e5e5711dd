"""Verbal triggers with high recall: each verb of encounter with its parties, also those that the rules reject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.encounters import interlocutors, is_purpose_of_meeting, talk_form
from worker.extract.events.meetings.reader import (
    is_dated_present,
    is_future_time,
    is_in_temporal_clause,
    is_plural_party,
    make_meeting_candidate,
    verb_status,
)
from worker.extract.events.meetings.trigger import MeetingTrigger
from worker.extract.events.meetings.verb_candidate import are_parties
from worker.extract.events.meetings.verbs import read_verb
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import agent_parties, distinct_parties, subject_parties
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import Actor, Form

_TO = frozenset({"to"})
_DESTINATIONS = frozenset({"to", "in", "for", "at"})
_COMPLEMENTS = frozenset(
    [
        "with",
        "to",
        "in",
        "for",
        "from",
        "on",
        "at",
        "about",
        "over",
        "into",
        "against",
        "by",
        "as",
        "between",
        "through",
        "around",
    ]
)
"""Prepositions that begin a complement of a verb."""
_PARTICLES = frozenset({"down", "together", "off", "in", "over"})
_ADVERBS = frozenset({"down", "together", "off", "today", "yesterday", "tomorrow", "privately"})
"""Words that may be between a verb and its complement."""
_TO_WINDOW = 8
_JOURNEYS = frozenset({"visit", "travel"})
_PURPOSE_WINDOW = 16
"""Tokens after a verb of journeys that are searched for its purpose."""
_DEPARTURES = frozenset({"leave", "depart", "tour"})
"""Verbs of travel with a place as object."""
_NEED_PARTNER = frozenset({"talk", "dine"})
_TAKE_GUEST = frozenset({"host", "call", "see", "brief", "summon"})
_FORMS: dict[str, Form] = {"visit": "visit", "travel": "visit", "summon": "visit", "call": "call"}
"""Class of a verb -> form of the meeting; all other classes are talks."""
_RULES = {
    "meet": "meet",
    "talk": "talk with",
    "discuss": "talk with",
    "dine": "talk with",
    "host": "host",
    "visit": "visit",
    "travel": "travel",
    "convene": "convene",
    "summon": "invite",
    "brief": "brief",
    "call": "call",
    "see": "see",
}
"""Class of a verb -> the rule that explains its meetings."""


def verb_triggers(ctx: EventContext) -> Iterator[MeetingTrigger]:
    """Yield the verbs of encounter with a party that may be political, in text order."""
    classes, forms, lower = ctx.lexicon.meeting_verb_classes, ctx.lexicon.meeting_verb_forms, ctx.text.lower
    for group in ctx.chunks.verb_groups:
        if lower[group.head] not in forms and lower[group.head] != "been" and ctx.word(group.last) != "due":
            continue  # fast path for most verbs
        lemma = ctx.lemma(group)
        name = classes.get(lemma) or _exchange_class(ctx, group, lemma)
        found = _verb_of_class(ctx, group, lemma, name) if name is not None else _state(ctx, group)
        if found is not None:
            yield found


def _exchange_class(ctx: EventContext, group: VerbGroup, lemma: str) -> str | None:
    """Return "talk" for an exchange of words, "exchanged views"; else None."""
    target = ctx.clauses.object(group) if lemma in word_set(ctx.lexicon.meeting.exchange) else None
    is_talk = target is not None and ctx.text.lower[target.head] in word_set(ctx.lexicon.meeting.exchanged)
    return "talk" if is_talk else None


def _state(ctx: EventContext, group: VerbGroup) -> MeetingTrigger | None:
    """Return the journey that "has been to Oslo" and "is due in Oslo" report; None for any other verb."""
    at = group.last
    if ctx.text.lower[group.head] == "been" and ctx.word(at) == "to":
        return _journey_of_state(ctx, group, (group.head, at + 1), "been", at + 1)
    if ctx.word(at) == "due" and ctx.word(at + 1) == "in":
        return _journey_of_state(ctx, group, (at, at + 1), "due", at + 2)
    return None


def _journey_of_state(
    ctx: EventContext, group: VerbGroup, cue: tuple[int, int], lemma: str, place_at: int
) -> MeetingTrigger | None:
    target = ctx.clauses.noun_phrase(place_at)
    parties = subject_parties(ctx, group)
    if target is None or not _can_be_destination(ctx, target) or not _has_party(ctx, parties):
        return None
    when = ctx.time_and_place.find_time(group.head, target.last)
    status = "planned" if lemma == "due" else verb_status(ctx, group, ctx.modality(group), is_future=False)
    found = make_meeting_candidate(ctx, *cue, "visit", status, parties, "travel", when)
    found.place = ctx.time_and_place.place_span(target)
    return MeetingTrigger(
        candidate=found, word_class="due" if lemma == "due" else "travel", lemma=lemma, verdict="opens",
        group=group, target=target, complement=ctx.word(place_at - 1), when=when,
    )  # fmt: skip


def _verb_of_class(ctx: EventContext, group: VerbGroup, lemma: str, name: str) -> MeetingTrigger | None:
    target = _destination(ctx, group, lemma) if name == "travel" else None
    if name == "visit" and _is_reduced_relative(ctx, group):
        return None
    if (name == "travel" and target is None) or (name == "discuss" and is_purpose_of_meeting(ctx, group)):
        return None
    parties = _parties_of_verb(ctx, group, lemma, name)
    if not _has_party(ctx, parties):
        return None
    when = ctx.time_and_place.find_time(group.head, group.last)
    ruled = read_verb(ctx, group)
    candidate = ruled
    if ruled is not None:
        others = _others(ctx, group, lemma, name)
        speaker = _speaker_for_pronoun(ctx, group, subject_parties(ctx, group), others)
        ruled.parties = distinct_parties([*([speaker] if speaker is not None else []), *ruled.parties])
    if candidate is None:
        is_future = is_future_time(when) or is_dated_present(ctx, group, when) or is_in_temporal_clause(ctx, group)
        status = verb_status(ctx, group, ctx.modality(group), is_future)
        status = "proposed" if name == "summon" and status == "held" else status
        form = _FORMS.get(name) or talk_form(ctx, group)
        candidate = make_meeting_candidate(ctx, group.head, group.last, form, status, parties, _RULES[name], when)
    if name in _JOURNEYS:
        candidate.parties = distinct_parties([*candidate.parties, *_purpose_partners(ctx, group)])
    visited = target or (_visited(ctx, group) if name == "visit" else None)
    if candidate.place is None and visited is not None and _can_be_destination(ctx, visited):
        candidate.place = ctx.time_and_place.place_span(visited)
    is_known = ruled is not None or lemma in word_set(ctx.lexicon.meeting.exchange)
    return MeetingTrigger(
        candidate=candidate, word_class=name, lemma=lemma, verdict="opens" if is_known else "unlisted",
        group=group, target=visited,
        complement=_complement(ctx, group), when=when,
    )  # fmt: skip


def _visited(ctx: EventContext, group: VerbGroup) -> NounPhrase | None:
    """Return the object of a verb of visiting, or the antecedent of a relative: "[Norway], which he visited in May"."""
    target, subject = ctx.clauses.object(group), ctx.clauses.subject(group)
    at = subject.first - 1 if target is None and subject is not None and subject.last == group.first else 0
    if ctx.word(at) not in {"which", "that"}:
        return target
    return ctx.clauses.noun_phrase(at - 1 - (ctx.word(at - 1) == ","))


def _is_reduced_relative(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle modifies the places visited: "officials of the countries [visited]"."""
    return ctx.text.tags[group.head] == "VBN" and not group.finite and ctx.word(group.last) != "by"


def _parties_of_verb(ctx: EventContext, group: VerbGroup, lemma: str, name: str) -> list[Actor]:
    """Return the parties of a verb of encounter; empty without the partner or guest that its class needs."""
    subject = subject_parties(ctx, group) or _participle_subject(ctx, group)
    own = [*agent_parties(ctx, group.last), *subject] if group.passive else subject
    others = _others(ctx, group, lemma, name)
    if not others and not group.passive and _needs_others(ctx, subject, lemma, name):
        return []
    if (speaker := _speaker_for_pronoun(ctx, group, subject, others)) is not None:
        own = [speaker]
    names = {actor.name for actor in own}
    return distinct_parties([*own, *(actor for actor in others if actor.name not in names)])


def _speaker_for_pronoun(
    ctx: EventContext, group: VerbGroup, subject: list[Actor], others: list[Actor]
) -> Actor | None:
    """Return the speaker as the subject of a verb whose pronoun was wrongly resolved to its partner; else None.

    "[Ozola] said he had spoken with the president": "he" is Ozola, not the president.
    """
    noun = ctx.clauses.subject(group)
    statement = ctx.statement_at(group.head)
    speaker = statement.speaker if statement is not None else None
    is_pronoun = noun is not None and ctx.text.tags[noun.head] == "PRP" and len(subject) == 1
    names = {actor.name for actor in others}
    if not is_pronoun or speaker is None or subject[0].name not in names or speaker.name in names:
        return None
    return speaker


def _participle_subject(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the parties that a participle describes: "[Berg], visiting Oslo, …", "Visiting Oslo, [Berg] said …"."""
    at = group.first - 1
    if group.finite or group.infinitive or ctx.text.tags[group.head] != "VBG":
        return []
    start, end = ctx.text.sentence_range(group.head)
    if at > start and ctx.text.words[at] == ",":
        return ctx.parties.parties_of(ctx.clauses.noun_phrase(at - 1))
    if group.first > start:
        return []
    groups = (ctx.chunks.verb_group(i) for i in range(group.last, end))
    main = next((verb for verb in groups if verb is not None and verb.finite), None)
    return subject_parties(ctx, main) if main is not None else []


def _needs_others(ctx: EventContext, subject: list[Actor], lemma: str, name: str) -> bool:
    """Return whether a verb needs a guest or partner beside its subject."""
    if name in _NEED_PARTNER and lemma in word_set(ctx.lexicon.meeting.exchange):
        return not is_plural_party(ctx, subject)
    return name in _TAKE_GUEST or (name in _NEED_PARTNER and len(subject) == 1)


def _others(ctx: EventContext, group: VerbGroup, lemma: str, name: str) -> list[Actor]:
    """Return the parties beside the subject: after "with" and "to", or the object, as the class of the verb needs."""
    target = ctx.clauses.object(group)
    if name in _TAKE_GUEST | {"convene"}:
        return [] if group.passive else _party_list(ctx, target)
    if name == "visit":
        return _hosts(ctx, target)
    if name == "travel":
        return []
    if target is not None and (name == "meet" or lemma == "consult"):
        return _party_list(ctx, target)
    partners = [actor for actor in interlocutors(ctx, group) if are_parties(ctx, [actor])]
    return [*partners, *_addressees(ctx, group)] if name == "talk" else partners


def _purpose_partners(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the partners of the discussion for which a journey is made: "visits Oslo to discuss fish with [Berg]"."""
    end = min(ctx.text.sentence_range(group.head)[1], group.last + _PURPOSE_WINDOW)
    verb = next((verb for at in range(group.last, end) if (verb := ctx.chunks.verb_group(at)) is not None), None)
    if verb is None or not verb.infinitive or ctx.lemma(verb) not in word_set(ctx.lexicon.meeting.discuss):
        return []
    return [actor for actor in interlocutors(ctx, verb) if are_parties(ctx, [actor])]


def _addressees(ctx: EventContext, group: VerbGroup) -> list[Actor]:
    """Return the parties after "to" of a verb of talking: "spoke [briefly] to Berg", "spoke [by phone] to Berg"."""
    found = ctx.clauses.prepositional_phrases(group.last, _TO, _TO_WINDOW)[:1]
    if not found:
        return []
    at, addressee = found[0]
    return _party_list(ctx, addressee) if at <= group.last + 1 or _are_adverbials(ctx, group.last, at) else []


def _are_adverbials(ctx: EventContext, first: int, last: int) -> bool:
    """Return whether the words between a verb and its complement say when, or that the talk was by telephone."""
    nouns = [noun for at in range(first, last) if (noun := ctx.clauses.noun_phrase(at)) is not None]
    phone = word_set(ctx.lexicon.meeting.by_phone)
    return bool(nouns) and all(
        ctx.text.lower[noun.head] in phone or ctx.clauses.is_time_expression(noun) for noun in nouns
    )


def _party_list(ctx: EventContext, noun: NounPhrase | None) -> list[Actor]:
    return [actor for actor in ctx.parties.parties_of(noun) if are_parties(ctx, [actor])]


def _hosts(ctx: EventContext, target: NounPhrase | None) -> list[Actor]:
    """Return the persons and bodies visited, but no places."""
    if target is None:
        return []
    is_place = _can_be_destination(ctx, target)
    hosts = ctx.parties.parties_of(target)
    bodies = [] if is_place else [a for a in hosts if a.type != "country" and _may_host(ctx, a)]
    return [a for a in hosts if a in bodies or _is_known_person(ctx, a)]


def _is_known_person(ctx: EventContext, actor: Actor) -> bool:
    """Return whether a person has a full name or a role; a single name after "visit" may be a place."""
    is_region = actor.role is None and actor.name.partition(" ")[0] in ctx.doc.lexicon.demonyms  # "Iraqi Kurdistan"
    return actor.type == "person" and not is_region and (" " in actor.name or actor.role is not None)


def _may_host(ctx: EventContext, actor: Actor) -> bool:
    return actor.type == "group" or ctx.roles.political_role(actor) == POLITICAL


def _destination(ctx: EventContext, group: VerbGroup, lemma: str) -> NounPhrase | None:
    """Return the named destination of a verb of travel; None if there is none."""
    phrases = ctx.clauses.prepositional_phrases(group.last, _DESTINATIONS, _TO_WINDOW)
    named = next((noun for _, noun in phrases if _can_be_destination(ctx, noun)), None)
    target = ctx.clauses.object(group) if named is None and lemma in _DEPARTURES else None
    return target if target is not None and _can_be_destination(ctx, target) else named


def _can_be_destination(ctx: EventContext, noun: NounPhrase) -> bool:
    return ctx.text.tags[noun.head] == "NNP" and ctx.time_and_place.can_be_place(noun)


def _has_party(ctx: EventContext, parties: list[Actor]) -> bool:
    return any(ctx.roles.political_role(actor) for actor in parties)


def _complement(ctx: EventContext, group: VerbGroup) -> str:
    """Return the preposition that begins the complement of a verb, else its particle; "" if there is neither."""
    target = ctx.clauses.object(group)
    at = group.last if target is None else target.last
    while ctx.word(at) in _ADVERBS or (at < len(ctx.text.tags) and ctx.text.tags[at] == "RB"):
        at += 1
    if ctx.word(at) in _COMPLEMENTS:
        return ctx.word(at)
    return ctx.word(group.last) if ctx.word(group.last) in _PARTICLES else ""
