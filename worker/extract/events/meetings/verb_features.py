"""Features of a verb of encounter: form, modality, complements, subject, purpose."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.meetings.party_features import party_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.meetings.trigger import MeetingTrigger
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup

_PURPOSE_WINDOW = 12
"""Tokens after a verb that are searched for its purpose: "to meet", "for talks"."""
_LINKS = frozenset({"who", "which", "that", "when", "where", "after", "before", "and", "to", "while", "as", "by"})


def verb_features(ctx: EventContext, trigger: MeetingTrigger) -> Iterator[str]:
    """Yield the features of a verbal trigger."""
    group = trigger.group
    if group is None:
        return
    yield from _form_features(ctx, trigger, group)
    yield from _modality_features(ctx, group)
    yield from _complement_features(ctx, trigger, group)
    yield from _subject_features(ctx, group)
    yield from _purpose_features(ctx, group)


def _form_features(ctx: EventContext, trigger: MeetingTrigger, group: VerbGroup) -> Iterator[str]:
    tag, lemma = ctx.text.tags[group.head], trigger.lemma
    form = "infinitive" if group.infinitive else "finite" if group.finite else tag
    yield from (f"form:{form}", f"tag:{tag}", f"lemma+tag:{lemma}+{tag}", f"lemma+form:{lemma}+{form}")
    yield from (f"class+form:{trigger.word_class}+{form}+{tag}", f"passive:{group.passive}")
    before = ctx.word(group.first - 1)
    yield f"before:{before if before in _LINKS or before in ctx.lexicon.determiner_classes else ''}"


def _modality_features(ctx: EventContext, group: VerbGroup) -> Iterator[str]:
    modality = ctx.modality(group)
    yield from (f"modal:{modality.modal}", f"negated:{modality.negated}", f"conditional:{modality.conditional}")
    yield from (f"habitual:{modality.habitual}", f"outcome:{modality.outcome}")
    if modality.governors:
        governor = modality.governors[0]
        word = ctx.text.lower[governor.token]
        yield f"governor:{ctx.lexicon.lemmas.get(word, '')}"
        yield f"governor is verb:{governor.group is not None}"


def _complement_features(ctx: EventContext, trigger: MeetingTrigger, group: VerbGroup) -> Iterator[str]:
    name, lemma, complement = trigger.word_class, trigger.lemma, trigger.complement
    grade = max((ctx.roles.political_role(actor) for actor in trigger.candidate.parties), default=-1)
    yield from (f"complement:{complement}", f"lemma+complement:{lemma}+{complement}")
    yield from (f"class+complement:{name}+{complement}", f"class+grade+complement:{name}+{grade}+{complement}")
    target = ctx.clauses.object(group)
    kind = _phrase_type(ctx, target)
    yield from (f"object:{kind}", f"lemma+object:{lemma}+{kind}")
    if target is not None:
        parties = ctx.parties.parties_of(target)
        yield f"object det:{ctx.lexicon.determiner_classes.get(ctx.text.lower[target.first])}"
        yield f"object party:{party_type(ctx, parties[0]) if parties else 'none'}"


def _phrase_type(ctx: EventContext, noun: NounPhrase | None) -> str:
    if noun is None:
        return "none"
    return {"NNP": "name", "PRP": "pronoun"}.get(ctx.text.tags[noun.head], "noun")


def _subject_features(ctx: EventContext, group: VerbGroup) -> Iterator[str]:
    subject = ctx.clauses.subject(group)
    yield f"subject tag:{ctx.text.tags[subject.head] if subject is not None else 'none'}"
    if subject is not None:
        yield f"subject det:{ctx.lexicon.determiner_classes.get(ctx.text.lower[subject.first])}"


def _purpose_features(ctx: EventContext, group: VerbGroup) -> Iterator[str]:
    """Yield whether the verb's purpose is an encounter: "flew to Riga [to meet]", "[for talks]"."""
    end = min(ctx.text.sentence_range(group.head)[1], group.last + _PURPOSE_WINDOW)
    for at in range(group.last, end):
        verb = ctx.chunks.verb_group(at)
        if verb is not None and verb.first == at and verb.infinitive:
            yield f"purpose:{ctx.lemma(verb) in ctx.lexicon.meeting_verb_classes}"
            return
        noun = ctx.clauses.noun_phrase(at + 1) if ctx.text.lower[at] == "for" else None
        if noun is not None:
            yield f"purpose noun:{ctx.lexicon.meeting_noun_classes.get(ctx.text.lower[noun.head], 'other')}"
