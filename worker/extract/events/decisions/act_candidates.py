"""Candidates of decisions: verbs and nouns of the classes of acts, and hits of the rules."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.extract.events.decisions.act import UNRESOLVED, Act, ActParties
from worker.extract.events.decisions.act_exclusions import is_excluded_act
from worker.extract.events.decisions.act_parties import parties_of_noun, parties_of_verb
from worker.extract.events.decisions.reader import trigger_start
from worker.extract.events.political_role import POSSIBLE
from worker.extract.lexicon.act_classes import load_act_classes, verb_lemmas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from worker.extract.events.event_context import EventContext
    from worker.extract.events.event_coreference import EventCandidate
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses
    from worker.schema import Actor

WEAK = frozenset({
    "speech", "mental", "stative", "motion", "happen", "cause", "win", "meet", "execute", "try", "light", "military",
    "publish",
})  # fmt: skip
"""Classes of verbs that alone open no candidate."""
PRIVATE = frozenset({"endorse", "refuse", "run", "sign", "sue", "vote"})
"""Classes of verbs whose acts are political whoever the subject is: "the club has endorsed Berg"."""
_MAX_PARTICLES = 3


def find_acts(
    ctx: EventContext, classes: ActClasses, readings: Iterable[EventCandidate], *, unresolved: bool = False
) -> Iterator[Act]:
    """Yield the acts of the article that may be decisions by their parties; all acts with `unresolved`.

    `readings`: the candidates that the rules found.
    """
    of_verb, of_noun = _readings_by_head(ctx, readings)
    lower, verbs, nouns = ctx.text.lower, _verb_forms(ctx.doc.lexicon.language), classes.classes_of_noun
    for number, group in enumerate(ctx.chunks.verb_groups):
        if lower[group.head] not in verbs and number not in of_verb:
            continue  # fast path for most verbs
        act = _verb_act(ctx, classes, group, of_verb.get(number))
        if act is not None and (unresolved or may_decide(act)) and not is_excluded_act(ctx, classes, act):
            yield act
    for chunk in ctx.chunks.noun_phrases:
        if lower[chunk.head] not in nouns and chunk.head not in of_noun:
            continue  # fast path for most nouns
        if chunk.first > 0 and ctx.chunks.verb_group_of[chunk.first - 1] in of_verb:
            continue  # part of the decision of its verb: "postponed its decision"
        act = _noun_act(ctx, classes, chunk, of_noun.get(chunk.head))
        if act is not None and (unresolved or may_decide(act)) and not is_excluded_act(ctx, classes, act):
            yield act


@cache
def _verb_forms(language: str) -> frozenset[str]:
    """Return the forms of the verbs that may denote an act, alone or with a particle."""
    classes = load_act_classes(language)
    entries = classes.classes_of_verb.items() if classes is not None else ()
    lemmas = {entry.partition("_")[0] for entry, listed in entries if not WEAK.issuperset(listed)}
    return frozenset(form for form, lemma in verb_lemmas(language).items() if lemma in lemmas)


def may_decide(act: Act) -> bool:
    """Return whether the parties of an act may be political, its class makes it political, or a rule read it."""
    if act.grade >= POSSIBLE or act.reading is not None:
        return True
    return act.verb is not None and act.grade > UNRESOLVED and not PRIVATE.isdisjoint(act.classes)


def _readings_by_head(
    ctx: EventContext, readings: Iterable[EventCandidate]
) -> tuple[dict[int, EventCandidate], dict[int, EventCandidate]]:
    """Return the readings by number of verb group and by head of a noun."""
    of_verb: dict[int, EventCandidate] = {}
    of_noun: dict[int, EventCandidate] = {}
    for reading in readings:
        groups = (ctx.chunks.verb_group_of[i] for i in range(reading.first, reading.last))
        group = next((n for n in groups if n >= 0), -1)
        if reading.noun or group < 0:
            of_noun[reading.last - 1] = reading
        else:
            of_verb[group] = reading
    return of_verb, of_noun


def _verb_act(ctx: EventContext, classes: ActClasses, group: VerbGroup, reading: EventCandidate | None) -> Act | None:
    """Return the act of a verb; None for a verb that no rule has read and no class of acts lists."""
    following = ctx.text.lower[group.head + 1 : group.head + 1 + _MAX_PARTICLES]
    lemma = verb_lemmas(ctx.doc.lexicon.language).get(ctx.text.lower[group.head], "")
    entry = classes.verb_entry(lemma, following) if lemma else ""
    listed = classes.classes_of_verb.get(entry, ())
    is_act = not WEAK.issuperset(listed) and entry not in classes.grammar_words["no_candidates"]
    if reading is None and not is_act:
        return None
    who = ActParties(reading.parties, "rule") if reading else parties_of_verb(ctx, classes, group)
    grade = _grade(ctx, who.parties)
    first, last = trigger_start(ctx, group), max(group.last, group.head + 1 + entry.count("_"))
    return Act(first=first, last=last, head=group.head, lemma=entry, classes=listed, verb=group, who=who, grade=grade,
               reading=reading)  # fmt: skip


def _noun_act(ctx: EventContext, classes: ActClasses, chunk: NounPhrase, reading: EventCandidate | None) -> Act | None:
    """Return the act of a noun; None for a noun that denotes no act."""
    word = ctx.text.lower[chunk.head]
    listed = classes.classes_of_noun.get(word, ())
    if not listed and reading is None:
        return None
    noun = ctx.clauses.noun_phrase(chunk.head) or chunk
    who = ActParties(reading.parties, "rule") if reading else parties_of_noun(ctx, classes, noun)
    return Act(first=noun.head, last=noun.head + 1, head=noun.head, lemma=word, classes=listed, noun=noun, who=who,
               grade=_grade(ctx, who.parties), reading=reading)  # fmt: skip


def _grade(ctx: EventContext, parties: list[Actor]) -> int:
    """Return the highest political role of the parties; a person whom only a pronoun names may be political."""
    he, she = ctx.doc.lexicon.masculine, ctx.doc.lexicon.feminine
    return max(
        [POSSIBLE if (name := a.name.lower()) in he or name in she else ctx.roles.political_role(a) for a in parties],
        default=UNRESOLVED,
    )
