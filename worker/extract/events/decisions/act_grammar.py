"""Grammatical categories of a candidate of a decision: tense, determiner, opener of the clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from worker.extract.lexicon.act_classes import verb_lemmas

if TYPE_CHECKING:
    from worker.extract.events.event_context import EventContext
    from worker.extract.grammar.chunker import NounPhrase, VerbGroup
    from worker.extract.lexicon.act_classes import ActClasses

UNLISTED = ("unlisted",)
"""The class of a word that no class lists."""
KEPT_COMBINATIONS = 4096
"""Combinations of classes and values whose features are kept, so that their strings are built once."""
_OPENER_WINDOW = 14
_TENSES = {"VBD": "past", "VBN": "past", "VBZ": "present", "VBP": "present", "VB": "base"}
_NOMINAL = frozenset({"NN", "NNS", "NNP", "JJ"})
_BEFORE_MODIFIER = frozenset({"DT", "IN", "JJ", "POS", "PRP$", "RP", "TO"})
"""Tags of the word before a participle that modifies a noun."""
_CAUSING = frozenset({"have", "has", "had", "having", "make", "makes", "made", "making", "let", "lets", "letting"})
_MODALS = ("will", "would", "can", "must")


def verb_classes(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> tuple[str, ...]:
    """Return the classes of a verb without its particles; `UNLISTED` if there are none."""
    lemma = verb_lemmas(ctx.doc.lexicon.language).get(ctx.text.lower[group.head], "")
    return classes.classes_of_verb.get(lemma, UNLISTED)


def tense_of(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> str:
    """Return tense or mood of a verb group, with "P" for a passive and "N" for a negated one: "pastPN"."""
    text, words = ctx.text, classes.grammar_words
    auxiliaries = frozenset(text.lower[group.first : group.head])
    tag = text.tags[group.head]
    if group.modal >= 0:
        modal = text.lower[group.modal]
        tense = next((name for name in _MODALS if modal in words[name]), "may") + (
            "have" if "have" in auxiliaries else ""
        )
    elif group.infinitive:
        tense = "infinitive"
    elif not group.finite:
        tense = "gerund" if tag == "VBG" else "participle"
    elif auxiliaries & words["past_perfect"]:
        tense = "pastperfect"
    elif auxiliaries & words["perfect"] or ("'s" in auxiliaries and tag == "VBN" and not group.passive):
        tense = "perfect"
    else:
        is_past = bool(auxiliaries & words["past_auxiliaries"])
        if tag == "VBG":
            tense = "pastprogressive" if is_past else "progressive"
        elif group.passive:
            tense = "past" if is_past else "present"
        else:
            tense = "past" if is_past else _TENSES.get(tag, tag)
    return tense + "P" * group.passive + "N" * group.negated


def determiner(ctx: EventContext, classes: ActClasses, noun: NounPhrase) -> str:
    """Return the determiner of a phrase, or else "owned", "name", "PRP$", "CD" or "bare"."""
    tags, tag, word = ctx.text.tags, ctx.text.tags[noun.first], ctx.text.lower[noun.first]
    if "POS" in tags[noun.first : noun.head]:
        return "owned"
    if tag == "DT":
        return word if word in classes.grammar_words["determiners"] else "dt"
    if tag in {"PRP$", "CD", "PRP"}:
        return tag
    return "name" if tags[noun.head] == "NNP" else "bare"


def clause_opener(ctx: EventContext, classes: ActClasses, group: VerbGroup) -> str:
    """Return the subordinator or relative word before a verb; "verb" if a finite verb is nearer, "none" without one."""
    start = max(ctx.text.sentence_range(group.head)[0], group.first - _OPENER_WINDOW)
    before = ctx.chunks.last_finite(start, group.first)
    nearest = max(start, before.last - 1) if before is not None else start
    openers = classes.grammar_words["subordinators"]
    for word in reversed(ctx.text.lower[nearest : group.first]):
        if word in openers:
            return word
    return "verb" if before is not None else "none"


def closed_class_word(ctx: EventContext, at: int, start: int) -> str:
    """Return a preposition, conjunction or mark at a token, the tag of any other word; "^" before `start`."""
    if at < start:
        return "^"
    tag = ctx.text.tags[at]
    return ctx.text.lower[at] if tag in {"IN", "CC", "SC", "WP", "TO", "PUNCT"} else tag


def is_prenominal(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a participle modifies the noun after it: "arrested [suspended] councillor Berg"."""
    tags, at = ctx.text.tags, group.head
    if tags[at] not in {"VBN", "VBD"} or at + 1 >= len(tags) or tags[at + 1] not in _NOMINAL:
        return False
    if group.first != at:
        return group.first == at - 1 and ctx.word(at - 1) == "about"  # read as an adverb
    if at == ctx.text.sentence_range(at)[0] or ctx.word(at - 1) in {"since", "that", "who", "which"}:
        return False  # "has since seized control"
    before = ctx.chunks.verb_group(at - 1)
    return tags[at - 1] in _BEFORE_MODIFIER or (before is not None and before.last == at and before.first < at)


def is_caused(ctx: EventContext, group: VerbGroup) -> bool:
    """Return whether a bare verb is the complement of "have", "make" or "let": "having the bank impose a levy"."""
    word = ctx.text.lower[group.head]
    if group.first != group.head or verb_lemmas(ctx.doc.lexicon.language).get(word) != word:
        return False  # its tag may be that of another form
    subject = ctx.clauses.subject(group)
    if subject is None or subject.last != group.first or subject.first == 0:
        return False
    return ctx.word(subject.first - 1) in _CAUSING
