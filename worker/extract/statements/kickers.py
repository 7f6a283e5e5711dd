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
        if word in DASHES or (word == "-" and text.words[at - 1] != "-"):
            placed = len(text.words[first]) > 1 and text.words[first].isupper()
            named = text.words[at - 1] == ")" or (placed and not _is_upper_case(doc, at + 1, last))
            return at + 1 if named else first
        if word in {":", ".", ";"} or text.quotation_of[at] >= 0 or doc.chunks.verb_group_of[at] >= 0:
            return first
    return first


def _is_upper_case(doc: Document, first: int, last: int) -> bool:
    """Return whether the words after the dash are in upper case as well, as in a headline in upper case."""
    return all(w.isupper() for w in doc.text.words[first:last] if w[0].isalpha())
