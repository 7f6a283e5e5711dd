"""Paragraphs in which all words are capitalised, as in headlines, so that capitals mark no names."""

from __future__ import annotations

from worker.extract.grammar.sentences import AnnotatedText

_MIN_WORDS, _MAX_WORDS = 4, 25
"""Tokens of a headline."""
_OPEN_CLASS = frozenset({"NN", "NNS", "VB", "VBD", "VBG", "VBN", "VBP", "VBZ", "JJ"})


def find_headlines(text: AnnotatedText) -> frozenset[int]:
    """Return the paragraphs whose nouns, verbs and adjectives are all capitalised."""
    return frozenset(number for number, (first, last) in enumerate(text.paragraphs) if _is_headline(text, first, last))


def _is_headline(text: AnnotatedText, first: int, last: int) -> bool:
    if not _MIN_WORDS <= last - first <= _MAX_WORDS:
        return False
    words, tags = text.words, text.tags
    return not any(words[i][0].islower() and tags[i] in _OPEN_CLASS for i in range(first, last))
