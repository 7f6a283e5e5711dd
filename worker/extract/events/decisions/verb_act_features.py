"""Features of a verb that may report a decision: tense, modality, governor, object and complement."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker.extract.events.complements import skip_time, skip_vote_count
from worker.extract.events.decisions.act_grammar import (
    KEPT_COMBINATIONS,
    UNLISTED,
    clause_opener,
    closed_class_word,
    determiner,
    tense_of,
    verb_classes,
)
from worker.extract.events.decisions.grammatical_objects import acted_on
from worker.extract.events.decisions.status import status_of_act
from worker.extract.lexicon.act_classes import verb_lemmas
from worker.extract.lexicon.event_lexicon_file import DecisionVerbClass

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses
    from worker.schema import DecisionStatus

_ANNOUNCING = frozenset({"announce", "decide"})
_OBJECT_WORDS = 3
"""Last words of an object whose classes count."""
_CURRENCY = frozenset("$\N{POUND SIGN}\N{EURO SIGN}")


def add_verb_features(ctx: EventContext, classes: ActClasses, act: Act, group: VerbGroup) -> str:
    """Add the features of a verb to its act, set its object and governors, and return its tense."""
    tense = tense_of(ctx, classes, group)
    opener = clause_opener(ctx, classes, group)
    act.features += (f"tense:{tense}", f"passive:{group.passive}", f"negated:{group.negated}",
                     f"opener:{opener}", f"opener+tense:{opener}+{tense}")  # fmt: skip
    _add_modality_features(ctx, classes, act, group)
    _add_status_features(ctx, act, group, tense)
    _add_context_features(ctx, classes, act, group)
    act.object = acted_on(ctx, group)
    if act.object is not None:
        act.acted_on = range(act.object.first, act.object.last)
        _add_object_features(ctx, classes, act, act.object, tense)
    else:
        act.features.append("object:none")
        act.features += (f"vclass+object:{name}+none" for name in act.classes or UNLISTED)
    _add_complement_features(ctx, classes, act, group)
    return tense


def _add_modality_features(ctx: EventContext, classes: ActClasses, act: Act, group: VerbGroup) -> None:
    modality, found = ctx.modality(group), act.features
    found += (f"modal:{modality.modal}", f"outcome:{modality.outcome}")
    found += ["conditional:yes"] * modality.conditional + ["habitual:yes"] * modality.habitual
    act.governors = frozenset(governor.token for governor in modality.governors) | _announcing_verb(ctx, classes, group)
    if not modality.governors:
        found.append("governor:none")
        return
    nearest = modality.governors[0]
    word = ctx.text.lower[nearest.token]
    if nearest.group is not None:
        lemma = verb_lemmas(ctx.doc.lexicon.language).get(word, "")
        found += (f"governor:v{name}" for name in classes.classes_of_verb.get(lemma, UNLISTED))
        found += (f"governorlemma:{lemma}", f"governortense:{tense_of(ctx, classes, nearest.group)}")
    else:
        found += (f"governor:n{name}" for name in classes.classes_of_noun.get(word, UNLISTED))
    found.append(f"governorobject:{nearest.object is not None}")


def _announcing_verb(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> frozenset[int]:
    """Return the head of the verb that announces the act: "[announced] on Sunday that the party is leaving"; else none.

    Both tell one act, of which one is kept.
    """
    before = ctx.clauses.finite_verb_before(group) if group.finite else None
    if before is None or _ANNOUNCING.isdisjoint(verb_classes(ctx, classes, before)):
        return frozenset()
    return frozenset({before.head}) if ctx.word(skip_time(ctx, before.last)) == "that" else frozenset()


_REPORTED = {
    status: DecisionVerbClass(verbs="", category="executive", status=status)
    for status in ("taken", "rejected", "postponed", "pending", "proposed")
}
_STATUS_OF_CLASS: dict[str, DecisionStatus] = {
    "refuse": "rejected",
    "veto": "rejected",
    "postpone": "postponed",
    "consider": "pending",
    "commit": "proposed",
    "threaten": "proposed",
    "plan": "proposed",
    "propose": "proposed",
    "request": "proposed",
}


def _add_status_features(ctx: EventContext, act: Act, group: VerbGroup, tense: str) -> None:
    """Add the status that the class and the modality of a verb give together; "none" if they exclude a decision."""
    own: DecisionStatus = next((_STATUS_OF_CLASS[name] for name in act.classes if name in _STATUS_OF_CLASS), "taken")
    status = status_of_act(ctx, group, ctx.modality(group), _REPORTED[own])
    act.features += (f"status:{status or 'none'}", f"status+tense:{status or 'none'}+{tense}")


def _add_context_features(ctx: EventContext, classes: ActClasses, act: Act, group: VerbGroup) -> None:
    """Add the verb before in the sentence and the word before."""
    found, start = act.features, ctx.text.sentence_range(group.head)[0]
    before = ctx.clauses.finite_verb_before(group)
    while before is not None and _is_aside(ctx, before):
        before = ctx.clauses.finite_verb_before(before)
    if before is not None:
        found += (f"before:{name}" for name in verb_classes(ctx, classes, before))
    else:
        found.append("before:none")
    found.append(f"wordbefore:{closed_class_word(ctx, group.first - 1, start)}")


def _is_aside(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a verb belongs to a parenthetical as-clause: "as you know"."""
    subject = ctx.clauses.subject(group)
    return subject is not None and ctx.word(subject.first - 1) == "as"


def _add_object_features(ctx: EventContext, classes: ActClasses, act: Act, noun: NounPhrase, tense: str) -> None:
    text, found = ctx.text, act.features
    kinds: set[str] = set()
    for at in range(max(noun.first, noun.head + 1 - _OBJECT_WORDS), noun.head + 1):
        kinds.update(classes.classes_of_object.get(text.lower[at], ()))
    if any(actor.type == "person" for actor in ctx.parties.phrase_parties(noun)[:1]):
        kinds.add("name")
    if not _CURRENCY.isdisjoint(text.slice(max(0, noun.first - 1), noun.last)):
        kinds.add("money")
    for kind in sorted(kinds) or UNLISTED:
        found += (f"object:{kind}", f"object+tense:{kind}+{tense}", *_paired("object", act.lemma, act.classes, kind))
    det, tag = determiner(ctx, classes, noun), text.tags[noun.head]
    found += (f"objectdet:{det}", f"objecttag:{tag}", f"objecttag+det:{tag}+{det}")
    if noun.first >= act.last and noun.last < text.sentence_range(act.head)[1] and text.tags[noun.last] in {"IN", "TO"}:
        found.append(f"afterobject:{text.lower[noun.last]}")


def _add_complement_features(ctx: EventContext, classes: ActClasses, act: Act, group: VerbGroup) -> None:
    found = act.features
    at = skip_time(ctx, skip_vote_count(ctx, group.last)) if act.last == group.last else act.last
    kind, verb = _complement(ctx, classes, act, at)
    found += (f"complement:{kind}", *_paired("complement", act.lemma, act.classes, kind))
    if verb is None:
        return
    for chosen in verb_classes(ctx, classes, verb):
        found += (f"chosen:{chosen}", *_paired("chosen", act.lemma, act.classes, chosen))


@lru_cache(maxsize=KEPT_COMBINATIONS)
def _paired(group: str, lemma: str, classes: tuple[str, ...], value: str) -> tuple[str, ...]:
    """Return the features that pair the classes and the lemma of a verb with a value; an unlisted verb has no lemma."""
    own = (f"vlemma+{group}:{lemma}+{value}",) if classes else ()
    return (*(f"vclass+{group}:{name}+{value}" for name in classes or UNLISTED), *own)


def _complement(ctx: EventContext, classes: ActClasses, act: Act, at: int) -> tuple[str, VerbGroup | None]:
    """Return the kind of the complement at a token, and its verb if it is an infinitive or gerund."""
    text = ctx.text
    if at >= text.sentence_range(act.head)[1]:
        return "end", None
    verb = ctx.chunks.verb_group(at + (text.lower[at] == "not"))
    if verb is not None and verb.infinitive:
        return "infinitive", verb
    if verb is not None and text.tags[verb.head] == "VBG":
        return "gerund", verb
    if text.lower[at] in classes.grammar_words["complement_openers"] or text.tags[at] in {"IN", "TO"}:
        return text.lower[at], None
    return ("phrase" if act.object is not None and act.object.first >= at else text.tags[at]), None
