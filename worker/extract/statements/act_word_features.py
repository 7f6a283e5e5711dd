"""Features of a statement's act: the words of its content, by kind and by lemma of the lexicon."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from worker.extract.document import Document
from worker.extract.lexicon.act_classes import load_act_classes, plural_of, verb_lemmas
from worker.extract.lexicon.lexicon import load_lexicon

if TYPE_CHECKING:
    from worker.extract.statements.phrase_kinds import TokenRange
    from worker.schema import Actor

_LEVELS = (1, 2, 3)
"""Numbers of words of a kind from which a feature is added."""
_COUNTED = (
    "blame", "praise", "urging", "plans", "harm", "reticence", "negation", "others", "figures", "times", "questions",
)  # fmt: skip
"""Kinds of words that are counted in content."""
_MANY_WORDS = 30
"""Words from which content counts as long."""


def act_word_features(doc: Document, content: list[TokenRange], speaker: Actor | None, side: str) -> list[str]:
    """Return the features of the words of the content: kinds, alone and with the speaker's side, and lemmas."""
    kinds = _kind_features(doc, content, speaker)
    return [*kinds, *(f"side+{kind}+{side}" for kind in kinds), *_lemma_features(doc, content)]


def _kind_features(doc: Document, content: list[TokenRange], speaker: Actor | None) -> list[str]:
    """Return the features of the number of words of each kind, and of their balance."""
    text, counts = doc.text, dict.fromkeys(_COUNTED, 0)
    kinds_of_word = _counted_words(doc.lexicon.language)
    listed = {
        text.lower[i]
        for first, last in content
        for i in range(first, last)
        if text.lower[i] in kinds_of_word and not _is_denied(doc, i, first)
    }
    for word in listed:
        for kind in kinds_of_word[word]:
            counts[kind] += 1
    words = [word for first, last in content for word in text.words[first:last]]
    tags = [tag for first, last in content for tag in text.tags[first:last]]
    names = {word for word, tag in zip(words, tags, strict=True) if tag == "NNP"}
    counts["others"] = len(names - _name_words(speaker))
    counts["figures"], counts["questions"] = tags.count("CD"), words.count("?")
    found = [f"{kind}:{count}" for kind, total in counts.items() for count in _LEVELS if total >= count]
    balance = counts["blame"] - counts["praise"]
    found.append(f"balance:{'blame' if balance > 0 else 'praise' if balance < 0 else 'even'}")
    if counts["blame"] and counts["others"]:
        found.append("blame+others:yes")
    found.append("length:long" if len(words) > _MANY_WORDS else "length:short")
    return found


def _is_denied(doc: Document, token: int, first: int) -> bool:
    """Return whether one of the two words before a token is a negation: "no disgrace", "not a disgrace"."""
    return any(word in doc.lexicon.negations for word in doc.text.lower[max(first, token - 2) : token])


@cache
def _counted_words(language: str) -> dict[str, list[str]]:
    """Return word -> its kinds; a kind is repeated for each of its lists that contains the word."""
    lexicon = load_lexicon(language)
    if lexicon is None:
        return {}
    judgement, attitudes = lexicon.judgement, lexicon.attitudes
    blaming = [judgement[kind] for kind in ("bad", "wrong", "failing", "guilty")]
    listed = {
        "blame": [*blaming, attitudes["ills"], attitudes["worsening"]],
        "praise": [judgement["good"], attitudes["boons"], attitudes["improving"]],
        "urging": [attitudes["urging"], judgement["needed"]],
        "plans": [attitudes["plans"]],
        "harm": [judgement["harm"]],
        "reticence": [attitudes["reticence"]],
        "negation": [lexicon.negations],
        "times": [lexicon.time_nouns],
    }
    found: dict[str, list[str]] = {}
    for kind, lists in listed.items():
        for word in (word for words in lists for word in words):
            found.setdefault(word, []).append(kind)
    return found


def _lemma_features(doc: Document, content: list[TokenRange]) -> list[str]:
    """Return the lemmas of the words that the lexicon lists; names are skipped."""
    text, lemmas = doc.text, _listed_lemmas(doc.lexicon.language)
    found = {
        lemmas[text.lower[i]]
        for first, last in content
        for i in range(first, last)
        if text.lower[i] in lemmas and text.tags[i] != "NNP"
    }
    return [f"word:{lemma}" for lemma in sorted(found)]


@cache
def _listed_lemmas(language: str) -> dict[str, str]:
    """Return form -> lemma of the words of judgement, attitude, time and speech, and of the classes of acts."""
    lexicon, classes, verbs = load_lexicon(language), load_act_classes(language), verb_lemmas(language)
    if lexicon is None:
        return {}
    lists = [*lexicon.judgement.values(), *lexicon.attitudes.values(), lexicon.cue_nouns, lexicon.modals]
    lists += [lexicon.negations, lexicon.time_nouns, lexicon.pronouns, lexicon.subordinators]
    nouns = {word for listed in lists for word in listed}
    tables = (classes.objects, classes.nouns, classes.deciders) if classes is not None else ()
    nouns |= {word for table in tables for listed in table.values() for word in listed.split() if "_" not in word}
    listed = {cue.lemma.partition(" ")[0] for cue in lexicon.cues.values()} | nouns
    listed |= {verb.partition("_")[0] for verb in classes.classes_of_verb} if classes is not None else set()
    forms = {plural_of(noun): noun for noun in sorted(nouns)} | {word: word for word in listed}
    return forms | {form: lemma for form, lemma in verbs.items() if lemma in listed}


def _name_words(speaker: Actor | None) -> set[str]:
    """Return the words of the speaker's name."""
    return set(speaker.name.split()) if speaker is not None else set()
