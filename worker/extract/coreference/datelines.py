"""Datelines: the place, date and agency before the first sentence of a report: "BERGEN, Norway (Baltic Wire) —".

Their names are neither speakers nor antecedents.
"""

from __future__ import annotations

from worker.extract.grammar.punctuation import TYPESET_DASHES
from worker.extract.grammar.sentences import AnnotatedText

_MAX_TOKENS = 12
"""Tokens of a dateline."""
_DASHES = TYPESET_DASHES | {"-", "--"}


def dateline_ends(text: AnnotatedText) -> dict[int, int]:
    """Return the end of the dateline of each paragraph that opens with one: paragraph -> token after the dash."""
    found = {}
    for number, (first, last) in enumerate(text.paragraphs):
        end = _dateline_end(text, first, last)
        if end > first:
            found[number] = end
    return found


def _dateline_end(text: AnnotatedText, first: int, last: int) -> int:
    """Return the token after a dateline's dash; `first` if the paragraph has no dateline.

    The place is in capitals, or an agency in brackets follows it; only names, dates and commas follow.
    """
    words = text.words
    if last - first < 4 or not words[first][0].isupper():  # noqa: PLR2004 - a place, a dash and a sentence
        return first
    limit = min(last - 1, first + _MAX_TOKENS)
    dash = next((i for i in range(first + 1, limit) if words[i] in _DASHES), -1)
    if dash < 0 or not all(_is_inner(text, i) for i in range(first, dash)):
        return first
    capitals = words[first].isupper() and len(words[first]) > 1
    return dash + 1 if capitals or words[dash - 1] == ")" else first


def _is_inner(text: AnnotatedText, token: int) -> bool:
    """Return whether a token may be inside a dateline: a name, number, comma or bracket."""
    word = text.words[token]
    return word[0].isupper() or word[0].isdigit() or word in {",", "(", ")", ".", "/", "de", "of", "al"}
