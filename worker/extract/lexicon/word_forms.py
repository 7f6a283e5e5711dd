"""Inflected forms of the words of a lexicon file."""

from __future__ import annotations

from worker.extract.lexicon.inflection import inflected_forms
from worker.extract.lexicon.lexicon_file import LexiconFile, word_set


def verb_lemmas_of(file: LexiconFile) -> dict[str, str]:
    """Return verb form -> lemma for cues, irregular, control and raising verbs."""
    lemmas = {w for verbs in file.acts.values() for w in verbs.split()}
    lemmas |= (
        set(file.irregular)
        | set(file.function_words.subject_control_verbs.split())
        | set(file.function_words.raising_verbs.split())
    )
    found: dict[str, str] = {}
    for lemma in sorted(w for w in lemmas if "_" not in w):
        for form in sorted(inflected_forms(lemma, file.irregular, file.spelling_variants)):
            found.setdefault(form, lemma)
    return found


def forms_of(verbs: str, file: LexiconFile) -> frozenset[str]:
    """Return all forms of a list of verbs."""
    return frozenset(
        form for verb in verbs.split() for form in inflected_forms(verb, file.irregular, file.spelling_variants)
    )


def with_plurals(nouns: str) -> frozenset[str]:
    """Return the nouns with their regular plurals."""
    plural = {w[:-1] + "ies" if w.endswith("y") and w[-2] not in "aeiou" else w + "s" for w in nouns.split()}
    return word_set(nouns) | plural
