"""Triggers that the definition of a meeting excludes, whatever their score."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.destinations import is_at_home
from worker.extract.events.meetings.noun_features import determiner_kind
from worker.extract.events.meetings.reader import is_agreed_or_demanded, is_assembly
from worker.extract.events.political_role import POSSIBLE
from worker.extract.events.trigger_parties import is_outlet_party, is_question, last_word
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.lexicon_file import Words
    from worker.schema import Actor

_PAIR = 2
_ATTITUDE_WINDOW = 14
"""Tokens before a noun that are searched for the attitude that governs it."""
_KNOWN = frozenset({"definite", "demonstrative", "possessive"})
"""Determiners of a meeting that the text has mentioned."""
_OCCASION_PREPOSITIONS = frozenset({"for", "at", "in", "during"})
_OCCASION_WINDOW = 6
"""Tokens after a verb that are searched for its occasion."""
_REQUIREMENT_WINDOW = 3
"""Tokens after "meeting" that are searched for a requirement as its object: "data meeting [lowered expectations]"."""
_LOCATIVES = frozenset({"in", "on", "at", "near", "outside"})
_PRESENT_OF_DO = frozenset({"do", "does"})
_JOURNEYS = frozenset({"travel", "visit", "due"})


def is_excluded_meeting(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether the definition excludes a trigger.

    Questions, habits and opinions, meals and wishes of one party, journeys at home, interviews, debates, sittings of
    parliaments, conventions of parties, meetings that are the setting or the subject of something else, and nouns whose
    modifier gives them another sense.
    """
    parties = trigger.candidate.parties
    return (
        is_question(ctx, trigger.first)
        or (trigger.word_class == "meal" and len(parties) < _PAIR and not _is_working_meal(ctx, trigger))
        or _is_journey_at_home(ctx, trigger)
        or _is_visit_to_thing(ctx, trigger)
        or _is_purpose_of_meeting(ctx, trigger)
        or _is_own_party(ctx, trigger)
        or _is_wish_of_one(ctx, trigger)
        or any(is_outlet_party(ctx, actor) for actor in parties)
        or _is_private(ctx, trigger)
        or _is_generic(ctx, trigger)
        or _is_sitting(ctx, trigger)
        or (trigger.group is not None and _is_no_encounter(ctx, trigger.group))
        or (trigger.phrase is not None and _is_excluded_noun(ctx, trigger, trigger.phrase))
    )


def _is_private(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether no party can be political: a press conference of a company, talks of a club with a manager.

    A tour of an organisation without host and destination is one of a band or a team.
    """
    grades = [ctx.roles.political_role(actor) for actor in trigger.candidate.parties]
    if grades and not any(grades):
        return True
    parties = trigger.candidate.parties
    is_tour = trigger.word_class == "visit" and trigger.candidate.place is None and trigger.phrase is not None
    return is_tour and len(parties) == 1 and parties[0].type == "organisation" and grades == [POSSIBLE]


def _is_working_meal(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a meal has a modifier of official meetings: "a working dinner"."""
    noun, classes = trigger.phrase, ctx.lexicon.modifier_classes
    return noun is not None and any(classes.get(word) == "scope" for word in ctx.text.lower[noun.first : noun.head])


def _is_sitting(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a parliament or a court sits ("parliament reconvenes in May"), or a party holds its convention."""
    parties = trigger.candidate.parties
    if len(parties) != 1:
        return False
    if trigger.word_class == "convene" or trigger.lemma in word_set(ctx.lexicon.meeting.sittings):
        return _is_of_class(ctx, parties[0], "parliaments", ctx.lexicon.decision.deciders.legislative)
    if trigger.lemma == "meet":
        return _is_of_class(ctx, parties[0], "courts", ctx.lexicon.decision.deciders.court)
    if trigger.word_class != "summit" or trigger.phrase is None:
        return False
    return _is_of_class(ctx, parties[0], "parties", ctx.lexicon.meeting.party_heads)


def _is_of_class(ctx: EventContext, actor: Actor, name: str, heads: str) -> bool:
    """Return whether a party is an institution of a class, by its name or by its head word."""
    bare = actor.name.partition("'s ")[0]
    head = last_word(bare.lower())
    return ctx.roles.institutions.class_of(bare) == name or (head != "assembly" and head in word_set(heads))


def _is_no_encounter(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a verb has another sense ("met its targets") or another occasion: "met for a debate"."""
    m, lower = ctx.lexicon.meeting, ctx.text.lower
    target = ctx.clauses.object(group)
    if target is not None and ctx.lemma(group) == "meet" and lower[target.head] in word_set(m.met_requirements):
        return True
    at = group.last if target is None else target.last
    phrases = ctx.clauses.prepositional_phrases(at, _OCCASION_PREPOSITIONS, _OCCASION_WINDOW)
    if any(lower[noun.head] in word_set(m.other_occasions) for _, noun in phrases):
        return True
    if _is_attribute(ctx, group) or (ctx.lemma(group) == "gather" and ctx.word(group.last) == "around"):
        return True
    return _is_policy(ctx, group) or (target is not None and _is_owner(ctx, target))


def _is_attribute(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle modifies the noun after it: "told [visiting] officials"."""
    if group.finite or ctx.text.tags[group.head] != "VBG" or group.first == 0:
        return False
    before, noun = ctx.chunks.verb_group(group.first - 1), ctx.clauses.noun_phrase(group.last)
    is_person = noun is not None and noun.first == group.last and ctx.text.tags[noun.first] not in {"DT", "PRP$"}
    return (
        is_person
        and before is not None
        and before.finite
        and ctx.lemma(before) in word_set(ctx.lexicon.meeting.addressing, ctx.lexicon.meeting.host)
    )


def _is_policy(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a verb in the negated present without a time tells a habit: "they [do not meet] rebels"."""
    auxiliary = ctx.text.lower[group.first]
    is_present = auxiliary in _PRESENT_OF_DO and group.finite and group.negated
    return is_present and ctx.time_and_place.find_time(group.head, group.last) is None


def _is_owner(ctx: EventContext, target: NounPhrase) -> bool:
    """Return whether the object is the owner of a further noun: "welcomed [Berg]'s “courage”"."""
    return ctx.text.tags[target.last - 1] == "POS" or ctx.text.tags[target.last : target.last + 1] == ["POS"]


def _is_generic(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a trigger denotes a habit, an opinion or no particular meeting: "regularly meets", "any talks"."""
    free = word_set(ctx.lexicon.meeting.determiners["free_choice"])
    noun = trigger.phrase
    if noun is not None:
        before = ctx.text.lower[noun.first : noun.head]
        habits = word_set(ctx.lexicon.meeting.habitual_modifiers)
        is_habit = ctx.text.tags[noun.head] == "NNS" and not habits.isdisjoint(before)
        return is_habit or (before[:1] != [] and before[0] in free and trigger.candidate.status != "denied")
    group = trigger.group
    if group is None:
        return False
    modality = ctx.modality(group)
    governors = [g.group for g in modality.governors if g.group is not None]
    if modality.conditional or _is_opinion(ctx, group):
        return True
    return modality.habitual or any(ctx.modality(g).habitual for g in governors) or _has_free_partner(ctx, group, free)


def _is_opinion(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a meeting is only thought possible or desirable, and not proposed: "they should meet"."""
    modality = ctx.modality(group)
    if modality.outcome is not None or modality.modal not in {"perhaps", "obliged"}:
        return False
    return modality.modal == "perhaps" or not is_agreed_or_demanded(ctx, group, modality)


def _has_free_partner(ctx: EventContext, group: VerbGroup, free: Words) -> bool:
    """Return whether the object or the partner after "with" is no particular party: "will meet with any candidate"."""
    target = ctx.clauses.object(group)
    partner = ctx.clauses.noun_phrase(group.last + 1) if ctx.word(group.last) == "with" else None
    return any(noun is not None and ctx.text.lower[noun.first] in free for noun in (target, partner))


def _is_excluded_noun(ctx: EventContext, trigger: MeetingTrigger, noun: NounPhrase) -> bool:
    before, m = ctx.text.lower[noun.first : trigger.first], ctx.lexicon.meeting
    if before and before[-1] in word_set(m.excluding_modifiers):
        return True
    if _has_other_sense(ctx, trigger, noun):
        return True
    if trigger.word_class == "meal" and ctx.text.tags[noun.head] == "NNP":
        return True  # a programme's name
    if len(trigger.candidate.parties) < _PAIR and _is_process(ctx, noun):
        return True
    if trigger.verdict == "unlisted" and is_assembly(ctx, noun):
        return True
    is_private = trigger.word_class == "visit" and not word_set(m.private_modifiers).isdisjoint(before)
    return is_private or _depends_on_attitude(ctx, noun) or _is_field_of_office(ctx, noun)


def _has_other_sense(ctx: EventContext, trigger: MeetingTrigger, noun: NounPhrase) -> bool:
    """Return whether a noun denotes no meeting: "data meeting forecasts", "exchange of gifts", "won all meetings"."""
    m = ctx.lexicon.meeting
    if trigger.lemma == "meeting" and _meets_requirement(ctx, noun):
        return True
    verb = ctx.chunks.verb_group(noun.first - 1)
    if verb is not None and ctx.lemma(verb) in word_set(m.contest_verbs):
        return True
    if trigger.lemma not in word_set(m.exchange_nouns):
        return False
    partners = word_set(m.with_, m.between)
    return ctx.word(noun.last) not in partners and ctx.word(noun.last + 1) not in word_set(m.exchanged)


def _meets_requirement(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether "meeting" is a verb with a requirement as its object: "data meeting [lowered expectations]"."""
    for at in range(noun.last, min(ctx.text.sentence_range(noun.head)[1], noun.last + _REQUIREMENT_WINDOW)):
        if ctx.text.tags[at] in {"IN", "TO", "PUNCT", "CC"}:
            return False
        if ctx.text.lower[at] in word_set(ctx.lexicon.meeting.met_requirements):
            return True
    return False


def _is_process(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun measures an uncounted period, which is a process: "after months of talks"."""
    period = ctx.clauses.noun_phrase(noun.first - 2) if ctx.word(noun.first - 1) == "of" else None
    if period is None or period.last != noun.first - 1:
        return False
    words = ctx.text.lower[period.first : period.last]
    is_counted = any(ctx.text.tags[at] in {"CD", "DT"} for at in range(period.first, period.last))
    return words[-1] in word_set(ctx.lexicon.meeting.long_periods) and not is_counted


def _is_field_of_office(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun is part of a title: "the Minister for Trade Negotiations"."""
    if ctx.text.tags[noun.head] != "NNP" or ctx.word(noun.first - 1) not in {"for", "of"}:
        return False
    office = ctx.clauses.noun_phrase(noun.first - 2)
    return office is not None and ctx.text.lower[office.head] in word_set(ctx.lexicon.actors.offices)


def _depends_on_attitude(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether an attitude or a position governs the noun: "committed to talks", "on the sidelines of talks".

    Coordinated nouns share the governor: "committed to the dialogue and to negotiations".
    """
    at = noun.first - 1
    at -= at >= 0 and ctx.text.tags[at] in {"IN", "TO"}
    if ctx.word(at) in word_set(ctx.lexicon.meeting.attitudes):
        return at == noun.first - 2
    return at >= 0 and ctx.text.tags[at] == "CC" and _follows_attitude(ctx, at)


def _follows_attitude(ctx: EventContext, conjunction: int) -> bool:
    """Return whether an attitude with its preposition precedes a conjunction, without a clause between them."""
    start = max(ctx.text.sentence_range(conjunction)[0], conjunction - _ATTITUDE_WINDOW)
    for at in range(conjunction - 1, start - 1, -1):
        verb = ctx.chunks.verb_group(at)
        if ctx.word(at) in word_set(ctx.lexicon.meeting.attitudes):
            return ctx.text.tags[at + 1] in {"IN", "TO"}
        if ctx.word(at) in {",", ";"} or (verb is not None and verb.finite):
            return False
    return False


def _is_journey_at_home(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a party travels in its own country without a host."""
    if trigger.word_class not in _JOURNEYS or len(trigger.candidate.parties) >= _PAIR:
        return False
    return is_at_home(ctx, trigger)


def _is_visit_to_thing(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether one party visits a thing, not a host or a country: "visited the harbour"."""
    if trigger.word_class != "visit" or len(trigger.candidate.parties) >= _PAIR:
        return False
    if trigger.group is None:
        return trigger.phrase is not None and _leads_to_site(ctx, trigger.phrase)
    target = ctx.clauses.object(trigger.group) if trigger.candidate.place is None else None
    return target is not None and ctx.text.tags[target.head] in {"NN", "NNS"}


def _leads_to_site(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a visit is one to a site, not to a country or a seat: "a visit to [the flooded area]"."""
    target = ctx.clauses.noun_phrase(noun.last + 1) if ctx.word(noun.last) == "to" else None
    if target is None or target.first != noun.last + 1 or ctx.text.tags[target.head] not in {"NN", "NNS"}:
        return False
    m, actors = ctx.lexicon.meeting, ctx.lexicon.actors
    head = ctx.text.lower[target.head]
    is_realm = head in word_set(m.unique_places, m.realms, actors.country_nouns, actors.institutions)
    return not is_realm and not _is_in_named_place(ctx, target.last)


def _is_in_named_place(ctx: EventContext, at: int) -> bool:
    """Return whether a phrase with a name follows a preposition: "a hospital [on the Latvian coast]"."""
    place = ctx.clauses.noun_phrase(at + 1) if ctx.word(at) in _LOCATIVES else None
    return place is not None and any(word[:1].isupper() for word in ctx.text.words[place.first : place.last])


def _is_own_party(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether the name of the meeting is its only party: "the Bergen Harbour Conference was cancelled"."""
    parties = trigger.candidate.parties
    mention = parties[0].mention if len(parties) == 1 else None
    return mention is not None and mention.start <= ctx.text.starts[trigger.first] < mention.end


def _is_purpose_of_meeting(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether a verb names the purpose of a meeting, its topic: "a meeting was held to discuss the port"."""
    group = trigger.group
    if group is None or not group.infinitive:
        return False
    before = ctx.clauses.finite_verb_before(group)
    subject = ctx.clauses.subject(before) if before is not None else None
    return subject is not None and ctx.text.lower[subject.head] in word_set(ctx.lexicon.meeting.talks_nouns)


def _is_wish_of_one(ctx: EventContext, trigger: MeetingTrigger) -> bool:
    """Return whether one party wishes for talks with no particular partner: "the union called for talks"."""
    found = trigger.candidate
    if found.status != "proposed" or found.kind not in {"talks", "call"} or len(found.parties) >= _PAIR:
        return False
    if trigger.phrase is not None and determiner_kind(ctx, trigger.phrase, trigger.first) in _KNOWN:
        return False
    end = ctx.text.ends[trigger.last - 1]
    return not any(a.mention is not None and a.mention.start > end for a in found.parties)
