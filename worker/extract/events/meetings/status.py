"""Status of a meeting noun, from its governing verb or else from its modifiers.

"Called off the talks", "agreed to a summit", "the planned visit", "talks that were to begin on Monday".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.reader import is_dated_present, is_noun_complement, verb_status
from worker.extract.events.modality import outcome_of
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.modality import ImpliedOutcome, VerbModality
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.schema import MeetingStatus

_PATHS = frozenset({"way", "door", "path", "road", "ground", "stage"})
"""Nouns that are prepared for a meeting: "paved the way for talks"."""
_BRACKET_WINDOW = 6
"""Tokens of brackets after a noun."""
_PARTICLE_WINDOW = 12
"""Tokens after a verb in which its particle may follow the object."""


def noun_status(ctx: EventContext, noun: NounPhrase, group: VerbGroup | None, is_future: bool) -> MeetingStatus | None:
    """Return the status, or None if the meeting is hypothetical.

    The first of these that implies one decides: cancellation by the verb, modifiers, governing noun, modality of
    the verb.
    """
    cancelled = _cancelled_status(ctx, group) if group is not None else None
    described = (  # "postponed her planned trip": the verb overrides the modifier
        cancelled or _modifier_status(ctx, noun) or _participle_status(ctx, noun) or _governing_noun_status(ctx, noun)
    )
    if described is not None:
        return described
    if group is None:
        return "planned" if is_future or _is_in_future_clause(ctx, noun) or _is_ahead_of(ctx, noun) else "held"
    modality = ctx.modality(group)
    if modality.conditional or (modality.outcome is None and is_noun_complement(ctx, modality)):
        return None
    due = outcome_of(ctx.lexicon, ctx.word(group.last)) if ctx.text.lower[group.head] in ctx.doc.lexicon.be else None
    if due is not None:
        return "held" if due == "denied" else due  # "the meeting was unable to agree"
    if _is_due_to_end(ctx, noun, group):
        return "held"
    if is_to_infinitive(ctx, group):
        return "planned"
    own = _outcome_of_verb(ctx, noun, group)
    if own is not None and not (modality.negated and own != "denied"):
        return own if modality.outcome != "denied" else "denied"
    if modality.modal == "perhaps" and modality.outcome is None:
        return None
    return verb_status(ctx, group, modality, is_future)


def _outcome_of_verb(ctx: EventContext, noun: NounPhrase, group: VerbGroup) -> ImpliedOutcome | None:
    """Return the outcome that a verb implies for the meeting; None if it implies none.

    The meeting as subject of an active verb has taken place ("the talks failed to", "the meeting aimed at"), and
    opening one is no proposal.
    """
    lemma = ctx.lemma(group)
    if group.first >= noun.last and not group.passive and lemma in word_set(ctx.lexicon.meeting.acts_of_meetings):
        return None
    return (
        None
        if lemma in word_set(ctx.lexicon.meeting.phases)
        else outcome_of(ctx.lexicon, lemma, ctx.word(group.head + 1))
    )


def is_to_infinitive(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a form of "be" is followed by an infinitive: "talks are to begin"."""
    following = ctx.chunks.verb_group(group.last)
    being = ctx.text.lower[group.head] in ctx.doc.lexicon.be
    return being and following is not None and following.infinitive and following.first == group.last


def _is_due_to_end(ctx: EventContext, noun: NounPhrase, group: VerbGroup) -> bool:
    """Return whether a meeting that has begun is expected to end: "the talks [are expected] to conclude on Friday"."""
    following = ctx.chunks.verb_group(group.last)
    is_subject = group.first >= noun.last and following is not None and following.infinitive
    return is_subject and following is not None and ctx.lemma(following) in word_set(ctx.lexicon.meeting.ending)


def _participle_status(ctx: EventContext, noun: NounPhrase) -> MeetingStatus | None:
    """Return the status that a participle after the noun implies: "a meeting of the board [scheduled] for May"."""
    m, at = ctx.lexicon.meeting, noun.last
    parties = ctx.clauses.noun_phrase(at + 1) if ctx.word(at) in word_set(m.of, m.with_, m.between) else None
    if parties is not None and parties.first == at + 1:
        at = ctx.clauses.conjuncts(parties)[-1].last
    if ctx.word(at) == "(":
        at = next((i + 1 for i in range(at, min(len(ctx.text.words), at + _BRACKET_WINDOW)) if ctx.word(i) == ")"), at)
    verb = ctx.chunks.verb_group(at)
    if verb is None or verb.first != at or verb.finite or ctx.text.tags[verb.head] != "VBN":
        return None
    outcome = outcome_of(ctx.lexicon, ctx.lemma(verb), ctx.word(verb.head + 1))
    return outcome if outcome in {"planned", "cancelled"} else None


def _is_ahead_of(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun follows a phrase such as "ahead of" or "in preparation for"."""
    listed = word_set(ctx.lexicon.meeting.ahead_of_phrases)
    before = ctx.text.lower[max(0, noun.first - 3) : noun.first]
    return any(" ".join(before[-n:]) in listed for n in (1, 2, 3))


def _governing_noun_status(ctx: EventContext, noun: NounPhrase) -> MeetingStatus | None:
    """Return the status that a governing noun implies: "an invitation to talks"; None if it implies none."""
    frame = governing_noun(ctx, noun)
    if frame is not None and ctx.text.lower[frame.head] in _PATHS:
        return "proposed"  # "pave the way for talks"
    outcome = outcome_of(ctx.lexicon, ctx.text.lower[frame.head]) if frame is not None else None
    if frame is None or outcome is None:
        return None
    if ctx.text.lower[frame.first] in ctx.doc.lexicon.negations:
        return "denied"
    group = ctx.chunks.verb_group(frame.first - 1)
    over = outcome_of(ctx.lexicon, ctx.lemma(group), ctx.word(group.head + 1)) if group is not None else None
    if over in {"denied", "cancelled"}:
        return over
    agreed = group is not None and ctx.lemma(group) in word_set(ctx.lexicon.modality.accepting)
    return "planned" if agreed and outcome == "proposed" else outcome


def governing_noun(ctx: EventContext, noun: NounPhrase) -> NounPhrase | None:
    """Return the noun that governs the meeting noun by a preposition: "[the prospect] of a summit"; else None."""
    prepositions, partitives = (
        word_set(ctx.lexicon.modality.intention_prepositions),
        word_set(ctx.lexicon.meeting.partitive_nouns),
    )
    while ctx.word(noun.first - 1) in prepositions:
        at = noun.first - 2 - (ctx.word(noun.first - 2) in ctx.doc.lexicon.quotation_marks)
        frame = ctx.clauses.noun_phrase(at)
        if frame is None or ctx.text.lower[frame.head] not in partitives:
            return frame if frame is not None and frame.last == at + 1 else None
        noun = frame
    return None


def _modifier_status(ctx: EventContext, noun: NounPhrase) -> MeetingStatus | None:
    """Return the status that the words before the noun imply: "no talks", "a planned summit"; else None."""
    for at in range(noun.first, noun.head):
        word = ctx.text.lower[at]
        if word in ctx.doc.lexicon.negations:
            return "denied"
        outcome = outcome_of(ctx.lexicon, word) if ctx.text.tags[at] in {"JJ", "VBN", "VBG"} else None
        if outcome is not None:
            return outcome
    return None


def _cancelled_status(ctx: EventContext, group: VerbGroup) -> MeetingStatus | None:
    """Return "cancelled" if the governing verb cancels the meeting, but not if it threatens to; else None."""
    modality = ctx.modality(group)
    if (
        modality.negated
        or modality.conditional
        or modality.modal in {"perhaps", "obliged", "would"}
        or not _is_decided(ctx, modality)
    ):
        return None
    lemma = ctx.lemma(group)
    is_cancelled = any(
        outcome_of(ctx.lexicon, lemma, ctx.word(at)) == "cancelled" for at in _particle_positions(ctx, group)
    )
    return "cancelled" if is_cancelled else None


def _is_decided(ctx: EventContext, modality: VerbModality) -> bool:
    """Return whether the governors leave an act real: "decided to", "was forced to", not "threatened to"."""
    transparent, choice_kinds = word_set(ctx.lexicon.modality.transparent), ctx.lexicon.choice_kinds
    lemmas = [ctx.lexicon.lemma(ctx.text.lower[g.token]) for g in modality.governors]
    return all(lemma in transparent or choice_kinds.get(lemma) in {"taken", "agreed", "announced"} for lemma in lemmas)


def _particle_positions(ctx: EventContext, group: VerbGroup) -> Iterator[int]:
    """Yield the tokens at which a particle of the verb can be: after the verb, or after its object."""
    yield group.head + 1
    target = ctx.clauses.object(group)
    while target is not None and target.first <= group.head + _PARTICLE_WINDOW:
        yield target.last
        is_preposition = target.last < len(ctx.text.words) and ctx.text.tags[target.last] in {"IN", "TO", "SC"}
        following = ctx.clauses.noun_phrase(target.last + 1) if is_preposition else None
        target = following if following is not None and following.first == target.last + 1 else None


def _is_in_future_clause(ctx: EventContext, noun: NounPhrase) -> bool:
    """Return whether the noun depends on a verb in the future: "will fly to Oslo for talks"."""
    start = ctx.text.sentence_range(noun.head)[0]
    for at in range(noun.first - 1, max(start, noun.first - 24) - 1, -1):
        group = ctx.chunks.verb_group(at)
        if group is not None and (group.finite or group.infinitive):
            dated = is_dated_present(ctx, group, ctx.time_and_place.find_time(group.head, group.last))
            if dated or verb_status(ctx, group, ctx.modality(group), is_future=False) == "planned":
                return True
            if group.finite:
                return False
    return False
