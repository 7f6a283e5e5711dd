"""Nominal triggers of meetings; the parties are possessor, modifiers, prepositional phrases, or a light verb's subject.

"Berg's talks with Ozola", "a summit between Latvia and Estonia", "Berg held a meeting with Ozola".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.meetings.counterparts import held_verb
from worker.extract.events.meetings.light_verbs import light_verb, passive_light_verb, predicate_verb
from worker.extract.events.meetings.participants import (
    after_possessor,
    has_proper_name,
    is_indefinite,
    noun_participants,
)
from worker.extract.events.meetings.reader import (
    is_abroad,
    is_dated_present,
    is_future_time,
    is_in_temporal_clause,
    is_plural_party,
    make_meeting_candidate,
)
from worker.extract.events.meetings.status import is_to_infinitive, noun_status
from worker.extract.events.meetings.trigger import Verdict
from worker.extract.events.modality import outcome_of
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import is_question
from worker.extract.grammar.chunker import NounPhrase, VerbGroup
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, Span

if TYPE_CHECKING:
    from worker.extract.dates import TimeExpression
    from worker.extract.events.event_context import EventContext

_PAIR = 2
"""Number of parties of a meeting."""


class NounReading(Struct, eq=False):
    """The reading of a meeting noun: its fields, and the judgement of the rules."""

    candidate: EventCandidate
    verdict: Verdict
    light: VerbGroup | None
    """The verb before the noun that shares its subject with it or governs it; None if there is none."""
    own: VerbGroup | None
    """The verb whose subject the noun is; None if there is none."""


def with_possessor(ctx: EventContext, noun: NounPhrase) -> NounPhrase:
    """Extend a phrase by a possessor that the chunker separated: "cancelled [her] [trip]"."""
    at, tags = noun.first - 1, ctx.text.tags
    if ctx.word(at) == "her" and tags[at] == "PRP":
        return NounPhrase(at, noun.last, noun.head)
    if at > 0 and tags[at] == "POS" and (owner := ctx.clauses.noun_phrase(at)) is not None:
        return NounPhrase(owner.first, noun.last, noun.head)  # "[Berg's] [May 25 call]"
    if (
        at > 1
        and tags[at] == "VBN"
        and tags[at - 1] == "POS"
        and (owner := ctx.clauses.noun_phrase(at - 2)) is not None
    ):
        return NounPhrase(owner.first, noun.last, noun.head)  # "Berg's planned trip"
    return noun


def read_noun(ctx: EventContext, noun: NounPhrase, form: Form, at: int) -> NounReading:
    """Return the reading of a meeting noun whose proper words begin at the token `at`."""
    light = light_verb(ctx, noun)
    own = None if light else predicate_verb(ctx, noun)
    form = _form_with_name(ctx, noun, form)
    parties, rule = noun_participants(ctx, noun, form, at, light or own, has_light_verb=light is not None)
    verb = light or own
    held = held_verb(ctx, noun)  # "a visit he [will make] to Oslo"
    after = held.last if held is not None else _end_of_predicate(ctx, noun, own)
    when = _noun_time(ctx, noun, at, after, light)
    is_future = is_future_time(when) or (
        verb is not None and (is_dated_present(ctx, verb, when) or is_in_temporal_clause(ctx, verb))
    )
    status = noun_status(ctx, noun, verb, is_future)
    found = make_meeting_candidate(ctx, at, noun.head + 1, form, status or "held", parties, rule, when)
    found.noun = ctx.text.lower[noun.head]
    found.explicit_status = bool(verb) or status != "held"
    place = _noun_place(ctx, noun, form, at, after)
    found.place = _modifier_place(ctx, noun, at) or _place_of_noun(ctx, noun, found, place)
    introduces = _introduces_meeting(ctx, noun, parties, found, light)
    found.anaphoric = is_question(ctx, at) or not introduces
    is_rejected = (
        status is None
        or _is_single_call(ctx, noun, form, at, parties)
        or (form == "visit" and place is not None and bool(parties) and not is_abroad(ctx, parties, place))
        or _is_unpolitical(ctx, noun, parties, introduces=introduces)
    )
    return NounReading(found, "rejected" if is_rejected else "back" if found.anaphoric else "opens", light, own)


def _is_single_call(ctx: EventContext, noun: NounPhrase, form: Form, at: int, parties: list[Actor]) -> bool:
    """Return whether a "call" without a second party may be a demand."""
    return form == "call" and at == noun.head and ctx.text.lower[at] in {"call", "calls"} and len(parties) < _PAIR


def _is_unpolitical(ctx: EventContext, noun: NounPhrase, parties: list[Actor], *, introduces: bool) -> bool:
    """Return whether a new meeting is mentioned without a political party."""
    has_politician = any(ctx.roles.political_role(a) == POLITICAL for a in parties)
    return is_indefinite(ctx, noun) and bool(parties) and not has_politician and not introduces


def _end_of_predicate(ctx: EventContext, noun: NounPhrase, own: VerbGroup | None) -> int:
    """Return the token after the noun's predicate, with its infinitive: "talks [are to begin]"."""
    if own is None:
        return noun.last
    infinitive = ctx.chunks.verb_group(own.last) if is_to_infinitive(ctx, own) else None
    return infinitive.last if infinitive is not None else own.last


def _noun_time(
    ctx: EventContext, noun: NounPhrase, at: int, after: int, light: VerbGroup | None
) -> TimeExpression | None:
    when = ctx.time_and_place.find_time(at, max(noun.last, after))
    if when is None and light is not None:
        when = ctx.time_and_place.find_time(light.head, noun.last)
    if when is None or _is_counted_period(ctx, noun, when) or (light is None and _is_of_governor(ctx, noun, when)):
        return None
    return when


def _is_of_governor(ctx: EventContext, noun: NounPhrase, when: TimeExpression) -> bool:
    """Return whether the time after a noun is that of the verb whose object it is: "wrecked the talks [in May]"."""
    verb = ctx.chunks.verb_group(noun.first - 1)
    at = ctx.text.token_at(when.start)
    if verb is None or not verb.finite or at < noun.last or is_indefinite(ctx, noun):
        return False
    return ctx.word(at - 1) not in word_set(ctx.lexicon.modality.due_date_prepositions)


def _place_of_noun(ctx: EventContext, noun: NounPhrase, found: EventCandidate, place: NounPhrase | None) -> Span | None:
    """Return the span of the place after the noun, or else, but not for visits, of the last place before it."""
    is_purpose = ctx.word(noun.first - 1) == "for"  # "is in Riga for a visit"
    if place is not None or (found.kind == "visit" and not is_purpose):
        return ctx.time_and_place.place_span(place)
    return found.place or ctx.time_and_place.place_span(ctx.time_and_place.last_place_before(noun.first))


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
        m = ctx.lexicon.meeting
        prepositions = word_set(m.destination_prepositions, m.place_prepositions)
        prepositions |= (
            word_set(m.of) if ctx.word(noun.head) in word_set(m.tours) else frozenset()
        )  # "a tour of Africa"
        held = held_verb(ctx, noun)
        start = noun.last if held is None else held.last
        places = (place for _, place in ctx.clauses.prepositional_phrases(start, prepositions, 14))
        return next((place for place in places if ctx.time_and_place.can_be_place(place)), None)
    return ctx.time_and_place.find_place(at, noun.last) or (
        ctx.time_and_place.find_place(at, after) if after != noun.last else None
    )


def _modifier_place(ctx: EventContext, noun: NounPhrase, at: int) -> Span | None:
    """Return the place among the modifiers of the noun: "the Oslo talks"; None if there is none."""
    for i in range(after_possessor(ctx, noun, at).first, at):
        word = ctx.text.words[i]
        if word.title() in ctx.person_of_surname:
            continue  # "the Berg meeting"
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
    known = known or text.lower[at] in main.time_nouns  # "the June summit"
    return not known and ctx.doc.mentions.person_at(at) is None and text.tags[noun.head] != "NNP"


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
            or _has_light_verb_subject(ctx, political, light or passive_light_verb(ctx, noun))
        )
    if form == "visit":
        return bool(parties) and bool(found.place)
    if form == "press_conference":
        return bool(parties)
    if len(parties) >= _PAIR and political:
        return True
    named = has_proper_name(ctx, noun) and ctx.text.tags[noun.head] == "NNP"
    return bool(political and (light or found.place or found.when or named)) or bool(found.place and found.when)


def _has_light_verb_subject(ctx: EventContext, political: list[Actor], light: VerbGroup | None) -> bool:
    """Return whether a political party holds the meeting: "X held talks", not "X called for talks"."""
    return (
        bool(political)
        and light is not None
        and outcome_of(ctx.lexicon, ctx.lemma(light), ctx.word(light.head + 1)) is None
    )
