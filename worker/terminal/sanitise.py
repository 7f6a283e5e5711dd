"""Untrusted text -> one line that a terminal displays and never interprets."""

from __future__ import annotations

import unicodedata

MAX_CHARACTERS = 2_000
"""Characters of one field that are read; the rest is dropped, as no terminal shows more in a line."""
MAX_COMBINING_MARKS = 3
"""Consecutive combining marks that are kept: more than any script needs, too few to overprint the line above."""
REPLACEMENT = "\ufffd"


def sanitise(text: str) -> str:
    """Return the first `MAX_CHARACTERS` of `text` as one line without terminal control sequences.

    Line ends and tabs become spaces. Control characters (escape sequences begin with one), lone surrogates and
    unassigned code points become U+FFFD. Invisible format characters (bidi overrides, zero-width spaces) are removed,
    except the two joiners that Persian, Hindi and emoji are spelt with.
    """
    text = text[:MAX_CHARACTERS]
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for char in text:
        marks = marks + 1 if unicodedata.category(char) in {"Mn", "Me"} else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(char if char.isprintable() else _replacement(char))
    return "".join(kept)


def _replacement(char: str) -> str:
    if char.isspace() or unicodedata.category(char) == "Cn":
        return " " if char.isspace() else REPLACEMENT
    if char in "\u200c\u200d":
        return char
    return "" if unicodedata.category(char) == "Cf" else REPLACEMENT
