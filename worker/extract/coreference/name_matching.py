"""Comparison of name spellings: accents, initials, misspellings and generational suffixes."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


def differ_by_one_letter(known: str, word: str) -> bool:
    """Return whether one letter was omitted, added or replaced; the first letter must be equal."""
    if abs(len(known) - len(word)) > 1 or known[0] != word[0]:
        return False
    at = next((i for i, (a, b) in enumerate(zip(known, word, strict=False)) if a != b), min(len(known), len(word)))
    return known[at + (len(known) >= len(word)) :] == word[at + (len(word) >= len(known)) :]


_ARTICLES = ("al-", "el-", "ul-", "ar-", "as-", "ash-", "ad-", "an-", "at-", "az-")
"""The Arabic article before a surname."""


_CACHED_KEYS = 8192
"""Names whose keys are cached: a name is compared with many others, and occurs in many articles."""


@lru_cache(maxsize=_CACHED_KEYS)
def match_key(word: str) -> str:
    """Return a name in the form used for comparison: lower case, straight apostrophes, no accents, no Arabic article.

    "al-Assad" and "Assad" are equal.
    """
    lower = word.lower()
    if lower.startswith(_ARTICLES):
        lower = lower.partition("-")[2] or lower
    if lower.isascii():
        return lower
    plain = unicodedata.normalize("NFKD", lower.replace("’", "'").replace("ʼ", "'"))
    return "".join(c for c in plain if not unicodedata.combining(c))


def strip_generation(tokens: list[str], generations: frozenset[str]) -> list[str]:
    """Return the words of a name without "Jr.", "III" and other generational suffixes."""
    while len(tokens) > 1 and tokens[-1].lower() in generations:
        tokens = tokens[:-1]
    return tokens


def are_compatible(known: list[str], new: list[str]) -> bool:
    """Return whether two names with the same surname may be of one person.

    Their given names are equal, one is an initial or a later given name of the other, or one name is a surname only.
    """
    if len(known) == 1 or len(new) == 1:
        return True
    a, b = known[0].rstrip(".").lower(), new[0].rstrip(".").lower()
    return (
        a == b
        or (min(len(a), len(b)) == 1 and a[0] == b[0])
        or a in (w.lower() for w in new[:-1])
        or b in (w.lower() for w in known[:-1])
    )
