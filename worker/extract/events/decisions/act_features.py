"""Features of a candidate of a decision: of its words, its parties, its clause and its position in the article.

Each is a string `group:value`.  Values are word classes, lemmas of the lexicon, constructions and types of parties; no
feature holds other words of the text.  A name joined by "+" is a conjunction: "class+tense:order+past".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from worker.extract.events.decisions.act_grammar import KEPT_COMBINATIONS, UNLISTED, determiner
from worker.extract.events.decisions.noun_act_features import add_noun_features
from worker.extract.events.decisions.verb_act_features import add_verb_features

if TYPE_CHECKING:
    from worker.extract.events.decisions.act import Act
    from worker.extract.events.event_context import EventContext
    from worker.extract.lexicon.act_classes import ActClasses

_FINAL_MARKS = frozenset({".", "?", "!", '"', "\N{RIGHT DOUBLE QUOTATION MARK}"})
_POSITIONS = ((1, "first"), (4, "early"), (9, "middle"), (24, "late"))
_LENGTHS = ((11, "short"), (29, "middle"))
"""Most sentences of an article, and what it is called."""
_NEAR_DATE_CHARS = 40


DATE_GROUPS = ("dated", "dated", "date", "day+tense")
"""Groups of the features that `add_date_features` adds, each as often as it may occur."""


def add_features(ctx: EventContext, classes: ActClasses, act: Act) -> None:
    """Set the tense of an act, its object and the words that exclude it, and its features except those of dates."""
    found = act.features
    if act.verb is not None:
        tense = add_verb_features(ctx, classes, act, act.verb)
        kind = "v"
    else:
        tense = add_noun_features(ctx, classes, act, act.noun) if act.noun is not None else ""
        kind = "n"
    found += _class_features(kind, act.lemma, act.classes, tense)
    _add_party_features(ctx, classes, act, tense, kind)
    _add_reading_features(act)
    _add_place_features(ctx, act)
    _add_statement_features(ctx, act, tense)
    act.tense = tense
    _add_field_features(ctx, classes, act, kind)


@lru_cache(maxsize=KEPT_COMBINATIONS)
def _class_features(kind: str, lemma: str, classes: tuple[str, ...], tense: str) -> tuple[str, ...]:
    found = [f"{kind}lemma:{lemma}", f"{kind}lemma+tense:{lemma}+{tense}"] if classes else []
    for name in classes or UNLISTED:
        found += (f"{kind}class:{name}", f"{kind}class+tense:{name}+{tense}")
    return tuple(found)


@lru_cache(maxsize=KEPT_COMBINATIONS)
def _decider_features(kind: str, classes: tuple[str, ...], tense: str, decider: str) -> tuple[str, ...]:
    own = (f"{kind}class+decider:{name}+{decider}" for name in classes or UNLISTED)
    return (f"decider:{decider}", f"tense+decider:{tense}+{decider}", *own)


def _add_party_features(ctx: EventContext, classes: ActClasses, act: Act, tense: str, kind: str) -> None:
    found, who = act.features, act.who
    found += (f"grade:{act.grade}", f"source:{who.source}", f"grade+source:{act.grade}+{who.source}",
              f"tense+grade:{tense}+{act.grade}", f"parties:{min(len(who.parties), 3)}")  # fmt: skip
    for decider in decider_kinds(classes, act):
        found += _decider_features(kind, act.classes, tense, decider)
    if who.phrase is not None:
        found += (f"subjectdet:{determiner(ctx, classes, who.phrase)}", f"subjecttag:{ctx.text.tags[who.phrase.head]}")


def decider_kinds(classes: ActClasses, act: Act) -> list[str]:
    """Return type and kinds of the first party: "person", "minister"; the kind "nobody" if there is none."""
    if not act.who.parties:
        return ["nobody"]
    actor = act.who.parties[0]
    described = (actor.role or "") if actor.type == "person" else actor.name
    kinds = {k for word in described.lower().split() for k in classes.kinds_of_decider.get(word.removesuffix("'s"), ())}
    if actor.type == "person" and not kinds:
        kinds.add("otherrole" if actor.role else "norole")
    return [f"type_{actor.type}", *sorted(kinds)]


def _add_reading_features(act: Act) -> None:
    reading = act.reading
    if reading is not None:
        act.features += ("rule:any", f"rule:{reading.rule}", f"rulestatus:{reading.status}",
                         f"rule+status:{reading.rule}+{reading.status}")  # fmt: skip
        act.features += (f"rule+class:{name}" for name in act.classes or UNLISTED)


def _add_place_features(ctx: EventContext, act: Act) -> None:
    text, found = ctx.text, act.features
    number, count = text.sentence_of[act.head], len(text.sentences)
    last = text.words[text.sentences[number][1] - 1]
    is_title = number == 0 and last not in _FINAL_MARKS
    position = "title" if is_title else next((name for most, name in _POSITIONS if number <= most), "last")
    found += (f"position:{position}", f"fifth:{min(4, 5 * number // max(1, count))}",
              f"length:{next((name for most, name in _LENGTHS if count <= most), 'long')}")  # fmt: skip
    if last == "?":
        found.append("question:yes")


def add_date_features(ctx: EventContext, act: Act) -> None:
    """Add the features of the dates in the sentence of an act; they cost most, as the dates have to be searched."""
    times, found = ctx.time_and_place.times.of_sentence(act.head), act.features
    found.append(f"dated:{min(len(times), 2)}")
    if times:
        offset = ctx.text.starts[act.head]
        nearest = min(times, key=lambda when: abs(when.start - offset))
        found.append(f"date:{'near' if abs(nearest.start - offset) < _NEAR_DATE_CHARS else 'far'}")
        if nearest.weekday is not None or nearest.day is not None or nearest.offset_days is not None:
            found += ("dated:day", f"day+tense:{act.tense}")


def _add_statement_features(ctx: EventContext, act: Act, tense: str) -> None:
    found = act.features
    statement = ctx.statement_at(act.head)
    found += (f"quoted:{ctx.text.quotation_of[act.head] >= 0}", f"stated:{statement is not None}")
    if statement is not None:
        speaker = statement.speaker.name if statement.speaker is not None else None
        own = any(actor.name == speaker for actor in act.who.parties)
        found += (f"statedact:{statement.act}", f"statedown:{own}", f"stated+tense:{tense}",
                  f"statedown+tense:{own}+{tense}")  # fmt: skip
    performed = ctx.acts_of_cues.get(act.head)
    if performed is not None:
        found.append(f"cueof:{performed}")


def _add_field_features(ctx: EventContext, classes: ActClasses, act: Act, kind: str) -> None:
    fields, found = ctx.subject_fields, act.features
    subject = fields.subject
    found += (f"near:{name}" for name in fields.near(act.first, act.last))
    found += (f"subject:{subject}", f"subject+grade:{subject}+{act.grade}")
    found += (f"{kind}class+subject:{name}+{subject}" for name in act.classes or UNLISTED)
    for actor in act.who.parties[:1]:
        for name in fields.of_party(actor) or UNLISTED:
            found += (f"partyfield:{name}", f"partyfield+grade:{name}+{act.grade}")
    found += (f"subject+decider:{subject}+{decider}" for decider in decider_kinds(classes, act))
