"""Bullets and enumerators at the start of list items: "•", "–", "2.", "(b)", "iv)"."""

from __future__ import annotations

from worker.extract.grammar.punctuation import DASHES
from worker.extract.grammar.tokens import Tokens

BULLETS = frozenset("•‣▪▫●○◦■□◆◇►▶▸➤➢✓✔✅·*–—-→»⁃∙§")
_ENUMERATOR_MARKS = frozenset({".", ")"})
_MAX_ENUMERATOR_LETTERS = 4
"""Letters of the longest enumerator: "viii"."""
_ROMAN = frozenset("ivx")


def bullet_end(tokens: Tokens, at: int, last: int) -> int:
    """Return the token after a bullet or enumerator ("•", "2.", "(b)"); `at` if there is none."""
    words = tokens.words
    if at >= last:
        return at
    if words[at] in BULLETS:
        spaced = at + 1 < last and tokens.starts[at + 1] > tokens.ends[at]
        return at + 1 if spaced or words[at] not in DASHES | {"*", "·"} else at
    opened = words[at] == "("
    number = at + opened
    if number + 1 >= last or not _is_enumerator(words[number]):
        return at
    closing = words[number + 1]
    if closing == ")" or (closing in _ENUMERATOR_MARKS and not opened and words[number].isdigit()):
        return number + 2
    return at


def _is_enumerator(word: str) -> bool:
    if len(word) > _MAX_ENUMERATOR_LETTERS:
        return False
    return (word.isdigit() and len(word) < 3) or len(word) == 1 or _ROMAN.issuperset(word.lower())  # noqa: PLR2004
