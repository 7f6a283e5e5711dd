"""Features of a noun that may denote a decision: determiner, complement, and the verb whose object or subject it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.events.decisions.act_grammar import (
    UNLISTED,
    closed_class_word,
    determiner,
    tense_of,
    verb_classes,
)
from worker.extract.lexicon.act_classes import verb_lemmas

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase
    from worker.extract.lexicon.act_classes import ActClasses

_OBJECT_PREPOSITIONS = frozenset({"of", "on", "against", "for", "to", "from"})


def add_noun_features(ctx: EventContext, classes: ActClasses, act: Act, noun: NounPhrase) -> str:
    """Add the features of a noun to its act, and return the tense of the verb before it; "none" without one."""
    det, kind = determiner(ctx, classes, noun), _add_complement_features(ctx, classes, act, noun)
    source, found = act.who.source, act.features
    found += (f"ndet:{det}", f"nplural:{ctx.text.tags[noun.head] == 'NNS'}", f"ncomplement:{kind}",
              f"nlemma+complement:{act.lemma}+{kind}", f"nlemma+source:{act.lemma}+{source}",
              f"ndet+complement:{det}+{kind}", f"source+complement:{source}+{kind}")  # fmt: skip
    for name in act.classes:
        found += (f"nclass+complement:{name}+{kind}", f"nclass+det:{name}+{det}", f"nclass+source:{name}+{source}")
    _add_modifier_features(ctx, classes, act, noun)
    return _add_verb_before(ctx, classes, act, noun)


def _add_complement_features(ctx: EventContext, classes: ActClasses, act: Act, noun: NounPhrase) -> str:
    """Add the features of the complement of the noun, and return its kind: "infinitive", "verb", a preposition, …."""
    text, at, end = ctx.text, noun.last, ctx.text.sentence_range(noun.head)[1]
    if at >= end:
        return "end"
    verb = ctx.chunks.verb_group(at)
    if verb is not None:
        group = "nchosen" if verb.infinitive else "nverb"
        act.features += (f"{group}:{name}" for name in verb_classes(ctx, classes, verb))
        if verb.infinitive:
            return "infinitive"
        act.features.append(f"nverbtense:{tense_of(ctx, classes, verb)}")
        return "verb"
    if text.lower[at] in _OBJECT_PREPOSITIONS:
        target = ctx.clauses.noun_phrase(at + 1) if at + 1 < end else None
        if target is not None:
            kinds = classes.classes_of_object.get(text.lower[target.head], UNLISTED)
            act.features += (f"nobject:{kind}" for kind in kinds)
    return closed_class_word(ctx, at, at)


def _add_modifier_features(ctx: EventContext, classes: ActClasses, act: Act, noun: NounPhrase) -> None:
    text, found = ctx.text, act.features
    if text.lower[noun.first] in ctx.doc.lexicon.negations:
        found.append("nnegated:yes")
    for at in range(noun.first, noun.head):
        if text.tags[at] in {"JJ", "VBN", "VBG"}:
            found.append("nmodifier:adjective")
        found += (f"nmodifier:{kind}" for kind in classes.classes_of_object.get(text.lower[at], ()))


def _add_verb_before(ctx: EventContext, classes: ActClasses, act: Act, noun: NounPhrase) -> str:
    """Add the features of the verb before the noun, or of the word before it; return the tense, or "none"."""
    found, start = act.features, ctx.text.sentence_range(noun.head)[0]
    group = ctx.chunks.verb_group(noun.first - 1) if noun.first > start else None
    if group is None:
        word = closed_class_word(ctx, noun.first - 1, start)
        found.append(f"nwordbefore:{word}")
        found += (f"nclass+wordbefore:{name}+{word}" for name in act.classes)
        return "none"
    tense, modality = tense_of(ctx, classes, group), ctx.modality(group)
    for before in verb_classes(ctx, classes, group):
        found.append(f"nbefore:{before}")
        found += (f"nbefore+nclass:{before}+{name}" for name in act.classes)
    lemma = verb_lemmas(ctx.doc.lexicon.language).get(ctx.text.lower[group.head], "")
    found += (f"nbeforelemma:{lemma}", f"nbeforetense:{tense}", f"nmodal:{modality.modal}",
              f"nconditional:{modality.conditional}", f"noutcome:{modality.outcome}",
              f"nnegatedverb:{modality.negated}")  # fmt: skip
    return tense
