"""Features of a meeting noun: determiner, modifiers, prepositions around it, and its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.party_features import party_type
from worker.extract.events.meetings.status import governing_noun
from worker.extract.events.modality import outcome_of
from worker.extract.lexicon.lexicon_file import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_PREPOSITIONS = frozenset({"IN", "TO", "SC"})
_OF_PARTIES = frozenset({"with", "between", "of", "to", "among", "by", "from", "in", "at"})
"""Prepositions after a meeting noun whose noun is looked at."""
_PAIR = 2


def noun_features(ctx: EventContext, trigger: MeetingTrigger) -> Iterator[str]:
    """Yield the features of a nominal trigger."""
    noun = trigger.phrase
    if noun is None:
        return
    yield from _phrase_features(ctx, trigger, noun)
    yield from _context_features(ctx, trigger, noun)
    yield from _verb_features(ctx, trigger)


def _phrase_features(ctx: EventContext, trigger: MeetingTrigger, noun: NounPhrase) -> Iterator[str]:
    text, name, first = ctx.text, trigger.word_class, trigger.candidate.first
    kind, number = determiner_kind(ctx, noun, first), text.tags[noun.head]
    parties = min(len(trigger.candidate.parties), _PAIR)
    yield from (f"det:{kind}", f"class+det:{name}+{kind}", f"lemma+det:{trigger.lemma}+{kind}")
    yield from (f"number:{number}", f"det+number:{kind}+{number}", f"det+parties:{kind}+{parties}+{trigger.source}")
    yield f"det+verbs:{kind}+{trigger.light is not None}+{trigger.own is not None}"
    yield f"quoted+det:{text.quotation_of[first] >= 0}+{kind}"
    if text.tags[noun.first] == "PRP$":
        yield f"possessor:{text.lower[noun.first]}"
    for at in range(noun.first, first):
        if (modifier := ctx.lexicon.modifier_classes.get(text.lower[at])) is not None:
            yield f"modifier:{modifier}"
        if text.lower[at] in word_set(ctx.lexicon.meeting.excluding_modifiers):
            yield "modifier:excluding"
    if first > noun.first:
        yield f"modifier tag:{text.tags[first - 1]}"


def determiner_kind(ctx: EventContext, noun: NounPhrase, first: int) -> str:
    """Return the class of a noun's determiner; "possessive", "none" for a bare noun, "modifier" without determiner."""
    tags = ctx.text.tags
    if tags[noun.first] == "PRP$" or "POS" in tags[noun.first : noun.head]:
        return "possessive"
    listed = ctx.lexicon.determiner_classes.get(ctx.text.lower[noun.first])
    return listed or ("none" if noun.first >= first else "modifier")


def _context_features(ctx: EventContext, trigger: MeetingTrigger, noun: NounPhrase) -> Iterator[str]:
    text, name = ctx.text, trigger.word_class
    start, end = text.sentence_range(noun.head)
    before, after = noun.first - 1, noun.last
    opening = before < start
    preposition = text.lower[before] if not opening and text.tags[before] in _PREPOSITIONS else ""
    yield f"before:{preposition or ('start' if opening else text.tags[before])}"
    yield f"class+before:{name}+{preposition}"
    following = text.lower[after] if after < end and text.tags[after] in _PREPOSITIONS else ""
    yield f"after:{following or (text.tags[after] if after < end else 'end')}"
    yield f"class+after:{name}+{following}"
    if following in _OF_PARTIES and (beside := ctx.clauses.noun_phrase(after + 1)) is not None:
        parties = ctx.parties.parties_of(beside)
        yield f"after+party:{following}+{party_type(ctx, parties[0]) if parties else 'none'}"
        yield f"after+det:{following}+{ctx.lexicon.determiner_classes.get(text.lower[beside.first])}"
    outer = governing_noun(ctx, noun)
    outcome = outcome_of(ctx.lexicon, text.lower[outer.head]) if outer is not None else None
    yield f"governing noun:{outcome or outer is not None}"
    yield f"proper:{text.tags[noun.head] == 'NNP'}"
    yield f"parties beside:{_parties_after(trigger, text.starts[noun.first])}"


def _parties_after(trigger: MeetingTrigger, offset: int) -> int:
    mentions = (actor.mention for actor in trigger.candidate.parties)
    return min(sum(span is not None and span.start >= offset for span in mentions), _PAIR)


def _listed_lemma(ctx: EventContext, group: VerbGroup | None) -> str:
    """Return the lemma of a verb of the lexicon; "other" for any other verb, "none" for None."""
    return ctx.lexicon.lemmas.get(ctx.text.lower[group.head], "other") if group is not None else "none"


def _verb_features(ctx: EventContext, trigger: MeetingTrigger) -> Iterator[str]:
    light, own, verb = trigger.light, trigger.own, trigger.verb
    yield f"light verb:{_listed_lemma(ctx, light)}"
    yield f"own verb:{_listed_lemma(ctx, own)}"
    yield f"verbs:{light is not None}+{own is not None}"
    yield f"subject:{own is not None and own.finite and not own.passive}"
    if verb is None:
        return
    modality = ctx.modality(verb)
    yield from (f"modal:{modality.modal}", f"negated:{modality.negated}", f"conditional:{modality.conditional}")
    yield from (f"habitual:{modality.habitual}", f"outcome:{modality.outcome}", f"tag:{ctx.text.tags[verb.head]}")
    yield f"verb outcome:{outcome_of(ctx.lexicon, ctx.lemma(verb), ctx.word(verb.head + 1))}"
