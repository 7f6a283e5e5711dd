"""One name in several spellings: accents, initials, slips of a letter, Jr. and the like."""

from __future__ import annotations

import unicodedata


def differ_by_one_letter(known: str, word: str) -> bool:
    """Return whether a letter was left out, added or changed, but not the first one."""
    if abs(len(known) - len(word)) > 1 or known[0] != word[0]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(known, word, strict=False)) if a != b), min(len(known), len(word)))
    return known[at + (len(known) >= len(word)) :] == word[at + (len(word) >= len(known)) :]


def match_key(word: str) -> str:
    """Return a name's spelling for comparison: lower case, apostrophes straight, accents off."""
    lower = word.lower()
    if lower.isascii():
        return lower
    plain = unicodedata.normalize("NFKD", lower.replace("’", "'").replace("ʼ", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def strip_generation(tokens: list[str], generations: frozenset[str]) -> list[str]:
    """Return a name's words without Jr., III and the like."""
    while len(tokens) > 1 and tokens[-1].lower() in generations:
        tokens = tokens[:-1]
    return tokens


def are_compatible(known: list[str], new: list[str]) -> bool:
    """Return whether, the surname being one, the given names are the same, an initial of each other, or missing."""
    if len(known) == 1 or len(new) == 1:
        return True
    a, b = known[0].rstrip(".").lower(), new[0].rstrip(".").lower()
    return (
        a == b
        or (min(len(a), len(b)) == 1 and a[0] == b[0])
        or a in (w.lower() for w in new[:-1])
        or b in (w.lower() for w in known[:-1])
    )
