"""Nominal triggers of meetings; the parties are possessor, modifiers, prepositional phrases, or a light verb's subject.

"Berg's talks with Ozola", "a summit between Latvia and Estonia", "Berg held a meeting with Ozola".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.meetings.participants import has_proper_name, is_indefinite, noun_participants
from worker.extract.events.meetings.reader import (
    is_abroad,
    is_dated_present,
    is_future_time,
    is_plural_party,
    make_meeting_candidate,
    meeting_form,
)
from worker.extract.events.meetings.status import is_to_infinitive, noun_status
from worker.extract.events.modality import outcome_of
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import is_question
from worker.extract.grammar.chunker import NounPhrase
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.dates import TimeExpression
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import VerbGroup

_PAIR = 2
"""Number of parties of a meeting."""
_PREDICATE_WINDOW = 24
"""Tokens after a noun that are searched for its predicate."""
_STEPS_TO_LIGHT_VERB = 5
"""Steps from a noun back to its light verb: "is [reportedly] [in] [a] [round] [of] talks"."""


def meeting_noun_candidates(ctx: EventContext) -> Iterator[EventCandidate]:
    """Yield a candidate for each meeting noun."""
    heads = ctx.lexicon.meeting_heads
    for chunk in ctx.chunks.noun_phrases:
        if heads.isdisjoint(ctx.text.lower[chunk.first : chunk.last]):
            continue  # fast path for most nouns
        noun = _with_possessor(ctx, ctx.clauses.noun_phrase(chunk.first) or chunk)
        form = meeting_form(ctx, noun)
        candidate = _noun_candidate(ctx, noun, *form) if form is not None else None
        if candidate is not None:
            yield candidate


def _with_possessor(ctx: EventContext, noun: NounPhrase) -> NounPhrase:
    """Extend a phrase by a possessor that the chunker separated: "cancelled [her] [trip]"."""
    at, tags = noun.first - 1, ctx.text.tags
    if ctx.word(at) == "her" and tags[at] == "PRP":
        return NounPhrase(at, noun.last, noun.head)
    if (
        at > 1
        and tags[at] == "VBN"
        and tags[at - 1] == "POS"
        and (owner := ctx.clauses.noun_phrase(at - 2)) is not None
    ):
        return NounPhrase(owner.first, noun.last, noun.head)  # "Berg's planned trip"
    return noun


def _noun_candidate(ctx: EventContext, noun: NounPhrase, form: Form, at: int) -> EventCandidate | None:
    light = _light_verb(ctx, noun)
    own = None if light else _predicate_verb(ctx, noun)
    form = _form_with_name(ctx, noun, form)
    parties, rule = noun_participants(ctx, noun, form, at, light or own, has_light_verb=light is not None)
    if form == "call" and at == noun.head and ctx.text.lower[at] in {"call", "calls"} and len(parties) < _PAIR:
        return None
    after = own.last if own else noun.last
    if own is not None and is_to_infinitive(ctx, own):
        after = next(v.last for v in [ctx.chunks.verb_group(own.last)] if v is not None)
    when = ctx.time_and_place.find_time(at, max(noun.last, after))
    if when is None and light is not None:
        when = ctx.time_and_place.find_time(light.head, noun.last)
    if when is not None and _is_counted_period(ctx, noun, when):
        when = None
    verb = light or own
    is_future = is_future_time(when) or (verb is not None and is_dated_present(ctx, verb, when))
    status = noun_status(ctx, noun, verb, is_future)
    if status is None:
        return None
    found = make_meeting_candidate(ctx, at, noun.head + 1, form, status, parties, rule, when)
    place = _noun_place(ctx, noun, form, at, after)
    found.noun = ctx.text.lower[noun.head]
    found.place = ctx.time_and_place.place_span(place) if place else found.place if form != "visit" else None
    found.place = _modifier_place(ctx, noun, at) or found.place
    found.place = found.place or ctx.time_and_place.place_span(
        ctx.time_and_place.last_place_before(noun.first) if form != "visit" else None
    )
    found.explicit_status = bool(light or own) or status != "held"
    if form == "visit" and place is not None and parties and not is_abroad(ctx, parties, place):
        return None
    has_politician = any(ctx.roles.political_role(a) == POLITICAL for a in parties)
    if (
        is_indefinite(ctx, noun)
        and parties
        and not has_politician
        and not _introduces_meeting(ctx, noun, parties, found, light)
    ):
        return None  # a new meeting without a political party
    found.anaphoric = is_question(ctx, at) or not _introduces_meeting(ctx, noun, parties, found, light)
    return found


def _is_counted_period(ctx: EventContext, noun: NounPhrase, when: TimeExpression) -> bool:
    """Return whether a period counts meetings and dates none: "their third meeting this year"."""
    ordinals = word_set(ctx.lexicon.meeting.ordinals)
    is_counted = any(ctx.text.lower[at] in ordinals for at in range(noun.first, noun.head))
    return is_counted and when.weekday is None and when.day is None and when.offset_days is None


def _form_with_name(ctx: EventContext, noun: NounPhrase, form: Form) -> Form:
    """Return "summit" for talks with a proper name ("the Baltic Dialogue"), else the form."""
    return "summit" if form == "talks" and has_proper_name(ctx, noun) else form


def _noun_place(ctx: EventContext, noun: NounPhrase, form: Form, at: int, after: int) -> NounPhrase | None:
    if form == "visit":
        prepositions = word_set(ctx.lexicon.meeting.destination_prepositions) | word_set(
            ctx.lexicon.meeting.place_prepositions
        )
        places = (place for _, place in ctx.clauses.prepositional_phrases(noun.last, prepositions, 14))
        return next((place for place in places if ctx.time_and_place.can_be_place(place)), None)
    return ctx.time_and_place.find_place(at, noun.last) or (
        ctx.time_and_place.find_place(at, after) if after != noun.last else None
    )


def _modifier_place(ctx: EventContext, noun: NounPhrase, at: int) -> Span | None:
    """Return the place among the modifiers of the noun: "the Oslo talks"; None if there is none."""
    for i in range(noun.first, at):
        word = ctx.text.words[i]
        if word in ctx.doc.lexicon.seats_of_power or (
            word in ctx.time_and_place.place_names and word not in ctx.doc.lexicon.countries
        ):
            return ctx.text.span(i, i + 1)
    at -= ctx.text.tags[at - 1] in {"NN", "JJ"} and at - 1 > noun.first  # "the Geneva peace talks"
    return ctx.text.span(at - 1, at) if _is_place_modifier(ctx, noun, at - 1) else None


def _is_place_modifier(ctx: EventContext, noun: NounPhrase, at: int) -> bool:
    """Return whether a modifier is a place ("the Ohrid talks"): one unknown name after the article."""
    text, main = ctx.text, ctx.doc.lexicon
    if at != noun.first + 1 or text.tags[noun.first] != "DT" or text.tags[at] != "NNP" or text.words[at].isupper():
        return False
    known = text.words[at] in main.countries or text.words[at] in main.demonyms or "-" in text.words[at]
    return not known and ctx.doc.mentions.person_at(at) is None and text.tags[noun.head] != "NNP"


def _light_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the light verb of the noun, before it or before "in", "for" or "at"; None if there is none."""
    before = noun.first - 1
    for _ in range(_STEPS_TO_LIGHT_VERB):
        if ctx.chunks.verb_group(before) is None and before >= 0 and ctx.text.tags[before] == "RB":
            before -= 1
            continue
        group = ctx.chunks.verb_group(before)
        if group is not None and _is_attributive_participle(ctx, group, noun):
            before = group.first - 1
            continue
        if group is None and ctx.word(before) in ctx.doc.lexicon.particles and ctx.chunks.verb_group(before - 1):
            before -= 1
            continue
        if group is not None:
            return group if _is_light(ctx, group, ctx.word(noun.first - 1)) else None
        guest = ctx.clauses.noun_phrase(before)
        if guest is not None and ctx.word(guest.last) == "to" and guest.last == noun.first - 1:
            group = ctx.chunks.verb_group(ctx.clauses.conjuncts(guest)[0].first - 1)
            return group if group and ctx.text.lower[group.head] in ctx.lexicon.object_control_forms else None
        if ctx.word(before) == "of" and (part := ctx.clauses.noun_phrase(before - 1)) is not None:
            if ctx.text.lower[part.head] not in word_set(ctx.lexicon.meeting.partitive_nouns):
                return None
            before = part.first - 1
            continue
        if before < 0 or ctx.text.lower[before] not in word_set(ctx.lexicon.meeting.light_verb_links):
            return None
        before -= 1
    return None


def _is_light(ctx: EventContext, group: VerbGroup, preposition: str) -> bool:
    """Return whether a verb shares its subject with the meeting noun after it, or governs its outcome.

    A verb before "at" or "in" governs no outcome: "the rates agreed at the talks".
    """
    lemma, m = ctx.lemma(group), ctx.lexicon.meeting
    outcome = outcome_of(ctx.lexicon, lemma, ctx.word(group.head + 1))
    if preposition in word_set(m.place_prepositions) and outcome is not None:
        return lemma in word_set(m.attending)
    return lemma in ctx.lexicon.light_verb_lemmas or outcome is not None


def _is_attributive_participle(ctx: EventContext, group: VerbGroup, noun: NounPhrase) -> bool:
    """Return whether a verb group is a participle that modifies the noun: "scrapped [planned] talks"."""
    bare = group.last == noun.first and group.first == group.head and ctx.text.tags[group.head] == "VBN"
    return bare and ctx.chunks.verb_group(group.first - 1) is not None


def _predicate_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the verb whose subject the noun is: "talks in Oslo [will be held]"; None if there is none."""
    end = min(ctx.text.sentence_range(noun.head)[1], noun.last + _PREDICATE_WINDOW)
    for at in range(noun.last, end):
        group = ctx.chunks.verb_group(at)
        if group is None or group.first != at:
            continue
        if at == noun.last and (group.infinitive or ctx.text.tags[group.head] == "VBN"):
            return group
        if group.finite and ctx.word(group.first - 1) in ctx.doc.lexicon.relative:
            own = group.passive or ctx.text.lower[group.head] in ctx.doc.lexicon.be
            return group if own else None  # "talks in Oslo that will be held", not "a visit that included"
        if group.finite:
            subject = ctx.clauses.subject(group)
            partitive = subject is not None and subject.last == noun.first - 1 and ctx.word(subject.last) == "of"
            is_subject = subject is not None and (subject.first == noun.first or partitive)
            return group if is_subject or _is_clause_subject(ctx, noun, group) else None
    return None


def _is_clause_subject(ctx: EventContext, noun: NounPhrase, group: VerbGroup) -> bool:
    """Return whether the noun opens the sentence and only phrases that modify it precede the verb."""
    is_opening = noun.first == ctx.text.sentence_range(noun.head)[0]
    between = range(noun.last, group.first)
    has_clause_between = any(ctx.text.tags[i] in {"WP", "SC"} for i in between)
    return (
        is_opening
        and not has_clause_between
        and all(ctx.text.words[i] == "," for i in between if ctx.text.tags[i] == "PUNCT")
    )


def _introduces_meeting(
    ctx: EventContext,
    noun: NounPhrase,
    parties: list[Actor],
    found: EventCandidate,
    light: VerbGroup | None,
) -> bool:
    """Return whether the noun identifies a meeting by parties, place or time, instead of being an anaphor."""
    rule, form = found.rule, found.kind
    political = [a for a in parties if ctx.roles.political_role(a) == POLITICAL]
    if found.noun in word_set(ctx.lexicon.meeting.meal_nouns):
        return len(parties) >= _PAIR and bool(political)
    if form in {"talks", "call"}:
        if rule == "noun of" and is_plural_party(ctx, political):
            return True  # "a meeting of the council"
        pair = len(parties) >= _PAIR and bool(political or (light and all(map(ctx.roles.political_role, parties))))
        return (
            pair
            or bool(political and found.place)
            or _has_light_verb_subject(ctx, political, light or _passive_light_verb(ctx, noun))
        )
    if form == "visit":
        return bool(parties) and bool(found.place)
    if form == "press_conference":
        return bool(parties)
    if len(parties) >= _PAIR and political:
        return True
    named = has_proper_name(ctx, noun) and ctx.text.tags[noun.head] == "NNP"
    return bool(political and (light or found.place or found.when or named)) or bool(found.place and found.when)


def _passive_light_verb(ctx: EventContext, noun: NounPhrase) -> VerbGroup | None:
    """Return the passive light verb of the noun: "a meeting of the council [was convened]"; else None."""
    own = _predicate_verb(ctx, noun)
    return (
        own
        if own is not None and own.passive and own.finite and ctx.lemma(own) in ctx.lexicon.light_verb_lemmas
        else None
    )


def _has_light_verb_subject(ctx: EventContext, political: list[Actor], light: VerbGroup | None) -> bool:
    """Return whether a political party holds the meeting: "X held talks", not "X called for talks"."""
    return (
        bool(political)
        and light is not None
        and outcome_of(ctx.lexicon, ctx.lemma(light), ctx.word(light.head + 1)) is None
    )
