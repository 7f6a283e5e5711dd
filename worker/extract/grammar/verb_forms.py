"""Verbs of a language by form: whether a word can be a base form or a third person."""

from __future__ import annotations

from functools import cache

from worker.extract.grammar.pos_tagger import load_tagger
from worker.extract.lexicon.act_classes import load_act_classes
from worker.extract.lexicon.event_lexicon import load_event_lexicon
from worker.extract.lexicon.lexicon import load_lexicon

_BASE_TAGS = frozenset({"VB", "VBP"})


@cache
def verb_bases(language: str) -> frozenset[str]:
    """Return the base forms of verbs: those of the tagger's training data and those that the lexicons list."""
    known = {word for word, tags in load_tagger(language).tag_dictionary.items() if not _BASE_TAGS.isdisjoint(tags)}
    lexicon, events = load_lexicon(language), load_event_lexicon(language)
    if lexicon is not None:
        known.update(lexicon.lemmas.values())
        known.update(lexicon.closed_classes.headline_verbs)
    if events is not None:
        known.update(events.verb_readings)
    if (classes := load_act_classes(language)) is not None:
        known.update(entry.partition("_")[0] for entry in classes.classes_of_verb)
    return frozenset(word for word in known if word.isalpha())


def is_base_form(word: str, language: str) -> bool:
    """Return whether a word in lower case can be the base form of a verb."""
    return word in verb_bases(language)


def base_of_third_person(word: str, language: str) -> str | None:
    """Return the base form of a third person: "bans" -> "ban", "denies" -> "deny"; None for any other word."""
    if not word.endswith("s") or word.endswith("ss"):
        return None
    stems = (word[:-3] + "y" if word.endswith("ies") else word[:-1], word[:-2] if word.endswith("es") else "")
    return next((stem for stem in stems if stem in verb_bases(language)), None)


def is_verb_form(word: str, language: str) -> bool:
    """Return whether a word in lower case can be a base form, a third person or a regular past tense."""
    if is_base_form(word, language) or base_of_third_person(word, language) is not None:
        return True
    stem = word.removesuffix("ed")
    return stem != word and any(s in verb_bases(language) for s in (stem, stem + "e", stem[:-1]))
