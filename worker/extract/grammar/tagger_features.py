"""The features of the part-of-speech tagger.  They define its model: training uses them as they are."""

from __future__ import annotations

SENTENCE_BOUNDARIES = frozenset({"", ".", "!", "?", ":", '"', "“", "''", "``", "‘", "—", "--", "•"})
MID_SENTENCE, AFTER_MARK, SENTENCE_START = range(3)
"""Contexts of a capital: it marks a name inside a sentence, may mark one after a mark, and marks none at the start."""


def capitalisation_context(word_before: str, last_tag: str) -> int:
    """Return the capitalisation context of a word from the word and the tag before it ("" at the beginning)."""
    if word_before in SENTENCE_BOUNDARIES:
        return SENTENCE_START
    return AFTER_MARK if last_tag == "PUNCT" else MID_SENTENCE


def unknown_word_key(word: str) -> str:
    """Return the key under which the tags of an unknown word are guessed: its shape and last two letters."""
    return word_shape(word, MID_SENTENCE)[0] + word[-2:].lower()


def word_shape(word: str, context: int) -> str:
    """Return the shape of a word: "d" digit, "U" upper case, "C" capitalised, "-" hyphenated, "l" lower case.

    "o" is appended to a capital that may only be due to the start of a sentence.
    """
    if word[0].isdigit():
        return "d"
    if word[0].isupper():
        return ("U" if word.isupper() and len(word) > 1 else "C") + ("o" if context == SENTENCE_START else "")
    return "-" if "-" in word else "l"


def word_features(low: str, shape: str) -> list[tuple[str, str]]:
    """Return the features of the word alone."""
    return [("word", low), ("ending", low[-3:]), ("ending_and_shape", low[-2:] + shape)]


def tag_history_features(shape: str, tag_before_last: str, last_tag: str) -> list[tuple[str, str]]:
    """Return the features of the two tags before the word."""
    return [("shape_and_class", shape + last_tag), ("class", last_tag), ("classes", f"{tag_before_last} {last_tag}")]


def neighbour_features(low: str, word_before: str, word_after: str, second_word_after: str) -> list[tuple[str, str]]:
    """Return the features of the word before and the two words after."""
    sides = [
        ("last", word_before),
        ("next", word_after),
        ("next_ending", word_after[-3:]),
        ("second", second_word_after),
    ]
    return [*sides, ("word_and_next", f"{low} {word_after}")]


def tag_and_word_feature(low: str, last_tag: str) -> tuple[str, str]:
    """Return the feature of the tag before and the word."""
    return ("class_and_word", f"{last_tag} {low}")
