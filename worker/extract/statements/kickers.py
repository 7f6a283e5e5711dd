"""Kickers and datelines that the layout leaves in the first sentence: "EXCLUSIVE – ", "BONN, June 3 - "."""

from __future__ import annotations

from worker.extract.document import Document
from worker.extract.grammar.punctuation import DASHES

_MAX_KICKER = 12
"""Maximum number of tokens of a kicker."""


def kicker_end(doc: Document, first: int, last: int) -> int:
    """Return the token after the kicker or dateline that opens a paragraph; `first` if there is none.

    It belongs to no statement.  It contains no verb and ends with a dash; its first word is in upper case, or the dash
    follows a bracket.
    """
    text = doc.text
    if text.paragraph_range(first)[0] != first or not text.words[first][0].isupper():
        return first
    for at in range(first + 1, min(first + _MAX_KICKER, last - 1)):
        word = text.words[at]
        if "(" in text.words[first:at] and ")" not in text.words[first:at]:
            if word == ")" and _is_capitals(text.words[first]) and text.words[at + 1][0].isupper():
                return at + 1  # "RIGA (Wire - 3 May) It rains"
            continue
        if word in DASHES or (word == "-" and text.words[at - 1] != "-"):
            placed = _is_capitals(text.words[first])
            named = text.words[at - 1] == ")" or (placed and not _is_upper_case(doc, at + 1, last))
            return at + 1 if named else first
        if word in {":", ".", ";"} or text.quotation_of[at] >= 0 or doc.chunks.verb_group_of[at] >= 0:
            return first
    return first


def place_end(doc: Document, first: int, last: int) -> int:
    """Return the token after a place in capitals and a colon at the start of a paragraph: "BERGEN: | A man …"."""
    text = doc.text
    opens = text.paragraph_range(first)[0] == first and first + 2 < last and text.words[first + 1] == ":"
    placed = opens and _is_capitals(text.words[first]) and doc.mentions.person_at(first) is None
    return first + 2 if placed else first


def _is_capitals(word: str) -> bool:
    """Return whether the word has two letters or more, all in upper case."""
    return len(word) > 1 and word.isupper()


def _is_upper_case(doc: Document, first: int, last: int) -> bool:
    """Return whether the words after the dash are in upper case as well, as in a headline in upper case."""
    return all(w.isupper() for w in doc.text.words[first:last] if w[0].isalpha())
