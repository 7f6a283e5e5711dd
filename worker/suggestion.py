"""The nearest known word for a misspelt one, for the messages about settings, options, values and fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MIN_SIMILARITY = 0.6
"""Least ratio of `difflib` for a suggestion."""


def did_you_mean(word: str, known: Iterable[str], min_similarity: float = MIN_SIMILARITY) -> str:
    """Return ": did you mean X?" for the known word that is most like `word`; "" if none is like it.

    >>> did_you_mean("metings", ["statement", "meeting"])
    ': did you mean meeting?'
    """
    import difflib  # noqa: PLC0415 - needed for a message about an error only

    words = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(word.casefold(), words, n=1, cutoff=min_similarity)
    return f": did you mean {words[close[0]]}?" if close else ""
