"""Reading of meeting triggers: their forms, status and dates, for verbs and nouns alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.event_coreference import EventCandidate
from worker.extract.events.modality import VerbModality, outcome_of
from worker.extract.events.political_role import POLITICAL
from worker.extract.events.trigger_parties import distinct_parties
from worker.extract.lexicon.lexicon_file import word_set
from worker.schema import Actor, Form, MeetingStatus

if TYPE_CHECKING:
    from worker.extract.dates import TemporalSide, TimeExpression
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_PRESENT_OF_BE = frozenset({"is", "are", "am", "'s", "'re", "'m"})


def meeting_form(ctx: EventContext, noun: NounPhrase) -> tuple[Form, int] | None:
    """Return (form, first token of the noun proper) of a meeting noun; None for any other noun."""
    head, lower = noun.head, ctx.text.lower
    pair = f"{lower[head - 1]} {lower[head]}" if head > noun.first else ""
    if pair in ctx.lexicon.meeting_nouns:
        return ctx.lexicon.meeting_nouns[pair], head - 1
    form = ctx.lexicon.meeting_nouns.get(lower[head])
    if form is None or (ctx.text.tags[head] == "NNP" and is_assembly(ctx, noun)):
        return None
    if head > noun.first and lower[head - 1] in word_set(ctx.lexicon.meeting.excluding_modifiers):
        return None
    return form, head


def is_assembly(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether a proper noun is an institution ("Congress", "the General Assembly"), not a meeting."""
    lower = ctx.text.lower
    if lower[noun.head] in word_set(ctx.lexicon.meeting.assembly_nouns):
        return lower[noun.first] not in {"a", "an"}
    of = ctx.clauses.noun_phrase(noun.last + 1) if ctx.word(noun.last) == "of" else None
    return of is not None and ctx.text.tags[of.head] == "NNS" and ctx.text.words[of.head][0].isupper()


def make_meeting_candidate(  # noqa: PLR0917 - the fields of the candidate
    ctx: EventContext,
    first: int,
    last: int,
    form: Form,
    status: MeetingStatus,
    parties: list[Actor],
    rule: str,
    when: TimeExpression | None,
) -> EventCandidate:
    """Return the candidate of a trigger with its place, day and topic."""
    return EventCandidate(
        first=first,
        last=last,
        kind=form,
        status=status,
        parties=distinct_parties(parties),
        place=ctx.time_and_place.place_span(ctx.time_and_place.find_place(first, last)),
        when=ctx.time_and_place.time_span(when),
        day=ctx.time_and_place.resolve_day(when, _temporal_side(ctx, when, status)),
        about=ctx.topics.find_topic(last),
        rule=rule,
    )


def _temporal_side(ctx: EventContext, when: TimeExpression | None, status: MeetingStatus) -> TemporalSide:
    """Return on which side of the publication the day of a meeting is.

    "near" if either is possible; the day of a cancelled or refused meeting is in the future after "for": "set for
    Friday".
    """
    if status in {"planned", "proposed"}:
        return "future"
    if when is None or status == "held":
        return "past"
    at = ctx.text.token_at(when.start) - 1
    return "future" if ctx.word(at) in word_set(ctx.lexicon.modality.due_date_prepositions) else "near"


def verb_status(ctx: EventContext, group: VerbGroup, modality: VerbModality, is_future: bool) -> MeetingStatus:
    """Return the status that the modality and the tense of a verb express."""
    if modality.outcome == "denied" or (modality.negated and modality.outcome != "cancelled"):
        return "denied"
    if modality.outcome is not None:
        return modality.outcome
    if modality.modal == "will" or (group.infinitive and not modality.governors):
        return "planned"
    if modality.modal in {"obliged", "perhaps"}:
        return "proposed"  # agreed or demanded, see `_is_agreed_or_demanded`
    present = group.infinitive or ctx.text.tags[group.head] in {"VBZ", "VBP", "VBG"}
    return "planned" if is_future and present else "held"


def is_dated_present(ctx: EventContext, group: VerbGroup, when: TimeExpression | None) -> bool:
    """Return whether a verb is in the present with a day, which denotes the future: "arrives on Friday".

    The progressive does, too: "is meeting Berg on Friday".  The date that heads an entry is that of a past event.
    """
    headed = when is not None and when.start < ctx.text.starts[ctx.text.sentence_range(group.head)[0]]
    if when is None or headed or not (_is_simple_present(ctx, group) or _is_present_progressive(ctx, group)):
        return False
    return when.weekday is not None or (when.month is not None and when.day is not None)


def is_in_temporal_clause(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a present is that of a temporal clause, which denotes the future: "when she arrives in Oslo"."""
    if not _is_simple_present(ctx, group):
        return False
    subject = ctx.clauses.subject(group)
    opener = ctx.word(subject.first - 1) if subject is not None and subject.last <= group.first else ""
    return opener in word_set(ctx.lexicon.meeting.temporal_conjunctions)


def _is_simple_present(ctx: EventContext, group: VerbGroup) -> bool:
    return ctx.text.tags[group.head] in {"VBZ", "VBP"} and group.first == group.head


def _is_present_progressive(ctx: EventContext, group: VerbGroup) -> bool:
    be = ctx.text.lower[group.first]
    return group.finite and ctx.text.tags[group.head] == "VBG" and be in _PRESENT_OF_BE


def is_agreed_or_demanded(ctx: EventContext, group: VerbGroup, modality: VerbModality) -> bool:
    """Return whether an obligation is agreed or demanded ("agreed that they should meet"), not an opinion."""
    if modality.modal != "obliged":
        return True
    before = ctx.clauses.finite_verb_before(group)
    lemma = ctx.lemma(before) if before is not None else ""
    return lemma in ctx.lexicon.choice_kinds or outcome_of(ctx.lexicon, lemma) is not None


def is_future_time(when: TimeExpression | None) -> bool:
    """Return whether a time expression denotes a future time; False for None."""
    return bool(when and (when.direction == "future" or (when.offset_days or 0) > 0))


def is_noun_complement(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether the verb depends on a noun that implies no outcome: "no need to meet"."""
    if not modality.governors or modality.governors[-1].group is not None:
        return False
    noun = modality.governors[-1].token
    return ctx.text.tags[noun] != "JJ" and ctx.text.lower[noun] not in ctx.lexicon.decision_nouns


def is_abroad(ctx: EventContext, visitors: list[Actor], place: NounPhrase) -> bool:
    """Return whether a journey leads to another country; domestic travel, as in campaigns, is no visit."""
    name, main = ctx.text.slice(place.first, place.last), ctx.doc.lexicon
    bare = name.removeprefix("the ").removeprefix("The ")
    if bare in main.countries:
        return True
    homes = {a.country for a in visitors}
    code = main.seats_of_power.get(bare)
    if code is not None and homes != {None}:
        return code not in homes
    campaigning = word_set(ctx.lexicon.actors.campaigning_roles)
    return not any(campaigning & set((a.role or "").lower().split()) for a in visitors)


def is_plural_party(ctx: EventContext, parties: list[Actor]) -> bool:
    """Return whether parties can meet among themselves: several, or a political group or organisation."""
    political = [a for a in parties if ctx.roles.political_role(a)]
    return len(political) > 1 or any(
        a.type in {"group", "organisation"} and ctx.roles.political_role(a) == POLITICAL for a in political
    )
